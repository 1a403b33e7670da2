"""Regularizers: what keeps weights small, by a cost or by a bound; biases are left alone (Nielsen ch. 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.arguments import real_number


class Regularizer:
    """What is done about large weights; one of your own overrides what it needs of this, which does nothing.

    Each method takes the weights w of one layer, shape (n_out, n_in), and none of them writes to it.
    """

    def cost(self, w: np.ndarray, n: int) -> float:
        """What these weights add to C, n being the number of training examples."""
        return 0.0

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """∂/∂w of that, of the shape of w."""
        return np.zeros_like(w)

    def constrained(self, w: np.ndarray) -> np.ndarray:
        """The weights that are allowed nearest to w, which replace it after a step; w itself where it is allowed."""
        return w


class L1(Regularizer):
    """(λ/n) Σ|w|, so that ∂/∂w = (λ/n) sgn w (Nielsen ch. 3, eqs 95, 96).

    A weight shrinks by the same amount at each step, however small it is: few large ones remain. sgn 0 = 0.

    lmbda  λ; n is the number of training examples
    """

    def __init__(self, lmbda: float) -> None:
        self.lmbda = _amount("L1", "lmbda", lmbda)

    def __repr__(self) -> str:
        return f"L1({self.lmbda:g})"

    def cost(self, w: np.ndarray, n: int) -> float:
        """(λ/n) Σ|w|."""
        return self.lmbda / n * float(np.abs(w).sum())

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """(λ/n) sgn w."""
        rate: np.ndarray = (self.lmbda / n) * np.sign(w)
        return rate


class L2(Regularizer):
    """Weight decay: (λ/2n) Σ w², so that ∂/∂w = (λ/n) w (Nielsen ch. 3, eqs 87, 88).

    A weight shrinks by the same part at each step: by η plain gradient descent takes ηλ/n of it.

    lmbda  λ; n is the number of training examples
    """

    def __init__(self, lmbda: float) -> None:
        self.lmbda = _amount("L2", "lmbda", lmbda)

    def __repr__(self) -> str:
        return f"L2({self.lmbda:g})"

    def cost(self, w: np.ndarray, n: int) -> float:
        """(λ/2n) Σ w²."""
        return self.lmbda / (2 * n) * float(np.vdot(w, w))

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """(λ/n) w."""
        return (self.lmbda / n) * w


class Elastic(Regularizer):
    """The elastic net: (λ₁/n) Σ|w| + (λ₂/2n) Σ w² (Zou & Hastie 2005; CS231n), which is L1 and L2 together.

    lmbda1, lmbda2  λ₁, λ₂; n is the number of training examples
    """

    def __init__(self, lmbda1: float, lmbda2: float) -> None:
        self.lmbda1, self.lmbda2 = _amount("Elastic", "lmbda1", lmbda1), _amount("Elastic", "lmbda2", lmbda2)
        self._parts = L1(self.lmbda1), L2(self.lmbda2)

    def __repr__(self) -> str:
        return f"Elastic({self.lmbda1:g}, {self.lmbda2:g})"

    def cost(self, w: np.ndarray, n: int) -> float:
        """(λ₁/n) Σ|w| + (λ₂/2n) Σ w²."""
        l1, l2 = self._parts
        return l1.cost(w, n) + l2.cost(w, n)

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """(λ₁/n) sgn w + (λ₂/n) w."""
        l1, l2 = self._parts
        return np.asarray(l1.gradient(w, n) + l2.gradient(w, n))


class MaxNorm(Regularizer):
    """A bound for the incoming weights of each neuron j: ‖wⱼ‖₂ ≤ c (Srivastava et al. 2014; CS231n).

    Nothing is added to C. After a step, weights that are too long are scaled to the length c, which is the nearest
    point of the ball: wⱼ → wⱼ · c/‖wⱼ‖. So weights can't grow without bound, whatever the learning rate.

    c  a length greater than 0; 3 and 4 are usual
    """

    def __init__(self, c: float) -> None:
        self.c = _amount("MaxNorm", "c", c)
        if self.c == 0:
            raise ValueError("MaxNorm: c is greater than 0, not 0")

    def __repr__(self) -> str:
        return f"MaxNorm({self.c:g})"

    def constrained(self, w: np.ndarray) -> np.ndarray:
        """Each row of w, but scaled to the length c where it is longer."""
        length = _lengths(w)
        if not (length > self.c).any():  # what is nan stays, for training to report
            return w
        return np.asarray(w * np.where(length > self.c, self.c / np.maximum(length, self.c), 1).astype(w.dtype))


class Several(Regularizer):
    """Several regularizers at once: costs and gradients add up, bounds are kept one after the other.

    parts  the regularizers, in their order
    """

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = tuple(parts)

    def __repr__(self) -> str:
        return f"[{', '.join(map(repr, self.parts))}]"

    def cost(self, w: np.ndarray, n: int) -> float:
        """The sum of their costs."""
        return float(sum(part.cost(w, n) for part in self.parts))

    def gradient(self, w: np.ndarray, n: int) -> np.ndarray:
        """The sum of their gradients."""
        gradients = [penalty(part, w, n) for part in self.parts if adds_cost(part)] or [np.zeros_like(w)]
        total = gradients[0]
        for gradient in gradients[1:]:
            total = total + gradient
        return np.asarray(total)

    def constrained(self, w: np.ndarray) -> np.ndarray:
        """w as the first allows it, then as the second allows that, …"""
        for part in self.parts:
            w = constrained(part, w)
        return w


OURS = (L1, L2, Elastic, MaxNorm)
"""Regularizers that are functions of w and n alone."""


def as_one(regularizer: Any) -> Any:
    """The regularizer that `train` is given: one, several in a list or tuple, or None; TypeError for anything else.

    None too where nothing would be done by it.
    """
    parts = list(regularizer) if isinstance(regularizer, list | tuple) else [regularizer]
    if regularizer is None:
        return None
    for part in parts:
        if isinstance(part, type) or not callable(getattr(part, "gradient", None)):
            raise TypeError(f"train: regularizer is one such as regularizers.L2(5.0), not {part!r}")
    parts = [part for part in parts if adds_cost(part) or has_bound(part)]
    return Several(parts) if len(parts) > 1 else parts[0] if parts else None


def parts_of(regularizer: Any) -> tuple[Any, ...]:
    """The regularizers that one consists of: several, or itself; none for None."""
    if regularizer is None:
        return ()
    return regularizer.parts if isinstance(regularizer, Several) else (regularizer,)


def adds_cost(regularizer: Any) -> bool:
    """Whether a regularizer adds to the gradient."""
    return any([_overrides(part, "gradient") for part in parts_of(regularizer)])


def has_bound(regularizer: Any) -> bool:
    """Whether a regularizer may replace weights after a step; one of the user's own need not have the method."""
    return any([_overrides(part, "constrained") for part in parts_of(regularizer)])


