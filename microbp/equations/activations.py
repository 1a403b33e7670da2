"""Activation functions, each beside its derivative."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.shapes import Array, fit, floats


class Activation:
    """An activation function σ beside its derivative.

    function    z, shape (n, m) → a, shape (n, m)
    derivative  z, shape (n, m) → σ′(z), shape (n, m), when each a_j depends on z_j alone; otherwise, as for
                softmax, the Jacobians Σ′(z), shape (m, n, n): one an example, [x, j, k] = ∂a_j/∂z_k
    pieces      how many weighted inputs an activation is made of, as by maxout: then z has pieces · n rows, and the
                Jacobians have as many columns
    """

    def __init__(
        self,
        name: str,
        function: Callable[[Array], Array],
        derivative: Callable[[Array], Array],
        pieces: int = 1,
    ) -> None:
        self.name, self.function, self.derivative, self.pieces = name, function, derivative, pieces

    def __repr__(self) -> str:
        return f"<activation {self.name}>"

    def __call__(self, z: ArrayLike) -> Array:
        """a = σ(z), of the shape of z; with several pieces one row for so many of z."""
        z = floats(self.name, "z", z)
        if self.pieces > 1 and (z.ndim == 0 or len(z) % self.pieces):
            raise ValueError(f"{self.name}: z has shape {z.shape}; want {self.pieces} rows for each neuron")
        a = floats(self.name, "σ(z)", self.function(z))
        wanted = z.shape if self.pieces == 1 else (len(z) // self.pieces, *z.shape[1:])
        if a.shape != wanted:
            raise ValueError(f"{self.name}: z has shape {z.shape}, σ(z) has {a.shape}; want {_shape_wanted(wanted, z)}")
        return a


def _shape_wanted(wanted: tuple[int, ...], z: Array) -> str:
    return "the shape of z" if wanted == z.shape else str(wanted)


AnyActivation: TypeAlias = str | Activation


def activation_named(operation: str, activation: AnyActivation) -> Activation:
    """The activation of that name, or the one of the caller's own."""
    if isinstance(activation, Activation):
        return activation
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    known = ", ".join(ACTIVATIONS)
    raise ValueError(f"{operation}: unknown activation {activation!r}; want one of {known}, or an Activation")


def sigmoid(z: ArrayLike) -> Array:
    """σ(z) = 1/(1 + e^{−z})                                                (Nielsen 2015, ch. 1, 3)"""
    z = floats("sigmoid", "z", z)
    # e^{−z} may overflow to ∞, and 1/(1 + ∞) = 0 is right: z < 0 needs no formula of its own.
    with np.errstate(over="ignore"):
        a: Array = 1 / (1 + np.exp(-z))
    return a


def sigmoid_prime(z: ArrayLike) -> Array:
    """σ′(z) = σ(z) (1 − σ(z))"""
    a = sigmoid(z)
    return a * (1 - a)


def softmax(z: ArrayLike) -> Array:
    """a_j = e^{z_j} / Σ_k e^{z_k}, column by column                        (Nielsen 2015, ch. 3, 78)"""
    z = floats("softmax", "z", z)
    exp_z = np.exp(z - z.max(axis=0))  # the shift cancels in the quotient, and the largest power is e⁰
    a: Array = exp_z / exp_z.sum(axis=0)
    return a


def softmax_jacobian(z: ArrayLike) -> Array:
    """∂a_j/∂z_k = a_j (δ_jk − a_k), shape (m, n, n): one matrix [j, k] an example"""
    (z,) = fit("softmax_jacobian", ("z", z, "n m"))
    a = softmax(z).T
    jacobians: Array = -a[:, :, np.newaxis] * a[:, np.newaxis, :]
    diagonal = np.arange(a.shape[1])
    jacobians[:, diagonal, diagonal] = 0
    # Each row adds up to 0, as the same number added to every z changes nothing; 1 − a_j would cancel near 1.
    jacobians[:, diagonal, diagonal] = -jacobians.sum(axis=2)
    return jacobians


def maxout(pieces: int = 2) -> Activation:
    """a_j = max_i z_ij, the largest of so many weighted inputs of each neuron       (Goodfellow et al. 2013)

    z has shape (pieces · n, m): the first piece of each of n neurons, then the second of each, …  Where the largest
    are equal they share the rate of 1.
    """
    if not isinstance(pieces, int | np.integer) or pieces < 1:
        raise ValueError(f"maxout: pieces is a whole number of at least 1, not {pieces!r}")

    def function(z: Array) -> Array:
        a: Array = z.reshape(pieces, -1, *z.shape[1:]).max(axis=0)
        return a

    def derivative(z: Array) -> Array:
        """∂a_j/∂z_ij = 1 for the largest piece, shape (m, n, pieces · n)"""
        of_neuron = z.reshape(pieces, -1, z.shape[1])
        is_largest = of_neuron == of_neuron.max(axis=0)
        rates = (is_largest / is_largest.sum(axis=0)).astype(z.dtype)
        n = of_neuron.shape[1]
        jacobians: Array = np.einsum("ijx,jk->xjik", rates, np.eye(n, dtype=z.dtype)).reshape(-1, n, pieces * n)
        return jacobians

    return Activation(f"maxout({pieces})", function, derivative, int(pieces))


def _slope(z: Array, left: float) -> Array:
    """1 for z > 0, else the slope on the left."""
    return np.where(z > 0, 1, left).astype(z.dtype)


ACTIVATIONS: Mapping[str, Activation] = {
    sigma.name: sigma
    for sigma in (
        Activation("sigmoid",    sigmoid,                                sigmoid_prime),
        Activation("tanh",       np.tanh,                                lambda z: 1 - np.tanh(z) ** 2),
        Activation("relu",       lambda z: np.maximum(z, 0),             lambda z: _slope(z, 0)),
        Activation("leaky_relu", lambda z: np.where(z > 0, z, 0.01 * z), lambda z: _slope(z, 0.01)),
        Activation("linear",     np.copy,                                np.ones_like),
        Activation("softmax",    softmax,                                softmax_jacobian),
        Activation("step",       lambda z: np.heaviside(z, 0),           np.zeros_like),
    )
}
"""The activations by name; "step" is the perceptron's, eq. 2, whose rate is 0 everywhere.

At their corner relu and leaky_relu have the slope of the left, as in PyTorch."""
