"""The kinds of primitive: how a row's partial derivatives become pushes, pulls and entries.

Three kinds are enough. `Elementwise`: each entry of the output depends on one entry of each input.
`Linear` (`linear.py`): linear in each input by itself. `Reduction`: one input, whose axes are summed up by some
rule. A rate factor is a formula in any arithmetic: on floats it gives the number on an edge, on
arrays the rates of all entries, on nodes a graph of derivatives, from which every order follows.
"""

from __future__ import annotations

import functools
from _thread import allocate_lock  # threading's own, without the time of its import
from collections.abc import Callable, Mapping
from math import isfinite, prod
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from microbp.graph import Entries, Node, Operand, Primitive
from microbp.linear import broadcast_to, reshape, sum_to, unbroadcast
from microbp.shapes import Axis, is_object_array, kept_shape, reduced_axes, shape_of


def floats(name: str, x: Any) -> Any:
    """Plain input as floats, or as an array of them; an array of Values as it is."""
    if isinstance(x, float):
        return x
    if isinstance(x, int) and -(2**53) <= x <= 2**53:
        return float(x)  # which takes the dtype of the array beside it, as an array of no axes would not
    array = np.asarray(x)
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind == "f":
        return array
    if array.dtype == object and all(isinstance(entry, Node | float | int) for entry in array.flat):
        return array
    raise TypeError(f"{name}: takes real numbers, arrays of them and nodes, not {type(x).__name__} {x!r:.40}")


