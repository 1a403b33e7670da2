"""A small change of a weight arrives at the cost as the sum over all paths says, but for a remainder of its square."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from microbp import sweeps
from microbp.book.small_changes import ChangedWeight
from microbp.linearized import paths
from microbp.nn import MLP
from microbp.tensor import Tensor
from microbp.value import Value

nodes = pytest.mark.parametrize("node", [Value, Tensor])


def changed(rng, l, j=1, k=2, node=Tensor, sizes=(3, 3, 4, 2), activation=("tanh", "sigmoid", "tanh")):
    net = MLP(sizes, activation, node=node, rng=rng)
    return ChangedWeight(net, rng.normal(size=(sizes[0], 1)), rng.uniform(size=(sizes[-1], 1)), l, j, k)


@nodes
@pytest.mark.parametrize("l", [2, 3, 4])
def test_the_rate_over_all_paths_is_that_of_the_backward_sweep(rng, l, node):
    weight = changed(rng, l, node=node)

    w = weight.recording.layer(l).w
    cotangents = sweeps.backward(weight.recording.C)
    backward = cotangents[w[0, 1]] if node is Value else cotangents[w][0, 1]

    assert len(weight.paths) == {2: 4 * 2, 3: 2, 4: 1}[l]
    assert weight.rate() == pytest.approx(backward, rel=1e-13)
    for change in (weight.change_of_cost(0.3), weight.change_over_all_paths(0.3)):
        assert change == pytest.approx(0.3 * backward, rel=1e-13)


@nodes
def test_a_path_goes_from_activation_to_activation(rng, node):
    weight = changed(rng, 2, node=node)

    for path in weight.paths:
        assert [name.split("_")[0] for name in path.names] == ["w2", "a2", "a3", "a4", "C"]
        assert path.names[:2] == ("w2_1,2", "a2_1")
        assert weight.change_along(path, -2.0) == pytest.approx(-2.0 * path.product, rel=1e-15)


@nodes
@pytest.mark.parametrize("l", [2, 3])
def test_each_step_of_the_way_is_wrong_by_the_square_of_the_change(rng, l, node):
    weight = changed(rng, l, node=node)

    def remainders(change):
        happened = weight.happened(change)
        a, a_next = happened.activations[l - 1][0], happened.activations[l]
        return np.array(
            [
                happened.cost - weight.change_of_cost(change),
                a - weight.change_of_activation(change),
                *(a_next - weight.change_of_next(a)),
                *(a_next - weight.change_two_layers_on(change)),
            ]
        )

    assert np.abs(np.log2(np.abs(remainders(1e-3) / remainders(5e-4))) - 2).max() < 0.02


def test_only_what_is_behind_the_weight_changes(rng):
    happened = changed(rng, 3).happened(0.1)

    assert not happened.activations[0].any()
    assert not happened.activations[1].any()
    assert np.flatnonzero(happened.activations[2]).tolist() == [0]
    assert happened.activations[3].all()


def test_halving_the_change_quarters_the_remainder(rng):
    rows = changed(rng, 2).remainders(0.01, 4)

    assert [row.change_of_w for row in rows] == [0.01 / 2**n for n in range(5)]
    for wide, half in zip(rows, rows[1:], strict=False):
        assert log2(wide.remainder / half.remainder) == pytest.approx(2, abs=0.05)


@nodes
def test_a_change_before_softmax_takes_the_paths_by_all_of_its_neurons(rng, node):
    weight = changed(rng, 3, node=node, activation=("tanh", "tanh", "softmax"))
    w = weight.recording.layer(3).w

    assert weight.rate() == pytest.approx(
        paths(w[0, 1] if node is Value else (w, (0, 1)), weight.recording.C).total, rel=1e-13
    )
    with pytest.raises(ValueError, match="layer 4 couples its neurons, so this weight changes the activations of all"):
        changed(rng, 4, node=node, activation=("tanh", "tanh", "softmax"))


def test_a_weight_that_is_not_there_is_refused_in_a_sentence(rng):
    with pytest.raises(ValueError, match="layer 2 has 3 neurons with 3 inputs, .* there is no weight of j = 0"):
        changed(rng, 2, j=0)
    with pytest.raises(ValueError, match="ChangedWeight: l is 1; want a layer of 2 … 4, counted from 1, the input"):
        changed(rng, 1)
    with pytest.raises(ValueError, match="l is 4; want a layer of 2 … 3"):
        changed(rng, 4).change_of_next(0.1)
