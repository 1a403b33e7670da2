"""What is noted while a thread makes a recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microbp.program.lines import Guard, RecordingError

Check = Callable[[Any], None]
"""What raises where numbers are not as a function needs them."""


class Notes(list[Guard]):
    """The comparisons of a recording, in their order.

    is_of_formulas  whether rate factors are what is called on nodes: formulas that are meant for numbers too
    refused  what was tried and can't be recorded: also where the function goes on as if nothing had happened
    demands  checks that were asked of leaves: the leaves, as they were handed over, and the check
    """

    refused: RecordingError | None = None

    def __init__(self, is_of_formulas: bool = False) -> None:
        super().__init__()
        self.is_of_formulas = is_of_formulas
        self.demands: list[tuple[Any, Check]] = []


NOTES: dict[int, Notes] = {}
"""Of each thread that is making a recording, what it has noted so far."""
