"""How arrays lie in memory, which is the order that numpy adds up in: sums of one layout have the same bits.

A sum over a transposed array, or over one with gaps, goes through its entries in another order than one over
a plain copy of it. Where a program keeps to the layouts that the rows and the sweeps would give, it keeps to
their bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.lines import CONSTANT, Leaf

MOVING = (p.reshape, p.transpose, p.broadcast_to, p.take, p.scatter, p.concatenate, p.stack)
"""Rows that move numbers and don't add any up."""


def minds_layout(primitive: Primitive) -> bool:
    """Whether the bits of the result depend on how the inputs lie in memory."""
    return not isinstance(primitive, Elementwise) and primitive not in MOVING


def layout(array: np.ndarray) -> tuple[Any, ...]:
    """What two arrays have in common where one may stand for the other: shape, dtype, and the steps in memory."""
    return array.shape, array.dtype, tuple([s for s, size in zip(array.strides, array.shape, strict=True) if size > 1])


def empty_text(like: np.ndarray) -> str:
    """A new array as Python source, of the shape, dtype and order in memory of another."""
    kind = "" if like.dtype == np.float64 else f", np.{like.dtype.name}"
    axes = sorted(range(like.ndim), key=lambda n: -like.strides[n])
    if axes == list(range(like.ndim)):
        return f"np.empty({like.shape}{kind})"
    return f"np.empty({tuple([like.shape[n] for n in axes])}{kind}).transpose({tuple(np.argsort(axes).tolist())})"


def as_laid_out(leaf: Leaf) -> np.ndarray:
    """An array as a leaf is handed over: of its shape and dtype, and in the layout that it was recorded in."""
    if leaf.kind == CONSTANT:
        return np.asarray(leaf.data)
    like = getattr(leaf.data, "_data", None)
    if isinstance(like, np.ndarray) and like.shape == leaf.shape:
        return np.full_like(like, 0.5, leaf.dtype)
    return np.full(leaf.shape, 0.5, leaf.dtype)
