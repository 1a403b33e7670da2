"""Nodes that compute as any Value or Tensor does and, while a recording is made, say what is done with their numbers.

A number that is read out of the graph would be frozen in a program, and so would a derivative of it or its text:
reading is refused. So is what a program does not do: to change a node, or to sweep back from one. A comparison, on
which a function may branch, is noted, and so is what a function demands of numbers.
"""

from __future__ import annotations

import operator
from _thread import get_ident  # threading's own, without the time of its import
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, NoReturn

import numpy as np

from microbp import primitives as p
from microbp.graph import Node, Operand, recorded
from microbp.nn.parameters import nodes_of
from microbp.operators import Differentiable, Method
from microbp.program.lines import Guard, RecordingError
from microbp.program.watching.notes import NOTES, Check
from microbp.tensor import Tensor
from microbp.value import Value, write_out_operators


class Watched(Differentiable):
    """A node that is watched while its thread makes a recording, and otherwise is as any other."""

    __slots__ = ()

    plain: ClassVar[type[Any]]
    """The class of nodes that nobody watches."""

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Any:
        """A node beside those of the recording, such as a cotangent to begin with: there is nothing to watch in it."""
        return cls.plain.leaf(data, label)

    def _compared(self, compare: Callable[[Any, Any], Any], sign: str, other: Operand) -> Any:
        right = other
        if not isinstance(other, Node):
            right = self.plain.leaf(other)
            right.number = 0
        outcome = compare(self._data, right._data)
        if (notes := NOTES.get(get_ident())) is not None:
            notes.append(Guard(compare, sign, self, right, outcome, ""))
        return outcome

    def __lt__(self, other: Operand) -> Any:
        return self._compared(operator.lt, "<", other)

    def __le__(self, other: Operand) -> Any:
        return self._compared(operator.le, "≤", other)

    def __gt__(self, other: Operand) -> Any:
        return self._compared(operator.gt, ">", other)

    def __ge__(self, other: Operand) -> Any:
        return self._compared(operator.ge, "≥", other)

    def __eq__(self, other: object) -> Any:
        """Whether the two are the same node; in a rate factor, which is written for numbers, a comparison of these."""
        notes = NOTES.get(get_ident())
        if notes is not None and notes.is_of_formulas and self.accepts(other):
            return self._compared(operator.eq, "=", other)
        return super().__eq__(other)

    __hash__ = Differentiable.__hash__

    def __bool__(self) -> bool:
        return bool(self._compared(operator.ne, "≠", 0.0))

    def keep_demand(self, nodes: Any, check: Check) -> bool:
        """A check of leaves is noted, to be made of their numbers at each replay; of others, the comparisons in it."""
        notes = NOTES.get(get_ident())
        if notes is None:
            return False
        leaves = _as_leaves(nodes)
        if leaves is None:
            check(nodes)
        else:
            notes.demands.append((leaves, check if leaves is nodes else partial(_ask_otherwise, check, _turned(nodes))))
        return True

    @property
    def data(self) -> Any:
        """The numbers; while a recording is made, refused."""
        self._need_none(f"{self.name}.data was read", FROZEN)
        return self.plain.data.fget(self)

    @data.setter
    def data(self, data: Any) -> None:
        self._need_none(f"{self.name}.data was changed", ONLY_COMPUTES)
        self.plain.data.fset(self, data)

    def item(self) -> Any:
        """The only number; while a recording is made, refused."""
        return float(self.data)

    def __reduce_ex__(self, protocol: Any) -> Any:
        self._need_none(f"{self.name} was copied", FROZEN)
        return super().__reduce_ex__(protocol)

    def backward(self, cotangent: Operand = None) -> None:
        """As `Differentiable.backward`; while a recording is made, refused."""
        self._need_none(f"{self.name}.backward() was called", ONLY_COMPUTES)
        super().backward(cotangent)

    def _grad(self) -> Any:
        """The cotangent of the last backward pass; while a recording is made, refused."""
        self._need_none(f"{self.name}.grad was read", FROZEN)
        return Node.grad.__get__(self)  # type: ignore[misc]

    # Set by the slot itself, as it is for each node that is made: a function of ours takes longer.
    grad = property(_grad, Node.grad.__set__)  # type: ignore[misc]

    @property
    def rates(self) -> Any:
        """The rate factors; while a recording is made, refused."""
        self._need_none(f"{self.name}.rates was read", FROZEN)
        return super().rates

    def refuse_reading(self, operation: str, way_out: str) -> None:
        """While a recording is made, a RecordingError; but not of what rests on the function's own numbers alone."""
        if get_ident() in NOTES and any([isinstance(leaf, Watched) for leaf in recorded([self])[0]]):
            why = f"the numbers would be frozen in the program; {way_out}"
            self._need_none(f"{operation} was asked of {self.name}", why)

    def __repr__(self) -> str:
        self._need_none(f"{self.name} was written as text", FROZEN)
        return super().__repr__()

    def __format__(self, spec: str) -> str:
        self._need_none(f"{self.name} was written as text", FROZEN)
        return super().__format__(spec)

    def __float__(self) -> NoReturn:
        self._need_none(f"float({self.name}) was asked for", FROZEN)
        super().__float__()

    def __int__(self) -> int:
        self._need_none(f"int({self.name}) was asked for", FROZEN)
        return int(self._data)

    def _need_none(self, what: str, why: str) -> None:
        """A RecordingError where this thread is making a recording."""
        notes = NOTES.get(get_ident())
        if notes is not None:
            notes.refused = RecordingError(f"{what} while the function was recorded: {why}")
            raise notes.refused

    @property
    def name(self) -> str:
        """The label, or what made this, or that it is an argument."""
        return self.label or ("an argument" if self.primitive is None else f"{self.primitive.name}(…)")


