"""Each column by itself: moved, and stretched."""

from __future__ import annotations

import numpy as np

from microbp.data.errors import DataError
from microbp.data.preprocessing.base import Preprocessing, Rows


class Center(Preprocessing):
    """Mean subtraction, x − μ: each column of the rows it was fitted to has mean 0.

    mean  μ, shape (width,)
    """

    mean: Rows

    def __repr__(self) -> str:
        return "Center()"

    def _learn(self, X: Rows) -> None:
        self.mean = _need_finite("Center", X.mean(axis=0))

    def _forward(self, X: Rows) -> Rows:
        return X - self.mean

    def _back(self, Z: Rows) -> Rows:
        return Z + self.mean


class _Scaling(Preprocessing):
    """(x − shift) / scale for each column.

    constant  what becomes of a column that is the same number in all rows, and so has nothing to divide by: "refuse"
              says so in an error, "keep" leaves its scale as it is
    """

    shift: Rows
    scale: Rows
    least = 2

    def __init__(self, constant: str = "refuse") -> None:
        if constant not in ("refuse", "keep"):
            raise DataError(f'{self._name}: constant is "refuse" or "keep", not {constant!r}')
        self.constant = constant

    def __repr__(self) -> str:
        return f"{self._name}({'' if self.constant == 'refuse' else f'constant={self.constant!r}'})"

    def _learn(self, X: Rows) -> None:
        # By the numbers themselves: rounding leaves the standard deviation of equal numbers a little above 0.
        same = (X == X[0]).all(axis=0)
        if same.any() and self.constant == "refuse":
            j = int(np.flatnonzero(same)[0])
            others = f" (and {same.sum() - 1} more)" if same.sum() > 1 else ""
            raise DataError(
                f"{self._name}: fit: column {j}{others} is {X[0, j]:g} in all {len(X)} rows, so there is nothing to "
                'divide by; leave it out, or pass constant="keep"'
            )
        shift, scale = self._of(X)
        scale[same] = 1.0
        _need_finite(self._name, shift), _need_finite(self._name, scale)
        small = np.flatnonzero(scale < np.finfo(float).tiny)
        if small.size:  # the squares of what varies by less than 1e-154 vanish, and nothing can be divided by the rest
            raise DataError(
                f"{self._name}: fit: the numbers of column {small[0]} vary too little to divide by; multiply them first"
            )
        self.shift, self.scale = shift, scale

    def _of(self, X: Rows) -> tuple[Rows, Rows]:
        raise NotImplementedError(f"{self._name} gives no shift and scale")

    def _forward(self, X: Rows) -> Rows:
        return (X - self.shift) / self.scale

    def _back(self, Z: Rows) -> Rows:
        return Z * self.scale + self.shift


class Standardize(_Scaling):
    """(x − μ) / s: each column of the rows it was fitted to has mean 0 and standard deviation 1.

    s² = 1/n Σ_x (x − μ)²

    constant  "refuse" (an error) or "keep" (its scale), for a column that is the same in all rows
    shift     μ, shape (width,);  scale  s, shape (width,)
    """

    def _of(self, X: Rows) -> tuple[Rows, Rows]:
        return X.mean(axis=0), X.std(axis=0)


class MinMax(_Scaling):
    """(x − low) / (high − low): each column of the rows it was fitted to goes from 0 to 1.

    Other rows may go beyond, and are left there.

    constant  "refuse" (an error) or "keep" (its scale), for a column that is the same in all rows
    shift     low, shape (width,);  scale  high − low, shape (width,)
    """

    def _of(self, X: Rows) -> tuple[Rows, Rows]:
        return X.min(axis=0), X.max(axis=0) - X.min(axis=0)


def _need_finite(name: str, numbers: Rows) -> Rows:
    if not np.isfinite(numbers).all():
        j = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise DataError(f"{name}: fit: the numbers of column {j} are too large to add up; divide them first")
    return numbers
