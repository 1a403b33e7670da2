"""The equations of backpropagation in bare numpy, one function each.

Nothing of the engine is imported here, so this closed form is the oracle that the engine is held against.
The numbers are those of Nielsen, *Neural Networks and Deep Learning* (2015), chapters 1 and 2:

    22  neuron_activation, layer_activation        33           output_error_by_matrix
    23  activation_by_components                   34           backpropagate_error_by_matrix
    24  apply_elementwise                          35           unrolled_error
    25  weighted_input, layer_activation           BP1          output_error
    26  quadratic_cost                             BP2          backpropagate_error
    27  quadratic_cost_per_example                 BP3, 31      bias_gradient
    28  hadamard                                   BP4, 32      weight_gradient
    29  change_of_cost                             BP1 to BP4   feedforward, errors, backprop:
    30  quadratic_output_error                                  a whole mini-batch as one matrix

Columns are examples: an activation matrix has shape (n_l, m), w (n_l, n_{l−1}), b (n_l, 1), and m = 1 is
the single example. Layers count from 1, the input; lists of w, b, z and δ begin at layer 2, lists of a at
layer 1. float64 and float32 stay what they are, integers become float64. Every function raises ValueError
for other data, or for shapes that don't fit, and says what would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "ACTIVATIONS", "COSTS", "Activation", "Cancellation", "Cost",
    "activation_by_components", "apply_elementwise", "backprop", "backpropagate_error",
    "backpropagate_error_by_matrix", "bias_gradient", "change_of_cost", "cost_per_example", "errors",
    "feedforward", "hadamard", "layer_activation", "mean_cost", "neuron_activation", "output_error",
    "output_error_by_matrix", "quadratic_cost", "quadratic_cost_per_example", "quadratic_output_error",
    "sigma_prime_matrix", "sigmoid", "sigmoid_prime", "softmax", "softmax_jacobian", "unrolled_error",
    "weight_gradient", "weighted_input",
]

Array: TypeAlias = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Activation:
    """An activation function σ beside its derivative.

    function    z, shape (n, m) → a, shape (n, m)
    derivative  z, shape (n, m) → σ′(z), shape (n, m), when each a_j depends on z_j alone; otherwise, as for
                softmax, the Jacobians Σ′(z), shape (m, n, n): one an example, [x, j, k] = ∂a_j/∂z_k
    """

    name: str
    function: Callable[[Array], Any]
    derivative: Callable[[Array], Any]

    def __call__(self, z: npt.ArrayLike) -> Array:
        """a = σ(z), of the shape of z"""
        z = _floats(self.name, "z", z)
        a = _floats(self.name, "σ(z)", self.function(z))
        if a.shape != z.shape:
            raise ValueError(f"{self.name}: z has shape {z.shape}, σ(z) has {a.shape}; want the shape of z")
        return a


@dataclass(frozen=True)
class Cost:
    """A cost of the book's two assumptions: a mean over examples, each a function of a^L (and of its y).

    value    a^L and y, shape (n_L, m) → C_x of each example, shape (m,)
    nabla    a^L and y, shape (n_L, m) → ∇ₐC_x of each example, shape (n_L, m)
    cancels  the activation whose σ′ cancels against ∇ₐC, with the formulas that are left, or None
    """

    name: str
    value: Callable[[Array, Array], Any]
    nabla: Callable[[Array, Array], Any]
    cancels: Cancellation | None = None


@dataclass(frozen=True)
class Cancellation:
    """What is left of a cost and its error when the activation's σ′ has cancelled against ∇ₐC.

    Where σ saturates, ∇ₐC σ′ is ∞·0; these formulas start from z and have neither factor.

    value  z^L and y, shape (n_L, m) → C_x of each example, shape (m,)
    error  z^L and y, shape (n_L, m) → δᴸ, shape (n_L, m)
    """

    activation: Activation
    value: Callable[[Array, Array], Any]
    error: Callable[[Array, Array], Any]


AnyActivation: TypeAlias = str | Activation
AnyCost: TypeAlias = str | Cost


def neuron_activation(
    w: npt.ArrayLike, a: npt.ArrayLike, b: float, activation: AnyActivation = "sigmoid"
) -> Array:
    """Activation of a single neuron.

    a′ = σ(w·a + b)                                       (Nielsen 2015, ch. 1, 4 and one row of 22)

    w  shape (n,): one weight an input;  a  shape (n, m);  b  a number
    Returns shape (m,).
    """
    sigma = _activation("neuron_activation", activation)
    w, a, _ = _fit("neuron_activation", ("w", w, "n"), ("a", a, "n m"), ("b", b, ""))
    a_out: Array = sigma(w[np.newaxis, :] @ a + float(b))[0]
    return a_out


def activation_by_components(
    w: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike, activation: AnyActivation = "sigmoid"
) -> Array:
    """Activations a^l of a layer, weight by weight and example by example: slow, and nothing is hidden.

    a^l_j = σ(Σ_k w^l_jk a^{l−1}_k + b^l_j)                             (Nielsen 2015, ch. 2, 23)

    Shapes as in layer_activation.
    """
    w, a, b = _fit(
        "activation_by_components", ("w", w, "n_l n_{l−1}"), ("a", a, "n_{l−1} m"), ("b", b, "n_l 1")
    )
    z = np.empty((w.shape[0], a.shape[1]), np.result_type(w, a, b))
    for j, x in np.ndindex(z.shape):
        z[j, x] = sum(w[j, k] * a[k, x] for k in range(w.shape[1])) + b[j, 0]
    return _activation("activation_by_components", activation)(z)


def apply_elementwise(f: Callable[[float], float], v: npt.ArrayLike) -> Array:
    """A function of one number, applied to every element: f "vectorized".

    f(v)_j = f(v_j)                                                     (Nielsen 2015, ch. 2, 24)

    >>> apply_elementwise(lambda x: x**2, [2, 3])
    array([4., 9.])
    """
    v = _floats("apply_elementwise", "v", v)
    f_v = _floats("apply_elementwise", "f(v)", [f(v_j) for v_j in v.ravel().tolist()])
    return f_v.astype(v.dtype).reshape(v.shape)


def weighted_input(w: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Weighted inputs z^l of a layer.

    z^l = w^l a^{l−1} + b^l                                         (Nielsen 2015, ch. 2, in 25)

    w  shape (n_l, n_{l−1});  a  a^{l−1}, shape (n_{l−1}, m);  b  shape (n_l, 1)
    Returns shape (n_l, m).
    """
    w, a, b = _fit("weighted_input", ("w", w, "n_l n_{l−1}"), ("a", a, "n_{l−1} m"), ("b", b, "n_l 1"))
    return w @ a + b


