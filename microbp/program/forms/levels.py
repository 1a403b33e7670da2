"""`Levels`: the lines of a scalar program, cut into levels and groups that numpy can take at once.

A level is what rests only on the levels before it; a group, the lines of one level and one primitive.
Slots are renumbered so that the lines of a group follow each other: their results are a slice.

Chains of additions whose links are used nowhere else would be a level for each link (a neuron with 784
inputs: 784 levels); they become sums of many terms first, as in `sums`.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.forms.row_sums import Rows, RowSums, as_slice, is_run
from microbp.program.lines import CONSTANT, StraightLine
from microbp.program.matrices import Sums

STATE, GATHERED, NUMBERS = range(3)
"""Where a group finds an operand: in the state, in what its level gathered of it, or in numbers that never change."""


class Operand(NamedTuple):
    """An operand of a group: a slice of the state or of what was gathered, or the numbers themselves."""

    source: int
    at: Any


class Group(NamedTuple):
    """Lines of one level and one primitive.

    places    of the operands: a column an input, for a sum all terms one after the other
    lengths   of sums of many terms, how many each has; else None
    operands  where they are found
    row_sums  what takes the sums; else None
    rows      of the state that they make
    is_live   whether the output rests on these lines, and they on what it is differentiated by
    """

    primitive: Elementwise
    lines: Rows
    places: list[Rows]
    lengths: Rows | None
    operands: list[Operand]
    row_sums: RowSums | None
    rows: slice
    is_live: bool


class Level(NamedTuple):
    """Groups, and the rows of the state that those of their operands are in that don't follow each other."""

    gathered: Rows | None
    groups: list[Group]


