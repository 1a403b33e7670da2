"""The linearized graph: the nodes of a computation, and on every edge its rate factor.

∂C/∂w is the sum, over all paths from w to C, of the products of the rate factors along each
(Nielsen ch. 2, eq. 53). Here that sum is taken literally: paths are listed, counted and added up; nodes
are contracted and eliminated, and each way of doing it has its price in multiplications.

Every node here is a single number: a `Value`, or one `Entry` of a `Tensor`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import count, islice
from math import inf, isnan, prod
from typing import Any, NamedTuple

import numpy as np

from microbp.graph import Node, recorded


class Entry(NamedTuple):
    """One entry of a Tensor, as a node of the linearized graph."""

    tensor: Node
    at: tuple[int, ...]

    @property
    def data(self) -> float:
        """The number that stands there."""
        return float(self.tensor._data[self.at])

    @property
    def label(self) -> str | None:
        """The tensor's label with subscripts, counted from 1 as in print; a column needs only one."""
        if self.tensor.label is None:
            return None
        return subscripted(self.tensor.label, self.at, self.tensor.shape)


def subscripted(label: str, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """`w2` at row 0 and column 2 is w2_1,3; in a column, one subscript is enough, but a weight has two.

    >>> subscripted("w2", (0, 2), (30, 784)), subscripted("b2", (4, 0), (30, 1)), subscripted("w2", (4, 0), (30, 1))
    ('w2_1,3', 'b2_5', 'w2_5,1')
    """
    if len(shape) == 2 and shape[1] == 1 and not label.startswith("w"):
        index = index[:1]
    return label + ("_" + ",".join(str(n + 1) for n in index) if index else "")


NodeOrEntry = Node | Entry


class Edge(NamedTuple):
    """An edge with its rate factor ∂(target)/∂(source)."""

    source: NodeOrEntry
    target: NodeOrEntry
    rate: float


@dataclass(frozen=True)
class Path:
    """One way from a node to another, and the product of the rate factors along it."""

    nodes: tuple[NodeOrEntry, ...]
    rate_factors: tuple[float, ...]
    names: tuple[str, ...]

    @property
    def product(self) -> float:
        """What this path adds to the derivative."""
        return prod(self.rate_factors)

    def __str__(self) -> str:
        route = " → ".join(self.names)
        return f"{route}:  {' × '.join(map(number_text, self.rate_factors)) or '1'} = {number_text(self.product)}"


def number_text(x: float) -> str:
    """A number with three figures, as drawings and paths show it.

    >>> number_text(-0.5239), number_text(2.0)
    ('−0.524', '2')
    """
    return f"{x:.3g}".replace("-", "−")


Order = str | Iterable[Any]


def linearize(*outputs: Node) -> LinearizedGraph:
    """The linearized graph of all that the outputs rest on.

    Constants are not in it; a Tensor is there entry by entry.
    """
    for output in outputs:
        if not isinstance(output, Node):
            raise TypeError(f"linearize: takes Values and Tensors, not {type(output).__name__}")
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
            if node.du is not None:
                for x, rate in [(node.u, node.du), (node.v, node.dv), *node.rest]:
                    if x in first and rate is not None:
                        sources.append(first[x])
                        targets.append(here)
                        rates.append(rate)
                continue
            primitive, arguments = node.primitive, node.arguments
            for i, x in enumerate(node.inputs):
                if x in first:
                    s, t, r = primitive.entries(i, arguments, node._data, **node.params)  # type: ignore[union-attr]
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


def entries_of(node: Node) -> list[NodeOrEntry]:
    """A Value itself; a Tensor's entries in their order."""
    if isinstance(node._data, float):
        return [node]
    return [Entry(node, index) for index in np.ndindex(node.shape)]


def paths(source: Any, target: Any) -> Paths:
    """All paths from one node to another, largest |product| first (`LinearizedGraph.paths`).

    source, target  Values, Tensors of one entry, or (tensor, index) for one entry of a Tensor
    """
    return linearize(_tensor_of(target)).paths(source, target)


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
        lines = (f"{name_of(e.source)} → {name_of(e.target)}:  {number_text(e.rate)}" for e in self.edges)
        return "\n".join(lines)

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
        return Paths(self, self._find(source), self._find(target))

    def contract(self, keep: Iterable[Any]) -> LinearizedGraph:
        """The graph of the kept nodes alone; an edge is the sum over the paths between its ends.

        Only paths through nodes that were not kept count, so that paths in the small graph are
        paths in the large one. Keeping the activations gives the edges ∂a^{l+1}_q/∂a^l_j of eq. 53.
        """
        kept = sorted({self._find(node) for node in keep})
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

        To take out v is to add, for each edge u → v and each edge v → w, the product of their rate factors
        to the edge u → w: (edges in) × (edges out) multiplications. The Jacobian that is left over is the
        same for every order, its price is not (Griewank & Walther, *Evaluating Derivatives*, ch. 9–10).

        order  "forward" (as the forward sweep), "reverse" (as the backward sweep), "markowitz" (always a
               node that is cheapest to take out), or nodes in an order of your own, all or some
        """
        ins: list[dict[int, float]] = [_summed(edges) for edges in self._in]
        outs: list[dict[int, float]] = [_summed(edges) for edges in self._out]
        fixed = {*self._inputs, *self._outputs}
        gone: list[int] = []
        prices: list[int] = []
        for v in self._in_order(order, fixed, ins, outs):
            prices.append(len(ins[v]) * len(outs[v]))
            gone.append(v)
            for u, rate_in in ins[v].items():
                del outs[u][v]
                for w, rate_out in outs[v].items():
                    outs[u][w] = ins[w][u] = outs[u].get(w, 0.0) + rate_in * rate_out
            for w in outs[v]:
                del ins[w][v]
            ins[v], outs[v] = {}, {}
        left = sorted(set(range(len(self.nodes))) - set(gone))
        place = {n: k for k, n in enumerate(left)}
        edges = [(place[s], place[t], rate) for s in left for t, rate in sorted(outs[s].items())]
        ends = [[place[n] for n in end] for end in (self._inputs, self._outputs)]
        graph = LinearizedGraph([self.nodes[n] for n in left], edges, *ends)
        return Elimination(graph, [self.nodes[n] for n in gone], prices, self.inputs)

    def _in_order(
        self, order: Order, fixed: set[int], ins: list[dict[int, float]], outs: list[dict[int, float]]
    ) -> Iterator[int]:
        between = [n for n in range(len(self.nodes)) if n not in fixed]
        if order == "forward":
            yield from between
        elif order == "reverse":
            yield from reversed(between)
        elif order == "markowitz":
            yield from _cheapest_first(between, ins, outs)
        elif isinstance(order, str):
            raise ValueError(f'eliminate: order is "forward", "reverse", "markowitz" or nodes, not {order!r}')
        else:
            chosen = [self._find(node) for node in order]
            for n in chosen:
                if n in fixed or chosen.count(n) > 1:
                    why = "is an input or an output" if n in fixed else "is named twice"
                    raise ValueError(f"eliminate: {name_of(self.nodes[n])} {why}; only nodes between can be taken out")
            yield from chosen

    def _find(self, node: Any) -> int:
        """The place of a node that a user named."""
        tensor = _tensor_of(node)
        if isinstance(node, tuple) and not isinstance(node, Entry):
            index = node[1] if isinstance(node[1], tuple) else (node[1],)
            if len(index) != len(tensor.shape) or not all(map(_within, index, tensor.shape)):
                raise ValueError(f"{tensor.name} has shape {tensor.shape}, and no entry {index}")
            node = Entry(tensor, tuple(int(n) % size for n, size in zip(index, tensor.shape, strict=True)))
        elif isinstance(node, Node) and node not in self._index:
            entries = entries_of(node)
            if len(entries) != 1:
                raise ValueError(
                    f"{node.name} has {len(entries)} entries, and a path ends at one of them; "
                    f"name it by its index, such as ({node.name}, {(0,) * len(node.shape)})"
                )
            node = entries[0]
        if node not in self._index:
            raise ValueError(f"{name_of(node)} is not in this graph, or is a constant")
        return self._index[node]


class Paths:
    """All paths from one node to another: listed lazily, counted and summed up without listing.

    Iterating gives them by decreasing |product|. The bound on what a beginning can still become is exact
    (the largest |product| of any way from its end to the target), so no beginning is followed in vain: the
    five largest of 10²⁰ paths come at once.
    """

    def __init__(self, graph: LinearizedGraph, source: int, target: int) -> None:
        self._graph, self._source, self._target = graph, source, target

    def __iter__(self) -> Iterator[Path]:
        ranked = self._ranked
        tie = count()
        # Each entry: the bound, the end of a beginning, which of its edges is next, product and edges so far.
        waiting: list[Any] = []
        if self._source == self._target:
            yield self._path(None)
        elif ranked.get(self._source):
            waiting.append((-ranked[self._source][0][0], next(tie), self._source, 0, 1.0, None))
        heapify(waiting)
        while waiting:
            _, _, node, rank, product, taken = heappop(waiting)
            while True:
                edges = ranked[node]
                if rank + 1 < len(edges):
                    bound = _magnitude(product * edges[rank + 1][0])
                    heappush(waiting, (-bound, next(tie), node, rank + 1, product, taken))
                _, target, rate = edges[rank]
                taken = (target, rate, taken)
                if target == self._target:
                    yield self._path(taken)
                    break
                node, rank, product = target, 0, product * rate

    def top(self, n: int) -> list[Path]:
        """The n paths of largest |product|, or all where there are fewer."""
        return list(islice(self, n))

    def __len__(self) -> int:
        return self.count

    def __bool__(self) -> bool:
        return self.count > 0  # also where there are more paths than `len` can say

    @cached_property
    def count(self) -> int:
        """How many paths there are, exactly."""
        ways = {self._target: 1}
        for n in range(self._target - 1, self._source - 1, -1):
            total = sum(ways[t] for t, _ in self._graph._out[n] if t in ways)
            if total:
                ways[n] = total
        return ways.get(self._source, 0)

    @cached_property
    def total(self) -> float:
        """The sum of the products of all paths: ∂(target)/∂(source), eq. 53."""
        sums = {self._target: 1.0}
        for n in range(self._target - 1, self._source - 1, -1):
            edges = [(t, rate) for t, rate in self._graph._out[n] if t in sums]
            if edges:
                sums[n] = sum(rate * sums[t] for t, rate in edges)
        return sums.get(self._source, 0.0)

    def __repr__(self) -> str:
        source, target = (name_of(self._graph.nodes[n]) for n in (self._source, self._target))
        paths = "path" if self.count == 1 else "paths"
        return f"<{self.count} {paths} from {source} to {target}, sum {number_text(self.total)}>"

    def __str__(self) -> str:
        """The largest ten paths, a line each; what the others add; and the sum."""
        shown = self.top(10)
        lines = [str(path) for path in shown]
        if self.count > len(shown):
            rest = self.total - sum(path.product for path in shown)
            lines.append(f"the other {self.count - len(shown):,} add {number_text(rest)}")
        source, target = (name_of(self._graph.nodes[n]) for n in (self._source, self._target))
        return "\n".join([*lines, f"∂{target}/∂{source} = {number_text(self.total)}"])

    @cached_property
    def _ranked(self) -> dict[int, list[tuple[float, int, float]]]:
        """The edges that lead on to the target, by node, best first: (largest |product| beyond, target, rate)."""
        best = {self._target: 1.0}
        ranked = {}
        for n in range(self._target - 1, self._source - 1, -1):
            edges = [(_magnitude(rate * best[t]), t, rate) for t, rate in self._graph._out[n] if t in best]
            if edges:
                edges.sort(key=lambda edge: -edge[0])
                ranked[n], best[n] = edges, edges[0][0]
        return ranked

    def _path(self, taken: Any) -> Path:
        nodes, rates = [], []
        while taken is not None:
            target, rate, taken = taken
            nodes.append(target)
            rates.append(rate)
        route = [self._graph.nodes[n] for n in (self._source, *reversed(nodes))]
        return Path(tuple(route), tuple(reversed(rates)), tuple(map(name_of, route)))


@dataclass(frozen=True)
class Elimination:
    """What is left after taking out nodes, and what it took.

    graph   the graph that is left over
    order   the nodes in the order in which they were taken out
    prices  the multiplications that each of them took
    """

    graph: LinearizedGraph
    order: list[NodeOrEntry]
    prices: list[int]
    inputs: list[NodeOrEntry]

    @property
    def multiplications(self) -> int:
        """How many multiplications it took in all."""
        return sum(self.prices)

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


def name_of(node: NodeOrEntry) -> str:
    """The label of a node, or the sign of the operation that made it."""
    if node.label is not None:
        return node.label
    if isinstance(node, Entry):
        return subscripted(_sign_of(node.tensor), node.at, node.tensor.shape)
    return _sign_of(node)


def _sign_of(node: Node) -> str:
    return node.name if node.primitive is None else node.primitive.symbol


def _within(n: int, size: int) -> bool:
    return -size <= n < size


def _tensor_of(node: Any) -> Node:
    """The node itself, or the tensor of a (tensor, index)."""
    owner = node[0] if isinstance(node, tuple) else node
    if not isinstance(owner, Node):
        raise TypeError(f"takes a Value, a Tensor of one entry, or (tensor, index), not {type(node).__name__}")
    return owner


def _magnitude(x: float) -> float:
    """|x| to rank paths by; not-a-number comes first, where it is seen."""
    return inf if isnan(x) else abs(x)


def _summed(edges: list[tuple[int, float]]) -> dict[int, float]:
    """Edges by the node at their other end, parallel ones added up."""
    rates: dict[int, float] = {}
    for node, rate in edges:
        rates[node] = rates.get(node, 0.0) + rate
    return rates


def _cheapest_first(
    nodes: list[int], ins: list[dict[int, float]], outs: list[dict[int, float]]
) -> Iterator[int]:
    """The nodes by Markowitz degree, (edges in) × (edges out), as it is when each is taken out."""
    waiting = [(len(ins[n]) * len(outs[n]), n) for n in nodes]
    heapify(waiting)
    left = set(nodes)
    while waiting:
        degree, n = heappop(waiting)
        if n not in left or degree != len(ins[n]) * len(outs[n]):
            continue
        left.remove(n)
        neighbours = [m for m in (*ins[n], *outs[n]) if m in left]
        yield n
        for m in neighbours:
            heappush(waiting, (len(ins[m]) * len(outs[m]), m))