def layer_activation(
    w: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike, activation: AnyActivation = "sigmoid"
) -> Array:
    """Activations a^l of a layer.

    a^l = σ(w^l a^{l−1} + b^l)                              (Nielsen 2015, ch. 2, 25; ch. 1, 22)

    w  shape (n_l, n_{l−1});  a  a^{l−1}, shape (n_{l−1}, m);  b  shape (n_l, 1)
    Returns shape (n_l, m).
    """
    sigma = _activation("layer_activation", activation)
    return sigma(weighted_input(w, a, b))


def quadratic_cost(a: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Quadratic cost of n examples.

    C = 1/(2n) Σ_x ‖y(x) − a^L(x)‖²                         (Nielsen 2015, ch. 2, 26; ch. 1, 6)

    a, y  shape (n_L, n)
    """
    return float(quadratic_cost_per_example(a, y).mean())


def quadratic_cost_per_example(a: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Quadratic cost of each example.

    C_x = ½ ‖y − a^L‖² = ½ Σ_j (y_j − a^L_j)²                           (Nielsen 2015, ch. 2, 27)

    a, y  shape (n_L, m)
    Returns shape (m,).
    """
    a, y = _outputs("quadratic", a, y)
    return _sum_over_neurons((y - a) ** 2) / 2


def hadamard(s: npt.ArrayLike, t: npt.ArrayLike) -> Array:
    """Hadamard product of two arrays of one shape.

    (s ⊙ t)_j = s_j t_j                                                 (Nielsen 2015, ch. 2, 28)

    >>> hadamard([1, 2], [3, 4])
    array([3., 8.])
    """
    letters = " ".join(f"i_{axis}" for axis in range(1, np.ndim(s) + 1))
    s, t = _fit("hadamard", ("s", s, letters), ("t", t, letters))
    return s * t


def change_of_cost(delta: npt.ArrayLike, change_of_z: npt.ArrayLike) -> Array:
    """Change of the cost that the error predicts, when a demon adds a little to the weighted inputs.

    ΔC_x ≈ Σ_j δ^l_j Δz^l_j,  because δ^l_j ≡ ∂C_x/∂z^l_j               (Nielsen 2015, ch. 2, 29)

    delta        δ^l, shape (n_l, m): cost per unit weighted input, one column an example
    change_of_z  Δz^l, shape (n_l, m): zero but in one row when the demon sits at one neuron
    Returns shape (m,): the change of each example's cost.
    """
    delta, change_of_z = _fit(
        "change_of_cost", ("delta", delta, "n_l m"), ("change_of_z", change_of_z, "n_l m")
    )
    return _sum_over_neurons(delta * change_of_z)


def output_error(nabla_a: npt.ArrayLike, sigma_prime_z: npt.ArrayLike) -> Array:
    """Error δᴸ of the output layer.

    δᴸ = ∇ₐC ⊙ σ′(zᴸ)                                      (Nielsen 2015, ch. 2, BP1, 36–39)

    nabla_a        shape (n_L, m): cost per unit activation, one column an example
    sigma_prime_z  shape (n_L, m): activation per unit weighted input; where neurons are coupled, as in
                   softmax, the Jacobians, shape (m, n_L, n_L), and the product is that of 33
    Returns shape (n_L, m): cost per unit weighted input.
    """
    if np.ndim(sigma_prime_z) == 3:
        return output_error_by_matrix(sigma_prime_z, nabla_a)
    nabla_a, sigma_prime_z = _fit(
        "output_error", ("nabla_a", nabla_a, "n_L m"), ("sigma_prime_z", sigma_prime_z, "n_L m")
    )
    return nabla_a * sigma_prime_z


def quadratic_output_error(a: npt.ArrayLike, y: npt.ArrayLike, sigma_prime_z: npt.ArrayLike) -> Array:
    """Error δᴸ of the output layer under the quadratic cost.

    δᴸ = (aᴸ − y) ⊙ σ′(zᴸ)                                              (Nielsen 2015, ch. 2, 30)

    a, y  shape (n_L, m);  sigma_prime_z  as in output_error
    Returns shape (n_L, m).
    """
    a, y = _outputs("quadratic_output_error", a, y)
    return output_error(a - y, sigma_prime_z)


def backpropagate_error(
    w_next: npt.ArrayLike, delta_next: npt.ArrayLike, sigma_prime_z: npt.ArrayLike
) -> Array:
    """Error δ^l of a layer from the error of the next.

    δ^l = ((w^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l)                   (Nielsen 2015, ch. 2, BP2, 40–45)

    w_next         w^{l+1}, shape (n_{l+1}, n_l)
    delta_next     δ^{l+1}, shape (n_{l+1}, m)
    sigma_prime_z  shape (n_l, m); where neurons are coupled, the Jacobians, shape (m, n_l, n_l), and the
                   product is that of 34
    Returns shape (n_l, m).
    """
    if np.ndim(sigma_prime_z) == 3:
        return backpropagate_error_by_matrix(sigma_prime_z, w_next, delta_next)
    w_next, delta_next, sigma_prime_z = _fit(
        "backpropagate_error",
        ("w_next", w_next, "n_{l+1} n_l"), ("delta_next", delta_next, "n_{l+1} m"),
        ("sigma_prime_z", sigma_prime_z, "n_l m"),
    )
    return (w_next.T @ delta_next) * sigma_prime_z


def bias_gradient(delta: npt.ArrayLike, *, per_example: bool = False) -> Array:
    """Gradient of the cost by the biases of a layer.

    ∂C_x/∂b^l_j = δ^l_j,  and ∂C/∂b^l_j is its mean over x         (Nielsen 2015, ch. 2, BP3, 31)

    delta  δ^l, shape (n_l, m)
    Returns the mean over the examples, shape (n_l, 1); with per_example a column each, shape (n_l, m).
    """
    delta, = _fit("bias_gradient", ("delta", delta, "n_l m"))
    if per_example:
        return delta.copy()
    mean: Array = delta.mean(axis=1, keepdims=True)
    return mean


def weight_gradient(a_in: npt.ArrayLike, delta_out: npt.ArrayLike, *, per_example: bool = False) -> Array:
    """Gradient of the cost by the weights of a layer, "a_in δ_out".

    ∂C_x/∂w^l_jk = a^{l−1}_k δ^l_j,  and ∂C/∂w^l = δ^l (a^{l−1})ᵀ / m   (Nielsen 2015, ch. 2, BP4, 32)

    a_in       a^{l−1}, shape (n_{l−1}, m): what enters the weights
    delta_out  δ^l, shape (n_l, m): the error of the neurons that the weights lead to
    Returns the mean over the examples, shape (n_l, n_{l−1}); with per_example a matrix each,
    shape (m, n_l, n_{l−1}).
    """
    a_in, delta_out = _fit("weight_gradient", ("a_in", a_in, "n_{l−1} m"), ("delta_out", delta_out, "n_l m"))
    if per_example:
        outer: Array = delta_out.T[:, :, np.newaxis] * a_in.T[:, np.newaxis, :]
        return outer
    # The smaller factor is divided, not the product. np.dot, because for m = 1 it calls BLAS where @ does not:
    # 6 µs against 24 for a w of shape (30, 784).
    mean: Array = np.dot(delta_out / a_in.shape[1], a_in.T)
    return mean


def sigma_prime_matrix(sigma_prime_z: npt.ArrayLike) -> Array:
    """Σ′(z), the square matrix with σ′(z_j) on its diagonal and zeros off it.

    sigma_prime_z  shape (n, m); Jacobians, shape (m, n, n), are Σ′ already and are handed back
    Returns shape (m, n, n): one matrix an example.
    """
    if np.ndim(sigma_prime_z) == 3:
        return _fit("sigma_prime_matrix", ("sigma_prime_z", sigma_prime_z, "m n n"))[0]
    (rates,) = _fit("sigma_prime_matrix", ("sigma_prime_z", sigma_prime_z, "n m"))
    diagonals: Array = rates.T[:, :, np.newaxis] * np.eye(len(rates), dtype=rates.dtype)
    return diagonals


def output_error_by_matrix(sigma_prime: npt.ArrayLike, nabla_a: npt.ArrayLike) -> Array:
    """Error δᴸ of the output layer as a product of matrices.

    δᴸ = Σ′(zᴸ) ∇ₐC                                                     (Nielsen 2015, ch. 2, 33)

    The book's Σ′ is diagonal, so it is its own transpose; for a full Jacobian it is Σ′(zᴸ)ᵀ ∇ₐC.

    sigma_prime  Σ′(zᴸ), shape (m, n_L, n_L): one matrix an example, as of sigma_prime_matrix
    nabla_a      shape (n_L, m)
    Returns shape (n_L, m).
    """
    sigma_prime, nabla_a = _fit(
        "output_error_by_matrix", ("sigma_prime", sigma_prime, "m n_L n_L"), ("nabla_a", nabla_a, "n_L m")
    )
    return _transposed_times(sigma_prime, nabla_a)


def backpropagate_error_by_matrix(
    sigma_prime: npt.ArrayLike, w_next: npt.ArrayLike, delta_next: npt.ArrayLike
) -> Array:
    """Error δ^l of a layer from the error of the next, as a product of matrices.

    δ^l = Σ′(z^l) (w^{l+1})ᵀ δ^{l+1}                                    (Nielsen 2015, ch. 2, 34)

    sigma_prime  Σ′(z^l), shape (m, n_l, n_l), transposed as in output_error_by_matrix
    w_next       w^{l+1}, shape (n_{l+1}, n_l);  delta_next  δ^{l+1}, shape (n_{l+1}, m)
    Returns shape (n_l, m).
    """
    sigma_prime, w_next, delta_next = _fit(
        "backpropagate_error_by_matrix",
        ("sigma_prime", sigma_prime, "m n_l n_l"),
        ("w_next", w_next, "n_{l+1} n_l"), ("delta_next", delta_next, "n_{l+1} m"),
    )
    return _transposed_times(sigma_prime, w_next.T @ delta_next)


def unrolled_error(
    sigma_primes: Sequence[npt.ArrayLike], weights: Sequence[npt.ArrayLike], nabla_a: npt.ArrayLike
) -> Array:
    """Error δ^l of a layer, unrolled up to the output.

    δ^l = Σ′(z^l) (w^{l+1})ᵀ … Σ′(z^{L−1}) (w^L)ᵀ Σ′(z^L) ∇ₐC           (Nielsen 2015, ch. 2, 35)

    The matrices come first here, ∇ₐC last. From the right it would be 34 over and over, and cheaper: a matrix
    times a column, never a matrix times a matrix.

    sigma_primes  Σ′(z^l) … Σ′(z^L), shapes (m, n, n), transposed as in output_error_by_matrix
    weights       w^{l+1} … w^L: one fewer, none when l = L
    nabla_a       shape (n_L, m)
    Returns shape (n_l, m).
    """
    if len(sigma_primes) != len(weights) + 1:
        raise ValueError(
            f"unrolled_error: {len(sigma_primes)} matrices Σ′ and {len(weights)} weights; "
            "want one weight fewer than matrices, w^{l+1} … w^L between Σ′(z^l) … Σ′(z^L)"
        )
    n = [f"n_{{l+{i}}}" for i in range(len(sigma_primes))]
    *matrices, nabla_a = _fit(
        "unrolled_error",
        *((f"sigma_primes[{i}]", s, f"m {n[i]} {n[i]}") for i, s in enumerate(sigma_primes)),
        *((f"weights[{i}]", w, f"{n[i + 1]} {n[i]}") for i, w in enumerate(weights)),
        ("nabla_a", nabla_a, f"{n[-1]} m"),
    )
    # Multiplied here in the transposed order, which is that of ∂a^L/∂z^l = Σ′(z^L) w^L … w^{l+1} Σ′(z^l).
    rate = matrices[0]
    for w, sigma_prime in zip(matrices[len(n) :], matrices[1 : len(n)], strict=True):
        rate = sigma_prime @ w @ rate
    return _transposed_times(rate, nabla_a)


def feedforward(
    weights: Sequence[npt.ArrayLike],
    biases: Sequence[npt.ArrayLike],
    x: npt.ArrayLike,
    activation: AnyActivation | Sequence[AnyActivation] = "sigmoid",
) -> tuple[list[Array], list[Array]]:
    """Weighted inputs and activations of every layer.

    a¹ = x,  z^l = w^l a^{l−1} + b^l,  a^l = σ(z^l)          (Nielsen 2015, ch. 2, 25, layer by layer)

    weights     of layers 2 … L, shapes (n_l, n_{l−1});  biases  shapes (n_l, 1)
    x           shape (n_1, m)
    activation  one for all layers, or a sequence: one for each of layers 2 … L
    Returns zs of layers 2 … L and activations of layers 1 … L, shapes (n_l, m).
    """
    sigmas = _activations("feedforward", activation, len(weights))
    ws, bs, (x,) = _layers("feedforward", weights, ("biases", biases, "1"), ("x", x, "n_1 m"))
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
    z: npt.ArrayLike, y: npt.ArrayLike, activation: AnyActivation = "sigmoid", cost: AnyCost = "quadratic"
) -> Array:
    """Cost of each example, from the weighted inputs of the output layer.

    C_x = C(σ(z^L), y);  where σ and C cancel, the formula from z^L, which stays finite when σ saturates

    z  z^L, shape (n_L, m);  y  shape (n_L, m)
    Returns shape (m,).
    """
    sigma, cost = _activation("cost_per_example", activation), _cost("cost_per_example", cost)
    z, y = _fit("cost_per_example", ("z", z, "n_L m"), ("y", y, "n_L m"))
    cancels = _cancellation(sigma, cost)
    value = cancels.value(z, y) if cancels else cost.value(sigma(z), y)
    return _beside(z, cost.name, "value", value, "m")


