"""The rates of a recorded example are the sums over paths, the same for Tensors and for Values."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.book.derivations import derivation
from microbp.book.recording import Recording, column
from microbp.book.small_changes import ChangedWeight
from microbp.linearized import paths
from microbp.nn import MLP, Dropout
from microbp.nn.parameters import assign, numbers_of
from microbp.tensor import Tensor
from microbp.value import Value


def recordings(rng, sizes=(3, 4, 2), activation=("tanh", "sigmoid")):
    """The same network of Tensors and of Values, on the same example."""
    nets = [MLP(sizes, activation, node=node, rng=0) for node in (Tensor, Value)]
    for its, w in zip(nets[1].parameter_arrays(), nets[0].parameter_arrays(), strict=True):
        assign(its, numbers_of(w))
    x, y = rng.normal(size=(sizes[0], 1)), rng.uniform(size=(sizes[-1], 1))
    return [Recording("here", net, x, y, "cross_entropy") for net in nets]


def test_layers_are_counted_from_1_and_hold_what_the_network_computed(rng):
    for r in recordings(rng):
        assert r.L == 3
        assert column(r.a(3)) == pytest.approx(1 / (1 + np.exp(-column(r.z(3)))))
        assert column(r.z(2)) == pytest.approx(
            (numbers_of(r.layer(2).w) @ numbers_of(r.a(1)) + numbers_of(r.layer(2).b))[:, 0]
        )
        for wrong in (0, 4):
            with pytest.raises(ValueError, match=rf"here: l is {wrong}; want a layer of 1 … 3, counted from 1"):
                r.a(wrong)


def test_rates_are_sums_over_paths_and_the_same_for_both_kinds_of_node(rng):
    of_tensors, of_values = recordings(rng)

    rates = of_values.rates(of_values.a(3), of_values.layer(2).w)

    assert rates.shape == (2, 12)
    assert rates == pytest.approx(of_tensors.rates(of_tensors.a(3), of_tensors.layer(2).w), rel=1e-13)
    for q, w in ((0, 0), (1, 7)):
        by_paths = paths(of_values.layer(2).w.flat[w], of_values.a(3)[q, 0]).total
        assert rates[q, w] == pytest.approx(by_paths, rel=1e-13)


def test_errors_by_a_sweep_are_the_gradient_by_paths(rng):
    for r in recordings(rng):
        for l in (2, 3):
            assert r.delta(l) == pytest.approx(r.gradient(r.z(l)), rel=1e-13)


def test_the_cost_goes_by_way_of_the_activations_also_where_it_cancels(rng):
    for r in recordings(rng):
        assert np.abs(r.gradient(r.a(r.L))).min() > 0


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ({"batch_norm": True}, r".* batch normalization stands between them; pass net.folded\(\)"),
        ({"dropout": Dropout(0.5, inverted=False)}, r".* the p of vanilla dropout stands .* net.folded\(\)"),
        ({"activation": "maxout"}, "the neurons of layer 2 are of maxout"),
    ],
)
def test_what_the_books_lines_are_not_about_is_refused_and_its_folded_network_is_not(way, sentence):
    rng = np.random.default_rng(0)
    net, x, y = MLP([3, 4, 2], rng=0, **way), rng.random((3, 1)), rng.random((2, 1))

    for proof in ("BP1", "BP2", "BP3", "BP4"):
        with pytest.raises(ValueError, match=f"line_.*: {sentence}"):
            derivation(proof, net, x, y)
    with pytest.raises(ValueError, match=f"^ChangedWeight: {sentence}"):
        ChangedWeight(net, x, y, 2, 1, 1)
    if "activation" not in way:
        if "batch_norm" in way:
            net.take_statistics(rng.random((9, 3)))
        assert derivation("BP4", net.folded(), x, y).difference < 1e-14
        first, *_, last = ChangedWeight(net.folded(), x, y, 2, 1, 1).remainders()
        assert abs(last.remainder) < abs(first.remainder) / 500
