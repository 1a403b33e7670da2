"""Optimizers: the step from parameters and their gradient to better parameters.

An optimizer never writes into an array: it makes new ones and hands them over once all are made, so an
interruption leaves the parameters as they were before the step or after it, never between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.nn.parameters import assign, gradient_of, numbers_of


class Optimizer:
    """What the optimizers have in common: a learning rate eta, and `step`."""

    def __init__(self, eta: float) -> None:
        if not eta > 0:
            raise ValueError(f"{type(self).__name__}: the learning rate eta is greater than 0, not {eta}")
        self.eta = float(eta)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(eta={self.eta:g})"

    def step(self, parameters: Sequence[Any], gradients: Sequence[np.ndarray] | None = None) -> None:
        """Move the parameters against their gradients.

        parameters  Tensors, Values or arrays of Values, the same ones at each step
        gradients   ∂C/∂(parameter), each of the shape of its parameter; by default what `grad` holds
        """
        if gradients is None:
            gradients = [gradient_of(parameter) for parameter in parameters]
        moved = [self.move(k, numbers_of(w), g) for k, (w, g) in enumerate(zip(parameters, gradients, strict=True))]
        for parameter, numbers in zip(parameters, moved, strict=True):
            assign(parameter, numbers)

    def move(self, k: int, w: np.ndarray, nabla_w: np.ndarray) -> np.ndarray:
        """Parameter number k after a step, as a new array."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent: w → w − η ∂C/∂w (Nielsen ch. 1, eqs 16, 17, 20, 21)."""

    def move(self, k: int, w: np.ndarray, nabla_w: np.ndarray) -> np.ndarray:
        return w - self.eta * nabla_w


class Momentum(Optimizer):
    """Gradient descent with momentum: v → μv − η ∂C/∂w, w → w + v (Nielsen ch. 3).

    mu  how much of its velocity a parameter keeps from step to step; 0 gives plain gradient descent
    """

    def __init__(self, eta: float, mu: float = 0.9) -> None:
        super().__init__(eta)
        if not 0 <= mu < 1:
            raise ValueError(f"Momentum: mu is at least 0 and less than 1, not {mu}")
        self.mu = float(mu)
        self.velocities: dict[int, np.ndarray] = {}

    def move(self, k: int, w: np.ndarray, nabla_w: np.ndarray) -> np.ndarray:
        v = self.mu * self.velocities.get(k, 0.0) - self.eta * nabla_w
        self.velocities[k] = v
        return w + v


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015): steps of about η, by running means of the gradient and of its square.

    m → β₁m + (1 − β₁)g,  v → β₂v + (1 − β₂)g²,  w → w − η · m̂ / (√v̂ + ε), where m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)
    """

    def __init__(self, eta: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        super().__init__(eta)
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
            raise ValueError(f"Adam: beta1 and beta2 are at least 0 and less than 1, not {beta1} and {beta2}")
        self.beta1, self.beta2, self.epsilon = float(beta1), float(beta2), float(epsilon)
        self.moments: dict[int, tuple[int, Any, Any]] = {}

    def move(self, k: int, w: np.ndarray, nabla_w: np.ndarray) -> np.ndarray:
        t, m, v = self.moments.get(k, (0, 0.0, 0.0))
        t += 1
        m = self.beta1 * m + (1 - self.beta1) * nabla_w
        v = self.beta2 * v + (1 - self.beta2) * nabla_w**2
        self.moments[k] = t, m, v
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        moved: np.ndarray = w - self.eta * m_hat / (np.sqrt(v_hat) + self.epsilon)
        return moved
