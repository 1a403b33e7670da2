"""`SlotNames`: what the slots of a program are called in its listing."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.program.lines import CONSTANT, Leaf, StraightLine
from microbp.program.listing.lookup import transposed_constants

RESERVED = {*keyword.kwlist, *p.TABLE, "inf", "nan", "s_"}
"""What no value is named."""


def name_of_parameter(program: StraightLine, slot: int) -> str:
    """What the parameter in a slot is called that has no label: p1, p2, …, in their order, which inputs come before."""
    return f"p{-slot - sum([np.size(leaf.slots) for leaf in program.inputs])}"


class SlotNames:
    """What slots are called: their labels as identifiers, each of them unlike all others; else t1, t2, …

    labels  of each line's slot, or None
    """

    def __init__(self, program: StraightLine, labels: Sequence[str | None]) -> None:
        self.program, self.labels = program, labels
        self.leaf_of: dict[int, Leaf] = {leaf.slots: leaf for leaf in program.leaves if isinstance(leaf.slots, int)}
        self.arrays = [leaf for leaf in program.leaves if isinstance(leaf.slots, np.ndarray) and leaf.slots.size]
        self.first = [int(leaf.slots.flat[0]) for leaf in self.arrays]
        self.unnamed: Sequence[int] = ()
        self.names: dict[Any, str] = {}
        self.taken = set(RESERVED)
        self.transposed = transposed_constants(program)
        arrays = [leaf for leaf in program.constants if leaf.label is None and np.size(leaf.data) != 1]
        unnamed = [leaf.slots for leaf in arrays if leaf.slots not in self.transposed]
        self.constants: dict[int, int] = {slot: n for n, slot in enumerate(unnamed, start=1)}

    def label(self, slot: int) -> str | None:
        """The label of a line, of a leaf, or of a Value in a leaf."""
        if slot >= 0:
            return self.labels[slot]
        if slot in self.leaf_of:
            return self.leaf_of[slot].label
        for first, leaf in zip(self.first, self.arrays, strict=True):
            if first >= slot > first - leaf.slots.size:
                label: str | None = leaf.data.flat[first - slot].label
                return label
        return None

    def __getitem__(self, slot: int) -> str:
        if slot in self.transposed:
            return f"{self[self.transposed[slot]]}.T"
        if slot not in self.names:
            self.names[slot] = self.identifier(self.label(slot) or self._number(slot))
        return self.names[slot]

    def _number(self, slot: int) -> str:
        if slot >= 0:
            return f"t{self.unnamed[slot]}"
        if slot in self.leaf_of and self.leaf_of[slot].kind == CONSTANT:
            return f"c{self.constants.get(slot, -slot)}"
        return name_of_parameter(self.program, slot)

    def identifier(self, label: str) -> str:
        """A label as Python allows it, with a number where another value has the same."""
        name = re.sub(r"\W", "_", label)
        if not name or name[0].isdigit():
            name = f"_{name}"
        if name in RESERVED:
            name = f"{name}_"
        alike, n = name, 1
        while name in self.taken:
            n += 1
            name = f"{alike}_{n}"
        self.taken.add(name)
        return name
