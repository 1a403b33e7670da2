"""Proofs for perceptrons, neurons and layers: eqs 1 to 4, 22 to 25, and 28."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np

from microbp.book.comparing import Comparison
from microbp.book.proofs.witness import SIGMAS, networks
from microbp.nn.parameters import numbers_of
from microbp.primitives import sigmoid
from microbp.tensor import Tensor
from microbp.value import Value

Function = Callable[..., Any]


def perceptron_by_threshold(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The sum in fractions, beside the threshold and exactly on it."""
    for n in (1, 2, 3, 5):
        x, w = rng.integers(0, 2, (n, 12)), rng.integers(-4, 5, n)
        for threshold in (int(rng.integers(-4, 5)), int(w @ x[:, 0]), float(rng.normal())):
            sums = [sum(Fraction(int(w[j])) * int(x[j, k]) for j in range(n)) for k in range(12)]
            outputs = [1.0 if total > Fraction(threshold) else 0.0 for total in sums]
            comparison.equal("output", function(x, w, threshold), outputs)
            comparison.equal("output, of a Tensor", function(Tensor(x), w, threshold)._data, outputs)


def perceptron_by_bias(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The sign of the sum in fractions, also where it is 0."""
    for n in (1, 2, 3, 5):
        x, w = rng.integers(0, 2, (n, 12)), rng.integers(-4, 5, n)
        for b in (int(rng.integers(-4, 5)), -int(w @ x[:, 0]), float(rng.normal())):
            sums = [sum(Fraction(int(w[j])) * int(x[j, k]) for j in range(n)) + Fraction(b) for k in range(12)]
            outputs = [1.0 if total > 0 else 0.0 for total in sums]
            comparison.equal("output", function(x, w, b), outputs)
            values = [[Value(float(x_jk)) for x_jk in row] for row in x]
            comparison.equal("output, of Values", numbers_of(function(np.array(values), w, b)), outputs)


def sigmoid_function(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """e⁻ᶻ in 40 decimals, and the sigmoid of the graph."""
    z = np.concatenate([rng.normal(size=20), rng.uniform(-30, 30, 20)])
    comparison.equal("σ(z) in 40 decimals", [function(z_j) for z_j in z], [_exact_sigmoid(z_j) for z_j in z])
    comparison.equal("σ(z) of the graph", function(z), [sigmoid(Value(z_j))._data for z_j in z])
    comparison.equal("σ(−z) = 1 − σ(z)", function(-z), 1 - np.array([_exact_sigmoid(z_j) for z_j in z]))


def sigmoid_neuron(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The sum over the inputs added up exactly, with e⁻ᶻ in 40 decimals."""
    for n in (1, 2, 4, 7):
        w, x, b = rng.normal(size=n), rng.normal(size=(n, 3)), float(rng.normal())
        outputs = [_exact_sigmoid(math.fsum([*(w * column), b])) for column in x.T]
        comparison.equal("output", function(w, x, b), outputs)


def layer(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The activations of a network's graph, and plain numpy."""
    for case in networks(rng, 6):
        w, a, b, sigma = case.weights[0], case.x, case.biases[0], case.sigmas[0]
        activations = function(w, a, b, sigma)
        comparison.equal("a′ of the graph", activations, numbers_of(case.net.feedforward(a)[1][1]))
        comparison.equal("a′ written out", activations, case.activations[1])


def activation_by_components(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """Each sum over k added up exactly, and σ in plain numpy."""
    for case in networks(rng, 4):
        for w, a, b, sigma in zip(case.weights, case.activations, case.biases, case.sigmas, strict=False):
            z = [[math.fsum([*(w[j] * column), b[j, 0]]) for column in a.T] for j in range(len(w))]
            comparison.equal("aˡ", function(w, a, b, sigma), SIGMAS[sigma](np.array(z)))


def elementwise(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The book's example, and functions that numpy has vectorized."""
    comparison.equal("f(v) for f(x) = x²", function(lambda x: x**2, [2, 3]), [4.0, 9.0])
    for f, vectorized in ((math.sin, np.sin), (math.tanh, np.tanh), (math.exp, np.exp), (abs, np.abs)):
        v = rng.normal(size=rng.integers(1, 5, int(rng.integers(1, 4))))
        comparison.equal(f"f(v) for f = {f.__name__}", function(f, v), vectorized(v))


def all_layers(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """z and a of every layer of the network's graph, and plain numpy."""
    for case in networks(rng):
        zs, activations = function(case.weights, case.biases, case.x, case.sigmas)
        z_nodes, a_nodes = case.net.feedforward(case.x)
        for l, (z, node, plain) in enumerate(zip(zs, z_nodes, case.zs, strict=True), start=2):
            comparison.equal(f"z of layer {l}, of the graph", z, numbers_of(node))
            comparison.equal(f"z of layer {l}, written out", z, plain)
        for l, (a, node, plain) in enumerate(zip(activations, a_nodes, case.activations, strict=True), start=1):
            comparison.equal(f"a of layer {l}, of the graph", a, numbers_of(node))
            comparison.equal(f"a of layer {l}, written out", a, plain)


def hadamard(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The book's example, products one by one, and a product with a diagonal matrix."""
    comparison.equal("the book's example", function([1, 2], [3, 4]), [3.0, 8.0])
    for _ in range(4):
        shape = tuple(rng.integers(1, 5, 2))
        s, t = rng.normal(size=shape), rng.normal(size=shape)
        product = function(s, t)
        comparison.equal("one by one", product, [[s_jk * t_jk for s_jk, t_jk in zip(*rows, strict=True)]
                                                 for rows in zip(s.tolist(), t.tolist(), strict=True)])  # fmt: skip
        comparison.equal("by a diagonal matrix", product[:, 0], np.diag(s[:, 0]) @ t[:, 0])


def _exact_sigmoid(z: float) -> float:
    with localcontext() as context:
        context.prec = 40
        return float(1 / (1 + (-Decimal(float(z))).exp()))
