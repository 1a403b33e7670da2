"""The forward pass as other texts write it: equation 25 once more, in rows, with a column of ones, as three products.

Where rows are examples, a layer's matrix stands on the right and is the book's transposed: (w a + b)ᵀ = aᵀ wᵀ + bᵀ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.activations import Activation, AnyActivation, activation_named
from microbp.equations.shapes import Array, fit


def append_ones(a: ArrayLike) -> Array:
    """[a 1]: a column of ones beside activations in rows, the input of which every bias is the weight.

    a  shape (m, n), rows are examples
    Returns shape (m, n + 1).

    >>> append_ones([[2, 3], [4, 5]])
    array([[2., 3., 1.],
           [4., 5., 1.]])
    """
    (a,) = fit("append_ones", ("a", a, "examples n"))
    return np.hstack([a, np.ones((len(a), 1), a.dtype)])


def with_bias_row(w: ArrayLike, b: ArrayLike) -> Array:
    """[w b]ᵀ: the book's weights and biases as the one matrix that goes with a column of ones.

    w  shape (n_l, n_{l−1});  b  shape (n_l, 1)
    Returns shape (n_{l−1} + 1, n_l): one column a neuron, its bias in the last row.
    """
    w, b = fit("with_bias_row", ("w", w, "n_l n_{l−1}"), ("b", b, "n_l 1"))
    return np.hstack([w, b]).T


def feedforward_with_bias_column(
    weights: Sequence[ArrayLike], X: ArrayLike, activation: AnyActivation = "sigmoid"
) -> list[Array]:
    """Activations of every layer, with a column of ones appended in place of biases.

    a ← σ([a 1] w),  layer by layer

    weights  of layers 2 … L, shapes (n_{l−1} + 1, n_l), as of with_bias_row
    X        shape (m, n_1), rows are examples
    Returns the activations of layers 1 … L, shapes (m, n_l), without the ones.
    """
    operation = "feedforward_with_bias_column"
    sigma = activation_named(operation, activation)
    (a,) = fit(operation, ("X", X, "examples n_1"))
    activations = [a]
    for i, w in enumerate(weights):
        a, w = fit(operation, ("[a 1]", append_ones(a), "examples n_{l−1}+1"), (f"weights[{i}]", w, "n_{l−1}+1 n_l"))
        a = _of_rows(sigma, a @ w)
        activations.append(a)
    return activations


def feedforward_of_rows(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], X: ArrayLike, activation: AnyActivation = "relu"
) -> list[Array]:
    """Activations of every layer for a matrix of examples in rows; relu's layer is max(0, X w + b).

    a ← σ(a w + b),  layer by layer; b is added to every row

    weights  of layers 2 … L, shapes (n_{l−1}, n_l);  biases  shapes (1, n_l): the book's, transposed
    X        shape (m, n_1), rows are examples
    Returns the activations of layers 1 … L, shapes (m, n_l).
    """
    operation = "feedforward_of_rows"
    sigma = activation_named(operation, activation)
    if len(weights) != len(biases):
        raise ValueError(f"{operation}: {len(weights)} weights, {len(biases)} biases; want one each for layers 2 … L")
    (a,) = fit(operation, ("X", X, "examples n_1"))
    activations = [a]
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        a, w, b = fit(
            operation,
            ("a", a, "examples n_{l−1}"), (f"weights[{i}]", w, "n_{l−1} n_l"), (f"biases[{i}]", b, "1 n_l"),
        )  # fmt: skip
        a = _of_rows(sigma, a @ w + b)
        activations.append(a)
    return activations


def three_layer_forward(
    x: ArrayLike,
    W1: ArrayLike, b1: ArrayLike, W2: ArrayLike, b2: ArrayLike, W3: ArrayLike, b3: ArrayLike,
    activation: AnyActivation = "sigmoid",
) -> Array:  # fmt: skip
    """The output of a network of three layers with weights, as three products of matrices (CS231n).

    h₁ = f(W₁ x + b₁),  h₂ = f(W₂ h₁ + b₂),  out = W₃ h₂ + b₃

    The last layer has no activation: its outputs are scores. CS231n doesn't count the input as a layer, the book does,
    for which this is a network of four.

    x  shape (n_1, m), columns are examples;  W1, W2, W3  shapes (n_l, n_{l−1});  b1, b2, b3  shapes (n_l, 1)
    Returns shape (n_4, m).
    """
    f = activation_named("three_layer_forward", activation)
    x, W1, b1, W2, b2, W3, b3 = fit(
        "three_layer_forward",
        ("x", x, "n_1 m"),
        ("W1", W1, "n_2 n_1"), ("b1", b1, "n_2 1"),
        ("W2", W2, "n_3 n_2"), ("b2", b2, "n_3 1"),
        ("W3", W3, "n_4 n_3"), ("b3", b3, "n_4 1"),
    )  # fmt: skip
    h1 = f(W1 @ x + b1)
    h2 = f(W2 @ h1 + b2)
    out: Array = W3 @ h2 + b3
    return out


def _of_rows(sigma: Activation, z: Array) -> Array:
    """σ of weighted inputs in rows; it takes columns, as neurons of a column may be coupled."""
    return sigma(z.T).T
