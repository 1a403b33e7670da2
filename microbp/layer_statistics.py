"""`layer_statistics`: how activations spread, saturate and die, and how the error shrinks, from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp import sweeps
from microbp.arguments import real_number
from microbp.graph import Node
from microbp.nn import costs
from microbp.nn.activations import Activation
from microbp.nn.costs import Cost
from microbp.nn.examples import as_desired, as_rows, need_finite
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.parameters import nodes_of, numbers_of
from microbp.tensor import Tensor

BELOW = 0.01
"""A neuron whose rate is less is saturated: a sigmoid within about 0.01 of 0 or 1, a tanh within 0.005 of −1 or 1."""


class LayerRow(NamedTuple):
    """One layer, over its neurons and all examples; the input layer has only activations.

    The rate of a neuron j on an example is max_k |∂a_j/∂z_k|, found by a forward sweep through the activation: it is
    |σ′(z_j)| where a_j depends on z_j alone, and 1 for maxout.

    layer, neurons  counted from 1, the input; how many neurons it has
    activation      its name
    z_mean, z_variance  of weighted inputs
    a_mean, a_variance  of activations
    saturated   the part of neurons and examples where the rate is below a bound; a relu is where z ≤ 0
    dead        how many neurons have the rate 0 on every example, so that no gradient reaches their weights
    delta       root mean square of the error δ = ∂C_x/∂z; None without desired outputs
    """

    layer: int
    neurons: int
    activation: str
    z_mean: float | None
    z_variance: float | None
    a_mean: float
    a_variance: float
    saturated: float | None
    dead: int | None
    delta: float | None

    @property
    def dead_part(self) -> float | None:
        """The part of the layer's neurons that are dead."""
        return None if self.dead is None else self.dead / self.neurons


class LayerStatistics(NamedTuple):
    """What `layer_statistics` found; shows itself as a table.

    rows      one a layer, from the input
    examples  how many it is of
    below     the rate below which a neuron is called saturated
    """

    rows: tuple[LayerRow, ...]
    examples: int
    below: float

    def __str__(self) -> str:
        cells = [[title for title, _ in COLUMNS], *[[_text(row, kind) for _, kind in COLUMNS] for row in self.rows]]
        kept = [column for column in zip(*cells, strict=True) if any(column[1:])]
        widths = [max(map(len, column)) for column in kept]
        lines = ["  ".join(map(str.rjust, line, widths)).rstrip() for line in zip(*kept, strict=True)]
        return "\n".join([*lines, f"{self.examples:,} examples; saturated: a rate below {self.below:g}"])

    def __repr__(self) -> str:
        return str(self)


COLUMNS: Sequence[tuple[str, str]] = [
    ("layer",     "layer"),
    ("neurons",   "neurons"),
    ("σ",         "activation"),
    ("mean z",    "z_mean"),
    ("var z",     "z_variance"),
    ("mean a",    "a_mean"),
    ("var a",     "a_variance"),
    ("saturated", "saturated"),
    ("dead",      "dead"),
    ("rms δ",     "delta"),
]  # fmt: skip
"""The columns of the table: what stands above, and the field of a row."""


