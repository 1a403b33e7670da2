"""Batch normalization, forward and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.shapes import Array, fit, number


def batch_normalization(u: ArrayLike, gamma: ArrayLike, b: ArrayLike, epsilon: float = 1e-5) -> Array:
    """Weighted inputs brought to mean 0 and variance 1 over a mini-batch, then to γ and b.

    z = γ ⊙ û + b,  û = (u − μ) / √(v + ε)                          (Ioffe & Szegedy 2015, algorithm 1, β = b)

    u         shape (n, m): one column an example; μ and v are the mean and the variance of each row
    gamma, b  shape (n, 1)
    Returns shape (n, m).
    """
    u, gamma, b = fit("batch_normalization", ("u", u, "n m"), ("gamma", gamma, "n 1"), ("b", b, "n 1"))
    return gamma * _normalized(u, epsilon)[0] + b


def batch_normalization_gradient(
    u: ArrayLike, gamma: ArrayLike, delta: ArrayLike, epsilon: float = 1e-5
) -> tuple[Array, Array]:
    """What an error δ = m ∂C/∂z after batch normalization says of its input, and of γ.

    m ∂C/∂u = γ/√(v + ε) ⊙ (δ − mean(δ) − û mean(δ ⊙ û)),   ∂C/∂γ = mean(δ ⊙ û), means over the examples

    Every example's u moves μ and v, and so the z of all the others: hence the two means. ∂C/∂b is BP3.

    u, delta  shape (n, m);  gamma  shape (n, 1)
    Returns m ∂C/∂u, shape (n, m), and ∂C/∂γ, shape (n, 1).
    """
    u, gamma, delta = fit(
        "batch_normalization_gradient", ("u", u, "n m"), ("gamma", gamma, "n 1"), ("delta", delta, "n m")
    )
    normalized, deviation = _normalized(u, epsilon)
    nabla_gamma: Array = (delta * normalized).mean(axis=1, keepdims=True)
    error = gamma / deviation * (delta - delta.mean(axis=1, keepdims=True) - normalized * nabla_gamma)
    return error, nabla_gamma


def _normalized(u: Array, epsilon: float) -> tuple[Array, Array]:
    """û and √(v + ε)."""
    if not 0 <= number("batch normalization", "epsilon", epsilon) < np.inf:
        raise ValueError(f"batch normalization: epsilon is {epsilon}; want a number of 0 or more, such as 1e-5")
    centred = u - u.mean(axis=1, keepdims=True)
    deviation: Array = np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + epsilon)
    if not deviation.all():
        raise ValueError("batch normalization: a row of u is the same in all columns; want an epsilon greater than 0")
    return centred / deviation, deviation
