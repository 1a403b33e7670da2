"""Regularizers: costs with their gradients, a bound that is the nearest point of the ball, several at once."""

from __future__ import annotations

import numpy as np
import pytest
from training import bits as bits_of
from training import both_nodes, by_hand, every_optimizer, quietly, some_examples

from microbp import primitives as p
from microbp.nn import MLP
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import assign, gradient_of, numbers_of, parameter
from microbp.nn.regularizers import L1, L2, Elastic, MaxNorm, Regularizer, Several, as_one
from microbp.tensor import Tensor

N = 50
FORMULAS = [
    (L1(5.0), lambda w: p.sum(p.abs(w)) * (5.0 / N)),
    (L2(5.0), lambda w: p.sum(w * w) * (5.0 / (2 * N))),
    (Elastic(2.0, 3.0), lambda w: p.sum(p.abs(w)) * (2.0 / N) + p.sum(w * w) * (3.0 / (2 * N))),
    (Several([L1(2.0), MaxNorm(0.1), L2(3.0)]), lambda w: p.sum(p.abs(w)) * (2.0 / N) + p.sum(w * w) * (3.0 / (2 * N))),
    (MaxNorm(0.1), lambda w: p.sum(w) * 0.0),
    (Several([MaxNorm(0.1), MaxNorm(0.2)]), lambda w: p.sum(w) * 0.0),
]
every_regularizer = pytest.mark.parametrize(
    "regularizer", [L1(2.0), L2(2.0), Elastic(1.0, 2.0), MaxNorm(0.9), [L2(2.0), MaxNorm(0.9)]], ids=repr
)


def lengths(w):
    return np.linalg.norm(numbers_of(w), axis=1)


# ----------------------------------------------------------------------------- costs and gradients


@both_nodes
@pytest.mark.parametrize(("regularizer", "formula"), FORMULAS, ids=[repr(r) for r, _ in FORMULAS])
def test_what_is_added_to_the_gradient_is_that_of_what_is_added_to_the_cost(node, regularizer, formula, rng):
    w = parameter(node, rng.normal(size=(3, 2)), "w2")
    cost = formula(w)
    cost.backward()

    assert regularizer.cost(numbers_of(w), N) == pytest.approx(cost.data, rel=1e-14)
    assert regularizer.gradient(numbers_of(w), N) == pytest.approx(gradient_of(w), rel=1e-14)


def test_l1_leaves_a_weight_of_0_where_it_is_and_elastic_too():
    for regularizer in (L1(5.0), Elastic(5.0, 1.0)):
        assert regularizer.gradient(np.array([[0.0, -0.0]]), N).tolist() == [[0.0, 0.0]]


def test_l2_shrinks_weights_by_the_same_part_and_l1_by_the_same_amount():
    """Nielsen ch. 3, eqs 93 and 97, without the cost of examples."""
    start = np.array([[2.0, -4.0]])
    after = {}
    for regularizer in (L1(10.0), L2(10.0)):
        w = Tensor(start)
        SGD(0.5).step([w], [regularizer.gradient(w.data, 100)])
        after[type(regularizer)] = w.data

    assert after[L1] == pytest.approx(start - 0.5 * 10 / 100 * np.sign(start))
    assert after[L2] == pytest.approx((1 - 0.5 * 10 / 100) * start)


def test_elastic_is_l1_and_l2(rng):
    w, both, several = rng.normal(size=(4, 3)), Elastic(2.0, 3.0), Several([L1(2.0), L2(3.0)])

    assert both.cost(w, N) == several.cost(w, N)
    assert (both.gradient(w, N) == several.gradient(w, N)).all()


def test_l1_makes_most_weights_small_and_keeps_a_few(rng):
    """Of 20 inputs two matter: L1 sends the others near 0, L2 spreads them."""
    X = rng.normal(size=(60, 20))
    Y = (2 * X[:, :1] - 3 * X[:, 1:2]) + 0.5 * rng.normal(size=(60, 1))
    small = {}
    for regularizer in (L1(6.0), L2(6.0)):
        net = MLP([20, 1], "linear", initializer="small", rng=0)
        quietly(net, (X, Y), epochs=60, batch_size=60, optimizer=SGD(0.1), regularizer=regularizer)
        w = np.abs(net.layers[0].w.data)[0]
        small[type(regularizer)] = np.count_nonzero(w[2:] < 0.02)
        assert (w[:2] > 1.5).all()

    assert small[L1] > 10 > small[L2]


# ------------------------------------------------------------------------------------------- bound


