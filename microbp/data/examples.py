"""A data set as arrays: one example is one row, with the number of its class beside it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data.arguments import array, whole
from microbp.data.errors import DataError


class Examples(NamedTuple):
    """Examples as rows and the class of each.

    X       shape (n, features), float64
    labels  shape (n,), int64: the class of each row, 0 … k−1
    """

    X: NDArray[np.float64]
    labels: NDArray[np.int64]


class Split(NamedTuple):
    """A data set in three parts: to learn from, to choose by, to judge with."""

    train: Examples
    validation: Examples
    test: Examples


def one_hot(labels: ArrayLike, classes: int) -> NDArray[np.float64]:
    """Targets of the output layer: row i is 1 at the class of example i, else 0.

    labels   shape (n,), integers 0 … classes − 1
    classes  how many classes there are
    Returns shape (n, classes), float64; the rows are examples, so a network wants the transpose.

    Raises DataError where a label is no integer or no class.

    >>> one_hot([2, 0], classes=3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    numbers, classes = array("one_hot", "labels", labels), whole("one_hot", "classes", classes)
    if numbers.size == 0:
        numbers = numbers.astype(np.int64)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iub":
        raise DataError(
            f"one_hot: labels have shape {numbers.shape} and type {numbers.dtype}; "
            "pass one integer an example, shape (n,)"
        )
    if classes < 1:
        raise DataError(f"one_hot: classes is {classes}; pass how many there are, 1 or more")
    wrong = np.flatnonzero((numbers < 0) | (numbers >= classes))
    if wrong.size:
        raise DataError(
            f"one_hot: label {numbers[wrong[0]]} of example {wrong[0]} is no class; "
            f"with classes={classes} a label is 0 … {classes - 1}"
        )
    targets = np.zeros((len(numbers), classes))
    targets[np.arange(len(numbers)), numbers.astype(np.intp)] = 1.0
    return targets