def _turned(node: Any) -> bool:
    """Whether a Tensor is its input with rows and columns exchanged."""
    is_of_leaf = node.primitive is p.transpose and node.u.primitive is None
    return is_of_leaf and len(node.shape) == 2 and node.params["axes"] in (None, (1, 0))


def _ask_otherwise(check: Check, is_turned: bool, numbers: Any) -> None:
    """Of numbers that the function had with rows and columns exchanged, or in any other shape: one after the other."""
    check(np.swapaxes(numbers, 0, 1) if is_turned else np.ravel(numbers))


def _as_leaves(nodes: Any) -> Any:
    """The leaves that have the numbers of these nodes, in whatever shape; None where they were computed."""
    if isinstance(nodes, np.ndarray):
        return nodes if all([x.primitive is None for x in nodes_of(nodes) if isinstance(x, Node)]) else None
    while nodes.primitive in (p.reshape, p.transpose):
        nodes = nodes.u
    return nodes if nodes.primitive is None else None


FROZEN = (
    "the number would be frozen in the program; compute with the node itself, decide by mb.where, mb.greater or "
    "mb.step, and look at numbers, such as an accuracy, outside of the function"
)
ONLY_COMPUTES = "a program only computes; record the cost, take its value_and_grad, and move the parameters outside"


class RecordedValue(Watched, Value):
    """A Value that is watched."""

    __slots__ = ()
    precedence = Value.precedence + 1
    plain = Value


def _again(method: Method) -> Method:
    """Another function that does the same."""
    return lambda self, other: method(self, other)


COMPARISONS: dict[np.ufunc, tuple[Callable[[Any, Any], Any], str]] = {
    np.less: (operator.lt, "<"),
    np.less_equal: (operator.le, "≤"),
    np.greater: (operator.gt, ">"),
    np.greater_equal: (operator.ge, "≥"),
}
MIRRORED: dict[np.ufunc, np.ufunc] = {
    np.less: np.greater,
    np.greater: np.less,
    np.less_equal: np.greater_equal,
    np.greater_equal: np.less_equal,
}


class RecordedTensor(Watched, Tensor):
    """A Tensor that is watched."""

    __slots__ = ()
    precedence = Tensor.precedence + 1
    plain = Tensor

    # Tensor's own, as methods of the subclass: so Python asks it first in `w @ x`.
    __radd__, __rsub__ = _again(Tensor.__radd__), _again(Tensor.__rsub__)
    __rmul__, __rtruediv__ = _again(Tensor.__rmul__), _again(Tensor.__rtruediv__)
    __rpow__, __rmatmul__ = _again(Tensor.__rpow__), _again(Tensor.__rmatmul__)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if ufunc in COMPARISONS and method == "__call__" and not kwargs:  # also `array < x`
            left, right = inputs
            compare, sign = COMPARISONS[ufunc]
            if left is self:
                return self._compared(compare, sign, right)
            other, mirrored = COMPARISONS[MIRRORED[ufunc]]
            return self._compared(other, mirrored, left)
        return super().__array_ufunc__(ufunc, method, *inputs, **kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        self._need_none(f"{self.name} was turned into a numpy array", FROZEN)
        return super().__array__(dtype, copy)


write_out_operators(RecordedValue)


RecordedValue.class_of_arrays = RecordedTensor.class_of_arrays = RecordedTensor


def need_no_own_class(x: Node) -> None:
    """A RecordingError where a node is of a class of the user's own, which computes as it likes."""
    if type(x) not in (Value, Tensor, RecordedValue, RecordedTensor):
        raise RecordingError(
            f"record: {x.name} is of {type(x).__name__}, which is a class of your own, and can't be watched while the "
            "function is recorded; make it a Value or a Tensor"
        )


def as_watched(node: type[Node], data: Any, label: str | None) -> Any:
    """A leaf that varies and is watched."""
    return (RecordedValue if issubclass(node, Value) else RecordedTensor)(data, label)
