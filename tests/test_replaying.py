"""Which steps are replayed: those that do the same each time, and they have the bits of the network's own."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from training import (
    Counting,
    Upper,
    Watched,
    bits,
    both_nodes,
    by_hand,
    dropped,
    every_optimizer,
    flat,
    frozen,
    numbers,
    problem_of,
    quietly,
    some_examples,
)

from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.nn import MLP, costs, regularizers
from microbp.nn.optimizers import SGD, Momentum
from microbp.program import RecordingError
from microbp.program.descent import Descent
from microbp.replaying import chosen, recorded, replayed, why_not_again
from microbp.tensor import Tensor
from microbp.value import Value

COSTS = [
    ("sigmoid", "sigmoid", "quadratic"),
    ("tanh", "sigmoid", "cross_entropy"),
    ("relu", "softmax", "log_likelihood"),
    ("leaky_relu", "linear", "quadratic"),
    ("softmax", "tanh", "quadratic"),
    (lambda z: p.tanh(z) * p.sigmoid(z), "softmax", "cross_entropy"),
    ("tanh", "linear", "hinge"),
    ("relu", "linear", "multiclass_hinge"),
    ("sigmoid", "linear", "absolute"),
    ("tanh", "tanh", "squared"),
]


@every_optimizer
@pytest.mark.parametrize(("activation", "output", "cost"), COSTS)
@pytest.mark.parametrize(("dtype", "lmbda", "n", "m"), [(np.float64, None, 17, 5), (np.float32, 2.0, 12, 4)])
def test_training_has_the_bits_of_the_networks_own_loop(optimizer, activation, output, cost, dtype, lmbda, n, m):
    X, Y = some_examples(n, 3, 2)
    Y = np.where(Y > 0.5, 1.0, -1.0 if cost == "hinge" else 0.0)
    if cost == "multiclass_hinge":
        Y = np.stack([Y[:, 0], 1 - Y[:, 0]], axis=1)
    regularizer = None if lmbda is None else regularizers.L2(lmbda)
    nets = [MLP([3, 4, 3, 2], activation, output, rng=0, dtype=dtype) for _ in range(2)]
    optimizers = [optimizer(0.1), optimizer(0.1)]
    nodes = nets[0].parameters()

    history = quietly(
        nets[0], (X, Y), epochs=2, batch_size=m, optimizer=optimizers[0], cost=cost, regularizer=regularizer
    )

    assert history.replayed
    assert history.costs == by_hand(nets[1], X, Y, 2, m, optimizers[1], cost, regularizer)
    assert bits(nets[0]) == bits(nets[1])
    pairs = list(zip(optimizers, nets, strict=True))
    states = [[taught.states.get(node) for node in net.parameters()] for taught, net in pairs]
    assert flat(states[0]).tobytes() == flat(states[1]).tobytes()
    assert all(a is b for a, b in zip(nets[0].parameters(), nodes, strict=True))
    # and on from there, the one way and the other
    by_hand(nets[0], X, Y, 1, m, optimizers[0], cost, seed=1)
    quietly(nets[1], (X, Y), batch_size=m, optimizer=optimizers[1], cost=cost, rng=1)
    assert bits(nets[0]) == bits(nets[1])


@every_optimizer
@pytest.mark.parametrize(
    ("activation", "cost"),
    [
        ("tanh", "quadratic"),
        ("softmax", "log_likelihood"),
        ("sigmoid", "cross_entropy"),
        ("linear", "multiclass_hinge"),
        ("linear", "absolute"),
        ("linear", "squared"),
    ],
)
def test_training_values_is_that_of_their_own_loop(optimizer, activation, cost):
    X, Y = some_examples(8, 3, 2)
    if cost == "multiclass_hinge":
        Y = np.eye(2)[Y.argmax(axis=1)]
    nets = [MLP([3, 4, 2], "tanh", activation, node=Value, rng=0) for _ in range(2)]
    optimizers = [optimizer(0.1), optimizer(0.1)]
    nodes = nets[0].parameters()

    history = quietly(nets[0], (X, Y), epochs=2, batch_size=3, optimizer=optimizers[0], cost=cost)

    assert history.replayed
    assert history.costs == pytest.approx(by_hand(nets[1], X, Y, 2, 3, optimizers[1], cost), rel=1e-12)
    for found, expected in zip(numbers(nets[0]), numbers(nets[1]), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert all(a is b for a, b in zip(nets[0].parameters(), nodes, strict=True))
    by_hand(nets[0], X, Y, 1, 3, optimizers[0], cost, seed=1)
    by_hand(nets[1], X, Y, 1, 3, optimizers[1], cost, seed=1)
    for found, expected in zip(numbers(nets[0]), numbers(nets[1]), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11)


class Dropout:
    """An activation that draws a mask anew at each call."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def __call__(self, z):
        return p.tanh(z) * self.rng.integers(0, 2, z.shape).astype(float)


class Alternating:
    """An activation that is another one at each call."""

    def __init__(self):
        self.calls = 0

    def __call__(self, z):
        self.calls += 1
        return p.tanh(z) if self.calls % 3 else p.sigmoid(z)


