"""Nodes and arrays of Values, whichever it is that a leaf or an output consists of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Node
from microbp.shapes import is_object_array, shape_of


def as_nodes(nodes: Iterable[Any], shape: Any = -1) -> np.ndarray:
    """An array of nodes, not of what is in them."""
    nodes = list(nodes)
    array = np.empty(len(nodes), dtype=object)
    array[:] = nodes
    return array.reshape(shape)


def is_nodes(x: Any) -> bool:
    """Whether x is a node, or an array of them."""
    return isinstance(x, Node) or (is_object_array(x) and x.size > 0 and all(isinstance(v, Node) for v in x.flat))


def dtype_of(node: Node) -> np.dtype[Any]:
    """The dtype of a node's numbers."""
    return np.dtype(getattr(node._data, "dtype", float))


def shaped(node: Any, shape: tuple[int, ...]) -> Any:
    """The node in this shape: itself where it has it, else one reshape, however often it was reshaped before."""
    if shape_of(node) == shape:
        return node
    return p.reshape(node.u if node.primitive is p.reshape else node, shape=shape)
