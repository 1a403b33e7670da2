"""`Pulls`: how the backward sweep goes over the levels of a program.

The cotangents of a level's slots are complete before the level is reached. They are summed up in one go,
of the rows that the levels above it have left in the array of cotangents: each group writes there, for
each of its inputs, rate × cotangent. Where the rate is always 1 there is nothing to write, for the row
of the cotangent itself serves; where all slots of a group have one such row each, and these follow each
other, there is nothing to sum up.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from microbp.program.forms.levels import Group, Levels
from microbp.program.forms.row_sums import Rows, RowSums, as_slice, is_run
from microbp.program.lines import RecordingError


class Pull(NamedTuple):
    """What a group pulls back to its input i.

    rows       of the array of cotangents, that it is written to
    is_summed  whether it is the sum over the lines of the group, which have this input all in common
    """

    i: int
    rows: slice
    is_summed: bool


class PulledGroup(NamedTuple):
    """A group, by its number, with the rows of its cotangents and what it pulls back."""

    number: int
    group: Group
    cotangent: slice
    pulls: list[Pull]


class PulledLevel(NamedTuple):
    """What is summed up before a level is taken, the rows that it goes to, and the groups."""

    row_sums: RowSums | None
    rows: slice
    groups: list[PulledGroup]


class _Edges(NamedTuple):
    """Edges from input i of a group: which of its lines they belong to, and their numbers."""

    i: int
    members: Rows
    first: int
    is_summed: bool


class Pulls:
    """The backward sweep over `levels`, from the one output to the leaves in `program.wrt`.

    Row 0 of the array of cotangents is that of the output; `count` says how many rows there are.

    levels   in the order in which they are taken, the last first
    reached  which of the leaves in wrt, one entry after the other, have a gradient at all
    leaves   the sums that are these gradients; None where there are none
    """

    def __init__(self, levels: Levels) -> None:
        program = levels.program
        if program.returns_tuple or isinstance(program.outputs[0].slots, np.ndarray):
            raise RecordingError(f"{program.name}: a gradient is of a function that gives a single number")
        self.plan = levels
        self.count = 1
        groups = [group for level in levels.levels for group in level.groups]
        numbers = iter(range(len(groups)))
        by_level = [[(next(numbers), group) for group in level.groups] for level in levels.levels]
        self._collect(groups)
        self.levels: list[PulledLevel] = []
        for level in reversed(by_level):
            live = [(number, group) for number, group in level if group.is_live]
            if live:
                self.levels.append(self._level(live))
        wanted = np.concatenate([levels.sums.places_of(program.leaves[i].slots) for i in program.wrt])
        self.reached = self.lengths[wanted] > 0
        terms, lengths = self._arriving(wanted[self.reached])
        self.leaves = RowSums(terms, lengths, levels.columns) if len(lengths) else None

    def _collect(self, groups: list[Group]) -> None:
        """Number the edges that a cotangent flows along; those from inputs that nothing is asked of are left out."""
        is_active = self.plan.is_active
        (output,) = self.plan.sums.places_of(self.plan.program.outputs[0].slots)
        targets, count = [np.array([output])], 1
        self.edges: list[list[_Edges]] = []
        for group in groups:
            of_group: list[_Edges] = []
            self.edges.append(of_group)
            if not group.is_live:
                continue
            for i, places in enumerate(group.places):
                members = np.arange(len(places))
                if group.lengths is not None:
                    members = np.repeat(np.arange(len(group.lengths)), group.lengths)
                is_summed = group.lengths is None and len(places) > 1 and bool((places == places[0]).all())
                kept = is_active[places]
                if kept.any():
                    chosen = places[:1] if is_summed else places[kept]
                    of_group.append(_Edges(i, members[kept], count, is_summed))
                    targets.append(chosen)
                    count += len(chosen)
        target = np.concatenate(targets)
        self.order = np.argsort(target, kind="stable")
        self.lengths = np.bincount(target, minlength=len(is_active))
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.source = np.zeros(count, np.intp)  # of each edge, the row that it brings; row 0 for that of the output

    def _arriving(self, places: Rows) -> tuple[Rows, Rows]:
        """The rows that arrive at some places, and how many at each."""
        lengths = self.lengths[places]
        within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.source[self.order[np.repeat(self.starts[places], lengths) + within]], lengths

    def _level(self, live: list[tuple[int, Group]]) -> PulledLevel:
        start, summed, cotangents = self.count, [], []
        for _, group in live:
            terms, lengths = self._arriving(self.plan.first + group.lines)
            if len(terms) == len(lengths) and is_run(terms):
                cotangents.append(as_slice(terms))
            else:
                cotangents.append(self._rows(len(lengths)))
                summed.append((terms, lengths))
        rows, row_sums = slice(start, self.count), None
        if summed:
            terms, lengths = map(np.concatenate, zip(*summed, strict=True))
            row_sums = RowSums(terms, lengths, self.plan.columns)
        groups = [
            PulledGroup(number, group, cotangent, self._pulls(group, self.edges[number], cotangent))
            for (number, group), cotangent in zip(live, cotangents, strict=True)
        ]
        return PulledLevel(row_sums, rows, groups)

    def _pulls(self, group: Group, edges: list[_Edges], cotangent: slice) -> list[Pull]:
        pulls = []
        for i, members, first, is_summed in edges:
            rate: Any = 1 if group.lengths is not None else group.primitive.partials[i]
            if is_summed:
                rows = self._rows(1)
                self.source[first] = rows.start
            elif not callable(rate) and rate == 1:
                self.source[first : first + len(members)] = cotangent.start + members
                continue
            else:
                rows = self._rows(len(group.lines))
                self.source[first : first + len(members)] = rows.start + members
            pulls.append(Pull(i, rows, is_summed))
        return pulls

    def _rows(self, count: int) -> slice:
        self.count += count
        return slice(self.count - count, self.count)
