"""What the value and gradient of a scalar program should take as Python, level by level, and as arrays.

The constants are microseconds, measured with CPython 3.11 and numpy 2.4 on one core, the best of many runs.

Python and levels: on chains of 500 to 25,000 lines and on irregular graphs of 3 to 3,000 lines a level, for
levels with 1, 10 and 100 examples. What was measured is within 15 % of the estimate, but for levels on
chains (0.7 to 1.7 of it) and where the state fills the cache (100 levels of 500 lines, ten examples: 1.6).
With other work between the calls both took about twice as long, and Python of 100,000 lines five times.

Arrays and networks of scalars as Python: on programs of 1 to 1,040 lines with one example the estimates are 0.7
to 1.5 times what was measured, on an AMD EPYC with one BLAS thread; with a hundred examples of [64, 30, 10] arrays
took half of what is estimated.

Where a level has seven primitives, the two are equally fast at about 300 lines a level, that is 45 in a
group, and with ten examples at about 30. Measured with one example: at 300, and between 200 and 350 with
other work between the calls.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from microbp.program.forms.levels import Levels
from microbp.program.forms.python_source import is_call
from microbp.program.lines import StraightLine
from microbp.program.matrices import Grouping

START_OF_LEVELS, LEVEL, GROUP, LINE_IN_GROUP = 12.0, 0.8, 3.4, 0.0043
"""For a call, for a level, for a group in it, and for a line of it in each example."""

START, LINE, CALL, HANDED_OVER, NUMBER = 6.0, 0.03, 0.12, 2.0, 0.05
"""For an example as Python, for a line of it, and what is added where the line is a call; for an array of Values
that is handed over, and for each number in it."""

REDUCED_IN_PYTHON, REDUCED_IN_LEVELS, REDUCED_INPUT = 8.0, 30.0, 1.5
"""What is added for a reduction of n numbers: as Python for each line; in levels for each group, and each input."""

START_OF_ARRAYS, ARRAY, GATHERED_ARRAY, ENTRY = 4.0, 3.5, 10.0, 0.003
"""For a call, for an array, for one that is gathered from others, and for a number in an array or in a matrix."""


class Estimate(NamedTuple):
    """How many groups of lines a program has, and what they should take level by level, in microseconds."""

    groups: int
    levels_us: float


def python_us(program: StraightLine) -> float:
    """What the value and gradient of a scalar program should take as Python, in microseconds."""
    rows: Counter[Any] = Counter(program.lines.primitives)
    calls = sum([count for row, count in rows.items() if is_call(row)])
    reduced = sum([count for row, count in rows.items() if row.reduction is not None])
    sizes = [np.size(leaf.slots) for leaf in program.given if isinstance(leaf.slots, np.ndarray)]
    of_one = START + LINE * len(program.lines) + CALL * calls + REDUCED_IN_PYTHON * reduced + NUMBER * sum(sizes)
    return HANDED_OVER * len(sizes) + (program.examples or 1) * of_one


def estimate(program: StraightLine) -> Estimate:
    """What the value and gradient of a scalar program should take level by level, from its lines alone."""
    plan = Levels(program)
    rows: list[Any] = program.lines.primitives
    groups, levels, count = len(plan.starts), len(set(plan.depth.tolist())), len(plan.lines)
    of_groups = [rows[k] for k in plan.lines[plan.starts].tolist()]
    arities = [len(row.partials) for row in of_groups if row.reduction is not None]
    levels_us = START_OF_LEVELS + LEVEL * levels + GROUP * groups + LINE_IN_GROUP * count * (program.examples or 1)
    return Estimate(groups, levels_us + REDUCED_IN_LEVELS * len(arities) + REDUCED_INPUT * sum(arities))


def matrix_us(grouping: Grouping) -> float:
    """What the value and gradient of a scalar program should take as arrays, in microseconds."""
    total, m = START_OF_ARRAYS, grouping.program.examples or 1
    for home, step in zip(grouping.homes, grouping.steps, strict=True):
        if step is not None:
            gathered = [places for places in step.operands if not grouping.is_together(places)]
            products = [product.weights.size * product.data.shape[1] for product in step.products]
            total += ARRAY * (1 + len(step.products)) + GATHERED_ARRAY * len(gathered)
            total += ENTRY * m * (home.places.size + sum(products) / 10)
    return total


def time_text(us: float) -> str:
    """A number of microseconds with the two figures that an estimate has.

    >>> time_text(7.44), time_text(34.2), time_text(1310.0), time_text(999.9), time_text(2.6e6)
    ('7.4 µs', '34 µs', '1.3 ms', '1 ms', '2.6 s')
    """
    rounded = float(f"{us:.2g}")
    unit, size = next(((unit, size) for unit, size in (("s", 1e6), ("ms", 1e3)) if rounded >= size), ("µs", 1.0))
    return f"{rounded / size:g} {unit}"
