"""Symbols: nodes of which a formula makes text.

Given floats, a rate factor is the number on an edge; given symbols, it is the text to draw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Node, Operand, Primitive
from microbp.kinds import Elementwise, entry_by_entry
from microbp.linear import given_params
from microbp.operators import Differentiable
from microbp.shapes import is_object_array, shape_of

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a text holds together: an operand that is looser than its place goes into parentheses."""

Text = tuple[str, int]
"""A text and its level, SUM to ATOM."""


class Symbol(Differentiable):
    """A piece of text, and what is needed to put it into a longer one.

    >>> u, y = Symbol("u"), Symbol("y")
    >>> print(1 / (1 + u * u), (1 - y) * -u, u ** (y - 1), p.cos(u) / -y, sep=",  ")
    1/(1 + u²),  (1 − y)·(−u),  u^(y − 1),  cos(u)/(−y)

    level  how tightly the text holds together: SUM, PRODUCT, POWER or ATOM
    shape  that of the array it stands for, which only formulas with arrays ask
    """

    __slots__ = ("_shape", "level")
    precedence = 100

    def __init__(self, text: str, level: int = ATOM, shape: tuple[int, ...] = ()) -> None:
        self._data = text
        self._shape = shape
        self.level = level
        self.number = 0
        self.grad = self.label = self.primitive = self.u = self.v = self.du = self.dv = None
        self.rest = ()

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Any:
        """The text of `primitive` at `inputs`, at least one of which is a symbol."""
        if any(map(is_object_array, inputs)):
            return entry_by_entry(primitive, *inputs)
        operands = tuple(map(as_symbol, inputs))
        shape = shape_of_result(primitive, operands, params)
        text, level = TYPOGRAPHY.get(primitive, _call)(primitive, operands, params)
        return cls(text, level, shape)

    @property
    def text(self) -> str:
        """The text without more: "1 − y²"."""
        return str(self._data)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape

    @property
    def T(self) -> Any:
        return p.transpose(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Symbol({self.text!r})"

    @classmethod
    def accepts(cls, other: Operand) -> bool:
        return True

    def __matmul__(self, other: Operand) -> Any:
        return p.matmul(self, other)


def as_symbol(x: Operand) -> Symbol:
    """x where it is a symbol, its numeral where it is a number, and anything else by its name or as it prints."""
    if isinstance(x, Symbol):
        return x
    if isinstance(x, int | float | np.number):
        text = (str(x) if isinstance(x, int) else str(float(x)).removesuffix(".0")).replace("-", "−")
        return Symbol(text, PRODUCT if text.startswith("−") else ATOM)
    return Symbol(x.name if isinstance(x, Node) else str(x), shape=shape_of(x))


# How each function is set. What is not here is set as a call: cos(u), where(c, u, v).


def _at(level: int, x: Symbol, first: bool = False) -> str:
    """The text of x where at least `level` is needed; only a first operand may begin with a bare sign."""
    loose = x.level < level or (x.text.startswith("−") and not first)
    return f"({x.text})" if loose else x.text


def _plus(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    u, v = xs
    return f"{u} − {v.text[1:]}" if v.text.startswith("−") else f"{u} + {v}", SUM


def _minus(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"{xs[0]} − {_at(PRODUCT, xs[1])}", SUM


def _times(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    u, v = xs
    if u.text == v.text:
        return f"{_at(ATOM, u)}²", POWER
    return f"{_at(PRODUCT, u, first=True)}·{_at(PRODUCT, v)}", PRODUCT


def _over(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"{_at(PRODUCT, xs[0], first=True)}/{_at(POWER, xs[1])}", PRODUCT


def _minus_sign(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"−{_at(PRODUCT, xs[0])}", PRODUCT


def _squared(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"{_at(ATOM, xs[0])}²", POWER


def _to_the_power(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    u, v = xs
    return f"{_at(ATOM, u)}²" if v.text == "2" else f"{_at(ATOM, u)}^{_at(ATOM, v)}", POWER


def _root(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"√({xs[0]})", ATOM


def _bracket(primitive: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"[{xs[0]} {primitive.symbol} {xs[1]}]", ATOM


def _same(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return xs[0].text, xs[0].level


def _matrix_product(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"{_at(PRODUCT, xs[0])} @ {_at(PRODUCT, xs[1])}", SUM  # as loose: "u·a @ b" could be read in two ways


def _total(primitive: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return (f"Σ{_at(ATOM, xs[0])}", POWER) if params["axis"] is None else _call(primitive, xs, params)


def _entries(_: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    index = params["index"] if isinstance(params["index"], tuple) else (params["index"],)
    return f"{_at(ATOM, xs[0])}[{', '.join(map(_subscript, index))}]", ATOM


def _subscript(part: Any) -> str:
    if not isinstance(part, slice):
        return "…" if part is Ellipsis else str(part)
    start, stop = ("" if end is None else str(end) for end in (part.start, part.stop))
    return f"{start}:{stop}" if part.step is None else f"{start}:{stop}:{part.step}"


def _reshaped(primitive: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    before, after = ([n for n in shape if n != 1] for shape in (xs[0].shape, np.atleast_1d(params["shape"])))
    return _same(primitive, xs, params) if before == after else _call(primitive, xs, params)


def _transposed(primitive: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return (f"{_at(ATOM, xs[0])}ᵀ", POWER) if params["axes"] is None else _call(primitive, xs, params)


def _call(primitive: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> Text:
    return f"{primitive.name}({', '.join([*map(str, xs), *given_params(primitive, params)])})", ATOM


TYPOGRAPHY: dict[Primitive, Callable[[Primitive, tuple[Symbol, ...], dict[str, Any]], Text]] = {
    p.add: _plus,
    p.sub: _minus,
    p.mul: _times,
    p.div: _over,
    p.neg: _minus_sign,
    p.identity: _same,
    p.square: _squared,
    p.power: _to_the_power,
    p.sqrt: _root,
    p.equal: _bracket,
    p.greater: _bracket,
    p.matmul: _matrix_product,
    p.sum: _total,
    p.take: _entries,
    p.reshape: _reshaped,  # an axis of length 1 comes and goes unseen
    p.transpose: _transposed,
}


def shape_of_result(primitive: Primitive, xs: tuple[Symbol, ...], params: dict[str, Any]) -> tuple[int, ...]:
    """The shape of what `primitive` makes of symbols."""
    shapes = [x.shape for x in xs]
    if isinstance(primitive, Elementwise):
        return np.broadcast_shapes(*shapes) if any(shapes) else ()
    return np.shape(primitive.on_arrays(*map(np.zeros, shapes), **params))
