"""The linearized graph: the nodes of a computation, and on every edge its rate factor.

∂C/∂w is the sum, over all paths from w to C, of the products of the rate factors along each
(Nielsen ch. 2, eq. 53). Here that sum is taken literally: paths are listed, counted and added up; nodes
are contracted and eliminated, and each way of doing it has its price in multiplications.

Every node here is a single number: a `Value`, or one `Entry` of a `Tensor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np

from microbp.elimination import ORDERS, Rates, summed, take_out
from microbp.graph import Node, recorded
from microbp.names import Entry, NodeOrEntry, entries_of, name_of, number_text
from microbp.paths import Paths
from microbp.primitives import take


class Edge(NamedTuple):
    """An edge with its rate factor ∂(target)/∂(source)."""

    source: NodeOrEntry
    target: NodeOrEntry
    rate: float

    def __str__(self) -> str:
        return f"{name_of(self.source)} → {name_of(self.target)}:  {number_text(self.rate)}"

    def __repr__(self) -> str:
        return f"<edge {self}>"


Order = str | Iterable[Any]
"""An order of elimination: a name of ORDERS, or nodes."""


def linearize(*outputs: Node) -> LinearizedGraph:
    """The linearized graph of all that the outputs rest on.

    Constants are not in it; a Tensor is there entry by entry.
    """
    for output in outputs:
        if not isinstance(output, Node):
            raise TypeError(f"linearize: takes Values and Tensors, not {type(output).__name__}")
        output.refuse_reading("mb.linearize", "ask for rate factors and paths outside of the function")
    leaves, operations = recorded(outputs)
    first: dict[Node, int] = {}
    nodes: list[NodeOrEntry] = []
    for node in leaves + operations:
        first[node] = len(nodes)
        nodes.extend(entries_of(node))
    inputs = range(first[operations[0]] if operations else len(nodes))
    sources: list[int] = []
    targets: list[int] = []
    rates: list[float] = []
    with np.errstate(all="ignore"):
        for node in operations:
            here = first[node]
            if node.rates is not None:
                for x, rate in zip(node.inputs, node.rates, strict=True):
                    if x in first:
                        sources.append(first[x])
                        targets.append(here)
                        rates.append(rate)
                continue
            primitive, arguments = node.primitive, node.arguments
            assert primitive is not None
            for i, x in enumerate(node.inputs):
                if x in first:
                    s, t, r = primitive.entries(i, arguments, node._data, **node.params)
                    sources.extend((s + first[x]).tolist())
                    targets.extend((t + here).tolist())
                    rates.extend(r.tolist())
    varies = set(inputs)
    edges = []
    for source, target, rate in zip(sources, targets, rates, strict=True):
        if source in varies:  # else an entry of a Tensor that is constant, as the zeros beside what was scattered
            varies.add(target)
            edges.append((source, target, rate))
    ends = [n for y in outputs if y in first for n in range(first[y], first[y] + len(entries_of(y)))]
    return LinearizedGraph(nodes, edges, inputs, ends)


def paths(source: Any, target: Any) -> Paths:
    """All paths from one node to another, largest |product| first (`LinearizedGraph.paths`).

    source, target  Values, or entries of a Tensor: w[0, 1], (w, (0, 1)), or a Tensor of one entry

    >>> from microbp.value import Value
    >>> x = Value(3.0, "x")
    >>> print(paths(x, x * x + x))
    x → × → +:  3 × 1 = 3
    x → × → +:  3 × 1 = 3
    x → +:  1 = 1
    ∂+/∂x = 7
    """
    return linearize(_owner("paths", target)).paths(source, target)


class LinearizedGraph:
    """Nodes in topological order and edges with rate factors, two of them for x × x.

    nodes    Values and Entries, each after all that it was computed from
    outputs  the nodes that it was linearized for
    inputs   the leaves; after a contraction, the nodes that no edge leads to
    """

    def __init__(
        self,
        nodes: Sequence[NodeOrEntry],
        edges: Sequence[tuple[int, int, float]],
        inputs: Sequence[int],
        outputs: Sequence[int],
    ) -> None:
        self.nodes = list(nodes)
        self._edges = list(edges)
        self._inputs = list(inputs)
        self._outputs = list(outputs)
        self._index = {node: n for n, node in enumerate(self.nodes)}
        self._out: list[list[tuple[int, float]]] = [[] for _ in self.nodes]
        self._in: list[list[tuple[int, float]]] = [[] for _ in self.nodes]
        for source, target, rate in self._edges:
            self._out[source].append((target, rate))
            self._in[target].append((source, rate))

    def __repr__(self) -> str:
        return f"<linearized graph: {len(self.nodes)} nodes, {len(self._edges)} edges>"

    def __str__(self) -> str:
        return "\n".join(map(str, self.edges))

    @cached_property
    def edges(self) -> list[Edge]:
        """Every edge with its rate factor ∂(target)/∂(source)."""
        return [Edge(self.nodes[s], self.nodes[t], rate) for s, t, rate in self._edges]

    @property
    def inputs(self) -> list[NodeOrEntry]:
        """The leaves; after a contraction, the nodes that no edge leads to."""
        return [self.nodes[n] for n in self._inputs]

    @property
    def outputs(self) -> list[NodeOrEntry]:
        """The nodes that the graph was linearized for."""
        return [self.nodes[n] for n in self._outputs]

    def paths(self, source: Any, target: Any) -> Paths:
        """All paths from one node of the graph to another."""
        return Paths(self.nodes, self._out, self._place("paths", source), self._place("paths", target))

    def contract(self, keep: Iterable[Any]) -> LinearizedGraph:
        """The graph of the kept nodes alone; an edge is the sum over the paths between its ends.

        Only paths through nodes that were not kept count, so that paths in the small graph are
        paths in the large one. Keeping the activations gives the edges ∂a^{l+1}_q/∂a^l_j of eq. 53.

        keep  Values, entries of a Tensor, or whole Tensors and arrays of Values
        """
        kept = sorted({place for node in keep for place in self._places("contract", node)})
        place = {n: k for k, n in enumerate(kept)}
        edges = []
        for n in kept:
            rates = {n: 1.0}
            waiting = [n]
            while waiting:
                here = heappop(waiting)
                rate = rates.pop(here)
                if here != n and here in place:
                    edges.append((place[n], place[here], rate))
                    continue
                for target, factor in self._out[here]:
                    if target not in rates:
                        rates[target] = 0.0
                        heappush(waiting, target)
                    rates[target] += rate * factor
        led_to = {target for _, target, _ in edges}
        varying = {*self._inputs, *(n for n in kept if self._in[n])}
        inputs = [place[n] for n in kept if n in varying and place[n] not in led_to]
        outputs = [place[n] for n in self._outputs if n in place]
        return LinearizedGraph([self.nodes[n] for n in kept], edges, inputs, outputs)

    def eliminate(self, order: Order = "reverse") -> Elimination:
        """Take out nodes one by one, until every edge leads from an input to an output.

        The Jacobian that is left over is the same for every order, the multiplications that it takes are not.

        order  "forward" (as the forward sweep), "reverse" (as the backward sweep), "markowitz" (always a
               node that is cheapest to take out), or nodes in an order of your own, all or some
        """
        ins, outs = [list(map(summed, edges)) for edges in (self._in, self._out)]
        gone, degrees = take_out(self._in_order(order, ins, outs), ins, outs)
        left = sorted(set(range(len(self.nodes))) - set(gone))
        place = {n: k for k, n in enumerate(left)}
        edges = [(place[s], place[t], rate) for s in left for t, rate in sorted(outs[s].items())]
        ends = [[place[n] for n in end] for end in (self._inputs, self._outputs)]
        graph = LinearizedGraph([self.nodes[n] for n in left], edges, *ends)
        return Elimination(graph, [self.nodes[n] for n in gone], degrees, self.inputs)

    def _in_order(self, order: Order, ins: Rates, outs: Rates) -> Iterable[int]:
        """The places of the nodes to take out, one by one: a choice may rest on what is left."""
        fixed = {*self._inputs, *self._outputs}
        if isinstance(order, str):
            if order not in ORDERS:
                names = ", ".join(f'"{name}"' for name in ORDERS)
                raise ValueError(f"eliminate: order is {names} or nodes, not {order!r}")
            return ORDERS[order]([n for n in range(len(self.nodes)) if n not in fixed], ins, outs)
        chosen: dict[int, None] = {}
        for n in (n for node in order for n in self._places("eliminate", node)):
            if n in fixed or n in chosen:
                why = "is an input or an output" if n in fixed else "is named twice"
                raise ValueError(f"eliminate: {name_of(self.nodes[n])} {why}; only nodes between can be taken out")
            chosen[n] = None
        return chosen

    def _place(self, operation: str, node: Any) -> int:
        """The place of the single node that a user named."""
        places = self._places(operation, node)
        if len(places) != 1:
            what = "this array" if isinstance(node, np.ndarray) else node.name
            raise ValueError(
                f"{operation}: {what} has {len(places)} entries, and a path ends at one of them; "
                f"name it by its index, such as {what}[{', '.join('0' for _ in node.shape)}]"
            )
        return places[0]

    def _places(self, operation: str, node: Any) -> list[int]:
        """The places of all that a user named: a Value, an entry, a whole Tensor or an array of Values."""
        if isinstance(node, np.ndarray):
            return [place for part in node.flat for place in self._places(operation, part)]
        found: list[NodeOrEntry]
        if isinstance(node, tuple) and not isinstance(node, Entry):
            tensor = _owner(operation, node)
            index = node[1] if len(node) == 2 and isinstance(node[1], tuple) else node[1:]
            if not all(isinstance(n, int | np.integer) for n in index):
                raise TypeError(f"{operation}: an entry of {tensor.name} is named by integers, not {index}")
            if len(index) != len(tensor.shape) or not all(map(_within, index, tensor.shape)):
                raise ValueError(f"{operation}: {tensor.name} has shape {tensor.shape}, and no entry {index}")
            found = [Entry(tensor, tuple(int(n) % size for n, size in zip(index, tensor.shape, strict=True)))]
        elif isinstance(node, Entry):
            found = [node]
        else:
            found = entries_of(_owner(operation, node))
            if found and found[0] not in self._index:
                found = _entries_read(node) or found
        for entry in found:
            if entry not in self._index:
                hint = "; the first of the two is where the paths begin" if operation == "paths" else ""
                raise ValueError(
                    f"{operation}: {name_of(entry)} is not among what "
                    f"{', '.join(map(name_of, self.outputs[:3])) or 'a constant'} was computed from{hint}"
                )
        return [self._index[entry] for entry in found]


class Elimination(NamedTuple):
    """What is left after taking out nodes, and what it took.

    graph    the graph that is left over
    order    the nodes in the order in which they were taken out
    degrees  the multiplications that each of them took, (edges in) × (edges out) at its time
    inputs   the inputs of the graph, by which the columns of the Jacobian go
    """

    graph: LinearizedGraph
    order: list[NodeOrEntry]
    degrees: list[int]
    inputs: list[NodeOrEntry]

    @property
    def multiplications(self) -> int:
        """How many multiplications it took in all."""
        return sum(self.degrees)

    def __repr__(self) -> str:
        return f"<elimination of {len(self.order):,} nodes by {self.multiplications:,} multiplications>"

    @property
    def jacobian(self) -> np.ndarray:
        """∂(output)/∂(input), a row an output and a column an input, once only these are left."""
        graph, column = self.graph, {node: n for n, node in enumerate(self.inputs)}
        between = len(graph.nodes) - len(column.keys() | set(graph.outputs))
        if between:
            raise ValueError(f"the Jacobian is not reached: {between} nodes between inputs and outputs are left")
        rows: list[dict[int, float]] = []
        for n, node in enumerate(graph.nodes):
            rows.append({column[node]: 1.0} if node in column else {})
            for source, rate in graph._in[n]:  # an input, or an output that another one rests on
                for k, x in rows[source].items():
                    rows[n][k] = rows[n].get(k, 0.0) + rate * x
        matrix = np.zeros((len(graph.outputs), len(column)))
        for row, n in zip(matrix, graph._outputs, strict=True):
            row[list(rows[n])] = list(rows[n].values())
        return matrix


def _within(n: int, size: int) -> bool:
    return -size <= n < size


def _owner(operation: str, node: Any) -> Node:
    """The node itself, or the tensor of a (tensor, index)."""
    owner = node[0] if isinstance(node, tuple) and node else node
    if not isinstance(owner, Node):
        raise TypeError(
            f"{operation}: takes Values, and entries of Tensors such as w[0, 1] or (w, (0, 1)), "
            f"not {type(node).__name__}"
        )
    return owner


def _entries_read(node: Node) -> list[NodeOrEntry]:
    """The entries of a Tensor that a node such as w[0, 1] was read from."""
    if node.primitive is not take:
        return []
    tensor = node.u
    numbered = np.arange(tensor._data.size).reshape(tensor.shape)[node.params["index"]]
    return [Entry(tensor, tuple(map(int, np.unravel_index(n, tensor.shape)))) for n in np.ravel(numbered)]
