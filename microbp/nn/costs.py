"""Cost functions C of the activations a of the last layer and the desired output y, one column an example.

All are of the book's two assumptions: the mean over examples of a cost C_x of each, which is a function
of the activations of the last layer. Where a cost and an activation cancel (the logarithm of a sigmoid or
of a softmax), the pair is computed from z in one formula that neither overflows nor loses the gradient
of a saturated neuron.

Other texts, such as the notes of Stanford's CS231n, call these losses of scores f, the weighted inputs of the last
layer. By their names:

    softmax classifier       log_likelihood on softmax neurons      ∂L/∂f = softmax(f) − y
    multiclass SVM           multiclass_hinge on linear neurons
    attribute-wise logistic  cross_entropy on sigmoid neurons       ∂L/∂f = σ(f) − y
    attribute-wise hinge     hinge on linear neurons
    L2 and L1 regression     squared, absolute on linear neurons    ∂L/∂f = 2(f − y), sign(f − y)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from microbp import primitives as p
from microbp.nn import activations
from microbp.nn.activations import Activation
from microbp.nn.parameters import demand, numbers_of
from microbp.shapes import shape_of


class Range(NamedTuple):
    """The numbers that a cost can be asked about: which of them are outside, and a word for those inside.

    outside     of numbers or of nodes, by comparisons: a recording notes these
    is_columns  whether it answers for whole columns, where the numbers stand in columns, and not for each by itself
    """

    outside: Callable[[Any], np.ndarray]
    wanted: str
    is_columns: bool = False


ANY = Range(lambda numbers: np.zeros(0, bool), "any number")
# A nan is not called outside: it is training that reports it, with its place.
PROBABILITY = Range(lambda numbers: (numbers < 0) | (numbers > 1), "values from 0 to 1")
SIGN = Range(
    lambda numbers: ~((np.abs(numbers) >= 1) & (np.abs(numbers) <= 1)), "−1 or +1, so pass 2 * y − 1 for 0 and 1"
)


def _is_not_one_hot(numbers: Any) -> np.ndarray:
    """Which columns are not a single 1 among zeros; which numbers are neither, where they stand in no columns."""
    outside = ~(((numbers >= 0) & (numbers <= 0)) | ((numbers >= 1) & (numbers <= 1)))
    if len(shape_of(numbers)) < 2:
        return np.asarray(outside)
    total = numbers.sum(axis=0)
    return np.asarray(outside.any(axis=0) | ~((total >= 1) & (total <= 1)))


ONE_HOT = Range(_is_not_one_hot, "a single 1, in the place of what is right, and 0 elsewhere", is_columns=True)


class Cost:
    """A cost, C = (1/m) Σₓ Σⱼ cⱼ(x): the mean over m examples of what the output neurons add up to.

    name   what errors and listings call it
    terms  cⱼ as a function of a and y, entry by entry or for whole columns; formulas on nodes
    fused  for an activation σ, the same as a function of z and y: c(σ(z), y)
    over   what the terms are to be divided by: once, with m, when all are added up
    a, y   the range of activations and of desired outputs; what is outside is refused
    """

    def __init__(
        self,
        name: str,
        terms: Callable[[Any, Any], Any],
        fused: Mapping[Activation, Callable[[Any, Any], Any]] | None = None,
        *,
        over: int = 1,
        a: Range = ANY,
        y: Range = ANY,
    ) -> None:
        self.name, self.over = name, over
        self.terms = terms
        self.fused = fused or {}
        self.a, self.y = a, y

    def __repr__(self) -> str:
        return f"<cost {self.name}>"

    def __call__(self, a: Any, y: Any) -> Any:
        """C of activations a and desired outputs y, both of shape (n_L, m): a single number."""
        self._need_in("a", a, self.a)
        return self._mean(self.terms, a, y)

    def at_output(self, z: Any, a: Any, y: Any, activation: Activation) -> Any:
        """C where a = activation(z), by the fused formula where there is one."""
        if activation in self.fused:
            return self._mean(self.fused[activation], z, y)
        return self(a, y) if self.looks_at(activation) else self._mean(self.terms, a, y)

    def looks_at(self, activation: Activation) -> bool:
        """Whether it has to see the numbers of a = activation(z) to know that they are in its range."""
        is_probability = activation in (activations.sigmoid, activations.softmax)
        return not (activation in self.fused or self.a is ANY or (self.a is PROBABILITY and is_probability))

    def need_in_range(self, y: Any) -> None:
        """A ValueError where a desired output is none that this cost can be asked about."""
        self._need_in("y", y, self.y)

    def _mean(self, terms: Callable[[Any, Any], Any], output: Any, y: Any) -> Any:
        y = y if hasattr(y, "shape") else np.asarray(y, dtype=float)
        self._need_columns(shape_of(output), shape_of(y))
        self._need_in("y", y, self.y)
        total, over = p.sum(terms(output, y)), self.over * shape_of(output)[1]
        return total if over == 1 else total / over

    def _need_columns(self, shape: tuple[int, ...], y_shape: tuple[int, ...]) -> None:
        if shape == y_shape and len(shape) == 2 and 0 not in shape:
            return
        if len(shape) != 2:
            hint = "; columns are examples, so both have shape (n_L, m)"
        elif 0 in shape:
            hint = "; there are no examples"
        elif y_shape == shape[::-1]:
            hint = "; columns are examples, so pass y.T"
        elif len(y_shape) == 1 and (1, *y_shape) in (shape, shape[::-1]):
            hint = f"; columns are examples, so pass y.reshape{shape}"
        else:
            hint = "; y has a row for each output neuron and a column for each example, as a has"
        raise ValueError(f"{self.name}: a has shape {shape}, y has shape {y_shape}{hint}")

    def _need_in(self, letter: str, values: Any, allowed: Range) -> None:
        if allowed is not ANY:
            demand(values, partial(self._check, letter, allowed))

    def _check(self, letter: str, allowed: Range, values: Any) -> None:
        outside = allowed.outside(values)
        if not outside.any():
            return
        numbers = numbers_of(values)
        if allowed.is_columns and numbers.ndim > 1:
            column = ", ".join(f"{number:g}" for number in np.moveaxis(numbers, 0, -1)[outside][0])
            raise ValueError(f"{self.name}: {letter} has a column {column}; want {allowed.wanted}")
        raise ValueError(f"{self.name}: {letter} holds {numbers[outside][0]:g}; want {allowed.wanted}")


quadratic = Cost("quadratic", lambda a, y: p.square(a - y), over=2)
"""½‖y − a‖² (Nielsen ch. 1, eq. 6; ch. 2, eq. 27)."""

cross_entropy = Cost(
    "cross_entropy",
    lambda a, y: -(p.xlogy(y, a) + p.xlogy(1 - y, 1 - a)),
    fused={activations.sigmoid: lambda z, y: p.softplus(z) - y * z},
    a=PROBABILITY,
    y=PROBABILITY,
)
"""−Σⱼ yⱼ ln aⱼ + (1 − yⱼ) ln(1 − aⱼ) (Nielsen ch. 3, eq. 63); with sigmoid neurons δ = a − y.

