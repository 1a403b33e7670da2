"""Linear primitives, and among them the rows that undo broadcasting, on which the other kinds rest.

Broadcasting is undone here, in `unbroadcast`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from microbp.formal import FormalSum
from microbp.graph import Entries, Node, Operand, Primitive
from microbp.shapes import shape_of, zeros_like
from microbp.sums import sum_to_shape

REQUIRED: Any = type("Required", (), {"__repr__": lambda self: "REQUIRED"})()
"""Stands where a parameter has no default."""


class Linear(Primitive):
    """y linear in each of its inputs by itself; to push a tangent is to apply the function to it.

    name        what errors and drawings call it
    on_arrays   the function; it must work on arrays of objects too (all of numpy's shape functions do)
    transposes  one an input: what it pulls back of a cotangent g, `lambda g, *inputs, **params: …`
    parameters  its arguments that are not inputs, with their defaults (`REQUIRED` where there is none)
    """

    def __init__(
        self,
        name: str,
        on_arrays: Callable[..., Any],
        *transposes: Callable[..., Operand],
        symbol: str | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(name, on_arrays, symbol)
        self.transposes = transposes
        self.parameters = parameters
        self.requires = any(value is REQUIRED for value in parameters.values())

    def __call__(self, *arguments: Any, **params: Any) -> Any:
        n = len(self.transposes)
        if len(arguments) == n and not params and not self.requires:  # sum(x): 1.5 µs before the checks
            return self.apply(self.inputs_of(*arguments), self.parameters.copy())
        given = self.parameters | dict(zip(self.parameters, arguments[n:], strict=False)) | params
        missing = len(arguments) < n or any(value is REQUIRED for value in given.values())
        if missing or len(arguments) > n + len(self.parameters):
            raise TypeError(f"{self.name}: takes {n} input(s) and {', '.join(self.parameters) or 'nothing else'}")
        if params and (unknown := given.keys() - self.parameters.keys()):
            raise TypeError(f"{self.name}: has no argument named {', '.join(sorted(unknown))}")
        return self.apply(self.inputs_of(*arguments[:n]), {key: _owned(key, value) for key, value in given.items()})

    def inputs_of(self, *arguments: Any) -> tuple[Operand, ...]:
        """The inputs, of the arguments of a call that are not parameters."""
        return arguments

    def apply(self, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Any:
        """The function of these inputs, with all its parameters: what a call does after its checks, which take 1 µs."""
        return Primitive.__call__(self, *inputs, **params)

    def others(self, inputs: tuple[Operand, ...]) -> tuple[Operand, ...]:
        """What stands in the places of the other inputs where the function is linear in one."""
        return inputs

    def push(self, i: int, tangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        others = self.others(inputs)
        return self.apply((*others[:i], tangent, *others[i + 1 :]), params)

    def pull(self, i: int, cotangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        return self.transposes[i](cotangent, *inputs, **params)

    def entries(self, i: int, inputs: tuple[Any, ...], y: Any, **params: Any) -> Entries:
        if not np.size(inputs[i]):
            return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0)
        # The function itself is run once on formal sums of the entries of input i.
        indices = np.arange(np.size(inputs[i])).reshape(shape_of(inputs[i]))
        arguments = [np.asarray(x, dtype=object) for x in self.others(inputs)]
        arguments[i] = np.asarray(np.frompyfunc(FormalSum.of_entry, 1, 1)(indices), dtype=object)
        sums = np.asarray(self.on_arrays(*arguments, **params), dtype=object).ravel()
        terms = [(source, target, rate) for target, s in enumerate(sums) for source, rate in FormalSum.terms(s)]
        if not terms:
            return np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0)
        sources, targets, rates = zip(*terms, strict=True)
        return np.array(sources, np.intp), np.array(targets, np.intp), np.array(rates, float)


def _owned(key: str, value: Any) -> Any:
    """A parameter that nobody can change afterwards: arrays copied, lists made tuples, or arrays in an index."""
    if value is None or value.__class__ is bool:
        return value
    if isinstance(value, Node):
        raise TypeError(f"{key} holds plain numbers, not the node {value.name}; use {value.name}.data")
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        if key != "index":
            return tuple(value)
        return np.array(value, dtype=None if value else np.intp)
    if isinstance(value, tuple):
        return tuple([_owned(key, part) for part in value])
    return value


class MatrixProduct(Linear):
    """y = a @ b."""

    def entries(self, i: int, inputs: tuple[Any, ...], y: Any, **params: Any) -> Entries:
        a, b = inputs
        if not a.ndim == b.ndim == 2:
            return super().entries(i, inputs, y, **params)
        # yⱼₘ = Σₖ aⱼₖ bₖₘ written out: 2.5 ms where formal sums take 110, for 100 × 100 by 100 × 10.
        j, m, k = (index.ravel() for index in np.indices((a.shape[0], b.shape[1], a.shape[1])))
        target = j * b.shape[1] + m
        if i == 0:
            return j * a.shape[1] + k, target, np.asarray(b[k, m], float)
        return k * b.shape[1] + m, target, np.asarray(a[j, k], float)


class LinearInSequence(Linear):
    """y linear in all of a sequence of inputs together: concatenate, stack.

    transpose  what input i pulls back of a cotangent g, `lambda g, i, *inputs, **params: …`
    """

    def __init__(
        self, name: str, on_arrays: Callable[..., Any], transpose: Callable[..., Operand], **parameters: Any
    ) -> None:
        super().__init__(name, on_arrays, transpose, **parameters)

    def inputs_of(self, *arguments: Any) -> tuple[Operand, ...]:
        (sequence,) = arguments
        return tuple(sequence)

    def others(self, inputs: tuple[Operand, ...]) -> tuple[Operand, ...]:
        return tuple(map(zeros_like, inputs))

    def pull(self, i: int, cotangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        return self.transposes[0](cotangent, i, *inputs, **params)


def given_params(row: Primitive, params: Mapping[str, Any]) -> list[str]:
    """The arguments of a call that are not inputs, as one writes them: only what is not so by default.

    >>> given_params(transpose, {"axes": (1, 0)}), given_params(transpose, {"axes": None})
    (['axes=(1, 0)'], [])
    """
    defaults = getattr(row, "parameters", {})
    return [
        str(value) if defaults.get(name) is REQUIRED else f"{name}={value}"
        for name, value in params.items()
        if value is not defaults.get(name)
    ]


def _inverse(axes: tuple[int, ...] | None) -> tuple[int, ...] | None:
    return None if axes is None else tuple(int(n) for n in np.argsort([n % len(axes) for n in axes]))


sum_to: Linear = Linear(
    "sum_to", sum_to_shape, lambda g, x, shape: broadcast_to(g, shape=shape_of(x)), shape=REQUIRED
)


def _broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    if x.__class__ is not np.ndarray or x.shape or x.dtype.kind != "f" or shape.__class__ is not tuple or -1 in shape:
        return np.broadcast_to(x, shape)
    view = np.ndarray(shape, x.dtype, x, 0, (0,) * len(shape))  # the same in a quarter of the time
    view.flags.writeable = False
    return view


broadcast_to: Linear = Linear(
    "broadcast_to", _broadcast_to, lambda g, x, shape: sum_to(g, shape=shape_of(x)), shape=REQUIRED
)
reshape: Linear = Linear(
    "reshape",
    lambda x, shape: np.reshape(x, shape),
    lambda g, x, shape: reshape(g, shape=shape_of(x)),
    shape=REQUIRED,
)
transpose: Linear = Linear("transpose", np.transpose, lambda g, x, axes: transpose(g, axes=_inverse(axes)), axes=None)


def unbroadcast(cotangent: Operand, shape: tuple[int, ...]) -> Operand:
    """The cotangent of an input of `shape` that was broadcast: the sum over the copies made of it."""
    return cotangent if shape_of(cotangent) == shape else sum_to.apply((cotangent,), {"shape": shape})
