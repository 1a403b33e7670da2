"""A builder of programs that takes for each line the cheapest that gives the same bits.

A line is not built where its result is there already: computed before, a number (where all its inputs
are constants), or one of its inputs (where it does nothing to it). Lines that no output rests on are
not written at all. No rule changes a bit of a result: two factors are joined only where one of them is
a power of two (which shows where a product of such factors is larger than the largest number, or so
small that digits are lost), and sums are left in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from math import frexp
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise, shape_of
from microbp.program.layout import layout
from microbp.tensor import constant
from microbp.value import Value

Rule = Callable[..., Any]
"""The node that may stand for a line, given the builder, the line's inputs and its params; None for no such node."""


class Builder:
    """Makes the nodes that the lines of a program ask for, each of them only once."""

    def __init__(self, keeps_layout: bool = False) -> None:
        """keeps_layout  whether each array has to lie in memory as its line would make it"""
        self.made: dict[Any, Any] = {}
        self.keeps_layout = keeps_layout

    def make(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """A node of what `primitive` makes of these nodes."""
        # Not a power: numpy takes another way, with other last bits, where the exponent is one number for all.
        is_slimmed = isinstance(primitive, Elementwise) and primitive is not p.power
        slim = _not_stretched(inputs) if is_slimmed else inputs
        rule = RULES.get(primitive) if _is_of_one_dtype(inputs) else None
        found = rule(self, *slim, **params) if rule is not None else None
        if found is None:
            found = self._recorded(primitive, slim, params)
        if self.keeps_layout:
            as_it_was = primitive.on_arrays(*[x._data for x in inputs], **params)
            if layout(found._data) != layout(as_it_was):
                return self._recorded(primitive, inputs, params)
        return found

    def _recorded(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        key = (primitive, *map(_identity, inputs), *[(name, _as_key(value)) for name, value in params.items()])
        if key not in self.made:
            # The inputs are kept with the node: as long as they live no other has their identity.
            self.made[key] = type(inputs[0]).record(primitive, inputs, params), inputs
        return self.made[key][0]


def _is_of_one_dtype(inputs: tuple[Any, ...]) -> bool:
    return len({getattr(x._data, "dtype", None) for x in inputs}) == 1


def number_in(x: Any) -> float | None:
    """The number that a constant holds in all its entries; None for anything else."""
    if x.number or np.size(x._data) == 0:
        return None
    if isinstance(x._data, float):
        return x._data
    first = x._data.flat[0]
    is_one = (x._data == first).all() and (first != 0 or (np.signbit(x._data) == np.signbit(first)).all())
    return float(first) if is_one else None


def _identity(x: Any) -> Any:
    """The same for two inputs that may stand for each other: equal numbers, or one and the same node."""
    number = number_in(x)
    return id(x) if number is None else (repr(number), shape_of(x), getattr(x._data, "dtype", None))


def _as_key(value: Any) -> Any:
    """A parameter of a line as what can be looked up."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    return tuple(map(_as_key, value)) if isinstance(value, tuple) else repr(value)


def _constant(number: float, like: Any) -> Any:
    """A number beside a node of the class and dtype of `like`."""
    if isinstance(like._data, float):
        return Value(number, varies=False)
    return constant(np.asarray(number, like._data.dtype))


def _not_stretched(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs of an elementwise line, without the broadcasting that numpy does by itself."""
    if not any(map(shape_of, inputs)):
        return inputs
    whole = np.broadcast_shapes(*map(shape_of, inputs))
    slim = list(inputs)
    for i, x in enumerate(inputs):
        others = [shape_of(y) for j, y in enumerate(slim) if j != i]
        if shape_of(x) and others and np.broadcast_shapes(*others) == whole:
            number = number_in(x)
            if number is not None:
                slim[i] = _constant(number, x)
            elif x.primitive is p.broadcast_to:
                slim[i] = x.u
    return tuple(slim)


def _is_power_of_two(c: float) -> bool:
    return abs(frexp(c)[0]) == 0.5


def _is_plain(c: float, like: Any) -> bool:
    """Whether c is a number of the dtype of `like` with all its digits: neither 0 nor inf nor next to them."""
    limits = np.finfo(getattr(like._data, "dtype", float))
    return bool(limits.tiny <= abs(c) <= limits.max)


def _product(builder: Builder, u: Any, v: Any) -> Any:
    if number_in(v) is not None and number_in(u) is None:
        u, v = v, u
        return builder.make(p.mul, (u, v), {})
    c = number_in(u)
    if c is None or shape_of(u) not in ((), shape_of(v)):
        return None
    if c == 1:
        return v
    if c == -1:
        return builder.make(p.neg, (v,), {})
    if c == 0 and v.primitive in (p.equal, p.greater):
        return constant(np.full_like(v._data, c)) if shape_of(v) else _constant(c, v)
    if v.primitive is p.neg:
        return builder.make(p.mul, (_constant(-c, u), v.u), {})
    if v.primitive is p.mul and shape_of(v.v) == shape_of(v):
        inner = number_in(v.u)
        if inner is not None and (_is_power_of_two(c) or _is_power_of_two(inner)) and _is_plain(c * inner, u):
            return builder.make(p.mul, (_constant(c * inner, u), v.v), {})
    return None


def _quotient(builder: Builder, u: Any, v: Any) -> Any:
    c = number_in(v)
    if u.shape == () and not isinstance(u._data, float):
        return None  # a single number divided costs nothing, and reads better
    if c is not None and _is_power_of_two(c) and _is_plain(1 / c, v) and shape_of(v) in ((), shape_of(u)):
        return builder.make(p.mul, (_constant(1 / c, v), u), {})
    return None


def _negative(builder: Builder, u: Any) -> Any:
    return u.u if u.primitive is p.neg else None


def _sum_of_two(builder: Builder, u: Any, v: Any) -> Any:
    if v.primitive is p.neg:
        return builder.make(p.sub, (u, v.u), {})
    if u.primitive is p.neg:
        return builder.make(p.sub, (v, u.u), {})
    return None


def _difference(builder: Builder, u: Any, v: Any) -> Any:
    return builder.make(p.add, (u, v.u), {}) if v.primitive is p.neg else None


def _power(builder: Builder, u: Any, v: Any) -> Any:
    c = number_in(v)
    if c == 1:
        return u
    # numpy squares where the exponent is one number for all; for floats, `pow` has a last bit of its own.
    return builder.make(p.square, (u,), {}) if c == 2 and shape_of(u) and not shape_of(v) else None


def _choice(builder: Builder, c: Any, u: Any, v: Any) -> Any:
    condition = number_in(c)
    if condition is None:
        return None
    chosen = u if condition else v
    return chosen if shape_of(chosen) == np.broadcast_shapes(shape_of(c), shape_of(u), shape_of(v)) else None


def _nothing(builder: Builder, u: Any) -> Any:
    return u


def _to_shape(builder: Builder, u: Any, shape: tuple[int, ...]) -> Any:
    return u if shape_of(u) == shape else None


def _reshaped(builder: Builder, u: Any, shape: tuple[int, ...]) -> Any:
    if u.primitive is p.reshape:
        return builder.make(p.reshape, (u.u,), {"shape": shape})
    return u if shape_of(u) == shape else None


def _order_of_axes(builder: Builder, u: Any, axes: tuple[int, ...] | None) -> Any:
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