def mean_cost(
    weights: Sequence[npt.ArrayLike],
    biases: Sequence[npt.ArrayLike],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    activation: AnyActivation | Sequence[AnyActivation] = "sigmoid",
    cost: AnyCost = "quadratic",
) -> float:
    """Cost of a network on a mini-batch: the first of the book's two assumptions.

    C = (1/m) Σ_x C_x

    Arguments as in backprop.
    """
    sigmas = _activations("mean_cost", activation, len(weights))
    ws, bs, (x, y) = _layers(
        "mean_cost", weights, ("biases", biases, "1"), ("x", x, "n_1 m"), ("y", y, "n_L m")
    )
    zs, _ = _feedforward(ws, bs, x, sigmas)
    return float(cost_per_example(zs[-1], y, sigmas[-1], cost).mean())


def errors(
    weights: Sequence[npt.ArrayLike],
    zs: Sequence[npt.ArrayLike],
    y: npt.ArrayLike,
    activation: AnyActivation | Sequence[AnyActivation] = "sigmoid",
    cost: AnyCost = "quadratic",
) -> list[Array]:
    """Errors δ^l of every layer: BP1 at the output, then BP2 layer by layer, down to layer 2.

    Where the output's σ′ cancels against ∇ₐC, δᴸ is the formula that is left, and saturation does no harm.

    zs  of layers 2 … L as feedforward returns them, shapes (n_l, m);  the rest as in backprop
    Returns the errors of layers 2 … L, shapes (n_l, m).
    """
    sigmas = _activations("errors", activation, len(weights))
    ws, zs, (y,) = _layers("errors", weights, ("zs", zs, "m"), ("y", y, "n_L m"))
    return _errors(ws, zs, sigmas[-1](zs[-1]), y, sigmas, _cost("errors", cost))