def by_numbers(z):
    """An activation that looks at its numbers."""
    return p.tanh(z) * float(np.abs(z.data).max() > 0.5)


def widened(z):
    """An activation that computes in float64 whatever it is given."""
    return p.tanh(z) * np.full((1, 1), 1.1)


def with_a_bias_of_float64(net):
    net.layers[0].b = Tensor(np.full((4, 1), 1 / 3), "b2")
    return net


@pytest.mark.parametrize(
    "made",
    [
        lambda: MLP([3, 4, 2], widened, rng=0, dtype=np.float32),
        lambda: with_a_bias_of_float64(MLP([3, 4, 2], "tanh", rng=0, dtype=np.float32)),
    ],
)
@every_optimizer
def test_where_a_network_of_float32_computes_in_float64_the_weights_are_those_of_its_own_steps(made, optimizer):
    trained = []
    for replay in (None, False):
        net = made()
        history = quietly(net, some_examples(8, 3, 2), epochs=2, batch_size=3, optimizer=optimizer(0.1), replay=replay)
        trained.append((bits(net), [w.dtype for w in numbers(net)], history.costs))

    assert trained[0] == trained[1]


@both_nodes
@pytest.mark.parametrize("k", [0, 1])
def test_a_network_with_a_frozen_layer_is_replayed(node, k):
    net = frozen(MLP([3, 4, 2], node=node, rng=0), k)

    assert isinstance(replayed(problem_of(net, some_examples(7), SGD(0.1)), 3), Descent)


# -------------------------------------------------------------------------------- functions of the user's own


class OwnKind(Elementwise):
    """A kind of row of the user's own."""


def given_a_method(net, name):
    """The network with another method in place of one of its own, or of its first layer's."""
    owner = net if hasattr(net, name) else net.layers[0]
    method = getattr(owner, name)
    setattr(owner, name, lambda a: method(a))
    return net


def own_ones():
    X, Y = some_examples(12, 3, 2)
    plain = {"data": (X, Y), "net": MLP([3, 3, 2], rng=0)}
    return {
        "an activation": plain | {"net": MLP([3, 3, 2], [dropped(np.random.default_rng(0)), "sigmoid"], rng=0)},
        "a network": plain | {"net": Counting([3, 3, 2], rng=0)},
        "a method of a network": plain | {"net": given_a_method(MLP([3, 3, 2], rng=0), "feedforward")},
        "a method of a layer": plain | {"net": given_a_method(MLP([3, 3, 2], rng=0), "weighted_input")},
        "a kind of row": plain | {"net": MLP([3, 3, 2], OwnKind("same", np.positive, np.positive, 1.0), rng=0)},
        "a cost": plain | {"cost": costs.Cost("own", lambda a, y: p.square(a - y))},
        "a regularizer": plain | {"regularizer": type("Own", (), {"gradient": lambda self, w, n: 0.1 * w})()},
    }


@pytest.mark.parametrize("what", own_ones())
def test_what_is_the_users_own_is_not_replayed_unless_that_is_asked_for(what):
    given = {"cost": "quadratic", "regularizer": None} | own_ones()[what]
    problem = problem_of(given["net"], given["data"], SGD(0.5), given["cost"], given["regularizer"])

    with pytest.raises(RecordingError, match=r"(the|layer) .*is your own, and may keep a state or draw numbers"):
        chosen(problem, 3, replay=None)


def test_microbps_own_is_replayed_unless_that_is_not_wanted():
    problem = problem_of(MLP([3, 2], rng=0), some_examples(12), SGD(0.5))

    assert isinstance(chosen(problem, 3, replay=None), Descent)
    assert isinstance(chosen(problem, 3, replay=True), Descent)
    for no in (False, np.False_, 0):
        with pytest.raises(RecordingError, match="replay=False was asked for"):
            chosen(problem, 3, replay=no)


def shifted(z):
    """An activation in which examples meet."""
    return p.sigmoid(z - p.mean(z, axis=1, keepdims=True))


def over_examples(z):
    """Another: softmax over the examples in place of the neurons."""
    return p.softmax(z, axis=1)


@pytest.mark.parametrize("activation", [shifted, over_examples])
def test_examples_that_meet_in_a_network_of_values_are_not_taken_apart(activation):
    X, Y = some_examples(12, 3, 2)
    nets = [MLP([3, 3, 2], [activation, "sigmoid"], node=node, rng=0) for node in (Value, Tensor)]

    with pytest.raises(RecordingError, match="examples is not the mean of their costs"):
        replayed(problem_of(nets[0], (X, Y), SGD(0.5)), 3)

    histories = [quietly(net, (X, Y), batch_size=3, optimizer=SGD(0.5), epochs=2, replay=None) for net in nets]
    assert histories[0].costs == pytest.approx(histories[1].costs, rel=1e-9)


# ------------------------------------------------------------------------------------ what can't be replayed


def failing(z):
    """An activation that has an error in it."""
    return [p.tanh(z)][1]


def net_with(activation, **arguments):
    return MLP([3, 4, 2], activation, rng=0, **arguments)


