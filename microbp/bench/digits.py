"""The work of learning digits: steps of gradient descent on mini-batches gathered out of many rows.

Sigmoid neurons, quadratic cost, float64. The data are random numbers in the shape of MNIST: how long a step
takes does not depend on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import cycle

import numpy as np

from microbp import equations

Array = np.ndarray
STEPS = 1_000
"""Mini-batches that are drawn before they come around again."""


@lru_cache(maxsize=1)
def _examples(n: int, n_in: int, n_out: int) -> tuple[Array, Array]:
    """X (n, n_in) from 0 to 1 and Y (n, n_out) with a 1 in each row."""
    rng = np.random.default_rng(0)
    return rng.random((n, n_in)), np.eye(n_out)[rng.integers(n_out, size=n)]


class Digits:
    """The work itself, for every contestant the same.

    sizes  neurons in each layer; m  examples in a mini-batch; n  examples in all
    X, Y   the examples, in rows; batches  shape (STEPS, m): the rows of each mini-batch
    start  w², b², w³, b³, …, of shapes (n_out, n_in) and (n_out, 1)
    eta    the learning rate
    """

    def __init__(self, sizes: Sequence[int], m: int, n: int = 50_000) -> None:
        self.sizes, self.m, self.n, self.eta = list(sizes), m, n, 0.5
        rng = np.random.default_rng(1)
        self.batches = rng.integers(n, size=(STEPS, m))
        self.start: list[Array] = []
        for n_in, n_out in zip(sizes, sizes[1:], strict=False):
            self.start += [rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), rng.standard_normal((n_out, 1))]

    @cached_property
    def X(self) -> Array:
        """The inputs, shape (n, n_1)."""
        return _examples(self.n, self.sizes[0], self.sizes[-1])[0]

    @cached_property
    def Y(self) -> Array:
        """The desired outputs, shape (n, n_L)."""
        return _examples(self.n, self.sizes[0], self.sizes[-1])[1]

    def endless_batches(self) -> Iterator[Array]:
        """The rows of one mini-batch after another."""
        return cycle(list(self.batches))

    def expected(self, steps: int) -> Array:
        """All parameters in one row after so many steps by the closed form, BP1 to BP4."""
        weights, biases = self.start[::2], self.start[1::2]
        for k in range(steps):
            rows = self.batches[k % STEPS]
            nabla_b, nabla_w = equations.backprop(weights, biases, self.X[rows].T, self.Y[rows].T)
            weights = [w - self.eta * nabla for w, nabla in zip(weights, nabla_w, strict=True)]
            biases = [b - self.eta * nabla for b, nabla in zip(biases, nabla_b, strict=True)]
        return flat([array for pair in zip(weights, biases, strict=True) for array in pair])

    def expected_gradient(self) -> Array:
        """∂C/∂(all parameters) in one row, on the first mini-batch."""
        x, y = self.first
        nabla_b, nabla_w = equations.backprop(self.start[::2], self.start[1::2], x, y)
        return flat([array for pair in zip(nabla_w, nabla_b, strict=True) for array in pair])

    @property
    def first(self) -> tuple[Array, Array]:
        """The first mini-batch in columns, x (n_1, m) and y (n_L, m)."""
        rows = self.batches[0]
        return np.ascontiguousarray(self.X[rows].T), np.ascontiguousarray(self.Y[rows].T)


def flat(arrays: Sequence[Array]) -> Array:
    """Arrays end to end, in one row."""
    return np.concatenate([np.ravel(array) for array in arrays])


def started(task: Digits) -> tuple[Array, list[Array]]:
    """The starting parameters in one row, and views w², b², w³, b³, … into it."""
    row = flat(task.start)
    return row, views(row, task)


def views(row: Array, task: Digits) -> list[Array]:
    """Views of a row in the shapes of w², b², w³, b³, …"""
    ends = np.cumsum([array.size for array in task.start])
    pieces = np.split(row, ends[:-1])
    return [piece.reshape(array.shape) for piece, array in zip(pieces, task.start, strict=True)]
