"""The rules by which a line of a program is written as a cheaper one that gives the same bits.

No rule changes a bit of a result: two factors are joined only where one of them is a power of two (which
shows where a product of such factors is larger than the largest number, or so small that digits are
lost), and sums are left in their order. To double a number, x + x, is exact.
"""

from __future__ import annotations

from collections.abc import Callable
from math import frexp
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.shapes import shape_of
from microbp.tensor import constant
from microbp.value import Value

Make = Callable[[Primitive, tuple[Any, ...], dict[str, Any]], Any]
"""What makes the node of a line: `Builder.make`."""

Rule = Callable[..., Any]
"""The node that may stand for a line, given what makes nodes, the line's inputs and its params; None for none."""


def number_in(x: Any) -> float | None:
    """The number that a constant holds in all its entries; None for anything else."""
    if x.number or np.size(x._data) == 0:
        return None
    if isinstance(x._data, float):
        return x._data
    first = x._data.flat[0]
    are_alike = (x._data == first).all() and (first != 0 or (np.signbit(x._data) == np.signbit(first)).all())
    return float(first) if are_alike else None


def constant_beside(number: float, like: Any) -> Any:
    """A number beside a node of the class and dtype of `like`."""
    if isinstance(like._data, float):
        return Value(number, varies=False)
    return constant(np.asarray(number, like._data.dtype))


def _is_power_of_two(c: float) -> bool:
    return abs(frexp(c)[0]) == 0.5


def _is_plain(c: float, like: Any) -> bool:
    """Whether c is a number of the dtype of `like` with all its digits: neither 0 nor inf nor next to them."""
    limits = np.finfo(getattr(like._data, "dtype", float))
    return bool(limits.tiny <= abs(c) <= limits.max)


def _product(make: Make, u: Any, v: Any) -> Any:
    if number_in(v) is not None and number_in(u) is None:
        return make(p.mul, (v, u), {})
    c = number_in(u)
    if c is None or shape_of(u) not in ((), shape_of(v)):
        return None
    if c == 1:
        return v
    if c == -1:
        return make(p.neg, (v,), {})
    if c == 0 and v.primitive in (p.equal, p.greater):
        return constant(np.full_like(v._data, c)) if shape_of(v) else constant_beside(c, v)
    if v.primitive is p.neg:
        return make(p.mul, (constant_beside(-c, u), v.u), {})
    if v.primitive is p.mul and shape_of(v.v) == shape_of(v):
        inner = number_in(v.u)
        if inner is not None and (_is_power_of_two(c) or _is_power_of_two(inner)) and _is_plain(c * inner, u):
            return make(p.mul, (constant_beside(c * inner, u), v.v), {})
    return None


def _quotient(make: Make, u: Any, v: Any) -> Any:
    c = number_in(v)
    if u.shape == () and not isinstance(u._data, float):
        return None  # a single number divided costs nothing, and reads better
    if c is not None and _is_power_of_two(c) and _is_plain(1 / c, v) and shape_of(v) in ((), shape_of(u)):
        return make(p.mul, (constant_beside(1 / c, v), u), {})
    return None


def _negative(make: Make, u: Any) -> Any:
    return u.u if u.primitive is p.neg else None


def _sum_of_two(make: Make, u: Any, v: Any) -> Any:
    if u is v and u.number:
        return make(p.mul, (constant_beside(2.0, u), u), {})
    if v.primitive is p.neg:
        return make(p.sub, (u, v.u), {})
    if u.primitive is p.neg:
        return make(p.sub, (v, u.u), {})
    return None


def _difference(make: Make, u: Any, v: Any) -> Any:
    return make(p.add, (u, v.u), {}) if v.primitive is p.neg else None


def _power(make: Make, u: Any, v: Any) -> Any:
    c = number_in(v)
    if c == 1:
        return u
    # numpy squares where the exponent is one number for all; for floats, `pow` has a last bit of its own.
    return make(p.square, (u,), {}) if c == 2 and shape_of(u) and not shape_of(v) else None


def _choice(make: Make, c: Any, u: Any, v: Any) -> Any:
    condition = number_in(c)
    if condition is None:
        return None
    chosen = u if condition else v
    return chosen if shape_of(chosen) == np.broadcast_shapes(shape_of(c), shape_of(u), shape_of(v)) else None


def _nothing(make: Make, u: Any) -> Any:
    return u


def _to_shape(make: Make, u: Any, shape: tuple[int, ...]) -> Any:
    return u if shape_of(u) == shape else None


def _reshaped(make: Make, u: Any, shape: tuple[int, ...]) -> Any:
    if u.primitive is p.reshape:
        return make(p.reshape, (u.u,), {"shape": shape})
    return u if shape_of(u) == shape else None


def _order_of_axes(make: Make, u: Any, axes: tuple[int, ...] | None) -> Any:
    if len(shape_of(u)) < 2:
        return u
    return u.u if axes is None and u.primitive is p.transpose and u.params["axes"] is None else None


RULES: dict[Primitive, Rule] = {
    p.mul: _product,
    p.div: _quotient,
    p.neg: _negative,
    p.add: _sum_of_two,
    p.sub: _difference,
    p.power: _power,
    p.where: _choice,
    p.identity: _nothing,
    p.reshape: _reshaped,
    p.broadcast_to: _to_shape,
    p.sum_to: _to_shape,
    p.transpose: _order_of_axes,
}
