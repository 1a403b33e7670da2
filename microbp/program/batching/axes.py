"""Where m examples are in a node: in columns, or in a leading axis (`batching`)."""

from __future__ import annotations

from typing import Any, NamedTuple

from microbp import primitives as p
from microbp.program.lines import shaped

Shape = tuple[int, ...]


class Examples(NamedTuple):
    """A value for each of m examples, or one that is the same for all.

    node     holds them all
    shape    of the value for one example, as recorded
    varies   whether it differs between examples
    """

    node: Any
    shape: Shape
    varies: bool


def has_columns(shape: Shape) -> bool:
    """Whether examples of this shape stand in columns."""
    return not shape or shape[-1] == 1


def as_columns(shape: Shape, m: int) -> Shape:
    """The shape of m examples in columns."""
    return (*shape[:-1], m)


def last_to_first(node: Any) -> Any:
    """The last axis of a node brought to the front."""
    n = node.ndim
    return node if n < 2 else node.T if n == 2 else p.transpose(node, axes=(n - 1, *range(n - 1)))


def first_to_last(node: Any) -> Any:
    """The first axis of a node brought to the end."""
    n = node.ndim
    return node if n < 2 else node.T if n == 2 else p.transpose(node, axes=(*range(1, n), 0))


def columns_to_leading(node: Any, shape: Shape) -> Any:
    """Examples of `shape` that stand in columns, in a leading axis."""
    return shaped(last_to_first(node), (node.shape[-1], *shape))


def leading_to_columns(node: Any, shape: Shape) -> Any:
    """Examples of `shape` that stand in a leading axis, in columns."""
    return first_to_last(shaped(node, (node.shape[0], *shape[:-1])))


def padded(x: Examples, rank: int, m: int) -> Any:
    """Examples in a leading axis, with axes of length 1 behind it until each has `rank` axes."""
    return shaped(x.node, (m, *[1] * (rank - len(x.shape)), *x.shape)) if x.varies else x.node


def for_all(x: Examples, shape: Shape) -> Any:
    """Examples of which there are m in any case; where they are all the same, repeated."""
    return x.node if x.varies else p.broadcast_to(x.node, shape=shape)
