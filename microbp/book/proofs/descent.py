"""Proofs for small steps and gradient descent on any function: eqs 5 and 7 to 15."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.book.comparing import Comparison
from microbp.book.proofs.witness import SIGMAS, complex_step
from microbp.nn.optimizers import SGD
from microbp.primitives import sigmoid, sin
from microbp.tensor import Tensor
from microbp.value import Value

Function = Callable[..., Any]


class Hills:
    """A smooth function of m variables: Σᵢ cᵢ sin(uᵢ·v + pᵢ) + Σⱼ qⱼ vⱼ²."""

    def __init__(self, rng: np.random.Generator, m: int) -> None:
        self.m, self.c, self.p = m, rng.normal(size=3), rng.normal(size=3)
        self.u, self.q = rng.normal(size=(3, m)), rng.uniform(0.1, 1, m)
        self.v = rng.normal(size=m)

    def of_nodes(self, *v: Any) -> Any:
        """C on m Values, or on a Tensor of shape (m,)."""
        return self._at(v if len(v) == self.m and not v[0].shape else [v[0][j] for j in range(self.m)], sin)

    def __call__(self, v: Any) -> Any:
        """C on plain numbers, real or complex."""
        return self._at(v, np.sin)

    def gradient(self) -> np.ndarray:
        """∇C at v, by complex steps."""
        return complex_step(self, self.v)

    def _at(self, v: Sequence[Any], sine: Callable[[Any], Any]) -> Any:
        total = sum(q_j * v_j * v_j for q_j, v_j in zip(self.q, v, strict=True))
        for c, u, p in zip(self.c, self.u, self.p, strict=True):
            total = total + c * sine(sum(u_j * v_j for u_j, v_j in zip(u, v, strict=True)) + p)
        return total


def hills(rng: np.random.Generator, m: int | None = None) -> list[Hills]:
    """Six of them, of two variables or of as many as chance gives."""
    return [Hills(rng, int(rng.integers(3, 8)) if m is None else m) for _ in range(6)]


# Small changes


def change_of_output(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """The output with other weights and another bias, computed anew, and its rates by complex steps."""
    found = []
    for n in (1, 2, 3, 5):
        x, v, change = rng.normal(size=n), rng.normal(size=n + 1), rng.normal(size=n + 1)

        def output(v: Any, x: np.ndarray = x) -> Any:
            return SIGMAS["sigmoid"](v[:-1] @ x + v[-1])

        def neuron(w: Any, b: Any, x: np.ndarray = x) -> Any:
            return sigmoid(w @ x + b)

        value, predicted = function(neuron, (v[:-1], v[-1]), (change[:-1], change[-1]))
        comparison.equal("output", value, output(v))
        comparison.equal("Σⱼ ∂output/∂wⱼ Δwⱼ + ∂output/∂b Δb", predicted, complex_step(output, v) @ change)
        found.append((output, v, change, predicted))
    comparison.quarters("Δoutput", lambda h: [f(v + h * change) - f(v) - h * dy for f, v, change, dy in found])


def change_in_two_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """C computed anew beside the point, and its rates by complex steps."""
    _change(comparison, [(C, change, function(C.of_nodes, tuple(C.v), tuple(change)))
                         for C in hills(rng, 2) for change in [rng.normal(size=2)]])  # fmt: skip


def change_in_two_variables_by_vectors(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """C computed anew beside the point, and ∇C by a backward sweep and by complex steps, times Δv."""
    _change_by_vectors(hills(rng, 2), rng, function, comparison)


def change_in_many_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """C computed anew beside the point, and ∇C by a backward sweep and by complex steps, times Δv."""
    _change_by_vectors(hills(rng), rng, function, comparison)


def _change_by_vectors(
    functions: list[Hills], rng: np.random.Generator, function: Function, comparison: Comparison
) -> None:
    found = []
    for C in functions:
        v, change = Tensor(C.v), rng.normal(size=C.m)
        result = function(C.of_nodes, (C.v,), (change,))
        comparison.equal("∇C·Δv by a backward sweep", result[1], sweeps.backward(C.of_nodes(v))[v] @ change)
        found.append((C, change, result))
    _change(comparison, found)


def _change(comparison: Comparison, found: list[tuple[Hills, np.ndarray, tuple[Any, Any]]]) -> None:
    for C, change, (value, predicted) in found:
        comparison.equal("C", value, C(C.v))
        comparison.equal("∇C·Δv by complex steps", predicted, C.gradient() @ change)
    comparison.quarters(
        "ΔC", lambda h: [C(C.v + h * change) - C(C.v) - h * result[1] for C, change, result in found]
    )


# Gradients and steps


def gradient_in_two_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂v₁ and ∂C/∂v₂ by complex steps."""
    for C in hills(rng, 2):
        comparison.equal("∇C", function(C.of_nodes, (0, 1))(*C.v), C.gradient())


def gradient_in_many_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """Every ∂C/∂vⱼ by complex steps."""
    for C in hills(rng):
        comparison.equal("∇C", function(C.of_nodes)(C.v), C.gradient())


def step_in_two_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """−η∇C with ∇C by complex steps, and C computed anew, which goes down by η‖∇C‖² but for a remainder."""
    _step(hills(rng, 2), rng, function, comparison)


def step_in_many_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """−η∇C with ∇C by complex steps, and C computed anew, which goes down by η‖∇C‖² but for a remainder."""
    _step(hills(rng), rng, function, comparison)


def _step(functions: list[Hills], rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    def change(C: Hills, eta: float) -> np.ndarray:
        v = Tensor(C.v)
        after, _ = function(SGD(eta), C.v, sweeps.backward(C.of_nodes(v))[v], None)
        return np.asarray(after - C.v)

    for C in functions:
        eta = float(rng.uniform(0.01, 1))
        comparison.equal("Δv = −η∇C", change(C, eta), -eta * C.gradient())
    comparison.quarters("ΔC = −η‖∇C‖²", lambda eta: [
        C(C.v + change(C, eta)) - C(C.v) + eta * C.gradient() @ C.gradient() for C in functions
    ])  # fmt: skip


def descent_in_two_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """Five steps, each from where the last one ended, with ∇C by complex steps."""
    for C in hills(rng, 2):
        eta, v = float(rng.uniform(0.01, 0.3)), C.v
        for _ in range(5):
            v1, v2 = Value(v[0]), Value(v[1])
            cotangents = sweeps.backward(C.of_nodes(v1, v2))
            after, _ = function(SGD(eta), v, np.array([cotangents[v1], cotangents[v2]]), None)
            expected = v - eta * complex_step(C, v)
            comparison.equal("v → v − η∇C", after, expected)
            v = expected


def descent_in_many_variables(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """Five steps, each from where the last one ended, with ∇C by complex steps."""
    for C in hills(rng):
        optimizer, expected, v = SGD(float(rng.uniform(0.01, 0.3))), C.v, Tensor(C.v)
        for _ in range(5):
            v.grad = None
            C.of_nodes(v).backward()
            function(optimizer, [v])
            expected = expected - optimizer.eta * complex_step(C, expected)
            comparison.equal("v → v − η∇C", v._data, expected)
            v = Tensor(expected)
