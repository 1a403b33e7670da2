"""A recorded computation as columns, which is what the explorer's page reads.

Every node is a single number, as in the linearized graph: a Value, or one entry of a Tensor. They stand in
topological order, so a place in a column is a rank too, and an edge always leads to a higher one. Gradients
are not among the columns: the page finds them by its own sweeps over the rate factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from microbp.draw.groups import Groups
from microbp.draw.neurons import inputs_of
from microbp.draw.operations import shown as shown_of
from microbp.draw.rows import Rows
from microbp.draw.scopes import in_order, role_of, scopes_of
from microbp.draw.texts import folded, json_number, number_at, short
from microbp.graph import Node, recorded
from microbp.names import entries_of
from microbp.primitives import matmul

LARGEST = 1_000_000
"""Edges between single numbers that a page can take."""

LONGEST = 80
"""Letters of a name; what is longer is cut."""


def columns_of(outputs: Sequence[Node]) -> dict[str, Any]:
    """The columns of all that `outputs` rest on.

    nodes    row (its place in "rows", −1 for a leaf), label, value, varies, layered and whole: its innermost groups in
             two ways of grouping, −1 for none; letter, layer, neuron and index of those that are labelled in the
             book's indices
    edges    source, target, slot (which of the inputs of the target) and rate factor, null by a constant
    rows     the functions that were recorded, with their formulas (`rows.py`)
    groups   name, kind and parent: layers and neurons, or Tensors with all their entries (`groups.py`)
    outputs  the places of what the page is about

    Raises ValueError where there are more than a million edges.
    """
    nodes = in_order([*recorded(outputs)[1], *outputs])
    scopes = scopes_of(nodes)
    _need_few(nodes)
    shown = shown_of(nodes)
    first: dict[Node, int] = {}
    count = 0
    for node in shown:
        first[node] = count
        count += len(entries_of(node))

    rows, groups = Rows(), Groups(nodes, scopes)
    fed = set(inputs_of(nodes, scopes))
    columns: dict[str, list[Any]] = {name: [] for name in NODE_COLUMNS}
    for node in shown:
        row, whole, varies = rows.place_of(node), groups.whole(node), int(node.varies)
        is_labelled = node in scopes or node in fed
        for entry in entries_of(node):
            label = short(entry.label or "", LONGEST).strip() or None
            value = json_number(number_at(entry, node._data))
            role = _role_columns(entry.label if is_labelled else None)
            entry_columns = (row, label, value, varies, groups.layered(node, entry), whole, *role)
            for name, x in zip(NODE_COLUMNS, entry_columns, strict=True):
                columns[name].append(x)
    return {
        "nodes": columns,
        "edges": _edges(shown, first),
        "rows": rows.described,
        "groups": groups.described,
        "outputs": [n for y in outputs for n in range(first[y], first[y] + len(entries_of(y)))],
        "stale": any(x.number > node.number for node in shown for x in node.inputs),
    }


NODE_COLUMNS = ("row", "label", "value", "varies", "layered", "whole", "letter", "layer", "neuron", "index")


def _role_columns(label: str | None) -> tuple[str, int, int, int]:
    """What a label in the book's indices says: letter, layer, neuron and second index; 0 where there is none."""
    role = role_of(label)
    if role is None or role.scope.neuron is None:
        return "", 0, 0, 0
    return role.letter, role.scope.layer, role.scope.neuron, role.second or 0


def _edges(shown: Sequence[Node], first: dict[Node, int]) -> dict[str, list[Any]]:
    sources: list[int] = []
    targets: list[int] = []
    slots: list[int] = []
    rates: list[Any] = []
    for node in shown:
        plain, here = folded(node), first[node]
        for i, x in enumerate(node.inputs):
            if i == plain or x not in first:
                continue
            if node.rates is not None:
                sources.append(first[x])
                targets.append(here)
                slots.append(i)
                rates.append(json_number(node.rates[i]) if x.varies else None)
                continue
            assert node.primitive is not None
            with np.errstate(all="ignore"):
                s, t, r = node.primitive.entries(i, node.arguments, node._data, **node.params)
            sources += (s + first[x]).tolist()
            targets += (t + here).tolist()
            slots += [i] * len(s)
            rates += [json_number(rate) for rate in r.tolist()] if x.varies else [None] * len(s)
    return {"source": sources, "target": targets, "slot": slots, "rate": rates}


def _need_few(nodes: Sequence[Node]) -> None:
    """A ValueError where there are more edges between single numbers than a page can take."""
    count = sum(_edge_count(node) for node in nodes)
    if count > LARGEST:
        raise ValueError(
            f"explore: the graph has {count:,} edges between single numbers, and a page takes {LARGEST:,}; record the "
            'network on fewer examples, or look at mb.draw(C, level="layers")'
        )


def _edge_count(node: Node) -> int:
    """How many edges lead to the entries of a node; at most, where that depends on the function."""
    if node.rates is not None:
        return len(node.inputs)
    if node.primitive is matmul:
        return 2 * int(node._data.size) * int(node.inputs[0].shape[-1])
    return sum(max(prod(x.shape), node._data.size) for x in node.inputs)
