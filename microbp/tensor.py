"""`Tensor`: an array that remembers what it was computed from.

A recorded node holds its own numbers. What a user can still write to is copied when it is used, so a
gradient is always that of the computation as it was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from microbp import primitives as p
from microbp.arrays import as_array
from microbp.graph import Node, Operand, Primitive, as_label, next_number
from microbp.numpy_functions import call_function, call_ufunc
from microbp.operators import Differentiable
from microbp.shapes import Axis

new = object.__new__

BESIDE = (Node, np.ndarray, float, int, np.number, np.bool_)
"""What can stand beside a Tensor; a union would be made anew by every operator, which takes 0.2 µs."""


class Tensor(Differentiable):
    """A node that holds an ndarray of float64 or float32, of any shape.

    >>> W = Tensor([[1.0, 2.0], [3.0, 4.0]], "W")
    >>> (W @ W).sum().backward()
    >>> W.grad
    array([[ 7., 11.],
           [ 9., 13.]])

    data    numbers, copied; integers and bools are taken as floats where that is exact, else refused
    label   the name to show
    varies  False makes it a constant, by which nothing is differentiated
    dtype   float64 or float32; by default float32 where data is that, else float64
    """

    __slots__ = ("arguments", "params", "_lent")
    precedence = 3

    arguments: tuple[Any, ...]
    params: dict[str, Any]
    _lent: bool  # whether a user holds the array, and may write to it

    def __init__(self, data: Any, label: str | None = None, *, varies: bool = True, dtype: Any = None) -> None:
        _leaf(self, as_array(data, dtype), as_label(label), varies)

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Tensor:
        return cls(data, label)

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Tensor:
        nodes = []
        arguments = []
        varies = False
        for x in inputs:
            if not isinstance(x, Node):
                x = _constant_beside(x, inputs)
            elif x.class_of_arrays is not None:
                cls = x.class_of_arrays
            nodes.append(x)
            arguments.append(x._data.copy() if isinstance(x, Tensor) and x._lent else x._data)
            varies = varies or x.number > 0
        try:
            data = primitive.on_arrays(*arguments, **params)
        except (ValueError, IndexError, TypeError) as error:
            raise type(error)(_shape_error(primitive, nodes, params, error)) from None
        if data.__class__ is not np.ndarray:
            data = np.asarray(data)
        y = new(cls)
        if not varies:
            _leaf(y, data, None, False)
            return y
        y._data = data
        y.grad = y.label = y.du = y.dv = None
        y.primitive = primitive
        y.number = next_number()
        y.u = nodes[0]
        y.v = nodes[1] if len(nodes) > 1 else None
        y.rest = tuple([(x, None) for x in nodes[2:]]) if len(nodes) > 2 else ()
        y.arguments = tuple(arguments)
        y.params = params
        y._lent = False
        return y

    @classmethod
    def accepts(cls, other: Operand) -> bool:
        return isinstance(other, BESIDE)

    # The data, and what numpy's arrays tell of themselves

    @property
    def data(self) -> np.ndarray:
        """The array. A leaf's can be written to or replaced; what was computed from it stays as it was.

        That of a computed node is read-only.
        """
        if self.primitive is not None:
            self._data.flags.writeable = False
        elif not self._lent:
            self._data = self._data.copy()  # what was recorded so far keeps the one it was computed from
            self._lent = True
        return self._data  # type: ignore[no-any-return]

    @data.setter
    def data(self, data: Any) -> None:
        array = as_array(data, self._data.dtype)
        if array.shape != self._data.shape:
            raise ValueError(
                f"{self.name} has shape {self._data.shape}, and can't be given data of shape {array.shape}"
            )
        self.assign(array)

    def assign(self, array: np.ndarray) -> None:
        """Give a leaf an array that nobody else holds, without a copy: what optimizers do."""
        if self.primitive is not None:
            raise AttributeError(f"{self.name} was computed from its inputs; only a leaf can be given other data")
        if not self.number:
            raise AttributeError(f"{self.name} is a constant, and stays what it is; a leaf that varies can be changed")
        self._data = array
        self._lent = False
        self.number = next_number()  # newer than all that was computed from the old data

    @property
    def shape(self) -> tuple[int, ...]:
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self._data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._data.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 or float32."""
        return self._data.dtype  # type: ignore[no-any-return]

    def item(self) -> float:
        """The only entry, as a float."""
        return float(self._data.item())

    def __len__(self) -> int:
        if not self._data.ndim:
            raise TypeError(f"{self.name} is a single number and has no length")
        return len(self._data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    # Shapes, sums and products

    __hash__ = Node.__hash__

    def __matmul__(self, other: Operand) -> Any:
        return self.record(p.matmul, (self, other), {}) if self.accepts(other) else NotImplemented

    def __rmatmul__(self, other: Operand) -> Any:
        return self.record(p.matmul, (other, self), {}) if self.accepts(other) else NotImplemented

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The same as `mb.sum(self, axis, keepdims)`."""
        return p.sum(self, axis, keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The same as `mb.mean(self, axis, keepdims)`."""
        return p.mean(self, axis, keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The same as `mb.max(self, axis, keepdims)`."""
        return p.max(self, axis, keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The same as `mb.min(self, axis, keepdims)`."""
        return p.min(self, axis, keepdims)

    def logsumexp(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """The same as `mb.logsumexp(self, axis, keepdims)`."""
        return p.logsumexp(self, axis, keepdims)

    def softmax(self, axis: int = -1) -> Any:
        """The same as `mb.softmax(self, axis)`."""
        return p.softmax(self, axis)

    def reshape(self, *shape: Any) -> Any:
        """The same entries in another shape, given as numbers or as one tuple; −1 is worked out."""
        return p.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, by default reversed."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return p.transpose(self, order if order is None else tuple(order))

    def ravel(self) -> Any:
        """The same entries along one axis."""
        return p.reshape(self, (-1,))

    @property
    def T(self) -> Any:
        """The axes in reverse order."""
        return self.record(p.transpose, (self,), {"axes": None})

    def __getitem__(self, index: Any) -> Any:
        return p.take(self, index)

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise TypeError(
            f"{self.name} is part of a recorded graph and isn't changed in place; build another with mb.where or "
            "mb.concatenate, or write to .data of a leaf"
        )

    # numpy functions on Tensors

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return call_function(function, args, kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self.number:
            raise TypeError(
                f"turning {self.name} into a numpy array would cut the recorded graph; use {self.name}.data for the "
                "numbers, or a function of microbp"
            )
        return np.array(self._data, dtype=dtype)

    def received(self, cotangent: Any) -> np.ndarray:
        g = np.asarray(cotangent, dtype=self._data.dtype)
        if g.shape != self._data.shape:
            g = np.broadcast_to(g, self._data.shape)
        # The sweep may have handed one array to several nodes: a leaf gets a copy, the others are for reading.
        if self.primitive is not None:
            g = g.view()
            g.flags.writeable = False
            return g
        if self.grad is None:
            return g.copy()
        if np.shape(self.grad) != self._data.shape:
            raise ValueError(f"{self.name} has shape {self._data.shape}, but its grad was set to {np.shape(self.grad)}")
        return np.asarray(self.grad + g)

    def __repr__(self) -> str:
        numbers = np.array2string(self._data, separator=", ", prefix="Tensor(")
        kind = "" if self._data.dtype == np.float64 else f", dtype={self._data.dtype}"
        label = "" if self.label is None else f", {self.label!r}"
        return f"Tensor({numbers}{label}{kind})"


def constant(array: np.ndarray, label: str | None = None) -> Tensor:
    """A Tensor by which nothing is differentiated, of an array that nobody else writes to."""
    y = new(Tensor)
    _leaf(y, array, label, False)
    return y


def _leaf(y: Tensor, array: np.ndarray, label: str | None, varies: bool) -> None:
    y._data = array
    y.label = label
    y.number = next_number() if varies else 0
    y.grad = y.primitive = y.u = y.v = y.du = y.dv = None
    y.rest = ()
    y.arguments = ()
    y.params = {}
    y._lent = False


def _constant_beside(x: Any, inputs: tuple[Operand, ...]) -> Tensor:
    """A number or array as a constant; a plain number, or bools, take the dtype of the Tensor beside them."""
    if x.__class__ is float or (x.__class__ is int and -(2**53) <= x <= 2**53):
        return constant(np.array(x, _dtype_among(inputs)))
    array = as_array(x)
    if x.__class__ in (int, bool) or (isinstance(x, np.ndarray | np.bool_) and x.dtype.kind == "b"):
        array = array.astype(_dtype_among(inputs), copy=False)
    return constant(array)


def _dtype_among(inputs: tuple[Operand, ...]) -> np.dtype[Any]:
    """That of the first Tensor."""
    for x in inputs:
        if isinstance(x, Tensor):
            return x.dtype
    raise AssertionError("record is called where at least one input is a Tensor")


def _shape_error(primitive: Primitive, nodes: list[Any], params: dict[str, Any], error: Exception) -> str:
    """One sentence for what numpy refused: the operation, the shapes, and what would be right."""
    names = [x.label or "abcdefgh"[i % 8] for i, x in enumerate(nodes)]
    shapes = ", ".join(f"{name} has shape {x.shape}" for name, x in zip(names, nodes, strict=True))
    given = "".join(f", {key}={value!r:.60}" for key, value in params.items() if value is not None)
    sentence = f"{primitive.name}: {shapes}{given}"
    if primitive is p.matmul and all(len(x.shape) == 2 for x in nodes):
        (_, inner), (rows, columns) = nodes[0].shape, nodes[1].shape
        sentence += f"; the inner sizes {inner} and {rows} differ"
        return sentence + (f"; columns are examples, so pass {names[1]}.T" if columns == inner else "")
    return f"{sentence}; numpy says: {str(error).splitlines()[0]}"