def _errors(
    weights: list[Array], zs: list[Array], a: Array, y: Array, sigmas: list[Activation], cost: Cost
) -> list[Array]:
    z, sigma, cancels = zs[-1], sigmas[-1], _cancellation(sigmas[-1], cost)
    if cancels:
        delta = _beside(z, cost.name, "error", cancels.error(z, y), "n_L m")
    else:
        nabla_a = _beside(z, cost.name, "nabla", cost.nabla(a, y), "n_L m")
        delta = output_error(nabla_a, sigma.derivative(z))
    deltas = [delta]
    for w_next, z, sigma in zip(weights[:0:-1], zs[-2::-1], sigmas[-2::-1], strict=True):
        deltas.append(backpropagate_error(w_next, deltas[-1], sigma.derivative(z)))
    return deltas[::-1]


def backprop(
    weights: Sequence[npt.ArrayLike],
    biases: Sequence[npt.ArrayLike],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    activation: AnyActivation | Sequence[AnyActivation] = "sigmoid",
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
    sigmas = _activations("backprop", activation, len(weights))
    ws, bs, (x, y) = _layers(
        "backprop", weights, ("biases", biases, "1"), ("x", x, "n_1 m"), ("y", y, "n_L m")
    )
    zs, activations = _feedforward(ws, bs, x, sigmas)
    deltas = _errors(ws, zs, activations[-1], y, sigmas, _cost("backprop", cost))
    nabla_b = [bias_gradient(delta) for delta in deltas]
    nabla_w = [weight_gradient(a_in, delta) for a_in, delta in zip(activations[:-1], deltas, strict=True)]
    return nabla_b, nabla_w


def sigmoid(z: npt.ArrayLike) -> Array:
    """σ(z) = 1/(1 + e^{−z})                                                (Nielsen 2015, ch. 1, 3)"""
    z = _floats("sigmoid", "z", z)
    # e^{−z} may overflow to ∞, and 1/(1 + ∞) = 0 is right: z < 0 needs no formula of its own.
    with np.errstate(over="ignore"):
        a: Array = 1 / (1 + np.exp(-z))
    return a


def sigmoid_prime(z: npt.ArrayLike) -> Array:
    """σ′(z) = σ(z) (1 − σ(z))"""
    a = sigmoid(z)
    return a * (1 - a)


def softmax(z: npt.ArrayLike) -> Array:
    """a_j = e^{z_j} / Σ_k e^{z_k}, column by column                        (Nielsen 2015, ch. 3, 78)"""
    z = _floats("softmax", "z", z)
    exp_z = np.exp(z - z.max(axis=0))  # the shift cancels in the quotient, and the largest power is e⁰
    a: Array = exp_z / exp_z.sum(axis=0)
    return a


def softmax_jacobian(z: npt.ArrayLike) -> Array:
    """∂a_j/∂z_k = a_j (δ_jk − a_k), shape (m, n, n): one matrix [j, k] an example"""
    (z,) = _fit("softmax_jacobian", ("z", z, "n m"))
    a = softmax(z).T
    return a[:, :, np.newaxis] * (np.eye(a.shape[1], dtype=a.dtype) - a[:, np.newaxis, :])


ACTIVATIONS: Mapping[str, Activation] = {
    sigma.name: sigma
    for sigma in (
        Activation("sigmoid",    sigmoid,                                sigmoid_prime),
        Activation("tanh",       np.tanh,                                lambda z: 1 - np.tanh(z) ** 2),
        Activation("relu",       lambda z: np.maximum(z, 0),             lambda z: _slope(z, 0)),
        Activation("leaky_relu", lambda z: np.where(z > 0, z, 0.01 * z), lambda z: _slope(z, 0.01)),
        Activation("linear",     np.copy,                                np.ones_like),
        Activation("softmax",    softmax,                                softmax_jacobian),
    )
}  # fmt: skip
"""The activations by name. At their corner relu and leaky_relu have the slope of the left, as in PyTorch."""


def _slope(z: Array, left: float) -> Array:
    """1 for z > 0, else the slope on the left"""
    return np.where(z > 0, 1, left).astype(z.dtype)


def _quadratic_nabla(a: Array, y: Array) -> Array:
    """a − y"""
    a, y = _outputs("quadratic", a, y)
    return a - y


def _cross_entropy(a: Array, y: Array) -> Array:
    """−Σ_j [y_j ln a_j + (1 − y_j) ln(1 − a_j)]                            (Nielsen 2015, ch. 3, 63)"""
    a, y = _probabilities("cross_entropy", a, y)
    return _sum_over_neurons(_minus_log(y, a) + _minus_log(1 - y, 1 - a))


def _cross_entropy_nabla(a: Array, y: Array) -> Array:
    """(1 − y)/(1 − a) − y/a"""
    a, y = _probabilities("cross_entropy", a, y)
    return _quotient(1 - y, 1 - a) - _quotient(y, a)


def _cross_entropy_of_sigmoid(z: Array, y: Array) -> Array:
    """Σ_j [y_j ln(1 + e^{−z_j}) + (1 − y_j) ln(1 + e^{z_j})]"""
    y = _within("cross_entropy", "y", y, 0, 1)
    return _sum_over_neurons(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))


