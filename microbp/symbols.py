"""Symbols: the node of which a formula makes text.

Given floats, a rate factor is the number on an edge; given symbols, it is the text to draw. `formula` is
that text for a row of the table, from the very partials that the sweeps run, and `described` the
docstring that follows from it.

>>> formula(primitives.tanh, 0), formula(primitives.div, 1), formula(primitives.matmul, 1)
('1 − y²', '−y/v', 'aᵀ @ g')
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from microbp import primitives
from microbp.graph import Node, Operand, Primitive
from microbp.kinds import REQUIRED, Elementwise, Linear, Reduction, entry_by_entry, is_object_array, shape_of

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a text holds together: an operand that is looser than its place goes into parentheses."""


class Symbol(Node):
    """A piece of text, and what is needed to put it into a longer one.

    >>> u, y = Symbol("u"), Symbol("y")
    >>> print(1 / (1 + u * u), (1 - y) * -u, u ** (y - 1), primitives.cos(u), sep=",  ")
    1/(1 + u²),  (1 − y)·(−u),  u^(y − 1),  cos(u)

    text   the text
    level  how tightly it holds together: SUM, PRODUCT, POWER or ATOM
    shape  that of the array it stands for; only formulas with matrices ask
    """

    __slots__ = ("_shape", "level")
    precedence = 100

    def __init__(self, text: str, level: int = ATOM, shape: tuple[int, ...] = ()) -> None:
        self._data = text
        self._shape = shape
        self.level = level
        self.number = 0
        self.grad = self.label = self.primitive = self.u = self.v = None
        self.du = self.dv = None
        self.rest = ()

    @classmethod
    def of(cls, x: Operand) -> Symbol:
        """x itself where it is a symbol, the numeral where it is a number; anything else as Python shows it."""
        if isinstance(x, Symbol):
            return x
        if not isinstance(x, bool) and isinstance(x, int | float | np.number):
            number = float(x)
            text = str(int(number) if number.is_integer() else number).replace("-", "−")
            return cls(text, PRODUCT if text.startswith("−") else ATOM)
        return cls(str(x), ATOM, shape_of(x))

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Any:
        """The text of `primitive` applied to `inputs`, with the typography of the page."""
        if any(map(is_object_array, inputs)):
            return entry_by_entry(primitive, *inputs)
        operands = [cls.of(x) for x in inputs]
        shape = _shape_of_result(primitive, operands, params)
        if primitive in (primitives.reshape, primitives.sum) and _without_ones(shape) == _without_ones(operands[0].shape):
            return cls(operands[0].text, operands[0].level, shape)  # axes of length 1 come and go unseen
        text, level = TYPOGRAPHY.get(primitive, _call)(*operands, **params) if primitive in TYPOGRAPHY else (
            _call(primitive, operands, params), ATOM)
        return cls(text, level, shape)

    @property
    def text(self) -> str:
        """The text."""
        return str(self._data)

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape
