"""Arguments that are numbers, or where random numbers come from: as they are used, or one sentence on what is wrong."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np


def whole_number(operation: str, name: str, n: Any) -> int:
    """A count, at least 1; floats are refused, also 3.0, and so is True."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"{operation}: {name} is a whole number of at least 1, not {n!r}")
    return int(n)


def real_number(operation: str, name: str, x: Any) -> float:
    """A single real number, which may be nan or inf; texts, arrays and True are refused."""
    if isinstance(x, bool) or not isinstance(x, Real):
        raise TypeError(f"{operation}: {name} is a number, not {x!r}")
    return float(x)


def generator(operation: str, rng: Any) -> np.random.Generator:
    """The Generator that is given, or one of that seed; a new one each time for None."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise ValueError(f"{operation}: rng is {rng!r}; pass a numpy Generator, or a seed of 0 or more") from None
