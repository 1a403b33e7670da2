"""`ArrayForm` and `MatrixForm`: programs run as numpy calls on arrays, recorded as such or made of scalars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from microbp.program.batching import gradient_of_each
from microbp.program.forms.form import Form, Numbers, shapes_text
from microbp.program.forms.numpy_source import NumpySource
from microbp.program.lines import INPUT, Leaf, StraightLine
from microbp.program.matrices import Grouping, as_arrays, parts_of
from microbp.program.transforming import simplified
from microbp.program.watching import check_guards


class Compiled:
    """A program of arrays as numpy calls, whose results are the caller's own."""

    def __init__(self, program: StraightLine) -> None:
        self.program = simplified(program)
        source = NumpySource(self.program)
        self.source, self.compile = source.source, source.compiled
        self.free = [source.compiled()]
        self.unsaid: str | None = None
        if source.scope:
            self.unsaid = f"{', '.join(source.scope)} would have to be handed over (a row of your own, or many numbers)"

    def __call__(self, numbers: Sequence[np.ndarray]) -> list[Any]:
        # A call writes to arrays that are there once: another thread, or a call within the call, has its own.
        run = self.free.pop() if self.free else self.compile()
        try:
            with np.errstate(all="ignore"):
                results = run(*numbers)
                count = len(self.program.outputs)
                check_guards(self.program, results[count:])
                return [float(result) if result.ndim == 0 else np.array(result) for result in results[:count]]
        finally:
            self.free.append(run)


class ArrayForm(Form):
    """A program of arrays, as numpy calls."""

    name = "numpy"

    def __init__(self, program: StraightLine, why: str = "its lines are on arrays") -> None:
        self.program, self.why = program, why

    @cached_property
    def compiled(self) -> Compiled:
        """The program itself."""
        return Compiled(self.program)

    @cached_property
    def compiled_gradient(self) -> Compiled:
        """The program of the value and of the gradient."""
        return Compiled(gradient_of_each(self.program))

    @property
    def source(self) -> str:
        """The numpy calls of the value."""
        return self.compiled.source

    @property
    def usage(self) -> str:
        """The shapes of the arrays."""
        arguments = self.source.partition("\ndef run(")[2].partition(")")[0]
        shapes = shapes_text(self.program, arguments.split(", ") if arguments else [])
        return f"run takes arrays, np.array(2.0) where a shape is (): {shapes}. It gives a tuple of arrays."

    @property
    def unsaid(self) -> str | None:
        """What would have to be handed over to the text."""
        return self.compiled.unsaid

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs."""
        return self.compiled(numbers)

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `wrt`."""
        value, *gradients = self.compiled_gradient(numbers)
        return value, gradients


class MatrixForm(ArrayForm):
    """A program of scalars, run as one of arrays.

    Parameters are handed over, and gradients handed back, as the scalar program has them.
    """

    name = "matrix form"

    def __init__(self, program: StraightLine, grouping: Grouping, why: str) -> None:
        super().__init__(as_arrays(program, grouping), why)
        self.scalars = program
        self.parts = [parts_of(grouping, leaf) for leaf in program.given]

    @property
    def usage(self) -> str:
        """The shapes of the arrays, and where the Values of the scalar program are in them."""
        return f"{super().usage} The parameters hold the Values as program.matrix_form().parameters has them in data."

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs, of the numbers of the scalar program's leaves."""
        return super().value(self._laid_out(numbers))

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `wrt` of the scalar program."""
        value, gradients = super().value_and_grad(self._laid_out(numbers))
        by_leaf = dict(zip(self.program.wrt, gradients, strict=True))
        return value, [self._collected(i, self.scalars.leaves[i], by_leaf) for i in self.scalars.wrt]

    def _laid_out(self, numbers: Numbers) -> Numbers:
        """The arrays that the numbers of the scalar program's leaves live in."""
        arrays = [np.empty(0)] * len(self.program.given)
        for given, parts in zip(numbers, self.parts, strict=True):
            for entries, leaf, rows in parts:
                shape = self.program.leaves[leaf].shape
                if given.shape == shape:
                    arrays[leaf] = given
                else:
                    arrays[leaf] = np.empty(shape)
                    arrays[leaf].ravel()[rows] = given.ravel()[entries]
        return arrays

    def _collected(self, i: int, leaf: Leaf, by_leaf: dict[int, Any]) -> Any:
        """The gradient by a leaf of the scalar program, out of those by arrays; 0 for what is of no use."""
        parts = self.parts[i]
        if leaf.kind == INPUT:
            return by_leaf[parts[0].leaf]
        m = self.scalars.examples
        each = () if m is None or self.scalars.is_mean else (m,)
        collected = np.zeros((np.size(leaf.slots), *each))
        for entries, number, rows in parts:
            collected[entries] = np.reshape(by_leaf[number], (-1, *each))[rows]
        collected = collected.reshape((*leaf.shape, *each))
        return collected if collected.ndim else float(collected)
