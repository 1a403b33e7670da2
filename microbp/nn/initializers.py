"""Where learning starts: weights of shape (n_out, n_in) and biases of shape (n_out, 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Start = tuple[np.ndarray, np.ndarray]
Initializer = Callable[["np.random.Generator", int, int], Start]


def normal(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 1) for weights and biases: the book's first start (ch. 1). It saturates wide layers."""
    return rng.standard_normal((n_out, n_in)), rng.standard_normal((n_out, 1))


def inverse_sqrt(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 1/n_in) for weights, N(0, 1) for biases: the book's better start (ch. 3)."""
    w, b = normal(rng, n_out, n_in)
    return w / np.sqrt(n_in), b


def glorot(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 2/(n_in + n_out)) for weights, biases 0 (Glorot & Bengio 2010): for tanh and sigmoid."""
    return rng.standard_normal((n_out, n_in)) * np.sqrt(2 / (n_in + n_out)), np.zeros((n_out, 1))


def he(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 2/n_in) for weights, biases 0 (He et al. 2015): for relu."""
    return rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in), np.zeros((n_out, 1))


NAMES: Mapping[str, Initializer] = {"normal": normal, "inverse_sqrt": inverse_sqrt, "glorot": glorot, "he": he}