def _log_likelihood(a: Array, y: Array) -> Array:
    """−Σ_j y_j ln a_j                                                      (Nielsen 2015, ch. 3, 80)"""
    a, y = _probabilities("log_likelihood", a, y)
    return _sum_over_neurons(_minus_log(y, a))


def _log_likelihood_nabla(a: Array, y: Array) -> Array:
    """−y/a"""
    a, y = _probabilities("log_likelihood", a, y)
    return -_quotient(y, a)


def _log_likelihood_of_softmax(z: Array, y: Array) -> Array:
    """Σ_j y_j (ln Σ_k e^{z_k} − z_j)"""
    y = _within("log_likelihood", "y", y, 0, 1)
    return _sum_over_neurons(y * (np.logaddexp.reduce(z, axis=0) - z))


def _hinge(a: Array, y: Array) -> Array:
    """Σ_j max(0, 1 − y_j a_j)"""
    a, y = _signs("hinge", a, y)
    return _sum_over_neurons(np.maximum(0, 1 - y * a))


def _hinge_nabla(a: Array, y: Array) -> Array:
    """−y where 1 − y a > 0, else 0"""
    a, y = _signs("hinge", a, y)
    return np.where(1 - y * a > 0, -y, 0)


COSTS: Mapping[str, Cost] = {
    cost.name: cost
    for cost in (
        Cost("quadratic", quadratic_cost_per_example, _quadratic_nabla),
        Cost(
            "cross_entropy", _cross_entropy, _cross_entropy_nabla,
            Cancellation(ACTIVATIONS["sigmoid"], _cross_entropy_of_sigmoid, lambda z, y: sigmoid(z) - y),
        ),
        Cost(
            "log_likelihood", _log_likelihood, _log_likelihood_nabla,
            # a − y, because a one-hot y has the sum 1; with the sum it holds for every y.
            Cancellation(
                ACTIVATIONS["softmax"],
                _log_likelihood_of_softmax,
                lambda z, y: softmax(z) * _sum_over_neurons(y) - y,
            ),
        ),
        Cost("hinge", _hinge, _hinge_nabla),
    )
}  # fmt: skip
"""The costs by name. y lies in [0, 1] for cross_entropy and log_likelihood, and is −1 or +1 for hinge, whose
rate at the corner y a = 1 is 0."""


