"""`Forward`: the lines of a program but for those of its gradient, and which of them rests on what."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from microbp import primitives as p
from microbp.program.lines import CONSTANT, INPUT, StraightLine

ADDED_UP = {p.add, p.sub, p.neg, p.identity, p.sum, p.mean, p.sum_to, p.reshape, p.broadcast_to, p.transpose}
"""What adds up what it is given, and does no more to it."""


class Forward:
    """The forward pass of a program: its lines up to the value, or up to all outputs where there is no gradient.

    lines          numbers of the lines, in their order
    users          by slot, the lines that use it
    parameters     the slots of what is learned: of parameters, and of inputs that the gradient is by
    on_data        the slots, of all lines, that rest on inputs, or on constants that are arrays
    on_parameters  those that rest on parameters
    added          the lines that the value is a sum of, but for constant factors
    """

    def __init__(self, program: StraightLine) -> None:
        self.program = program
        learned = [program.leaves[i] for i in program.wrt] if program.is_gradient else []
        self.parameters = {leaf.slots for leaf in [*program.parameters, *learned]}
        data = {
            leaf.slots
            for leaf in program.leaves
            if leaf.kind == INPUT or (leaf.kind == CONSTANT and np.size(leaf.data) > 1)
        }
        self.on_data = self._resting_on(data - self.parameters)
        self.on_parameters = self._resting_on(self.parameters)
        outputs = program.outputs[:1] if program.is_gradient else program.outputs
        self.lines, self.users = self._needed_for({output.slots for output in outputs})
        self.added = self._added_up({output.slots for output in outputs})

    def _resting_on(self, leaves: set[int]) -> set[int]:
        found = set(leaves)
        for k in range(len(self.program.lines)):
            if not found.isdisjoint(self.program.lines.inputs_of(k)):
                found.add(k)
        return found

    def _needed_for(self, outputs: Iterable[int]) -> tuple[list[int], dict[int, list[int]]]:
        needed = set(outputs)
        users: dict[int, list[int]] = {}
        for k in range(len(self.program.lines) - 1, -1, -1):
            if k in needed:
                for s in set(self.program.lines.inputs_of(k)):
                    needed.add(s)
                    users.setdefault(s, []).append(k)
        return sorted(s for s in needed if s >= 0), users

    def _added_up(self, outputs: set[int]) -> set[int]:
        added: set[int] = set()
        for k in reversed(self.lines):
            users = self.users.get(k, [])
            if k in outputs or all(user in added and self._adds_up(user) for user in users):
                added.add(k)
        return added

    def _adds_up(self, k: int) -> bool:
        primitive, inputs, _ = self.program.lines[k]
        if primitive in (p.mul, p.div):
            return any(map(self.is_constant, inputs if primitive is p.mul else inputs[1:]))
        return primitive in ADDED_UP

    def is_constant(self, slot: int) -> bool:
        """Whether there is a number in a slot, or several, that is part of the program."""
        return slot not in self.on_data and slot not in self.on_parameters

    def is_added(self, k: int) -> bool:
        """Whether line k adds something to the value, or takes it away, and no more is done with it than that."""
        return k in self.added and self.program.lines.primitives[k] in (p.add, p.sub)

    def is_output(self, slot: int) -> bool:
        """Whether the value is of a slot, and of parameters beside it only by what is added: of a network's output."""
        after = {slot}
        for k in self.lines:
            inputs = set(self.program.lines.inputs_of(k))
            if after.isdisjoint(inputs):
                continue
            if not self.on_parameters.isdisjoint(inputs - after) and not self.is_added(k):
                return False
            after.add(k)
        return True

    def is_only_in(self, parameter: int, line: int) -> bool:
        """Whether a parameter meets the data in this line alone, but for what is added to the value."""
        from_it = {parameter}
        for k in self.lines:
            if k != line and not from_it.isdisjoint(self.program.lines.inputs_of(k)):
                if k not in self.on_data:
                    from_it.add(k)
                elif not self.is_added(k):
                    return False
        return True
