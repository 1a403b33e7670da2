"""Activation functions σ: from weighted inputs z to activations a = σ(z).

Each works on Tensors, on arrays of Values and on plain arrays, one column an example. Any callable of
z that is made of microbp's functions can be used in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from microbp import primitives as p
from microbp.arguments import whole_number
from microbp.nn.named import named
from microbp.shapes import is_object_array, shape_of

Activation = Callable[[Any], Any]

step: Activation = p.step
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


class Maxout:
    """Maxout: each neuron has several weighted inputs, and its activation is the largest of them.

    a_j = max_i z_ij,  z_ij = w_ij · a_in + b_ij                              (Goodfellow et al. 2013)

    pieces  how many weighted inputs a neuron has, i = 1 … pieces. The w of a layer of n neurons has pieces · n rows:
            the first piece of each neuron, then the second of each, …

    Where the largest are equal they share the rate, as in `mb.max`.
    """

    name = "maxout"

    def __init__(self, pieces: int = 2) -> None:
        self.pieces = whole_number("maxout", "pieces", pieces)

    def __repr__(self) -> str:
        return f"maxout({self.pieces})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Maxout) and other.pieces == self.pieces

    def __hash__(self) -> int:
        return hash((Maxout, self.pieces))

    def __call__(self, z: Any) -> Any:
        """Activations of shape (n, m) of weighted inputs of shape (pieces · n, m)."""
        rows, *others = shape_of(z)
        if rows % self.pieces:
            raise ValueError(f"maxout: z has {rows} rows, which are no {self.pieces} pieces of each neuron")
        shape = (self.pieces, rows // self.pieces, *others)
        return p.max(z.reshape(shape) if is_object_array(z) else p.reshape(z, shape=shape), axis=0)


maxout = Maxout
"""The class by the name that is used for it: `activation=mb.activations.maxout(3)`."""


def pieces_of(activation: Activation) -> int:
    """How many weighted inputs a neuron has: one, but for maxout."""
    return activation.pieces if isinstance(activation, Maxout) else 1


OF_ROWS: Mapping[Activation, Activation] = {p.softmax: softmax, p.leaky_relu: leaky_relu}
"""What is meant where the function itself is given: softmax over neurons, and leaky relu with its slope."""

NAMES: Mapping[str, Activation] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "linear": linear,
    "softmax": softmax,
    "step": step,
}
"""The activations by name that make an activation of each weighted input; "step" makes perceptrons."""

EVERY_NAME: Mapping[str, Activation] = {**NAMES, "maxout": Maxout()}
"""And those that make one activation of several weighted inputs."""


def activation_of(choice: str | Activation) -> Activation:
    """The activation by its name, or itself; what is meant where it is a function of the table."""
    function = named("activation", choice, EVERY_NAME)
    return OF_ROWS.get(function, function)
