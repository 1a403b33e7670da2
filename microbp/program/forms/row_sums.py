"""`RowSums`: sums of rows of an array, any rows and any number of them in each sum.

This is where a program that was cut into levels adds up: the terms of its long sums on the way forward,
and on the way back what arrives at each slot from all that was computed of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Rows = np.ndarray[Any, np.dtype[np.intp]]
Array = np.ndarray[Any, np.dtype[Any]]

CALL, SEGMENT = 1.0, 0.006
"""Microseconds for one more numpy call, and for one more segment of a `reduceat`: measured with numpy 2.4.

500 sums of 1,000 rows took 3.5 µs by reduceat and 5.2 in rounds, with ten columns 25 and 7; `np.add.at`
took 74, `np.bincount` 14. 5,000 sums of 10,000 rows took 32 by reduceat, 10 in rounds.
"""


def is_run(rows: Rows) -> bool:
    """Whether rows follow each other, so that a slice is all of them, and copies nothing."""
    return len(rows) == 1 or bool((rows[1:] - rows[:-1] == 1).all())


def as_slice(rows: Rows) -> slice:
    """The slice that rows which follow each other are."""
    return slice(int(rows[0]), int(rows[-1]) + 1)


class RowSums:
    """Sums of rows, to be taken of any array that has these rows.

    In rounds where the sums are many and short: the first rows of all sums, plus the second rows of those
    that have one, and so on, sums with more rows standing first. Else segment by segment.

    terms    the rows of all sums, one sum after the other
    lengths  how many rows each sum has, at least one
    columns  how many columns the array has
    """

    def __init__(self, terms: Rows, lengths: Rows, columns: int) -> None:
        self.terms, self.count = terms, len(lengths)
        longest = int(lengths.max())
        self.is_copy = longest == 1
        self.length = longest if (lengths == longest).all() else None
        self.starts = np.cumsum(lengths) - lengths
        self.at: slice | None = as_slice(terms) if is_run(terms) else None
        self.rounds: list[Rows] = []
        self.order: Rows | None = None
        if not self.is_copy and longest * CALL < self.count * columns * SEGMENT:
            first = np.argsort(-lengths, kind="stable")
            self.rounds = [terms[self.starts[first[: int((lengths > n).sum())]] + n] for n in range(longest)]
            self.order = None if self.length else np.argsort(first)

    def __call__(self, x: Array, y: Array) -> None:
        """Write the sums of rows of x into y."""
        if self.rounds:
            total = x.take(self.rounds[0], 0)
            for rows in self.rounds[1:]:
                part = total[: len(rows)]
                np.add(part, x.take(rows, 0), part)
            y[...] = total if self.order is None else total.take(self.order, 0)
            return
        taken = x.take(self.terms, 0) if self.at is None else x[self.at]
        if self.is_copy:
            y[...] = taken
        elif self.length is not None:
            np.add.reduce(taken.reshape(self.count, self.length, *taken.shape[1:]), 1, out=y)
        else:
            np.add.reduceat(taken, self.starts, 0, None, y)
