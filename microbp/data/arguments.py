"""What an argument must be, and the DataError where it is not."""

from __future__ import annotations

import operator
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data.errors import DataError


def whole(operation: str, what: str, number: Any) -> int:
    """The argument as an int; floats are refused, also 3.0."""
    try:
        return operator.index(number)
    except TypeError:
        raise DataError(f"{operation}: {what} is {number!r}; pass an integer") from None


def array(operation: str, what: str, values: ArrayLike) -> NDArray[Any]:
    """The argument as an ndarray of whatever type it has."""
    try:
        return np.asarray(values)
    except ValueError:
        raise DataError(f"{operation}: {what} are rows of different lengths; pass an array") from None


def rows(operation: str, X: ArrayLike, width: int | None = None) -> NDArray[np.float64]:
    """X as rows of finite numbers, of that width where it is known."""
    numbers = array(operation, "X", X)
    if numbers.dtype.kind not in "fiub":
        raise DataError(f"{operation}: X is of type {numbers.dtype}; pass an array of numbers")
    if numbers.ndim != 2:
        right = "X[None, :] for one row" if numbers.ndim == 1 else "shape (n, width)"
        raise DataError(f"{operation}: X has shape {numbers.shape}; rows are examples, so pass {right}")
    if 0 in numbers.shape:
        raise DataError(f"{operation}: X has shape {numbers.shape}, which is empty")
    if width is not None and numbers.shape[1] != width:
        hint = "; rows are examples, so pass X.T" if numbers.shape[0] == width else ""
        raise DataError(f"{operation}: X has {numbers.shape[1]} columns, want {width}{hint}")
    wrong = np.argwhere(~np.isfinite(numbers))
    if wrong.size:
        i, j = map(int, wrong[0])
        raise DataError(
            f"{operation}: X[{i}, {j}] is {numbers[i, j]}; leave such rows out, or put a number in its place"
        )
    return numbers.astype(np.float64, copy=False)


def real(operation: str, what: str, number: Any) -> float:
    """The argument as a float, which may be nan or inf; texts and arrays are refused."""
    if isinstance(number, bool) or not isinstance(number, Real):
        raise DataError(f"{operation}: {what} is {number!r}; pass a number")
    return float(number)
