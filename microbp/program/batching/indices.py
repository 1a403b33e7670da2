"""Entries by their indices, taken of m examples at once and put back: the rules of `take` and `scatter`."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.program.batching.axes import Examples, Shape, as_columns, padded
from microbp.program.lines import index_parts


def _is_mask(part: Any) -> bool:
    return isinstance(part, bool | np.bool_) or (isinstance(part, np.ndarray) and part.dtype == bool)


def _leaves_last(index: Any, rank: int) -> bool:
    """Whether an index says nothing of the last of `rank` axes, which is then the last of the result too."""
    parts = index_parts(index)
    if any(part is Ellipsis for part in parts):
        return False
    return sum(np.ndim(part) if _is_mask(part) else part is not None for part in parts) < rank


def _place_of_examples(index: Any) -> int:
    """Where a leading axis is found again in x[:, *index].

    It stays in front, but behind the axes of indices that are arrays, where these stand apart: numpy then
    has the latter first.
    """
    parts = index_parts(index)
    arrays = [part for part in parts if isinstance(part, np.ndarray | bool | np.bool_)]
    if not arrays:
        return 0
    at = [n for n, part in enumerate(parts) if not (part is None or part is Ellipsis or isinstance(part, slice))]
    are_apart = at[-1] - at[0] + 1 > len(at)
    return max([1 if _is_mask(part) else np.ndim(part) for part in arrays]) if are_apart else 0


def taken_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return p.take(xs[0].node, index=params["index"]) if _leaves_last(params["index"], len(xs[0].shape)) else None


def taken(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    index = params["index"]
    node = p.take(xs[0].node, index=(slice(None), *index_parts(index)))
    place, n = _place_of_examples(index), node.ndim
    return p.transpose(node, axes=(place, *[i for i in range(n) if i != place])) if place else node


def scattered_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    index = params["index"]
    if not _leaves_last(index, len(shape)) or len(xs[0].shape) != _rank_of(index, shape):
        return None
    return p.scatter(xs[0].node, index=index, shape=as_columns(shape, m))


def scattered(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    index = params["index"]
    rank, place = _rank_of(index, shape), _place_of_examples(index)
    node = padded(xs[0], rank, m)
    if place:
        node = p.transpose(node, axes=(*range(1, place + 1), 0, *range(place + 1, rank + 1)))
    return p.scatter(node, index=(slice(None), *index_parts(index)), shape=(m, *shape))


def _rank_of(index: Any, shape: Shape) -> int:
    return np.ndim(np.broadcast_to(0.0, shape)[index])
