"""`Program`: a recording as a straight line of primitives, to be run again on other numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from microbp.graph import Node, Primitive
from microbp.program.arguments import as_inputs, reader_of
from microbp.program.lines import CONSTANT, INPUT, PARAMETER, Guard, Leaf, Lines, NoFormulaError, Output, RecordingError
from microbp.program.writing import LeafNodes, Writing, dtype_of, each_node
from microbp.tensor import Tensor

if TYPE_CHECKING:
    from microbp.program.verifying import Verification


class Recording(NamedTuple):
    """What a program was recorded from: the arguments of `record`."""

    f: Callable[..., Any]
    node: type[Node] | None
    wrt: Any


Result = Any
"""A float for a single number, else an array; a tuple of these where f returned a tuple."""


class Program:
    """A recording, frozen: lines, each a primitive of the table, its input slots and its output slot.

    lines    the steps, in an order in which they can be taken
    labels   of each line's slot its name, or None
    shapes   of each line's slot
    dtypes   of each line's slot
    leaves   what the lines begin with: inputs, parameters, constants
    outputs  what is handed back
    guards   the comparisons that f made
    wrt      the numbers of the leaves that `value_and_grad` differentiates by
    examples, is_mean  of scalar lines, how many examples they are run on, and whether for the mean of f over them
    of_one   what this is a batch of, where it gives a result for each example
    is_gradient  whether the outputs are those of `gradient`
    """

    def __init__(
        self,
        outputs: Sequence[Any],
        leaves: Sequence[LeafNodes],
        guards: Sequence[Guard] = (),
        *,
        like: Program | None = None,
        name: str = "f",
        is_single: bool = True,
    ) -> None:
        """The program that computes `outputs`, nodes or arrays of Values, from `leaves` and what else they rest on.

        guards     comparisons of nodes
        like       the program that this is another form of: its leaves stand for the same nodes, in the same order
        name       of the function
        is_single  whether the one output is handed back by itself, not in a tuple
        """
        compared = [node for guard in guards for node in (guard.left, guard.right)]
        writing = Writing([node for nodes in (*outputs, *compared) for node in each_node(nodes)], leaves)
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
        self.is_scalar = not any(isinstance(node, Tensor) for nodes in outputs for node in each_node(nodes))
        self.shapes: Sequence[tuple[int, ...]] = _Same((), self.lines)
        self.dtypes: Sequence[np.dtype[Any]] = _Same(np.dtype(float), self.lines)
        if not self.is_scalar:
            self.shapes, self.dtypes = [x.shape for x in writing.nodes], [dtype_of(x) for x in writing.nodes]
        self.name, self.is_single = name, is_single
        self.wrt = [i for i, leaf in enumerate(self.leaves) if leaf.kind == PARAMETER] or [0][: len(self.inputs)]
        self.is_one = not self.parameters
        self.checks: list[Callable[[], None]] = []
        self.recorded_from: Recording | None = None
        self.examples: int | None = None
        self.is_mean = False
        self.of_one: Program | None = None
        self.is_gradient = False
        if like is not None:
            self.name, self.is_single, self.wrt, self.is_one = like.name, like.is_single, like.wrt, like.is_one
            self.checks, self.is_gradient = like.checks, like.is_gradient
            own = [leaf for leaf in like.leaves if leaf.kind != CONSTANT]
            for i, leaf in enumerate(own):
                self.leaves[i] = self.leaves[i]._replace(data=leaf.data, is_loose=leaf.is_loose)

    @property
    def inputs(self) -> list[Leaf]:
        """What a call hands over."""
        return [leaf for leaf in self.leaves if leaf.kind == INPUT]

    @property
    def parameters(self) -> list[Leaf]:
        """What is read, at each call, from the nodes that f holds."""
        return [leaf for leaf in self.leaves if leaf.kind == PARAMETER]

    @property
    def constants(self) -> list[Leaf]:
        """The numbers that are part of f."""
        return [leaf for leaf in self.leaves if leaf.kind == CONSTANT]

    @property
    def wanted_slots(self) -> list[Any]:
        """What is handed back, and what is compared: slots, or arrays of them."""
        compared = [slot for guard in self.guards for slot in (guard.left, guard.right)]
        return [output.slots for output in self.outputs] + compared

    def __str__(self) -> str:
        from microbp.program.listing import listing

        return listing(self)

    def __repr__(self) -> str:
        return f"<program {self.name}: {len(self.lines):,} lines>"

    # Replay

    def __call__(self, *inputs: Any) -> Result:
        """f of these inputs, with the parameters as they are now. No graph is built.

        inputs  numbers or arrays in the shapes of the examples

        Raises RecordingError where f would have branched otherwise, or where a parameter is no longer the node that
        it was; ValueError and TypeError where an input is not of the recorded shape or kind.
        """
        results = self.form.value(self._numbers(inputs))
        return results[0] if self.is_single else tuple(results)

    def value_and_grad(self, *inputs: Any) -> tuple[float, Any]:
        """f of these inputs, and ∂f/∂(parameter) for each of the parameters in `wrt`, in a tuple.

        Values that f was found to hold have a float each, in the order of their creation. Where `wrt` was a
        single argument or parameter, there is its gradient, and no tuple.
        """
        numbers = self._numbers(inputs)
        try:
            value, gradients = self.form.value_and_grad(numbers)
        except NoFormulaError:
            if not self.is_scalar:
                raise
            from microbp.program.levels import LevelForm

            self.form = LevelForm(self, self.examples, self.is_mean)  # where rate factors are only ever numbers
            self.form.why = "a rate factor looks at numbers, so there is no program of the gradient"
            value, gradients = self.form.value_and_grad(numbers)
        flat: list[Any] = []
        for i, g in zip(self.wrt, gradients, strict=True):
            flat.extend(g.tolist() if g.ndim == 1 else g) if self.leaves[i].is_loose else flat.append(g)
        return value, flat[0] if self.is_one else tuple(flat)

    def _numbers(self, inputs: Sequence[Any]) -> list[np.ndarray]:
        """The numbers of all leaves but constants."""
        for check in self.checks:
            check()
        return [*as_inputs(self, inputs), *[read() for read in self._readers]]

    @cached_property
    def _readers(self) -> list[Callable[[], np.ndarray]]:
        return [reader_of(leaf) for leaf in self.parameters]

    @cached_property
    def form(self) -> Any:
        """In which form this program is run; `print(program.form)` says which was chosen, and why."""
        if not self.is_scalar:
            from microbp.program.forms import ArrayForm

            return ArrayForm(self)
        from microbp.program.choosing import choose

        return choose(self)

    @property
    def source(self) -> str:
        """The Python source of what a call runs."""
        return str(self.form.source)

    def save(self, path: Any) -> None:
        """Write the source to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.source)

    def verify(self, *examples: Any) -> Verification:
        """Record f again, on other examples, and compare: what differs is printed, and nothing where `ok`.

        It finds branches that depend on the data, numbers that are computed outside of the graph, random draws,
        and parameters that were put in the place of others.
        """
        from microbp.program.recording import record
        from microbp.program.verifying import compared

        if self.recorded_from is None:
            raise RecordingError(f"verify: {self.name} was made of another program; verify the one that was recorded")
        f, node, wrt = self.recorded_from
        return compared(self, record(f, *examples, node=node, wrt=wrt))

    # Other programs made of this one

    def run(self, leaves: Sequence[Any]) -> list[Any]:
        """The values of all slots, from those of all leaves: what a program means.

        The arithmetic is that of the values: numbers are computed with, nodes record.
        """
        values: list[Any] = [None] * len(self.lines)
        values += reversed([value for x in leaves for value in (x.flat if _holds_objects(x) else (x,))])
        for k, (primitive, inputs, params) in enumerate(self.lines):
            # As a plain primitive, whatever its kind: concatenate has its inputs one by one here, not in a list.
            values[k] = Primitive.__call__(primitive, *[values[i] for i in inputs], **params)
        return values

    def batch(self, m: int, mean: bool = True) -> Program:
        """The same for m examples at once, one a column.

        An input whose last axis has length 1, a column, takes m columns; any other a further last axis of
        length m. Parameters are the same for all examples.

        mean  whether a single number is averaged over the examples, C = (1/m) Σₓ Cₓ (Nielsen ch. 2, the first
              assumption about the cost); else there is a result for each, in a last axis, and so for gradients
        """
        if not isinstance(m, int | np.integer) or isinstance(m, bool) or m < 1:
            raise ValueError(f"batch: the number of examples is a whole number of at least 1, not {m!r}")
        if self.examples is not None:
            raise RecordingError(f"batch: {self.name} is over {self.examples} examples already")
        if not self.is_scalar:
            from microbp.program.batching import batched

            made = batched(self, int(m), mean)
            made.of_one = None if mean else self
            return made
        made = copy(self)
        made.__dict__.pop("form", None)
        made.outputs = list(self.outputs)
        made.examples, made.is_mean, made.recorded_from = int(m), mean and self.is_single, None
        made.leaves = [
            leaf._replace(shape=batch_shape(leaf.shape, int(m))) if leaf.kind == INPUT else leaf for leaf in self.leaves
        ]
        if self.is_gradient:  # ∂C/∂w of each example is in a further axis, also where w is a column
            for k, i in enumerate(self.wrt, start=1):
                if self.leaves[i].kind == PARAMETER and self.outputs[k].shape[-1:] == (1,):
                    made.outputs[k] = self.outputs[k]._replace(shape=(*self.outputs[k].shape, 1))
        return made

    def matrix_form(self) -> Program:
        """Scalars as arrays, sums over indices as products of matrices: the program as the book writes it.

        A program of arrays is in this form already.
        """
        if not self.is_scalar:
            return self
        from microbp.program.arrays_of import as_arrays
        from microbp.program.grouping import Grouping

        return as_arrays(Grouping(self))

    def gradient(self) -> Program:
        """The program that gives f and, by the same table of primitives, ∂f/∂(parameter) for each one in `wrt`."""
        from microbp.program.gradient import gradient

        return gradient(self if self.examples is None else self.matrix_form())


class _Same(Sequence[Any]):
    """One thing as often as there are lines."""

    def __init__(self, thing: Any, lines: Lines) -> None:
        self.thing, self.lines = thing, lines

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, k: Any) -> Any:
        if not 0 <= k < len(self):  # without which a loop over them has no end
            raise IndexError(f"there is no line {k}")
        return self.thing


def batch_shape(shape: tuple[int, ...], m: int) -> tuple[int, ...]:
    """The shape of m examples of this shape: columns side by side, or along a further last axis."""
    return (*shape[:-1], m) if shape[-1:] == (1,) else (*shape, m)


def _holds_objects(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype == object
