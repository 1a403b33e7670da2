"""Cost functions, each beside its rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.activations import ACTIVATIONS, Activation, sigmoid, softmax
from microbp.equations.shapes import Array, fit


class Cancellation(NamedTuple):
    """What is left of a cost and its error when the activation's σ′ has cancelled against ∇ₐC.

    Where σ saturates, ∇ₐC σ′ is ∞·0; these formulas start from z and have neither factor.

    value  z^L and y, shape (n_L, m) → C_x of each example, shape (m,)
    error  z^L and y, shape (n_L, m) → δᴸ, shape (n_L, m)
    """

    activation: Activation
    value: Callable[[Array, Array], Array]
    error: Callable[[Array, Array], Array]


class Cost(NamedTuple):
    """A cost of the book's two assumptions: a mean over examples, each a function of a^L (and of its y).

    value    a^L and y, shape (n_L, m) → C_x of each example, shape (m,)
    nabla    a^L and y, shape (n_L, m) → ∇ₐC_x of each example, shape (n_L, m)
    cancels  the activation whose σ′ cancels against ∇ₐC, with the formulas that are left, or None
    """

    name: str
    value: Callable[[Array, Array], Array]
    nabla: Callable[[Array, Array], Array]
    cancels: Cancellation | None = None


AnyCost: TypeAlias = str | Cost


def cost_named(operation: str, cost: AnyCost) -> Cost:
    """The cost of that name, or the one of the caller's own."""
    if isinstance(cost, Cost):
        return cost
    if isinstance(cost, str) and cost in COSTS:
        return COSTS[cost]
    raise ValueError(f"{operation}: unknown cost {cost!r}; want one of {', '.join(COSTS)}, or a Cost")


def quadratic_cost(a: ArrayLike, y: ArrayLike) -> float:
    """Quadratic cost of n examples.

    C = 1/(2n) Σ_x ‖y(x) − a^L(x)‖²                         (Nielsen 2015, ch. 2, 26; ch. 1, 6)

    a, y  shape (n_L, n)
    """
    return float(quadratic_cost_per_example(a, y).mean())


def quadratic_cost_per_example(a: ArrayLike, y: ArrayLike) -> Array:
    """Quadratic cost of each example.

    C_x = ½ ‖y − a^L‖² = ½ Σ_j (y_j − a^L_j)²                           (Nielsen 2015, ch. 2, 27)

    a, y  shape (n_L, m)
    Returns shape (m,).
    """
    a, y = _outputs("quadratic", a, y)
    return _sum_over_neurons((y - a) ** 2) / 2


def _quadratic_nabla(a: Array, y: Array) -> Array:
    """a − y"""
    a, y = _outputs("quadratic", a, y)
    return a - y


def _cross_entropy(a: Array, y: Array) -> Array:
    """−Σ_j [y_j ln a_j + (1 − y_j) ln(1 − a_j)]                            (Nielsen 2015, ch. 3, 63)"""
    a, y = _probabilities("cross_entropy", a, y)
    return _sum_over_neurons(_minus_log(y, a) + _minus_log(1 - y, 1 - a))


def _cross_entropy_nabla(a: Array, y: Array) -> Array:
    """(1 − y)/(1 − a) − y/a"""
    a, y = _probabilities("cross_entropy", a, y)
    return _quotient(1 - y, 1 - a) - _quotient(y, a)


def _cross_entropy_of_sigmoid(z: Array, y: Array) -> Array:
    """Σ_j [y_j ln(1 + e^{−z_j}) + (1 − y_j) ln(1 + e^{z_j})]"""
    y = _probability("cross_entropy", "y", y)
    return _sum_over_neurons(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))


def _log_likelihood(a: Array, y: Array) -> Array:
    """−Σ_j y_j ln a_j                                                      (Nielsen 2015, ch. 3, 80)"""
    a, y = _probabilities("log_likelihood", a, y)
    return _sum_over_neurons(_minus_log(y, a))


def _log_likelihood_nabla(a: Array, y: Array) -> Array:
    """−y/a"""
    a, y = _probabilities("log_likelihood", a, y)
    return -_quotient(y, a)


def _log_likelihood_of_softmax(z: Array, y: Array) -> Array:
    """Σ_j y_j (ln Σ_k e^{z_k} − z_j)"""
    y = _probability("log_likelihood", "y", y)
    return _sum_over_neurons(y * (np.logaddexp.reduce(z, axis=0) - z))


def _hinge(a: Array, y: Array) -> Array:
    """Σ_j max(0, 1 − y_j a_j)"""
    a, y = _signs("hinge", a, y)
    return _sum_over_neurons(np.maximum(0, 1 - y * a))


def _hinge_nabla(a: Array, y: Array) -> Array:
    """−y where 1 − y a > 0, else 0"""
    a, y = _signs("hinge", a, y)
    return np.where(1 - y * a > 0, -y, 0)


def _multiclass_hinge(a: Array, y: Array) -> Array:
    """Σ_{j≠c} max(0, a_j − a_c + 1), where y_c = 1"""
    a, y = _one_hot("multiclass_hinge", a, y)
    return _sum_over_neurons(np.where(y == 1, 0, np.maximum(0, _excess(a, y))))


