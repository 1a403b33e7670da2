"""Finite differences of a function (eq. 46), and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

STEPS = (1e-3, 1e-4, 1e-5)
"""Tried in turn: the widest has the least rounding, a narrow one may not reach a kink or a bend."""


class Quotient(NamedTuple):
    """A derivative by finite differences.

    doubt  by how much it may be wrong: how far the differences about the point, to its left and to its right
           disagree, where a step too wide shows and a kink within it; or what the rounding of f makes, if more
    """

    derivative: float
    doubt: float


def difference_quotient(
    f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...], rounding: float, tolerance: float
) -> Quotient:
    """∂f/∂x[index] by five points, with the first of `STEPS` whose doubt is within the tolerance, else the least.

    rounding  by how much f(x) may be wrong; with large numbers in f it is a staircase, flat between its steps
    about the point  (f(x − 2h) − 8f(x − h) + 8f(x + h) − f(x + 2h)) / 12h
    to its right     (−25f(x) + 48f(x + h) − 36f(x + 2h) + 16f(x + 3h) − 3f(x + 4h)) / 12h, and mirrored
    """

    def at(step: float) -> float:
        moved = x.copy()
        moved[index] += step
        return f(moved)

    def quotient(h: float) -> Quotient:
        values = {k: at(k * h) for k in range(-4, 5)}
        about = (values[-2] - 8 * values[-1] + 8 * values[1] - values[2]) / (12 * h)
        left, right = (
            (-25 * values[0] + 48 * values[k] - 36 * values[2 * k] + 16 * values[3 * k] - 3 * values[4 * k])
            / (12 * k * h)
            for k in (-1, 1)
        )
        return Quotient(about, max(abs(left - about), abs(right - about), (1 + 8 + 8 + 1) * rounding / (12 * h)))

    best = Quotient(np.nan, np.inf)
    for h in STEPS:
        best = min(best, quotient(h), key=lambda found: found.doubt)
        if best.doubt <= tolerance:
            break
    return best
