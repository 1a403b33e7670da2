"""How each row of the table is said in calls of numpy that write their result into an array given to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.lines import index_parts, index_text
from microbp.shapes import as_axis, reduced_axes, summed_axes

Shape = tuple[int, ...]

BY_NAME = (np.maximum, np.minimum)
"""Ufuncs that numpy warns of when their third argument, the result, is given without its name."""


def _call_of(ufunc: np.ufunc) -> str:
    """The call of a ufunc on inputs u, v, w and the result y."""
    result = "out=y" if ufunc in BY_NAME else "y"
    return f"{ufunc.__name__}({', '.join([*'uvw'[: ufunc.nin], result])})"


STEPS: dict[Primitive, tuple[str, ...]] = {
    row: (_call_of(row.on_arrays),)
    for row in p.TABLE.values()
    if isinstance(row, Elementwise) and isinstance(row.on_arrays, np.ufunc)
} | {
    # The rows that are a few ufuncs, in the order in which the row computes them, so that every bit is the same.
    p.sigmoid: ("negative(u, y)", "exp(y, y)", "add(y, one, y)", "reciprocal(y, y)"),
    p.softplus: ("logaddexp(zero, u, y)",),
    p.relu: ("maximum(u, zero, out=y)",),
    p.step: ("heaviside(u, zero, y)",),
    p.equal: ("equal(u, v, y)",),
    p.greater: ("greater(u, v, y)",),
}
"""Elementwise rows: their calls on inputs u, v, w and the result y."""

REDUCTIONS: dict[Primitive, str] = {p.sum: "add.reduce", p.max: "maximum.reduce", p.min: "minimum.reduce"}


def literal(value: Any) -> str | None:
    """A parameter of a row as Python source; None where it is too long, or nothing that can be written out."""
    if isinstance(value, tuple):
        parts = [literal(part) for part in value]
        return None if None in parts else f"({''.join([f'{part}, ' for part in parts])})"
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop}, {value.step})"
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()}, np.{value.dtype.name})" if 0 < value.size <= 100 else None
    if value is ...:
        return "..."
    return repr(value) if value is None or isinstance(value, bool | int | float | str) else None


def is_view(primitive: Primitive, params: dict[str, Any]) -> bool:
    """Whether the result is the input's own array, seen in another way."""
    if primitive is p.take:
        parts = index_parts(params["index"])
        return all(part is None or part is Ellipsis or isinstance(part, slice) for part in parts)
    return primitive in (p.reshape, p.transpose, p.broadcast_to)


def view_text(primitive: Primitive, u: str, params: dict[str, Any]) -> str:
    """The view of u as Python source."""
    if primitive is p.transpose:
        return f"{u}.T" if params["axes"] is None else f"{u}.transpose({params['axes']})"
    if primitive is p.reshape:
        return f"{u}.reshape({params['shape']})"
    if primitive is p.broadcast_to:
        return f"np.broadcast_to({u}, {params['shape']})"
    return f"{u}[{index_text(params['index'])}]"


def reduced(
    primitive: Primitive, shape: Shape, params: dict[str, Any]
) -> tuple[int | tuple[int, ...] | None, bool] | None:
    """The axes that a reduction of an array of this shape goes over, and whether they are kept; None for other rows."""
    if primitive is not p.sum_to and primitive not in REDUCTIONS:
        return None
    if primitive is p.sum_to:
        extra, stretched = summed_axes(shape, params["shape"])
        if extra and stretched:  # some are kept and some are not
            return None
        axes, keepdims = extra + stretched, not extra
    else:
        axes, keepdims = reduced_axes(len(shape), params["axis"]), params["keepdims"]
    if len(axes) == len(shape) and not keepdims:
        return None, False
    return as_axis(axes), keepdims
