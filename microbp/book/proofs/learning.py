"""Proofs for the steps of a network that learns, by all examples or by mini-batches: eqs 16 to 21."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from microbp.book.comparing import Comparison
from microbp.book.proofs.witness import RandomNetwork, networks
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import numbers_of

Function = Callable[..., Any]


def weights_move(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂w by complex steps in each weight, where the step is down that of the backward sweep."""
    for case, eta, net in _stepped(rng, function):
        for l, layer in enumerate(net.layers, start=2):
            nabla = case.nabla_w(l).mean(axis=-1)
            comparison.equal(f"w of layer {l}", numbers_of(layer.w), case.weights[l - 2] - eta * nabla)


def biases_move(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂b by complex steps in each bias, where the step is down that of the backward sweep."""
    for case, eta, net in _stepped(rng, function):
        for l, layer in enumerate(net.layers, start=2):
            nabla = case.nabla_b(l).mean(axis=-1, keepdims=True)
            comparison.equal(f"b of layer {l}", numbers_of(layer.b), case.biases[l - 2] - eta * nabla)


def _stepped(rng: np.random.Generator, function: Function) -> list[tuple[RandomNetwork, float, Any]]:
    found = []
    for case in networks(rng, 4):
        eta = float(rng.uniform(0.1, 3))
        case.net.cost(case.x, case.y, case.cost).backward()
        function(SGD(eta), case.net.parameters())
        found.append((case, eta, case.net))
    return found


def mean_over_a_partition(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∇C of all examples by a backward sweep, which the estimates of any partition have as their mean."""
    for case in networks(rng, 3, m=12):
        _, _, cotangents = case.recorded()
        order = rng.permutation(12)
        for m in (1, 2, 3, 4, 6, 12):
            estimates = [_estimate(case, function, order[k : k + m].tolist()) for k in range(0, 12, m)]
            comparison.equal(f"mean over mini-batches of {m}", np.mean(estimates, axis=0), _flat(
                [case.swept(layer.b, cotangents) for layer in case.net.layers],
                [case.swept(layer.w, cotangents) for layer in case.net.layers],
            ))  # fmt: skip


def spread_over_all_draws(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∇C and σ² of the examples by complex steps: all draws of m examples have mean ∇C and variance σ²/m."""
    n = 3
    for case in networks(rng, 2, m=n):
        by_example = np.array([
            _flat([case.nabla_b(l)[:, [x]] for l in range(2, case.L + 1)],
                  [case.nabla_w(l)[..., x] for l in range(2, case.L + 1)])
            for x in range(n)
        ])  # fmt: skip
        nabla = by_example.mean(axis=0)
        variance = float(((by_example - nabla) ** 2).sum(axis=1).mean())
        for m in (1, 2, 3):
            estimates = np.array([_estimate(case, function, draw) for draw in product(range(n), repeat=m)])
            comparison.equal(f"mean over all {n**m} mini-batches of {m}", estimates.mean(axis=0), nabla)
            squares = float(((estimates - nabla) ** 2).sum(axis=1).mean())
            comparison.equal(f"mean square of the error for m = {m}, times m", m * squares, variance)


def _estimate(case: RandomNetwork, function: Function, batch: Sequence[int]) -> np.ndarray:
    x, y = case.x[:, list(batch)], case.y[:, list(batch)]
    return _flat(*function(case.weights, case.biases, x, y, case.sigmas, case.cost))


def _flat(nabla_b: Sequence[np.ndarray], nabla_w: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.ravel(g) for g in (*nabla_b, *nabla_w)])


def weights_move_by_a_mini_batch(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The sum over the mini-batch of ∂Cₓ/∂w by complex steps."""
    for case, rate, net in _trained(rng, function):
        for l, layer in enumerate(net.layers, start=2):
            total = case.nabla_w(l).sum(axis=-1)
            comparison.equal(f"w of layer {l}", numbers_of(layer.w), case.weights[l - 2] - rate * total)


def biases_move_by_a_mini_batch(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The sum over the mini-batch of ∂Cₓ/∂b by complex steps."""
    for case, rate, net in _trained(rng, function):
        for l, layer in enumerate(net.layers, start=2):
            total = case.nabla_b(l).sum(axis=-1, keepdims=True)
            comparison.equal(f"b of layer {l}", numbers_of(layer.b), case.biases[l - 2] - rate * total)


def _trained(rng: np.random.Generator, function: Function) -> list[tuple[RandomNetwork, float, Any]]:
    """Networks after one step of training, each with η/m."""
    found = []
    for case in networks(rng, 2):
        eta, data = float(rng.uniform(0.1, 3)), (case.x.T, case.y.T)
        function(case.net, data, 1, case.m, SGD(eta), case.cost, progress=False, rng=0)
        found.append((case, eta / case.m, case.net))
    return found
