"""Every way to write the forward pass gives the book's activations, and an MLP's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from microbp.equations import (
    ACTIVATIONS,
    append_ones,
    feedforward,
    feedforward_of_rows,
    feedforward_with_bias_column,
    three_layer_forward,
    with_bias_row,
)
from microbp.nn import MLP
from microbp.nn.parameters import numbers_of

every_activation = pytest.mark.parametrize("sigma", ACTIVATIONS)


@pytest.fixture
def layers(rng):
    sizes = (3, 4, 5, 2)
    shapes = list(zip(sizes[1:], sizes, strict=False))
    return [rng.normal(size=shape) for shape in shapes], [rng.normal(size=(n, 1)) for n, _ in shapes]


@pytest.fixture
def X(rng):
    return rng.normal(size=(6, 3))


def test_a_column_of_ones_makes_of_the_last_weight_a_bias(rng):
    a, w, b = rng.normal(size=(6, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 1))

    assert_allclose(append_ones(a) @ with_bias_row(w, b), (w @ a.T + b).T, rtol=1e-13)


@every_activation
def test_the_pass_with_a_bias_column_is_the_books_transposed(sigma, layers, X):
    weights, biases = layers

    activations = feedforward_with_bias_column([with_bias_row(*wb) for wb in zip(*layers, strict=True)], X, sigma)

    for a, book in zip(activations, feedforward(weights, biases, X.T, sigma)[1], strict=True):
        assert_allclose(a, book.T, rtol=1e-12, atol=1e-14)


@every_activation
def test_the_pass_of_rows_is_the_books_transposed(sigma, layers, X):
    weights, biases = layers

    activations = feedforward_of_rows([w.T for w in weights], [b.T for b in biases], X, sigma)

    for a, book in zip(activations, feedforward(weights, biases, X.T, sigma)[1], strict=True):
        assert_allclose(a, book.T, rtol=1e-12, atol=1e-14)


def test_relu_on_a_matrix_of_examples_is_the_larger_of_0_and_its_weighted_inputs():
    X, w, b = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([[1.0, -1.0], [1.0, 1.0]]), np.array([[0.5, -2.0]])

    assert feedforward_of_rows([w], [b], X)[1].tolist() == [[3.5, 0.0], [0.0, 0.0]]
    # By hand: [1 + 2 + ½, −1 + 2 − 2] and [−1 + ½ + ½, 1 + ½ − 2], where it is above 0.


@pytest.mark.parametrize("sigma", ["sigmoid", "tanh", "relu"])
def test_all_of_them_are_what_an_mlp_answers(sigma, X):
    net = MLP([3, 4, 5, 2], sigma, rng=0)
    weights, biases = [numbers_of(layer.w) for layer in net], [numbers_of(layer.b) for layer in net]
    said = net.predict(X)

    with_ones = feedforward_with_bias_column(list(map(with_bias_row, weights, biases)), X, sigma)
    of_rows = feedforward_of_rows([w.T for w in weights], [b.T for b in biases], X, sigma)

    assert_allclose(with_ones[-1], said, rtol=1e-12, atol=1e-14)
    assert_allclose(of_rows[-1], said, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("sigma", ["sigmoid", "tanh", "relu"])
def test_three_products_are_a_network_whose_last_layer_is_linear(sigma, layers, X):
    weights, biases = layers
    W_and_b = [array for pair in zip(weights, biases, strict=True) for array in pair]
    net = MLP([3, 4, 5, 2], sigma, "linear", rng=0)
    for layer, w, b in zip(net, weights, biases, strict=True):
        layer.w.data, layer.b.data = w, b

    out = three_layer_forward(X.T, *W_and_b, sigma)

    assert_allclose(out, feedforward(weights, biases, X.T, [sigma, sigma, "linear"])[1][-1], rtol=1e-12)
    assert_allclose(out.T, net.predict(X), rtol=1e-12)


def test_shapes_that_dont_fit_are_named(layers, X):
    weights, biases = layers
    with pytest.raises(ValueError, match=r"of_rows: weights\[0\] has shape \(4, 3\), want \(3, n_l\); pass weights"):
        feedforward_of_rows(weights, biases, X)
    with pytest.raises(ValueError, match=r"of_rows: 3 weights, 2 biases; want one each"):
        feedforward_of_rows(weights, biases[1:], X)
    with pytest.raises(ValueError, match=r"of_rows: X has shape \(3,\), want \(examples, n_1\)$"):
        feedforward_of_rows(weights, biases, X[0])
    with pytest.raises(ValueError, match=r"bias_column: weights\[0\] has shape \(3, 4\), want \(4, n_l\)"):
        feedforward_with_bias_column([weights[0].T], X)
    with pytest.raises(ValueError, match=r"three_layer_forward: W1 has shape \(4, 3\), want \(n_2, 6\)"):
        three_layer_forward(X, weights[0], biases[0], weights[1], biases[1], weights[2], biases[2])
