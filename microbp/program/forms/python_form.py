"""`PythonForm`: a scalar program run as straight-line Python on floats, for graphs that are deep and narrow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from microbp.kinds import Elementwise
from microbp.program.forms.form import Form, Numbers, shapes_text
from microbp.program.forms.python_source import PythonSource
from microbp.program.lines import INPUT, StraightLine, for_one_example, shaped_gradient, shaped_output
from microbp.program.transforming import gradient
from microbp.program.watching import check_guards

Array = np.ndarray


class PythonForm(Form):
    """A scalar program as a Python function, and its gradient as another; examples are taken one by one.

    The gradient is that of the program of the gradient, in which an edge whose rate is the number 0 (a step,
    a comparison) carries nothing. Eagerly, and level by level, an infinite cotangent makes nan of it.

    Nothing is kept between calls: threads may share a form.
    """

    name = "Python"

    def __init__(self, program: StraightLine, why: str = "it was asked for") -> None:
        self.program, self.why = program, why

    @cached_property
    def function(self) -> PythonFunction:
        """The program itself."""
        return PythonFunction(self.program)

    @cached_property
    def gradient_function(self) -> PythonFunction:
        """The program of the value and of the gradient."""
        return PythonFunction(gradient(for_one_example(self.program)))

    @property
    def unsaid(self) -> str | None:
        """What would have to be handed over to the text."""
        if self.program.examples is not None:
            return "its text takes one example at a time; save matrix_form() instead, or the program of one example"
        names = ", ".join(self.function.source.bound)
        return f"{names} would have to be handed over (a row of your own)" if names else None

    @property
    def usage(self) -> str:
        """The shapes, whose numbers are handed over in a row."""
        shapes = shapes_text(self.program, self.function.source.arguments)
        return f"run takes a float where a shape is (), else a flat list of floats, as x.ravel().tolist(): {shapes}."

    @property
    def source(self) -> str:
        """The Python text of the program."""
        return self.function.source.text

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs."""
        columns = self._run(self.function, numbers)
        return [
            shaped_output(x, output.shape, self.program.examples, self.program.is_mean)
            for x, output in zip(columns, self.program.outputs, strict=True)
        ]

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `program.wrt`."""
        y, *columns = self._run(self.gradient_function, numbers)
        examples, is_mean = self.program.examples, self.program.is_mean
        leaves = [self.program.leaves[i] for i in self.program.wrt]
        return shaped_output(y, (), examples, is_mean), [
            shaped_gradient(x, leaf, examples, is_mean) for x, leaf in zip(columns, leaves, strict=True)
        ]

    def _run(self, function: PythonFunction, numbers: Numbers) -> list[Array]:
        """The outputs, each as rows of examples."""
        leaves, m = self.program.given, self.program.examples
        is_number = [not isinstance(leaf.slots, np.ndarray) for leaf in leaves]
        if m is None:
            pairs = zip(numbers, is_number, strict=True)
            given = [x.item() if number else x.ravel().tolist() for x, number in pairs]
            with np.errstate(all="ignore"):  # where a function of floats is numpy's
                return [np.array(output, float) for output in function(given)]
        # Of an input a list of its columns; of a parameter its one column as often as there are examples.
        columns = [
            x.reshape(-1, m).T.tolist() if leaf.kind == INPUT else [x.ravel().tolist()] * m
            for leaf, x in zip(leaves, numbers, strict=True)
        ]
        results = []
        with np.errstate(all="ignore"):
            for example in zip(*columns, strict=True):
                results.append(function([x[0] if number else x for x, number in zip(example, is_number, strict=True)]))
        return [np.array(output, float).reshape(m, -1).T for output in zip(*results, strict=True)]


class PythonFunction:
    """A scalar program as a function of one example.

    Python's floats raise where numpy gives inf or nan: at 1/0, log(0), exp(1000). To ask at each line would
    cost more than the line, so the function is run as if nothing ever happened; where it does, that one call
    is done over step by step, by `Elementwise.at`, which gives what numpy gives. Guards that don't hold
    raise likewise, and the steps say which it was.
    """

    def __init__(self, program: StraightLine) -> None:
        self.program, self.source = program, PythonSource(program)
        self.run = self.source.compiled()
        self.returns_one = len(program.outputs) == 1

    def __call__(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        try:
            results = self.run(*arguments)
        except (ValueError, ArithmeticError):
            results = None
        if results is None:  # out here, where a guard's error has not this one for a cause
            return self.step_by_step(arguments)
        return (results,) if self.returns_one else results

    def step_by_step(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """The outputs, line by line, with inf and nan where numpy has them; at a tenth of the speed."""
        program = self.program
        values: list[Any] = [None] * (len(program.lines) + program.leaf_count)
        given = zip(program.given, arguments, strict=True)
        for leaf, x in [*given, *[(leaf, leaf.data) for leaf in program.constants]]:
            for slot, number in zip(leaf.flat_slots, np.ravel(x).tolist(), strict=True):
                values[slot] = number
        for k, (row, inputs, _) in enumerate(program.lines):
            assert isinstance(row, Elementwise)
            values[k] = row.at(*[values[slot] for slot in inputs])
        check_guards(program, [np.float64(values[slot]) for slot in program.compared_slots])
        return tuple([_taken(values, output.slots) for output in program.outputs])


def _taken(values: list[Any], slots: Any) -> Any:
    return tuple([values[slot] for slot in slots.flat]) if isinstance(slots, np.ndarray) else values[slots]
