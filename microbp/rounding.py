"""What rounding leaves uncertain of a computed number, by the rate factors of its recording.

Each operation rounds its result v, by |v|u at most, u being half the distance from 1 to the next number; and
a small change of v changes the number y in the end by ∂y/∂v of it (eq. 53). So the rounding error of y is,
to first order, Σᵥ |∂y/∂v| |v| u at most, over all that y was computed from (Linnainmaa 1976; Higham,
*Accuracy and Stability of Numerical Algorithms*, ch. 3). For a gradient, y is a node of the recorded
backward sweep. Leaves count too: that covers the terms of the sums inside a matrix product.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.graph import Node
from microbp.shapes import is_object_array

UNIT = 2.0**-53


def rounding(y: Any, index: tuple[int, ...], given: Iterable[Node] = ()) -> float:
    """The bound for one entry of an array of Values, or of a Tensor; inf where a rate factor is no number.

    given  nodes taken as they are: only what was computed from them rounds

    >>> from microbp import Value
    >>> large, small = Value(1e8), Value(1.0)
    >>> rounding(large + small - large, ()) > 1e-8
    True
    """
    y = y[index] if is_object_array(y) else y
    if not isinstance(y, Node):
        return UNIT * float(np.max(np.abs(y)))
    rates = sweeps.backward(y, unit(y.shape, index) if y.shape else 1.0, wrt=given)
    with np.errstate(all="ignore"):
        total = sum(float(np.sum(np.abs(rate * node._data))) for node, rate in rates.items())
    return UNIT * total if np.isfinite(total) else np.inf


def unit(shape: tuple[int, ...], index: Any) -> np.ndarray:
    """Zeros, but 1 at an index."""
    array = np.zeros(shape)
    array[index] = 1.0
    return array
