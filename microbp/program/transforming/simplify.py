"""`simplified`: a program with fewer lines, and the same bits.

A line is not built where its result is there already: computed before, a number (where all its inputs
are constants), or one of its inputs (where it does nothing to it). Lines that no output rests on are
not written at all. The rest is `rules`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.lines import ProgramLike, StraightLine
from microbp.program.transforming.graph import Graph
from microbp.program.transforming.layout import layout, minds_layout
from microbp.program.transforming.rules import RULES, constant_beside, number_in
from microbp.shapes import shape_of


def simplified(program: ProgramLike) -> ProgramLike:
    """The same program with fewer lines, and the same bits."""
    with np.errstate(all="ignore"):  # the numbers are of no concern
        graph = Graph(program, Builder().make)
        if not program.is_scalar and not _adds_up_alike(program, graph):
            graph = Graph(program, Builder(keeps_layout=True).make)
        made = graph.program(program, [graph.at(output.slots) for output in program.outputs])
    made.name_outputs_as(program)
    return made


def _adds_up_alike(program: StraightLine, graph: Graph) -> bool:
    """Whether what the lines add up still lies in memory as it did, and has its bits."""
    before = program.run([x._data for x in graph.leaves])
    added_up = {slot for primitive, inputs, _ in program.lines if minds_layout(primitive) for slot in inputs}
    return all([layout(graph.values[slot]._data) == layout(before[slot]) for slot in added_up])


class Builder:
    """Makes the nodes that the lines of a program ask for, each of them only once."""

    def __init__(self, keeps_layout: bool = False) -> None:
        """keeps_layout  whether each array has to lie in memory as its line would make it"""
        self.made: dict[Any, Any] = {}
        self.keeps_layout = keeps_layout

    def make(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """A node of what `primitive` makes of these nodes."""
        # Not a power: numpy takes another way, with other last bits, where the exponent is one number for all.
        is_slimmed = isinstance(primitive, Elementwise) and primitive is not p.power
        slim = _not_stretched(inputs) if is_slimmed else inputs
        rule = RULES.get(primitive) if _is_of_one_dtype(inputs) else None
        found = rule(self.make, *slim, **params) if rule is not None else None
        if found is None:
            found = self._recorded(primitive, slim, params)
        if self.keeps_layout:
            as_it_was = primitive.on_arrays(*[x._data for x in inputs], **params)
            if layout(found._data) != layout(as_it_was):
                return self._recorded(primitive, inputs, params)
        return found

    def _recorded(self, primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        key = (primitive, *map(_identity, inputs), *[(name, _as_key(value)) for name, value in params.items()])
        if key not in self.made:
            # The inputs are kept with the node: as long as they live no other has their identity.
            self.made[key] = type(inputs[0]).record(primitive, inputs, params), inputs
        return self.made[key][0]


def _is_of_one_dtype(inputs: tuple[Any, ...]) -> bool:
    return len({getattr(x._data, "dtype", None) for x in inputs}) == 1


def _identity(x: Any) -> Any:
    """The same for two inputs that may stand for each other: equal numbers, or one and the same node."""
    number = number_in(x)
    return id(x) if number is None else (repr(number), shape_of(x), getattr(x._data, "dtype", None))


def _as_key(value: Any) -> Any:
    """A parameter of a line as what can be looked up."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    return tuple(map(_as_key, value)) if isinstance(value, tuple) else repr(value)


def _not_stretched(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs of an elementwise line, without the broadcasting that numpy does by itself."""
    if not any(map(shape_of, inputs)):
        return inputs
    whole = np.broadcast_shapes(*map(shape_of, inputs))
    slim = list(inputs)
    for i, x in enumerate(inputs):
        others = [shape_of(y) for j, y in enumerate(slim) if j != i]
        if shape_of(x) and others and np.broadcast_shapes(*others) == whole:
            number = number_in(x)
            if number is not None:
                slim[i] = constant_beside(number, x)
            elif x.primitive is p.broadcast_to:
                slim[i] = x.u
    return tuple(slim)