def _overrides(regularizer: Any, method: str) -> bool:
    own = getattr(regularizer, method, None)
    return own is not None and getattr(own, "__func__", None) is not getattr(Regularizer, method)


def penalty(regularizer: Any, w: np.ndarray, n: int) -> np.ndarray:
    """What a regularizer adds to the gradient by the weights w, in their shape; n is the number of training examples.

    Raises ValueError where one of the user's own makes another shape, which numpy would stretch without a word.
    """
    gradient = np.asarray(regularizer.gradient(w, n))
    if gradient.shape != w.shape or gradient.dtype.kind not in "fiu":
        raise ValueError(f"{regularizer!r}: gradient {_made(gradient, w)}")
    return gradient


def constrained(regularizer: Any, w: np.ndarray) -> np.ndarray:
    """What a regularizer allows of weights after a step, in their shape."""
    if not has_bound(regularizer):
        return w
    allowed = np.asarray(regularizer.constrained(w))
    if allowed.shape != w.shape or allowed.dtype.kind not in "fiu":
        raise ValueError(f"{regularizer!r}: constrained {_made(allowed, w)}")
    return allowed


def _made(array: np.ndarray, w: np.ndarray) -> str:
    return f"made an array of shape {array.shape} and {array.dtype} of weights of shape {w.shape}; want a number each"


def _lengths(w: np.ndarray) -> np.ndarray:
    """‖wⱼ‖₂ of each row, shape (n_out, 1): the same bits however w lies in memory."""
    w = np.ascontiguousarray(w)
    with np.errstate(over="ignore", invalid="ignore"):
        length = np.sqrt((w * w).sum(axis=1, keepdims=True))
        if np.isinf(length).any():  # the squares of very large weights overflow, but their parts of the largest don't
            largest = np.maximum(np.abs(w).max(axis=1, keepdims=True), 1)
            length = largest * np.sqrt(((w / largest) ** 2).sum(axis=1, keepdims=True))
    return np.asarray(length)


def _amount(name: str, letter: str, number: Any) -> float:
    amount = real_number(name, letter, number)
    if not 0 <= amount < np.inf:
        raise ValueError(f"{name}: {letter} is {'finite' if amount == np.inf else '0 or greater'}, not {number}")
    return amount
