"""One example's way through a network, recorded, and the rate factors between any of its layers."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.linearized import LinearizedGraph, linearize
from microbp.names import Entry, NodeOrEntry, entries_of
from microbp.nn import costs
from microbp.nn.costs import Cost
from microbp.nn.layers import Layer
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.parameters import Parameter, nodes_of, numbers_of
from microbp.nn.plain import need_plain


class Recording:
    """A network's cost on one example, its layers named by l as in the book: the first is 1, the last L.

    The cost is computed from the activations of the last layer, also where it could be computed from z, as with
    softmax: so there are paths through a^L.
    """

    def __init__(self, operation: str, net: MLP, x: Any, y: Any, cost: str | Cost) -> None:
        need_plain(operation, net)
        self.operation, self.net, self.L = operation, net, len(net.layers) + 1
        self._zs, self._activations = net.feedforward(x)
        m = self._zs[-1].shape[1]
        if m != 1:
            raise ValueError(f"{operation}: x has {m} columns; it is about one example, so pass x[:, :1] and y[:, :1]")
        self.C = named("cost", cost, costs.NAMES, Cost)(self._activations[-1], y)
        self.C.label = "C"

    @cached_property
    def graph(self) -> LinearizedGraph:
        """The nodes, and on every edge its rate factor."""
        return linearize(self.C)

    @cached_property
    def cotangents(self) -> dict[Any, Any]:
        """∂C/∂(node) of every node, by one backward sweep."""
        return sweeps.backward(self.C)

    def layer(self, l: int) -> Layer:
        """Layer l, which has weights: 2 … L."""
        self.need_layer(l, 2, self.L)
        return self.net.layers[l - 2]

    def z(self, l: int) -> Parameter:
        """Weighted inputs z^l as nodes, l = 2 … L."""
        self.need_layer(l, 2, self.L)
        return self._zs[l - 2]

    def a(self, l: int) -> Parameter:
        """Activations a^l as nodes, l = 1 … L."""
        self.need_layer(l, 1, self.L)
        return self._activations[l - 1]

    def delta(self, l: int) -> np.ndarray:
        """δ^l, shape (n_l,), by the backward sweep."""
        nodes = self.z(l)
        found = [np.ravel(self.cotangents[node]) for node in nodes_of(nodes)]
        return np.concatenate(found).astype(float)

    def rates(self, targets: Any, sources: Any) -> np.ndarray:
        """∂(target)/∂(source): the sums over the paths between them, a row a target and a column a source."""
        rows, columns = single(targets), single(sources)
        kept = self.graph.contract([*rows, *columns])
        found = {(edge.source, edge.target): edge.rate for edge in kept.edges}
        return np.array([[found.get((source, target), 0.0) for source in columns] for target in rows])

    def gradient(self, sources: Any) -> np.ndarray:
        """∂C/∂(source) of each source, by the sums over the paths to the cost."""
        gradient: np.ndarray = self.rates(self.C, sources)[0]
        return gradient

    def need_layer(self, l: int, first: int, last: int) -> None:
        """A ValueError where there is no such layer."""
        if l not in range(first, last + 1):
            raise ValueError(f"{self.operation}: l is {l}; want a layer of {first} … {last}, counted from 1, the input")


def single(nodes: Any) -> list[NodeOrEntry]:
    """Single numbers of the graph: Values, or the entries of Tensors; these as they are."""
    given = nodes if isinstance(nodes, list) else nodes_of(nodes)
    return [entry for node in given for entry in ([node] if isinstance(node, Entry) else entries_of(node))]


def column(w: Parameter) -> np.ndarray:
    """The numbers of a column of nodes, shape (n,)."""
    return numbers_of(w).ravel()
