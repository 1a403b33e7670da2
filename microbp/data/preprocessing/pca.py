"""The directions in which rows vary most, and the same variance in each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from microbp.data.arguments import real, whole
from microbp.data.errors import DataError
from microbp.data.preprocessing.base import Preprocessing, Rows


class PCA(Preprocessing):
    """Principal components, V (x − μ): the rows in a frame turned so that its columns are uncorrelated.

    Σ = 1/n Σ_x (x − μ)(x − μ)ᵀ = Vᵀ diag(λ) V,  with λ₁ ≥ λ₂ ≥ …

    Σ divides by n, as CS231n does; scikit-learn's `explained_variance_` by n − 1. Of the two opposite vectors that
    are each one a component we take the one whose largest entry is positive, so that the same rows give the same.

    k           how many components are kept, None for all: n rows span n − 1 at most
    mean        μ, shape (width,)
    components  V, shape (k, width): one direction a row, of length 1
    variance    λ, shape (k,)
    explained   shape (k,): what part of the whole variance each component has
    """

    mean: Rows
    components: Rows
    variance: Rows
    explained: Rows
    least = 2

    def __init__(self, k: int | None = None) -> None:
        self.k = None if k is None else whole(self._name, "k", k)
        if self.k is not None and self.k < 1:
            raise DataError(f"{self._name}: k is {k}; keep 1 component or more")

    def __repr__(self) -> str:
        return f"{self._name}({'' if self.k is None else self.k})"

    @property
    def width_out(self) -> int:
        """How many components are kept."""
        self._need_fitted("width_out")
        return len(self.components)

    def _learn(self, X: Rows) -> None:
        n, width = X.shape
        most = min(n - 1, width)
        if self.k is not None and self.k > most:
            raise DataError(
                f"{self._name}: fit: {n} rows of {width} columns have {most} components at most, not {self.k}"
            )
        mean = X.mean(axis=0)
        # X − μ = QR, and Q, which is as large as X, isn't needed: R has the same singular values and directions. They
        # come without Σ, in which the small ones would be lost to rounding.
        R = np.linalg.qr(X - mean, mode="r")
        if not np.isfinite(R).all():
            raise DataError(f"{self._name}: fit: the numbers are too large to add up; divide them first")
        _, s, V = np.linalg.svd(R, full_matrices=False)
        total, s = float((s**2).sum()), s[:most]
        if (X == X[0]).all() or not total:
            raise DataError(f"{self._name}: fit: all {n} rows are the same; want rows that vary in some direction")
        k = most if self.k is None else self.k
        self._check(s[:k], n, width)
        V = V[:k]
        largest = np.take_along_axis(V, np.abs(V).argmax(axis=1)[:, None], axis=1)
        self.mean, self.components = mean, V * np.sign(largest)
        self.variance, self.explained = s[:k] ** 2 / n, s[:k] ** 2 / total

    def _check(self, s: Rows, n: int, width: int) -> None:
        """A word on singular values that won't do; for turning alone all do."""

    def _forward(self, X: Rows) -> Rows:
        return (X - self.mean) @ self.components.T

    def _back(self, Z: Rows) -> Rows:
        return Z @ self.components + self.mean


class Whiten(PCA):
    """PCA whitening, V (x − μ) / √(λ + ε): uncorrelated columns of one variance, λ / (λ + ε) each.

    With ε = 0 the covariance of the rows it was fitted to is the unit matrix. A larger ε keeps what varies little,
    noise for the most part, from being blown up.

    k        how many components are kept, None for all: n rows span n − 1 at most
    epsilon  ε, 1e-5 as in CS231n
    The rest as in PCA.
    """

    def __init__(self, k: int | None = None, epsilon: float = 1e-5) -> None:
        super().__init__(k)
        if not 0 <= real(self._name, "epsilon", epsilon) < math.inf:
            raise DataError(f"{self._name}: epsilon is {epsilon}; pass a finite number, 0 or more")
        self.epsilon = float(epsilon)

    def __repr__(self) -> str:
        arguments: list[Any] = [] if self.k is None else [self.k]
        return f"{self._name}({', '.join(map(str, [*arguments, f'epsilon={self.epsilon:g}']))})"

    def _check(self, s: Rows, n: int, width: int) -> None:
        varying = int(np.count_nonzero(s > s[0] * max(n, width) * np.finfo(float).eps))
        if self.epsilon == 0 and varying < len(s):
            raise DataError(
                f"{self._name}: fit: the rows vary in {varying} direction{'s' * (varying != 1)} only, and there is "
                f"nothing to divide by in {len(s) - varying} more; pass k={varying}, or an epsilon"
            )

    def _forward(self, X: Rows) -> Rows:
        return super()._forward(X) / np.sqrt(self.variance + self.epsilon)

    def _back(self, Z: Rows) -> Rows:
        return super()._back(Z * np.sqrt(self.variance + self.epsilon))


class ZCA(Whiten):
    """ZCA whitening, Vᵀ V (x − μ) / √(λ + ε): white, and turned back, so that a picture still looks like one.

    Of all whitenings it changes the rows least. Components that are left out come back as 0. Arguments and the rest as
    in Whiten.
    """

    @property
    def width_out(self) -> int:
        """As many columns as went in."""
        self._need_fitted("width_out")
        return len(self.mean)

    def _forward(self, X: Rows) -> Rows:
        return super()._forward(X) @ self.components

    def _back(self, Z: Rows) -> Rows:
        return super()._back(Z @ self.components.T)
