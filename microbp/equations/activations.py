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
    """

    def __init__(
        self, name: str, function: Callable[[Array], Array], derivative: Callable[[Array], Array]
    ) -> None:
        self.name, self.function, self.derivative = name, function, derivative

    def __repr__(self) -> str:
        return f"<activation {self.name}>"

    def __call__(self, z: ArrayLike) -> Array:
        """a = σ(z), of the shape of z."""
        z = floats(self.name, "z", z)
        a = floats(self.name, "σ(z)", self.function(z))
        if a.shape != z.shape:
            raise ValueError(f"{self.name}: z has shape {z.shape}, σ(z) has {a.shape}; want the shape of z")
        return a


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
    )
}
"""The activations by name. At their corner relu and leaky_relu have the slope of the left, as in PyTorch."""