def _sum_over_neurons(terms: Array) -> Array:
    """Σ_j, down each column"""
    total: Array = terms.sum(axis=0)
    return total


def _transposed_times(matrices: Array, columns: Array) -> Array:
    """The transpose of each example's matrix times its column"""
    products: Array = np.einsum("xjk,jx->kx", matrices, columns)
    return products


def _minus_log(y: Array, a: Array) -> Array:
    """−y ln a, with 0 ln 0 = 0"""
    with np.errstate(divide="ignore"):
        return -y * np.log(np.where(y == 0, 1, a))


def _quotient(y: Array, a: Array) -> Array:
    """y/a, with 0/0 = 0: the rate of y ln a"""
    with np.errstate(divide="ignore"):
        return y / np.where(y == 0, 1, a)


def _beside(z: Array, name: str, what: str, value: npt.ArrayLike, letters: str) -> Array:
    """What a cost made of z^L, of the shape that it should have"""
    return _fit(name, ("z", z, "n_L m"), (f"its {what}", value, letters))[1]


def _outputs(operation: str, a: npt.ArrayLike, y: npt.ArrayLike) -> list[Array]:
    return _fit(operation, ("a", a, "n_L m"), ("y", y, "n_L m"))


def _probabilities(operation: str, a: npt.ArrayLike, y: npt.ArrayLike) -> list[Array]:
    a, y = _outputs(operation, a, y)
    return [_within(operation, "a", a, 0, 1), _within(operation, "y", y, 0, 1)]


