"""Groups of the numbers of a recorded computation, which a reader opens and closes.

There are two ways of grouping. By layers and neurons: a layer has neurons, these have products and sums.
And by Tensors: a layer has Tensors, these have entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from microbp.draw.layers import COST, FED, parts_of
from microbp.draw.scopes import Scope, role_of
from microbp.draw.texts import operation_text, short
from microbp.graph import Node
from microbp.names import Entry, NodeOrEntry, name_of


class Groups:
    """The groups that numbers of `nodes` are in, numbered as they come.

    described  for each a dict: name, kind ("input", "layer", "neuron", "cost", "tensor"), number
               (of a layer or a neuron, else 0) and parent, −1 for none
    """

    def __init__(self, nodes: Sequence[Node], scopes: Mapping[Node, Scope]) -> None:
        self.described: list[dict[str, Any]] = []
        self._places: dict[Any, int] = {}
        self._scopes = scopes
        self._part = _parts(nodes, scopes)
        self._neurons = {
            role.scope.layer: node.shape[0]
            for node in nodes
            if node in scopes and node.shape and (role := role_of(node.label)) is not None and role.letter == "z"
        }

    def layered(self, node: Node, entry: NodeOrEntry) -> int:
        """The group of a number by layers and neurons; −1 for none."""
        part = self._part.get(node)
        if part is None:
            return -1
        outer = self._part_place(part)
        neuron = self._neuron(node, entry)
        return outer if neuron is None else self._place((part, neuron), f"neuron {neuron}", "neuron", outer, neuron)

    def whole(self, node: Node) -> int:
        """The group of all entries of a Tensor, or where there is just one the group that this is in; −1 for none."""
        part = self._part.get(node)
        outer = -1 if part is None else self._part_place(part)
        if not node.shape or node._data.size == 1:
            return outer
        name = name_of(node) if node.label is None else " ".join(filter(None, (node.label, operation_text(node))))
        return self._place(node, f"{short(name)} {node.shape}", "tensor", outer)

    def _neuron(self, node: Node, entry: NodeOrEntry) -> int | None:
        scope = self._scopes.get(node)
        if scope is None or scope.neuron is not None or not isinstance(entry, Entry):
            return None if scope is None else scope.neuron
        return entry.at[0] + 1 if node.shape and node.shape[0] == self._neurons.get(scope.layer) else None

    def _part_place(self, part: int) -> int:
        if part == FED:
            return self._place(part, "input", "input", -1)
        if part == COST:
            return self._place(part, "cost", "cost", -1)
        return self._place(part, f"layer {part}", "layer", -1, part)

    def _place(self, key: Any, name: str, kind: str, parent: int, number: int = 0) -> int:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.described)
            self.described.append({"name": name, "kind": kind, "number": number, "parent": parent})
        return place


def _parts(nodes: Sequence[Node], scopes: Mapping[Node, Scope]) -> dict[Node, int]:
    """The layer of each node, FED or COST; what is in none of them goes with what makes use of it."""
    if not scopes:
        return {}
    part = parts_of(nodes, scopes)
    for node in reversed(nodes):
        for x in node.inputs:
            part.setdefault(x, part.get(node, COST))
    return {node: part.get(node, COST) for node in nodes}
