"""Proofs for the errors and the four equations: eqs 29 to 35 and BP1 to BP4.

What goes into an equation is taken from complex steps, what comes out is held against these and against the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.book.comparing import Comparison
from microbp.book.proofs.witness import RandomNetwork, networks
from microbp.linearized import linearize
from microbp.names import Entry
from microbp.rounding import unit
from microbp.shapes import is_object_array

Function = Callable[..., Any]


def demon(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """C computed anew when a demon has added Δz, and its rates by complex steps; δ is the backward sweep's."""
    found = []
    for case in networks(rng, 6, smooth=True):
        _, zs, cotangents = case.recorded()
        l = int(rng.integers(2, case.L + 1))
        z, delta = case.zs[l - 2], case.m * case.swept(zs[l - 2], cotangents)
        change = np.zeros_like(z)
        change[int(rng.integers(len(z)))] = rng.choice([-1, 1], case.m) * rng.uniform(0.5, 2, case.m)
        predicted = function(delta, change)
        comparison.equal("Σⱼ δⱼ Δzⱼ by complex steps", predicted, (case.delta(l) * change).sum(axis=0))
        found.append((case, l, z, change, predicted))
    comparison.quarters("ΔC", lambda h: np.concatenate([
        case.costs_from(l, z + h * change) - case.costs_from(l, z) - h * predicted
        for case, l, z, change, predicted in found
    ]))  # fmt: skip


def output_error(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """δᴸ by a backward sweep, and by complex steps in zᴸ; ∇ₐC and σ′ are by complex steps."""
    for case in networks(rng, 6):
        _error(case, case.L, function(case.nabla_a(), case.sigma_prime(case.L)), comparison)


def output_error_by_matrix(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """δᴸ by a backward sweep, and by complex steps in zᴸ; Σ′ is by complex steps, and of softmax not diagonal."""
    for case in networks(rng, 6):
        _error(case, case.L, function(case.sigma_prime_matrix(case.L), case.nabla_a()), comparison)


def quadratic_output_error(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """δᴸ by a backward sweep, and by complex steps in zᴸ; σ′ is by complex steps."""
    for case in networks(rng, 6, cost="quadratic"):
        _error(case, case.L, function(case.activations[-1], case.y, case.sigma_prime(case.L)), comparison)


def backpropagated_error(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """δˡ by a backward sweep, and by complex steps in zˡ; δˡ⁺¹ and σ′ are by complex steps."""
    for case in networks(rng, 4, depth=3):
        for l in range(2, case.L):
            _error(case, l, function(case.weights[l - 1], case.delta(l + 1), case.sigma_prime(l)), comparison)


def backpropagated_error_by_matrix(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """δˡ by a backward sweep, and by complex steps in zˡ; δˡ⁺¹ and Σ′ are by complex steps."""
    for case in networks(rng, 4, depth=3):
        for l in range(2, case.L):
            delta = function(case.sigma_prime_matrix(l), case.weights[l - 1], case.delta(l + 1))
            _error(case, l, delta, comparison)


def unrolled_error(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """δˡ by a backward sweep, and by complex steps in zˡ; ∇ₐC and every Σ′ are by complex steps."""
    for case in networks(rng, 4, depth=3):
        for l in range(2, case.L + 1):
            matrices = [case.sigma_prime_matrix(n) for n in range(l, case.L + 1)]
            _error(case, l, function(matrices, case.weights[l - 1 :], case.nabla_a()), comparison)


def bias_gradient(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂b by a backward sweep, and by complex steps in b; δ is by complex steps in z."""
    for case in networks(rng, 4):
        _, _, cotangents = case.recorded()
        for l in range(2, case.L + 1):
            nabla_b, delta = case.nabla_b(l), case.delta(l)
            swept = case.swept(case.net.layers[l - 2].b, cotangents)
            comparison.equal(f"∂C/∂b of layer {l}, by the graph", function(delta), swept)
            comparison.equal(f"∂C/∂b of layer {l}", function(delta), nabla_b.mean(axis=1, keepdims=True))


def weight_gradient(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂w by a backward sweep, and by complex steps in w; δ is by complex steps in z."""
    for case in networks(rng, 4):
        _, _, cotangents = case.recorded()
        for l in range(2, case.L + 1):
            nabla_w, (a_in, delta) = case.nabla_w(l), (case.activations[l - 2], case.delta(l))
            swept = case.swept(case.net.layers[l - 2].w, cotangents)
            comparison.equal(f"∂C/∂w of layer {l}, by the graph", function(a_in, delta), swept)
            comparison.equal(f"∂C/∂w of layer {l}", function(a_in, delta), nabla_w.mean(axis=2))


def bias_of_one_neuron(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂b by a forward sweep that starts at b, and by complex steps; δ is by complex steps in z."""
    for case in networks(rng, 5, m=1):
        C, _, _ = case.recorded()
        l = int(rng.integers(2, case.L + 1))
        gradients = function(case.delta(l), per_example=True)
        b, pushed = case.net.layers[l - 2].b, []
        for j in range(len(case.biases[l - 2])):
            tangents: dict[Any, Any] = {b[j, 0]: 1.0} if is_object_array(b) else {b: unit(b.shape, (j, 0))}
            pushed.append(sweeps.forward(C, tangents)[C])
        comparison.equal("∂C/∂b by forward sweeps", gradients[:, 0], pushed)
        comparison.equal("∂C/∂b = δ", gradients, case.nabla_b(l))


def one_weight(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂w by the sum over all paths from w, and by complex steps; δ is by complex steps in z."""
    for case in networks(rng, 5, m=1):
        C, _, _ = case.recorded()
        graph, l = linearize(C), int(rng.integers(2, case.L + 1))
        gradients = function(case.activations[l - 2], case.delta(l), per_example=True)[0]
        w = case.net.layers[l - 2].w
        sources = [w[index] if is_object_array(w) else Entry(w, index) for index in np.ndindex(w.shape)]
        totals = [graph.paths(source, C).total for source in sources]
        comparison.equal("∂C/∂w by paths", gradients, np.reshape(totals, w.shape))
        comparison.equal("∂C/∂w = a_in δ_out", gradients, case.nabla_w(l)[..., 0])


def _error(case: RandomNetwork, l: int, delta: Any, comparison: Comparison) -> None:
    """δˡ of each example is what the graph and complex steps say."""
    _, zs, cotangents = case.recorded()
    comparison.equal(f"δ of layer {l}, by the graph", delta, case.m * case.swept(zs[l - 2], cotangents))
    comparison.equal(f"δ of layer {l}, by complex steps", delta, case.delta(l))