def layer_statistics(
    net: MLP, X: Any, Y: Any = None, cost: str | Cost = "quadratic", *, below: float = BELOW
) -> LayerStatistics:
    """How activations spread, saturate and die, and how the error shrinks, from layer to layer.

    X      examples in rows, (n, n_1); a few hundred will do
    Y      desired outputs in rows, (n, n_L), or labels (n,); with them, the error δ by a backward sweep from C
    cost   a name, or a Cost
    below  the rate below which a neuron is called saturated, see `LayerRow`

    All is of the network as it predicts, and nothing is changed. Raises ValueError where shapes, labels or desired
    outputs don't fit.

    >>> net = MLP([100, 50, 50, 50], "relu", initializer="he", rng=0)
    >>> layer_statistics(net, np.random.default_rng(1).normal(size=(200, 100)))
    layer  neurons     σ   mean z  var z   mean a  var a  saturated      dead
        1      100                        -0.0113  0.988
        2       50  relu  0.00769   2.02    0.569  0.694      49.7%  0 (0.0%)
        3       50  relu    0.017   2.25    0.596  0.806      49.7%  0 (0.0%)
        4       50  relu    0.342   2.39    0.787   1.13      42.0%  0 (0.0%)
    200 examples; saturated: a rate below 0.01
    """
    if not isinstance(net, MLP):
        raise TypeError(f"layer_statistics: net is an MLP, not {net!r}")
    x = as_rows(X, net.sizes[0], "layer_statistics: X")
    need_finite(x, "layer_statistics: X")
    if not real_number("layer_statistics", "below", below) > 0:
        raise ValueError(f"layer_statistics: below is greater than 0, not {below}")
    with np.errstate(over="ignore", invalid="ignore"):
        zs, activations = net.feedforward(x.T)
        deltas = [None] * len(zs) if Y is None else _errors(net, zs, activations, Y, len(x), cost)
        rows = [LayerRow(1, net.sizes[0], "", None, None, *_moments(activations[0]), None, None, None)]
        for layer, z, a, delta in zip(net.layers, zs, activations[1:], deltas, strict=True):
            rates = rates_of(layer.activation, numbers_of(z))
            saturated, dead = float((rates < below).mean()), int((rates == 0).all(axis=1).sum())
            name, moments = _name_of(layer.activation), (*_moments(z), *_moments(a))
            rows.append(LayerRow(layer.number, len(rates), name, *moments, saturated, dead, delta))
    return LayerStatistics(tuple(rows), len(x), float(below))


def rates_of(activation: Activation, z: np.ndarray) -> np.ndarray:
    """max_k |∂a_j/∂z_k| of each neuron j on each example, in the shape of a = σ(z).

    Where neurons don't depend on each other, as all but those of softmax, one forward sweep gives it for all. That they
    don't is seen by another one: with other tangents for each neuron, each comes out times its own.
    """
    leaf = Tensor(np.asarray(z, float))
    a = activation(leaf)

    def pushed(tangent: np.ndarray) -> np.ndarray:
        tangents: dict[Node, Any] = {leaf: np.broadcast_to(tangent, leaf.shape).copy()}
        found: Any = sweeps.forward([a], tangents).get(a, 0.0)
        return np.broadcast_to(found, a.shape)

    if a.shape == leaf.shape:
        tangents = np.random.default_rng(0).uniform(1, 2, (len(z), 1))
        rates, moved = pushed(np.ones((1, 1))), pushed(tangents)
        if np.allclose(moved, rates * tangents, rtol=1e-9, atol=0, equal_nan=True):
            return np.asarray(np.abs(rates))
    largest = np.zeros(a.shape)
    for unit in np.eye(len(z)):
        largest = np.maximum(largest, np.abs(pushed(unit[:, None])))
    return largest


def _errors(
    net: MLP, zs: list[Any], activations: list[Any], Y: Any, n: int, cost: str | Cost
) -> list[float | None]:
    """Root mean square of δ of each layer, by one backward sweep; C is a mean of n examples, so δ = n ∂C/∂z."""
    y = as_desired(Y, n, net.sizes[-1], "layer_statistics: Y")
    need_finite(y, "layer_statistics: Y")
    y = y.T.astype(net.dtype)
    C = named("cost", cost, costs.NAMES, Cost).at_output(zs[-1], activations[-1], y, net.layers[-1].activation)
    cotangents = sweeps.backward(C)

    def error(z: Any) -> np.ndarray:
        if isinstance(z, np.ndarray):
            return np.array([cotangents.get(node, 0.0) for node in nodes_of(z)], float)
        return np.broadcast_to(np.asarray(cotangents.get(z, 0.0), float), z.shape)

    # Scaled by the largest, as squares of what has vanished through many layers are no more than 0.
    found = []
    for delta in map(error, zs):
        largest = float(np.abs(delta).max())
        found.append(n * largest * float(np.sqrt(np.mean((delta / largest) ** 2))) if largest else 0.0)
    return list(found)


def _moments(x: Any) -> tuple[float, float]:
    numbers = numbers_of(x).astype(float)
    return float(numbers.mean()), float(numbers.var())


def _name_of(activation: Activation) -> str:
    name = str(getattr(activation, "name", getattr(activation, "__name__", "?")))
    return "linear" if name == "identity" else name


def _text(row: LayerRow, field: str) -> str:
    value = getattr(row, field)
    if value is None:
        return ""
    if field == "saturated":
        return f"{value:.1%}"
    if field == "dead":
        return f"{value} ({row.dead_part:.1%})"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
