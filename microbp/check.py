"""`check`: every way to the gradient, held against the book's equations row by row.

Five ways: the backward sweep over the graph, the sum over its paths, the forward sweep, the closed form BP1
to BP4, and finite differences of the cost. The first three share the recording and its rate factors, and
differ in the order in which they multiply and add these. The closed form has a feedforward and derivatives of
its own, and the finite differences use its feedforward, but no derivative. (Only activations and costs of
one's own are the same functions on both sides.) Beside these, each equation is tried by itself on the graph's
own numbers, so that a wrong rate factor shows in the row of the equation where it stands and not in all rows
below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np

from microbp import equations, sweeps
from microbp.arguments import generator, whole_number
from microbp.closed_form import ClosedForm, CostOf
from microbp.difference_quotients import difference_quotient
from microbp.graph import Node
from microbp.linearized import linearize
from microbp.nn import costs
from microbp.nn.costs import Cost
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.parameters import assign, nodes_of, numbers_of
from microbp.nn.plain import need_plain
from microbp.report import WAYS, Report, Row
from microbp.rounding import rounding, unit
from microbp.shapes import is_object_array

ROUNDINGS = 10.0
"""How many times `rounding` two computations may differ, as an operation may round more than once, and each of
them rounds. Measured on 200 random networks with inputs of 0.1 to 10: at most 1.6 times.
"""

TRUSTED = 0.1
"""Finite differences are compared where their own doubt is within this part of the tolerance."""

Bound = Callable[[tuple[int, ...]], float]
"""What rounding leaves uncertain of one entry."""


def check(net: MLP, x: Any, y: Any, cost: str | Cost = "quadratic", *, entries: int = 12, rng: Any = 0) -> Report:
    """Hold the gradient of a network's cost against the book's equations, layer by layer.

    x, y     one column an example, shapes (n_1, m) and (n_L, m)
    cost     a name, or a Cost. An activation or a cost of one's own has no closed form: its derivative is
             taken by the forward sweep instead, and held against finite differences only
    entries  how many entries of each quantity are tried by the ways that take one sweep an entry; they are
             drawn with `rng`. The backward sweep is compared with the closed form in all entries

    A cell is empty where there is nothing to compare: finite differences at the corner of a relu, or of what is
    smaller than the rounding of C; and what has lost all its digits.

    A float32 network is looked at in float64, as its rounding would hide a wrong rate factor.
    """
    entries = whole_number("check", "entries", entries)
    function = named("cost", cost, costs.NAMES, Cost)
    need_plain("check", net, maxout=True)
    return _Check(_in_float64(net), x, y, function, entries, generator("check", rng)).report()


class _Quantity(NamedTuple):
    """What a row compares: `scale` × ∂C/∂(nodes).

    by_equation  what its equation makes of the graph's numbers
    closed       what it is in the closed form
    cost_of      C as a function of the numbers in the nodes
    given        the nodes that its equation begins with, and those whose error δ it begins with
    """

    equation: str
    layer: int
    letter: str
    nodes: Any
    by_equation: np.ndarray
    closed: np.ndarray
    cost_of: CostOf
    given: tuple[list[Any], list[Any]]
    scale: int = 1


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
        self.graph = linearize(self.C)
        self.closed = ClosedForm(net, x, y, cost)

    def report(self) -> Report:
        return Report((*self._forward_rows(), *map(self._row, self._quantities())), self.entries)

    def _forward_rows(self) -> Iterator[Row]:
        """Equation 25 in every layer."""
        closed = self.closed
        for n, layer in enumerate(self.net.layers):
            nodes, expected = self.activations[n + 1], closed.activations[n + 1]
            by_25 = equations.layer_activation(
                closed.weights[n], numbers_of(self.activations[n]), closed.biases[n], closed.sigmas[n]
            )
            size, indices = float(np.max(np.abs(expected))), list(np.ndindex(expected.shape))
            given = [*nodes_of(self.activations[n]), *nodes_of(layer.w), *nodes_of(layer.b)]
            a, by_equation = numbers_of(nodes).ravel(), partial(rounding, nodes, given=given)
            found = {
                "equation": _difference("equation", a, by_25.ravel(), size, indices, by_equation),
                "backward": _difference("backward", a, expected.ravel(), size, indices, partial(rounding, nodes)),
            }
            yield _row("25", layer.number, "a", found)

    def _quantities(self) -> Iterator[_Quantity]:
        """δ by BP1 or BP2, ∂C/∂b by BP3, ∂C/∂w by BP4, from the output down."""
        closed, last = self.closed, len(self.zs) - 1
        zs, a, m = [numbers_of(z) for z in self.zs], [numbers_of(a) for a in self.activations], self.zs[-1].shape[1]
        deltas = [m * self._backward(z) for z in self.zs]
        given: tuple[list[Any], list[Any]]
        for n in reversed(range(last + 1)):
            layer, l, delta, z = self.net.layers[n], n + 2, closed.deltas[n], nodes_of(self.zs[n])
            if n == last:
                equation, by_equation, given = "BP1", closed.errors(zs[n:])[0], (z, [])
            else:
                sigma_prime, w_next = closed.sigmas[n].derivative(zs[n]), closed.weights[n + 1]
                equation, by_equation = "BP2", equations.backpropagate_error(w_next, deltas[n + 1], sigma_prime)
                given = ([*z, *nodes_of(self.net.layers[n + 1].w)], nodes_of(self.zs[n + 1]))
            yield _Quantity(equation, l, "δ", self.zs[n], by_equation, delta, closed.cost_of_z(n), given, m)
            by_equation, by_bp3 = equations.bias_gradient(deltas[n]), equations.bias_gradient(delta)
            yield _Quantity("BP3", l, "∂C/∂b", layer.b, by_equation, by_bp3, closed.cost_of_b(n), ([], z))
            by_equation = equations.weight_gradient(a[n], deltas[n])
            by_bp4, given = equations.weight_gradient(closed.activations[n], delta), (nodes_of(self.activations[n]), z)
            yield _Quantity("BP4", l, "∂C/∂w", layer.w, by_equation, by_bp4, closed.cost_of_w(n), given)

    def _row(self, q: _Quantity) -> Row:
        """A quantity found in every way, and compared."""
        size = float(np.max(np.abs(q.closed)))
        every = list(np.ndindex(q.closed.shape))
        backward = q.scale * self._backward(q.nodes).ravel()
        chosen = self._some_of(every)
        reference = np.array([q.closed[index] for index in chosen])

        def bound(index: tuple[int, ...]) -> float:
            return q.scale * self._rounding(q.nodes, index)

        def bound_of_equation(index: tuple[int, ...]) -> float:
            nodes, of_errors = q.given
            return q.scale * self._rounding(q.nodes, index, [*nodes, *map(self._cotangent_node, of_errors)])

        by_paths = [q.scale * self.graph.paths(_at(q.nodes, index), self.C).total for index in chosen]
        by_forward = [q.scale * self._forward(q.nodes, index) for index in chosen]
        found = {
            "equation": _difference("equation", backward, q.by_equation.ravel(), size, every, bound_of_equation),
            "backward": _difference("backward", backward, q.closed.ravel(), size, every, bound),
            "paths": _difference("paths", by_paths, reference, size, chosen, bound),
            "forward": _difference("forward", by_forward, reference, size, chosen, bound),
            "quotients": self._by_differences(q, size, chosen, bound),
        }
        return _row(q.equation, q.layer, q.letter, found)

    def _by_differences(
        self, q: _Quantity, size: float, chosen: Sequence[tuple[int, ...]], bound: Bound
    ) -> float | None:
        """Finite differences compared, in the entries where they agree among themselves."""
        numbers, trusted = numbers_of(q.nodes).astype(float), TRUSTED * WAYS["quotients"][1]
        derivatives, known = [], []
        for index in chosen:
            tolerance = trusted * size / q.scale
            derivative, doubt = difference_quotient(q.cost_of, numbers, index, self._rounding_of_cost, tolerance)
            # By its own size too, as a closed form that is wrong may be too small to measure by.
            if doubt <= max(tolerance, trusted * abs(derivative)):
                derivatives.append(q.scale * derivative)
                known.append(index)
        reference = [q.closed[index] for index in known]
        return _difference("quotients", derivatives, reference, size, known, bound)

    def _backward(self, nodes: Any) -> np.ndarray:
        """∂C/∂(nodes) by the backward sweep."""
        if is_object_array(nodes):
            return np.array([self.cotangents.get(node, 0.0) for node in nodes.flat], float).reshape(nodes.shape)
        return np.broadcast_to(np.asarray(self.cotangents.get(nodes, 0.0), float), nodes.shape)

    def _forward(self, nodes: Any, index: tuple[int, ...]) -> float:
        """∂C/∂(one entry of nodes) by a forward sweep that starts there."""
        tangents: dict[Any, Any] = {nodes[index]: 1.0} if is_object_array(nodes) else {nodes: unit(nodes.shape, index)}
        return float(sweeps.forward([self.C], tangents).get(self.C, 0.0))

    @cached_property
    def _rounding_of_cost(self) -> float:
        return rounding(self.C, ())

    @cached_property
    def _recorded_sweep(self) -> dict[Any, Any]:
        return sweeps.backward(self.C, as_nodes=True)

    def _cotangent_node(self, node: Any) -> Any:
        """∂C/∂(node) as a node; a number where it rests on nothing that varies."""
        return self._recorded_sweep.get(node, 0.0)

    def _rounding(self, nodes: Any, index: tuple[int, ...], given: Sequence[Any] = ()) -> float:
        """What rounding leaves uncertain of ∂C/∂(one entry of nodes), where what is given is taken as it is."""
        cotangent = self._cotangent_node(nodes[index] if is_object_array(nodes) else nodes)
        return rounding(cotangent, index, [node for node in given if isinstance(node, Node)])

    def _some_of(self, every: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        if len(every) <= self.entries:
            return every
        return [every[k] for k in sorted(self.rng.choice(len(every), self.entries, replace=False))]


def _difference(
    way: str, found: Any, reference: Any, size: float, indices: Sequence[tuple[int, ...]], bound: Bound
) -> float | None:
    """The largest difference, relative to the largest entry or to what rounding leaves uncertain; None if unknown."""
    tolerance = WAYS[way][1]
    differences = np.abs(np.asarray(found, float) - np.asarray(reference, float))
    if np.isnan(differences).any():
        return float("nan")
    for k in np.argsort(-differences, kind="stable"):
        difference = float(differences[k])
        if difference <= tolerance * size:
            return difference / size if size else 0.0
        uncertain = ROUNDINGS * bound(indices[k])
        if np.isfinite(uncertain):
            return difference / (max(size, uncertain / tolerance) or 1.0)
    return None


def _row(equation: str, layer: int, letter: str, found: Mapping[str, float | None]) -> Row:
    known = {way: difference for way, difference in found.items() if difference is not None}
    return Row(equation, layer, letter + _superscript(layer), known)


def _at(nodes: Any, index: tuple[int, ...]) -> Any:
    """One entry of an array of Values, or of a Tensor, as the linearized graph names it."""
    return nodes[index] if is_object_array(nodes) else (nodes, index)


def _superscript(layer: int) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(layer))


def _in_float64(net: MLP) -> MLP:
    """The network itself, or one with the same numbers in float64."""
    if net.dtype == np.float64:
        return net
    twin = MLP(net.sizes, [layer.activation for layer in net.layers], rng=0)
    for mine, its in zip(twin.parameter_arrays(), net.parameter_arrays(), strict=True):
        assign(mine, numbers_of(its))
    return twin
