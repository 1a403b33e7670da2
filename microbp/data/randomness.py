"""Where randomness comes from: a seed, or a generator."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from microbp.data.arguments import whole
from microbp.data.errors import DataError

# In quotes, as numpy loads its random half only where it is named, which takes as long as all of ours.
Randomness: TypeAlias = "int | np.random.Generator"
"""A seed, or a generator, which is then drawn from."""


def generator_of(operation: str, rng: Randomness) -> np.random.Generator:
    """The generator, or one of that seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    seed = whole(operation, "rng", rng)
    if seed < 0:
        raise DataError(f"{operation}: rng is {seed}; pass a seed of 0 or more, or a numpy Generator")
    return np.random.default_rng(seed)
