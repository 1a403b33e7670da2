"""What a proof compares: two sides that must be equal to rounding, or a remainder that must be of the second order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

TOLERANCE = 1e-9
"""By how much two sides may differ, relative to the largest number in them. Rounding makes 1e-13, a mistake 1e-2."""

NOTHING = 1e-13
"""Numbers as small as this are what rounding leaves of 0."""

STEP, HALVINGS = 2e-4, 3
"""The largest step at which a remainder is taken, and how often the step is halved."""

NEAR_FOUR = 0.1
"""How far from 4 the factor may be by which a halved step makes the remainder smaller."""


class Disagreement(AssertionError):
    """The two sides of an equation differ."""


class Compared(NamedTuple):
    """What a proof compared.

    cases    how many comparisons of two sides, or of a remainder at a step and at its half
    largest  the largest difference of two sides, relative to the largest number in them; None where there were none
    factor   of an approximation, by what a halved step made the remainder smaller, that which was farthest from 4
    """

    cases: int
    largest: float | None
    factor: float | None

    def __str__(self) -> str:
        said = [f"{self.cases} comparisons"]
        if self.largest is not None:
            said.append(f"largest relative difference {self.largest:.1e}")
        if self.factor is not None:
            said.append(f"half the step makes the remainder {self.factor:.3f} times smaller")
        return "; ".join(said)


class Comparison:
    """Comparisons of one proof, which raise Disagreement where they fail."""

    def __init__(self) -> None:
        self.cases, self.largest, self.factors = 0, -1.0, list[float]()

    def equal(self, what: str, one: ArrayLike, other: ArrayLike) -> None:
        """Two sides are equal to rounding."""
        left, right = np.asarray(one, float), np.asarray(other, float)
        if left.shape != right.shape:
            raise Disagreement(f"{what}: one side has shape {left.shape}, the other {right.shape}")
        size = max(float(np.max(np.abs(side), initial=0.0)) for side in (left, right))
        difference = float(np.max(np.abs(left - right), initial=0.0))
        relative = difference / size if size > NOTHING else difference
        if not relative <= TOLERANCE:
            worst = np.unravel_index(np.argmax(np.abs(left - right)), left.shape)
            raise Disagreement(f"{what}: {left[worst]:.10g} on one side is {right[worst]:.10g} on the other")
        self.cases, self.largest = self.cases + 1, max(self.largest, relative)

    def quarters(self, what: str, remainder: Callable[[float], ArrayLike]) -> None:
        """What an approximation leaves out at a step h is a quarter at h/2: so it is right in the first order.

        remainder  of a step h: what happens minus what is predicted, for several cases at once, so that those whose
                   second order is nearly 0 by chance don't decide
        """
        sizes = [float(np.linalg.norm(np.ravel(remainder(STEP / 2**n)))) for n in range(HALVINGS + 1)]
        for n, (wide, half) in enumerate(zip(sizes, sizes[1:], strict=False)):
            factor = wide / half if half else float("nan")
            if not abs(factor - 4) <= NEAR_FOUR:
                raise Disagreement(
                    f"{what}: the remainder is {wide:.3g} at a step of {STEP / 2**n:.3g} and {half:.3g} at its half, "
                    f"{factor:.3g} times smaller; 4 times if the first order were right"
                )
            self.factors.append(factor)
        self.cases += HALVINGS

    def result(self) -> Compared:
        """What was compared."""
        factor = max(self.factors, key=lambda factor: abs(factor - 4), default=None)
        return Compared(self.cases, self.largest if self.largest >= 0 else None, factor)


Proof: TypeAlias = "Callable[[np.random.Generator, Callable[..., Any], Comparison], None]"
"""A proof compares what a function gives with what comes about in other ways, on cases drawn at random."""
