"""`Preprocessing`: learned from some rows, done to any."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data.arguments import array
from microbp.data.errors import DataError

Rows = NDArray[np.float64]
P = TypeVar("P", bound="Preprocessing")


class Preprocessing:
    """What every preprocessing has: `fit`, `transform` and `inverse`, over rows.

    width      how many columns it was fitted to; None before
    width_out  how many columns it makes of them

    One of your own gives `_learn`, `_forward` and `_back`, which get rows that have been looked at.
    """

    width: int | None = None
    least = 1
    """So many rows are needed to learn from."""

    def fit(self: P, X: ArrayLike) -> P:
        """Learn from the rows to train on, shape (n, width); gives itself.

        Raises DataError where X is not such rows, holds nan or inf, or has too few rows.
        """
        X = self._rows("fit", X)
        if len(X) < self.least:
            raise DataError(f"{self._name}: fit: X has {len(X)} row{'s' * (len(X) != 1)}, want {self.least} or more")
        with np.errstate(over="ignore", invalid="ignore"):
            self._learn(X)
        self.width = X.shape[1]
        return self

    def transform(self, X: ArrayLike) -> Rows:
        """The rows X, shape (n, width), after it: shape (n, width_out); X stays as it is."""
        self._need_fitted("transform")
        return self._forward(self._rows("transform", X, self.width))

    def inverse(self, Z: ArrayLike) -> Rows:
        """The rows that become Z, shape (n, width_out): shape (n, width).

        Where columns were left out, as by PCA to fewer, these are the nearest rows of all that `transform` can tell.
        """
        self._need_fitted("inverse")
        return self._back(self._rows("inverse", Z, self.width_out))

    @property
    def width_out(self) -> int:
        """How many columns it makes."""
        self._need_fitted("width_out")
        assert self.width is not None
        return self.width

    def _learn(self, X: Rows) -> None:
        raise NotImplementedError(f"{self._name} gives no _learn")

    def _forward(self, X: Rows) -> Rows:
        raise NotImplementedError(f"{self._name} gives no _forward")

    def _back(self, Z: Rows) -> Rows:
        raise NotImplementedError(f"{self._name} gives no _back")

    @property
    def _name(self) -> str:
        return type(self).__name__

    def _need_fitted(self, operation: str) -> None:
        if self.width is None:
            raise DataError(f"{self._name}: {operation} before fit; call fit(X) with the rows to train on first")

    def _rows(self, operation: str, X: ArrayLike, width: int | None = None) -> Rows:
        """X as rows of finite numbers, of that width where it is known."""
        numbers, operation = array(f"{self._name}: {operation}", "X", X), f"{self._name}: {operation}"
        if numbers.dtype.kind not in "fiub":
            raise DataError(f"{operation}: X is of type {numbers.dtype}; pass an array of numbers")
        if numbers.ndim != 2:
            right = "X[None, :] for one row" if numbers.ndim == 1 else "shape (n, width)"
            raise DataError(f"{operation}: X has shape {numbers.shape}; rows are examples, so pass {right}")
        if 0 in numbers.shape:
            raise DataError(f"{operation}: X has shape {numbers.shape}, which is empty")
        if width is not None and numbers.shape[1] != width:
            hint = "; rows are examples, so pass X.T" if numbers.shape[0] == width else ""
            raise DataError(f"{operation}: X has {numbers.shape[1]} columns, want {width} as in fit{hint}")
        wrong = np.argwhere(~np.isfinite(numbers))
        if wrong.size:
            i, j = map(int, wrong[0])
            raise DataError(
                f"{operation}: X[{i}, {j}] is {numbers[i, j]}; leave such rows out, or put a number in its place"
            )
        return numbers.astype(np.float64, copy=False)