def _multiclass_hinge_nabla(a: Array, y: Array) -> Array:
    """1 where a_j − a_c + 1 > 0, j ≠ c; minus the number of these where j = c"""
    a, y = _one_hot("multiclass_hinge", a, y)
    too_near = ((y == 0) & (_excess(a, y) > 0)).astype(a.dtype)
    nabla: Array = too_near - y * _sum_over_neurons(too_near)
    return nabla


def _excess(a: Array, y: Array) -> Array:
    """a_j − a_c + 1: by how much an output lacks the distance 1 to that of the right class c."""
    excess: Array = a - np.where(y == 1, a, 0).sum(axis=0) + 1
    return excess


def _absolute(a: Array, y: Array) -> Array:
    """Σ_j |a_j − y_j|"""
    a, y = _outputs("absolute", a, y)
    return _sum_over_neurons(np.abs(a - y))


def _absolute_nabla(a: Array, y: Array) -> Array:
    """1 where a > y, −1 where a < y, 0 where they are equal"""
    a, y = _outputs("absolute", a, y)
    signs: Array = np.sign(a - y)
    return signs


def _squared(a: Array, y: Array) -> Array:
    """Σ_j (a_j − y_j)²"""
    a, y = _outputs("squared", a, y)
    return _sum_over_neurons((a - y) ** 2)


def _squared_nabla(a: Array, y: Array) -> Array:
    """2 (a − y)"""
    a, y = _outputs("squared", a, y)
    return 2 * (a - y)


def _sum_over_neurons(terms: Array) -> Array:
    """Σ_j, down each column."""
    total: Array = terms.sum(axis=0)
    return total


def _minus_log(y: Array, a: Array) -> Array:
    """−y ln a, with 0 ln 0 = 0."""
    with np.errstate(divide="ignore"):
        return -y * np.log(np.where(y == 0, 1, a))


def _quotient(y: Array, a: Array) -> Array:
    """y/a, with 0/0 = 0: the rate of y ln a."""
    with np.errstate(divide="ignore"):
        return y / np.where(y == 0, 1, a)


def _outputs(operation: str, a: ArrayLike, y: ArrayLike) -> list[Array]:
    return fit(operation, ("a", a, "n_L m"), ("y", y, "n_L m"))


def _probabilities(operation: str, a: ArrayLike, y: ArrayLike) -> list[Array]:
    a, y = _outputs(operation, a, y)
    return [_probability(operation, "a", a), _probability(operation, "y", y)]


def _probability(operation: str, name: str, p: Array) -> Array:
    others = p[(p < 0) | (p > 1)]
    if others.size:
        raise ValueError(f"{operation}: {name} holds {others[0]}; want values from 0 to 1")
    return p


def _signs(operation: str, a: ArrayLike, y: ArrayLike) -> list[Array]:
    a, y = _outputs(operation, a, y)
    others = y[np.abs(y) != 1]
    if others.size:
        raise ValueError(f"{operation}: y holds {others[0]}; want −1 or +1, so pass 2 * y - 1 for 0 and 1")
    return [a, y]


def _one_hot(operation: str, a: ArrayLike, y: ArrayLike) -> list[Array]:
    a, y = _outputs(operation, a, y)
    others = ~((((y == 0) | (y == 1)).all(axis=0)) & (y.sum(axis=0) == 1))
    if others.any():
        column = ", ".join(f"{number:g}" for number in y[:, others][:, 0])
        raise ValueError(
            f"{operation}: y has a column {column}; want a single 1, in the place of what is right, and 0 elsewhere"
        )
    return [a, y]


COSTS: Mapping[str, Cost] = {
    cost.name: cost
    for cost in (
        Cost("quadratic", quadratic_cost_per_example, _quadratic_nabla),
        Cost(
            "cross_entropy", _cross_entropy, _cross_entropy_nabla,
            Cancellation(ACTIVATIONS["sigmoid"], _cross_entropy_of_sigmoid, lambda z, y: sigmoid(z) - y),
        ),
        Cost(
            "log_likelihood", _log_likelihood, _log_likelihood_nabla,
            # a − y, because a one-hot y has the sum 1; with the sum it holds for every y.
            Cancellation(
                ACTIVATIONS["softmax"], _log_likelihood_of_softmax,
                lambda z, y: softmax(z) * _sum_over_neurons(y) - y,
            ),
        ),
        Cost("hinge", _hinge, _hinge_nabla),
        Cost("multiclass_hinge", _multiclass_hinge, _multiclass_hinge_nabla),
        Cost("absolute", _absolute, _absolute_nabla),
        Cost("squared", _squared, _squared_nabla),
    )
}
"""The costs by name. y lies in [0, 1] for cross_entropy and log_likelihood, and is −1 or +1 for hinge; for
multiclass_hinge its columns are one-hot. At their corners, as y a = 1 or a = y, hinge, multiclass_hinge and absolute
have the rate 0."""
