"""`choose`: the form in which a program of scalars is run, by what each should take.

A graph as regular as a network becomes a few lines on arrays. One without that regularity is run level
by level where it is wide, and as straight-line Python where it is narrow.
"""

from __future__ import annotations

from math import inf

from microbp.program.estimating import estimate, python_us
from microbp.program.forms import Form, MatrixForm
from microbp.program.grouping import Grouping
from microbp.program.levels import LevelForm
from microbp.program.program import Program
from microbp.program.python_form import PythonForm
from microbp.program.sums import Sums

STEP, GATHERED, ENTRY = 3.5, 10.0, 0.003
"""Microseconds for value and gradient: of an array, of one gathered from others, of a number in it or in a matrix."""

MANY = 1000
"""Arrays beyond which they take seconds to prepare."""


def choose(program: Program) -> Form:
    """The form of a scalar program that should take the least time."""
    m = program.examples or 1
    times = {"as Python": python_us(program, m)}
    sums = Sums(program)
    grouping = None
    # Most are far from where the estimates might err: a glance saves the preparation of what is not chosen.
    if sums.lines_outside > MANY:
        figures = estimate(program, program.examples)
        times["level by level"] = figures.levels_us
    if sums.lines_outside <= MANY or figures.groups < MANY:
        grouping = Grouping(program, sums)
        if len(grouping.homes) < MANY:
            times["as arrays"] = matrix_us(grouping, m)
    if "level by level" not in times and times.get("as arrays", inf) > times["as Python"] / 10:
        times["level by level"] = estimate(program, program.examples).levels_us
    best = min(times, key=lambda form: times[form])
    why = f"{len(program.lines):,} lines on scalars should take, for value and gradient, " + ", ".join(
        [f"{time:,.3g} µs {form}" for form, time in sorted(times.items(), key=lambda entry: entry[1])]
    )
    if best == "as arrays" and grouping is not None:
        return MatrixForm(program, grouping, why)
    form = PythonForm if best == "as Python" else LevelForm
    made = form(program, program.examples, program.is_mean)
    made.why = why
    return made


def matrix_us(grouping: Grouping, m: int) -> float:
    """What the value and gradient of a program should take as arrays, over m examples."""
    total = 0.0
    for home, step in zip(grouping.homes, grouping.steps, strict=True):
        if step is not None:
            gathered = [places for places in step.operands if not grouping.is_together(places)]
            products = [product.weights.size * product.data.shape[1] for product in step.products]
            total += STEP * (1 + len(step.products)) + GATHERED * len(gathered)
            total += ENTRY * m * (home.places.size + sum(products) / 10)
    return total