class Levels:
    """A scalar program cut into levels.

    Places number leaves and lines: a leaf with slot s has place −1 − s, line k the place (count of leaves) + k.

    columns    of the state, one an example
    row        of each place, the row of the state that it has; leaves come first
    is_active  of each place, whether it rests on a leaf in `program.wrt`
    lines      in the order of their rows, and the depth of each
    starts     where in this order the groups begin
    """

    def __init__(self, program: StraightLine) -> None:
        self.program, self.columns = program, program.examples or 1
        self.sums = Sums(program)
        self.first = self.sums.leaf_places
        is_link = self.sums.is_inside & ~self.sums.is_product[self.first :]
        depth, self.is_active, reached = self._walked(is_link)
        is_live = self.is_active & reached
        numbers: dict[Primitive, int] = {}
        kind = np.array([numbers.setdefault(row, len(numbers)) for row in program.lines.primitives], np.intp)
        kind[[k for k, terms in self.sums.terms.items() if len(terms) > 2]] = -1
        lines = np.flatnonzero(~is_link)
        keys = np.stack([depth[self.first + lines], kind[lines], is_live[self.first + lines]])
        order = np.lexsort(keys[::-1])
        lines, keys = lines[order], keys[:, order]
        self.row = np.arange(self.first + len(is_link))
        self.row[self.first + lines] = self.first + np.arange(len(lines))
        self.count = self.first + len(lines)
        self.constants, self.is_constant = self._constants()
        self.lines, self.depth, self.is_live = lines, keys[0], keys[2].astype(bool)
        self.starts = np.flatnonzero(np.append(True, (keys[:, 1:] != keys[:, :-1]).any(0))[: len(lines)])

    @cached_property
    def levels(self) -> list[Level]:
        """The levels, in the order in which they are taken."""
        by_depth: dict[int, list[tuple[Rows, int, bool]]] = {}
        for start, end in pairwise([*self.starts.tolist(), len(self.lines)]):
            part = self.lines[start:end], start, bool(self.is_live[start])
            by_depth.setdefault(int(self.depth[start]), []).append(part)
        return [self._level(parts) for parts in by_depth.values()]

    def _walked(self, is_link: np.ndarray) -> tuple[Rows, np.ndarray, np.ndarray]:
        """Of each place its depth, whether it rests on a leaf in wrt, and whether the output rests on it."""
        program, first, rest = self.program, self.first, self.program.lines.rest
        u, v, links = self.sums.u.tolist(), self.sums.v.tolist(), is_link.tolist()
        depth, active = [0] * first, [False] * first
        for i in program.wrt:
            for slot in program.leaves[i].flat_slots:
                active[-1 - slot] = True
        for k, (a, b) in enumerate(zip(u, v, strict=True)):
            deepest, is_active = depth[a], active[a]
            if b >= 0:
                deepest, is_active = max(deepest, depth[b]), is_active or active[b]
                if k in rest:
                    for place in self.sums.places_of(rest[k]).tolist():
                        deepest, is_active = max(deepest, depth[place]), is_active or active[place]
            depth.append(deepest if links[k] else deepest + 1)
            active.append(is_active)
        reached = [False] * len(depth)
        for place in self.sums.places_of(program.outputs[0].slots).tolist():
            reached[place] = True
        for k in range(len(u) - 1, -1, -1):
            if reached[first + k]:
                reached[u[k]] = True
                if v[k] >= 0:
                    reached[v[k]] = True
                    if k in rest:
                        for place in self.sums.places_of(rest[k]).tolist():
                            reached[place] = True
        return np.array(depth), np.array(active, bool), np.array(reached, bool)

    def _constants(self) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of leaves that are constants, by place, and which these are."""
        numbers, is_constant = np.full(self.first, np.nan), np.zeros(len(self.row), bool)
        for leaf in self.program.leaves:
            if leaf.kind == CONSTANT:
                places = self.sums.places_of(leaf.slots)
                numbers[places], is_constant[places] = np.asarray(leaf.data, float).ravel(), True
        return numbers, is_constant

    def _level(self, parts: list[tuple[Rows, int, bool]]) -> Level:
        groups, gathered = [], []
        width = 0
        for lines, start, is_live in parts:
            primitive, places, lengths = self._operands(lines)
            operands: list[Operand] = []
            row_sums = None
            if lengths is not None:
                row_sums = RowSums(self.row[places[0]], lengths, self.columns)
            else:
                for column in places:
                    operand, rows = self._found(column, width)
                    operands.append(operand)
                    if rows is not None:
                        gathered.append(rows)
                        width += len(rows)
            made = slice(self.first + start, self.first + start + len(lines))
            groups.append(Group(primitive, lines, places, lengths, operands, row_sums, made, is_live))
        return Level(np.concatenate(gathered) if gathered else None, groups)

    def _operands(self, lines: Rows) -> tuple[Elementwise, list[Rows], Rows | None]:
        """The primitive of a group, and the places of its operands."""
        all_lines, k = self.program.lines, int(lines[0])
        primitive: Any = all_lines.primitives[k]
        if primitive is p.add:
            terms = [self.sums.terms[j] for j in lines.tolist()]
            if len(terms[0]) > 2:
                return primitive, [np.concatenate(terms)], np.array([len(of_line) for of_line in terms])
        if k in all_lines.rest:
            slots = np.array([all_lines.inputs_of(j) for j in lines.tolist()])
            return primitive, [self.sums.places_of(column) for column in slots.T], None
        places = [self.sums.u[lines]] if self.sums.v[k] < 0 else [self.sums.u[lines], self.sums.v[lines]]
        return primitive, places, None

    def _found(self, places: Rows, width: int) -> tuple[Operand, Rows | None]:
        """Where a group finds one of its operands, and the rows to gather where they don't follow each other.

        One operand for all lines is one row, which is broadcast.
        """
        if self.is_constant[places].all():
            numbers = self.constants[places]
            if (numbers == numbers[0]).all():
                return Operand(NUMBERS, numbers[0]), None
            return Operand(NUMBERS, numbers if self.columns == 1 else numbers[:, None]), None
        rows = self.row[places]
        if (rows == rows[0]).all():
            rows = rows[:1]
        if is_run(rows):
            return Operand(STATE, as_slice(rows)), None
        return Operand(GATHERED, slice(width, width + len(rows))), rows
