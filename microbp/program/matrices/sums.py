"""`Sums`: the sums over indices in a program of scalars, and the products of parameter and datum in them.

A network of scalars writes Σₖ wₖaₖ + b as a chain of additions, each of whose links is used once, by the
next. Here the chains become sums of many terms again, and what can be a dot product is told from the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.program.lines import ABSENT, CONSTANT, PARAMETER, StraightLine

Places = np.ndarray[Any, np.dtype[np.intp]]
"""Numbers of leaves and lines: a leaf with slot s has place −1 − s, line k the place (count of leaves) + k."""


class Sums:
    """The additions of a scalar program, by what they add up.

    leaf_places  how many places are leaves
    u, v         places of the first two inputs of each line, ABSENT where there is no second
    terms        of each line that ends a chain of additions, the places that are added, in their order
    is_product   of each place, whether it is parameter × datum, used only in one sum
    weight, datum  the places of the two factors, by line
    is_used_once of each place, whether exactly one line uses it
    is_inside    of each line, whether it is only part of a sum: a link of a chain, or a product
    """

    def __init__(self, program: StraightLine) -> None:
        lines, first, n = program.lines, program.leaf_count, len(program.lines)
        u, v = np.array(lines.u, np.intp), np.array(lines.v, np.intp)
        self.leaf_places = first
        self.same = _first_of_equal_constants(program)
        self.u = self.places_of(u)
        self.v = np.where(v == ABSENT, ABSENT, self.places_of(v))
        is_parameter = np.zeros(first + n, bool)
        for leaf in program.leaves:
            if leaf.kind == PARAMETER:
                is_parameter[self.places_of(leaf.slots)] = True
        self.is_parameter = is_parameter

        self.is_used_once, user = self._uses(program)
        is_add = np.fromiter([row is p.add for row in lines.primitives], bool, n)
        is_mul = np.fromiter([row is p.mul for row in lines.primitives], bool, n)
        is_term = self.is_used_once[first:] & is_add[user[first:]] if n else np.zeros(0, bool)
        is_link = is_add & is_term
        there = self.v != ABSENT
        left, right = is_parameter[self.u], is_parameter[np.where(there, self.v, 0)] & there
        is_product = is_mul & is_term & (left != right)
        self.weight, self.datum = np.where(left, self.u, self.v), np.where(left, self.v, self.u)
        self.is_inside = is_link | is_product
        self.is_product = np.concatenate([np.zeros(first, bool), is_product])
        self.terms = self._terms(is_add, is_link, user[first:])

    @property
    def lines_outside(self) -> int:
        """How many lines are more than part of a sum."""
        return int(np.count_nonzero(~self.is_inside))

    def places_of(self, slots: Any) -> Places:
        """The places of slots, flat; equal constants have one place."""
        flat = np.ravel(slots)
        return np.where(flat < 0, self.same[np.clip(-1 - flat, 0, len(self.same) - 1)], flat + self.leaf_places)

    def inputs_of(self, program: StraightLine, k: int) -> Places:
        """The places of the inputs of line k."""
        return self.places_of(program.lines.inputs_of(k))

    def _uses(self, program: StraightLine) -> tuple[np.ndarray, Places]:
        """Of each place, whether exactly one line uses it, and which line that is."""
        n = len(program.lines)
        used, users = [self.u, self.v], [np.arange(n), np.arange(n)]
        for k, rest in program.lines.rest.items():
            used.append(self.places_of(rest))
            users.append(np.full(len(rest), k))
        operands, user_of = np.concatenate(used), np.concatenate(users)
        there = operands != ABSENT
        operands, user_of = operands[there], user_of[there]
        uses = np.bincount(operands, minlength=self.leaf_places + n)
        for slots in program.wanted_slots:
            uses[self.places_of(slots)] += 2  # what is asked for has to be there by itself
        user = np.zeros(self.leaf_places + n, np.intp)
        user[operands] = user_of
        return uses == 1, user

    def _terms(self, is_add: np.ndarray, is_link: np.ndarray, user: Places) -> dict[int, Places]:
        root = np.where(is_link, user, np.arange(len(user)))
        while True:  # each round doubles how many links are followed
            further = root[root]
            if (further == root).all():
                break
            root = further
        adds = np.flatnonzero(is_add)
        terms, roots = np.stack([self.u[adds], self.v[adds]], axis=1).ravel(), np.repeat(root[adds], 2)
        is_outside = ~np.concatenate([np.zeros(self.leaf_places, bool), is_link])[terms]
        terms, roots = terms[is_outside], roots[is_outside]
        order = np.argsort(roots, kind="stable")
        ends, starts = np.unique(roots[order], return_index=True)
        return dict(zip(ends.tolist(), np.split(terms[order], starts[1:]), strict=True)) if len(ends) else {}


def _first_of_equal_constants(program: StraightLine) -> Places:
    """Of each leaf's place the one to stand for it: of constants, the first that is the same number to the last bit.

    A number that f holds is a constant anew wherever it is used: one for each neuron that it goes into.
    """
    same = np.arange(max(program.leaf_count, 1))
    first: dict[bytes, int] = {}
    for leaf in program.leaves:
        if leaf.kind == CONSTANT:
            same[-1 - leaf.slots] = first.setdefault(np.float64(leaf.data).tobytes(), -1 - leaf.slots)
    return same