def _signs(operation: str, a: npt.ArrayLike, y: npt.ArrayLike) -> list[Array]:
    a, y = _outputs(operation, a, y)
    others = y[np.abs(y) != 1]
    if others.size:
        raise ValueError(f"{operation}: y holds {others[0]}; want −1 or +1, so pass 2 * y - 1 for 0 and 1")
    return [a, y]


def _within(operation: str, name: str, array: Array, lowest: float, highest: float) -> Array:
    outside = array[(array < lowest) | (array > highest)]
    if outside.size:
        raise ValueError(f"{operation}: {name} holds {outside[0]}; want values from {lowest} to {highest}")
    return array


def _activation(operation: str, activation: AnyActivation) -> Activation:
    if isinstance(activation, Activation):
        return activation
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    known = ", ".join(ACTIVATIONS)
    raise ValueError(f"{operation}: unknown activation {activation!r}; want one of {known}, or an Activation")


def _activations(
    operation: str, activation: AnyActivation | Sequence[AnyActivation], layers: int
) -> list[Activation]:
    """One activation for each of layers 2 … L"""
    if isinstance(activation, Sequence) and not isinstance(activation, str):
        if len(activation) != layers:
            raise ValueError(
                f"{operation}: {len(activation)} activations for {layers} weights; want one for each"
            )
        return [_activation(operation, sigma) for sigma in activation]
    return [_activation(operation, activation)] * layers


