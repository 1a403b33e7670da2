"""Networks whose weights and biases are multiplied by c: perceptrons don't change, sigmoids become perceptrons.

Two exercises of Nielsen ch. 1. A perceptron asks for the sign of w·x + b alone, and a factor c > 0 leaves it. A
sigmoid neuron gives σ(c(w·x + b)), which tends to 1 or to 0 as c → ∞, but where w·x + b = 0 stays ½.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from microbp.arguments import real_number, whole_number
from microbp.equations import sigmoid
from microbp.nn.examples import as_rows
from microbp.nn.network import MLP
from microbp.nn.parameters import assign, numbers_of
from microbp.nn.plain import need_plain
from microbp.primitives import step


def scaled(net: MLP, c: float) -> MLP:
    """The network with all weights and biases multiplied by c."""
    need_plain("scaled", net, maxout=True)
    return _like(net, [layer.activation for layer in net.layers], real_number("scaled", "c", c))


def as_perceptrons(net: MLP) -> MLP:
    """The network with the same weights and biases, and a step in every neuron."""
    need_plain("as_perceptrons", net)
    return _like(net, [step] * len(net.layers), 1.0)


def all_inputs(n: int) -> np.ndarray:
    """Every input of n zeros and ones, in rows: shape (2ⁿ, n).

    >>> all_inputs(2).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    n = whole_number("all_inputs", "n", n)
    return np.array(list(product((0.0, 1.0), repeat=n)))


class Approach(NamedTuple):
    """How near a network of sigmoids with its weights multiplied by c comes to one of perceptrons.

    c         what weights and biases were multiplied by
    largest   the largest |sigmoid network − perceptron network| over the inputs
    nearest   the smallest |w·x + b| that a neuron of the perceptron network sees; where it is 0, there is no limit
    """

    c: float
    largest: float
    nearest: float


def approach(net: MLP, X: Any, factors: Iterable[float] = (1, 10, 100, 1000)) -> list[Approach]:
    """How a network of sigmoids tends to one of perceptrons, a row for each factor c.

    net  of sigmoid neurons;  X  inputs in rows, such as all_inputs(n)
    """
    X = np.asarray(X, float)
    perceptrons = as_perceptrons(net)
    target, nearest = perceptrons.predict(X), nearest_to_zero(perceptrons, X)
    return [Approach(c, float(np.abs(scaled(net, c).predict(X) - target).max()), nearest) for c in factors]


def nearest_to_zero(net: MLP, X: Any) -> float:
    """The smallest |w·x + b| of any neuron of a network, over inputs in rows."""
    need_plain("nearest_to_zero", net)
    a, nearest = as_rows(X, net.sizes[0], "nearest_to_zero: X").T.astype(float), np.inf
    for layer in net.layers:
        z = numbers_of(layer.w) @ a + numbers_of(layer.b)
        nearest = min(nearest, float(np.abs(z).min()))
        a = layer.activation(z)
    return nearest


def sharpened(z: Any, factors: Iterable[float] = (1, 2, 5, 20)) -> dict[float, np.ndarray]:
    """σ(cz) for each factor c: curves that grow steeper about z = 0, where each of them is ½."""
    return {c: sigmoid(c * np.asarray(z, float)) for c in factors}


def _like(net: MLP, activations: list[Any], c: float) -> MLP:
    twin = MLP(net.sizes, activations, node=net.node, dtype=net.dtype, rng=0)
    for its, w in zip(twin.parameter_arrays(), net.parameter_arrays(), strict=True):
        assign(its, c * numbers_of(w))
    return twin
