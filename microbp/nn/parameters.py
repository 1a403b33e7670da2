"""The numbers in a parameter, whichever node it is made of: a Tensor, a Value, or an array of Values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp.graph import Node
from microbp.names import subscripted
from microbp.shapes import is_object_array
from microbp.tensor import Tensor
from microbp.value import Value

Parameter = Any
"""A Tensor, a Value, or an ndarray of Values."""


def parameter(node: type[Node], numbers: np.ndarray, label: str, varies: bool = True) -> Parameter:
    """A Tensor, or an array of Values, that holds `numbers` and is named in the book's indices."""
    if issubclass(node, Tensor):
        return Tensor(numbers, label, varies=varies, dtype=numbers.dtype)
    values = np.empty(numbers.shape, dtype=object)
    for index, number in np.ndenumerate(numbers):
        values[index] = Value(float(number), subscripted(label, index, numbers.shape), varies=varies)
    return values


def name_nodes(nodes: Parameter, label: str) -> Parameter:
    """The same nodes, named."""
    if isinstance(nodes, np.ndarray):
        for index, node in np.ndenumerate(nodes):
            node.label = subscripted(label, index, nodes.shape)
    else:
        nodes.label = label
    return nodes


def nodes_of(w: Parameter) -> list[Any]:
    """The nodes that a parameter consists of."""
    return list(w.flat) if isinstance(w, np.ndarray) else [w]


def numbers_of(w: Parameter) -> np.ndarray:
    """The numbers of a parameter, not to be written to; plain numbers are their own."""
    if is_object_array(w):
        return np.array([getattr(node, "_data", node) for node in w.flat], float).reshape(w.shape)
    return np.asarray(getattr(w, "_data", w))


def gradient_of(w: Parameter) -> np.ndarray:
    """What `grad` holds; an error where there was no backward pass."""
    for node in nodes_of(w):
        if node.grad is None:
            raise ValueError(f"{node.name} has no gradient yet; call backward() on the cost first")
    if isinstance(w, np.ndarray):
        return np.array([node.grad for node in w.flat]).reshape(w.shape)
    return np.asarray(w.grad)


def cotangent_of(w: Parameter, cotangents: dict[Node, Any]) -> np.ndarray:
    """The cotangent of a parameter out of a backward sweep; 0 where the cost does not rest on it."""
    if isinstance(w, np.ndarray):
        return np.array([cotangents.get(node, 0.0) for node in w.flat]).reshape(w.shape)
    found = cotangents.get(w, 0.0)
    return np.broadcast_to(found, w.shape) if np.shape(found) != w.shape else np.asarray(found)


def demand(w: Parameter, check: Callable[[Any], None]) -> None:
    """Ask a check of these numbers; where a recording is made, that they are asked it at each replay too.

    check  raises where numbers won't do; it looks at them by comparisons alone, so that nodes can be asked as well
    """
    check(numbers_of(w))
    for node in nodes_of(w) if isinstance(w, Node) or is_object_array(w) else ():
        if isinstance(node, Node) and node.keep_demand(w, check):
            break


def assign(w: Parameter, numbers: np.ndarray) -> None:
    """Give a parameter new numbers, in an array that nobody else writes to."""
    if isinstance(w, np.ndarray):
        for node, number in zip(w.flat, numbers.flat, strict=True):
            node.data = float(number)
    elif isinstance(w, Tensor):
        w.assign(np.asarray(numbers, w.dtype))
    else:
        w.data = numbers
