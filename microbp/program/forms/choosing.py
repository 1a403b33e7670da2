"""`form_of`: the form in which a program is run, of scalars by what each form should take.

Arrays are run as numpy calls. A graph of scalars as regular as a network becomes a few lines on arrays. One
without that regularity is run level by level where it is wide, and as straight-line Python where it is narrow.
"""

from __future__ import annotations

from math import inf

from microbp.program.forms.array_form import ArrayForm, MatrixForm
from microbp.program.forms.estimating import estimate, matrix_us, python_us, time_text
from microbp.program.forms.form import Form
from microbp.program.forms.level_form import LevelForm
from microbp.program.forms.python_form import PythonForm
from microbp.program.lines import StraightLine
from microbp.program.matrices import Grouping, Sums

MANY = 1000
"""Arrays beyond which they take seconds to prepare."""


def form_of(program: StraightLine) -> Form:
    """The form of a program that should take the least time."""
    return _fastest(program) if program.is_scalar else ArrayForm(program)


def form_without_formulas(program: StraightLine) -> Form:
    """The form of scalars of whose gradient there is no program: level by level, by rate factors that are numbers."""
    return LevelForm(program, "a rate factor looks at numbers, so there is no program of the gradient")


def _fastest(program: StraightLine) -> Form:
    times = {"as Python": python_us(program)}
    # Most are far from where the estimates might err: a glance saves the preparation of what is not chosen.
    sums = Sums(program)
    estimated = estimate(program) if sums.lines_outside > MANY else None
    grouping = Grouping(program, sums) if estimated is None or estimated.groups < MANY else None
    if grouping is not None and len(grouping.homes) < MANY:
        times["as arrays"] = matrix_us(grouping)
    if estimated is not None or times.get("as arrays", inf) > times["as Python"] / 10:
        times["level by level"] = (estimated or estimate(program)).levels_us
    best = min(times, key=lambda form: times[form])
    count = len(program.lines)
    why = f"{count:,} line{'s' if count != 1 else ''} on scalars should take, for value and gradient, " + ", ".join(
        [f"{time_text(time)} {form}" for form, time in sorted(times.items(), key=lambda entry: entry[1])]
    )
    if best == "as arrays" and grouping is not None:
        return MatrixForm(program, grouping, why)
    return PythonForm(program, why) if best == "as Python" else LevelForm(program, why)
