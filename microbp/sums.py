"""How arrays are added up: by numpy's sum, and where that takes longer than to multiply, by a product with ones.

A program adds up in the same way as the graph that it was recorded from, so that it has the same bits.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from microbp.shapes import Axis, shape_of, summed_axes

_add_up: Any = np.add.reduce  # what np.sum calls once it has asked, for 0.7 µs, what it was given


@functools.lru_cache(maxsize=32)
def ones(n: int, dtype: np.dtype[Any]) -> np.ndarray:
    """A vector of ones, there once and not to be written to."""
    made = np.ones(n, dtype)
    made.flags.writeable = False
    return made


def is_column_of_sums(x: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether to sum x to `shape` is to sum up the rows of a matrix: of an error over the examples, for a bias."""
    return x.ndim == 2 and shape == (x.shape[0], 1) and x.dtype.kind == "f" and x.flags.c_contiguous


def is_short_sum(x: np.ndarray, axis: Axis, keepdims: bool) -> bool:
    """Whether to sum x is to sum up all of a few numbers that lie one after the other: of a cost, mostly.

    Up to 1,000 of them a product with ones is as exact as numpy's sum, which adds up in pairs. On 10 × 10 numbers it
    takes half the time in a program, where ones and result are there; outside of it as long.
    """
    is_all = axis is None and not keepdims and 0 < x.size <= 1_000
    return is_all and x.dtype.kind == "f" and x.flags.c_contiguous


def sum_over(x: Any, axis: Axis, keepdims: bool) -> Any:
    """The sum over some axes, as numpy's with these arguments; a few numbers by a product, also in programs."""
    if x.__class__ is np.ndarray and is_short_sum(x, axis, keepdims):
        return x.reshape(-1).dot(ones(x.size, x.dtype))
    return _add_up(x, axis, None, None, keepdims)


def sum_to_shape(x: Any, shape: tuple[int, ...]) -> Any:
    """The sum over the axes that x has more than `shape`, or along which `shape` has length 1."""
    if isinstance(x, float | int):
        return x
    if is_column_of_sums(x, shape):
        return x.dot(ones(x.shape[1], x.dtype)).reshape(shape)  # a third of the time of np.add.reduce on 30 × 10
    extra, stretched = summed_axes(x.shape, shape)
    total = np.add.reduce(x, axis=extra + stretched)
    return total if shape_of(total) == shape else total.reshape(shape)
