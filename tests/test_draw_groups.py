"""Groups that a reader opens and closes: layers, neurons, and Tensors with their entries."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import Tensor, Value
from microbp.draw.columns import columns_of
from microbp.nn import MLP


def columns(node, sizes=(2, 3, 2), m=1, **options):
    net = MLP(list(sizes), node=node, rng=0, **{"activation": "tanh"} | options)
    return columns_of([net.cost(np.ones((sizes[0], m)), np.ones((sizes[-1], m)))])


def line(found, place):
    """The names of a group and of all that it is in, from outside."""
    names = []
    while place >= 0:
        names.append(found["groups"][place]["name"])
        place = found["groups"][place]["parent"]
    return names[::-1]


def lines_by_label(found, grouping="layered"):
    nodes = found["nodes"]
    return {label: line(found, nodes[grouping][n]) for n, label in enumerate(nodes["label"]) if label is not None}


@pytest.mark.parametrize("node", [Value, Tensor])
def test_what_is_labelled_is_in_its_neuron_and_in_its_layer(node):
    lines = lines_by_label(columns(node))

    assert lines["w2_3,1"] == lines["b2_3"] == lines["z2_3"] == lines["a2_3"] == ["layer 2", "neuron 3"]
    assert lines["w3_1,2"] == lines["a3_1"] == ["layer 3", "neuron 1"]
    assert lines["C"] == ["cost"]
    assert lines["a1_1"] == ["input"]


@pytest.mark.parametrize("node", [Value, Tensor])
@pytest.mark.parametrize("m", [1, 3])
def test_every_number_of_a_network_is_in_a_group_and_groups_form_a_tree(node, m):
    found = columns(node, m=m)
    groups = found["groups"]

    assert all(place >= 0 for place in found["nodes"]["layered"])
    assert all(-1 <= group["parent"] < n for n, group in enumerate(groups))
    used = {place for grouping in ("layered", "whole") for place in found["nodes"][grouping] if place >= 0}
    assert used | {groups[n]["parent"] for n in range(len(groups))} >= set(range(len(groups)))
    for group in groups:
        assert group["kind"] in ("input", "layer", "neuron", "cost", "tensor")
        assert group["kind"] != "neuron" or groups[group["parent"]]["kind"] == "layer"
        assert (group["number"] > 0) == (group["kind"] in ("layer", "neuron"))


def test_values_and_tensors_are_in_the_same_neurons():
    labelled = [
        {label: line for label, line in lines_by_label(columns(node)).items() if label[0] in "wbz"}
        for node in (Value, Tensor)
    ]

    assert labelled[0] == labelled[1]


def test_by_tensors_all_entries_of_one_are_together_and_a_single_one_stands_alone():
    lines = lines_by_label(columns(Tensor), "whole")

    assert lines["w2_1,1"] == lines["w2_3,2"] == ["layer 2", "w2 (3, 2)"]
    assert lines["C"] == ["cost"]
    t = Tensor(np.ones((2, 2)), "t")
    found = columns_of([(t * t).sum()])
    assert lines_by_label(found, "whole")["t_1,1"] == ["t (2, 2)"]
    assert found["nodes"]["whole"][-1] == -1


def test_without_a_network_nothing_is_grouped_by_layers():
    x = Value(2.0, "x")
    found = columns_of([x * Value(3.0, "w2_1,1")])

    assert found["groups"] == []
    assert set(found["nodes"]["layered"]) == {-1}


def test_thousand_neurons_are_a_thousand_groups():
    found = columns(Tensor, sizes=(1, 1000, 1))

    assert sum(group["kind"] == "neuron" for group in found["groups"]) == 1001
