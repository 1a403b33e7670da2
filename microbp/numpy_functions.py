"""numpy's functions on Tensors: which row of the table each of them is, and a word for those that are none."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Node, Operand, Primitive

UFUNCS: dict[Any, Primitive] = {row.on_arrays: row for row in p.TABLE.values() if isinstance(row.on_arrays, np.ufunc)}
"""numpy's functions that are rows of the table."""

REDUCTIONS: dict[Any, Any] = {np.add: p.sum, np.maximum: p.max, np.minimum: p.min, np.logaddexp: p.logsumexp}

COMPARISONS = {np.less, np.less_equal, np.greater, np.greater_equal}
"""Answered by the data, as `t < u` is."""


def _dot(a: Operand, b: Operand) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return p.mul(a, b)
    if np.ndim(b) > 2:
        raise TypeError("np.dot of stacks of matrices pairs each with each and is not recorded; a @ b goes along both")
    return p.matmul(a, b)


FUNCTIONS: dict[Any, Any] = {
    np.sum: p.sum,
    np.mean: p.mean,
    np.max: p.max,
    np.min: p.min,
    np.amax: p.max,
    np.amin: p.min,
    np.reshape: p.reshape,
    np.ravel: lambda a: p.reshape(a, (-1,)),
    np.transpose: p.transpose,
    np.broadcast_to: p.broadcast_to,
    np.concatenate: p.concatenate,
    np.stack: p.stack,
    np.where: p.where,
    np.dot: _dot,
    np.shape: lambda a: a.shape,
    np.ndim: lambda a: a.ndim,
    np.size: lambda a: a.size,
}


def call_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What `np.exp(t)`, `array * t` or `np.add.reduce(t)` is."""
    primitive = UFUNCS.get(ufunc)
    if ufunc in COMPARISONS and method == "__call__" and not kwargs:
        return ufunc(*[x._data if isinstance(x, Node) else x for x in inputs])
    if method == "reduce" and ufunc in REDUCTIONS and kwargs.keys() <= {"axis", "keepdims"}:
        return REDUCTIONS[ufunc](*inputs, kwargs.get("axis", 0), kwargs.get("keepdims", False))
    if method != "__call__" or primitive is None or kwargs:
        raise TypeError(_not_recorded(f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")))
    return primitive(*inputs)


def call_function(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What `np.sum(t)` or `np.concatenate([t, u])` is."""
    own = FUNCTIONS.get(function)
    if own is None:
        raise TypeError(_not_recorded(f"np.{function.__name__}"))
    return own(*args, **kwargs)


def _not_recorded(name: str) -> str:
    return (
        f"{name} is not recorded by microbp, so no gradient could pass through it; write it with the functions of "
        "microbp, add a row to the table, or use .data for the numbers"
    )
