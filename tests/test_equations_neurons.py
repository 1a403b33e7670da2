"""The network neuron by neuron computes what matrices compute, and learns online what `train` learns."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from microbp.equations import PlainNetwork, PlainNeuron, backprop, errors, feedforward, quadratic_cost_per_example
from microbp.nn import MLP
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import numbers_of
from microbp.tensor import Tensor
from microbp.train import train
from microbp.value import Value

every_depth = pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2), (2, 3, 4, 1)])


def matrices(rng, sizes):
    shapes = list(zip(sizes[1:], sizes, strict=False))
    return [rng.normal(size=shape) for shape in shapes], [rng.normal(size=(n, 1)) for n, _ in shapes]


def matrices_of(network):
    weights = [np.array([neuron.w for neuron in layer]) for layer in network.layers]
    return weights, [np.array([[neuron.b] for neuron in layer]) for layer in network.layers]


@every_depth
def test_forward_and_backward_are_equations_25_bp1_and_bp2(sizes, rng):
    weights, biases = matrices(rng, sizes)
    x, y = rng.normal(size=sizes[0]), rng.random(sizes[-1])
    network = PlainNetwork(weights, biases)

    outputs = network.forward(x)
    network.backward(y)

    zs, activations = feedforward(weights, biases, x[:, None])
    assert_allclose(outputs, activations[-1][:, 0], rtol=1e-13)
    for layer, a, delta in zip(network.layers, activations[1:], errors(weights, zs, y[:, None]), strict=True):
        assert_allclose([neuron.a for neuron in layer], a[:, 0], rtol=1e-13)
        assert_allclose([neuron.delta for neuron in layer], delta[:, 0], rtol=1e-12, atol=1e-16)


@every_depth
def test_an_update_is_minus_eta_times_the_gradient_of_bp3_and_bp4(sizes, rng):
    weights, biases = matrices(rng, sizes)
    x, y = rng.normal(size=sizes[0]), rng.random(sizes[-1])
    network = PlainNetwork(weights, biases)

    met = network.learn([(x, y)], eta=0.7)

    nabla_b, nabla_w = backprop(weights, biases, x[:, None], y[:, None])
    after_w, after_b = matrices_of(network)
    for l in range(len(weights)):
        assert_allclose(after_w[l], weights[l] - 0.7 * nabla_w[l], rtol=1e-12, atol=1e-14)
        assert_allclose(after_b[l], biases[l] - 0.7 * nabla_b[l], rtol=1e-12, atol=1e-14)
    a = feedforward(weights, biases, x[:, None])[1][-1]
    assert met == pytest.approx(quadratic_cost_per_example(a, y[:, None])[0])


@pytest.mark.parametrize("node", [Value, Tensor])
def test_it_learns_online_the_same_weights_as_train_with_mini_batches_of_one(node, rng):
    """In the order in which train shuffles its examples: 3 epochs of 12 examples, 36 steps."""
    X, Y = rng.normal(size=(12, 3)), np.eye(2)[rng.integers(2, size=12)]
    net = MLP([3, 4, 2], node=node, rng=1)
    network = PlainNetwork([numbers_of(layer.w) for layer in net], [numbers_of(layer.b) for layer in net])
    was = matrices_of(network)

    history = train(net, (X, Y), epochs=3, batch_size=1, optimizer=SGD(0.5), progress=False, rng=7)
    order = np.random.default_rng(7)
    met = [network.learn(((X[i], Y[i]) for i in order.permutation(12)), 0.5) for _ in range(3)]

    for layer, w, b, before in zip(net, *matrices_of(network), was[0], strict=True):
        assert_allclose(w, numbers_of(layer.w), rtol=1e-12, atol=1e-14)
        assert_allclose(b, numbers_of(layer.b), rtol=1e-12, atol=1e-14)
        assert np.abs(w - before).max() > 0.05
    assert_allclose(np.array(met) / 12, history.costs, rtol=1e-12)


def test_the_transfer_of_large_weighted_inputs_does_not_overflow():
    neuron = PlainNeuron([1.0], 0.0)

    assert [neuron.transfer(z) for z in (1e6, 0.0, -1e6)] == [1, 0.5, 0]
    assert neuron.transfer(-705.0) == pytest.approx(np.exp(-705.0), rel=1e-12)


def test_what_wont_do_is_named(rng):
    weights, biases = matrices(rng, (3, 4, 2))
    network = PlainNetwork(weights, biases)

    with pytest.raises(ValueError, match="PlainNetwork: 2 weights and 1 biases; want one each for layers 2 … L"):
        PlainNetwork(weights, biases[1:])
    with pytest.raises(ValueError, match=r"PlainNetwork: weights\[1\] has shape \(4, 2\), want \(n_3, 4\)"):
        PlainNetwork([weights[0], weights[1].T], biases)
    with pytest.raises(ValueError, match=r"PlainNetwork: forward: x has shape \(3, 1\), want \(3,\)"):
        network.forward(np.zeros((3, 1)))
    with pytest.raises(ValueError, match=r"PlainNetwork: backward: y has shape \(1,\), want \(2,\)"):
        network.backward([1])


def test_a_learning_rate_that_is_no_number_changes_no_weight():
    network = PlainNetwork([[[1.0, 2.0]]], [[[0.5]]])
    network.forward([1.0, 0.0])
    network.backward([1.0])

    for eta, sentence in (("0.1", "has dtype <U3"), ([0.1, 0.2], r"has shape \(2,\); want a number")):
        with pytest.raises(ValueError, match=f"^PlainNetwork: update: eta {sentence}"):
            network.update([1.0, 0.0], eta)
    assert (network.layers[0][0].w, network.layers[0][0].b) == ([1.0, 2.0], 0.5)
