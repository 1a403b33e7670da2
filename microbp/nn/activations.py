"""Activation functions σ: from weighted inputs z to activations a = σ(z).

Each works on Tensors, on arrays of Values and on plain arrays, one column an example. Any callable of
z that is made of microbp's functions can be used in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from microbp import primitives as p

Activation = Callable[[Any], Any]

sigmoid: Activation = p.sigmoid
tanh: Activation = p.tanh
relu: Activation = p.relu
linear: Activation = p.identity


def leaky_relu(z: Any) -> Any:
    """Leaky relu with slope 0.01: z where z > 0, else 0.01 z."""
    return p.leaky_relu(z, 0.01)


def softmax(z: Any) -> Any:
    """Softmax over the neurons of the layer, for each example by itself: aⱼ = e^{zⱼ} / Σₖ e^{zₖ}."""
    return p.softmax(z, axis=0)


OF_ROWS: Mapping[Activation, Activation] = {p.softmax: softmax, p.leaky_relu: leaky_relu}
"""What is meant where the function itself is given: softmax over neurons, and leaky relu with its slope."""

NAMES: Mapping[str, Activation] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "softmax": softmax,
}
