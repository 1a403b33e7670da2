"""Where learning starts: weights of shape (n_out, n_in) and biases of shape (n_out, 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite

import numpy as np

from microbp.arguments import real_number, whole_number
from microbp.nn.named import named

Start = tuple[np.ndarray, np.ndarray]
Initializer = Callable[["np.random.Generator", int, int], Start]


def normal(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 1) for weights and biases: the book's first start (ch. 1). It saturates wide layers."""
    return rng.standard_normal((n_out, n_in)), rng.standard_normal((n_out, 1))


def inverse_sqrt(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 1/n_in) for weights, N(0, 1) for biases: the book's better start (ch. 3)."""
    w, b = normal(rng, n_out, n_in)
    return w / np.sqrt(n_in), b


def lecun(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 1/n_in) for weights, biases 0 (LeCun et al. 1998; CS231n's randn/√n): z varies as much as the inputs."""
    return rng.standard_normal((n_out, n_in)) / np.sqrt(n_in), np.zeros((n_out, 1))


def small(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 0.01²) for weights, biases 0 (CS231n's 0.01·randn): in deep networks activations and gradients die out."""
    return 0.01 * rng.standard_normal((n_out, n_in)), np.zeros((n_out, 1))


def sparse(rng: np.random.Generator, n_out: int, n_in: int, k: int = 10) -> Start:
    """N(0, 1) for the weights of k inputs of each neuron, drawn at random; all else 0 (Martens 2010; CS231n).

    So neurons differ, and z does not grow with the number of inputs. The weights at 0 are learned as the others are.

    k  10 by default, `sparse_of(k)` has another; all inputs, where there are fewer
    """
    k = min(k, n_in)
    w, inputs = np.zeros((n_out, n_in)), rng.random((n_out, n_in)).argsort(axis=1)[:, :k]
    np.put_along_axis(w, inputs, rng.standard_normal((n_out, k)), axis=1)
    return w, np.zeros((n_out, 1))


def glorot(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 2/(n_in + n_out)) for weights, biases 0 (Glorot & Bengio 2010): for tanh and sigmoid."""
    return rng.standard_normal((n_out, n_in)) * np.sqrt(2 / (n_in + n_out)), np.zeros((n_out, 1))


def he(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
    """N(0, 2/n_in) for weights, biases 0 (He et al. 2015): for relu."""
    return rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in), np.zeros((n_out, 1))


NAMES: Mapping[str, Initializer] = {
    "normal": normal,
    "inverse_sqrt": inverse_sqrt,
    "lecun": lecun,
    "glorot": glorot,
    "he": he,
    "small": small,
    "sparse": sparse,
}


def sparse_of(k: int) -> Initializer:
    """`sparse` with k inputs for each neuron.

    >>> w, b = sparse_of(2)(np.random.default_rng(0), 3, 5)
    >>> np.count_nonzero(w, axis=1).tolist()
    [2, 2, 2]
    """
    return partial(sparse, k=whole_number("sparse_of", "k", k))


def with_bias(start: str | Initializer, b: float) -> Initializer:
    """The weights of another start, by name or itself, and the same b for all biases.

    A small positive b, as 0.01, has every relu neuron fire at first, so that none is dead from the beginning; whether
    that is better than 0 is open (CS231n).

    >>> with_bias("he", 0.01)(np.random.default_rng(0), 2, 3)[1].tolist()
    [[0.01], [0.01]]
    """
    weights = named("initializer", start, NAMES)
    if not isfinite(real_number("with_bias", "b", b)):
        raise ValueError(f"with_bias: b is finite, not {b}")

    def biased(rng: np.random.Generator, n_out: int, n_in: int) -> Start:
        return weights(rng, n_out, n_in)[0], np.full((n_out, 1), float(b))

    return biased
