"""A drawing of neurons: a box an activation, an arrow the sum over all paths from one to the next.

The arrows are the factors of eq. 53, ∂a^{l+1}_q/∂a^l_j, found by contracting the linearized graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microbp.draw.highlight import Highlight, owner_of, reachable, route_of
from microbp.draw.operations import number_hint, rate_hint, title
from microbp.draw.picture import Arrow, Box, Kind, Picture
from microbp.draw.rates import rate_of_number
from microbp.draw.scopes import Scope, role_of
from microbp.draw.texts import folded, gradient_text, number, number_at, operation_text, short
from microbp.graph import Node
from microbp.linearized import LinearizedGraph, linearize
from microbp.names import NodeOrEntry, entries_of, name_of
from microbp.paths import Path


def neurons(nodes: Sequence[Node], outputs: Sequence[Node], scopes: dict[Node, Scope], lit: Highlight) -> Picture:
    """The picture of the activations among `nodes`, of what is fed to the network, and of the outputs.

    Raises ValueError where a Tensor holds several examples.
    """
    units = activations_of(nodes, scopes)
    for unit in units:
        if unit.shape[1:] not in ((), (1,)):
            raise ValueError(
                f'draw: level="neurons" shows one example, but {unit.name} has shape {unit.shape}; '
                'record the network on a single column, or draw level="layers"'
            )
    active = set(units)
    boxed = {*units, *inputs_of(nodes, scopes), *outputs}
    shown = [entry for node in nodes if node in boxed for entry in entries_of(node)]
    graph = linearize(*outputs)
    contracted = graph.contract(node for node in shown if owner_of(node).varies)
    bright, steps = _lit(graph, contracted, lit)

    place = {node: n for n, node in enumerate(shown)}
    behind = {node: _behind(node, boxed) for node in boxed}
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for node in shown:
        owner = owner_of(node)
        scope = scopes[owner] if owner in active else None
        z = next((x for x in behind[owner] if x.shape == owner.shape and _is_z(x, scope)), None)
        frame = Scope(scope.layer) if scope else None
        # Where it is made of what has a box, its operation says how; else that would be the last of many.
        says_how = z is not None or not any(x.varies and x not in boxed for x in owner.inputs)
        operation = operation_text(owner) if says_how else ""
        boxes.append(_box(node, z, operation, frame, node in bright, owner in outputs))
        for x in behind[owner]:
            if x in boxed and not x.varies:
                arrows += [Arrow(place[entry], place[node]) for entry in entries_of(x)]
    for source, target, factor in contracted.edges:
        rate, bold = rate_of_number(factor), (source, target) in steps
        arrows.append(Arrow(place[source], place[target], rate, rate_hint(source, target, rate), bold))
    arrows.sort(key=lambda arrow: (arrow.target, arrow.source))
    caption = [*lit.note(boxed), "neuron: weighted input z, activation a, ∂ gradient by a, δ gradient by z, its error"]
    caption.append("arrow between neurons: the sum over all paths from one to the other")
    return Picture(boxes, arrows, "neurons", caption)


def _is_z(node: Node, scope: Scope | None) -> bool:
    role = role_of(node.label)
    return role is not None and role.letter == "z" and role.scope == scope


def activations_of(nodes: Sequence[Node], scopes: dict[Node, Scope]) -> list[Node]:
    """What neurons give: their a, or their z where that is all they have."""
    found: dict[str, list[Node]] = {"a": [], "z": []}
    for node in nodes:
        role = role_of(node.label)
        if node in scopes and not node.is_leaf and role is not None and role.letter in found:
            found[role.letter].append(node)
    active = {scopes[node] for node in found["a"]}
    return found["a"] + [node for node in found["z"] if scopes[node] not in active]


def inputs_of(nodes: Sequence[Node], scopes: Mapping[Node, Scope]) -> list[Node]:
    """What is fed to a network from outside."""
    inside: set[Node] = set()
    fed: dict[Node, None] = {}
    for node in nodes:
        if node in scopes or any(x in inside for x in node.inputs):
            inside.add(node)
        if node in scopes:
            plain = folded(node)
            fed |= {x: None for i, x in enumerate(node.inputs) if x not in inside and i != plain}
    return list(fed)


def _behind(node: Node, boxed: set[Node]) -> list[Node]:
    """What a node is computed from, up to the nodes with a box."""
    found: dict[Node, None] = {}
    waiting = [node]
    while waiting:
        for x in waiting.pop().inputs:
            if x not in found:
                found[x] = None
                if x not in boxed:
                    waiting.append(x)
    return list(found)


def _box(
    node: NodeOrEntry, z: Node | None, operation: str, scope: Scope | None, highlighted: bool, is_output: bool
) -> Box:
    owner = owner_of(node)
    data, gradient = number_at(node, owner._data), number_at(node, owner.grad)
    label = None if node.label is None else short(node.label)
    rows = [title(label or short(name_of(node)), operation if label else "")]
    if z is None:
        rows.append(number(data))
    else:
        rows += [f"z {number(number_at(node, z._data))}", f"a {number(data)}"]
    if owner.varies:
        rows.append(gradient_text(gradient))
    if z is not None:
        rows.append(gradient_text(number_at(node, z.grad), "δ"))
    kind: Kind = "operation" if not owner.is_leaf else "parameter" if owner.varies else "constant"
    return Box(tuple(rows), kind, scope, number_hint(node, data, gradient), highlighted, is_output)


def _lit(
    graph: LinearizedGraph, contracted: LinearizedGraph, lit: Highlight
) -> tuple[set[NodeOrEntry], set[tuple[NodeOrEntry, NodeOrEntry]]]:
    """The nodes and edges of the contracted graph that are lit."""
    kept = set(contracted.nodes)
    bright: set[NodeOrEntry] = set()
    steps: set[tuple[NodeOrEntry, NodeOrEntry]] = set()
    for path in lit.paths:
        if isinstance(path, Path):
            route = [node for node in path.nodes if node in kept]
            bright |= set(route)
            steps |= set(zip(route, route[1:], strict=False))
            continue
        source, target = route_of(path)
        reached = reachable([source], ((x, y) for x, y, _ in graph.edges))
        leading = reachable([target], ((y, x) for x, y, _ in reversed(graph.edges)))
        between = kept & reached & leading
        bright |= between
        steps |= {(x, y) for x, y, _ in contracted.edges if x in between and y in between}
    return bright, steps
