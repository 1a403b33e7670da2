"""All paths from one node of a linearized graph to another: listed, counted, summed up."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from heapq import heappop, heappush
from itertools import count, islice
from math import inf, isnan, log10, prod
from typing import Any

from microbp.names import NodeOrEntry, name_of, number_text

Edges = Sequence[Sequence[tuple[int, float]]]
"""For each node, by its place in topological order: the places its edges lead to, and their rate factors."""


class Path:
    """One way from a node to another, and the product of the rate factors along it."""

    def __init__(
        self, nodes: tuple[NodeOrEntry, ...], rate_factors: tuple[float, ...], names: tuple[str, ...]
    ) -> None:
        self.nodes, self.rate_factors, self.names = nodes, rate_factors, names

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Path):
            return NotImplemented
        return (self.nodes, self.rate_factors) == (other.nodes, other.rate_factors)

    def __hash__(self) -> int:
        return hash((self.nodes, self.rate_factors))

    @property
    def product(self) -> float:
        """What this path adds to the derivative."""
        return prod(self.rate_factors)

    def __repr__(self) -> str:
        return f"<path of {len(self.rate_factors)} edges from {self.names[0]} to {self.names[-1]}: {self.product:.6g}>"

    def __str__(self) -> str:
        route = " → ".join(self.names)
        return f"{route}:  {' × '.join(map(number_text, self.rate_factors)) or '1'} = {number_text(self.product)}"


class Paths:
    """All paths from one node to another: listed lazily, counted and summed up without listing.

    Iterating gives them by decreasing |product|. The bound on what a beginning can still become is exact
    (the largest |product| of any way from its end to the target), so no beginning is followed in vain: the
    five largest of 10²⁰ paths come at once.
    """

    def __init__(self, nodes: Sequence[NodeOrEntry], edges_from: Edges, source: int, target: int) -> None:
        self._nodes, self._edges_from = nodes, edges_from
        self._source, self._target = source, target

    @property
    def source(self) -> NodeOrEntry:
        """Where the paths begin."""
        return self._nodes[self._source]

    @property
    def target(self) -> NodeOrEntry:
        """Where they end."""
        return self._nodes[self._target]

    def __iter__(self) -> Iterator[Path]:
        ranked = self._ranked
        tie = count()
        # Each entry: the bound, the end of a beginning, which of its edges is next, product and edges so far.
        waiting: list[Any] = []
        if self._source == self._target:
            yield self._path(None)
        elif ranked.get(self._source):
            waiting.append((-ranked[self._source][0][0], next(tie), self._source, 0, 1.0, None))
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
        if n < 0:
            raise ValueError(f"top: takes how many paths to give, 0 or more, not {n}")
        return list(islice(self, n))

    def __len__(self) -> int:
        if self.count > sys.maxsize:
            raise OverflowError("there are more paths than len() can say; .count says how many")
        return self.count

    def __bool__(self) -> bool:
        return self.count > 0  # also where there are more paths than `len` can say

    @cached_property
    def count(self) -> int:
        """How many paths there are, exactly."""
        ways = {self._target: 1}
        for n in range(self._target - 1, self._source - 1, -1):
            total = sum(ways[t] for t, _ in self._edges_from[n] if t in ways)
            if total:
                ways[n] = total
        return ways.get(self._source, 0)

    @cached_property
    def total(self) -> float:
        """The sum of the products of all paths: ∂(target)/∂(source), eq. 53."""
        sums = {self._target: 1.0}
        for n in range(self._target - 1, self._source - 1, -1):
            edges = [(t, rate) for t, rate in self._edges_from[n] if t in sums]
            if edges:
                sums[n] = sum(rate * sums[t] for t, rate in edges)
        return sums.get(self._source, 0.0)

    def __repr__(self) -> str:
        source, target = name_of(self.source), name_of(self.target)
        paths = "path" if self.count == 1 else "paths"
        return f"<{count_text(self.count)} {paths} from {source} to {target}, sum {number_text(self.total)}>"

    def __str__(self) -> str:
        """The largest ten paths, a line each; what the others add; and the sum."""
        shown = self.top(10)
        lines = [str(path) for path in shown]
        if self.count > len(shown):
            rest = self.total - sum(path.product for path in shown)
            lines.append(f"the other {count_text(self.count - len(shown))} add {number_text(rest)}")
        source, target = name_of(self.source), name_of(self.target)
        return "\n".join([*lines, f"∂{target}/∂{source} = {number_text(self.total)}"])

    @cached_property
    def _ranked(self) -> dict[int, list[tuple[float, int, float]]]:
        """The edges that lead on to the target, by node, best first: (largest |product| beyond, target, rate)."""
        best = {self._target: 1.0}
        ranked = {}
        for n in range(self._target - 1, self._source - 1, -1):
            edges = [(_magnitude(rate * best[t]), t, rate) for t, rate in self._edges_from[n] if t in best]
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
        route = [self._nodes[n] for n in (self._source, *reversed(nodes))]
        return Path(tuple(route), tuple(reversed(rates)), tuple(map(name_of, route)))


def count_text(n: int) -> str:
    """A number of paths in full, or one too long to read as a power of ten.

    >>> count_text(147_573_952_589_676_412_928), count_text(2**20_000)
    ('147,573,952,589,676,412,928', 'about 10^6020')
    """
    return f"{n:,}" if n.bit_length() < 200 else f"about 10^{int(n.bit_length() * log10(2))}"


def _magnitude(x: float) -> float:
    """|x| to rank paths by; not-a-number comes first, where it is seen."""
    return inf if isnan(x) else abs(x)
