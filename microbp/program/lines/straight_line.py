"""`StraightLine`: a recorded computation as lines that are taken one after the other.

This is what all passes over a program read and make. What a user does with one is in `Program`, its
only subclass: made of a Program, they give a Program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from microbp.graph import Primitive
from microbp.nn.parameters import nodes_of
from microbp.program.lines.nodes import dtype_of
from microbp.program.lines.parts import CONSTANT, INPUT, PARAMETER, Guard, Leaf, Lines, Output
from microbp.program.lines.writing import LeafNodes, Walk, Writing
from microbp.shapes import is_object_array
from microbp.tensor import Tensor

ProgramLike = TypeVar("ProgramLike", bound="StraightLine")
"""The class of what a pass over a program is given, which is that of what it makes."""

Take = Callable[[Primitive, tuple[Any, ...], dict[str, Any]], Any]
"""What takes a line: a primitive, its inputs and its params, to what it makes of them."""


def _as_it_is(primitive: Primitive, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
    # As a plain primitive, whatever its kind: concatenate has its inputs one by one here, not in a list.
    return Primitive.__call__(primitive, *inputs, **params)


class StraightLine:
    """Lines, each a primitive of the table, its input slots and its output slot, and what they begin and end with.

    name     of the function that was recorded
    lines    the steps, in an order in which they can be taken
    labels   of each line's slot its name, or None
    shapes   of each line's slot
    dtypes   of each line's slot
    leaves   what the lines begin with: inputs, parameters, constants
    outputs  what is handed back
    guards   the comparisons that the function made
    checks   called before each replay: they raise where the parameters are not those that were found, or where their
             numbers are not as the function needs them
    demands  called with the numbers of the inputs: they raise where these are not as the function needs them
    wrt      the numbers of the leaves to differentiate by

    is_scalar         whether the slots hold single numbers
    is_gradient       whether the outputs are a value and the gradient by each leaf in `wrt`
    returns_tuple     whether the function gave a tuple, and not its one output by itself
    gradient_is_tuple whether `wrt` was several things, and not one whose gradient is handed back by itself
    examples, is_mean of scalar lines, how many examples they are run on, and whether for the mean over them
    batch_of          what this is a batch of, where it gives a result for each example
    record_again      records the same function on other examples; None where this was made of another program
    """

    def __init__(
        self,
        outputs: Sequence[Any],
        leaves: Sequence[LeafNodes],
        guards: Sequence[Guard] = (),
        *,
        name: str = "f",
        returns_tuple: bool = False,
        walk: Walk | None = None,
    ) -> None:
        """The lines that compute `outputs`, nodes or arrays of Values, from `leaves` and what else they rest on.

        guards  comparisons of nodes
        walk    the leaves and operations that outputs and guards rest on, where somebody has been there already
        """
        compared = [node for guard in guards for node in (guard.left, guard.right)]
        writing = Writing([node for nodes in (*outputs, *compared) for node in nodes_of(nodes)], leaves, walk)
        self.name, self.returns_tuple = name, returns_tuple
        self.lines: Lines = writing.lines
        self.labels: list[str | None] = [node.label for node in writing.nodes]
        self.leaves: list[Leaf] = writing.leaves
        self.outputs = [
            Output(None if isinstance(nodes, np.ndarray) else nodes.label, writing.slots_of(nodes), nodes.shape)
            for nodes in outputs
        ]
        self.guards = [
            guard._replace(left=writing.slots_of(guard.left), right=writing.slots_of(guard.right)) for guard in guards
        ]
        self.is_scalar = not any(isinstance(node, Tensor) for nodes in outputs for node in nodes_of(nodes))
        if self.is_scalar:
            self.shapes: list[tuple[int, ...]] = [()] * len(self.lines)
            self.dtypes: list[np.dtype[Any]] = [np.dtype(float)] * len(self.lines)
        else:
            self.shapes, self.dtypes = [x.shape for x in writing.nodes], [dtype_of(x) for x in writing.nodes]
        self.wrt = [i for i, leaf in enumerate(self.leaves) if leaf.kind == PARAMETER]
        if not self.wrt and self.inputs:
            self.wrt = [0]
        self.gradient_is_tuple = bool(self.parameters)
        self.checks: list[Callable[[], None]] = []
        self.demands: list[Callable[[Sequence[np.ndarray]], None]] = []
        self.is_gradient = False
        self.examples: int | None = None
        self.is_mean = False
        self.batch_of: Any = None
        self.record_again: Callable[..., Any] | None = None

    def derived(
        self: ProgramLike, outputs: Sequence[Any], leaves: Sequence[LeafNodes], guards: Sequence[Guard]
    ) -> ProgramLike:
        """Another form of this: of other lines, but of leaves that stand for the same nodes, in the same order."""
        made = type(self)(outputs, leaves, guards, name=self.name, returns_tuple=self.returns_tuple)
        made.wrt, made.gradient_is_tuple = self.wrt, self.gradient_is_tuple
        made.checks, made.demands, made.is_gradient = self.checks, self.demands, self.is_gradient
        for i, leaf in enumerate(self.given):
            made.leaves[i] = made.leaves[i]._replace(data=leaf.data, is_loose=leaf.is_loose)
        return made

    def name_outputs_as(self, other: StraightLine) -> None:
        """Give the outputs the labels that those of another form of this have."""
        pairs = zip(self.outputs, other.outputs, strict=True)
        self.outputs = [output._replace(label=named.label) for output, named in pairs]

    def __copy__(self: ProgramLike) -> ProgramLike:
        """The same in an object of its own, without what was worked out for this one, such as its form."""
        made = object.__new__(type(self))
        kept = {k: v for k, v in vars(self).items() if not isinstance(getattr(type(self), k, None), cached_property)}
        vars(made).update(kept)
        return made

    @property
    def inputs(self) -> list[Leaf]:
        """What a call hands over."""
        return [leaf for leaf in self.leaves if leaf.kind == INPUT]

    @property
    def parameters(self) -> list[Leaf]:
        """What is read, at each call, from the nodes that the function holds."""
        return [leaf for leaf in self.leaves if leaf.kind == PARAMETER]

    @property
    def constants(self) -> list[Leaf]:
        """The numbers that are part of the function."""
        return [leaf for leaf in self.leaves if leaf.kind == CONSTANT]

    @property
    def given(self) -> list[Leaf]:
        """The leaves whose numbers come with each call, in the order in which they come: all but constants."""
        return [leaf for leaf in self.leaves if leaf.kind != CONSTANT]

    @property
    def leaf_count(self) -> int:
        """How many slots are those of leaves: −1 … −count."""
        return sum([int(np.size(leaf.slots)) for leaf in self.leaves])

    @property
    def compared_slots(self) -> list[int]:
        """Left and right of each guard, one after the other."""
        return [slot for guard in self.guards for slot in (guard.left, guard.right)]

    @property
    def wanted_slots(self) -> list[Any]:
        """What is handed back, and what is compared: slots, or arrays of them."""
        return [output.slots for output in self.outputs] + self.compared_slots

    def run(self, leaves: Sequence[Any], take: Take = _as_it_is) -> list[Any]:
        """The values of all slots, from those of all leaves: what the lines mean.

        The arithmetic is that of the values: numbers are computed with, nodes record.
        """
        values: list[Any] = [None] * len(self.lines)
        values += reversed([value for x in leaves for value in (x.flat if is_object_array(x) else (x,))])
        for k, (primitive, inputs, params) in enumerate(self.lines):
            values[k] = take(primitive, tuple([values[i] for i in inputs]), params)
        return values
