"""`Writing`: a recorded graph as the lines of a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from microbp.graph import Node, recorded
from microbp.program.lines.nodes import as_nodes, dtype_of
from microbp.program.lines.parts import ABSENT, CONSTANT, PARAMETER, Leaf, Lines

Walk = tuple[list[Node], list[Node]]
"""The leaves and the operations that some nodes rest on."""

LeafNodes = tuple[str, str | None, Any]
"""Kind and label of a leaf, and its node or array of nodes."""


class Slots(dict[Node, int]):
    """The slot of each node. A node that is met for the first time is a constant, and gets the next free leaf."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.places = 0

    def __missing__(self, node: Node) -> int:
        self.add_leaf(CONSTANT, node.label, node)
        return self[node]

    def add_leaf(self, kind: str, label: str | None, nodes: Any) -> None:
        """Make room for a node, or for each node of an array of Values."""
        if isinstance(nodes, np.ndarray):
            slots: Any = -1 - np.arange(self.places, self.places + nodes.size).reshape(nodes.shape)
            self.places += nodes.size
            self.update(zip(nodes.flat, slots.ravel().tolist(), strict=True))
            self.leaves.append(Leaf(kind, label, slots, nodes, nodes.shape, np.dtype(float)))
        else:
            slot = -1 - self.places
            self.places += 1
            self[nodes] = slot
            data = nodes._data if kind == CONSTANT else nodes
            self.leaves.append(Leaf(kind, label, slot, data, nodes.shape, dtype_of(nodes)))


class Writing:
    """The lines that the nodes of a graph become, in the order of their recording.

    lines    one for each operation that the outputs rest on
    nodes    the operations themselves
    leaves   inputs and parameters as they were given, then what was found besides: parameters, constants
    slot_of  the slot of each node
    """

    def __init__(self, outputs: Iterable[Node], leaves: Sequence[LeafNodes], walk: Walk | None = None) -> None:
        """walk  what `recorded` finds from the outputs, where that is known"""
        slots = Slots()
        for kind, label, nodes in leaves:
            slots.add_leaf(kind, label, nodes)
        outputs = list(outputs)
        found, operations = recorded(outputs) if walk is None else walk
        unknown = [node for node in found if node not in slots]
        # Beside Tensors each Value is an array by itself.
        is_scalar = all([isinstance(node._data, float) for node in outputs])
        loose = [node for node in unknown if isinstance(node._data, float)] if is_scalar else []
        if loose:
            slots.add_leaf(PARAMETER, None, as_nodes(loose))
            slots.leaves[-1] = slots.leaves[-1]._replace(is_loose=True)
        for node in unknown:
            if not (is_scalar and isinstance(node._data, float)):
                slots.add_leaf(PARAMETER, node.label, node)
        slots.update(zip(operations, range(len(operations)), strict=True))
        self.lines = Lines(
            [node.primitive for node in operations],  # type: ignore[misc]
            [slots[node.u] for node in operations],
            [ABSENT if node.v is None else slots[node.v] for node in operations],
            {k: tuple([slots[x] for x, _ in node.rest]) for k, node in enumerate(operations) if node.rest},
            {k: node.params for k, node in enumerate(operations) if node.params},
        )
        self.nodes, self.slot_of, self.leaves = operations, slots, slots.leaves

    def slots_of(self, nodes: Any) -> Any:
        """The slot of a node, or the slots of an array of Values."""
        if isinstance(nodes, np.ndarray):
            return np.array([self.slot_of[node] for node in nodes.flat], int).reshape(nodes.shape)
        return self.slot_of[nodes]
