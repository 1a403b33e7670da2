"""A witness that shares nothing with the library: random networks in plain numpy, their rates by complex steps.

∂C/∂w = Im C(w + ih)/h, with h = 10⁻³⁰: nothing is subtracted, so it is exact to rounding, and no rule for any
derivative is used. All it takes is the formula of C over complex numbers, written out here once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.graph import Node
from microbp.nn import costs
from microbp.nn.network import MLP
from microbp.nn.parameters import Parameter, cotangent_of, numbers_of
from microbp.tensor import Tensor
from microbp.value import Value

H = 1e-30

SIGMAS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "linear": lambda z: z,
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "leaky_relu": lambda z: np.where(z.real > 0, z, 0.01 * z),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=0),
}
SMOOTH, ANY = ("sigmoid", "tanh"), ("sigmoid", "tanh", "linear", "relu", "leaky_relu")

COSTS: dict[str, Callable[[Any, Any], Any]] = {
    "quadratic": lambda a, y: ((a - y) ** 2).sum(axis=0) / 2,
    "cross_entropy": lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=0),
    "log_likelihood": lambda a, y: -(y * np.log(a)).sum(axis=0),
    "hinge": lambda a, y: np.where((1 - y * a).real > 0, 1 - y * a, 0).sum(axis=0),
}
"""C_x of each example."""

SUITED = {"sigmoid": ("quadratic", "cross_entropy"), "softmax": ("quadratic", "log_likelihood"),
          "tanh": ("quadratic", "hinge"), "linear": ("quadratic", "hinge")}  # fmt: skip


def complex_step(f: Callable[[Any], Any], v: np.ndarray) -> np.ndarray:
    """∂f/∂v of each number in v, the axes of f(v) last."""
    rates = []
    for index in np.ndindex(v.shape):
        moved = v.astype(complex)
        moved[index] += 1j * H
        rates.append(np.imag(f(moved)) / H)
    return np.array(rates).reshape(v.shape + np.shape(rates[0]))


class RandomNetwork:
    """A network of random sizes, activations and weights, examples to it, and its rates by complex steps.

    sigmas, cost   names; weights, biases, sigmas and zs are of layers 2 … L, activations of layers 1 … L
    """

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        smooth: bool = False,
        coupled: bool = True,
        cost: str | None = None,
        m: int | None = None,
        sizes: list[int] | None = None,
        depth: int = 2,
        node: type[Node] | None = None,
    ) -> None:
        """
        smooth   whether activations with a corner, and the hinge, are left out: there are small changes over a corner
        coupled  whether the last layer may be of softmax
        depth    how many layers there are at least
        """
        L = int(rng.integers(depth, depth + 3))
        self.sizes = [int(n) for n in rng.integers(1, 5, L)] if sizes is None else sizes
        inner = [str(rng.choice(SMOOTH if smooth else ANY)) for _ in self.sizes[2:]]
        outer = str(rng.choice([*SMOOTH, *(["softmax"] if coupled else []), *([] if smooth else ["linear", "relu"])]))
        self.sigmas = [*inner, outer]
        suited = [name for name in SUITED.get(outer, ("quadratic",)) if not (smooth and name == "hinge")]
        self.cost = str(rng.choice(suited)) if cost is None else cost
        kind = (Tensor, Value)[int(rng.integers(2))] if node is None else node
        self.net = MLP(self.sizes, self.sigmas, node=kind, initializer="inverse_sqrt", rng=rng)
        self.m = int(rng.integers(1, 4)) if m is None else m
        self.x = rng.normal(size=(self.sizes[0], self.m))
        self.y = rng.uniform(0.1, 0.9, (self.sizes[-1], self.m))
        if self.cost == "hinge":
            self.y = rng.choice([-1.0, 1.0], self.y.shape)
        self.weights = [numbers_of(layer.w).copy() for layer in self.net.layers]
        self.biases = [numbers_of(layer.b).copy() for layer in self.net.layers]
        self.zs, self.activations = self.feedforward(self.weights, self.biases)

    @property
    def L(self) -> int:
        """The number of the last layer."""
        return len(self.sizes)

    def feedforward(self, weights: list[Any], biases: list[Any]) -> tuple[list[Any], list[Any]]:
        """zs and activations."""
        zs, activations = [], [self.x]
        for w, b, sigma in zip(weights, biases, self.sigmas, strict=True):
            zs.append(w @ activations[-1] + b)
            activations.append(SIGMAS[sigma](zs[-1]))
        return zs, activations

    def costs(self, weights: list[Any] | None = None, biases: list[Any] | None = None) -> Any:
        """C_x of each example, for other weights or biases where these are given."""
        _, activations = self.feedforward(weights or self.weights, biases or self.biases)
        return COSTS[self.cost](activations[-1], self.y)

    def activations_from(self, l: int, z: Any) -> list[Any]:
        """Activations a^l … a^L where z^l is as given."""
        activations = [SIGMAS[self.sigmas[l - 2]](z)]
        for n in range(l - 1, self.L - 1):
            activations.append(SIGMAS[self.sigmas[n]](self.weights[n] @ activations[-1] + self.biases[n]))
        return activations

    def costs_from(self, l: int, z: Any) -> Any:
        """C_x of each example where z^l is as given."""
        return COSTS[self.cost](self.activations_from(l, z)[-1], self.y)

    def with_weight(self, l: int, w: Any) -> list[Any]:
        """The weights, with others in layer l."""
        return [*self.weights[: l - 2], w, *self.weights[l - 1 :]]

    # Rates by complex steps

    def delta(self, l: int) -> np.ndarray:
        """∂C_x/∂z^l, shape (n_l, m): a column an example."""
        return _by_example(lambda z: self.costs_from(l, z), self.zs[l - 2])

    def nabla_a(self) -> np.ndarray:
        """∂C_x/∂a^L, shape (n_L, m)."""
        return _by_example(lambda a: COSTS[self.cost](a, self.y), self.activations[-1])

    def sigma_prime(self, l: int) -> np.ndarray:
        """σ′(z^l), shape (n_l, m); for softmax the Jacobians, shape (m, n_l, n_l)."""
        sigma, z = SIGMAS[self.sigmas[l - 2]], self.zs[l - 2]
        if self.sigmas[l - 2] != "softmax":
            return np.asarray(np.imag(sigma(z + 1j * H)) / H)
        return np.array([complex_step(lambda z: sigma(z[:, None])[:, 0], column).T for column in z.T])

    def sigma_prime_matrix(self, l: int) -> np.ndarray:
        """Σ′(z^l), shape (m, n_l, n_l)."""
        rates = self.sigma_prime(l)
        return rates if rates.ndim == 3 else np.array([np.diag(column) for column in rates.T])

    def nabla_w(self, l: int) -> np.ndarray:
        """∂C_x/∂w^l, shape (n_l, n_{l−1}, m)."""
        return complex_step(lambda w: self.costs(weights=self.with_weight(l, w)), self.weights[l - 2])

    def nabla_b(self, l: int) -> np.ndarray:
        """∂C_x/∂b^l, shape (n_l, m)."""
        others = self.biases
        return complex_step(lambda b: self.costs(biases=[*others[: l - 2], b, *others[l - 1 :]]), others[l - 2])[:, 0]

    def rates_between(self, l: int) -> np.ndarray:
        """∂a^{l+1}/∂a^l of the first example, shape (n_{l+1}, n_l)."""
        w, b, sigma = self.weights[l - 1], self.biases[l - 1], SIGMAS[self.sigmas[l - 1]]
        return complex_step(lambda a: sigma(w @ a[:, None] + b)[:, 0], self.activations[l - 1][:, 0]).T

    def rates_of_next_z(self, l: int) -> np.ndarray:
        """∂z^{l+1}/∂z^l of the first example, shape (n_{l+1}, n_l)."""
        w, sigma = self.weights[l - 1], SIGMAS[self.sigmas[l - 2]]
        return complex_step(lambda z: w @ sigma(z), self.zs[l - 2][:, 0]).T

    # By the graph

    def recorded(self) -> tuple[Any, list[Any], dict[Any, Any]]:
        """The cost as a node, zs as nodes, and the cotangents of all by a backward sweep."""
        zs, activations = self.net.feedforward(self.x)
        C = costs.NAMES[self.cost].at_output(zs[-1], activations[-1], self.y, self.net.layers[-1].activation)
        return C, zs, sweeps.backward(C)

    def swept(self, nodes: Parameter, cotangents: dict[Any, Any]) -> np.ndarray:
        """∂C/∂(nodes) out of a backward sweep, where C is the mean over the examples."""
        return np.array(cotangent_of(nodes, cotangents), float)


def networks(rng: np.random.Generator, count: int = 5, **options: Any) -> Iterator[RandomNetwork]:
    """As many random networks."""
    for _ in range(count):
        yield RandomNetwork(rng, **options)


def _by_example(f: Callable[[Any], Any], v: np.ndarray) -> np.ndarray:
    """∂f_x/∂v_jx, shape of v, where f gives a number an example, which depends on its own column alone."""
    rows = []
    for j in range(len(v)):
        moved = v.astype(complex)
        moved[j] += 1j * H
        rows.append(np.imag(f(moved)) / H)
    return np.array(rows)
