"""What each row of the table does to m examples at once (`batching`).

A rule takes the inputs as `Examples` and gives the node of the result: those in `IN_COLUMNS` take all
that is batched as columns and give columns, or None where the line does not allow it; those in `LEADING`
take and give a leading axis.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise, Reduction
from microbp.program.batching.axes import (
    Examples,
    Shape,
    as_columns,
    columns_to_leading,
    for_all,
    has_columns,
    leading_to_columns,
    padded,
)
from microbp.program.batching.indices import scattered, scattered_in_columns, taken, taken_in_columns
from microbp.program.lines import shaped
from microbp.shapes import as_axis, reduced_axes
from microbp.tensor import Tensor

Rule = Callable[[Primitive, list[Examples], dict[str, Any], Shape, int], Any]
"""The node of a line's result, of its primitive, inputs, params, its recorded shape, and m."""


# Entry by entry


def _entries_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return row(*[x.node for x in xs])


def _entries(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return row(*[padded(x, len(shape), m) for x in xs])


# Sums and other reductions

OF_ONE_IS_ITSELF = {p.sum, p.mean, p.max, p.min, p.logsumexp}


def _reduced_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    (x,), keepdims = xs, params["keepdims"]
    last = len(x.shape) - 1
    axes = reduced_axes(len(x.shape), params["axis"])
    if last in axes and (row not in OF_ONE_IS_ITSELF or (shape and not keepdims)):
        return None
    axes = tuple(n for n in axes if n != last)  # along the last there was one entry, and are examples
    return row(x.node, axis=as_axis(axes), keepdims=keepdims) if axes else x.node


def _reduced(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    (x,) = xs
    axes = tuple(n + 1 for n in reduced_axes(len(x.shape), params["axis"]))
    return row(x.node, axis=as_axis(axes), keepdims=params["keepdims"])


# Products


def _product_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    a, b = xs
    return None if a.varies or len(b.shape) < 2 else a.node @ b.node


def _product(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    a, b = xs
    if not b.varies and len(b.shape) <= 2:  # the rows of all examples under each other: one product
        rows = shaped(a.node, (prod(a.node.shape[:-1]), a.node.shape[-1]))
        return shaped(rows @ b.node, (m, *shape))
    if not a.varies and len(a.shape) <= 2 and len(b.shape) == 1:
        return b.node @ (a.node.T if len(a.shape) == 2 else a.node)
    # A vector is a row on the left and a column on the right, then stacks of matrices are multiplied.
    if len(a.shape) == 1:
        a = _reshaped_one(a, (1, *a.shape), m)
    if len(b.shape) == 1:
        b = _reshaped_one(b, (*b.shape, 1), m)
    rank = max(len(a.shape), len(b.shape))
    left, right = padded(a, rank, m), padded(b, rank, m)
    if a.shape[-1] == 1:  # a column times a row, as δaᵀ for each example: entry by entry it takes a third of the time
        return shaped(left * right, (m, *shape))
    return shaped(left @ right, (m, *shape))


def _reshaped_one(x: Examples, shape: Shape, m: int) -> Examples:
    return Examples(shaped(x.node, (m, *shape) if x.varies else shape), shape, x.varies)


# Shapes


def _to_shape_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return row(xs[0].node, shape=as_columns(shape, m))


def _summed_to(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    (x,) = xs
    kept = (m, *[1] * (len(x.shape) - len(shape)), *shape)
    return shaped(p.sum_to(x.node, shape=kept), (m, *shape))


def _broadcast(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return p.broadcast_to(padded(xs[0], len(shape), m), shape=(m, *shape))


def _reshaped(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return p.reshape(xs[0].node, shape=(m, *shape))


def _order(rank: int, axes: Shape | None) -> Shape:
    return tuple(range(rank))[::-1] if axes is None else tuple(n % rank for n in axes)


def _transposed_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    order = _order(len(shape), params["axes"])
    return p.transpose(xs[0].node, axes=order) if shape and order[-1] == len(shape) - 1 else None


def _transposed(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    (x,), order = xs, _order(len(shape), params["axes"])
    long = [n for n in order if x.shape[n] != 1]
    if long == sorted(long):  # only axes of length 1 change places
        return shaped(x.node, (m, *shape))
    return p.transpose(x.node, axes=(0, *[n + 1 for n in order]))


# Several arrays as one


def _joined_in_columns(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    axis = params["axis"]
    if not xs[0].shape or axis is None or axis % len(shape) == len(shape) - 1:
        return None
    return row([for_all(x, as_columns(x.shape, m)) for x in xs], axis=axis % len(shape))


def _concatenated(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    nodes = [for_all(x, (m, *x.shape)) for x in xs]
    if params["axis"] is None:
        return p.concatenate([shaped(node, (m, prod(node.shape[1:]))) for node in nodes], axis=1)
    return p.concatenate(nodes, axis=params["axis"] % len(shape) + 1)


def _stacked(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Any:
    return p.stack([for_all(x, (m, *x.shape)) for x in xs], axis=params["axis"] % len(shape) + 1)


IN_COLUMNS: dict[Any, Rule] = {
    Elementwise: _entries_in_columns,
    Reduction: _reduced_in_columns,
    p.sum: _reduced_in_columns,
    p.mean: _reduced_in_columns,
    p.matmul: _product_in_columns,
    p.sum_to: _to_shape_in_columns,
    p.broadcast_to: _to_shape_in_columns,
    p.reshape: _to_shape_in_columns,
    p.transpose: _transposed_in_columns,
    p.take: taken_in_columns,
    p.scatter: scattered_in_columns,
    p.concatenate: _joined_in_columns,
    p.stack: _joined_in_columns,
}

LEADING: dict[Any, Rule] = {
    Elementwise: _entries,
    Reduction: _reduced,
    p.sum: _reduced,
    p.mean: _reduced,
    p.matmul: _product,
    p.sum_to: _summed_to,
    p.broadcast_to: _broadcast,
    p.reshape: _reshaped,
    p.transpose: _transposed,
    p.take: taken,
    p.scatter: scattered,
    p.concatenate: _concatenated,
    p.stack: _stacked,
}


def rule_for(row: Primitive) -> Any:
    """The key of a row's rules: the row itself, or its kind; None where there are none."""
    if row in LEADING:
        return row
    return next((kind for kind in (Elementwise, Reduction) if isinstance(row, kind)), None)


def apply(row: Primitive, xs: list[Examples], params: dict[str, Any], shape: Shape, m: int) -> Examples:
    """What a row makes of m examples: the result has its examples where its recorded shape says."""
    if not any(x.varies for x in xs):
        return Examples(Tensor.record(row, tuple([x.node for x in xs]), params), shape, False)
    key = rule_for(row)
    if has_columns(shape) and all(has_columns(x.shape) for x in xs if x.varies):
        node = IN_COLUMNS[key](row, xs, params, shape, m)
        if node is not None:
            return Examples(node, shape, True)
    leading = [
        x._replace(node=columns_to_leading(x.node, x.shape)) if x.varies and has_columns(x.shape) else x for x in xs
    ]
    node = LEADING[key](row, leading, params, shape, m)
    return Examples(leading_to_columns(node, shape) if has_columns(shape) else node, shape, True)
