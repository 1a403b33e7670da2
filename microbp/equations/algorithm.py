"""The algorithm of backpropagation, over all layers of a network with a whole mini-batch as one matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from numpy.typing import ArrayLike

from microbp.equations.activations import Activation, AnyActivation, activation_named
from microbp.equations.backward import backpropagate_error, bias_gradient, output_error, weight_gradient
from microbp.equations.costs import AnyCost, Cancellation, Cost, cost_named
from microbp.equations.shapes import Array, fit

Activations: TypeAlias = AnyActivation | Sequence[AnyActivation]


def feedforward(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], x: ArrayLike, activation: Activations = "sigmoid"
) -> tuple[list[Array], list[Array]]:
    """Weighted inputs and activations of every layer.

    a¹ = x,  z^l = w^l a^{l−1} + b^l,  a^l = σ(z^l)          (Nielsen 2015, ch. 2, 25, layer by layer)

    weights     of layers 2 … L, shapes (n_l, n_{l−1});  biases  shapes (n_l, 1)
    x           shape (n_1, m)
    activation  one for all layers, or a sequence: one for each of layers 2 … L
    Returns zs of layers 2 … L and activations of layers 1 … L, shapes (n_l, m).
    """
    sigmas = _sigmas("feedforward", activation, len(weights))
    ws, bs, (x,) = _layers("feedforward", sigmas, weights, ("biases", biases, "1"), ("x", x, "n_1 m"))
    return _feedforward(ws, bs, x, sigmas)


def _feedforward(
    weights: list[Array], biases: list[Array], x: Array, sigmas: list[Activation]
) -> tuple[list[Array], list[Array]]:
    zs: list[Array] = []
    activations = [x]
    for w, b, sigma in zip(weights, biases, sigmas, strict=True):
        zs.append(w @ activations[-1] + b)
        activations.append(sigma(zs[-1]))
    return zs, activations


def cost_per_example(
    z: ArrayLike, y: ArrayLike, activation: AnyActivation = "sigmoid", cost: AnyCost = "quadratic"
) -> Array:
    """Cost of each example, from the weighted inputs of the output layer.

    C_x = C(σ(z^L), y);  where σ and C cancel, the formula from z^L, which stays finite when σ saturates

    z  z^L, shape (n_L, m);  y  shape (n_L, m)
    Returns shape (m,).
    """
    sigma, cost = activation_named("cost_per_example", activation), cost_named("cost_per_example", cost)
    rows = "n_L" if sigma.pieces == 1 else f"{sigma.pieces}·n_L"
    z, y = fit("cost_per_example", ("z", z, f"{rows} m"), ("y", y, "n_L m"))
    cancels = _cancellation(sigma, cost)
    value = cancels.value(z, y) if cancels else cost.value(sigma(z), y)
    return _beside(y, cost, "value", value, "m")


def mean_cost(
    weights: Sequence[ArrayLike],
    biases: Sequence[ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    activation: Activations = "sigmoid",
    cost: AnyCost = "quadratic",
) -> float:
    """Cost of a network on a mini-batch: the first of the book's two assumptions.

    C = (1/m) Σ_x C_x

    Arguments as in backprop.
    """
    sigmas = _sigmas("mean_cost", activation, len(weights))
    ws, bs, (x, y) = _layers(
        "mean_cost", sigmas, weights, ("biases", biases, "1"), ("x", x, "n_1 m"), ("y", y, "n_L m")
    )
    zs, _ = _feedforward(ws, bs, x, sigmas)
    return float(cost_per_example(zs[-1], y, sigmas[-1], cost).mean())


def errors(
    weights: Sequence[ArrayLike],
    zs: Sequence[ArrayLike],
    y: ArrayLike,
    activation: Activations = "sigmoid",
    cost: AnyCost = "quadratic",
) -> list[Array]:
    """Errors δ^l of every layer: BP1 at the output, then BP2 layer by layer, down to layer 2.

    Where the output's σ′ cancels against ∇ₐC, δᴸ is the formula that is left, and saturation does no harm.

    zs  of layers 2 … L as feedforward returns them, shapes (n_l, m);  the rest as in backprop
    Returns the errors of layers 2 … L, shapes (n_l, m).
    """
    sigmas = _sigmas("errors", activation, len(weights))
    ws, zs, (y,) = _layers("errors", sigmas, weights, ("zs", zs, "m"), ("y", y, "n_L m"))
    return _errors(ws, zs, sigmas[-1](zs[-1]), y, sigmas, cost_named("errors", cost))


def _errors(
    weights: list[Array], zs: list[Array], a: Array, y: Array, sigmas: list[Activation], cost: Cost
) -> list[Array]:
    z, sigma, cancels = zs[-1], sigmas[-1], _cancellation(sigmas[-1], cost)
    if cancels:
        delta = _beside(z, cost, "error", cancels.error(z, y), "n_L m")
    else:
        delta = output_error(_beside(a, cost, "nabla", cost.nabla(a, y), "n_L m"), sigma.derivative(z))
    deltas = [delta]
    for w_next, z, sigma in zip(weights[:0:-1], zs[-2::-1], sigmas[-2::-1], strict=True):
        deltas.append(backpropagate_error(w_next, deltas[-1], sigma.derivative(z)))
    return deltas[::-1]


def backprop(
    weights: Sequence[ArrayLike],
    biases: Sequence[ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    activation: Activations = "sigmoid",
    cost: AnyCost = "quadratic",
) -> tuple[list[Array], list[Array]]:
    """Gradient of the mean cost over a mini-batch, all its examples in one matrix.

    feedforward, then BP1 to BP4 with X = [x₁ … x_m] in place of x   (Nielsen 2015, ch. 2, the algorithm)

    weights     of layers 2 … L, shapes (n_l, n_{l−1});  biases  shapes (n_l, 1)
    x           shape (n_1, m);  y  shape (n_L, m)
    activation  one for all layers, or a sequence: one for each of layers 2 … L
    cost        a name of COSTS, or a Cost of your own
    Returns nabla_b and nabla_w, of the shapes of biases and weights.
    """
    sigmas = _sigmas("backprop", activation, len(weights))
    ws, bs, (x, y) = _layers("backprop", sigmas, weights, ("biases", biases, "1"), ("x", x, "n_1 m"), ("y", y, "n_L m"))
    zs, activations = _feedforward(ws, bs, x, sigmas)
    deltas = _errors(ws, zs, activations[-1], y, sigmas, cost_named("backprop", cost))
    nabla_b = [bias_gradient(delta) for delta in deltas]
    nabla_w = [weight_gradient(a_in, delta) for a_in, delta in zip(activations[:-1], deltas, strict=True)]
    return nabla_b, nabla_w


def _sigmas(operation: str, activation: Activations, layers: int) -> list[Activation]:
    """One activation for each of layers 2 … L."""
    if isinstance(activation, (str, Activation)) or not isinstance(activation, Sequence):
        return [activation_named(operation, activation)] * layers
    if len(activation) != layers:
        raise ValueError(f"{operation}: {len(activation)} activations for {layers} weights; want one for each")
    return [activation_named(operation, sigma) for sigma in activation]


def _layers(
    operation: str,
    sigmas: Sequence[Activation],
    weights: Sequence[ArrayLike],
    beside: tuple[str, Sequence[ArrayLike], str],
    *columns: tuple[str, ArrayLike, str],
) -> tuple[list[Array], list[Array], list[Array]]:
    """The weights, the biases or zs beside them, and what goes in or out, each of the shape that is wanted."""
    name, arrays, width = beside
    L = len(weights)
    if not L or len(arrays) != L:
        raise ValueError(f"{operation}: {L} weights and {len(arrays)} {name}; want one each for layers 2 … L")
    n = [*(f"n_{l}" for l in range(1, L + 1)), "n_L"]
    rows = [n[i + 1] if sigma.pieces == 1 else f"{sigma.pieces}·{n[i + 1]}" for i, sigma in enumerate(sigmas)]
    fitted = fit(
        operation,
        *((f"weights[{i}]", w, f"{rows[i]} {n[i]}") for i, w in enumerate(weights)),
        *((f"{name}[{i}]", array, f"{rows[i]} {width}") for i, array in enumerate(arrays)),
        *columns,
    )
    return fitted[:L], fitted[L : 2 * L], fitted[2 * L :]


def _cancellation(sigma: Activation, cost: Cost) -> Cancellation | None:
    """The formulas that are left of this cost at this output, if its σ′ cancels."""
    return cost.cancels if cost.cancels and cost.cancels.activation == sigma else None


def _beside(a: Array, cost: Cost, what: str, value: ArrayLike, letters: str) -> Array:
    """What a cost made of a^L, or of z^L, of the shape that it should have."""
    return fit(cost.name, ("a", a, "n_L m"), (f"its {what}", value, letters))[1]