squashed = Elementwise(
    "squashed",
    lambda u: (1 + u / (1 + abs(u))) / 2,
    lambda u: (1 + u / (1 + np.abs(u))) / 2,
    lambda u, y: 0.5 / p.square(1 + p.abs(u)),
)
"""A row of the user's own, from 0 to 1, which a cost of probabilities doesn't know."""

USERS = {
    "chance": (lambda: net_with(Dropout(0)), "is frozen in the program; make it an argument"),
    "a state": (lambda: net_with(Alternating()), "line 3 is tanh in the program, and sigmoid in this recording"),
    "numbers": (lambda: net_with(by_numbers), "z2.data was read while the function was recorded"),
    "an error": (lambda: net_with(failing), "IndexError was raised while the step was recorded"),
    "examples that meet": (lambda: net_with(shifted, node=Value), "examples is not the mean of their"),
    "parameters": (lambda: Upper([3, 4, 2], rng=0), "the cost rests on other parameters than those to be moved"),
}
"""For each reason why what is the user's own can't be replayed: a network, and words for it."""

OURS = {
    "dtypes": (lambda: with_a_bias_of_float64(net_with("tanh", dtype=np.float32)), "the network mixes dtypes"),
    "a cost": (lambda: net_with(squashed), "the cost cross_entropy has to see the activations"),
    "an optimizer": (lambda: net_with("tanh"), r"Watched\(eta=0.1\) is an optimizer of your own"),
    "states": (lambda: net_with("tanh"), "the optimizer has taken other steps with some of the parameters"),
}
"""The same where all that computes is microbp's."""


COST_OF = {"a cost": "cross_entropy"}


def optimizer_of(what, net):
    """The optimizer that goes with it."""
    optimizer = {"an optimizer": Watched, "states": Momentum}.get(what, SGD)(0.1)
    if what == "states":
        optimizer.step([net.layers[0].b], [np.ones((4, 1))])
    return optimizer


@pytest.mark.parametrize("what", USERS | OURS)
def test_what_can_not_be_replayed_is_refused_with_the_reason_where_that_was_asked_for(what):
    made, words = (USERS | OURS)[what]
    net = made()
    optimizer = optimizer_of(what, net)
    before = bits(net)

    with pytest.raises(ValueError, match=f"train: replay=True, but the steps can't be replayed: .*{words}") as refused:
        quietly(net, some_examples(8), optimizer=optimizer, cost=COST_OF.get(what, "quadratic"))

    assert str(refused.value).endswith(". Leave replay out to have each computed anew")
    assert bits(net) == before


@pytest.mark.parametrize("what", OURS)
def test_left_to_itself_training_says_in_its_history_why_steps_were_not_replayed(what):
    made, words = OURS[what]
    net = made()
    optimizer = optimizer_of(what, net)

    history = quietly(net, some_examples(8), optimizer=optimizer, cost=COST_OF.get(what, "quadratic"), replay=None)

    assert not history.replayed
    assert re.search(words, history.why_not)


def counted(node, sizes, is_row):
    """How often an activation is called where the cost of mini-batches of these sizes is recorded."""
    calls = []

    def half(u):
        calls.append(u)
        return u / 2

    activation = Elementwise("half", half, half, lambda u, y: 0.5) if is_row else half
    recorded(problem_of(MLP([3, 2], activation, node=node, rng=0), some_examples(7), SGD(0.5)), sizes)
    return len(calls)


def test_microbps_own_functions_are_recorded_once_and_the_users_twice():
    assert [counted(Tensor, sizes, is_row=True) for sizes in ([3], [3, 1])] == [1, 2]
    assert [counted(Tensor, sizes, is_row=False) for sizes in ([3], [3, 1])] == [2, 4]


def test_a_network_of_values_is_recorded_on_one_example_whatever_the_sizes_of_its_mini_batches():
    """Two recordings, and one of each mini-batch together, to see whether its examples meet."""
    assert [counted(Value, sizes, is_row=False) for sizes in ([3], [3, 1], [5, 3, 1])] == [3, 3, 4]


def test_a_network_of_values_that_counts_its_examples_is_not_replayed():
    def counting(z):
        return p.tanh(z) * (1.0 if z.shape[-1] <= 2 else 2.0)

    problem = problem_of(MLP([3, 2, 1], counting, node=Value, rng=0), some_examples(7, 3, 1), SGD(0.1))

    with pytest.raises(RecordingError, match="the cost of 5 examples is not the mean of their costs"):
        replayed(problem, 5)


def test_a_function_that_fails_on_being_recorded_again_ends_the_replay():
    calls = itertools.count()

    def failing(z):
        if next(calls) > 3:
            raise ZeroDivisionError("its own")
        return p.tanh(z)

    problem = problem_of(MLP([3, 2, 1], failing, rng=0), some_examples(5, 3, 1), SGD(0.1))
    descent = replayed(problem, 5)
    next(calls), next(calls)

    why = "ZeroDivisionError was raised while the step was recorded once more: its own"
    assert why_not_again(problem, descent) == why
