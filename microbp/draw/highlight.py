"""What lights up in a drawing: a path, several, or everything on the way from one node to another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from math import prod
from typing import NamedTuple, TypeVar

from microbp.draw.texts import number, short
from microbp.graph import Node
from microbp.names import NodeOrEntry, name_of
from microbp.paths import Path, Paths

Point = TypeVar("Point", bound=NodeOrEntry)

Slot = tuple[Node, int]
"""An edge of a recorded computation: the node that it leads to, and which of its inputs it comes from."""

STEPS, LINES = 12, 5
"""Nodes of a path that its caption names, and paths that it tells."""


class Highlight(NamedTuple):
    """What is lit.

    paths  what for
    nodes  all nodes that are lit
    slots  the edges that are, each with the one rate factor that a path takes there, or None
    """

    paths: Sequence[Path | Paths]
    nodes: set[Node]
    slots: dict[Slot, float | None]

    def note(self, boxed: Collection[Node] | None = None) -> list[str]:
        """The paths as they print, in lines; of the nodes between their ends, only those with a box."""
        paths = self.paths if boxed is None else [_by_way_of(boxed, path) for path in self.paths]
        lines = [line for path in paths[:LINES] for line in path_note(path)]
        rest = len(self.paths) - LINES
        return lines if rest <= 0 else [*lines, f"and {rest:,} more paths"]


def highlight_of(paths: Sequence[Path | Paths], nodes: Sequence[Node]) -> Highlight:
    """What of `nodes`, which are in topological order, is lit for these paths.

    Raises ValueError where one of them leads through a node that is not there.
    """
    here = set(nodes)
    lit = Highlight(paths, set(), {})
    for path in paths:
        for node in route_of(path):
            if owner_of(node) not in here:
                raise ValueError(f"draw: the path leads through {name_of(node)}, which is not in this graph")
            lit.nodes.add(owner_of(node))
        if isinstance(path, Paths):
            source, target = route_of(path)
            _light_between(lit, owner_of(source), owner_of(target), nodes)
            continue
        for source, target, rate in zip(path.nodes, path.nodes[1:], path.rate_factors, strict=False):
            slot = _slot_between(lit, owner_of(source), owner_of(target), rate)
            if slot is None:  # a path of a contracted graph skips nodes
                _light_between(lit, owner_of(source), owner_of(target), nodes)
            else:
                lit.slots[slot] = rate if lit.slots.get(slot, rate) == rate else None
    return lit


def route_of(path: Path | Paths) -> tuple[NodeOrEntry, ...]:
    """The nodes of a path in their order; of all paths from one node to another, these two."""
    if isinstance(path, Path):
        return path.nodes
    return path.source, path.target


def owner_of(node: NodeOrEntry) -> Node:
    """The node itself, or the Tensor of an entry."""
    return node if isinstance(node, Node) else node.tensor


def _by_way_of(boxed: Collection[Node], path: Path | Paths) -> Path | Paths:
    """The same path in longer steps, from one node with a box to the next; their rate factors are products."""
    if isinstance(path, Paths):
        return path
    last = len(path.nodes) - 1
    stops = [k for k, node in enumerate(path.nodes) if k in (0, last) or owner_of(node) in boxed]
    rates = tuple(prod(path.rate_factors[k:next_]) for k, next_ in pairwise(stops))
    return Path(tuple(path.nodes[k] for k in stops), rates, tuple(path.names[k] for k in stops))


def path_note(path: Path | Paths) -> list[str]:
    """A path by its nodes and its product, of a long one the beginning and the end; or how many paths there are."""
    if isinstance(path, Paths):
        source, target = (short(name_of(node)) for node in route_of(path))
        ways = "1 path leads" if path.count == 1 else f"{path.count:,} paths lead"
        return [f"{ways} from {source} to {target}: ∂{target}/∂{source} = {number(path.total)}"]
    names, rates = list(map(short, path.names)), list(map(number, path.rate_factors))
    if len(names) > STEPS:
        names[STEPS - 3 : -2] = [f"… {len(names) - STEPS + 1:,} more …"]
        rates[STEPS - 3 : -2] = ["…"]
    return [f"path: {' → '.join(names)}", f"product: {' × '.join(rates) or '1'} = {number(path.product)}"]


def _slot_between(lit: Highlight, source: Node, target: Node, rate: float) -> Slot | None:
    """The edge from source to target that a path takes; of those of x × x, one that isn't lit yet."""
    slots = [i for i, x in enumerate(target.inputs) if x is source]
    exact = [i for i in slots if target.rates is not None and target.rates[i] == rate] or slots
    unlit = [i for i in exact if (target, i) not in lit.slots] or exact
    return (target, unlit[0]) if unlit else None


def _light_between(lit: Highlight, source: Node, target: Node, nodes: Sequence[Node]) -> None:
    """Light all that lies on any way from source to target."""
    reached = reachable([source], ((x, node) for node in nodes for x in node.inputs))
    leading = reachable([target], ((node, x) for node in reversed(nodes) for x in node.inputs)) & reached
    lit.nodes.update(leading)
    for node in leading:
        for i, x in enumerate(node.inputs):
            if x in leading:
                lit.slots.setdefault((node, i), None)


def reachable(starts: Iterable[Point], edges: Iterable[tuple[Point, Point]]) -> set[Point]:
    """Where the edges lead to from any of the starts; an edge comes after those that lead to it."""
    reached = set(starts)
    for here, there in edges:
        if here in reached:
            reached.add(there)
    return reached
