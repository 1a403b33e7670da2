"""Equation 46: the gradient of any cost the naive way, weight by weight."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.shapes import Array, floats, number


def forward_difference_gradient(cost: Callable[[Array], float], w: ArrayLike, epsilon: float = 1e-6) -> Array:
    """Gradient of any function C(w), by forward differences.

    ∂C/∂w_j ≈ (C(w + εe_j) − C(w)) / ε                                  (Nielsen 2015, ch. 2, 46)

    It is wrong by about ½ε ∂²C/∂w_j², and by the rounding of C divided by ε. The cost is computed once for each
    number in w, and once more: a million and one times for a million weights, where backpropagation goes through
    the network twice.

    cost     takes an array of the shape of w, gives a number
    w        of any shape;  epsilon  ε, greater than 0
    Returns an array of the shape of w.

    >>> forward_difference_gradient(lambda w: w @ w, [1.0, 2.0]).round(4)
    array([2., 4.])
    """
    if not 0 < number("forward_difference_gradient", "epsilon", epsilon) < np.inf:
        raise ValueError(f"forward_difference_gradient: epsilon is {epsilon}; want a step greater than 0, such as 1e-6")
    w = floats("forward_difference_gradient", "w", w)
    at_w = _number(cost(w.copy()))
    nabla = np.empty(w.shape, w.dtype)
    for j in np.ndindex(w.shape):
        moved = w.copy()
        moved[j] += epsilon
        if moved[j] == w[j]:
            raise ValueError(
                f"forward_difference_gradient: epsilon is {epsilon}, which is lost beside {w[j]}; want a larger step"
            )
        nabla[j] = (_number(cost(moved)) - at_w) / epsilon
    return nabla


def _number(c: ArrayLike) -> float:
    c = floats("forward_difference_gradient", "C(w)", c)
    if c.size != 1:
        raise ValueError(f"forward_difference_gradient: C(w) has shape {c.shape}; want a single number, such as a mean")
    return float(c.reshape(()))
