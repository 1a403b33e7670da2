"""The rate factor of an edge as a drawing shows it: a few figures, a sign and a size.

Between Values it is a number. Between Tensors it is one for every pair of entries that touch, and what
can be said in a word is said: the number where all are the same, their range, or the other factor of a
matrix product.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from microbp.draw.texts import number, numbers, short
from microbp.graph import Node
from microbp.kinds import Elementwise
from microbp.linear import Linear
from microbp.names import name_of
from microbp.primitives import matmul

Sign = Literal["+", "−", "±", "0", "nan"]

ENTRIES = 10_000
"""Up to so many entries a linear function is run on formal sums to find its rate factors."""


class Rate(NamedTuple):
    """What is written on an edge, its sign, and the |rate factor| (a mean, where there are many)."""

    text: str
    sign: Sign
    size: float


def rate_of(node: Node, i: int) -> Rate | None:
    """The rate factor ∂(node)/∂(input i); None where that input is a constant."""
    x = node.inputs[i]
    if not x.varies:
        return None
    if node.rates is not None:
        return rate_of_number(node.rates[i])
    primitive, arguments = node.primitive, node.arguments
    assert primitive is not None
    if primitive is matmul and np.size(arguments[1 - i]) > 1:
        # y = u @ v: the rate factor by u is v, and that by v is u.
        other, factor = node.inputs[1 - i], rate_of_numbers(arguments[1 - i])
        return factor if other.is_leaf and not other.label else factor._replace(text=f"×{short(name_of(other))}")
    if isinstance(primitive, Linear) and max(np.size(arguments[i]), np.size(node._data)) > ENTRIES:
        return Rate("", "±", 1.0)
    with np.errstate(all="ignore"):
        if isinstance(primitive, Elementwise):
            return rate_of_numbers(np.asarray(primitive.rate(i, arguments, node._data)))
        _, _, entries = primitive.entries(i, arguments, node._data, **node.params)
        return rate_of_numbers(entries)


def rate_of_number(rate: float) -> Rate:
    """A single rate factor."""
    return Rate(f"×{number(rate)}", _sign(rate, rate), abs(rate))


def rate_of_numbers(rates: np.ndarray) -> Rate:
    """Many rate factors in one: the number that all of them are, each of two or three, or their range."""
    if not rates.size:
        return Rate("", "0", 0.0)
    low, high = float(rates.min()), float(rates.max())
    few = rates.size <= 3 and low != high
    text = "\n".join(f"×{number(rate)}" for rate in rates.ravel()) if few else f"×{numbers(rates)}"
    with np.errstate(all="ignore"):
        return Rate(text, _sign(low, high), float(np.abs(rates).mean()))


def _sign(low: float, high: float) -> Sign:
    """The sign of all numbers from low to high; zeros beside others don't count."""
    if low != low or high != high:
        return "nan"
    if low >= 0:
        return "+" if high > 0 else "0"
    return "−" if high <= 0 else "±"
