"""Which lines of a program are lines of its listing; the others are written where they are used.

A value without a name that is used once is written where it is used, unless the line gets too long by it.
Whether it does is worked out from lengths, so that nothing is paid for text that is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.linear import given_params
from microbp.program.lines import StraightLine
from microbp.program.listing.texts import is_unseen, new_axes

LONGEST = 70
"""How long the right side of a line may get by what is written into it."""

INFIX = {p.add, p.sub, p.mul, p.div, p.neg, p.square, p.power, p.matmul, p.identity, p.transpose}

T = "t1234"
"""As long as the name of a value that has none."""


def own_lines(
    program: StraightLine,
    labels: Sequence[str | None],
    length_of_leaf: Callable[[int], int],
    tagged: Collection[int] = (),
) -> list[bool]:
    """Of each line of the program, whether it is a line of the listing.

    labels          of each line's slot the name that it is shown with, or None
    length_of_leaf  how long the text of a leaf's slot is
    tagged          the slots of lines that have a tag to be seen
    """
    return _Joining(program, labels, length_of_leaf, tagged).is_own


class _Joining:
    """The lines of a program, each written where it is used or given a line, in their order.

    is_own  of each line whether it is a line of the listing
    length  of what stands where each line is used
    """

    def __init__(
        self,
        program: StraightLine,
        labels: Sequence[str | None],
        length_of_leaf: Callable[[int], int],
        tagged: Collection[int],
    ) -> None:
        self.program, self.labels, self.tagged = program, labels, tagged
        self.uses = uses_of(program)
        self.is_own = [True] * len(program.lines)
        self.length = [0] * len(program.lines)
        self._length_of_leaf = cache(length_of_leaf)
        for k in range(len(program.lines)):
            self._settle(k, self._make_room(self._within(k), self._size(k)))

    def _size(self, k: int) -> int:
        """How long the right side of line k is."""
        return _length_of_signs(self.program, k) + sum(map(self._length_at, self.program.lines.inputs_of(k)))

    def _length_at(self, slot: int) -> int:
        """How long the text of a slot is where it is used."""
        return self._length_of_leaf(slot) if slot < 0 else self.length[slot]

    def _within(self, k: int) -> list[int]:
        """The lines that are written into line k."""
        return [s for s in self.program.lines.inputs_of(k) if s >= 0 and not self.is_own[s]]

    def _make_room(self, within: list[int], size: int) -> int:
        """Give lines to the longest of what was written into a line while that is too long; how long it is then."""
        while size > LONGEST and within:
            longest = max(within, key=self.length.__getitem__)
            within.remove(longest)
            size -= self.length[longest]
            self._give_line(longest)
            size += self.length[longest]
        return size

    def _settle(self, k: int, size: int) -> None:
        """Write line k, of this size, where it is used, or give it a line."""
        if self._is_written_wherever_used(k):
            if self.uses[k] > 1:
                for s in self._within(k):
                    self._give_line(s)
            self.is_own[k], self.length[k] = False, self._length_at(self.program.lines.inputs_of(k)[0]) + 2
        elif size <= LONGEST - 10 and self._may_be_written_where_used(k):
            self.is_own[k], self.length[k] = False, size
        else:
            self._give_line(k)

    def _give_line(self, k: int) -> None:
        """Line k is a line of the listing, and its name stands where it is used."""
        self.is_own[k], self.length[k] = True, len(self.labels[k] or T)

    def _is_written_wherever_used(self, k: int) -> bool:
        """Whether a line without a name only shows in another shape what it is made of."""
        if self.labels[k] is not None or not self.uses[k]:
            return False
        return self.program.lines.primitives[k] in (p.transpose, p.reshape) and _is_seen_through(self.program, k)

    def _may_be_written_where_used(self, k: int) -> bool:
        """Whether a line has one use, and neither a tag nor a name that is to be seen."""
        if self.uses[k] != 1 or k in self.tagged:
            return False
        label = self.labels[k]
        return label is None or _is_pulled_back(self.program.lines.primitives[k], label)


def uses_of(program: StraightLine) -> list[int]:
    """How often each line is used; what is handed back or compared counts as used twice more."""
    lines, n = program.lines, len(program.lines)
    asked = [s for slots in program.wanted_slots for s in np.ravel(slots).tolist()]
    rest = [s for slots in lines.rest.values() for s in slots]
    used = np.concatenate([np.array(slots, np.int64) for slots in (lines.u, lines.v, rest, asked, asked)])
    uses: list[int] = np.bincount(used[used >= 0], minlength=n).tolist()
    return uses


def _length_of_signs(program: StraightLine, k: int) -> int:
    """About how long a line's right side is without what it is a function of."""
    primitive, inputs, params = program.lines[k]
    if primitive is p.reshape:
        index = new_axes(_shape_before(program, k), program.shapes[k])
        if index is not None:
            return len(index) + 2
    size = 5 if primitive in INFIX else len(primitive.name) + 2 * len(inputs)
    if primitive in (p.take, p.sum_to):
        return size + 16  # about: [1:3, 0], axis=1, keepdims=True
    return size + sum([len(text) + 2 for text in given_params(primitive, params)])


def _shape_before(program: StraightLine, k: int) -> tuple[int, ...]:
    """The shape of what line k is a reshape of."""
    (s,) = program.lines.inputs_of(k)
    return program.shapes[s] if s >= 0 else next(leaf.shape for leaf in program.leaves if leaf.slots == s)


def _is_seen_through(program: StraightLine, k: int) -> bool:
    """Whether a line shows the same numbers in another shape, which is written wherever it is used: w.T."""
    lines = program.lines
    if lines.primitives[k] is p.transpose:
        return lines.params[k]["axes"] is None
    return is_unseen(_shape_before(program, k), program.shapes[k])


def _is_pulled_back(primitive: Primitive, label: str) -> bool:
    """Whether a line is ∇ of an inner activation, wᵀδ: in the book a factor of BP2, without a name of its own."""
    return primitive is p.matmul and label.startswith("nabla_")
