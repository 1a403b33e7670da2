"""What an argument must be, and the DataError where it is not."""

from __future__ import annotations

import operator
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
