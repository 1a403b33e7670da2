"""Which lines of a program are lines of its listing; the others are written where they are used.

A value without a name that is used once is written where it is used, unless the line gets too long by it.
Whether it does is worked out from lengths, so that nothing is paid for text that is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import given_params
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
    lines, n, uses = program.lines, len(program.lines), uses_of(program)
    is_own = [True] * n
    length = [0] * n  # of what stands where the line is used
    leaves: dict[int, int] = {}
    for k in range(n):
        inputs = lines.inputs_of(k)
        primitive = lines.primitives[k]
        size = _length_of_signs(program, k)
        within = []
        for s in inputs:
            if s < 0:
                if s not in leaves:
                    leaves[s] = length_of_leaf(s)
                size += leaves[s]
            else:
                size += length[s]
                if not is_own[s]:
                    within.append(s)
        while size > LONGEST and within:  # the longest of what was written into it gets a line
            longest = max(within, key=length.__getitem__)
            within.remove(longest)
            size -= length[longest]
            is_own[longest], length[longest] = True, len(labels[longest] or T)
            size += length[longest]
        label = labels[k]
        if label is None and uses[k] and primitive in (p.transpose, p.reshape) and _is_seen_through(program, k):
            for s in within if uses[k] > 1 else ():
                is_own[s], length[s] = True, len(labels[s] or T)
            is_own[k], length[k] = False, (length[inputs[0]] if inputs[0] >= 0 else leaves[inputs[0]]) + 2
        elif (
            uses[k] == 1
            and size <= LONGEST - 10
            and (label is None or _is_pulled_back(primitive, label))
            and k not in tagged
        ):
            is_own[k], length[k] = False, size
        else:
            length[k] = len(label or T)
    return is_own


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
