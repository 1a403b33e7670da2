"""What `check` found, row by row, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

WAYS: Mapping[str, tuple[str, float]] = {
    "equation": ("the equation by itself, on the graph's numbers", 1e-10),
    "backward": ("the backward sweep against the closed form", 1e-10),
    "paths": ("the sum over all paths against the closed form", 1e-10),
    "forward": ("the forward sweep against the closed form", 1e-10),
    "quotients": ("finite differences of the cost against the closed form", 1e-6),
}
"""What is compared, and the relative difference up to which it counts as agreement."""


class Row(NamedTuple):
    """One equation in one layer.

    equation     its name in the book: "BP1" … "BP4", or "25" for the forward pass
    layer        counted from 1, the input
    quantity     what it is about, such as "δ³"
    differences  by way of `WAYS`, the largest difference, relative to the largest entry of the quantity, or to
                 what rounding leaves uncertain where that is more than the tolerance. A way is missing where
                 nothing can be compared: finite differences at a kink or below the rounding of C, rounding
                 without a bound
    """

    equation: str
    layer: int
    quantity: str
    differences: Mapping[str, float]

    @property
    def ok(self) -> bool:
        """Whether all ways agree."""
        return all(difference <= WAYS[way][1] for way, difference in self.differences.items())


class Report(NamedTuple):
    """What `check` found; `ok`, or print it.

    entries  how many entries of each quantity were tried by paths, forward sweep and differences, at most
    """

    rows: tuple[Row, ...]
    entries: int

    @property
    def ok(self) -> bool:
        """Whether all rows agree."""
        return all(row.ok for row in self.rows)

    @property
    def suspects(self) -> tuple[Row, ...]:
        """The rows whose own equation fails: where a wrong rate factor stands."""
        return tuple(row for row in self.rows if not row.differences.get("equation", 0.0) <= WAYS["equation"][1])

    def __str__(self) -> str:
        head = f"{'eq.':<5}{'layer':>5}  {'':<8}" + "".join(f"{way:>13}" for way in WAYS)
        lines = [head, *map(_line, self.rows), self._verdict()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<report of {len(self.rows)} rows: {self._verdict()}>"

    def _verdict(self) -> str:
        if self.ok:
            return "All ways to the gradient agree."
        # Where each equation holds by itself, a fault goes on from the row where it comes in, output first.
        wrong = self.suspects or tuple(row for row in self.rows if not row.ok)[:1]
        return "They differ. Look at " + ", ".join(f"{row.equation} in layer {row.layer}" for row in wrong) + "."


def _line(row: Row) -> str:
    cells = "".join(
        f"{row.differences[way]:>12.1e}" + (" " if row.differences[way] <= WAYS[way][1] else "!")
        if way in row.differences
        else f"{'':>13}"
        for way in WAYS
    )
    return f"{row.equation:<5}{row.layer:>5}  {row.quantity:<8}{cells}".rstrip()
