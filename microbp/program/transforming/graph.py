"""`Graph`: the lines of a program as nodes, out of which another program is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.program.lines import CONSTANT, Leaf, ProgramLike, StraightLine, Take, as_nodes
from microbp.program.transforming.layout import as_laid_out
from microbp.program.watching import as_watched
from microbp.tensor import Tensor, constant
from microbp.value import Value


class Graph:
    """Nodes for the leaves of a program and for its lines, named as its slots; their numbers mean nothing.

    leaves  a node, or an array of Values, for each leaf
    values  the nodes of all slots
    """

    def __init__(self, program: StraightLine, take: Take | None = None, is_watched: bool = False) -> None:
        """
        take        makes the node of a line, in place of the line's primitive
        is_watched  whether it is to be seen what is done with the numbers, in a block of `recording`
        """
        self.leaves = [as_node(leaf, program.is_scalar, is_watched) for leaf in program.leaves]
        self.values = program.run(self.leaves) if take is None else program.run(self.leaves, take)
        for k, label in enumerate(program.labels):
            if label is not None and self.values[k].label is None and self.values[k].number:
                self.values[k].label = label
        for leaf, nodes in zip(program.leaves, self.leaves, strict=True):
            if isinstance(nodes, np.ndarray) and isinstance(leaf.data, np.ndarray):
                for node, given in zip(nodes.flat, leaf.data.flat, strict=True):
                    node.label = given.label

    def at(self, slots: Any) -> Any:
        """The node of a slot, or an array of those of an array of slots."""
        if isinstance(slots, np.ndarray):
            return as_nodes([self.values[s] for s in slots.flat], slots.shape)
        return self.values[slots]

    def program(self, like: ProgramLike, outputs: Sequence[Any]) -> ProgramLike:
        """The program of these outputs: another form of `like`, whose lines the nodes are of."""
        pairs = zip(like.leaves, self.leaves, strict=True)
        leaves = [(leaf.kind, leaf.label, x) for leaf, x in pairs if leaf.kind != CONSTANT]
        guards = [guard._replace(left=self.at(guard.left), right=self.at(guard.right)) for guard in like.guards]
        return like.derived(outputs, leaves, guards)


def as_node(leaf: Leaf, is_scalar: bool, is_watched: bool = False) -> Any:
    """A node for a leaf, or an array of Values."""
    if leaf.kind == CONSTANT:  # an array as it lies in memory, with what is broadcast there once
        return Value(leaf.data, leaf.label, varies=False) if is_scalar else constant(np.asarray(leaf.data), leaf.label)
    if isinstance(leaf.slots, np.ndarray):
        return as_nodes([_leaf(Value, 0.5, None, is_watched) for _ in leaf.flat_slots], leaf.shape)
    if is_scalar:
        return _leaf(Value, 0.5, leaf.label, is_watched)
    return _leaf(Tensor, as_laid_out(leaf), leaf.label, is_watched)


def _leaf(node: type[Any], data: Any, label: str | None, is_watched: bool) -> Any:
    return as_watched(node, data, label) if is_watched else node(data, label)