def _cost(operation: str, cost: AnyCost) -> Cost:
    if isinstance(cost, Cost):
        return cost
    if isinstance(cost, str) and cost in COSTS:
        return COSTS[cost]
    raise ValueError(f"{operation}: unknown cost {cost!r}; want one of {', '.join(COSTS)}, or a Cost")


def _cancellation(sigma: Activation, cost: Cost) -> Cancellation | None:
    return cost.cancels if cost.cancels and cost.cancels.activation == sigma else None


def _layers(
    operation: str,
    weights: Sequence[npt.ArrayLike],
    beside: tuple[str, Sequence[npt.ArrayLike], str],
    *columns: tuple[str, npt.ArrayLike, str],
) -> tuple[list[Array], list[Array], list[Array]]:
    """The weights, the biases or zs beside them, and what goes in or out, each of the shape that is wanted"""
    name, arrays, width = beside
    if not len(weights) or len(arrays) != len(weights):
        raise ValueError(
            f"{operation}: {len(weights)} weights and {len(arrays)} {name}; want one each for layers 2 … L"
        )
    n = [*(f"n_{l}" for l in range(1, len(weights) + 1)), "n_L"]
    fitted = _fit(
        operation,
        *((f"weights[{i}]", w, f"{n[i + 1]} {n[i]}") for i, w in enumerate(weights)),
        *((f"{name}[{i}]", array, f"{n[i + 1]} {width}") for i, array in enumerate(arrays)),
        *columns,
    )
    return fitted[: len(weights)], fitted[len(weights) : -len(columns)], fitted[-len(columns) :]


def _fit(operation: str, *specifications: tuple[str, npt.ArrayLike, str]) -> list[Array]:
    """The arrays as floats, after a look at their shapes.

    A specification is a name for the reader, the array, and a letter for each of its lengths; within one call
    a letter stands for one length, the letter 1 for 1.
    """
    lengths = {"1": 1}
    arrays = []
    for name, value, letters in specifications:
        array = _floats(operation, name, value)
        wanted = letters.split()
        known = lengths.copy()
        if array.ndim != len(wanted) or 0 in array.shape:
            raise _misfit(operation, name, array.shape, wanted, known)
        for letter, length in zip(wanted, array.shape, strict=True):
            if lengths.setdefault(letter, length) != length:
                raise _misfit(operation, name, array.shape, wanted, known)
        arrays.append(array)
    return arrays


def _misfit(
    operation: str, name: str, shape: tuple[int, ...], wanted: list[str], lengths: dict[str, int]
) -> ValueError:
    """An error that says which shape would be right, and how to come by it"""

    def fits(shape: tuple[int, ...]) -> bool:
        return len(shape) == len(wanted) and all(
            lengths.get(letter, length) == length for letter, length in zip(wanted, shape, strict=True)
        )

    layer = {"n_1": "the input layer", "n_L": "the output layer"}.get(wanted[0]) if wanted else None
    if layer and wanted[0] in lengths:
        n = lengths[wanted[0]]
        reason = f", {layer} has {n} neuron{'s' * (n != 1)}"
    else:
        reason = ""
    if 0 in shape:
        remedy = "; it is empty"
    elif len(shape) == 1 and fits((*shape, 1)) and "m" in wanted:
        remedy = f"; one example is one column, so pass shape ({shape[0]}, 1)"
    elif len(shape) == 2 and fits(shape[::-1]):
        remedy = f"; columns are examples, so pass {name}.T" if "m" in wanted else f"; pass {name}.T"
    else:
        remedy = ""
    want = ", ".join(str(lengths.get(letter, letter)) for letter in wanted) + "," * (len(wanted) == 1)
    return ValueError(f"{operation}: {name} has shape {shape}{reason}, want ({want}){remedy}")


def _floats(operation: str, name: str, value: npt.ArrayLike) -> Array:
    """The value as an array of floats"""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{operation}: {name} is a ragged list; want rows of one length") from None
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind not in "iub":
        raise ValueError(f"{operation}: {name} has dtype {array.dtype}; want float64 or float32")
    floats: Array = array.astype(np.float64)
    if array.itemsize == 8 and (np.abs(floats) >= 2.0**53).any():
        raise ValueError(f"{operation}: {name} holds integers of 2⁵³ and beyond, which float64 rounds")
    return floats
