"""`Trajectory`: the way that gradient descent went, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FIRST, LAST = 6, 4
"""How many points of a long way are printed from its start, and from its end."""

SHOWN = 6
"""The coordinates of a point that are printed; of more there are dots."""


class Trajectory(NamedTuple):
    """The points that gradient descent went through, the start first; prints as a table.

    points       shape (steps + 1, n): v before the first step, and after each
    values       shape (steps + 1,): C at each point
    gradients    shape (steps + 1, n): ∇C at each point
    stride       what its steps were, in words, such as "η = 0.1"
    diverged     whether it ended early, as C or ∇C was no finite number any more; the points are those before
    interrupted  whether it was ended early by Ctrl-C
    """

    points: NDArray[np.float64]
    values: NDArray[np.float64]
    gradients: NDArray[np.float64]
    stride: str = ""
    diverged: bool = False
    interrupted: bool = False

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1

    @property
    def slopes(self) -> NDArray[np.float64]:
        """‖∇C‖ at each point, shape (steps + 1,)."""
        return np.asarray(np.hypot.reduce(np.abs(self.gradients), axis=1))  # unlike a sum of squares it can't overflow

    def __repr__(self) -> str:
        n = self.points.shape[1]
        return (
            f"<trajectory of {_count(self.steps, 'step')} in {_count(n, 'variable')}, "
            f"C {self.values[0]:.4g} to {self.values[-1]:.4g}>"
        )

    def __str__(self) -> str:
        count = len(self.points)
        chosen = list(range(count)) if count <= FIRST + LAST + 1 else [*range(FIRST), None, *range(count - LAST, count)]
        rows = [["step", "C", "‖∇C‖", "v"]]
        for k in chosen:
            rows.append(["…"] * 4 if k is None else self._row(k))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = ["  ".join([*map(str.rjust, row[:3], widths), row[3]]) for row in rows]
        return "\n".join([f"gradient descent, {self.stride}", *lines, *self._ended()])

    def _row(self, k: int) -> list[str]:
        """Step, C, ‖∇C‖ and v of a point."""
        point = self.points[k]
        shown = ", ".join(map(_short, point[:SHOWN]))
        v = shown if len(point) == 1 else f"({shown}{', …' if len(point) > SHOWN else ''})"
        return [str(k), _short(self.values[k]), _short(self.slopes[k]), v]

    def _ended(self) -> Sequence[str]:
        if self.diverged:
            return [f"It diverged: after step {self.steps + 1}, C or its gradient is no finite number."]
        return [f"It was interrupted after {_count(self.steps, 'step')}."] if self.interrupted else []


def _short(x: float) -> str:
    return f"{x:.4g}".replace("-", "−")


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"
