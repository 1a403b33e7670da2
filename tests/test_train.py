"""Training: the book's steps, the same bits again, and a whole step or none whatever happens."""

from __future__ import annotations

import gc
import os
import re
import signal
import struct
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from microbp import data, equations
from microbp import primitives as p
from microbp.nn import MLP, accuracy, costs, regularizers
from microbp.nn.examples import correct
from microbp.nn.optimizers import SGD, Adam, Momentum
from microbp.nn.parameters import gradient_of, nodes_of, numbers_of, parameter
from microbp.program.descent import Descent
from microbp.steps import Run, TrainingError
from microbp.tensor import Tensor
from microbp.train import train
from microbp.value import Value

training = sys.modules["microbp.train"]  # the name microbp.train is the function

ROOT = Path(__file__).parent.parent

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])
every_optimizer = pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])


def quietly(net, examples, **arguments):
    return train(net, examples, **{"epochs": 1, "progress": False, "rng": 0, "replay": True} | arguments)


def numbers(net):
    return [numbers_of(w).copy() for w in net.parameter_arrays()]


def bits(net):
    return b"".join(w.tobytes() for w in numbers(net))


def some_examples(n=20, n_in=3, n_out=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, n_in)), rng.uniform(0, 1, (n, n_out))


# ------------------------------------------------------------------------------ what a step and an epoch are


def stepped(net, x, y, cost, eta, lmbda=0.0, n=1):
    """Weights and biases after w → w − η(∂C/∂w + λw/n), b → b − η ∂C/∂b, in the order of the parameters."""
    weights, biases = numbers(net)[0::2], numbers(net)[1::2]
    nabla_b, nabla_w = equations.backprop(weights, biases, x, y, ["tanh", "sigmoid"], cost)
    moved_w = [w - eta * (nabla + lmbda / n * w) for w, nabla in zip(weights, nabla_w, strict=True)]
    moved_b = [b - eta * nabla for b, nabla in zip(biases, nabla_b, strict=True)]
    return [w for pair in zip(moved_w, moved_b, strict=True) for w in pair]


@both_nodes
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy", "log_likelihood"])
@pytest.mark.parametrize("lmbda", [0.0, 5.0])
def test_a_step_is_that_of_the_closed_form(node, cost, lmbda):
    X, Y = some_examples()
    net = MLP([3, 4, 2], "tanh", "sigmoid", node=node, rng=0)
    expected = stepped(net, X.T, Y.T, cost, 3.0, lmbda, len(X))

    quietly(
        net, (X, Y), batch_size=20, optimizer=SGD(3.0), cost=cost,
        regularizer=regularizers.L2(lmbda) if lmbda else None,
    )  # fmt: skip

    for w, closed in zip(numbers(net), expected, strict=True):
        assert w == pytest.approx(closed, rel=1e-12, abs=1e-14)


def test_an_epoch_takes_one_step_for_each_mini_batch_of_the_shuffled_examples():
    X, Y = some_examples(n=10)
    net, by_hand = (MLP([3, 4, 2], "tanh", "sigmoid", rng=0) for _ in range(2))
    rng = np.random.default_rng(5)
    for _ in range(2):
        order = rng.permutation(10)
        assert sorted(order) == list(range(10))
        for batch in (order[:4], order[4:8], order[8:]):
            moved = stepped(by_hand, X[batch].T, Y[batch].T, "quadratic", 0.5)
            for w, array in zip(by_hand.parameters(), moved, strict=True):
                w.data = array

    quietly(net, (X, Y), epochs=2, batch_size=4, optimizer=SGD(0.5), rng=5)

    for w, closed in zip(numbers(net), numbers(by_hand), strict=True):
        assert w == pytest.approx(closed, rel=1e-12)


def test_a_batch_larger_than_the_data_is_all_of_it():
    nets = [MLP([3, 4, 2], rng=0) for _ in range(2)]
    histories = [quietly(net, some_examples(), batch_size=m) for net, m in zip(nets, (20, 1000), strict=True)]

    assert bits(nets[0]) == bits(nets[1])
    assert histories[0] == histories[1]


def test_left_to_itself_training_is_gradient_descent_with_eta_a_half():
    nets = [MLP([3, 4, 2], rng=0) for _ in range(2)]
    quietly(nets[0], some_examples())
    quietly(nets[1], some_examples(), optimizer=SGD(0.5), cost=costs.quadratic)

    assert bits(nets[0]) == bits(nets[1])


@every_optimizer
def test_the_same_seed_gives_the_same_bits(optimizer):
    def trained(seed):
        net = MLP([3, 4, 2], "tanh", rng=0)
        history = quietly(net, some_examples(), epochs=3, batch_size=3, optimizer=optimizer(0.1), rng=seed)
        return bits(net), history

    assert trained(1) == trained(1) == trained(np.random.default_rng(1))
    assert trained(1)[0] != trained(2)[0]


@every_optimizer
def test_networks_of_values_learn_as_networks_of_tensors(optimizer):
    nets = [MLP([3, 4, 2], "tanh", "sigmoid", node=node, rng=0) for node in (Tensor, Value)]
    histories = [
        quietly(net, some_examples(), epochs=3, optimizer=optimizer(0.1), cost="cross_entropy") for net in nets
    ]

    for of_tensors, of_values in zip(*map(numbers, nets), strict=True):
        assert of_values == pytest.approx(of_tensors, rel=1e-9)
    assert histories[1].costs == pytest.approx(histories[0].costs, rel=1e-12)


