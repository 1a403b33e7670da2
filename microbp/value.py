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

NUMBERS = (int, float, np.number, np.bool_)
"""What can stand beside a Value."""

EXACT = 2**53
"""Every integer up to this one is a float64."""


def unary(primitive: Elementwise, made: type[Value]) -> Method:
    """`Value.record` for one input, written out; `made` is the class of the node that it makes."""
    f = primitive.on_floats

    def method(u: Value) -> Any:
        if u.__class__ is not made and isinstance(u, made):
            return u.record(primitive, (u,), {})  # a subclass that has none of its own
        a = u._data
        (partial,) = primitive.partials
        try:
            data = f(a)
            rate = partial(a, data) if callable(partial) else partial
        except (ValueError, ArithmeticError):
            return made.record(primitive, (u,), {})
        if not u.number:
            return constant(data)
        y = new(made)
        y._data = data
        y.grad = y.label = y.v = None
        y.primitive = primitive
        y.number = next_number()
        y.u = u
        y.du = rate
        y.dv = 0.0
        y.rest = ()
        return y

    method.__doc__ = f"The same as `mb.{primitive.name}(self)`."
    return method


def binary(primitive: Elementwise, made: type[Value]) -> tuple[Method, Method]:
    """`Value.record` for two inputs, written out, as an operator and its reflection.

    The other side of either may be a Value of another class: Python asks a subclass for its reflection first.
    """
    f = primitive.on_floats

    def method(u: Value, v: Operand) -> Any:
        if u.__class__ is not made and isinstance(u, made):
            return u.record(primitive, (u, v), {}) if Value.accepts(v) else NotImplemented
        if v.__class__ is not made:
            if v.__class__ is float:
                v = constant(v)
            elif v.__class__ is int and -EXACT <= v <= EXACT:  # x + 1 and 2 * x: half the time
                v = constant(float(v))
            elif not isinstance(v, Value):
                if not Value.accepts(v):
                    return NotImplemented
                v = constant(as_float(v))
        a, b = u._data, v._data
        du, dv = primitive.partials
        try:
            data = f(a, b)
            # The rate of a constant is of no use, and may not exist: ∂(uᵛ)/∂v is a logarithm of u.
            if callable(du):
                du = du(a, b, data) if u.number else 0.0
            if callable(dv):
                dv = dv(a, b, data) if v.number else 0.0
        except (ValueError, ArithmeticError):
            return made.record(primitive, (u, v), {})
        if not (u.number or v.number):
            return constant(data)
        y = new(made)
        y._data = data
        y.grad = y.label = None
        y.primitive = primitive
        y.number = next_number()
        y.u = u
        y.v = v
        y.du = du
        y.dv = dv
        y.rest = ()
        return y

    def reflected(v: Value, u: Operand) -> Any:
        if v.__class__ is not made and isinstance(v, made):
            return v.record(primitive, (u, v), {}) if Value.accepts(u) else NotImplemented
        if u.__class__ is float:
            return method(constant(u), v)
        if isinstance(u, Value):
            return method(u, v)
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
        nodes = []
        for x in inputs:
            if x.__class__ is np.ndarray:
                return entry_by_entry(primitive, *inputs)
            nodes.append(x if isinstance(x, Value) else constant(as_float(x)))
        if cls is not Value and cls.class_of_arrays is None:  # a class of a user's own, which nobody can watch
            for x in nodes:
                x.refuse_reading(cls.__name__, "compute with Values and Tensors")
        arguments = tuple([node._data for node in nodes])
        data = primitive.at(*arguments)
        if not isfinite(data):
            primitive.on_arrays(*map(np.float64, arguments))  # numpy's warning, where it has one
        rates = []
        varies = False
        for i, x in enumerate(nodes):
            # The rate of a constant is of no use, and may not exist: ∂(uᵛ)/∂v is a logarithm of u.
            rates.append(float(primitive.rate(i, arguments, data)) if x.number else 0.0)
            varies = varies or x.number > 0
        if not varies:
            return constant(data)
        y = new(cls)
        y._data = data
        y.grad = y.label = None
        y.primitive = primitive
        y.number = next_number()
        y.u, y.du = nodes[0], rates[0]
        y.v, y.dv = (nodes[1], rates[1]) if len(nodes) > 1 else (None, 0.0)
        y.rest = tuple(zip(nodes[2:], rates[2:], strict=True)) if len(nodes) > 2 else ()
        return y

    @classmethod
    def accepts(cls, other: Operand) -> bool:
        return isinstance(other, NUMBERS) or isinstance(other, Value)

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


# The rows that are written out for Values, by the names of their operators and methods.
OPERATORS = {"add": p.add, "sub": p.sub, "mul": p.mul, "truediv": p.div, "pow": p.power}
METHODS = {"__neg__": p.neg, "__abs__": p.abs} | {
    row.name: row
    for row in (
        *(p.exp, p.expm1, p.log, p.log1p, p.sqrt, p.sin, p.cos, p.tan, p.arcsin, p.arccos, p.arctan, p.sinh, p.cosh),
        *(p.tanh, p.arcsinh, p.arccosh, p.arctanh, p.sigmoid, p.softplus, p.relu, p.step, p.sign),
    )
}


def write_out_operators(made: type[Value]) -> None:
    """Give a class of scalars operators and methods of its own: its graphs are made of these by the hundred thousand.

    Measured: +, × and tanh take 0.23 of the time of `Value.record`.
    """
    for name, primitive in OPERATORS.items():
        method, reflected = binary(primitive, made)
        primitive.written_out[made] = method
        setattr(made, f"__{name}__", method)
        setattr(made, f"__r{name}__", reflected)
    for name, primitive in METHODS.items():
        method = unary(primitive, made)
        setattr(made, name, method)
        primitive.written_out[made] = method


write_out_operators(Value)


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
        if isinstance(x, str):
            hint = "; the number comes first and its name second, as in Value(2.0, 'x')"
        raise TypeError(f"a Value holds a number, but was given {type(x).__name__} {x!r:.40}{hint}")
    try:
        number = float(x)
    except OverflowError:
        number = inf
    if isinstance(x, int | np.integer) and number != int(x):
        which = f" of {int(x).bit_length()} bits" if number == inf else f" {x}"
        raise ValueError(f"the integer{which} is not exactly a float64; round it yourself first")
    return number
