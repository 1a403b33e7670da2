"""The book's `mnist_loader`: the digits as the book's Network takes them, one example a tuple.

It departs from the book (ch. 1, "Implementing our network to classify digits") in reading the original
IDX files, not a pickle of them, in float64 for float32, and in `vectorized_result` refusing what is no
digit.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microbp.data.errors import DataError
from microbp.data.examples import Examples, Split
from microbp.data.files import FilePath
from microbp.data.image_sets import mnist

Column = NDArray[np.float64]
DIGITS = 10


def load_data(path: FilePath | None = None) -> Split:
    """Training, validation and test data, each a pair (images, labels).

    path  the folder of MNIST's files; None: as for `microbp.data.mnist`
    Returns three pairs: images of shape (n, 784), labels of shape (n,); n = 50,000, 10,000, 10,000.
    """
    return mnist(path)


def load_data_wrapper(
    path: FilePath | None = None,
) -> tuple[list[tuple[Column, Column]], list[tuple[Column, np.int64]], list[tuple[Column, np.int64]]]:
    """Training, validation and test data as lists of (x, y), which Network.SGD and evaluate take.

    path  the folder of MNIST's files; None: as for `microbp.data.mnist`
    Returns lists of tuples: x has shape (784, 1); y is in the training data the target of the output
    layer, shape (10, 1), and in the other two the digit.
    """
    train, validation, test = load_data(path)
    targets = [vectorized_result(label) for label in train.labels]
    return list(zip(_columns(train), targets, strict=True)), _with_digits(validation), _with_digits(test)


def vectorized_result(j: int | np.integer[Any]) -> Column:
    """The target of the output layer for digit j: 1.0 in row j, else 0; shape (10, 1).

    >>> vectorized_result(3).ravel()
    array([0., 0., 0., 1., 0., 0., 0., 0., 0., 0.])

    Raises DataError where j is no digit: the book's takes −1 for 9.
    """
    try:
        digit = operator.index(j)
    except TypeError:
        digit = -1
    if not 0 <= digit < DIGITS:
        raise DataError(f"vectorized_result: {j!r} is no digit; pass an integer 0 … {DIGITS - 1}")
    e = np.zeros((DIGITS, 1))
    e[digit] = 1.0
    return e


def _columns(examples: Examples) -> list[Column]:
    return [x.reshape(-1, 1) for x in examples.X]


def _with_digits(examples: Examples) -> list[tuple[Column, np.int64]]:
    return list(zip(_columns(examples), examples.labels, strict=True))
