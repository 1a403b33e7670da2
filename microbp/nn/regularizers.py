"""Regularizers: what large weights cost; biases are left alone, as in the book (ch. 3)."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Regularizer(Protocol):
    """A cost of weights, scaled by the number n of training examples."""

    def cost(self, w: np.ndarray, n: int) -> float:
        """What these weights add to C."""

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """∂/∂w of that, of the shape of w."""


class L2:
    """Weight decay: (λ/2n) Σ w², so that ∂/∂w = (λ/n) w (Nielsen ch. 3).

    lmbda  λ; n is the number of training examples
    """

    def __init__(self, lmbda: float) -> None:
        if not lmbda >= 0:
            raise ValueError(f"L2: lmbda is 0 or greater, not {lmbda}")
        self.lmbda = float(lmbda)

    def __repr__(self) -> str:
        return f"L2({self.lmbda:g})"

    def cost(self, w: np.ndarray, n: int) -> float:
        """(λ/2n) Σ w²."""
        return self.lmbda / (2 * n) * float(np.vdot(w, w))

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """(λ/n) w."""
        return (self.lmbda / n) * w
