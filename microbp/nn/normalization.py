"""`BatchNorm`: weighted inputs brought to mean 0 and variance 1, neuron by neuron."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.arguments import real_number
from microbp.nn.parameters import Parameter, numbers_of
from microbp.shapes import shape_of

EPSILON = 1e-5
"""Added to the variance, so that a neuron that says the same of all examples is not divided by 0."""


def checked_epsilon(epsilon: Any) -> float:
    """ε, above 0: without it a neuron that says the same of all examples is 0/0."""
    if not 0 < real_number("batch normalization", "epsilon", epsilon) < np.inf:
        raise ValueError(f"batch normalization: epsilon is greater than 0, and finite, not {epsilon}")
    return float(epsilon)


class BatchNorm:
    """Batch normalization of u = w a_in, between a layer's weights and its activation (Ioffe & Szegedy 2015).

    z = γ ⊙ (u − μ) / √(v + ε) + b,   with mean μ and variance v of each neuron

    In training μ and v are those of the mini-batch, v the mean of (u − μ)², and the gradient goes through them too.
    To predict, they are those of the training set, as `MLP.take_statistics` last found them. The layer's bias b does
    what the paper calls β: a bias before the normalization would be subtracted again with μ.

    gamma           γ, shape (n, 1), learned; a Tensor or an array of Values
    mean, variance  μ and v to predict by, shape (n, 1)
    epsilon         ε, greater than 0
    """

    def __init__(self, gamma: Parameter, mean: np.ndarray, variance: np.ndarray, epsilon: float = EPSILON) -> None:
        self.gamma, self.mean, self.variance, self.epsilon = gamma, mean, variance, checked_epsilon(epsilon)

    @classmethod
    def before_learning(cls, gamma: Parameter) -> BatchNorm:
        """With mean 0 and variance 1."""
        numbers = numbers_of(gamma)
        return cls(gamma, np.zeros_like(numbers), np.ones_like(numbers))

    def __call__(self, u: Any, training: bool = False) -> Any:
        """γ ⊙ (u − μ) / √(v + ε) on u of shape (n, m), by the statistics of these m examples where it is training."""
        if not training:
            return self.scale() * (u - self.mean)
        m = shape_of(u)[1]
        if m < 2:
            raise ValueError(
                "batch normalization: a mini-batch of one example is its own mean, and all that is left of it is 0; "
                "train on two or more, or leave training=True out to use the statistics of the training set"
            )
        centred = u - p.mean(u, axis=1, keepdims=True)
        variance = p.mean(p.square(centred), axis=1, keepdims=True)
        return self.gamma * (centred / p.sqrt(variance + self.epsilon))

    def scale(self) -> Any:
        """γ / √(v + ε), by which a prediction multiplies."""
        return self.gamma / np.sqrt(self.variance + self.epsilon)

    def take(self, u: np.ndarray) -> None:
        """Take the mean and the variance of these weighted inputs, shape (n, m), to predict by."""
        mean = u.mean(axis=1, keepdims=True)
        self.mean, self.variance = mean, np.square(u - mean).mean(axis=1, keepdims=True)

    def with_numbers(self) -> BatchNorm:
        """The same with plain numbers in place of nodes."""
        return BatchNorm(numbers_of(self.gamma), self.mean, self.variance, self.epsilon)
