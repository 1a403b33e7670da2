"""What readers call a node: its label, an entry of it by subscripts, or the sign of its operation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from microbp.graph import Node

WEIGHT = re.compile(r"w\d*", re.ASCII)
"""The labels of weights, which always have two subscripts."""


class Entry(NamedTuple):
    """One entry of a Tensor, as a node of the linearized graph."""

    tensor: Node
    at: tuple[int, ...]

    @property
    def data(self) -> float:
        """The number that stands there."""
        return float(self.tensor._data[self.at])

    @property
    def label(self) -> str | None:
        """The label of the tensor with subscripts."""
        if self.tensor.label is None:
            return None
        return subscripted(self.tensor.label, self.at, self.tensor.shape)

    def __repr__(self) -> str:
        return f"<entry {name_of(self)}>"


NodeOrEntry = Node | Entry


def entries_of(node: Node) -> list[NodeOrEntry]:
    """A Value itself; a Tensor's entries in their order."""
    if isinstance(node._data, float):
        return [node]
    return [Entry(node, index) for index in np.ndindex(node.shape)]


def subscripted(label: str, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """A label with the subscripts of an entry, counted from 1 as in print.

    `w2` at row 0 and column 2 is w2_1,3. In a column one subscript is enough, but weights have two.

    >>> subscripted("w2", (0, 2), (30, 784)), subscripted("b2", (4, 0), (30, 1)), subscripted("w2", (4, 0), (30, 1))
    ('w2_1,3', 'b2_5', 'w2_5,1')
    """
    if len(shape) == 2 and shape[1] == 1 and not WEIGHT.fullmatch(label):
        index = index[:1]
    return label + ("_" + ",".join(str(n + 1) for n in index) if index else "")


def stem(labels: Iterable[str | None]) -> str | None:
    """What the labels of entries have in common, the label of the array; None where they are not of one.

    >>> stem(["w2_1,1", "w2_1,2"]), stem(["w2_1,1", "b2_1"]), stem(["C"])
    ('w2', None, 'C')
    """
    stems = {label and label.rsplit("_", 1)[0] for label in labels}
    return stems.pop() if len(stems) == 1 else None


def name_of(node: NodeOrEntry) -> str:
    """The label of a node, or the sign of the operation that made it."""
    if node.label is not None:
        return node.label
    if isinstance(node, Entry):
        return subscripted(_sign_of(node.tensor), node.at, node.tensor.shape)
    return _sign_of(node)


def _sign_of(node: Node) -> str:
    return node.name if node.primitive is None else node.primitive.symbol


def number_text(x: float) -> str:
    """A number with three figures, as drawings and paths show it.

    >>> number_text(-0.5239), number_text(2.0), number_text(-0.0)
    ('−0.524', '2', '0')
    """
    return f"{x + 0.0:.3g}".replace("-", "−")
