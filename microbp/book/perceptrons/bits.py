"""A layer of four neurons that turns ten outputs, one a digit, into the digit's four bits (Nielsen ch. 1, exercise).

Each of the ten is either right, at least 0.99, or wrong, less than 0.01. What the layer makes of the worst of these is
proved twice: by bounds on the sum that each neuron weighs, and by trying all corners of what is allowed, of which
one is the worst, as z = w a + b is linear.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from microbp.equations import Array, layer_activation, sigmoid
from microbp.nn.network import MLP
from microbp.nn.parameters import assign, numbers_of
from microbp.nn.plain import need_plain

DIGITS, BITS = 10, 4
RIGHT, WRONG = (0.99, 1.0), (0.0, 0.01)
"""Between what the output of the right digit lies, and that of each other one."""

W = np.array([[10.0 if digit >> bit & 1 else -10.0 for digit in range(DIGITS)] for bit in range(BITS)])
"""Weights, shape (4, 10): 10 from each digit that has the bit, −10 from the others. Bit 0, the ones, comes first."""

B = np.zeros((BITS, 1))
"""Biases, shape (4, 1)."""


def bits_of(a: Array) -> Array:
    """Activations of the four neurons for those of the ten, shape (10, m): shape (4, m), nearly 0 and 1.

    a′ = σ(w a + b)                                                         (Nielsen 2015, ch. 1, 22)
    """
    return layer_activation(W, a, B)


def with_bits(net: MLP) -> MLP:
    """The network with this layer behind its ten outputs: bits in place of digits, and nothing learned anew."""
    need_plain("with_bits", net, maxout=True)
    if net.sizes[-1] != DIGITS:
        raise ValueError(f"with_bits: the network has {net.sizes[-1]} outputs; want {DIGITS}, one a digit")
    longer = MLP([*net.sizes, BITS], [*(layer.activation for layer in net.layers), "sigmoid"],
                 node=net.node, dtype=net.dtype, rng=0)  # fmt: skip
    numbers = [*(numbers_of(w) for w in net.parameter_arrays()), W, B]
    for its, w in zip(longer.parameter_arrays(), numbers, strict=True):
        assign(its, w.copy())
    return longer


class Worst(NamedTuple):
    """The worst that can happen, for each digit and bit; print it.

    z  shape (10, 4): the weighted input with its sign turned so that greater is better, at the worst activations
    """

    z: Array

    @property
    def activation(self) -> float:
        """What every bit that should be 1 is at least; one that should be 0 is at most 1 minus this."""
        return float(sigmoid(self.z).min())

    def __str__(self) -> str:
        """What the weighted input of each neuron is at least, or at most: a row a digit, the ones last."""
        places = range(BITS - 1, -1, -1)
        lines = ["digit  in bits  " + "".join(f"{f'z of bit {bit}':>12}" for bit in places)]
        for digit, row in enumerate(self.z):
            bounds = [f"≥ {row[bit]:.2f}" if digit >> bit & 1 else f"≤ −{row[bit]:.2f}" for bit in places]
            lines.append(f"{digit:>5}  {format(digit, '04b'):>7}  " + "".join(f"{bound:>12}" for bound in bounds))
        return "\n".join([*lines, f"so each bit is within {1 - self.activation:.1e} of 0 or 1"])


def worst_by_bounds(w: Array = W, b: Array = B) -> Worst:
    """The worst by intervals: of each term w_k a_k of the sum the least, with a_k anywhere in its interval."""
    z = np.empty((DIGITS, BITS))
    for digit, bit in np.ndindex(z.shape):
        sign = 1 if digit >> bit & 1 else -1
        intervals = [RIGHT if k == digit else WRONG for k in range(DIGITS)]
        least = [min(sign * w[bit, k] * low, sign * w[bit, k] * high) for k, (low, high) in enumerate(intervals)]
        z[digit, bit] = sum(least) + sign * b[bit, 0]
    return Worst(z)


def worst_by_corners(w: Array = W, b: Array = B) -> Worst:
    """The worst by trying all 2¹⁰ corners of what is allowed, for each digit."""
    z = np.empty((DIGITS, BITS))
    for digit in range(DIGITS):
        intervals = [RIGHT if k == digit else WRONG for k in range(DIGITS)]
        corners = np.array(list(product(*intervals))).T
        signs = np.array([1.0 if digit >> bit & 1 else -1.0 for bit in range(BITS)])
        z[digit] = (signs[:, None] * (w @ corners + b)).min(axis=1)
    return Worst(z)
