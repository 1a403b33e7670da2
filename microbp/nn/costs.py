"""Cost functions C of the activations a of the last layer and the desired output y, one column an example.

All are of the book's two assumptions: the mean over examples of a cost C_x of each, which is a function
of the activations of the last layer. Where a cost and an activation cancel (the logarithm of a sigmoid or
of a softmax), the pair is computed from z in one formula that neither overflows nor loses the gradient
of a saturated neuron.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.kinds import shape_of
from microbp.nn import activations
from microbp.nn.activations import Activation


class Cost:
    """A cost, C = (1/m) Σₓ Σⱼ cⱼ(x): the mean over m examples of what the output neurons add up to.

    name   what errors and listings call it
    terms  cⱼ as a function of a and y, entry by entry or for whole columns; formulas on nodes
    fused  for an activation σ, the same as a function of z and y: c(σ(z), y)
    """

    def __init__(
        self,
        name: str,
        terms: Callable[[Any, Any], Any],
        fused: Mapping[Activation, Callable[[Any, Any], Any]] | None = None,
    ) -> None:
        self.name = name
        self.terms = terms
        self.fused = fused or {}

    def __repr__(self) -> str:
        return f"<cost {self.name}>"

    def __call__(self, a: Any, y: Any) -> Any:
        """C of activations a and desired outputs y, both of shape (n_L, m): a single number."""
        return self._mean(self.terms, a, y)

    def at_output(self, z: Any, a: Any, y: Any, activation: Activation) -> Any:
        """C where a = activation(z), by the fused formula where there is one."""
        return self._mean(self.fused[activation], z, y) if activation in self.fused else self(a, y)

    def _mean(self, terms: Callable[[Any, Any], Any], output: Any, y: Any) -> Any:
        y = y if hasattr(y, "shape") else np.asarray(y, dtype=float)
        if shape_of(output) != shape_of(y):
            hint = "; columns are examples, so pass y.T" if shape_of(output) == shape_of(y)[::-1] else ""
            raise ValueError(f"{self.name}: a has shape {shape_of(output)}, y has shape {shape_of(y)}{hint}")
        total, m = p.sum(terms(output, y)), shape_of(output)[-1]
        return total if m == 1 else total / m


def _hinge(a: Any, y: Any) -> Any:
    numbers = np.asarray(y) if not hasattr(y, "number") else y.data
    if numbers.dtype != object and not np.isin(numbers, (-1, 1)).all():
        raise ValueError("hinge: y must be −1 or +1 everywhere; for labels 0 and 1 pass 2 * y − 1")
    return p.relu(1 - y * a)


quadratic = Cost("quadratic", lambda a, y: p.square(a - y) / 2)
"""½‖y − a‖² (Nielsen ch. 1, eq. 6; ch. 2, eq. 27)."""

cross_entropy = Cost(
    "cross_entropy",
    lambda a, y: -(p.xlogy(y, a) + p.xlogy(1 - y, 1 - a)),
    fused={activations.sigmoid: lambda z, y: p.softplus(z) - y * z},
)
"""−Σⱼ yⱼ ln aⱼ + (1 − yⱼ) ln(1 − aⱼ) (Nielsen ch. 3); with sigmoid neurons δ = a − y."""

log_likelihood = Cost(
    "log_likelihood",
    lambda a, y: -p.xlogy(y, a),
    fused={activations.softmax: lambda z, y: y * (p.logsumexp(z, axis=0, keepdims=True) - z)},
)
"""−ln of the activation that should be 1, −Σⱼ yⱼ ln aⱼ (Nielsen ch. 3); with softmax δ = a − y."""

hinge = Cost("hinge", _hinge)
"""Σⱼ max(0, 1 − yⱼaⱼ), y in {−1, +1}: nothing once an output is on the right side by 1."""

NAMES: Mapping[str, Cost] = {cost.name: cost for cost in (quadratic, cross_entropy, log_likelihood, hinge)}
