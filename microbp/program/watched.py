"""Nodes that compute as any Value or Tensor does, and say what is done with their numbers.

A number that is read out of the graph is refused, for in a program it would be frozen; a comparison, on
which a function may branch, is noted.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from microbp import primitives as p
from microbp.graph import Node, Operand, Primitive
from microbp.operators import Differentiable
from microbp.program.lines import Guard, RecordingError
from microbp.tensor import Tensor
from microbp.value import OPERATORS, Value, binary, unary


class Watched(Differentiable):
    """A node of a recording: it computes as its other class does, and says what is done with its numbers.

    notes  the comparisons of this recording; every node that is computed from this one has the same
    """

    __slots__ = ()

    notes: list[Guard]

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Any:
        y = super().record(primitive, inputs, params)
        if isinstance(y, Watched):
            y.notes = next(x.notes for x in inputs if isinstance(x, Watched))  # type: ignore[misc]
        return y

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Any:
        """A node beside those of the recording, such as a cotangent to begin with: there is nothing to watch in it."""
        return (Value if issubclass(cls, Value) else Tensor)(data, label)

    def _compared(self, compare: Callable[[Any, Any], Any], sign: str, other: Operand) -> Any:
        right = other if isinstance(other, Node) else _constant(type(self), other)
        outcome = compare(self._data, right._data)
        self.notes.append(Guard(compare, sign, self, right, outcome, ""))
        return outcome

    def __lt__(self, other: Operand) -> Any:
        return self._compared(operator.lt, "<", other)

    def __le__(self, other: Operand) -> Any:
        return self._compared(operator.le, "≤", other)

    def __gt__(self, other: Operand) -> Any:
        return self._compared(operator.gt, ">", other)

    def __ge__(self, other: Operand) -> Any:
        return self._compared(operator.ge, "≥", other)

    def __bool__(self) -> bool:
        return bool(self._compared(operator.ne, "≠", 0.0))

    @property
    def data(self) -> Any:
        """Refused: a number that is taken out of the graph is not recorded."""
        raise self._cut(f"{self.name}.data was read")

    def item(self) -> Any:
        """Refused, as `data` is."""
        return self.data

    def __float__(self) -> NoReturn:
        raise self._cut(f"float({self.name}) was asked for")

    def __int__(self) -> NoReturn:
        raise self._cut(f"int({self.name}) was asked for")

    def _cut(self, what: str) -> RecordingError:
        return RecordingError(
            f"{what} while the function was recorded: the number would be frozen in the program; "
            "compute with the node itself, or decide by mb.where, mb.greater or mb.step"
        )

    @property
    def name(self) -> str:
        """The label, the primitive that made this, or that it is an argument."""
        return self.label or ("an argument" if self.primitive is None else self.primitive.name)


class RecordedValue(Watched, Value):  # type: ignore[override]  # data has no setter here
    """A Value of a recording."""

    __slots__ = ("notes",)
    precedence = Value.precedence + 1

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Value:
        """A Value of a number that came from nowhere in the recording."""
        return Value(data, label)


class RecordedTensor(Watched, Tensor):  # type: ignore[override]
    """A Tensor of a recording."""

    __slots__ = ("notes",)
    precedence = Tensor.precedence + 1

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Tensor:
        """A Tensor of numbers that came from nowhere in the recording."""
        return Tensor(data, label)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        raise self._cut(f"{self.name} was turned into a numpy array")


def _noting(method: Callable[..., Any]) -> Callable[..., Any]:
    """An operation of Value, written out for RecordedValue, that hands the notes on."""

    def noting(self: RecordedValue, *others: Any) -> Any:
        y = method(self, *others)
        if y.__class__ is RecordedValue:
            y.notes = self.notes
        return y

    return noting


def _asked_first(name: str) -> Callable[[Any, Any], Any]:
    """Tensor's own reflected operator, as a method of the subclass: so Python asks it first in `w @ x`."""
    method = getattr(Tensor, name)
    return lambda self, other: method(self, other)


for _name, _row in OPERATORS.items():
    _method, _reflected = binary(_row, RecordedValue)
    setattr(RecordedValue, f"__{_name}__", _noting(_method))
    setattr(RecordedValue, f"__r{_name}__", _noting(_reflected))
for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(RecordedTensor, f"__r{_name}__", _asked_first(f"__r{_name}__"))
for _name in ("exp", "log", "sin", "cos", "tanh", "sigmoid", "relu"):
    setattr(RecordedValue, _name, _noting(unary(getattr(p, _name), RecordedValue)))


def _constant(node: type[Watched], number: Any) -> Node:
    """A number beside a node of a recording."""
    return (Value if issubclass(node, Value) else Tensor)(number, varies=False)


def watched(node: type[Node], data: Any, label: str | None, notes: list[Guard]) -> Any:
    """A leaf that varies: of what is computed from it, comparisons go into `notes`."""
    x = RecordedValue(data, label) if issubclass(node, Value) else RecordedTensor(data, label)
    x.notes = notes
    return x
