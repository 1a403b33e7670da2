"""The shapes of numbers, arrays and nodes, and what becomes of them when axes are summed up."""

from __future__ import annotations

from typing import Any

import numpy as np

Axis = int | tuple[int, ...] | None
"""Which axes to reduce; None for all of them."""


def shape_of(x: Any) -> tuple[int, ...]:
    """Shape of a number, an array or a node."""
    return x.shape if x.__class__ is np.ndarray else getattr(x, "shape", ())


def is_object_array(x: Any) -> bool:
    """Whether x is an array of Values (or of other Python objects)."""
    return isinstance(x, np.ndarray) and x.dtype == object


def reduced_axes(ndim: int, axis: Axis) -> tuple[int, ...]:
    """The axes that `axis` names, counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    if ndim == 0 and axes in ((0,), (-1,)):
        return ()  # numpy takes a single number for a vector of one here
    for n in axes:
        if not -ndim <= n < ndim:
            raise ValueError(f"axis {n} does not exist: the array has {ndim} axes")
    return tuple(sorted(n % ndim for n in axes))


def as_axis(axes: tuple[int, ...]) -> int | tuple[int, ...]:
    """Axes as one would write them: a single one as a number.

    >>> as_axis((1,)), as_axis((0, 2))
    (1, (0, 2))
    """
    return axes[0] if len(axes) == 1 else axes


def summed_axes(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What a sum from one shape to another goes over: the axes that are gone, and those that have length 1 after it.

    >>> summed_axes((5, 4, 3), (4, 1))
    ((0,), (2,))
    """
    count = len(before) - len(after)
    stretched = [n for n, size in enumerate(after, count) if size == 1 != before[n]]
    return tuple(range(count)), tuple(stretched)


def kept_shape(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """`shape` with the axes that `axis` names at length 1."""
    axes = reduced_axes(len(shape), axis)
    return tuple(1 if n in axes else size for n, size in enumerate(shape))


def zeros_like(x: Any) -> Any:
    """Zeros of the shape and dtype of an array or a node."""
    data = getattr(x, "_data", x)
    return np.zeros_like(data) if isinstance(data, np.ndarray) else 0.0
