"""Several preprocessings, one after the other."""

from __future__ import annotations

import copy

from microbp.data.errors import DataError
from microbp.data.preprocessing.base import Preprocessing, Rows


class Chain(Preprocessing):
    """One preprocessing after the other, each learned from what those before it make of the rows.

    steps  the preprocessings, as copies: those that were given stay as they are

    >>> from microbp.data.preprocessing import PCA, Standardize
    >>> Chain(Standardize(), PCA(2))
    Chain(Standardize(), PCA(2))
    """

    def __init__(self, *steps: Preprocessing) -> None:
        for step in steps:
            if not isinstance(step, Preprocessing):
                raise DataError(f"Chain: {step!r} is no Preprocessing; pass such as Standardize(), PCA(2)")
        if not steps:
            raise DataError("Chain: there is nothing to do; pass such as Standardize(), PCA(2)")
        self.steps = tuple(map(copy.copy, steps))

    def __repr__(self) -> str:
        return f"Chain({', '.join(map(repr, self.steps))})"

    @property
    def width_out(self) -> int:
        """How many columns the last one makes."""
        self._need_fitted("width_out")
        return self.steps[-1].width_out

    def _learn(self, X: Rows) -> None:
        # New copies, so that a step that can't be learned leaves a chain that was as it was.
        fitted = []
        for step in self.steps:
            fitted.append(copy.copy(step).fit(X))
            X = fitted[-1].transform(X)
        self.steps = tuple(fitted)

    def _forward(self, X: Rows) -> Rows:
        for step in self.steps:
            X = step.transform(X)
        return X

    def _back(self, Z: Rows) -> Rows:
        for step in reversed(self.steps):
            Z = step.inverse(Z)
        return Z
