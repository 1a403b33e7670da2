"""A drawing of layers: one box for all neurons of a layer, one for what is fed to the network, one for its cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from microbp.draw.highlight import Highlight
from microbp.draw.neurons import activations_of, inputs_of
from microbp.draw.operations import title
from microbp.draw.picture import Arrow, Box, Kind, Picture
from microbp.draw.rates import Rate
from microbp.draw.scopes import Scope, role_of
from microbp.draw.texts import gradient_text, number, numbers, operation_text, shape_text, short
from microbp.graph import Node
from microbp.names import name_of

FED, COST = 0, 10**9
"""What comes before the layers and what comes after them, as numbers beside theirs."""


def layers(nodes: Sequence[Node], outputs: Sequence[Node], scopes: dict[Node, Scope], lit: Highlight) -> Picture:
    """The picture of the layers that `nodes` belong to."""
    part = parts_of(nodes, scopes)
    members: dict[int, list[Node]] = {}
    for node, n in part.items():
        members.setdefault(n, []).append(node)

    edges = {(part[x], part[y]): False for y in nodes for x in y.inputs if part.get(x, COST) < part.get(y, FED)}
    for node, i in lit.slots:
        if (step := (part.get(node.inputs[i]), part.get(node))) in edges:
            edges[step] = True

    order = sorted(members)
    place = {n: k for k, n in enumerate(order)}
    boxes = []
    for n in order:
        inside = members[n]
        if n == COST:
            rows = _cost_rows(outputs)
        elif n == FED:
            rows = _joint_rows(inside)
        else:
            rows = _layer_rows(n, activations_of(inside, scopes), scopes)
        kind: Kind = "operation" if n != FED else "parameter" if any(x.varies for x in inside) else "constant"
        is_output = any(part.get(node) == n for node in outputs)
        boxes.append(Box(tuple(rows), kind, None, "", any(node in lit.nodes for node in inside), is_output))
    arrows = []
    for (n, m), bold in sorted(edges.items()):
        text = "" if m == COST else f"{_weights(members[m]):,} weights"
        arrows.append(Arrow(place[n], place[m], Rate(text, "±", 1.0), "", bold))
    units = set(activations_of(nodes, scopes))
    caption = [*lit.note(units), "layer: from the least to the largest activation a, and gradient ∂ by it"]
    return Picture(boxes, arrows, "layers", caption)


def parts_of(nodes: Sequence[Node], scopes: Mapping[Node, Scope]) -> dict[Node, int]:
    """The layer of each node, FED for what feeds a layer, COST for what is computed from them."""
    part = {node: FED for node in inputs_of(nodes, scopes)}
    for node in nodes:
        if node in scopes:
            part[node] = scopes[node].layer
        elif any(part.get(x, FED) > FED for x in node.inputs):
            part[node] = COST
    return part


def _layer_rows(n: int, units: list[Node], scopes: dict[Node, Scope]) -> list[str]:
    operations = {operation_text(node) for node in units}
    count = len({scopes[node] for node in units}) if units[0].shape == () else max(units[0].shape[0], 1)
    examples = sum(prod(node.shape) for node in units) // count
    gradients = [node.grad for node in units]
    known = all(gradient is not None for gradient in gradients)
    return [
        title(f"layer {n}", operations.pop() if len(operations) == 1 else ""),
        ("1 neuron" if count == 1 else f"{count:,} neurons") + (f" × {examples:,} examples" if examples > 1 else ""),
        f"a {numbers(_joined([node._data for node in units]))}",
        f"∂ {numbers(_joined(gradients)) if known else '·'}",
    ]


def _cost_rows(outputs: Sequence[Node]) -> list[str]:
    node = outputs[0]
    if len(outputs) > 1 or node.shape:
        return _joint_rows(outputs)
    return [short(name_of(node)), number(node._data), gradient_text(node.grad)]


def _joint_rows(nodes: Sequence[Node]) -> list[str]:
    """The name of a node; of several, the first and the last; and from where to where their numbers go."""
    names = [short(name_of(node)) for node in nodes]
    many = [f"{names[0]} … {names[-1]}", f"{len(nodes):,} numbers"]
    rows = many if len(nodes) > 1 else [names[0], shape_text(nodes[0])]
    return [row for row in (*rows, numbers(_joined([node._data for node in nodes]))) if row]


def _weights(nodes: Sequence[Node]) -> int:
    return sum(prod(node.shape) for node in nodes if (role := role_of(node.label)) is not None and role.letter == "w")


def _joined(arrays: Sequence[Any]) -> np.ndarray:
    return np.concatenate([np.ravel(array) for array in arrays])