def test_max_norm_scales_the_weights_of_a_neuron_that_are_too_long_and_no_others(rng):
    w = rng.normal(size=(4, 6)) * np.array([[5.0], [0.1], [0.0], [1.0]])
    before = w.copy()
    allowed = MaxNorm(1.5).constrained(w)

    assert lengths(allowed)[[0, 3]] == pytest.approx([1.5, 1.5], rel=1e-15)
    assert (allowed[1:3] == w[1:3]).all() and (w == before).all()
    cosines = (allowed * w).sum(axis=1)[[0, 3]] / (1.5 * lengths(w)[[0, 3]])
    assert cosines == pytest.approx([1, 1], rel=1e-14)


def test_what_max_norm_makes_is_the_nearest_that_is_allowed(rng):
    w, bound = 3 * rng.normal(size=(1, 4)), MaxNorm(1.0)
    nearest = bound.constrained(w)
    others = rng.normal(size=(500, 4))
    others /= np.maximum(1, np.linalg.norm(others, axis=1, keepdims=True))

    assert np.linalg.norm(w - nearest) < np.linalg.norm(w - others, axis=1).min()


def test_weights_that_are_allowed_are_themselves(rng):
    w = rng.normal(size=(3, 2))

    assert MaxNorm(100.0).constrained(w) is w
    assert L2(1.0).constrained(w) is w
    assert Several([L1(1.0), MaxNorm(100.0)]).constrained(w) is w


def test_max_norm_of_very_large_weights_does_not_overflow_and_of_nan_hides_nothing():
    bound = MaxNorm(2.0)

    assert bound.constrained(np.array([[3e200, 4e200], [0.0, 1.0], [6.0, 8.0]])) == pytest.approx(
        np.array([[1.2, 1.6], [0.0, 1.0], [1.2, 1.6]])
    )
    for wrong in (np.nan, np.inf, -np.inf):
        assert not np.isfinite(bound.constrained(np.array([[wrong, 5.0]]))).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bits_and_dtype_are_the_same_however_weights_lie_in_memory(dtype, rng):
    w = rng.normal(size=(30, 200)).astype(dtype)
    allowed = [MaxNorm(1.0).constrained(x) for x in (w, np.asfortranarray(w))]

    assert allowed[0].dtype == dtype
    assert allowed[0].tobytes() == np.ascontiguousarray(allowed[1]).tobytes()


# ----------------------------------------------------------------------------------------- training


@both_nodes
@every_optimizer
@every_regularizer
def test_training_with_one_or_several_is_replayed_with_the_bits_of_the_networks_own_steps(node, optimizer, regularizer):
    X, Y = some_examples(14)
    nets = [MLP([3, 4, 2], node=node, rng=0) for _ in range(3)]
    arguments = {"epochs": 3, "batch_size": 5, "regularizer": regularizer}

    replayed, anew = (
        quietly(net, (X, Y), optimizer=optimizer(0.5), replay=replay, **arguments)
        for net, replay in zip(nets, (None, False), strict=False)
    )
    by_hand(nets[2], X, Y, 3, 5, optimizer(0.5), "quadratic", as_one(regularizer))

    assert replayed.replayed and not anew.replayed
    if node is Tensor:
        assert bits_of(nets[0]) == bits_of(nets[1]) == bits_of(nets[2])
    else:
        found = [np.concatenate([numbers_of(w).ravel() for w in net.parameter_arrays()]) for net in nets]
        assert found[0] == pytest.approx(found[1], rel=1e-10, abs=1e-12)
        assert (found[1] == found[2]).all()


@pytest.mark.parametrize("replay", [True, False])
@pytest.mark.parametrize("node_and_dtype", [(Tensor, np.float64), (Tensor, np.float32)])
def test_after_each_step_no_neuron_has_weights_longer_than_its_bound_and_biases_are_left_alone(replay, node_and_dtype):
    node, dtype = node_and_dtype
    net, free = (MLP([3, 8, 2], node=node, dtype=dtype, rng=0) for _ in range(2))
    for each in (net, free):
        assign(each.layers[0].b, np.full((8, 1), 9.0))
    assert max(lengths(layer.w).max() for layer in net) > 1.5

    quietly(net, some_examples(), optimizer=SGD(0.5), regularizer=MaxNorm(0.5), replay=replay, epochs=2)
    quietly(free, some_examples(), optimizer=SGD(0.5), replay=replay, epochs=2)

    assert max(lengths(layer.w).max() for layer in net) == pytest.approx(0.5, rel=1e-6)
    assert max(lengths(layer.w).max() for layer in free) > 1.5
    assert (np.abs(numbers_of(net.layers[0].b)) > 5).all()


