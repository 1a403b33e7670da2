"""`Lookup`: the lines of a program by what they do, so that a formula can be looked up in it.

A formula run on `Found` slots computes nothing: it asks at each step for the line that takes it. What
comes out is the slot in which the program has the value of the formula.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Operand, Primitive
from microbp.operators import Differentiable
from microbp.program.lines import CONSTANT, StraightLine
from microbp.program.listing.texts import is_unseen


class Found(Differentiable):
    """A slot that a formula came upon; None where the program has no line that does what the formula says."""

    __slots__ = ("lookup", "_shape")
    precedence = 100

    def __init__(self, lookup: Lookup, slot: int | None, shape: tuple[int, ...] = ()) -> None:
        self.lookup, self._data, self._shape, self.number = lookup, slot, shape, 0

    @property
    def shape(self) -> tuple[int, ...]:
        return self._shape

    @classmethod
    def accepts(cls, other: Operand) -> bool:
        return True

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Any:
        lookup: Lookup = next(x.lookup for x in inputs if isinstance(x, Found))
        return lookup.line(primitive, inputs, params)


class Lookup:
    """The lines of a program by what they do; equal numbers are one and the same."""

    def __init__(self, program: StraightLine) -> None:
        self.program = program
        self.number: dict[int, float] = {}
        for leaf in program.leaves:
            if leaf.kind == CONSTANT and np.size(leaf.data) == 1:
                self.number[leaf.slots] = float(np.asarray(leaf.data).item())
        self.shape_of: dict[int, tuple[int, ...]] = {leaf.slots: leaf.shape for leaf in program.leaves}
        self.shape_of |= dict(enumerate(program.shapes))
        self.origin: dict[int, int] = {}
        for k, primitive in enumerate(program.lines.primitives):
            if primitive is p.reshape:
                (before,) = program.lines.inputs_of(k)
                if is_unseen(self.shape_of[before], self.shape_of[k]):
                    self.origin[k] = self.origin.get(before, before)
        self.slots: dict[Any, int] = {}
        for k, (primitive, inputs, params) in enumerate(program.lines):
            self.slots.setdefault(self._key(primitive, inputs, params), k)
        for slot, other in transposed_constants(program).items():
            self.slots.setdefault(self._key(p.transpose, (other,), {"axes": None}), slot)

    def __getitem__(self, slot: int) -> Found:
        return Found(self, slot, self.shape_of[slot])

    def _key(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return (primitive, *[self._same(x) for x in inputs], *map(repr, params.items()))

    def _same(self, x: int | float) -> Any:
        """What two inputs have in common that may stand for each other: a slot, or a number in whatever shape."""
        if not isinstance(x, int):
            return repr(x)
        if x in self.number:
            return repr(self.number[x])
        return self.origin.get(x, x) if prod(self.shape_of[x]) == 1 else x

    def alike(self, x: Found) -> list[int]:
        """The slots with what was found, in its shape or with axes of length 1 more or less; none of nothing."""
        if x._data is None:
            return []
        origin = self.origin.get(x._data, x._data)
        return [origin, *[slot for slot, other in self.origin.items() if other == origin]]

    def line(self, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Found:
        """The slot of the line with this primitive and these inputs, a product in either order."""
        if any(isinstance(x, Found) and x._data is None for x in inputs):
            return Found(self, None)
        keys = tuple([x._data if isinstance(x, Found) else float(x) for x in inputs])
        slot = self.slots.get(self._key(primitive, keys, params))
        if slot is None and primitive in (p.mul, p.add):
            slot = self.slots.get(self._key(primitive, keys[::-1], params))
        if slot is None and primitive is p.div and isinstance(keys[1], float):
            return self.line(p.mul, (inputs[0], 1 / keys[1]), params)
        return Found(self, slot) if slot is None else self[slot]


def product(a: Found, b: Found) -> Found:
    """The matrix product a b."""
    return a.lookup.line(p.matmul, (a, b), {})


def reshaped(a: Found, shape: tuple[int, ...]) -> Found:
    """What is in a slot, in another shape."""
    return a.lookup.line(p.reshape, (a,), {"shape": shape})


def transposed(a: Found) -> Found:
    """The transpose; of a transpose, what that is made of."""
    slot = a._data
    if slot is not None and slot >= 0:
        primitive, inputs, params = a.lookup.program.lines[slot]
        if primitive is p.transpose and params["axes"] is None:
            return a.lookup[inputs[0]]
    return a.lookup.line(p.transpose, (a,), {"axes": None})


def transposed_constants(program: StraightLine) -> dict[int, int]:
    """The slots of constant matrices that are the transpose of another, with the slot of that one."""
    matrices = [leaf for leaf in program.constants if len(leaf.shape) == 2 and min(leaf.shape) > 0]
    found: dict[int, int] = {}
    first: dict[Any, int] = {}
    for leaf in matrices:
        array = np.ascontiguousarray(leaf.data)
        other = first.get((array.shape, array.tobytes()))
        if other is None or array.size == 1:
            first[array.shape[::-1], np.ascontiguousarray(array.T).tobytes()] = leaf.slots
        else:
            found[leaf.slots] = other
    return found
