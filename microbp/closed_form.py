"""The closed form of a network: its feedforward and BP1 to BP4 by the equations, beside the recorded graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp import equations
from microbp.nn import activations, costs
from microbp.nn.activations import Activation
from microbp.nn.costs import Cost
from microbp.nn.network import MLP
from microbp.nn.parameters import numbers_of
from microbp.rounding import unit
from microbp.transforms import jvp

CostOf = Callable[[np.ndarray], float]
"""C as a function of one of the arrays that it is computed from, all others left as they are."""


class ClosedForm:
    """The numbers of a network by the equations alone; lists begin at layer 2, that of activations at layer 1.

    x, y  one column an example, shapes (n_1, m) and (n_L, m)
    """

    def __init__(self, net: MLP, x: Any, y: Any, cost: Cost) -> None:
        self.x, self.y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        self.weights = [numbers_of(layer.w) for layer in net.layers]
        self.biases = [numbers_of(layer.b) for layer in net.layers]
        self.sigmas = [_activation(layer.activation) for layer in net.layers]
        self.cost = _cost(cost)
        self.zs, self.activations = equations.feedforward(self.weights, self.biases, self.x, self.sigmas)
        self.deltas = self.errors(self.zs)

    def errors(self, zs: list[np.ndarray]) -> list[np.ndarray]:
        """δ of the layers up to the last, from the weighted inputs of as many: BP1, then BP2."""
        n = len(zs)
        return equations.errors(self.weights[-n:], zs, self.y, self.sigmas[-n:], self.cost)

    def cost_of_z(self, n: int) -> CostOf:
        """C as a function of zs[n], which the demon of eq. 29 may change."""

        def cost_of(z: np.ndarray) -> float:
            for w, b, sigma in zip(self.weights[n + 1 :], self.biases[n + 1 :], self.sigmas[n:], strict=False):
                z = w @ sigma(z) + b
            return float(np.mean(equations.cost_per_example(z, self.y, self.sigmas[-1], self.cost)))

        return cost_of

    def cost_of_b(self, n: int) -> CostOf:
        """C as a function of biases[n]."""
        return lambda b: self._mean_cost(self.weights, [*self.biases[:n], b, *self.biases[n + 1 :]])

    def cost_of_w(self, n: int) -> CostOf:
        """C as a function of weights[n]."""
        return lambda w: self._mean_cost([*self.weights[:n], w, *self.weights[n + 1 :]], self.biases)

    def _mean_cost(self, weights: list[np.ndarray], biases: list[np.ndarray]) -> float:
        return equations.mean_cost(weights, biases, self.x, self.y, self.sigmas, self.cost)


def _activation(activation: Activation) -> equations.Activation:
    """The closed form of an activation; of one's own, with Σ′ by forward mode."""
    if isinstance(activation, activations.Maxout):
        return equations.maxout(activation.pieces)
    for name, function in activations.NAMES.items():
        if function is activation:
            return equations.ACTIVATIONS[name]
    name = getattr(activation, "__name__", "σ")
    return equations.Activation(name, activation, lambda z: _jacobians(activation, z))


def _cost(cost: Cost) -> equations.Cost:
    """The closed form of a cost; of one's own, with ∇ₐC by forward mode."""
    if costs.NAMES.get(cost.name) is cost:
        return equations.COSTS[cost.name]
    return equations.Cost(
        cost.name,
        lambda a, y: np.atleast_2d(cost.terms(a, y)).sum(axis=0) / cost.over,
        lambda a, y: _jacobians(lambda a: cost.terms(a, y), a).sum(axis=1).T / cost.over,
    )


def _jacobians(f: Callable[[Any], Any], z: np.ndarray) -> np.ndarray:
    """∂f_j/∂z_k for each example x, [x, j, k], by a forward sweep for each k; f takes each column by itself."""
    columns = [np.atleast_2d(jvp(f, (z,), (unit(z.shape, k),))[1]) for k in range(len(z))]
    return np.stack(columns).transpose(2, 1, 0)
