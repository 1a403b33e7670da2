"""The training view's columns: costs, parameters and quantiles of every frame are those of the history."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest
from training import both_nodes, quietly, some_examples

from microbp import data
from microbp.draw import explore, training
from microbp.draw.training import columns_of_training
from microbp.history import Epoch, History
from microbp.nn import MLP


def numbers(text, frames):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(frames, -1)


@both_nodes
def test_the_columns_have_every_number_of_the_history(node):
    net = MLP([3, 4, 2], rng=0, node=node)
    history = quietly(net, some_examples(), epochs=4)

    columns = columns_of_training(history)

    assert columns["costs"] == history.costs
    assert (columns["epochs"], columns["frames"]) == (4, [0, 1, 2, 3, 4])
    assert (columns["network"], columns["validation"]) == ("3-4-2", None)
    assert [(p["name"], p["shape"]) for p in columns["parameters"]] == [
        ("w2", [4, 3]), ("b2", [4, 1]), ("w3", [2, 4]), ("b3", [2, 1]),
    ]  # fmt: skip
    for parameter in columns["parameters"]:
        kept = [w[parameter["name"]].ravel() for w in history.snapshots.values()]
        assert numbers(parameter["values"], 5) == pytest.approx(np.array(kept), rel=1e-7)
        assert parameter["quantiles"] is None


def test_more_than_three_hundred_parameters_have_quantiles_beside_their_numbers():
    history = quietly(MLP([3, 80, 2], rng=0), some_examples(), epochs=2)

    w2 = columns_of_training(history)["parameters"][0]

    sorted_ = np.sort(history.snapshots[2]["w2"].ravel())
    assert sorted_.size == 240
    found = numbers(w2["quantiles"], 3)[2]
    assert found == pytest.approx(np.quantile(sorted_, [0.05, 0.25, 0.5, 0.75, 0.95]), rel=1e-6)
    assert found[2] == pytest.approx((sorted_[119] + sorted_[120]) / 2, rel=1e-6)
    assert numbers(w2["values"], 3).shape == (3, 240)


def test_what_is_too_large_for_a_picture_has_quantiles_alone(monkeypatch):
    monkeypatch.setattr(training, "CELLS", 239)
    history = quietly(MLP([3, 80, 2], rng=0), some_examples())

    w2, b2, *_ = columns_of_training(history)["parameters"]

    assert (w2["values"], b2["values"] is None) == (None, False)
    assert numbers(w2["quantiles"], 2).shape == (2, 5)


@pytest.mark.parametrize(
    "limit, frames",
    [(26 * 12, list(range(12))), (26 * 11, [0, 2, 4, 6, 8, 10, 11]), (26 * 5, [0, 4, 8, 11]), (1, [0, 11])],
)
def test_a_page_takes_so_many_numbers_and_leaves_out_epochs_between(monkeypatch, limit, frames):
    monkeypatch.setattr(training, "NUMBERS", limit)
    history = quietly(MLP([3, 4, 2], rng=0), some_examples(), epochs=11)  # 26 parameters

    columns = columns_of_training(history)

    assert columns["frames"] == frames
    assert numbers(columns["parameters"][0]["values"], len(frames))[-1] == pytest.approx(
        history.snapshots[11]["w2"].ravel(), rel=1e-7
    )
    assert len(columns["costs"]) == 11


def test_validation_is_told_by_epoch():
    examples = data.moons(40, rng=0)
    history = quietly(MLP([2, 4, 1], rng=0), examples, epochs=2, validation=examples)

    assert columns_of_training(history)["validation"] == {"correct": [e.correct for e in history], "total": 40}


def test_a_history_made_by_hand_has_its_costs_alone():
    columns = columns_of_training(History([Epoch(0.5, 6, 10), Epoch(math.inf, 8, 10)], interrupted=True))

    assert (columns["costs"], columns["frames"], columns["parameters"]) == ([0.5, None], [1, 2], [])
    assert (columns["network"], columns["interrupted"]) == (None, True)
    assert columns["region"] == {"left_out": "the history has no parameters in it"}


def test_an_interrupted_history_ends_with_its_last_whole_epoch():
    history = quietly(MLP([2, 1], rng=0), data.moons(40, rng=0), epochs=3)
    del history.epochs[2]  # as Ctrl-C between the end of an epoch and its being noted does

    columns = columns_of_training(history)

    assert columns["frames"] == [0, 1, 2]
    assert len(columns["region"]["correct"]) == 3


def test_an_empty_history_is_refused():
    with pytest.raises(ValueError, match="the history is empty: no epoch was finished; train for at least"):
        explore(History())


def test_explore_takes_a_history_and_names_its_network():
    history = quietly(MLP([3, 4, 2], rng=0), some_examples())

    page = explore(history)

    assert repr(page).startswith("<explorer of How the 3-4-2 network learned: ")
    assert '"kind":"training"' in page.html
    assert "<title>Mine</title>" in explore(history, title="Mine").html
    assert explore(History([Epoch(0.5, None, 0)])).title == "How the network learned"
    with pytest.raises(TypeError, match=r"explore: takes Values and Tensors, or the History of a training, not 'x'"):
        explore("x")