@every_optimizer
def test_float32_networks_stay_float32(optimizer):
    net = MLP([3, 4, 2], "tanh", "sigmoid", rng=0, dtype=np.float32)
    quietly(net, some_examples(), optimizer=optimizer(0.1), regularizer=regularizers.L2(1.0))

    assert {w.dtype for w in net.parameters()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("labels", [[0, 2, 1, 2], np.array([0, 2, 1, 2], np.uint8)])
def test_labels_stand_for_rows_with_a_1_in_their_place(labels):
    X, _ = some_examples(n=4)
    nets = [MLP([3, 4, 3], rng=0) for _ in range(2)]
    quietly(nets[0], (X, labels))
    quietly(nets[1], (X, [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]))

    assert bits(nets[0]) == bits(nets[1])


def test_labels_of_one_output_neuron_are_what_it_should_say():
    X, _ = some_examples(n=4)
    nets = [MLP([3, 4, 1], rng=0) for _ in range(2)]
    quietly(nets[0], (X, [0, 1, 1, 0]))
    quietly(nets[1], (X, [[0.0], [1.0], [1.0], [0.0]]))

    assert bits(nets[0]) == bits(nets[1])


# --------------------------------------------------------------------------------------------- learning


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("optimizer", [lambda: SGD(0.5), lambda: Momentum(0.03), lambda: Adam(0.03)])
def test_moons_are_told_apart_on_points_not_seen_before(optimizer, seed):
    net = MLP([2, 16, 1], "tanh", "sigmoid", initializer="inverse_sqrt", rng=seed)

    quietly(net, data.moons(400, rng=seed), epochs=30, optimizer=optimizer(), cost="cross_entropy", rng=seed)

    assert accuracy(net, *data.moons(400, rng=100 + seed)) > 0.95


@both_nodes
@pytest.mark.parametrize("seed", range(3))
def test_xor_is_learned(node, seed):
    net = MLP([2, 8, 1], "tanh", "sigmoid", node=node, rng=seed)

    history = quietly(net, data.xor(), epochs=200, batch_size=4, optimizer=SGD(1.0), cost="cross_entropy", rng=seed)

    assert accuracy(net, *data.xor()) == 1
    assert history.costs[-1] < 0.05 < history.costs[0]


@pytest.mark.needs_data
def test_digits_are_learned_in_two_epochs_of_ten_thousand():
    """Measured over five seeds: 91.5 to 92.4 % of the test images, mean 92.0 %, standard deviation 0.4 %."""
    digits = data.mnist(mirrors=(), progress=False)
    X, labels = digits.train
    net = MLP([784, 30, 10], initializer="inverse_sqrt", rng=0)

    history = quietly(
        net, (X[:10_000], labels[:10_000]), epochs=2, optimizer=SGD(0.5), cost="cross_entropy", validation=digits.test
    )

    assert history[1].total == 10_000
    assert history[1].accuracy > 0.905


def test_weight_decay_keeps_weights_small_and_leaves_biases():
    X, Y = np.zeros((4, 2)), np.full((4, 1), 0.5)  # with inputs and biases 0, sigmoid says ½: no error, no gradient
    net = MLP([2, 1], initializer="he", rng=0)
    w, b = numbers(net)

    quietly(net, (X, Y), epochs=3, batch_size=2, optimizer=SGD(0.5), regularizer=regularizers.L2(1.0))

    assert numbers(net)[0] == pytest.approx((1 - 0.5 / 4) ** 6 * w, rel=1e-14)
    assert np.array_equal(numbers(net)[1], b)


# ------------------------------------------------------------------- replayed steps are the network's own


def by_hand(net, X, Y, epochs, m, optimizer, cost, regularizer=None, seed=0):
    """The network's own loop: cost, backward, step; the mean cost of each epoch.

    Of plain gradient descent the learning rate is the cotangent of the cost.
    """
    is_plain = type(optimizer) is SGD and regularizer is None
    rng, costs_of_epochs, parameters = np.random.default_rng(seed), [], net.parameter_arrays()
    X, Y = X.astype(net.dtype), Y.astype(net.dtype)
    for _ in range(epochs):
        order, total = rng.permutation(len(X)), 0.0
        for k in range(0, len(X), m):
            batch = order[k : k + m]
            net.zero_grad()
            c = net.cost(X[batch].T, Y[batch].T, cost)
            c.backward(optimizer.eta if is_plain else 1.0)
            gradients = [gradient_of(w) for w in parameters]
            if regularizer is not None:
                for i in range(0, len(gradients), 2):
                    gradients[i] = gradients[i] + regularizer.gradient(numbers_of(parameters[i]), len(X))
            (SGD(1.0) if is_plain else optimizer).step(parameters, gradients)
            total += len(batch) * float(c.data)
        costs_of_epochs.append(total / len(X))
    return costs_of_epochs


def way_of(net, optimizer, cost="quadratic", n=7, m=3, **arguments):
    """Which way training takes its steps."""
    return type(way_taken(net, some_examples(n, *net.sizes[:: len(net.sizes) - 1]), optimizer, cost, m, **arguments))


def way_taken(net, examples, optimizer, cost="quadratic", m=3, regularizer=None):
    X, Y = (array.astype(net.dtype) for array in examples)
    return Run(training._problem(net, X, Y, cost, optimizer, regularizer), m, replay=True).way


def flat(states):
    """What optimizers remember, as one list of numbers."""
    parts = [part for state in states for part in (state if isinstance(state, tuple) else (state,))]
    parts = [part for part in parts if part is not None]
    return np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)


