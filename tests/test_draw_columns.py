"""The columns of a recording: numbers in topological order, edges with the engine's rate factors."""

from __future__ import annotations

import json
import math
import sys

import numpy as np
import pytest
from helpers import CALLS
from scalar_graphs import random_graph

import microbp as mb
from microbp import Tensor, Value
from microbp.draw.columns import LONGEST, NODE_COLUMNS, columns_of
from microbp.names import entries_of
from microbp.nn import MLP


def recordings():
    for seed in range(8):
        f, _ = random_graph(seed, 25)
        yield f(np.array([Value(0.3, "x_1"), Value(-0.8, "x_2")], dtype=object))
    for node in (Value, Tensor):
        net = MLP([2, 3, 2], node=node, rng=0, activation="tanh", output="softmax")
        yield net.cost(np.ones((2, 2)), np.eye(2), "log_likelihood")
    for call in CALLS:
        y = call(*(Tensor(x, f"t{n}") for n, x in enumerate(call.inputs)))
        if y.data.size:
            yield y


def test_columns_are_as_long_as_each_other_and_json():
    for y in recordings():
        columns = columns_of([y])

        assert json.loads(json.dumps(columns, allow_nan=False)) == columns
        assert tuple(columns["nodes"]) == NODE_COLUMNS
        assert len({len(column) for column in columns["nodes"].values()}) == 1
        assert len({len(column) for column in columns["edges"].values()}) == 1


def test_edges_lead_to_higher_places_and_within_the_columns():
    for y in recordings():
        columns = columns_of([y])
        count, edges = len(columns["nodes"]["value"]), columns["edges"]

        assert all(0 <= x < y < count for x, y in zip(edges["source"], edges["target"], strict=True))
        assert all(0 <= n < count for n in columns["outputs"])


def test_rates_are_those_of_the_linearized_graph():
    for y in recordings():
        columns = columns_of([y])
        edges = columns["edges"]
        leads = reaching(columns)
        found = sorted(
            float(rate)
            for source, rate in zip(edges["source"], edges["rate"], strict=True)
            if rate is not None and source in leads
        )

        assert found == sorted(rate for _, _, rate in mb.linearize(y).edges)


def reaching(columns):
    """The places that a varying leaf leads to, itself among them."""
    nodes, edges = columns["nodes"], columns["edges"]
    reached = {n for n, row in enumerate(nodes["row"]) if row < 0 and nodes["varies"][n]}
    ends = zip(edges["source"], edges["target"], edges["rate"], strict=True)
    for source, target, rate in sorted(ends, key=lambda edge: edge[1]):
        if source in reached and rate is not None:
            reached.add(target)
    return reached


def test_values_are_those_of_the_outputs_entry_by_entry():
    for y in recordings():
        columns = columns_of([y])

        assert [columns["nodes"]["value"][n] for n in columns["outputs"]] == list(np.ravel(y.data))


def test_x_times_x_has_two_edges_by_slot():
    x = Value(3.0, "x")
    edges = columns_of([x * x])["edges"]

    assert edges == {"source": [0, 0], "target": [1, 1], "slot": [0, 1], "rate": [3.0, 3.0]}


def test_an_edge_by_a_constant_has_no_rate():
    x, c = Value(3.0, "x"), Value(2.0, "c", varies=False)

    assert columns_of([x * c])["edges"]["rate"] == [2.0, None]


def test_a_plain_number_is_written_into_its_function_and_is_no_node():
    columns = columns_of([Value(3.0, "x") ** 2.0])

    assert columns["nodes"]["value"] == [3.0, 9.0]
    assert columns["rows"][0]["plain"] == {"slot": 1, "value": 2.0}


def test_roles_are_given_where_labels_are_in_the_books_indices_and_belong_to_a_network():
    net = MLP([2, 1], node=Value, rng=0)
    columns = columns_of([net.cost(np.ones((2, 1)), np.ones((1, 1)))])
    nodes = columns["nodes"]
    roles = {
        label: (nodes["letter"][n], nodes["layer"][n], nodes["neuron"][n], nodes["index"][n])
        for n, label in enumerate(nodes["label"])
        if label is not None and label[0] in "wzab" and label != "C"
    }

    assert roles["w2_1,2"] == ("w", 2, 1, 2)
    assert roles["b2_1"] == ("b", 2, 1, 0)
    assert roles["z2_1"] == ("z", 2, 1, 0)
    alone = columns_of([Value(2.0, "w2_1,1") * 3.0])["nodes"]
    assert set(alone["letter"]) == {""}


def test_long_labels_are_cut_and_unprintable_ones_replaced():
    nodes = columns_of([Value(1.0, "a" * 10_000) * Value(2.0, "\ud800\x00")])["nodes"]

    assert [len(label) for label in nodes["label"][:2]] == [LONGEST, 2]
    assert "\ud800" not in nodes["label"][1]


def test_nan_and_inf_are_texts_that_javascript_reads():
    columns = columns_of([Value(math.inf, "x") * Value(math.nan, "y") * Value(-math.inf, "z")])

    assert columns["nodes"]["value"][:2] == ["Infinity", "NaN"]
    assert "-Infinity" in columns["nodes"]["value"] and "NaN" in columns["edges"]["rate"]


def test_data_that_were_replaced_after_recording_are_reported():
    x = Value(2.0, "x")
    y = x * x
    assert not columns_of([y])["stale"]

    x.data = 5.0

    columns = columns_of([y])
    assert columns["stale"]
    assert columns["edges"]["rate"] == [2.0, 2.0]


def test_the_order_of_columns_follows_from_the_graph_and_not_from_when_nodes_were_made():
    def columns(first):
        x, y = [Value(2.0, name) for name in (("x", "y") if first else ("y", "x"))]
        x, y = (x, y) if first else (y, x)
        return columns_of([mb.sin(x) * mb.tanh(y)])

    assert columns(True) == columns(False)


@pytest.mark.parametrize("seed", range(3))
def test_the_number_of_edges_is_never_underestimated(seed, monkeypatch):
    f, _ = random_graph(seed, 25)
    y = f(np.array([Value(0.3), Value(-0.8)], dtype=object))
    t = (Tensor(np.ones((3, 4)), "t") @ Tensor(np.ones((4, 2)), "u")).sum()
    for output in (y, t):
        count = len(columns_of([output])["edges"]["rate"])
        with monkeypatch.context() as patch, pytest.raises(ValueError, match="edges between single numbers"):
            patch.setattr(sys.modules["microbp.draw.columns"], "LARGEST", count - 1)
            columns_of([output])


def test_every_entry_of_a_tensor_has_its_place_and_an_empty_one_none():
    t = Tensor(np.arange(24.0).reshape(2, 3, 4), "t")
    columns = columns_of([t * 2.0])

    assert columns["nodes"]["label"][:24] == [entry.label for entry in entries_of(t)]
    assert columns_of([Tensor(np.zeros((0, 2)), "e").sum()])["nodes"]["value"] == [0.0]