class Positive(Regularizer):
    """A regularizer of one's own: no weight below 0."""

    def constrained(self, w):
        return np.maximum(w, 0)


class Wrong(Regularizer):
    def constrained(self, w):
        return w[:1]


class Stops(Regularizer):
    """Ctrl-C while the second weights are constrained."""

    calls = 0

    def constrained(self, w):
        self.calls += 1
        if self.calls == 2:
            raise KeyboardInterrupt
        return 0 * w


@both_nodes
@pytest.mark.parametrize("replay", [True, False])
def test_one_of_ones_own_overrides_what_it_needs(node, replay):
    net = MLP([3, 4, 2], node=node, rng=0)

    quietly(net, some_examples(), regularizer=[Positive(), L2(1.0)], replay=replay)

    for layer in net:
        w = numbers_of(layer.w)
        assert (w >= 0).all() and (w == 0).any() and (w > 0).any()
    assert any((numbers_of(layer.b) < 0).any() for layer in net)


@both_nodes
@every_optimizer
@pytest.mark.parametrize("replay", [True, False])
def test_ctrl_c_in_a_bound_takes_the_whole_step_back(node, optimizer, replay, capsys):
    net, taught = MLP([3, 4, 2], node=node, rng=0), optimizer(0.5)
    before = bits_of(net)

    history = quietly(net, some_examples(), optimizer=taught, regularizer=Stops(), replay=replay)

    assert history.interrupted and bits_of(net) == before
    assert all(state is None for state in taught.states.values())


@pytest.mark.parametrize("replay", [True, False])
def test_a_bound_that_changes_the_shape_is_named(replay):
    with pytest.raises(ValueError, match=r"constrained made an array of shape \(1, 3\) .* weights of shape \(2, 3\)"):
        quietly(MLP([3, 2], rng=0), some_examples(), regularizer=Wrong(), replay=replay)


@both_nodes
@pytest.mark.parametrize("replay", [True, False])
@pytest.mark.parametrize(
    ("gradient", "shape"), [(lambda w: w[:1], r"\(1, 3\) and float64"), (lambda w: None, r"\(\) and object")]
)
def test_a_gradient_of_another_shape_is_named_and_not_stretched(gradient, shape, replay, node):
    class Own(Regularizer):
        def gradient(self, w, n):
            return gradient(w)

    for regularizer in (Own(), [L2(1.0), Own()]):
        net = MLP([3, 2], node=node, rng=0)
        before = bits_of(net)
        with pytest.raises(ValueError, match=rf"gradient made an array of shape {shape} of weights of shape \(2, 3\)"):
            quietly(net, some_examples(), regularizer=regularizer, replay=replay)
        assert bits_of(net) == before


def test_a_list_of_none_is_none_and_a_list_of_one_is_that_one():
    assert as_one(None) is None and as_one([]) is None and as_one(()) is None
    one = L2(1.0)
    assert as_one(one) is one and as_one([one]) is one and as_one([one, Regularizer()]) is one
    assert as_one(Regularizer()) is None


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: L1(-1.0), ValueError, "L1: lmbda is 0 or greater, not -1.0"),
        (lambda: L2(-1.0), ValueError, "L2: lmbda is 0 or greater, not -1.0"),
        (lambda: L1(np.inf), ValueError, "L1: lmbda is finite, not inf"),
        (lambda: L1(True), TypeError, "L1: lmbda is a number, not True"),
        (lambda: L2(np.nan), ValueError, "L2: lmbda is 0 or greater, not nan"),
        (lambda: L2("5"), TypeError, "L2: lmbda is a number, not '5'"),
        (lambda: Elastic(1.0, -2.0), ValueError, "Elastic: lmbda2 is 0 or greater, not -2.0"),
        (lambda: MaxNorm(-3), ValueError, "MaxNorm: c is 0 or greater, not -3"),
        (lambda: MaxNorm(0), ValueError, "MaxNorm: c is greater than 0, not 0"),
        (lambda: as_one([L2(1.0), 5.0]), TypeError, r"train: regularizer is one such as .*L2\(5.0\), not 5.0"),
        (lambda: as_one(L2), TypeError, "train: regularizer is one such as .*, not <class .*L2'>"),
    ],
)
def test_what_is_no_regularizer_is_named(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()


def test_they_show_their_numbers():
    shown = "[L1(1), L2(5), Elastic(1, 2.5), MaxNorm(3)]"
    assert repr(Several([L1(1.0), L2(5.0), Elastic(1.0, 2.5), MaxNorm(3)])) == shown
