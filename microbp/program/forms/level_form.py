"""`LevelForm`: a scalar program run level by level, for graphs that are wide but no matrices.

Lines of one depth and one primitive are one numpy call on an array that has a row for each slot and a
column for each example. The backward sweep goes over the same groups, by the same rate factors as ever.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from microbp.kinds import Elementwise, entry_by_entry
from microbp.program.forms.form import Form, Numbers
from microbp.program.forms.levels import GATHERED, NUMBERS, STATE, Group, Levels, Operand
from microbp.program.forms.pulls import PulledGroup, Pulls
from microbp.program.lines import INPUT, Guard, StraightLine, shaped_gradient, shaped_output
from microbp.program.watching import check_guards

Array = np.ndarray


class LevelForm(Form):
    """A scalar program as numpy calls, one for each group of lines that can be taken together.

    No array is kept between calls: threads may share a form.
    """

    name = "level by level"

    def __init__(self, program: StraightLine, why: str = "it was asked for") -> None:
        self.program, self.why = program, why
        self.columns = program.examples or 1
        self.plan = Levels(program)
        self.leaves = [
            (-1 - max(leaf.flat_slots, default=-1), len(leaf.flat_slots), leaf.kind == INPUT)
            for leaf in program.given
        ]
        self.outputs = [self.plan.row[self.plan.sums.places_of(output.slots)] for output in program.outputs]
        self.guards = _guards_by_comparison(program, self.plan)

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs."""
        with np.errstate(all="ignore"):
            state, _ = self._forward(numbers)
            return [self._output(state, k) for k in range(len(self.outputs))]

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `program.wrt`."""
        with np.errstate(all="ignore"):
            state, operands = self._forward(numbers)
            return self._output(state, 0), self._gradients(self._backward(state, operands))

    @cached_property
    def pulls(self) -> Pulls:
        """How the backward sweep goes."""
        return Pulls(self.plan)

    # Forward

    def _forward(self, numbers: Numbers) -> tuple[Array, list[list[Any]]]:
        """The state, and the operands of each group."""
        state = self._empty(self.plan.count)
        for (place, size, is_input), x in zip(self.leaves, numbers, strict=True):
            columns = self.columns if is_input else 1
            state[place : place + size] = x.reshape(size) if state.ndim == 1 else x.reshape(size, columns)
        constant = self.plan.is_constant[: self.plan.first]
        if constant.any():
            numbers_of = self.plan.constants[constant]
            state[: self.plan.first][constant] = numbers_of if state.ndim == 1 else numbers_of[:, None]
        operands: list[list[Any]] = []
        for gathered, groups in self.plan.levels:
            sources = (state, state if gathered is None else state.take(gathered, 0))
            for group in groups:
                y = state[group.rows]
                if group.row_sums is not None:
                    group.row_sums(state, y)
                    operands.append([])
                    continue
                given = [at if source == NUMBERS else sources[source][at] for source, at in group.operands]
                operands.append(given)
                f = group.primitive.on_arrays
                if f.__class__ is np.ufunc:
                    f(*given, out=y)
                else:
                    y[...] = f(*given)
        self._check_guards(state)
        return state, operands

    def _empty(self, rows: int) -> Array:
        # One column without an axis for it: `reduceat` along the first of two axes is slower, and so is `take`.
        return np.empty(rows) if self.columns == 1 else np.empty((rows, self.columns))

    def _output(self, state: Array, k: int) -> Any:
        taken = state.take(self.outputs[k], 0).reshape(-1, self.columns)
        return shaped_output(taken, self.program.outputs[k].shape, self.program.examples, self.program.is_mean)

    def _check_guards(self, state: Array) -> None:
        for compare, outcomes, left, right in self.guards:
            a, b = (state.take(rows, 0).reshape(-1, self.columns) for rows in (left, right))
            if np.not_equal(compare(a, b), outcomes).any():
                sides = state.take(self.plan.row[self.plan.sums.places_of(self.program.compared_slots)], 0)
                check_guards(self.program, list(sides))

    # Backward

    def _backward(self, state: Array, operands: list[list[Any]]) -> Array:
        """The cotangents, in the rows that `pulls` says."""
        cotangents = self._empty(self.pulls.count)
        cotangents[0] = 1.0
        for row_sums, rows, groups in self.pulls.levels:
            if row_sums is not None:
                row_sums(cotangents, cotangents[rows])
            for pulled in groups:
                if pulled.pulls:
                    _pull(pulled, operands[pulled.number], state[pulled.group.rows], cotangents)
        return cotangents

    def _gradients(self, cotangents: Array) -> list[Any]:
        pulls, program = self.pulls, self.program
        found = np.zeros((len(pulls.reached), self.columns))
        if pulls.leaves is not None:
            sums = self._empty(pulls.leaves.count)
            pulls.leaves(cotangents, sums)
            found[pulls.reached] = sums.reshape(-1, self.columns)
        leaves = [program.leaves[i] for i in program.wrt]
        parts = np.split(found, np.cumsum([np.size(leaf.slots) for leaf in leaves])[:-1])
        return [
            shaped_gradient(part, leaf, program.examples, program.is_mean)
            for part, leaf in zip(parts, leaves, strict=True)
        ]

    # To read

    @property
    def unsaid(self) -> str | None:
        """A listing of groups is no Python."""
        return "it runs level by level, and its source is a list of what is taken together; save matrix_form() instead"

    @property
    def source(self) -> str:
        """The numpy calls, group by group; `rows` stands for the rows that are gathered."""
        lines = [f"# {self.program.name}: {len(self.plan.levels)} levels, S has {self.plan.count} rows"]
        for number, (gathered, groups) in enumerate(self.plan.levels, start=1):
            lines.append(f"# level {number}")
            if gathered is not None:
                lines.append(f"R = S[rows]  # {len(gathered)} rows: {_some(gathered)}")
            lines += [_text(group) for group in groups]
        return "\n".join(lines) + "\n"


def _pull(pulled: PulledGroup, inputs: list[Any], y: Array, cotangents: Array) -> None:
    """Write what the lines of a group pull back: rate × cotangent."""
    primitive, g = pulled.group.primitive, cotangents[pulled.cotangent]
    all_rates = _rates_of_reduction(primitive, inputs, y) if primitive.reduction is not None else None
    for i, rows, is_summed in pulled.pulls:
        rate = _rates(primitive, i, inputs, y) if all_rates is None else all_rates[i]
        if is_summed:
            np.add.reduce(rate * g, 0, out=cotangents[rows], keepdims=True)
        else:
            np.multiply(rate, g, cotangents[rows])


def _rates(primitive: Elementwise, i: int, inputs: list[Any], y: Array) -> Any:
    """∂y/∂(input i) for all lines of a group."""
    try:
        return primitive.rate(i, tuple(inputs), y)
    except (TypeError, ValueError):  # a row of the user's that computes with floats alone, or branches on them
        return np.asarray(entry_by_entry(lambda *at: primitive.rate(i, at[:-1], at[-1]), *inputs, y), float)


def _rates_of_reduction(primitive: Elementwise, inputs: list[Any], y: Array) -> Array:
    """The rates of all inputs at once: one by one, n of them take n times as long."""
    assert primitive.reduction is not None
    rates: Array = primitive.reduction.partial(np.stack(np.broadcast_arrays(*inputs, y)[:-1]), y[None], axis=0)
    return rates


def _guards_by_comparison(program: StraightLine, plan: Levels) -> list[tuple[Any, Array, Array, Array]]:
    """Comparisons of one kind, to be made in one call: how, their outcomes, and the rows that they compare."""
    by_comparison: dict[Any, list[Guard]] = {}
    for guard in program.guards:
        by_comparison.setdefault(guard.compare, []).append(guard)
    found = []
    for compare, guards in by_comparison.items():
        left = plan.row[plan.sums.places_of([guard.left for guard in guards])]
        right = plan.row[plan.sums.places_of([guard.right for guard in guards])]
        found.append((compare, np.array([[bool(guard.outcome)] for guard in guards]), left, right))
    return found


def _text(group: Group) -> str:
    made = f"S[{group.rows.start}:{group.rows.stop}]"
    if group.row_sums is not None:
        assert group.lengths is not None
        return f"{made} = sums of {_some(group.lengths)} rows of S: {_some(group.row_sums.terms)}"
    return f"{made} = {group.primitive.name}({', '.join(map(_operand_text, group.operands))})"


def _operand_text(operand: Operand) -> str:
    if operand.source == NUMBERS:
        return f"{float(operand.at)!r}" if np.ndim(operand.at) == 0 else f"[{_some(np.ravel(operand.at))}]"
    return f"{ {STATE: 'S', GATHERED: 'R'}[operand.source] }[{operand.at.start}:{operand.at.stop}]"


def _some(numbers: Array) -> str:
    """The first few of many numbers."""
    shown = ", ".join(f"{x:g}" for x in numbers[:6].tolist())
    return shown + (", …" if len(numbers) > 6 else "")
