"""A drawing of every operation: a box a node, an arrow an input, a rate factor on each arrow."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from microbp.draw.highlight import Highlight
from microbp.draw.picture import Arrow, Box, Kind, Picture
from microbp.draw.rates import Rate, rate_of, rate_of_number
from microbp.draw.scopes import Scope, role_of
from microbp.draw.texts import GAP, array_text, figures, folded, gradient_text, operation_text, shape_text, short
from microbp.graph import Node
from microbp.names import NodeOrEntry, name_of

STALE = "a leaf was given other data after it was used: the rate factors are those of the recording"


def operations(
    nodes: Sequence[Node],
    outputs: Sequence[Node],
    scopes: dict[Node, Scope],
    lit: Highlight,
    most: int | None = None,
) -> Picture:
    """The picture of `nodes`, which are in topological order.

    most  how many to draw: those nearest to the outputs, and one box for all the others; None for all
    """
    drawn = shown(nodes)
    caption = lit.note()
    boxes: list[Box] = []
    if most is not None and len(drawn) > most:
        near = _nearest(outputs, most)
        hidden = len(drawn) - len(near)
        caption.append(f'the {len(near)} nodes nearest to the output, of {len(drawn):,}: level="operations" draws all')
        boxes.append(Box((f"… {hidden:,} more",), "rest"))
        drawn = [node for node in drawn if node in near]
    place = {node: n for n, node in enumerate(drawn, len(boxes))}
    # A number without a name belongs where it is used.
    beside = {x: scopes[y] for y in drawn if y in scopes for x in y.inputs if not (x.varies or x.label)}
    arrows: list[Arrow] = []
    for node in drawn:
        boxes.append(_box(node, scopes.get(node) or beside.get(node), node in lit.nodes, node in outputs))
        plain = folded(node)
        arrows += [_arrow(place, node, i, lit) for i, x in enumerate(node.inputs) if i != plain and x in place]
        if any(x not in place for i, x in enumerate(node.inputs) if i != plain):
            arrows.append(Arrow(0, place[node]))
    caption.append("box: name and operation, value, ∂ gradient (· until backward() has run)")
    if any(node.shape for node in drawn):
        caption.append("array: shape, and numbers, of many the least … the largest; ×w: rate factors, the numbers in w")
    if any(x.number > node.number for node in drawn for x in node.inputs):
        caption.append(STALE)
    return Picture(boxes, arrows, "operations", caption)


def shown(nodes: Sequence[Node]) -> list[Node]:
    """Those with a box of their own: all but the plain numbers that are written into the boxes that use them."""
    inner: set[Node] = set()
    used: set[Node] = set()
    for node in nodes:
        plain = folded(node)
        for i, x in enumerate(node.inputs):
            (inner if i == plain else used).add(x)
    return [node for node in nodes if node in used or node not in inner]


def _nearest(outputs: Sequence[Node], most: int) -> set[Node]:
    """The nodes that are fewest edges away from an output."""
    near = set(outputs)
    waiting = deque(outputs)
    while waiting:
        node = waiting.popleft()
        plain = folded(node)
        for i, x in enumerate(node.inputs):
            if x not in near and i != plain:
                if len(near) >= most:
                    return near
                near.add(x)
                waiting.append(x)
    return near


def _box(node: Node, scope: Scope | None, highlighted: bool, is_output: bool) -> Box:
    name = title(None if node.label is None else short(node.label), operation_text(node))
    if not name and node.varies:
        name = type(node).__name__
    rows = [name, shape_text(node), array_text(node._data)]
    if node.varies:
        rows.append(gradient_text(node.grad))
    return Box(tuple(filter(None, rows)), _kind(node, scope), scope, _hint(node), highlighted, is_output)


def title(name: str | None, operation: str) -> str:
    """The first row of a box: name and operation, as far as there are any."""
    return GAP.join(filter(None, (name, operation)))


def _kind(node: Node, scope: Scope | None) -> Kind:
    if not node.is_leaf:
        return "operation"
    if not node.varies:
        return "constant"
    role = role_of(node.label)
    return "weight" if scope is not None and role is not None and role.letter == "w" else "parameter"


def _hint(node: Node) -> str:
    if not node.shape:
        return number_hint(node, node._data, node.grad) + ("" if node.varies else ", a constant")
    return f"{_name(node)}, shape {node.shape}, {node._data.dtype}"


def number_hint(node: NodeOrEntry, data: Any, gradient: Any) -> str:
    """The name of a number, its value and its gradient."""
    return f"{_name(node)} = {figures(data)}" + ("" if gradient is None else f", ∂ = {figures(gradient)}")


def _arrow(place: dict[Node, int], node: Node, i: int, lit: Highlight) -> Arrow:
    x = node.inputs[i]
    taken = lit.slots.get((node, i))
    rate = rate_of(node, i) if taken is None else rate_of_number(taken)
    return Arrow(place[x], place[node], rate, rate_hint(x, node, rate), (node, i) in lit.slots)


def rate_hint(x: NodeOrEntry, y: NodeOrEntry, rate: Rate | None) -> str:
    """What an edge is called: ∂y/∂x."""
    return "" if rate is None or not rate.text else f"∂{_name(y)}/∂{_name(x)}: {rate.text}".replace("\n", ", ")


def _name(node: NodeOrEntry) -> str:
    return short(name_of(node), 200)
