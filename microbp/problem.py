"""`Problem`: what is to be learned, and by what steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp.nn import costs, optimizers, regularizers
from microbp.nn.costs import Cost
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.optimizers import Optimizer
from microbp.nn.parameters import Parameter, nodes_of
from microbp.nn.regularizers import Regularizer

MOST_FOR_STATISTICS = 10_000
"""From so many examples, every n-th of the training set, batch normalization takes means and variances at most."""


class Problem(NamedTuple):
    """What is to be learned: a network, examples in rows, and by what steps."""

    net: MLP
    X: np.ndarray
    Y: np.ndarray
    cost: Cost
    optimizer: Optimizer
    regularizer: Regularizer | None
    parameters: list[Parameter]
    rng: np.random.Generator

    @classmethod
    def of(
        cls,
        net: MLP,
        X: np.ndarray,
        Y: np.ndarray,
        cost: Any,
        optimizer: Any,
        regularizer: Any,
        rng: np.random.Generator | None = None,
    ) -> Problem:
        """The problem of these arguments of `train`; an error where there is no such cost, optimizer or regularizer."""
        cost = named("cost", cost, costs.NAMES, Cost)
        if optimizer is None:
            optimizer = optimizers.SGD(0.5)
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"train: optimizer is one of microbp's optimizers, such as SGD(0.5), not {optimizer!r}")
        regularizer = regularizers.as_one(regularizer)
        cost.need_in_range(Y.T)
        return cls(net, X, Y, cost, optimizer, regularizer, _learned(net), np.random.default_rng(rng))

    def steps(self, batch_size: int) -> int:
        """How many mini-batches of so many examples, the last one maybe smaller, an epoch has."""
        return -(-len(self.X) // batch_size)

    def masks(self, m: int) -> list[np.ndarray]:
        """What dropout multiplies the activations of m examples by in one step, drawn anew; empty without dropout."""
        return self.net.dropout_masks(m, self.rng) if self.net.dropout else []

    def cost_of(self, x: Any, y: Any, *masks: Any) -> Any:
        """C of a mini-batch as the network learns by it, examples in columns."""
        if masks:
            return self.net.cost(x, y, self.cost, training=masks)
        return self.net.cost(x, y, self.cost, training=True) if self.net.normalizes else self.net.cost(x, y, self.cost)

    def take_statistics(self) -> None:
        """Have batch normalization predict by what the training set's means and variances are with these weights."""
        if self.net.normalizes:
            self.net.take_statistics(self.X[:: -(-len(self.X) // MOST_FOR_STATISTICS)])

    def penalty(self, numbers: Sequence[np.ndarray]) -> list[np.ndarray | None]:
        """What the regularizer adds to the gradient by each parameter: None for biases, which it leaves alone."""
        assert self.regularizer is not None
        return [
            regularizers.penalty(self.regularizer, w, len(self.X)) if is_weight else None
            for w, is_weight in zip(numbers, self._are_weights(), strict=True)
        ]

    def constrained(self, numbers: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The parameters after a step as the regularizer allows them: each itself where it is left alone."""
        return [
            regularizers.constrained(self.regularizer, w) if is_weight else w
            for w, is_weight in zip(numbers, self._are_weights(), strict=True)
        ]

    def _are_weights(self) -> list[bool]:
        """Of each parameter whether it is one that a regularizer keeps small."""
        weights = self.net.weight_arrays()
        return [any(parameter is weight for weight in weights) for parameter in self.parameters]


def _learned(net: MLP) -> list[Parameter]:
    """The network's parameters, without those that are constants or that `net.parameters()` leaves out."""
    ours = {node for w in net.parameters() for node in nodes_of(w)}
    learned = []
    for w in net.parameter_arrays():
        nodes = [node for node in nodes_of(w) if node.varies and node in ours]
        if 0 < len(nodes) < len(nodes_of(w)):
            stays = next(node for node in nodes_of(w) if node not in nodes)
            beside = f"beside {nodes[0].name}, which is learned"
            raise ValueError(f"train: {stays.name} stays as it is, {beside}; freeze all of a layer's w or b")
        if nodes:
            learned.append(w)
    if not learned:
        raise ValueError("train: there is nothing to learn: all of the network's parameters are constants")
    return learned