class Elementwise(Primitive):
    """y = f(u, v, …) entry by entry, broadcasting as numpy does.

    name       what errors and drawings call it
    on_floats  f on Python floats; may raise ValueError or ArithmeticError where numpy gives inf or nan
    on_arrays  f on ndarrays
    partials   one an input, in order: ∂f/∂uᵢ as a number, or as a callable of the inputs and the output
    reduction  where it reduces n numbers (`Reduction.of_numbers`), what does the same along an axis
    written_out  by the class of the first input, a function that records it: what `record` does, in one piece
    """

    reduction: Reduction | None = None

    def __init__(
        self,
        name: str,
        on_floats: Callable[..., float],
        on_arrays: Callable[..., Any],
        *partials: float | Callable[..., Operand],
        symbol: str | None = None,
    ) -> None:
        if not partials:
            raise TypeError(f"{name}: an elementwise function has an input or more, and a partial derivative for each")
        super().__init__(name, on_arrays, symbol)
        self.on_floats = on_floats
        self.partials = partials
        self.written_out: dict[type[Node], Callable[..., Any]] = {}

    def __reduce__(self) -> str | tuple[Any, ...]:
        # What reduces n numbers has its reduction's name, and is found by asking that one for it.
        return super().__reduce__() if self.reduction is None else (self.reduction.of_numbers, (len(self.partials),))

    def __call__(self, *inputs: Operand) -> Any:
        if len(inputs) != len(self.partials):
            raise TypeError(f"{self.name}: takes {len(self.partials)} input(s), not {len(inputs)}")
        kind = inputs[0].__class__
        method = self.written_out.get(kind)
        if method is not None and (len(inputs) == 1 or inputs[1].__class__ in (kind, float, int)):
            y = method(*inputs)  # tanh(x) of a Value: a third of the time
            if isfinite(y._data):  # else `record` gives numpy's warning
                return y
        for x in inputs:
            if x.__class__ is not float and x.__class__ is not int:
                return Primitive.__call__(self, *inputs)
        try:  # what `at` does, without the call: u² is recorded in 0.8 of the time
            return self.on_floats(*inputs)
        except (ValueError, ArithmeticError):
            return self.at(*inputs)

    def on_numbers(self, *inputs: Operand, **params: Any) -> Any:
        if len(inputs) != len(self.partials):
            raise TypeError(f"{self.name}: takes {len(self.partials)} input(s), not {len(inputs)}")
        numbers = [floats(self.name, x) for x in inputs]
        if any(map(is_object_array, numbers)):
            return entry_by_entry(self, *numbers)
        return self.on_arrays(*numbers)

    def at(self, *inputs: float) -> float:
        """f at floats, with numpy's inf and nan where the math module would raise."""
        try:
            return self.on_floats(*inputs)
        except (ValueError, ArithmeticError):
            with np.errstate(all="ignore"):
                return float(self.on_arrays(*map(np.float64, inputs)))

    def rate(self, i: int, inputs: tuple[Operand, ...], y: Operand) -> Operand:
        """∂y/∂(input i), in the arithmetic of the inputs; with inf and nan where Python's floats would raise."""
        partial = self.partials[i]
        if not callable(partial):
            return partial
        try:
            return partial(*inputs, y)
        except (ValueError, ArithmeticError):
            with np.errstate(all="ignore"):
                return partial(*[np.float64(x) if isinstance(x, float) else x for x in (*inputs, y)])

    def push(self, i: int, tangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        pushed = self._times_rate(i, tangent, inputs, y)
        if pushed is None or shape_of(pushed) == shape_of(y):
            return pushed
        return broadcast_to(pushed, shape=shape_of(y))

    def pull(self, i: int, cotangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        pulled = self._times_rate(i, cotangent, inputs, y)
        if pulled is None or pulled.__class__ is inputs[i].__class__ is np.ndarray and pulled.shape == inputs[i].shape:
            return pulled
        return unbroadcast(pulled, shape_of(inputs[i]))

    def _times_rate(self, i: int, x: Operand, inputs: tuple[Operand, ...], y: Operand) -> Operand:
        """∂y/∂(input i) × x, without the multiplication where the rate is always 1; None where it is always 0."""
        partial = self.partials[i]
        rate = self.rate(i, inputs, y) if callable(partial) else partial
        if rate.__class__ is int and (rate == 0 or rate == 1):
            return x if rate else None
        return rate * x

    def entries(self, i: int, inputs: tuple[Any, ...], y: Any, **params: Any) -> Entries:
        shape = shape_of(y)
        sources = np.broadcast_to(np.arange(np.size(inputs[i])).reshape(shape_of(inputs[i])), shape)
        rates = np.broadcast_to(self.rate(i, inputs, y), shape)
        return sources.ravel(), np.arange(np.size(y)), rates.ravel()


class Reduction(Primitive):
    """y = a summary of x over some axes: the largest entry, the logarithm of the sum of exponentials.

    name       what errors and drawings call it
    on_arrays  the function, with keywords axis and keepdims
    partial    ∂y/∂x, of the shape of x: `lambda x, y, axis: …`, where y has its reduced axes kept
    """

    parameters: Mapping[str, Any] = {"axis": None, "keepdims": False}

    def __init__(
        self,
        name: str,
        on_arrays: Callable[..., Any],
        partial: Callable[..., Operand],
    ) -> None:
        super().__init__(name, on_arrays)
        self.partial = partial
        self._of: WeakValueDictionary[int, Elementwise] = WeakValueDictionary()
        self._turns = allocate_lock()

    def __call__(self, x: Operand, axis: Axis = None, keepdims: bool = False) -> Any:
        return super().__call__(x, axis=axis, keepdims=keepdims)

    def on_numbers(self, *inputs: Operand, **params: Any) -> Any:
        x = np.asarray(floats(self.name, inputs[0]))
        return self._on_objects(x, **params) if is_object_array(x) else self.on_arrays(x, **params)

    def _on_objects(self, x: np.ndarray, axis: Axis, keepdims: bool) -> Any:
        axes = reduced_axes(x.ndim, axis)
        kept = [n for n in range(x.ndim) if n not in axes]
        rows = x.transpose(*kept, *axes).reshape([x.shape[n] for n in kept] + [prod(x.shape[n] for n in axes)])
        if not rows.shape[-1]:
            raise ValueError(f"{self.name}: has no value over no entries; the array has shape {x.shape}")
        of_row = self.of_numbers(rows.shape[-1])
        y = np.empty(rows.shape[:-1], dtype=object)
        y.ravel()[:] = [of_row(*row) for row in rows.reshape(-1, rows.shape[-1])]
        return y.reshape(kept_shape(x.shape, axis)) if keepdims else y[()]

    def of_numbers(self, n: int) -> Elementwise:
        """The same for n numbers, each an input with an edge of its own: what reduces a row of Values.

        It is the same one for as long as a graph or a program has it: these are compared by their rows.
        """

        def rate(i: int, *inputs_and_y: Operand) -> Operand:
            *inputs, y = inputs_and_y
            with np.errstate(all="ignore"):
                return self.partial(np.array(inputs), y, axis=None)[i]

        with self._turns:  # two threads that ask for the same one get the same one
            of_n = self._of.get(n)
            if of_n is None:
                self._of[n] = of_n = Elementwise(
                    self.name,
                    lambda *u: float(self.on_arrays(np.array(u), axis=None, keepdims=False)),
                    lambda *u: self.on_arrays(np.stack(np.broadcast_arrays(*u)), axis=0, keepdims=False),
                    *[functools.partial(rate, i) for i in range(n)],
                )
                of_n.reduction = self
            return of_n

    def rate(self, inputs: tuple[Operand, ...], y: Operand, axis: Axis) -> Operand:
        """∂y/∂x, of the shape of x, in the arithmetic of x."""
        (x,) = inputs
        return self.partial(x, reshape(y, shape=kept_shape(shape_of(x), axis)), axis=axis)

    def push(self, i: int, tangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        total = sum_to(
            self.rate(inputs, y, params["axis"]) * tangent, shape=kept_shape(shape_of(inputs[0]), params["axis"])
        )
        return reshape(total, shape=shape_of(y))

    def pull(self, i: int, cotangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        kept = kept_shape(shape_of(inputs[0]), params["axis"])
        return self.rate(inputs, y, params["axis"]) * reshape(cotangent, shape=kept)

    def entries(self, i: int, inputs: tuple[Any, ...], y: Any, **params: Any) -> Entries:
        (x,) = inputs
        targets = np.arange(np.size(y)).reshape(kept_shape(x.shape, params["axis"]))
        rates = self.rate(inputs, y, params["axis"])
        return np.arange(x.size), np.broadcast_to(targets, x.shape).ravel(), np.ravel(rates)


def entry_by_entry(f: Callable[..., Any], *inputs: Any) -> Any:
    """f over arrays of objects, broadcast. (`np.frompyfunc` would warn where f compares with nan.)"""
    entries = np.broadcast(*inputs)
    y = np.empty(entries.shape, dtype=object)
    y.ravel()[:] = [f(*xs) for xs in entries]
    return y[()]
