"""`Preprocessing`: learned from some rows, done to any."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data.arguments import rows
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
        return self._finite("transform", "X", self._forward, self._rows("transform", X, self.width))

    def inverse(self, Z: ArrayLike) -> Rows:
        """The rows that become Z, shape (n, width_out): shape (n, width).

        Where columns were left out, as by PCA to fewer, these are the nearest rows of all that `transform` can tell.
        """
        self._need_fitted("inverse")
        return self._finite("inverse", "Z", self._back, self._rows("inverse", Z, self.width_out))

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

    def _finite(self, operation: str, letter: str, done: Callable[[Rows], Rows], X: Rows) -> Rows:
        """What is done to rows, where that can be held in float64."""
        with np.errstate(over="ignore", invalid="ignore"):
            made = done(X)
        if not np.isfinite(made).all():
            i = int(np.argwhere(~np.isfinite(made))[0][0])
            raise DataError(f"{self._name}: {operation}: row {i} of {letter} is so large that it overflows")
        return made

    def _rows(self, operation: str, X: ArrayLike, width: int | None = None) -> Rows:
        """X as rows of finite numbers, of that width where it is known."""
        return rows(f"{self._name}: {operation}", X, width)
