"""Proofs for the lines of the proofs of BP1 and BP2: eqs 36 to 45.

A line is equal to the line before it, to a backward sweep, and to complex steps; 43 and 44 to what they state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp.book.comparing import Comparison, Proof
from microbp.book.proofs.witness import RandomNetwork, networks
from microbp.book.recording import Recording
from microbp.nn.parameters import numbers_of

Function = Callable[..., Any]


def of_bp1(before: Function | None, coupled: bool = False) -> Proof:
    """The proof of a line that is δᴸ, and equal to the line before it."""

    def proof(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
        """δᴸ by a backward sweep and by complex steps, and the line before it, if there is one."""
        for case in networks(rng, 5, m=1, coupled=coupled):
            delta = function(case.net, case.x, case.y, case.cost)
            _delta(case, case.L, delta, comparison)
            if before is not None:
                comparison.equal("the line before", delta, before(case.net, case.x, case.y, case.cost))

    return proof


def of_bp2(before: Function | None) -> Proof:
    """The proof of a line that is δˡ, and equal to the line before it."""

    def proof(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
        """δˡ by a backward sweep and by complex steps, and the line before it, if there is one."""
        for case in networks(rng, 4, m=1, depth=3):
            for l in range(2, case.L):
                delta = function(case.net, case.x, case.y, l, case.cost)
                _delta(case, l, delta, comparison)
                if before is not None:
                    comparison.equal("the line before", delta, before(case.net, case.x, case.y, l, case.cost))

    return proof


def next_weighted_input(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """zˡ⁺¹ of the network's graph, and plain numpy."""
    for case in networks(rng, 4, m=1, depth=3):
        zs, _ = case.net.feedforward(case.x)
        for l in range(2, case.L):
            z_next = function(case.net, case.x, case.y, l, case.cost)
            comparison.equal(f"z of layer {l + 1}, of the graph", z_next, numbers_of(zs[l - 1])[:, 0])
            comparison.equal(f"z of layer {l + 1}, written out", z_next, case.zs[l - 1][:, 0])


def rate_of_next_weighted_input(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The sums over the paths between zˡ and zˡ⁺¹, and complex steps."""
    for case in networks(rng, 4, m=1, depth=3):
        recording = Recording("eq. 44", case.net, case.x, case.y, case.cost)
        for l in range(2, case.L):
            rates = function(case.net, case.x, case.y, l, case.cost)
            comparison.equal("∂zˡ⁺¹ₖ/∂zˡⱼ by paths", rates, recording.rates(recording.z(l + 1), recording.z(l)))
            comparison.equal("∂zˡ⁺¹ₖ/∂zˡⱼ by complex steps", rates, case.rates_of_next_z(l))


def _delta(case: RandomNetwork, l: int, delta: Any, comparison: Comparison) -> None:
    _, zs, cotangents = case.recorded()
    comparison.equal(f"δ of layer {l} by a backward sweep", delta, case.swept(zs[l - 2], cotangents)[:, 0])
    comparison.equal(f"δ of layer {l} by complex steps", delta, case.delta(l)[:, 0])
