"""`PythonForm`: a scalar program run as straight-line Python on floats, for graphs that are deep and narrow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from microbp.kinds import Elementwise
from microbp.program.examples import count_of_leaves, for_one_example, given_leaves, shaped_gradient, shaped_output
from microbp.program.gradient import gradient
from microbp.program.guards import check_guards
from microbp.program.lines import INPUT
from microbp.program.program import Program
from microbp.program.python_source import PythonSource

Array = np.ndarray


class PythonForm:
    """A scalar program as a Python function, and its gradient as another; examples are taken one by one.

    examples  how many the inputs hold, one a column; None for one, without an axis for it
    mean      whether the result is the mean over the examples

    The gradient is that of the program of the gradient, in which an edge whose rate is the number 0 (a step,
    a comparison) carries nothing. Eagerly, and level by level, an infinite cotangent makes nan of it.

    Nothing is kept between calls: threads may share a form.
    """

    name = "Python"
    why = "its lines are too narrow for numpy to be worth a call"

    def __init__(self, program: Program, examples: int | None = None, mean: bool = True) -> None:
        self.program, self.examples, self.mean = program, examples, mean
        self.leaves = given_leaves(program)

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"

    @cached_property
    def straight(self) -> StraightLine:
        """The program itself."""
        return StraightLine(self.program)

    @cached_property
    def straight_gradient(self) -> StraightLine:
        """The program of the value and of the gradient."""
        return StraightLine(gradient(for_one_example(self.program)))

    @property
    def source(self) -> str:
        """The Python text of the program."""
        return self.straight.source.text

    @property
    def gradient_source(self) -> str:
        """The Python text of the value and the gradient."""
        return self.straight_gradient.source.text

    def value(self, numbers: list[Array]) -> list[Any]:
        """The outputs, from the numbers of the leaves that are not constants."""
        columns = self._run(self.straight, numbers)
        return [
            shaped_output(x, output.shape, self.examples, self.mean)
            for x, output in zip(columns, self.program.outputs, strict=True)
        ]

    def value_and_grad(self, numbers: list[Array]) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `program.wrt`."""
        y, *columns = self._run(self.straight_gradient, numbers)
        leaves = [self.program.leaves[i] for i in self.program.wrt]
        return shaped_output(y, (), self.examples, self.mean), [
            shaped_gradient(x, leaf, self.examples, self.mean) for x, leaf in zip(columns, leaves, strict=True)
        ]

    def _run(self, straight: StraightLine, numbers: list[Array]) -> list[Array]:
        """The outputs, each as rows of examples."""
        m = 1 if self.examples is None else self.examples
        leaves = self.leaves
        if self.examples is None:
            pairs = zip(leaves, numbers, strict=True)
            given = [x.ravel().tolist() if isinstance(leaf.slots, np.ndarray) else x.item() for leaf, x in pairs]
            with np.errstate(all="ignore"):  # where a function of floats is numpy's
                return [np.array(output, float) for output in straight(given)]
        # Of an input a list of its columns; of a parameter its one column as often as there are examples.
        columns = [
            x.reshape(-1, m).T.tolist() if leaf.kind == INPUT else [x.ravel().tolist()] * m
            for leaf, x in zip(leaves, numbers, strict=True)
        ]
        is_one = [not isinstance(leaf.slots, np.ndarray) for leaf in leaves]
        results = []
        with np.errstate(all="ignore"):  # where a function of floats is numpy's
            for example in zip(*columns, strict=True):
                results.append(straight([x[0] if one else x for x, one in zip(example, is_one, strict=True)]))
        return [np.array(output, float).reshape(m, -1).T for output in zip(*results, strict=True)]


class StraightLine:
    """A scalar program as a function of one example.

    Python's floats raise where numpy gives inf or nan: at 1/0, log(0), exp(1000). To ask at each line would
    cost more than the line, so the function is run as if nothing ever happened; where it does, that one call
    is done over step by step, by `Elementwise.at`, which gives what numpy gives. Guards that don't hold
    raise likewise, and the steps say which it was.
    """

    def __init__(self, program: Program) -> None:
        self.program, self.source = program, PythonSource(program)
        self.run = self.source.compiled()
        self.is_one = len(program.outputs) == 1

    def __call__(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        try:
            results = self.run(*arguments)
        except (ValueError, ArithmeticError):
            return self.step_by_step(arguments)
        return (results,) if self.is_one else results

    def step_by_step(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs, line by line, with inf and nan where numpy has them; at a tenth of the speed."""
        program = self.program
        values: list[Any] = [None] * (len(program.lines) + count_of_leaves(program))
        given = zip(given_leaves(program), arguments, strict=True)
        for leaf, x in [*given, *[(leaf, leaf.data) for leaf in program.constants]]:
            for slot, number in zip(leaf.flat_slots, np.ravel(x).tolist(), strict=True):
                values[slot] = number
        for k, (row, inputs, _) in enumerate(program.lines):
            assert isinstance(row, Elementwise)
            values[k] = row.at(*[values[slot] for slot in inputs])
        compared = [slot for guard in program.guards for slot in (guard.left, guard.right)]
        check_guards(program, [np.float64(values[slot]) for slot in compared])
        return tuple([_taken(values, output.slots) for output in program.outputs])


def _taken(values: list[Any], slots: Any) -> Any:
    return tuple([values[slot] for slot in slots.flat]) if isinstance(slots, np.ndarray) else values[slots]
