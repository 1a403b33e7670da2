"""Proofs for small changes on their way, and the sum over all paths: eqs 46 to 53."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.book.comparing import Comparison
from microbp.book.proofs.witness import RandomNetwork, complex_step, networks
from microbp.book.small_changes import ChangedWeight
from microbp.linearized import paths
from microbp.names import Entry
from microbp.shapes import is_object_array

Function = Callable[..., Any]


def forward_differences(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂wⱼ by complex steps: ε times the difference of both is a quarter when ε is half."""
    cases = list(networks(rng, 3, smooth=True))

    def remainder(epsilon: float) -> np.ndarray:
        found = []
        for case in cases:
            for l in range(2, case.L + 1):
                nabla = function(lambda w, case=case, l=l: case.costs(case.with_weight(l, w)).mean(),
                                 case.weights[l - 2], epsilon)  # fmt: skip
                found.append(np.ravel(epsilon * (nabla - case.nabla_w(l).mean(axis=-1))))
        return np.concatenate(found)

    comparison.quarters("∂C/∂wⱼ", remainder)


def change_of_cost(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """C computed anew with the weight changed, and ∂C/∂w by complex steps."""
    weights = _weights(rng, 6)
    for weight in weights:
        comparison.equal("∂C/∂w", function(weight.tracked, 0.1), 0.1 * weight.rate())
    _remainders(comparison, "ΔC", weights, function, lambda weight, h: weight.costs(h))


def change_of_activation(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """aˡⱼ computed anew with the weight changed, and its rate by complex steps."""
    weights = _weights(rng, 6)
    for weight in weights:
        rate = _rate(weight.activation)
        comparison.equal("∂aˡⱼ/∂wˡⱼₖ", function(weight.tracked, 0.1), 0.1 * rate)
    _remainders(comparison, "Δaˡⱼ", weights, function, lambda weight, h: weight.activation(h))


def change_of_next(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """aˡ⁺¹ computed anew with aˡⱼ changed, and its rates by complex steps."""
    weights = _weights(rng, 6, layers_behind=1)
    for weight in weights:
        rates = weight.case.rates_between(weight.l)[:, weight.j]
        comparison.equal("∂aˡ⁺¹/∂aˡⱼ", function(weight.tracked, 0.1), 0.1 * rates)
    _remainders(comparison, "Δaˡ⁺¹", weights, function, lambda weight, h: weight.next_by_activation(h))


def change_two_layers_on(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """aˡ⁺¹ computed anew with the weight changed, and its rates by complex steps."""
    weights = _weights(rng, 6, layers_behind=1)
    for weight in weights:
        rates = _rate(weight.next)
        comparison.equal("∂aˡ⁺¹/∂wˡⱼₖ", function(weight.tracked, 0.1), 0.1 * rates)
    _remainders(comparison, "Δaˡ⁺¹", weights, function, lambda weight, h: weight.next(h))


def change_along_a_path(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """For each path the factors by complex steps, and C computed anew in chains, where there is no other path."""
    for weight in _weights(rng, 4):
        for path in weight.tracked.paths:
            places = [_place(node) for node in path.nodes[1:-1]]
            comparison.equal("along a path", function(weight.tracked, path, 0.1), 0.1 * weight.product_along(places))
    chains = _weights(rng, 6, sizes=[int(rng.integers(1, 4)), 1, 1, 1])
    _remainders(comparison, "ΔC of a chain", chains,
                lambda tracked, change: function(tracked, next(iter(tracked.paths)), change),
                lambda weight, h: weight.costs(h))  # fmt: skip


def change_over_all_paths(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """C computed anew, ∂C/∂w by complex steps, and all paths through every single operation."""
    weights = _weights(rng, 6)
    for weight in weights:
        every = paths(weight.node, weight.tracked.recording.C)
        comparison.equal("all paths, through every operation", function(weight.tracked, 0.1), 0.1 * every.total)
        comparison.equal("∂C/∂w", function(weight.tracked, 0.1), 0.1 * weight.rate())
    _remainders(comparison, "ΔC", weights, function, lambda weight, h: weight.costs(h))


def sum_over_paths(rng: np.random.Generator, function: Function, comparison: Comparison) -> None:
    """∂C/∂w by a backward sweep, by complex steps, and by multiplying matrices of factors layer by layer."""
    for weight in _weights(rng, 8, smooth=False):
        rate, case = function(weight.tracked), weight.case
        cotangents = sweeps.backward(weight.tracked.recording.C)
        w = case.net.layers[weight.l - 2].w
        swept = case.swept(w, cotangents)[weight.j, weight.k]
        comparison.equal("∂C/∂w by a backward sweep", rate, swept)
        comparison.equal("∂C/∂w by complex steps", rate, weight.rate())
        product = case.nabla_a()[:, 0]
        for l in range(case.L - 1, weight.l - 1, -1):
            product = product @ case.rates_between(l)
        first = _rate(weight.activation)
        comparison.equal("∂C/∂w by matrices of factors", rate, product[weight.j] * first)


class _Weight:
    """A weight of a random network, as the library tracks it, and as plain numpy does; j and k count from 0."""

    def __init__(self, rng: np.random.Generator, case: RandomNetwork, last: int) -> None:
        self.case, self.l = case, int(rng.integers(2, last + 1))
        self.j, self.k = (int(rng.integers(n)) for n in case.weights[self.l - 2].shape)
        self.tracked = ChangedWeight(case.net, case.x, case.y, self.l, self.j + 1, self.k + 1, case.cost)
        w = case.net.layers[self.l - 2].w
        self.node: Any = w[self.j, self.k] if is_object_array(w) else Entry(w, (self.j, self.k))

    def z(self, change: Any) -> np.ndarray:
        """zˡ with the weight changed."""
        z = np.array(self.case.zs[self.l - 2], np.result_type(change, float))
        z[self.j] += change * self.case.activations[self.l - 2][self.k]
        return z

    def costs(self, change: Any) -> Any:
        """C with the weight changed."""
        return self.case.costs_from(self.l, self.z(change))[0]

    def rate(self) -> float:
        """∂C/∂w."""
        return float(self.case.nabla_w(self.l)[self.j, self.k, 0])

    def activation(self, change: Any) -> Any:
        """aˡⱼ with the weight changed."""
        return self.case.activations_from(self.l, self.z(change))[0][self.j, 0]

    def next(self, change: Any) -> Any:
        """aˡ⁺¹ with the weight changed."""
        return self.case.activations_from(self.l, self.z(change))[1][:, 0]

    def next_by_activation(self, change: Any) -> Any:
        """aˡ⁺¹ with aˡⱼ changed."""
        a = self.case.activations[self.l - 1].copy()
        a[self.j] += change
        z = self.case.weights[self.l - 1] @ a + self.case.biases[self.l - 1]
        return self.case.activations_from(self.l + 1, z)[0][:, 0]

    def product_along(self, places: list[int]) -> float:
        """The product of the rate factors along a path through these neurons of layers l … L."""
        product = _rate(self.activation)
        for l, (j, q) in enumerate(zip(places, places[1:], strict=False), start=self.l):
            product *= self.case.rates_between(l)[q, j]
        return float(product * self.case.nabla_a()[places[-1], 0])


def _weights(rng: np.random.Generator, count: int, layers_behind: int = 0, smooth: bool = True,
             sizes: list[int] | None = None) -> list[_Weight]:  # fmt: skip
    """Weights of random networks, of the last layer too unless softmax couples its neurons."""
    found = []
    for case in networks(rng, count, m=1, smooth=smooth, depth=3, sizes=sizes):
        coupled = case.sigmas[-1] == "softmax"
        found.append(_Weight(rng, case, case.L - max(layers_behind, int(coupled))))
    return found


def _rate(f: Callable[[Any], Any]) -> Any:
    """The derivative of f, at 0."""
    return complex_step(lambda h: f(h[0]), np.zeros(1))[0]


def _remainders(
    comparison: Comparison,
    what: str,
    weights: list[_Weight],
    function: Function,
    computed: Callable[[_Weight, Any], Any],
) -> None:
    """What is computed anew, minus what the function predicts, is a quarter for half the change."""
    comparison.quarters(what, lambda h: np.concatenate([
        np.ravel(computed(weight, h) - computed(weight, 0.0) - function(weight.tracked, h)) for weight in weights
    ]))  # fmt: skip


def _place(node: Any) -> int:
    """Which neuron of its layer an activation is of, counted from 0."""
    return int(node.label.split("_")[1].split(",")[0]) - 1
