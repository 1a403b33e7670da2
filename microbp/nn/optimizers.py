"""Optimizers: the step from parameters and their gradient to better parameters.

An optimizer never writes into an array: it makes new ones and hands them over once all are made. A step is
taken for all parameters or for none, whatever goes wrong in it and also where Ctrl-C comes in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np

from microbp.arguments import real_number
from microbp.graph import Node
from microbp.nn.parameters import assign, gradient_of, nodes_of, numbers_of


class Optimizer:
    """What the optimizers have in common: a learning rate eta, and `step`.

    states  what `update` remembers of each parameter for the next step, under the parameter's first node
    """

    def __init__(self, eta: float) -> None:
        if not 0 < real_number(type(self).__name__, "eta", eta) < inf:
            raise ValueError(f"{type(self).__name__}: the learning rate eta is greater than 0, not {eta}")
        self.eta = float(eta)
        self.states: dict[Node, Any] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(eta={self.eta:g})"

    def step(self, parameters: Sequence[Any], gradients: Sequence[np.ndarray] | None = None) -> None:
        """Move the parameters against their gradients.

        parameters  Tensors, Values or arrays of Values
        gradients   ∂C/∂(parameter), each of the shape of its parameter; by default what `grad` holds
        """
        if gradients is None:
            gradients = [gradient_of(parameter) for parameter in parameters]
        name = type(self).__name__
        if len(gradients) != len(parameters):
            raise ValueError(f"{name}: {len(parameters)} parameters, but {len(gradients)} gradients; want one for each")
        before = [numbers_of(parameter) for parameter in parameters]
        for k, (w, g) in enumerate(zip(before, gradients, strict=True)):
            if np.shape(g) != w.shape:
                raise ValueError(f"{name}: gradients[{k}] has shape {np.shape(g)}, but its parameter has {w.shape}")
        keys = [nodes_of(parameter)[0] for parameter in parameters]
        updates = [self.update(w, g, self.states.get(key)) for key, w, g in zip(keys, before, gradients, strict=True)]
        states = self.states
        try:
            self.states = states | {key: state for key, (_, state) in zip(keys, updates, strict=True)}
            for parameter, (after, _) in zip(parameters, updates, strict=True):
                assign(parameter, after)
        except BaseException:
            self.states = states
            for parameter, numbers in zip(parameters, before, strict=True):
                assign(parameter, numbers.copy())
            raise

    def update(self, w: np.ndarray, nabla_w: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        """A parameter after a step, as a new array, and what to remember of it.

        state  what was remembered at the step before, None at the first
        """
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent: w → w − η ∂C/∂w (Nielsen ch. 1, eqs 16, 17, 20, 21)."""

    def update(self, w: np.ndarray, nabla_w: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        after = nabla_w * -self.eta
        after += w  # in place: one array of the size of w less to allocate
        return after, None


class Momentum(Optimizer):
    """Gradient descent with momentum: v → μv − η ∂C/∂w, w → w + v (Nielsen ch. 3).

    mu  how much of its velocity a parameter keeps from step to step; 0 gives plain gradient descent
    """

    def __init__(self, eta: float, mu: float = 0.9) -> None:
        super().__init__(eta)
        if not 0 <= real_number("Momentum", "mu", mu) < 1:
            raise ValueError(f"Momentum: mu is at least 0 and less than 1, not {mu}")
        self.mu = float(mu)

    def update(self, w: np.ndarray, nabla_w: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        v = 0.0 if state is None else state
        v = self.mu * v - self.eta * nabla_w
        return w + v, v


class Adam(Optimizer):
    """Adam (Kingma & Ba 2015): steps of about η, by running means of the gradient and of its square.

    m → β₁m + (1 − β₁)g,  v → β₂v + (1 − β₂)g²,  w → w − η · m̂ / (√v̂ + ε), where m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)
    """

    def __init__(self, eta: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        super().__init__(eta)
        for name, number in (("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon)):
            real_number("Adam", name, number)
        if not (0 <= beta1 < 1 and 0 <= beta2 < 1):
            raise ValueError(f"Adam: beta1 and beta2 are at least 0 and less than 1, not {beta1} and {beta2}")
        if not 0 < epsilon < inf:
            raise ValueError(f"Adam: epsilon is greater than 0, and finite, not {epsilon}; it keeps from dividing by 0")
        self.beta1, self.beta2, self.epsilon = float(beta1), float(beta2), float(epsilon)

    def update(self, w: np.ndarray, nabla_w: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:
        t, m, v = (0, 0.0, 0.0) if state is None else state
        t += 1
        m = self.beta1 * m + (1 - self.beta1) * nabla_w
        v = self.beta2 * v + (1 - self.beta2) * nabla_w**2
        m_hat, v_hat = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return w - self.eta * m_hat / (np.sqrt(v_hat) + self.epsilon), (t, m, v)