Each output answers a question of its own, so several may be 1: CS231n's attribute-wise logistic regression.
"""

log_likelihood = Cost(
    "log_likelihood",
    lambda a, y: -p.xlogy(y, a),
    fused={activations.softmax: lambda z, y: y * (p.logsumexp(z, axis=0, keepdims=True) - z)},
    a=PROBABILITY,
    y=PROBABILITY,
)
"""−ln of the activation that should be 1, −Σⱼ yⱼ ln aⱼ (Nielsen ch. 3, eq. 80); with softmax δ = a − y."""

hinge = Cost("hinge", lambda a, y: p.relu(1 - y * a), y=SIGN)
"""Σⱼ max(0, 1 − yⱼaⱼ), y in {−1, +1}: nothing once an output is on the right side by 1.

Each output answers a question of its own: CS231n's attribute-wise hinge, and with one output the binary SVM.
"""

multiclass_hinge = Cost(
    "multiclass_hinge",
    lambda a, y: (1 - y) * p.relu(a - p.sum(y * a, axis=0, keepdims=True) + 1),
    y=ONE_HOT,
)
"""Σ_{j≠c} max(0, aⱼ − a_c + 1), c the right class: nothing once its output exceeds all others by 1.

The multiclass SVM of Weston & Watkins (1999), in CS231n's "Linear classification". The columns of y are one-hot, and
a_c = Σₖ yₖaₖ.
"""

absolute = Cost("absolute", lambda a, y: p.abs(a - y))
"""Σⱼ |aⱼ − yⱼ|, the L1 regression of CS231n: far off or near, an output is pulled alike; at aⱼ = yⱼ not at all."""

squared = Cost("squared", lambda a, y: p.square(a - y))
"""Σⱼ (aⱼ − yⱼ)² = ‖a − y‖², the L2 regression of CS231n: twice the quadratic cost, as it comes without the ½."""

NAMES: Mapping[str, Cost] = {
    cost.name: cost
    for cost in (quadratic, cross_entropy, log_likelihood, hinge, multiclass_hinge, absolute, squared)
}
