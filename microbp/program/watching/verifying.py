"""`verify`: whether a function does, on other examples, what was recorded of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp.program.lines import CONSTANT, PARAMETER, StraightLine


class Verification:
    """What differs between two recordings of a function; `ok` where nothing does, and printed as sentences."""

    def __init__(self, differences: list[str]) -> None:
        self.differences = differences

    @property
    def ok(self) -> bool:
        """Whether the recordings are the same."""
        return not self.differences

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        return "\n".join(self.differences) or "no difference: the program holds for these examples"

    def __repr__(self) -> str:
        return f"<verification: {'ok' if self.ok else f'{len(self.differences)} difference(s)'}>"


def compared(program: StraightLine, other: StraightLine) -> Verification:
    """A program beside another recording of the same function."""
    return Verification(
        _inputs(program, other)
        or _branches(program, other)
        or _lines(program, other)
        or _leaves(program, other) + _outputs(program, other)
    )


def _inputs(program: StraightLine, other: StraightLine) -> list[str]:
    if len(program.inputs) != len(other.inputs):
        return [f"the number of inputs is {len(program.inputs)} in the program, {len(other.inputs)} in this recording"]
    pairs = zip(program.inputs, other.inputs, strict=True)
    return [
        f"{mine.label} has shape {mine.shape} in the program, {its.shape} in this recording"
        for mine, its in pairs
        if mine.shape != its.shape
    ]


def _lines(program: StraightLine, other: StraightLine) -> list[str]:
    a, b = program.lines, other.lines
    if (a.primitives, a.u, a.v, a.rest) == (b.primitives, b.u, b.v, b.rest) and _same(a.params, b.params):
        return []
    for k, (mine, its) in enumerate(zip(program.lines, other.lines, strict=False)):
        if mine.primitive is not its.primitive:
            return [f"line {k + 1} is {mine.primitive.name} in the program, and {its.primitive.name} in this recording"]
        if mine.inputs != its.inputs or not _same(mine.params, its.params):
            return [f"line {k + 1}, {mine.primitive.name}, has other inputs or arguments in this recording"]
    if len(program.lines) != len(other.lines):
        return [f"the number of lines is {len(program.lines):,} in the program, {len(other.lines):,} in this recording"]
    return []


def _leaves(program: StraightLine, other: StraightLine) -> list[str]:
    found = []
    for kind in (PARAMETER, CONSTANT):
        counts = [sum([leaf.kind == kind for leaf in which.leaves]) for which in (program, other)]
        if counts[0] != counts[1]:
            return [f"the number of {kind}s is {counts[0]} in the program, {counts[1]} in this recording"]
    for mine, its in zip(program.leaves, other.leaves, strict=True):
        if mine.kind == PARAMETER and not _same_nodes(mine.data, its.data):
            found.append(f"{mine.label or 'a parameter'} is another node in this recording")
        if mine.kind == CONSTANT and not _same(mine.data, its.data):
            found.append(
                f"{_changed(mine.data, its.data)} in this recording: a number that the function computes outside of "
                "the graph, or draws, is frozen in the program; make it an argument"
            )
    return list(dict.fromkeys(found))


def _outputs(program: StraightLine, other: StraightLine) -> list[str]:
    mine, its = ([np.asarray(output.slots).tolist() for output in which.outputs] for which in (program, other))
    return [] if mine == its else ["the results are other lines of the program"]


def _branches(program: StraightLine, other: StraightLine) -> list[str]:
    for mine, its in zip(program.guards, other.guards, strict=False):
        if mine.text != its.text:
            return [f"where the program compares {mine.text}, this recording compares {its.text}"]
        if not _same(mine.outcome, its.outcome):
            return [f"{mine.text} comes out otherwise in this recording, and another branch may be taken"]
    if len(program.guards) != len(other.guards):
        counts = f"{len(program.guards)} in the program, {len(other.guards)} in this recording"
        return [f"the number of comparisons is {counts}"]
    return []


def _same_nodes(mine: Any, its: Any) -> bool:
    if isinstance(mine, np.ndarray) and isinstance(its, np.ndarray):
        return mine.shape == its.shape and all([x is y for x, y in zip(mine.flat, its.flat, strict=True)])
    return mine is its


def _same(mine: Any, its: Any) -> bool:
    if isinstance(mine, dict):
        return mine.keys() == its.keys() and all(_same(mine[key], its[key]) for key in mine)
    if isinstance(mine, tuple):
        return isinstance(its, tuple) and len(mine) == len(its) and all(map(_same, mine, its))
    if isinstance(mine, np.ndarray | float):
        return np.array_equal(mine, its, equal_nan=np.asarray(mine).dtype.kind == "f")
    return bool(mine == its)


def _changed(mine: Any, its: Any) -> str:
    """What became of a constant."""
    if np.shape(mine) != np.shape(its):
        return f"the constant of shape {np.shape(mine)} has shape {np.shape(its)}"
    if np.size(mine) == 1:
        return f"the constant {np.ravel(mine)[0]:.6g} is {np.ravel(its)[0]:.6g}"
    return f"the constant array of shape {np.shape(mine)} holds other numbers"
