"""A small change of a weight, followed on its way to the cost: eqs 47 to 53 (Nielsen 2015, ch. 2).

Each of these is linear in the change, and what really happens differs by a remainder that is a quarter when the change
is half. The rates are those of the recorded graph, summed up between activations: what ∂a^{l+1}_q/∂a^l_j stands for.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from microbp import sweeps
from microbp.book.recording import Recording, single
from microbp.linearized import LinearizedGraph
from microbp.names import Entry, NodeOrEntry
from microbp.nn import costs
from microbp.nn.costs import Cost
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.parameters import numbers_of
from microbp.paths import Path, Paths
from microbp.rounding import unit
from microbp.shapes import is_object_array


class Happened(NamedTuple):
    """What a change of a weight really does, by computing the network anew.

    cost         ΔC
    activations  Δa¹, …, Δaᴸ, each of shape (n_l,)
    """

    cost: float
    activations: list[np.ndarray]


class Remainder(NamedTuple):
    """A change of the cost beside what is predicted of it."""

    change_of_w: float
    happened: float
    predicted: float

    @property
    def remainder(self) -> float:
        """What the prediction leaves out."""
        return self.happened - self.predicted


class ChangedWeight:
    """The weight w^l_jk of a network, and the changes that a small change of it makes.

    x, y     one example, shapes (n_1, 1) and (n_L, 1)
    l, j, k  the weight from neuron k of layer l − 1 to neuron j of layer l, all counted from 1, as in the book
    """

    def __init__(self, net: MLP, x: Any, y: Any, l: int, j: int, k: int, cost: str | Cost = "quadratic") -> None:
        self.net, self.x, self.y, self.l = net, x, y, l
        self.cost = named("cost", cost, costs.NAMES, Cost)
        self.recording = r = Recording("ChangedWeight", net, x, y, cost)
        n_out, n_in = r.layer(l).shape
        if j not in range(1, n_out + 1) or k not in range(1, n_in + 1):
            raise ValueError(
                f"ChangedWeight: layer {l} has {n_out} neurons with {n_in} inputs, counted from 1; "
                f"there is no weight of j = {j}, k = {k}"
            )
        self.index = (j - 1, k - 1)
        others = np.delete(r.rates(r.a(l), self.node), j - 1)
        if others.any():
            raise ValueError(
                f"ChangedWeight: layer {l} couples its neurons, so this weight changes the activations of all; "
                "take a weight of a layer before softmax"
            )

    def __repr__(self) -> str:
        return f"<{self.paths.source.label} and what a change of it makes>"

    @property
    def node(self) -> list[NodeOrEntry]:
        """The weight as a node of the graph, in a list of one."""
        w = self.recording.layer(self.l).w
        return [w[self.index] if is_object_array(w) else Entry(w, self.index)]

    def change_of_cost(self, change_of_w: float) -> float:
        """ΔC ≈ ∂C/∂w^l_jk Δw^l_jk, by a forward sweep that starts with the change            (47)"""
        r = self.recording
        w = r.layer(self.l).w
        tangents: dict[Any, Any] = (
            {w[self.index]: change_of_w} if is_object_array(w) else {w: change_of_w * unit(w.shape, self.index)}
        )
        return float(sweeps.forward(r.C, tangents).get(r.C, 0.0))

    def change_of_activation(self, change_of_w: float) -> float:
        """Δa^l_j ≈ ∂a^l_j/∂w^l_jk Δw^l_jk                                                     (48)"""
        a_j = single(self.recording.a(self.l))[self.index[0]]
        return float(self.recording.rates([a_j], self.node)[0, 0]) * change_of_w

    def change_of_next(self, change_of_a: float) -> np.ndarray:
        """Δa^{l+1}_q ≈ ∂a^{l+1}_q/∂a^l_j Δa^l_j for each q, shape (n_{l+1},)                   (49)"""
        r = self.recording
        r.need_layer(self.l, 2, r.L - 1)
        a_j = single(r.a(self.l))[self.index[0]]
        rates: np.ndarray = r.rates(r.a(self.l + 1), [a_j])[:, 0]
        return rates * change_of_a

    def change_two_layers_on(self, change_of_w: float) -> np.ndarray:
        """Δa^{l+1}_q ≈ ∂a^{l+1}_q/∂a^l_j ∂a^l_j/∂w^l_jk Δw^l_jk: 48 put into 49               (50)"""
        return self.change_of_next(self.change_of_activation(1.0)) * change_of_w

    @cached_property
    def activation_graph(self) -> LinearizedGraph:
        """The graph of this weight, the activations behind it, and the cost: an edge is a factor of eq. 53."""
        r = self.recording
        behind = [node for l in range(self.l, r.L + 1) for node in single(r.a(l))]
        return r.graph.contract([*self.node, *behind, r.C])

    @cached_property
    def paths(self) -> Paths:
        """The paths from this weight to the cost, from activation to activation."""
        (w,) = self.node
        return self.activation_graph.paths(w, self.recording.C)

    def change_along(self, path: Path, change_of_w: float) -> float:
        """ΔC ≈ ∂C/∂a^L_m ∂a^L_m/∂a^{L−1}_n … ∂a^{l+1}_q/∂a^l_j ∂a^l_j/∂w^l_jk Δw^l_jk          (51)"""
        change = change_of_w
        for rate in path.rate_factors:
            change *= rate
        return change

    def change_over_all_paths(self, change_of_w: float) -> float:
        """ΔC ≈ Σ over all paths of 51                                                          (52)"""
        return sum(self.change_along(path, change_of_w) for path in self.paths)

    def rate(self) -> float:
        """∂C/∂w^l_jk = Σ over all paths of the product of the rate factors along each           (53)"""
        return sum(path.product for path in self.paths)

    def happened(self, change_of_w: float) -> Happened:
        """What the change really does."""
        (before, C), (after, C_after) = self._computed(0.0), self._computed(change_of_w)
        return Happened(C_after - C, [(b - a).ravel() for a, b in zip(before, after, strict=True)])

    def remainders(self, change_of_w: float = 0.1, halvings: int = 5) -> list[Remainder]:
        """ΔC beside ∂C/∂w Δw for a change, its half, its quarter, …: the remainder goes down to a quarter each time."""
        rate, changes = self.rate(), [change_of_w / 2**n for n in range(halvings + 1)]
        return [Remainder(change, self.happened(change).cost, rate * change) for change in changes]

    def _computed(self, change_of_w: float) -> tuple[list[np.ndarray], float]:
        """The activations and the cost with this weight changed, in plain numbers."""
        a = np.asarray(self.x, float)
        activations = [a]
        for l, layer in enumerate(self.net.layers, start=2):
            w = np.array(numbers_of(layer.w), float)
            if l == self.l:
                w[self.index] += change_of_w
            a = np.asarray(layer.activation(w @ a + numbers_of(layer.b)), float)
            activations.append(a)
        return activations, float(self.cost(a, np.asarray(self.y, float)))