COSTS = [
    ("sigmoid", "sigmoid", "quadratic"),
    ("tanh", "sigmoid", "cross_entropy"),
    ("relu", "softmax", "log_likelihood"),
    ("leaky_relu", "linear", "quadratic"),
    ("softmax", "tanh", "quadratic"),
    (lambda z: p.tanh(z) * p.sigmoid(z), "softmax", "cross_entropy"),
    ("tanh", "linear", "hinge"),
]


@every_optimizer
@pytest.mark.parametrize(("activation", "output", "cost"), COSTS)
@pytest.mark.parametrize(("dtype", "lmbda", "n", "m"), [(np.float64, None, 17, 5), (np.float32, 2.0, 12, 4)])
def test_training_has_the_bits_of_the_networks_own_loop(optimizer, activation, output, cost, dtype, lmbda, n, m):
    X, Y = some_examples(n, 3, 2)
    Y = np.where(Y > 0.5, 1.0, -1.0 if cost == "hinge" else 0.0)
    regularizer = None if lmbda is None else regularizers.L2(lmbda)
    nets = [MLP([3, 4, 3, 2], activation, output, rng=0, dtype=dtype) for _ in range(2)]
    optimizers = [optimizer(0.1), optimizer(0.1)]
    nodes = nets[0].parameters()
    assert isinstance(way_taken(nets[0], (X, Y), optimizers[0], cost, m, regularizer), Descent)

    history = quietly(
        nets[0], (X, Y), epochs=2, batch_size=m, optimizer=optimizers[0], cost=cost, regularizer=regularizer
    )

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
    ("activation", "cost"), [("tanh", "quadratic"), ("softmax", "log_likelihood"), ("sigmoid", "cross_entropy")]
)
def test_training_values_is_that_of_their_own_loop(optimizer, activation, cost):
    X, Y = some_examples(8, 3, 2)
    nets = [MLP([3, 4, 2], "tanh", activation, node=Value, rng=0) for _ in range(2)]
    optimizers = [optimizer(0.1), optimizer(0.1)]
    nodes = nets[0].parameters()
    assert way_of(nets[0], optimizers[0], cost) is Descent

    history = quietly(nets[0], (X, Y), epochs=2, batch_size=3, optimizer=optimizers[0], cost=cost)

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


class Counting:
    """An activation that is another one at each call."""

    def __init__(self):
        self.calls = 0

    def __call__(self, z):
        self.calls += 1
        return p.tanh(z) if self.calls % 3 else p.sigmoid(z)


def by_numbers(z):
    """An activation that looks at its numbers."""
    return p.tanh(z) * float(np.abs(z.data).max() > 0.5)


@pytest.mark.parametrize("activation", [lambda: Dropout(0), Counting, lambda: by_numbers])
def test_a_network_that_does_something_else_each_time_is_not_replayed(activation):
    assert way_of(MLP([3, 4, 2], activation(), rng=0), SGD(0.1)) is not Descent


def test_an_activation_that_looks_at_its_numbers_learns_as_by_its_own_loop():
    X, Y = some_examples(8, 3, 2)
    nets = [MLP([3, 4, 2], by_numbers, rng=0) for _ in range(2)]

    history = quietly(nets[0], (X, Y), epochs=2, batch_size=3, optimizer=Momentum(0.1))

    assert history.costs == by_hand(nets[1], X, Y, 2, 3, Momentum(0.1), "quadratic")
    assert bits(nets[0]) == bits(nets[1])


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
    for replay in (True, False):
        net = made()
        history = quietly(net, some_examples(8, 3, 2), epochs=2, batch_size=3, optimizer=optimizer(0.1), replay=replay)
        trained.append((bits(net), [w.dtype for w in numbers(net)], history.costs))

    assert trained[0] == trained[1]


def until_it_grows(z):
    """An activation that branches by what its numbers have become."""
    return p.tanh(z) if (z * z).sum() < 40.0 else p.sigmoid(z)


