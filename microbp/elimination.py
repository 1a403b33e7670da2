"""Vertex elimination: taking nodes out of a linearized graph, one by one, at a price in multiplications.

To take out v is to add, for each edge u → v and each edge v → w, the product of their rate factors to the
edge u → w: (edges in) × (edges out) multiplications, which is called the Markowitz degree of v (Griewank &
Walther, *Evaluating Derivatives*, ch. 9–10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush

Rates = list[dict[int, float]]
"""For each node, the rate factors of its edges, by the node at the other end."""


def summed(edges: list[tuple[int, float]]) -> dict[int, float]:
    """Edges by the node at their other end, parallel ones added up."""
    rates: dict[int, float] = {}
    for node, rate in edges:
        rates[node] = rates.get(node, 0.0) + rate
    return rates


def take_out(order: Iterable[int], ins: Rates, outs: Rates) -> tuple[list[int], list[int]]:
    """Take nodes out of the graph of `ins` and `outs`, which is changed; these nodes, and what each one took."""
    gone, degrees = [], []
    for v in order:
        degrees.append(len(ins[v]) * len(outs[v]))
        gone.append(v)
        for u, rate_in in ins[v].items():
            del outs[u][v]
            for w, rate_out in outs[v].items():
                outs[u][w] = ins[w][u] = outs[u].get(w, 0.0) + rate_in * rate_out
        for w in outs[v]:
            del ins[w][v]
        ins[v], outs[v] = {}, {}
    return gone, degrees


def cheapest_first(nodes: list[int], ins: Rates, outs: Rates) -> Iterator[int]:
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


ORDERS: dict[str, Callable[[list[int], Rates, Rates], Iterable[int]]] = {
    "forward": lambda nodes, ins, outs: nodes,
    "reverse": lambda nodes, ins, outs: reversed(nodes),
    "markowitz": cheapest_first,
}
"""Orders by name: as the forward sweep, as the backward sweep, always a node that is cheapest to take out."""
