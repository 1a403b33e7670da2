"""What a program is written in: lines, the leaves that they begin with, and the numbering of both.

A line makes one slot out of others. Line k makes slot k; the leaves have the slots −1, −2, …, so that
in a list of values with the leaves at its end, reversed, every slot is simply an index.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp.graph import Primitive

INPUT, PARAMETER, CONSTANT = "input", "parameter", "constant"

NO_PARAMS: dict[str, Any] = {}

ABSENT = -(2**62)
"""Stands where a line has no second input: a number, so that a column of slots is one of integers, and no slot."""

SIGNS = {"≤": "<=", "≥": ">=", "≠": "!="}
"""The signs of comparisons in Python, where they are others."""


class RecordingError(TypeError):
    """A function can't be recorded, or its recording can't be used as it was: a sentence says why."""


class NoFormulaError(RecordingError):
    """A rate factor is computed by looking at numbers, so no program can be made of it."""


class Line(NamedTuple):
    """One step of a program: `primitive` of the slots `inputs` makes the slot of the line's own number."""

    primitive: Primitive
    inputs: tuple[int, ...]
    params: dict[str, Any]


class Lines(Sequence[Line]):
    """The lines of a program, kept as columns, and made into `Line`s when they are asked for.

    A network of scalars has 50,000 of them: three columns are made in a third of the time of 50,000 tuples.

    primitives  of each line
    u, v        the slots of its first two inputs; v is ABSENT where there is no second
    rest        the slots of further inputs, by line
    params      by line, where there are any
    """

    def __init__(
        self,
        primitives: list[Primitive],
        u: list[int],
        v: list[int],
        rest: dict[int, tuple[int, ...]],
        params: dict[int, dict[str, Any]],
    ) -> None:
        self.primitives, self.u, self.v, self.rest, self.params = primitives, u, v, rest, params

    def __len__(self) -> int:
        return len(self.primitives)

    def __getitem__(self, k: Any) -> Any:
        if isinstance(k, slice):
            return [self[i] for i in range(*k.indices(len(self)))]
        if not 0 <= k < len(self):
            raise IndexError(f"there is no line {k}: the program has lines 0 to {len(self) - 1}")
        return Line(self.primitives[k], self.inputs_of(k), self.params.get(k, NO_PARAMS))

    def inputs_of(self, k: int) -> tuple[int, ...]:
        """The input slots of line k."""
        u, v = self.u[k], self.v[k]
        return (u,) if v == ABSENT else (u, v, *self.rest[k]) if k in self.rest else (u, v)


class Leaf(NamedTuple):
    """What a program begins with: an input, a parameter, or a constant.

    kind   INPUT, handed over with each call; PARAMETER, read from its nodes at each call; CONSTANT, frozen
    label  its name, or None
    slots  the slot it stands in; for an array of Values an array of slots, one an entry
    data   the node or array of nodes it was recorded with; of a constant, its numbers
    shape  of its numbers
    dtype  of its numbers
    is_loose  whether these are the Values that f was found to hold, one by one, and not an array that someone made
    """

    kind: str
    label: str | None
    slots: Any
    data: Any
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    is_loose: bool = False

    @property
    def flat_slots(self) -> list[int]:
        """The slots in order."""
        return self.slots.ravel().tolist() if isinstance(self.slots, np.ndarray) else [self.slots]


class Output(NamedTuple):
    """What a program gives: the slot of a node, or the slots of an array of Values."""

    label: str | None
    slots: Any
    shape: tuple[int, ...]


class Guard(NamedTuple):
    """A comparison that f made while it was recorded, and how it came out.

    The program is the recording of one branch; where a comparison comes out otherwise, it does not hold.

    sign         <, ≤, >, ≥ or ≠
    left, right  slots in a program, and nodes before there is one
    text         the comparison in words, "x > 1"
    """

    compare: Callable[[Any, Any], Any]
    sign: str
    left: Any
    right: Any
    outcome: Any
    text: str