@both_nodes
@every_optimizer
def test_a_branch_that_changes_in_mid_training_is_taken(node, optimizer):
    X, Y = some_examples(8, 3, 2)
    branching = until_it_grows if node is Tensor else one_by_one
    nets = [MLP([3, 4, 2], branching, "linear", node=node, rng=0) for _ in range(2)]
    optimizers = [optimizer(0.2), optimizer(0.2)]
    run = Run(training._problem(nets[0], X, Y, "quadratic", optimizers[0], None), 3, replay=True)
    assert isinstance(run.way, Descent)
    rng = np.random.default_rng(0)
    found = [run.epoch(j, rng.permutation(8), lambda: None) for j in range(12)]

    assert not isinstance(run.way, Descent)
    assert found == pytest.approx(by_hand(nets[1], X, Y, 12, 3, optimizers[1], "quadratic"), rel=1e-9)
    for a, b in zip(numbers(nets[0]), numbers(nets[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    pairs = list(zip(optimizers, nets, strict=True))
    states = [[taught.states.get(node) for node in nodes_first(net)] for taught, net in pairs]
    np.testing.assert_allclose(flat(states[0]), flat(states[1]), rtol=1e-8, atol=1e-12)


def nodes_first(net):
    return [nodes_of(w)[0] for w in net.parameter_arrays()]


def one_by_one(z):
    return np.array([p.tanh(v) if v < 2.0 else p.sigmoid(v) for v in z.flat], dtype=object).reshape(z.shape)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@every_optimizer
@both_nodes
def test_whatever_ends_training_network_and_optimizer_are_between_two_steps(node, optimizer, error):
    X, Y = some_examples(9, 3, 2)
    after = []
    for steps in range(1, 6):
        net, taught = MLP([3, 2], node=node, rng=0), optimizer(0.1)
        run = Run(training._problem(net, X, Y, "quadratic", taught, None), 2, replay=True)
        left = iter(range(steps - 1))

        def stop(left=left):
            if next(left, None) is None:
                raise error

        with pytest.raises(error):
            run.epoch(0, np.arange(9), stop)
        own, own_optimizer = MLP([3, 2], node=node, rng=0), optimizer(0.1)
        for k in range(steps):
            own.zero_grad()
            own.cost(X[2 * k : 2 * k + 2].T, Y[2 * k : 2 * k + 2].T).backward()
            own_optimizer.step(own.parameter_arrays())
        for a, b in zip(numbers(net), numbers(own), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
        states = [[o.states[node] for node in nodes_first(n)] for o, n in ((taught, net), (own_optimizer, own))]
        np.testing.assert_allclose(flat(states[0]), flat(states[1]), rtol=1e-11, atol=1e-15)
        after.append(bits(net))

    assert len(set(after)) == 5


@every_optimizer
def test_an_optimizer_that_is_further_with_some_parameters_goes_on_with_each(optimizer):
    X, Y = some_examples(6, 3, 2)
    nets, optimizers = [MLP([3, 2], rng=0) for _ in range(2)], [optimizer(0.1), optimizer(0.1)]
    for net, taught in zip(nets, optimizers, strict=True):
        taught.step([net.layers[0].b], [np.ones((2, 1))])

    quietly(nets[0], (X, Y), batch_size=2, optimizer=optimizers[0])

    by_hand(nets[1], X, Y, 1, 2, optimizers[1], "quadratic")
    assert bits(nets[0]) == bits(nets[1])


@both_nodes
def test_a_parameter_that_is_not_of_the_network_stays_as_it_is(node):
    X, Y = some_examples(6, 3, 2)
    slope = node(0.3, "slope")
    nets = [MLP([3, 4, 2], lambda z: p.tanh(z * slope), node=node, rng=0) for _ in range(2)]

    quietly(nets[0], (X, Y), batch_size=2, optimizer=SGD(0.5))

    by_hand(nets[1], X, Y, 1, 2, SGD(0.5), "quadratic")
    assert slope.data == 0.3
    for a, b in zip(numbers(nets[0]), numbers(nets[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def frozen(net, k):
    """The network with the parameters of its layer number k as constants."""
    layer = net.layers[k]
    layer.w, layer.b = (parameter(net.node, numbers_of(w), "frozen", varies=False) for w in (layer.w, layer.b))
    return net


class Upper(MLP):
    """A network that names only the parameters of its last layer."""

    def parameters(self):
        return [node for w in (self.layers[-1].w, self.layers[-1].b) for node in nodes_of(w)]


class Above(MLP):
    """The same by whole arrays."""

    def parameter_arrays(self):
        return super().parameter_arrays()[2:]


@pytest.mark.parametrize("regularizer", [None, regularizers.L2(2.0)])
@pytest.mark.parametrize("replay", [None, True, False])
@pytest.mark.parametrize("made", [lambda *a, **k: frozen(MLP(*a, **k), 0), Upper, Above])
@both_nodes
@every_optimizer
def test_parameters_that_are_frozen_stay_and_the_others_learn(node, optimizer, made, replay, regularizer):
    X, Y = some_examples(9, 3, 2)
    net, own = made([3, 4, 2], node=node, rng=0), MLP([3, 4, 2], node=node, rng=0)
    before = [numbers_of(w).tobytes() for w in (net.layers[0].w, net.layers[0].b)]

    quietly(net, (X, Y), batch_size=3, optimizer=optimizer(0.1), replay=replay, regularizer=regularizer)

    taught, rng = optimizer(0.1), np.random.default_rng(0)
    learned = own.parameter_arrays()[2:]
    order = rng.permutation(9)
    for batch in (order[:3], order[3:6], order[6:]):
        own.zero_grad()
        own.cost(X[batch].T, Y[batch].T).backward()
        gradients = [gradient_of(w) for w in learned]
        if regularizer is not None:
            gradients[0] = gradients[0] + regularizer.gradient(numbers_of(learned[0]), 9)
        taught.step(learned, gradients)
    for w, expected in zip((net.layers[1].w, net.layers[1].b), learned, strict=True):
        np.testing.assert_allclose(numbers_of(w), numbers_of(expected), rtol=1e-12, atol=1e-15)
    assert before == [numbers_of(w).tobytes() for w in (net.layers[0].w, net.layers[0].b)]


@both_nodes
@pytest.mark.parametrize("k", [0, 1])
def test_a_network_with_a_frozen_layer_is_replayed(node, k):
    assert way_of(frozen(MLP([3, 4, 2], node=node, rng=0), k), SGD(0.1)) is Descent


@both_nodes
def test_where_nothing_can_be_learned_that_is_said(node):
    net = frozen(frozen(MLP([3, 4, 2], node=node, rng=0), 0), 1)

    with pytest.raises(ValueError, match="train: there is nothing to learn: all of the network's parameters are const"):
        quietly(net, some_examples())


def test_a_constant_among_the_weights_of_a_layer_is_refused():
    net = MLP([3, 2], node=Value, rng=0)
    net.layers[0].w[1, 2] = Value(0.0, "w2_2,3", varies=False)
    before = bits(net)

    with pytest.raises(ValueError, match="train: w2_2,3 stays as it is, beside w2_1,1, which is learned; freeze all"):
        quietly(net, some_examples())

    assert bits(net) == before


# ---------------------------------------------------------------------------------------------- history


def test_the_cost_of_an_epoch_is_the_mean_over_its_examples_without_the_regularizer():
    X, Y = some_examples(n=10)
    net = MLP([3, 4, 2], "tanh", "sigmoid", rng=0)
    weights, biases = numbers(net)[0::2], numbers(net)[1::2]
    expected = equations.mean_cost(weights, biases, X.T, Y.T, ["tanh", "sigmoid"])

    history = quietly(net, (X, Y), batch_size=4, optimizer=SGD(1e-300), regularizer=regularizers.L2(5.0))

    assert history.costs == pytest.approx([expected], rel=1e-14)


@both_nodes
def test_validation_counts_what_is_right_after_each_epoch(node):
    X, labels = data.moons(40)
    net = MLP([2, 4, 2], "tanh", node=node, rng=0)
    one_more = MLP([2, 4, 2], "tanh", node=node, rng=0)

    history = quietly(net, (X, labels), epochs=3, validation=(X, labels))
    quietly(one_more, (X, labels), epochs=1, validation=(X, np.eye(2)[labels]))

    assert [epoch.total for epoch in history] == [40] * 3
    assert history[0].correct == correct(one_more, X, labels)
    assert history[-1].correct == correct(net, X, labels)
    assert history.accuracies == [epoch.correct / 40 for epoch in history]


@pytest.mark.parametrize(("low", "right"), [(0, 1), (-1, 2)])
def test_validation_of_one_class_is_judged_by_the_middle_of_what_is_taught(low, right):
    net = MLP([1, 1], "linear", initializer=lambda rng, n_out, n_in: (np.eye(1), np.zeros((1, 1))))
    taught = [[-2.0], [2.0]], [low, 1]

    history = quietly(net, taught, optimizer=SGD(1e-300), validation=([[0.4], [0.6]], [1, 1]))

    assert history[0].correct == right


# ------------------------------------------------------------------------------------------ progress bar

SHORT_RUN = """
from microbp import MLP, data, train
moons = data.moons(40)
train(MLP([2, 3, 1], rng=0), moons, epochs=3, validation=moons, progress={progress}, rng=0)
"""


def on_a_terminal(program):
    """What a Python program writes to a terminal that is its standard error."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))  # not on Windows
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with subprocess.Popen([sys.executable, "-W", "error", "-c", program], stderr=its, cwd=ROOT) as run:
        os.close(its)
        written = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # what Linux says at the end
                break
            if not chunk:
                break
            written += chunk
    os.close(ours)
    assert run.returncode == 0, written.decode()
    return written.decode()


def test_on_a_terminal_a_bar_shows_steps_epoch_and_what_came_of_the_last():
    written = on_a_terminal(SHORT_RUN.format(progress=True))
    *_, last = written.strip().split("\r")

    assert re.match(r"Epoch 2: 100%\|█+\| 12/12 \[.*step/s, Epoch 2: \d+ / 40\]$", last), last


def test_a_terminal_stays_silent_when_asked():
    assert on_a_terminal(SHORT_RUN.format(progress=False)) == ""


def test_where_there_is_no_terminal_there_is_no_bar(capfd):
    train(MLP([2, 3, 1], rng=0), data.moons(40), epochs=3, rng=0)

    assert capfd.readouterr() == ("", "")


def test_a_program_without_a_standard_error_trains_without_a_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)  # as under pythonw

    assert len(train(MLP([2, 3, 1], rng=0), data.moons(40), epochs=3, rng=0)) == 3


# ------------------------------------------------------------------------------------- ended by Ctrl-C


class Watched(SGD):
    """Gradient descent that keeps what the parameters were after each step."""

    def __init__(self, eta):
        super().__init__(eta)
        self.after = []

    def step(self, parameters, gradients=None):
        super().step(parameters, gradients)
        self.after.append([numbers_of(w).copy() for w in parameters])


def interrupting(calls):
    """An activation in whose computation number `calls` Ctrl-C is pressed."""
    left = [calls]

    def sigmoid(z):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return p.sigmoid(z)

    return sigmoid


@both_nodes
@pytest.mark.parametrize("steps", [0, 1, 4, 9])
def test_ctrl_c_ends_training_after_a_whole_step_and_gives_the_history(node, steps, capfd):
    net = MLP([3, 2], interrupting(steps), node=node, rng=0)
    optimizer, start = Watched(0.5), numbers(net)

    history = quietly(net, some_examples(n=20), epochs=3, batch_size=5, optimizer=optimizer)

    assert history.interrupted
    assert len(history) == steps // 4
    assert len(optimizer.after) == steps
    for w, expected in zip(numbers(net), [start, *optimizer.after][-1], strict=True):
        assert np.array_equal(w, expected)
    sentence = f"Training was interrupted in epoch {steps // 4}; the network keeps what it has learned.\n"
    assert capfd.readouterr().err == sentence


def test_training_that_was_not_interrupted_says_so():
    assert quietly(MLP([3, 2], rng=0), some_examples()).interrupted is False


LONG_RUN = """
import numpy as np
from microbp import MLP, Value, train
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import gradient_of, nodes_of, numbers_of
from microbp.program.descent import Descent

class Watched(SGD):
    def step(self, parameters, gradients=None):
        before = [numbers_of(w) for w in parameters]
        self.whole = before, [w - self.eta * g for w, g in zip(before, gradients)]
        super().step(parameters, gradients)
        print(end=".", flush=True)

net, optimizer = MLP([20, 20, 1], node=Value, rng=0), Watched(0.5)
history = train(net, (np.ones((8, 20)), np.zeros(8)), 10**6, 1, optimizer, progress=False, rng=0)
now = [numbers_of(w) for w in net.parameter_arrays()]
whole = any(all(map(np.array_equal, now, state)) for state in optimizer.whole)
print(history.interrupted, whole)
"""


@pytest.mark.parametrize("milliseconds", [0, 7])
def test_a_signal_at_any_moment_leaves_the_parameters_at_a_whole_step(milliseconds):
    arguments = [sys.executable, "-W", "error", "-c", LONG_RUN]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as run:
        run.stdout.read(3)  # three steps are taken
        time.sleep(milliseconds / 1000)
        run.send_signal(signal.SIGINT)
        written, errors = run.communicate(timeout=60)

    assert written.decode().lstrip(".") == "True True\n", errors.decode()
    assert re.fullmatch(r"Training was interrupted in epoch \d+; .*\n", errors.decode())


# ------------------------------------------------------------------------------- when it is no number any more


def trap(calls):
    """The quadratic cost, but nan the time after so many."""
    left = [calls]

    def terms(a, y):
        left[0] -= 1
        return p.square(a - y) * (1.0 if left[0] >= 0 else np.nan)

    return costs.Cost("trap", terms)


@both_nodes
def test_a_cost_of_nan_is_reported_with_its_place_and_the_last_good_parameters_are_kept(node):
    net, optimizer = MLP([3, 2], node=node, rng=0), Watched(0.5)

    with pytest.raises(TrainingError, match="the cost became nan at epoch 2, mini-batch 1; .* smaller learning rate"):
        quietly(net, some_examples(n=4), epochs=9, batch_size=2, optimizer=optimizer, cost=trap(5))

    assert len(optimizer.after) == 5
    for w, expected in zip(numbers(net), optimizer.after[3], strict=True):  # the fifth step led to the nan
        assert np.array_equal(w, expected)


@both_nodes
def test_after_a_cost_of_nan_the_optimizer_goes_on_from_where_it_was_good(node):
    def nan_below(limit):
        """The quadratic cost, but nan where its terms add up to less."""

        def terms(a, y):
            squares = p.square(a - y) / 2
            return squares * p.where(p.greater(p.sum(squares), limit), 1.0, np.nan)

        return costs.Cost("trap", terms)

    def trained(cost, epochs):
        net, optimizer = MLP([3, 2], node=node, rng=0), Momentum(0.1)
        data = some_examples(n=1)
        try:
            history = quietly(net, data, epochs=epochs, batch_size=1, optimizer=optimizer, cost=cost)
        except TrainingError:
            history = None
        return history, [*numbers(net), *optimizer.states.values()]

    history, _ = trained("quadratic", 9)
    limit = (history[4].cost + history[3].cost) / 2  # reached by the fourth step

    stopped, kept = trained(nan_below(limit), 9)
    _, expected = trained("quadratic", 3)

    assert stopped is None
    for w, right in zip(kept, expected, strict=True):
        assert w == pytest.approx(right, rel=1e-9)


def test_a_first_cost_of_nan_leaves_the_network_as_it_was():
    net = MLP([3, 2], rng=0)
    before = bits(net)

    with pytest.raises(TrainingError, match="at epoch 0, mini-batch 0"):
        quietly(net, some_examples(), cost=trap(0))

    assert bits(net) == before


@both_nodes
@every_optimizer
def test_far_too_large_a_learning_rate_diverges_into_an_error_and_not_into_the_network(node, optimizer):
    net = MLP([3, 4, 2], "linear", node=node, rng=0)

    with pytest.raises(TrainingError, match=r"became (nan|inf) at epoch \d+, mini-batch \d+;.*\(eta=1e\+100\)"):
        quietly(net, some_examples(), epochs=100, optimizer=optimizer(1e100))

    assert all(np.isfinite(w).all() for w in numbers(net))


@both_nodes
def test_a_last_step_that_ends_in_nan_is_reported_too(node):
    def initializer(rng, n_out, n_in):
        return np.ones((n_out, n_in)), np.zeros((n_out, 1))

    distance = costs.Cost("distance", lambda a, y: p.sqrt(p.square(a - y)))  # 0 at a = y, but its rate is ∞·0
    net = MLP([1, 1], "linear", node=node, initializer=initializer)
    before = bits(net)

    with pytest.raises(TrainingError, match="a parameter became nan or inf at epoch 0, mini-batch 0"):
        quietly(net, ([[1.0]], [[1.0]]), cost=distance)

    assert bits(net) == before


# ------------------------------------------------------------------------------------------------ memory


@pytest.mark.parametrize(
    ("node", "epochs"),
    [(Tensor, 10), (Value, 5), pytest.param(Tensor, 500, marks=pytest.mark.slow)],  # 2,000, 1,000 and 100,000 steps
)
def test_the_heap_stays_flat_with_the_garbage_collector_off(node, epochs):
    X = np.random.default_rng(0).normal(size=(2000, 2))
    examples = X, (X[:, 0] > 0).astype(int)
    net, optimizer = MLP([2, 3, 1], "tanh", "sigmoid", node=node, rng=0), Momentum(0.1)
    gc.collect()
    gc.disable()
    quietly(net, examples, epochs=1, optimizer=optimizer)
    tracemalloc.start()
    try:
        quietly(net, examples, epochs=epochs, optimizer=optimizer)  # 200 steps each
        garbage = gc.collect()  # of which there is none: what this frees is CPython's store of tuples for later use
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()

    assert grown < 10 * 200 * epochs  # bytes: 1 MB in 100,000 steps
    assert garbage < 100


# ------------------------------------------------------------------------------------------------ errors

X5, Y5 = np.zeros((5, 3)), np.zeros((5, 2))


@both_nodes
@pytest.mark.parametrize(
    ("examples", "sentence"),
    [
        ((X5.T, Y5), r"train: X of data has shape \(3, 5\), but should be \(examples, 3\); rows are examples"),
        ((X5, Y5.T), r"train: Y of data has shape \(2, 5\), X has 5 rows; want shape \(5, 2\), or \(5,\) for labels"),
        ((X5, Y5[:4]), r"train: Y of data has shape \(4, 2\), X has 5 rows"),
        ((X5, [0, 1, 0, 1]), r"train: Y of data has shape \(4,\), X has 5 rows"),
        ((X5[:0], Y5[:0]), "train: X of data is empty"),
        ((X5, []), r"train: Y of data has shape \(0,\), X has 5 rows"),
        ((X5[0], Y5[0]), r"train: X of data has shape \(3,\), but should be \(examples, 3\)"),
        (([[1, 2, 3], [1]], [0, 1]), "train: X of data has rows that differ in length"),
        ((X5, [0, 1, 2, 0, 0]), "train: Y of data: there is a label 2; want 0 to 1, one for each output neuron"),
        ((X5, [0, 1, -1, 0, 0]), "train: Y of data: there is a label -1; want 0 to 1"),
        ((X5, [0.0, 1, 0, 0, 0]), r"train: Y of data: labels are integers, not float64; pass labels.astype\(int\)"),
        ((X5 + [[0], [0], [0], [np.nan], [0]], Y5), "train: X of data has a value that is nan or inf, in row 3"),
        ((X5, Y5 + [[0], [0], [np.inf], [0], [0]]), "train: Y of data has a value that is nan or inf, in row 2"),
        (list(zip(X5, Y5, strict=True)), "train: data is a pair X, Y with examples in rows, not list of 5"),
        (None, "train: data is a pair X, Y with examples in rows, not NoneType"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_the_remedy(node, examples, sentence):
    net = MLP([3, 2], node=node, rng=0)
    before = bits(net)

    with pytest.raises(ValueError, match=sentence):
        quietly(net, examples)

    assert bits(net) == before


@pytest.mark.parametrize(
    ("validation", "sentence"),
    [
        ((X5.T, Y5), r"train: X of validation has shape \(3, 5\)"),
        ((X5, [0] * 4), r"train: Y of validation: labels have shape \(4,\), X has 5 rows"),
        ((X5, [0, 1, 2, 0, 0]), "train: Y of validation: there is a label 2; want 0 to 1"),
        ((X5 + np.inf, [0] * 5), "train: X of validation has a value that is nan or inf, in row 0"),
        (X5, "train: validation is a pair X, Y with examples in rows, not ndarray of 5"),
    ],
)
def test_a_validation_set_that_does_not_fit_is_refused_before_the_first_step(validation, sentence):
    net = MLP([3, 2], rng=0)
    before = bits(net)

    with pytest.raises(ValueError, match=sentence):
        quietly(net, (X5, Y5), validation=validation)

    assert bits(net) == before


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"epochs": 0}, ValueError, "train: epochs is a whole number of at least 1, not 0"),
        ({"epochs": 1.5}, ValueError, "train: epochs is a whole number of at least 1, not 1.5"),
        ({"batch_size": 0}, ValueError, "train: batch_size is a whole number of at least 1, not 0"),
        ({"batch_size": "10"}, ValueError, "train: batch_size is a whole number of at least 1, not '10'"),
        ({"cost": "mse"}, ValueError, "unknown cost 'mse'; there are quadratic, cross_entropy, log_likelihood, hinge"),
        ({"cost": np.square}, TypeError, "cost is one of quadratic, .*, or a Cost of your own, not <ufunc 'square'>"),
        ({"cost": "hinge"}, ValueError, "hinge: y holds 0; want −1 or \\+1, so pass 2 \\* y − 1 for 0 and 1"),
        ({"optimizer": "adam"}, TypeError, r"train: optimizer is one of microbp's .*, such as SGD\(0.5\), not 'adam'"),
        ({"optimizer": SGD}, TypeError, "train: optimizer is one of .* not <class 'microbp.nn.optimizers.SGD'>"),
        ({"regularizer": 5.0}, TypeError, r"train: regularizer is one such as regularizers.L2\(5.0\), not 5.0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        quietly(MLP([3, 2], rng=0), (X5, Y5), **arguments)


@both_nodes
@pytest.mark.parametrize("replay", [None, True, False])
def test_a_desired_output_out_of_range_in_the_last_row_is_refused_before_the_first_step(node, replay):
    net = MLP([3, 2], node=node, rng=0)
    before, wrong = bits(net), np.vstack([Y5[:4], [[0.0, 1.5]]])

    with pytest.raises(ValueError, match="cross_entropy: y holds 1.5; want values from 0 to 1"):
        quietly(net, (X5, wrong), batch_size=2, cost="cross_entropy", replay=replay)

    assert bits(net) == before


@pytest.mark.parametrize("examples", [(X5 + 1j, Y5), (X5, Y5 + 1j), (X5.astype(str), Y5), (X5, ["a"] * 5)])
def test_data_that_are_no_real_numbers_are_refused(examples):
    with pytest.raises(TypeError, match="train: [XY] of data holds real numbers, not (complex128|str)"):
        quietly(MLP([3, 2], rng=0), examples)


# -------------------------------------------------------------------------------- functions of the user's own


def dropped(rng):
    return lambda z: p.sigmoid(z) * ((rng.random((3, 1)) < 0.9) / 0.9)


class Counting(MLP):
    """A network that does something else after some time."""

    calls = 0

    def feedforward(self, x):
        self.calls += 1
        zs, activations_ = super().feedforward(x)
        return (zs, activations_) if self.calls < 9 else (zs, [*activations_[:-1], activations_[-1] * 0.5])


def own_ones():
    X, Y = some_examples(12, 3, 2)
    plain = {"data": (X, Y), "net": MLP([3, 3, 2], rng=0)}
    return {
        "an activation": plain | {"net": MLP([3, 3, 2], [dropped(np.random.default_rng(0)), "sigmoid"], rng=0)},
        "a network": plain | {"net": Counting([3, 3, 2], rng=0)},
        "a cost": plain | {"cost": costs.Cost("own", lambda a, y: p.square(a - y))},
        "a regularizer": plain | {"regularizer": type("Own", (), {"gradient": lambda self, w, n: 0.1 * w})()},
    }


@pytest.mark.parametrize("what", own_ones())
def test_what_is_the_users_own_is_not_replayed_unless_that_is_asked_for(what):
    given = {"cost": "quadratic", "regularizer": None} | own_ones()[what]
    X, Y = given["data"]
    problem = training._problem(given["net"], X, Y, given["cost"], SGD(0.5), given["regularizer"])

    plain = training._problem(MLP([3, 2], rng=0), X, Y, "quadratic", SGD(0.5), None)

    assert not isinstance(Run(problem, 3).way, Descent)
    assert not isinstance(Run(plain, 3, replay=False).way, Descent)
    assert isinstance(Run(plain, 3).way, Descent)


def test_dropout_is_drawn_anew_for_each_step():
    X, Y = some_examples(12, 3, 2)
    nets = [MLP([3, 3, 2], [dropped(np.random.default_rng(s)), "sigmoid"], rng=0) for s in (7, 7)]

    train(nets[0], (X, Y), epochs=3, batch_size=3, optimizer=SGD(0.5), progress=False, rng=0)

    by_hand(nets[1], X, Y, 3, 3, SGD(0.5), "quadratic")
    assert bits(nets[0]) == bits(nets[1])


def test_a_change_between_two_epochs_is_noticed_where_replay_was_asked_for():
    X, Y = some_examples(12, 3, 2)
    nets = [Counting([3, 3, 2], rng=0) for _ in range(2)]
    run = Run(training._problem(nets[0], X, Y, "quadratic", SGD(0.5), None), 3, replay=True)
    assert isinstance(run.way, Descent)

    for j in range(6):
        run.epoch(j, np.arange(12), lambda: None)

    assert not isinstance(run.way, Descent)


@pytest.mark.parametrize(
    "activation", [lambda z: p.sigmoid(z - p.mean(z, axis=1, keepdims=True)), lambda z: p.softmax(z, axis=1)]
)
def test_examples_that_meet_in_a_network_of_values_are_not_taken_apart(activation):
    X, Y = some_examples(12, 3, 2)
    nets = [MLP([3, 3, 2], [activation, "sigmoid"], node=node, rng=0) for node in (Value, Tensor)]
    run = Run(training._problem(nets[0], X, Y, "quadratic", SGD(0.5), None), 3, replay=True)

    assert not isinstance(run.way, Descent)
    costs_of = [quietly(net, (X, Y), batch_size=3, optimizer=SGD(0.5), epochs=2).costs for net in nets]
    assert costs_of[0] == pytest.approx(costs_of[1], rel=1e-9)


def test_an_optimizer_that_was_given_another_update_is_asked():
    X, Y = some_examples(6, 3, 2)
    net, optimizer = MLP([3, 2], rng=0), SGD(0.5)
    before = bits(net)
    optimizer.update = lambda w, nabla_w, state: (w, state)

    quietly(net, (X, Y), optimizer=optimizer)

    assert bits(net) == before
