"""Proofs for the quadratic cost: eqs 6, 26 and 27."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from microbp.book.comparing import Comparison
from microbp.book.proofs.witness import networks
from microbp.nn import costs
from microbp.tensor import Tensor

Function = Callable[..., Any]


def quadratic_cost(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The squares added up exactly, example by example, and the cost of the graph."""
    for _ in range(6):
        a, y = rng.normal(size=(2, *rng.integers(1, 6, 2)))
        n = a.shape[1]
        lengths = [math.fsum((y[:, x] - a[:, x]) ** 2) for x in range(n)]
        comparison.equal("1/2n Σ ‖y − a‖²", function(a, y), math.fsum(lengths) / (2 * n))
        comparison.equal("C of the graph", function(a, y), costs.quadratic(Tensor(a), y)._data)


def quadratic_cost_of_a_network(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The outputs in plain numpy, with the squares added up exactly."""
    for case in networks(rng, 6, cost="quadratic"):
        squares = ((case.y - case.activations[-1]) ** 2).ravel()
        C = function(case.net, case.x, case.y)._data
        comparison.equal("1/2n Σ ‖y − aᴸ‖²", C, math.fsum(squares) / (2 * case.m))


def quadratic_cost_of_one_example(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The squares added up exactly, and the cost of the graph, which is their mean."""
    for _ in range(6):
        a, y = rng.normal(size=(2, *rng.integers(1, 6, 2)))
        by_example = [math.fsum((y[j, x] - a[j, x]) ** 2 for j in range(len(a))) / 2 for x in range(a.shape[1])]
        comparison.equal("½ Σⱼ (yⱼ − aᴸⱼ)²", function(a, y), by_example)
        comparison.equal("its mean", function(a, y).mean(), costs.quadratic(Tensor(a), y)._data)
