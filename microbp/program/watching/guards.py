"""Whether the comparisons that a function made come out, at a replay, as they did when it was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.program.lines import Guard, RecordingError, StraightLine


def check_guards(program: StraightLine, sides: Sequence[Any]) -> None:
    """A RecordingError where one comes out otherwise.

    sides  left and right of each guard, one after the other, for one example or for several
    """
    for guard, left, right in zip(program.guards, sides[::2], sides[1::2], strict=True):
        differs = np.not_equal(guard.compare(left, right), guard.outcome)
        if differs.any():
            raise RecordingError(_sentence(program, guard, left, right, differs))


def _sentence(program: StraightLine, guard: Guard, left: Any, right: Any, differs: Any) -> str:
    where = np.unravel_index(int(np.argmax(differs)), differs.shape)
    held = bool(np.broadcast_to(guard.outcome, differs.shape)[where])
    numbers = [float(np.broadcast_to(side, differs.shape)[where]) for side in (left, right)]
    was, comes = ("held", "does not hold") if held else ("did not hold", "holds")
    return (
        f"{program.name}: {guard.text} {was} in the recording and {comes} here, where it compares {numbers[0]:.4g} "
        f"and {numbers[1]:.4g}, so it may take another branch; record again with such inputs, or let the graph choose, "
        "as mb.where(mb.greater(x, 0), x, -x) does"
    )
