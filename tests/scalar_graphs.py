"""Graphs of Values for the tests of the forms in which a scalar program runs, and what they give eagerly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from helpers import grad_of, values_of

from microbp import Value
from microbp import primitives as p
from microbp.kinds import Elementwise

softsign = Elementwise(
    "softsign",
    lambda u: u / (1 + abs(u)),
    lambda u: u / (1 + np.abs(u)),
    lambda u, y: 1 / p.square(1 + p.abs(u)),
)
"""A row of a user's own, not in the table."""

ROWS: list[Elementwise] = [p.add, p.add, p.add, p.mul, p.mul, p.sub, p.neg, p.tanh, p.sin, p.sigmoid, p.relu, p.square]
ROWS += [p.maximum, p.where, p.step, p.logaddexp, p.identity, softsign, p.logsumexp.of_numbers(4), p.max.of_numbers(3)]


def random_graph(seed: int, lines: int, weights: int = 4) -> tuple[Callable[[Any], Value], list[Value]]:
    """A function of an array of Values, made of rows of all kinds with inputs from all over, and its weights."""
    rng = np.random.default_rng(seed)
    held = [Value(number, f"w_{k + 1}") for k, number in enumerate(rng.normal(size=weights))]
    steps = []
    for _ in range(lines):
        row = ROWS[rng.integers(len(ROWS))]
        # Half the inputs are among the last few results, so that there are chains as well as wide levels.
        near = rng.integers(1, 6, size=len(row.partials))
        steps.append((row, near, rng.random(len(row.partials)), rng.random(len(row.partials)) < 0.5))
    constant = float(rng.normal())

    def f(x: Any) -> Value:
        made: list[Any] = [*x, *held, constant]
        for row, near, far, is_near in steps:
            inputs = [
                made[-min(n, len(made))] if close else made[int(at * len(made))]
                for n, at, close in zip(near, far, is_near, strict=True)
            ]
            y = row(*inputs)
            made.append(p.tanh(y) if abs(number_of(y)) > 20 else y)
        total = Value(0.0, varies=False)
        for y in made[-7:]:
            total = total + y
        return total * made[0] + held[0]

    return f, held


def number_of(x: Any) -> float:
    """The number of a Value or a float, asked for in a way that a recording allows."""
    return float(getattr(x, "_data", x))


def eager(f: Callable[..., Value], inputs: Sequence[Any], held: Sequence[Value] = ()) -> tuple[float, list[Any]]:
    """The value of f, and its gradients by each of the inputs and by what it holds."""
    for w in held:
        w.zero_grad()
    nodes = [values_of(x) if np.ndim(x) else Value(x) for x in inputs]
    with np.errstate(all="ignore"):
        y = f(*nodes)
        if y.varies:
            y.backward()
    return y.data, [*map(grad_of, nodes), *map(grad_of, held)]


def column(x: np.ndarray, k: int) -> np.ndarray:
    """Example k of a batch."""
    return x[..., k]


EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.5, 710.0, -800.0, 1e-320, 1e200, -1e308, math.inf, -math.inf, math.nan]
"""Where functions have poles, ends of their domains and overflows."""
