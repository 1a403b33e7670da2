"""The forms in which a program can be run, and the choice between them."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from microbp.program.arrays_of import as_arrays, parts_of
from microbp.program.examples import given_leaves
from microbp.program.gradient import gradient, simplified
from microbp.program.grouping import Grouping
from microbp.program.guards import check_guards
from microbp.program.lines import INPUT, Leaf
from microbp.program.numpy_source import NumpySource
from microbp.program.program import Program

Numbers = list[np.ndarray]


class Form(Protocol):
    """A way of running a program.

    name    what it is called
    why     why it was chosen
    source  text of what is run
    """

    name: str
    why: str

    @property
    def source(self) -> str:
        """Text of what is run."""

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs, from the numbers of the leaves that are not constants."""

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `wrt`."""


class Compiled:
    """A program of arrays as numpy calls, whose results are the caller's own."""

    def __init__(self, program: Program) -> None:
        self.program = simplified(program)
        source = NumpySource(self.program)
        self.source, self.run = source.source, source.compiled()
        self.lock = allocate_lock()  # the arrays that it writes to are there once

    def __call__(self, numbers: Sequence[np.ndarray]) -> list[Any]:
        with self.lock, np.errstate(all="ignore"):
            results = self.run(*numbers)
            count = len(self.program.outputs)
            check_guards(self.program, results[count:])
            return [float(result) if result.ndim == 0 else np.array(result) for result in results[:count]]


class ArrayForm:
    """A program of arrays, as numpy calls."""

    name = "numpy"

    def __init__(self, program: Program, why: str = "its lines are on arrays") -> None:
        self.program, self.why = program, why
        self._value: Compiled | None = None
        self._gradient: Compiled | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"

    @property
    def source(self) -> str:
        """The numpy calls of the value."""
        return self._compiled_value().source

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs, from the numbers of the leaves that are not constants."""
        return self._compiled_value()(numbers)

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `wrt`."""
        if self._gradient is None:
            one = self.program.of_one
            self._gradient = Compiled(
                gradient(self.program)
                if one is None
                else gradient(one).batch(self.program.outputs[0].shape[-1], mean=False)
            )
        value, *gradients = self._gradient(numbers)
        return value, gradients

    def _compiled_value(self) -> Compiled:
        if self._value is None:
            self._value = Compiled(self.program)
        return self._value


class MatrixForm(ArrayForm):
    """A program of scalars, run as one of arrays.

    Parameters are handed over, and gradients handed back, as the scalar program has them.
    """

    name = "matrix form"

    def __init__(self, program: Program, grouping: Grouping, why: str) -> None:
        arrays = as_arrays(grouping)
        if program.examples is not None and not program.is_mean:
            arrays.of_one = as_arrays(grouping, None)
        super().__init__(arrays, why)
        self.scalars = program
        self.parts = [parts_of(grouping, leaf) for leaf in given_leaves(program)]

    def value(self, numbers: Numbers) -> list[Any]:
        return super().value(self._laid_out(numbers))

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        value, gradients = super().value_and_grad(self._laid_out(numbers))
        by_leaf = dict(zip(self.program.wrt, gradients, strict=True))
        return value, [self._collected(i, self.scalars.leaves[i], by_leaf) for i in self.scalars.wrt]

    def _laid_out(self, numbers: Numbers) -> Numbers:
        """The arrays that the numbers of the scalar program's leaves live in."""
        arrays = [np.empty(0)] * len(given_leaves(self.program))
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
