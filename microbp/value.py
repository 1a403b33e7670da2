"""`Value`: a number that remembers what it was computed from.

The rate factors of its edges are evaluated when it is recorded, so the backward sweep over scalars is
nothing but multiplications and additions.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Node, Operand, Primitive, as_label, next_number
from microbp.kinds import Elementwise, entry_by_entry
from microbp.operators import Differentiable, Method

new = object.__new__


def _unary(primitive: Elementwise) -> Method:
    """`Value.record` for one input, written out."""
    f = primitive.on_floats

    def method(u: Value) -> Any:
        a = u._data
        (partial,) = primitive.partials
        try:
            data = f(a)
            rate = partial(a, data) if callable(partial) else partial
        except (ValueError, ArithmeticError):
            return Value.record(primitive, (u,), {})
        if not u.number:
            return constant(data)
        y = new(Value)
        y._data = data
        y.grad = y.label = y.v = None
        y.primitive = primitive
        y.number = next_number()
        y.u = u
        y.du = rate
        y.dv = 0.0
        y.rest = ()
        return y

    return method


def _operator(primitive: Elementwise) -> tuple[Method, Method]:
    """`Value.record` for two inputs, written out, as an operator and its reflection."""
    f = primitive.on_floats

    def method(u: Value, v: Operand) -> Any:
        if v.__class__ is not Value:
            if v.__class__ is float:
                v = constant(v)
            elif not isinstance(v, Value):
                if not Value.accepts(v):
                    return NotImplemented
                v = constant(as_float(v))
        a, b = u._data, v._data
        du, dv = primitive.partials
        try:
            data = f(a, b)
            rate_u = du(a, b, data) if callable(du) else du
            rate_v = dv(a, b, data) if callable(dv) else dv
        except (ValueError, ArithmeticError):
            return Value.record(primitive, (u, v), {})
        if not (u.number or v.number):
            return constant(data)
        y = new(Value)
        y._data = data
        y.grad = y.label = None
        y.primitive = primitive
        y.number = next_number()
        y.u = u
        y.v = v
        y.du = rate_u
        y.dv = rate_v
        y.rest = ()
        return y

    def reflected(v: Value, u: Operand) -> Any:
        return method(constant(as_float(u)), v) if Value.accepts(u) else NotImplemented

    return method, reflected


class Value(Differentiable):
    """A scalar node: a Python float, and how it was made.

    >>> x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.88, "b")
    >>> a = (w * x + b).tanh()
    >>> a.backward()
    >>> round(w.grad, 4)
    1.0019

    data    the number; integers and numpy's scalars are taken as floats, complex numbers refused
    label   the name to show
    varies  False makes it a constant, by which nothing is differentiated
    """

    __slots__ = ()
    precedence = 1

    # Scalar graphs are made of these by the hundred thousand.
    __add__, __radd__ = _operator(p.add)
    __sub__, __rsub__ = _operator(p.sub)
    __mul__, __rmul__ = _operator(p.mul)
    __truediv__, __rtruediv__ = _operator(p.div)
    exp, log, sin, cos = _unary(p.exp), _unary(p.log), _unary(p.sin), _unary(p.cos)
    tanh, sigmoid, relu = _unary(p.tanh), _unary(p.sigmoid), _unary(p.relu)

    def __init__(self, data: Any, label: str | None = None, *, varies: bool = True) -> None:
        self._data = as_float(data)
        self.label = as_label(label)
        self.number = next_number() if varies else 0
        self.grad = self.primitive = self.u = self.v = None
        self.du = self.dv = 0.0
        self.rest = ()

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Value:
        return cls(data, label)

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Any:
        if not isinstance(primitive, Elementwise):
            raise TypeError(
                f"{primitive.name}: works on arrays, and a Value is a single number; "
                "put Values into an array with np.array, or use a Tensor"
            )
        if any([x.__class__ is np.ndarray for x in inputs]):
            return entry_by_entry(primitive, *inputs)
        nodes = [x if isinstance(x, Value) else constant(as_float(x)) for x in inputs]
        arguments = tuple([node._data for node in nodes])
        data = primitive.at(*arguments)
        if not isfinite(data):
            primitive.on_arrays(*map(np.float64, arguments))  # numpy's warning, where it has one
        if not any([node.number for node in nodes]):
            return constant(data)
        y = new(cls)
        y._data = data
        y.grad = y.label = None
        y.primitive = primitive
        y.number = next_number()
        # The rate of a constant is of no use, and may not exist: ∂(uᵛ)/∂v is a logarithm of u.
        rates = [float(primitive.rate(i, arguments, data)) if x.number else 0.0 for i, x in enumerate(nodes)]
        y.u, y.du = nodes[0], rates[0]
        y.v, y.dv = (nodes[1], rates[1]) if len(nodes) > 1 else (None, 0.0)
        y.rest = tuple(zip(nodes[2:], rates[2:], strict=True)) if len(nodes) > 2 else ()
        return y

    @classmethod
    def accepts(cls, other: Operand) -> bool:
        return isinstance(other, Value | float | int | np.number | np.bool_)

    @property
    def data(self) -> float:
        """The number. A leaf that varies can be given another; what was computed before stays as it was."""
        return self._data  # type: ignore[no-any-return]

    @data.setter
    def data(self, data: Any) -> None:
        if self.primitive is not None:
            raise AttributeError(f"{self.name} was computed from its inputs; only a leaf can be given other data")
        if not self.number:
            raise AttributeError(f"{self.name} is a constant, and stays what it is; a leaf that varies can be changed")
        self._data = as_float(data)
        self.number = next_number()  # newer than all that was computed from the old data

    def received(self, cotangent: Any) -> float:
        g: float = cotangent if cotangent.__class__ is float else float(cotangent)
        return g if self.primitive is not None or self.grad is None else self.grad + g

    def __repr__(self) -> str:
        label = "" if self.label is None else f", {self.label!r}"
        return f"Value({self._data!r}{label})"


def constant(data: float) -> Value:
    """A Value by which nothing is differentiated."""
    y = new(Value)
    y._data = data
    y.number = 0
    y.grad = y.label = y.primitive = y.u = y.v = None
    y.du = y.dv = 0.0
    y.rest = ()
    return y


def as_float(x: Any) -> float:
    """x as a float where that is exact and meant; else a TypeError or ValueError that says why not."""
    if x.__class__ is float:
        return x
    if isinstance(x, Node):
        raise TypeError(f"a Value holds a number, but was given the node {x.name}; use {x.name}.data for its number")
    if isinstance(x, complex | np.complexfloating):
        raise TypeError(f"a Value holds a real number, but was given the complex number {x}")
    if isinstance(x, np.ndarray) and x.ndim == 0:
        return as_float(x.item())
    if not isinstance(x, float | int | np.number | np.bool_):
        hint = "; use Tensor for arrays" if isinstance(x, np.ndarray | list | tuple) else ""
        raise TypeError(f"a Value holds a number, but was given {type(x).__name__} {x!r:.40}{hint}")
    try:
        number = float(x)
    except OverflowError:
        number = inf
    if isinstance(x, int | np.integer) and number != int(x):
        which = f" of {int(x).bit_length()} bits" if number == inf else f" {x}"
        raise ValueError(f"the integer{which} is not exactly a float64; round it yourself first")
    return number
