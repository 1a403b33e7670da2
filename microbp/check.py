"""`check`: every way to the gradient, held against the book's equations row by row.

Five computations that share no step but the forward pass: the backward sweep over the graph, the closed
form BP1–BP4, the sum over paths, the forward sweep, and finite differences of the cost. Beside these, each
equation is tried by itself on the graph's own numbers, so that a wrong rate factor shows in the row of the
equation where it stands and not in all rows below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from microbp import equations, sweeps
from microbp.kinds import is_object_array
from microbp.linearized import LinearizedGraph, linearize
from microbp.nn import activations, costs
from microbp.nn.activations import Activation
from microbp.nn.costs import Cost
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.parameters import assign, numbers_of
from microbp.transforms import jvp

WAYS: Mapping[str, tuple[str, float]] = {
    "equation": ("the equation by itself, on the graph's numbers", 1e-10),
    "backward": ("the backward sweep against the closed form", 1e-10),
    "paths": ("the sum over all paths against the closed form", 1e-10),
    "forward": ("the forward sweep against the closed form", 1e-10),
    "differences": ("finite differences of the cost against the closed form", 1e-6),
}
"""What is compared, and the relative difference up to which it counts as agreement."""


@dataclass(frozen=True)
class Row:
    """One equation in one layer.

    equation     its name in the book: "BP1" … "BP4", or "25" for the forward pass
    layer        counted from 1, the input
    quantity     what it is about, such as "δ³"
    differences  by way of `WAYS`, the largest difference: relative to the largest entry of the quantity, or to
                 what rounding leaves certain of it
    """

    equation: str
    layer: int
    quantity: str
    differences: Mapping[str, float]

    @property
    def ok(self) -> bool:
        """Whether all ways agree."""
        return all(difference <= WAYS[way][1] for way, difference in self.differences.items())


@dataclass(frozen=True)
class Report:
    """What `check` found; `ok`, or print it.

    entries  how many entries of each quantity were tried by paths, forward sweep and differences, at most
    """

    rows: tuple[Row, ...]
    entries: int

    @property
    def ok(self) -> bool:
        """Whether all rows agree."""
        return all(row.ok for row in self.rows)

    @property
    def suspects(self) -> tuple[Row, ...]:
        """The rows whose own equation fails: where a wrong rate factor stands."""
        return tuple(row for row in self.rows if not row.differences["equation"] <= WAYS["equation"][1])

    def __str__(self) -> str:
        head = f"{'eq.':<5}{'layer':>5}  {'':<8}" + "".join(f"{way:>13}" for way in WAYS)
        lines = [head, *map(_line, self.rows), self._verdict()]
        return "\n".join(lines)

    def _verdict(self) -> str:
        if self.ok:
            return "All ways to the gradient agree."
        # Where each equation holds by itself, a fault goes on from the row where it comes in, output first.
        wrong = self.suspects or tuple(row for row in self.rows if not row.ok)[:1]
        return "They differ. Look at " + ", ".join(f"{row.equation} in layer {row.layer}" for row in wrong) + "."


def _line(row: Row) -> str:
    cells = "".join(
        f"{row.differences[way]:>12.1e}" + (" " if row.differences[way] <= WAYS[way][1] else "!")
        if way in row.differences
        else f"{'':>13}"
        for way in WAYS
    )
    return f"{row.equation:<5}{row.layer:>5}  {row.quantity:<8}{cells}".rstrip()


def check(net: MLP, x: Any, y: Any, cost: str | Cost = "quadratic", *, entries: int = 12, rng: Any = 0) -> Report:
    """Hold the gradient of a network's cost against the book's equations, layer by layer.

    x, y     one column an example, shapes (n_1, m) and (n_L, m)
    cost     a name, or a Cost. An activation or a cost of one's own has no closed form: its derivative is
             taken by the forward sweep instead, and held against finite differences only
    entries  how many entries of each quantity are tried by the ways that take one sweep an entry; they are
             drawn with `rng`. The backward sweep is compared with the closed form in all entries

    A float32 network is looked at in float64, as its rounding would hide a wrong rate factor.
    """
    if entries < 1:
        raise ValueError(f"check: entries is {entries}; want at least 1 of each quantity")
    function = named("cost", cost, costs.NAMES, Cost)
    return _Check(_in_float64(net), x, y, function, entries, np.random.default_rng(rng)).report()


class _Check:
    """One recording of a network's cost, and the closed form of the same."""

    def __init__(self, net: MLP, x: Any, y: Any, cost: Cost, entries: int, rng: np.random.Generator) -> None:
        self.net, self.entries, self.rng = net, entries, rng
        self.zs, self.activations = net.feedforward(x)
        self.C = cost.at_output(self.zs[-1], self.activations[-1], y, net.layers[-1].activation)
        self.C.label = "C"
        if not np.isfinite(self.C._data):
            raise ValueError(f"check: the cost is {float(self.C._data)}, which has no gradient to compare")
        self.cotangents = sweeps.backward(self.C)
        self.graph: LinearizedGraph = linearize(self.C)

        self.x, self.y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        self.m = self.x.shape[1]
        self.weights = [numbers_of(layer.w) for layer in net.layers]
        self.biases = [numbers_of(layer.b) for layer in net.layers]
        self.sigmas = [_closed_activation(layer.activation) for layer in net.layers]
        self.cost = _closed_cost(cost)
        self.closed_zs, self.closed_activations = equations.feedforward(self.weights, self.biases, self.x, self.sigmas)
        self.deltas = equations.errors(self.weights, self.closed_zs, self.y, self.sigmas, self.cost)
        self.blur = _blur(self.deltas[-1], self.closed_zs[-1], self.y)

    def report(self) -> Report:
        return Report(tuple(self._rows()), self.entries)

    def _rows(self) -> Iterator[Row]:
        last = len(self.zs) - 1
        graph_deltas = [self.m * self._backward(z) for z in self.zs]
        for n, layer in enumerate(self.net.layers):
            a_in, a = numbers_of(self.activations[n]), numbers_of(self.activations[n + 1])
            by_25 = equations.layer_activation(self.weights[n], a_in, self.biases[n], self.sigmas[n])
            differences = {
                "equation": _difference(a, by_25),
                "backward": _difference(a, self.closed_activations[n + 1]),
            }
            yield Row("25", layer.number, f"a{_superscript(layer.number)}", differences)
        for n in reversed(range(last + 1)):
            l = n + 2
            if n == last:
                by_equation = equations.errors(
                    self.weights[-1:], [numbers_of(self.zs[n])], self.y, self.sigmas[-1:], self.cost
                )[0]
            else:
                by_equation = equations.backpropagate_error(
                    self.weights[n + 1], graph_deltas[n + 1], self.sigmas[n].derivative(numbers_of(self.zs[n]))
                )
            yield self._row(
                "BP1" if n == last else "BP2", l, "δ", self.zs[n], by_equation, self.deltas[n], self.m,
                self._cost_of_z(n),
            )  # fmt: skip
            layer = self.net.layers[n]
            yield self._row(
                "BP3", l, "∂C/∂b", layer.b, equations.bias_gradient(graph_deltas[n]),
                equations.bias_gradient(self.deltas[n]), 1, self._cost_of(self.biases, n),
            )  # fmt: skip
            yield self._row(
                "BP4", l, "∂C/∂w", layer.w,
                equations.weight_gradient(numbers_of(self.activations[n]), graph_deltas[n]),
                equations.weight_gradient(self.closed_activations[n], self.deltas[n]), 1,
                self._cost_of(self.weights, n),
            )  # fmt: skip

    def _row(
        self,
        equation: str,
        layer: int,
        letter: str,
        nodes: Any,
        by_equation: np.ndarray,
        closed: np.ndarray,
        scale: float,
        cost_of: Callable[[np.ndarray], float],
    ) -> Row:
        """Compare `scale` × ∂C/∂(nodes), found in every way, with the closed form."""
        backward = scale * self._backward(nodes)
        chosen = self._some_entries(closed.shape)
        reference = np.array([closed[index] for index in chosen])
        by_paths = [scale * self.graph.paths(_at(nodes, index), self.C).total for index in chosen]
        by_forward = [scale * self._forward(nodes, index) for index in chosen]
        numbers = numbers_of(nodes).astype(float)
        by_differences = [scale * np.array(_differences(cost_of, numbers, index)) for index in chosen]
        nearest = [_nearest(pair, r) for pair, r in zip(by_differences, reference, strict=True)]
        # Where large terms cancel, only their rounding is left, and is not to be judged by its own size. And a
        # difference of costs can't tell what is smaller than the rounding of C.
        size, c = float(np.max(np.abs(closed))), scale * abs(float(self.C._data))
        blurred = max(self.blur * size, 1e-5 * c)
        differences = {
            "equation": _difference(backward, by_equation, blurred if equation == "BP1" else max(size, 1e-5 * c)),
            "backward": _difference(backward, closed, blurred),
            "paths": _difference(by_paths, reference, blurred),
            "forward": _difference(by_forward, reference, blurred),
            "differences": _difference(nearest, reference, max(blurred, 1e-4 * c)),
        }
        return Row(equation, layer, letter + _superscript(layer), differences)

    def _backward(self, nodes: Any) -> np.ndarray:
        """∂C/∂(nodes) by the backward sweep."""
        if is_object_array(nodes):
            return np.array([self.cotangents.get(node, 0.0) for node in nodes.flat], float).reshape(nodes.shape)
        return np.broadcast_to(np.asarray(self.cotangents.get(nodes, 0.0), float), nodes.shape)

    def _forward(self, nodes: Any, index: tuple[int, ...]) -> float:
        """∂C/∂(one entry of nodes) by a forward sweep that starts there."""
        tangents: dict[Any, Any] = {nodes[index]: 1.0} if is_object_array(nodes) else {nodes: _unit(nodes.shape, index)}
        return float(sweeps.forward([self.C], tangents).get(self.C, 0.0))

    def _cost_of_z(self, n: int) -> Callable[[np.ndarray], float]:
        """C as a function of the weighted inputs of a layer, which the demon of eq. 29 may change."""

        def cost_of(z: np.ndarray) -> float:
            for w, b, sigma in zip(self.weights[n + 1 :], self.biases[n + 1 :], self.sigmas[n:], strict=False):
                z = w @ sigma(z) + b
            return float(np.mean(equations.cost_per_example(z, self.y, self.sigmas[-1], self.cost)))

        return cost_of

    def _cost_of(self, parameters: list[np.ndarray], n: int) -> Callable[[np.ndarray], float]:
        """C as a function of the weights, or the biases, of a layer."""

        def cost_of(changed: np.ndarray) -> float:
            w, b = self.weights, self.biases
            if parameters is w:
                w = [*w[:n], changed, *w[n + 1 :]]
            else:
                b = [*b[:n], changed, *b[n + 1 :]]
            return equations.mean_cost(w, b, self.x, self.y, self.sigmas, self.cost)

        return cost_of

    def _some_entries(self, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
        every = int(np.prod(shape))
        flat = range(every) if every <= self.entries else sorted(self.rng.choice(every, self.entries, replace=False))
        return [tuple(int(k) for k in np.unravel_index(n, shape)) for n in flat]


def _blur(delta: np.ndarray, z: np.ndarray, y: np.ndarray) -> float:
    """By how much rounding grows in δᴸ, which is a small difference of large numbers where a neuron is right."""
    size, left = max(np.max(np.abs(z)), np.max(np.abs(y))), np.max(np.abs(delta))
    return max(1.0, 1e-6 * float(size / left)) if left else 1.0


def _differences(f: Callable[[np.ndarray], float], x: np.ndarray, index: tuple[int, ...]) -> list[float]:
    """∂f/∂x[index] by five points about x, with a wide step and narrower ones (which may not straddle a kink).

    f′ ≈ (f(x − 2h) − 8f(x − h) + 8f(x + h) − f(x + 2h)) / 12h
    """

    def at(step: float) -> float:
        moved = x.copy()
        moved[index] += step
        return f(moved)

    return [(at(-2 * h) - 8 * at(-h) + 8 * at(h) - at(2 * h)) / (12 * h) for h in (1e-3, 1e-4, 1e-5)]


def _nearest(found: Iterable[float], reference: float) -> float:
    return min(found, key=lambda number: abs(number - reference))


def _difference(found: Any, reference: Any, largest: float | None = None) -> float:
    """The largest difference, relative to the largest entry."""
    found, reference = np.asarray(found, float), np.asarray(reference, float)
    scale = float(np.max(np.abs(reference))) if largest is None else largest
    difference = float(np.max(np.abs(found - reference)))
    return difference / scale if scale else difference


def _at(nodes: Any, index: tuple[int, ...]) -> Any:
    """One entry of an array of Values, or of a Tensor, as the linearized graph names it."""
    return nodes[index] if is_object_array(nodes) else (nodes, index)


def _superscript(layer: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(layer))


def _unit(shape: tuple[int, ...], index: Any) -> np.ndarray:
    """Zeros, but 1 at an index."""
    unit = np.zeros(shape)
    unit[index] = 1.0
    return unit


def _in_float64(net: MLP) -> MLP:
    """The network itself, or one with the same numbers in float64."""
    if net.dtype == np.float64:
        return net
    twin = MLP(net.sizes, [layer.activation for layer in net.layers])
    for mine, its in zip(twin.parameter_arrays(), net.parameter_arrays(), strict=True):
        assign(mine, numbers_of(its))
    return twin


def _closed_activation(activation: Activation) -> equations.Activation:
    """The closed form of an activation; of one's own, with Σ′ by forward mode."""
    for name, function in activations.NAMES.items():
        if function is activation:
            return equations.ACTIVATIONS[name]
    name = getattr(activation, "__name__", "σ")
    return equations.Activation(name, activation, lambda z: _jacobians(activation, z))


def _closed_cost(cost: Cost) -> equations.Cost:
    """The closed form of a cost; of one's own, with ∇ₐC by forward mode."""
    if costs.NAMES.get(cost.name) is cost:
        return equations.COSTS[cost.name]
    return equations.Cost(
        cost.name,
        lambda a, y: np.atleast_2d(cost.terms(a, y)).sum(axis=0),
        lambda a, y: _jacobians(lambda a: cost.terms(a, y), a).sum(axis=1).T,
    )


def _jacobians(f: Callable[[Any], Any], z: np.ndarray) -> np.ndarray:
    """∂f_j/∂z_k for each example x, [x, j, k], by a forward sweep for each k; f takes each column by itself."""
    columns = [np.atleast_2d(jvp(f, (z,), (_unit(z.shape, k),))[1]) for k in range(len(z))]
    return np.stack(columns).transpose(2, 1, 0)
