"""The closed form against literal loops, complex steps, and itself by another road."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from microbp import equations
from microbp.equations import (
    ACTIVATIONS,
    COSTS,
    Activation,
    Cancellation,
    Cost,
    activation_by_components,
    apply_elementwise,
    backprop,
    backpropagate_error,
    backpropagate_error_by_matrix,
    bias_gradient,
    change_of_cost,
    cost_per_example,
    errors,
    feedforward,
    hadamard,
    layer_activation,
    mean_cost,
    neuron_activation,
    output_error,
    output_error_by_matrix,
    quadratic_cost,
    quadratic_cost_per_example,
    quadratic_output_error,
    sigma_prime_matrix,
    sigmoid,
    sigmoid_prime,
    softmax,
    softmax_jacobian,
    unrolled_error,
    weight_gradient,
    weighted_input,
)

pytestmark = pytest.mark.filterwarnings("error")

every_activation = pytest.mark.parametrize("sigma", ACTIVATIONS)
LEARNING = [sigma for sigma in ACTIVATIONS if sigma != "step"]  # a step answers 0 or 1, of which a cost may be infinite
every_activation_with_a_cost = pytest.mark.parametrize("sigma", LEARNING)
every_cost = pytest.mark.parametrize("cost", COSTS)
every_depth = pytest.mark.parametrize("layers", [1, 2, 3, 4, 5])
one_example_and_seven = pytest.mark.parametrize("m", [1, 7])

# The functions once more, as the textbook has them, for complex numbers too.

TEXTBOOK: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: z * (z.real > 0),
    "leaky_relu": lambda z: z * np.where(z.real > 0, 1, 0.01),
    "linear": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=0),
    "step": lambda z: 1.0 * (z.real > 0),
}
TEXTBOOK_COST: dict[str, Callable[[Any, Any], Any]] = {
    "quadratic": lambda a, y: (0.5 * (y - a) ** 2).sum(axis=0),
    "cross_entropy": lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=0),
    "log_likelihood": lambda a, y: -(y * np.log(a)).sum(axis=0),
    "hinge": lambda a, y: ((1 - y * a) * ((1 - y * a).real > 0)).sum(axis=0),
    "multiclass_hinge": lambda a, y: np.array([textbook_svm(*columns) for columns in zip(a.T, y.T, strict=True)]),
    "absolute": lambda a, y: ((a - y) * np.sign((a - y).real)).sum(axis=0),
    "squared": lambda a, y: ((y - a) ** 2).sum(axis=0),
}


def textbook_svm(a: Any, y: Any) -> Any:
    right = list(y).index(1)
    margins = [a[j] - a[right] + 1 for j in range(len(a)) if j != right]
    return sum((margin for margin in margins if margin.real > 0), 0 * a[0])



def complex_step(f: Callable[[Any], Any], v: np.ndarray) -> np.ndarray:
    """∂f/∂v = Im f(v + ih)/h, exact to rounding: f's shape, then v's."""
    h = 1e-30
    rates = []
    for index in np.ndindex(v.shape):
        moved = v.astype(complex)
        moved[index] += 1j * h
        rates.append(np.imag(f(moved)) / h)
    return np.moveaxis(np.reshape(rates, (*v.shape, *np.shape(rates[0]))), range(v.ndim), range(-v.ndim, 0))


def textbook_cost(weights, biases, x, y, sigmas, cost):
    a = x
    for w, b, sigma in zip(weights, biases, sigmas, strict=True):
        a = TEXTBOOK[sigma](np.einsum("jk,kx->jx", w, a) + b)
    return TEXTBOOK_COST[cost](a, y).mean()


def textbook_gradient(weights, biases, x, y, sigmas, cost):
    """∇C by a complex step in each bias and each weight"""
    nabla_b, nabla_w = [], []
    for l in range(len(weights)):

        def of_b(b, l=l):
            return textbook_cost(weights, [*biases[:l], b, *biases[l + 1 :]], x, y, sigmas, cost)

        def of_w(w, l=l):
            return textbook_cost([*weights[:l], w, *weights[l + 1 :]], biases, x, y, sigmas, cost)

        nabla_b.append(complex_step(of_b, biases[l]))
        nabla_w.append(complex_step(of_w, weights[l]))
    return nabla_b, nabla_w


def targets(rng, cost, shape):
    if cost == "hinge":
        return rng.choice([-1.0, 1.0], shape)
    if cost in ("log_likelihood", "multiclass_hinge"):
        return np.eye(shape[0])[:, rng.integers(shape[0], size=shape[1])]
    return rng.random(shape)


def network(rng, sigmas, cost, m):
    """A random network with its mini-batch; where the cost is one of probabilities, outputs lie in (0, 1)."""
    sizes = [3, *(2 + n % 3 for n in range(len(sigmas)))]
    weights = [rng.standard_normal(shape) for shape in zip(sizes[1:], sizes, strict=False)]
    biases = [rng.standard_normal((n, 1)) for n in sizes[1:]]
    x = rng.standard_normal((sizes[0], m))
    if cost in ("cross_entropy", "log_likelihood"):
        a_in = feedforward(weights[:-1], biases[:-1], x, sigmas[:-1])[1][-1] if len(sigmas) > 1 else x
        weights[-1] *= 0.3 / (np.abs(weights[-1] @ a_in).max() or 1)  # or 1: relus may all be silent
        biases[-1][:] = 0.5
    return weights, biases, x, targets(rng, cost, (sizes[-1], m))


def assert_same_lists(actual, expected, rtol=1e-12):
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected, strict=True):
        assert one.shape == other.shape
        assert_allclose(one, other, rtol=rtol, atol=1e-14)


# Forward: 22 to 25


def test_a_single_neuron_is_sigma_of_its_weighted_sum(rng):
    w, a, b = rng.standard_normal(3), rng.standard_normal((3, 5)), 0.7

    outputs = neuron_activation(w, a, b)

    for x in range(5):
        z = w[0] * a[0, x] + w[1] * a[1, x] + w[2] * a[2, x] + b
        assert outputs[x] == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-14)
    assert outputs.shape == (5,)


def test_a_single_neuron_of_softmax_is_always_one(rng):
    assert_array_equal(neuron_activation([2.0, 3.0], rng.standard_normal((2, 4)), 1.0, "softmax"), np.ones(4))


@every_activation
def test_the_layer_by_components_equals_the_layer_by_matrices(sigma, rng):
    w, a, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 5)), rng.standard_normal((4, 1))

    by_components = activation_by_components(w, a, b, sigma)

    assert_allclose(by_components, layer_activation(w, a, b, sigma), rtol=1e-13, atol=1e-15)
    assert_allclose(by_components, TEXTBOOK[sigma](weighted_input(w, a, b)), rtol=1e-13, atol=1e-15)


def test_a_row_of_a_layer_is_a_single_neuron(rng):
    w, a, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 5)), rng.standard_normal((4, 1))

    rows = [neuron_activation(w[j], a, b[j, 0], "tanh") for j in range(4)]

    assert_allclose(layer_activation(w, a, b, "tanh"), rows, rtol=1e-14)


def test_a_function_is_applied_to_each_element():
    assert_array_equal(apply_elementwise(lambda x: x**2, [2, 3]), [4.0, 9.0])
    assert_array_equal(apply_elementwise(math.floor, [[1.5, -1.5]]), [[1.0, -2.0]])


def test_an_elementwise_activation_is_its_scalar_function_vectorized(rng):
    z = rng.standard_normal((3, 4))

    assert_allclose(apply_elementwise(math.tanh, z), ACTIVATIONS["tanh"](z), rtol=1e-14)


@every_activation
@every_depth
def test_feedforward_is_the_layers_one_after_the_other(sigma, layers, rng):
    weights, biases, x, _ = network(rng, [sigma] * layers, "quadratic", 7)

    zs, activations = feedforward(weights, biases, x, sigma)

    a = x
    for l, (w, b) in enumerate(zip(weights, biases, strict=True)):
        assert_allclose(zs[l], weighted_input(w, a, b), rtol=1e-14)
        a = layer_activation(w, a, b, sigma)
        assert_allclose(activations[l + 1], a, rtol=1e-14)
    assert activations[0] is x
    assert (len(zs), len(activations)) == (layers, layers + 1)


# The costs: 26, 27


def test_the_quadratic_cost_is_half_the_mean_squared_length_of_the_difference(rng):
    a, y = rng.standard_normal((3, 5)), rng.standard_normal((3, 5))

    lengths = [math.dist(a[:, x], y[:, x]) for x in range(5)]

    assert_allclose(quadratic_cost_per_example(a, y), [length**2 / 2 for length in lengths], rtol=1e-14)
    assert quadratic_cost(a, y) == pytest.approx(sum(length**2 for length in lengths) / (2 * 5), rel=1e-14)


@every_cost
def test_a_cost_is_one_number_an_example(cost, rng):
    a, y = rng.uniform(0.1, 0.9, (3, 5)), targets(rng, cost, (3, 5))

    value = COSTS[cost].value(a, y)

    assert value.shape == (5,)
    assert_allclose(value, TEXTBOOK_COST[cost](a, y), rtol=1e-13)


@every_cost
def test_nabla_is_the_rate_of_the_cost(cost, rng):
    a, y = rng.uniform(0.1, 0.9, (3, 5)), targets(rng, cost, (3, 5))
    if "hinge" in cost:
        a *= 3  # on both sides of its corner

    jacobian = complex_step(lambda a: TEXTBOOK_COST[cost](a, y), a)

    assert_allclose(COSTS[cost].nabla(a, y), np.einsum("xjx->jx", jacobian), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(("sigma", "cost"), [("sigmoid", "cross_entropy"), ("softmax", "log_likelihood")])
def test_the_formulas_that_cancel_equal_those_that_do_not(sigma, cost, rng):
    z, y = rng.standard_normal((3, 5)), targets(rng, cost, (3, 5))
    plain = Cost("uncancelled", COSTS[cost].value, COSTS[cost].nabla)

    delta, plain_delta = (errors([np.eye(3)], [z], y, sigma, either)[0] for either in (cost, plain))

    assert_allclose(cost_per_example(z, y, sigma, cost), cost_per_example(z, y, sigma, plain), rtol=1e-13)
    assert_allclose(delta, plain_delta, rtol=1e-12, atol=1e-15)
    assert_allclose(delta, ACTIVATIONS[sigma](z) - y, rtol=1e-15)


def test_log_likelihood_with_softmax_holds_for_targets_of_any_sum(rng):
    z, y = rng.standard_normal((3, 5)), rng.random((3, 5))

    jacobian = complex_step(lambda z: TEXTBOOK_COST["log_likelihood"](TEXTBOOK["softmax"](z), y), z)

    delta = errors([np.eye(3)], [z], y, "softmax", "log_likelihood")[0]
    assert_allclose(delta, np.einsum("xjx->jx", jacobian), rtol=1e-12, atol=1e-15)


@every_activation_with_a_cost
@every_cost
def test_the_cost_of_a_network_is_the_mean_over_its_examples(sigma, cost, rng):
    weights, biases, x, y = network(rng, [sigma] * 2, cost, 7)

    costs = [mean_cost(weights, biases, x[:, [i]], y[:, [i]], sigma, cost) for i in range(7)]

    C = mean_cost(weights, biases, x, y, sigma, cost)
    assert isinstance(C, float)
    assert pytest.approx(sum(costs) / 7, rel=1e-13) == C
    assert pytest.approx(textbook_cost(weights, biases, x, y, [sigma] * 2, cost), rel=1e-12) == C


# The activations


@every_activation
def test_the_derivative_is_the_rate_of_the_function(sigma, rng):
    z = 2 * rng.standard_normal((3, 5))

    jacobian = np.einsum("jxkx->xjk", complex_step(TEXTBOOK[sigma], z))

    assert_allclose(ACTIVATIONS[sigma](z), TEXTBOOK[sigma](z), rtol=1e-14)
    assert_allclose(sigma_prime_matrix(ACTIVATIONS[sigma].derivative(z)), jacobian, rtol=1e-12, atol=1e-15)


def test_sigmoid_prime_is_a_quarter_at_zero():
    assert sigmoid(0) == 0.5
    assert sigmoid_prime(0) == 0.25


def test_the_jacobian_of_a_saturated_softmax_keeps_its_digits():
    """With two neurons ∂a₁/∂z₁ = a₁a₂, which 1 − a₁ no longer knows once a₁ is almost 1."""
    a = equations.softmax([[40.0], [0.0]])
    (jacobian,) = equations.softmax_jacobian([[40.0], [0.0]])

    assert jacobian == pytest.approx(a[0] * a[1] * np.array([[1, -1], [-1, 1]]), rel=1e-14)


def test_columns_of_softmax_sum_to_one_and_ignore_a_shift(rng):
    z = rng.standard_normal((4, 5))

    assert_allclose(softmax(z).sum(axis=0), np.ones(5), rtol=1e-14)
    assert_allclose(softmax(z + 3), softmax(z), rtol=1e-13)
    assert_allclose(softmax_jacobian(z).sum(axis=1), np.zeros((5, 4)), atol=1e-15)


def test_at_a_corner_the_rate_is_that_of_pytorch():
    zero = np.zeros((1, 1))

    assert ACTIVATIONS["relu"].derivative(zero) == 0
    assert ACTIVATIONS["leaky_relu"].derivative(zero) == 0.01
    assert_array_equal(COSTS["hinge"].nabla([[1.0], [-1.0]], [[1.0], [-1.0]]), np.zeros((2, 1)))


# The demon, and BP1 to BP4: 28 to 32


def test_the_hadamard_product_multiplies_element_by_element():
    assert_array_equal(hadamard([1, 2], [3, 4]), [3.0, 8.0])
    assert_array_equal(hadamard([[1.0, 2.0]], [[3.0, 4.0]]), [[3.0, 8.0]])


@every_activation
def test_the_demon_changes_the_cost_by_the_error_times_its_change_of_z(sigma, rng):
    weights, biases, x, y = network(rng, [sigma] * 3, "quadratic", 1)
    zs, _ = feedforward(weights, biases, x, sigma)
    deltas = errors(weights, zs, y, sigma)

    for l, delta in enumerate(deltas):
        for j in range(len(delta)):
            demon = np.zeros_like(delta)
            demon[j] = 1e-6
            up, down = [*biases], [*biases]  # a change of b is a change of z
            up[l], down[l] = biases[l] + demon, biases[l] - demon

            change = (mean_cost(weights, up, x, y, sigma) - mean_cost(weights, down, x, y, sigma)) / 2

            assert change_of_cost(delta, demon) == pytest.approx([change], rel=1e-5, abs=1e-14)


def test_a_change_at_many_neurons_changes_each_examples_cost_by_the_sum(rng):
    delta, change_of_z = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))

    expected = [sum(delta[j, x] * change_of_z[j, x] for j in range(3)) for x in range(2)]

    assert_allclose(change_of_cost(delta, change_of_z), expected, rtol=1e-14)


@every_activation
def test_BP1_is_the_sum_over_outputs_of_cost_per_activation_per_weighted_input(sigma, rng):
    z, nabla_a = rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    rates = complex_step(TEXTBOOK[sigma], z)

    delta = output_error(nabla_a, ACTIVATIONS[sigma].derivative(z))

    for j in range(3):
        for x in range(2):
            by_36 = sum(nabla_a[k, x] * rates[k, x, j, x] for k in range(3))
            assert delta[j, x] == pytest.approx(by_36, rel=1e-12, abs=1e-15)


@every_activation
def test_30_is_BP1_for_the_quadratic_cost(sigma, rng):
    z, y = rng.standard_normal((3, 5)), rng.standard_normal((3, 5))
    a, rates = ACTIVATIONS[sigma](z), ACTIVATIONS[sigma].derivative(z)

    delta = quadratic_output_error(a, y, rates)

    assert_array_equal(delta, output_error(COSTS["quadratic"].nabla(a, y), rates))
    assert_array_equal(delta, errors([np.eye(3)], [z], y, sigma, "quadratic")[0])


@every_activation
def test_BP2_is_the_sum_over_the_next_layers_errors(sigma, rng):
    w_next, z, delta_next = (rng.standard_normal(shape) for shape in [(4, 3), (3, 2), (4, 2)])
    rates = complex_step(TEXTBOOK[sigma], z)

    delta = backpropagate_error(w_next, delta_next, ACTIVATIONS[sigma].derivative(z))

    for j in range(3):
        for x in range(2):
            by_42 = sum(
                delta_next[k, x] * w_next[k, i] * rates[i, x, j, x] for k in range(4) for i in range(3)
            )
            assert delta[j, x] == pytest.approx(by_42, rel=1e-12, abs=1e-14)


def test_BP3_is_the_error_itself_and_its_mean_over_the_mini_batch(rng):
    delta = rng.standard_normal((3, 5))

    assert_array_equal(bias_gradient(delta, per_example=True), delta)
    assert_allclose(bias_gradient(delta), [[sum(delta[j]) / 5] for j in range(3)], rtol=1e-14)


def test_BP4_is_a_in_times_delta_out_and_its_mean_over_the_mini_batch(rng):
    a_in, delta_out = rng.standard_normal((2, 5)), rng.standard_normal((3, 5))

    each = weight_gradient(a_in, delta_out, per_example=True)
    mean = weight_gradient(a_in, delta_out)

    for j in range(3):
        for k in range(2):
            products = [a_in[k, x] * delta_out[j, x] for x in range(5)]
            assert_allclose(each[:, j, k], products, rtol=1e-14)
            assert mean[j, k] == pytest.approx(sum(products) / 5, rel=1e-13)
    assert (each.shape, mean.shape) == ((5, 3, 2), (3, 2))


# The matrices: 33 to 35


def test_the_matrix_of_33_has_sigma_prime_on_its_diagonal_and_zeros_off_it():
    assert_array_equal(sigma_prime_matrix([[2.0, 4.0], [3.0, 5.0]]), [[[2, 0], [0, 3]], [[4, 0], [0, 5]]])


@every_activation
def test_33_equals_BP1(sigma, rng):
    z, nabla_a = rng.standard_normal((3, 5)), rng.standard_normal((3, 5))
    rates = ACTIVATIONS[sigma].derivative(z)

    by_matrix = output_error_by_matrix(sigma_prime_matrix(rates), nabla_a)

    assert_allclose(by_matrix, output_error(nabla_a, rates), rtol=1e-14)
    for x in range(5):
        product = sigma_prime_matrix(rates)[x].T @ nabla_a[:, x]
        assert_allclose(by_matrix[:, x], product, rtol=1e-12, atol=1e-15)


@every_activation
def test_34_equals_BP2(sigma, rng):
    w_next, z, delta_next = (rng.standard_normal(shape) for shape in [(4, 3), (3, 5), (4, 5)])
    rates = ACTIVATIONS[sigma].derivative(z)

    by_matrix = backpropagate_error_by_matrix(sigma_prime_matrix(rates), w_next, delta_next)

    assert_allclose(by_matrix, backpropagate_error(w_next, delta_next, rates), rtol=1e-14)
    for x in range(5):
        product = sigma_prime_matrix(rates)[x].T @ w_next.T @ delta_next[:, x]
        assert_allclose(by_matrix[:, x], product, rtol=1e-12, atol=1e-15)


@every_activation
@every_depth
@one_example_and_seven
def test_35_unrolls_BP1_and_BP2_from_every_layer(sigma, layers, m, rng):
    weights, biases, x, y = network(rng, [sigma] * layers, "quadratic", m)
    zs, activations = feedforward(weights, biases, x, sigma)
    matrices = [sigma_prime_matrix(ACTIVATIONS[sigma].derivative(z)) for z in zs]
    nabla_a = activations[-1] - y

    unrolled = [unrolled_error(matrices[l:], weights[l + 1 :], nabla_a) for l in range(layers)]

    assert_same_lists(unrolled, errors(weights, zs, y, sigma))


# All of them


@every_activation_with_a_cost
@every_cost
@every_depth
@one_example_and_seven
def test_backprop_is_the_gradient_of_the_mean_cost(sigma, cost, layers, m, rng):
    weights, biases, x, y = network(rng, [sigma] * layers, cost, m)

    nabla_b, nabla_w = backprop(weights, biases, x, y, sigma, cost)

    expected_b, expected_w = textbook_gradient(weights, biases, x, y, [sigma] * layers, cost)
    assert_same_lists(nabla_b, expected_b, rtol=1e-11)
    assert_same_lists(nabla_w, expected_w, rtol=1e-11)


@every_cost
@pytest.mark.parametrize("seed", range(10))
def test_layers_may_have_different_activations(cost, seed):
    rng = np.random.default_rng(seed)
    sigmas = [str(sigma) for sigma in rng.permutation(LEARNING)[:4]]
    weights, biases, x, y = network(rng, sigmas, cost, 3)

    nabla_b, nabla_w = backprop(weights, biases, x, y, sigmas, cost)

    expected_b, expected_w = textbook_gradient(weights, biases, x, y, sigmas, cost)
    assert_same_lists(nabla_b, expected_b, rtol=1e-11)
    assert_same_lists(nabla_w, expected_w, rtol=1e-11)


@every_activation_with_a_cost
@every_cost
def test_the_mini_batch_as_one_matrix_is_the_mean_of_its_examples(sigma, cost, rng):
    weights, biases, x, y = network(rng, [sigma] * 3, cost, 7)
    singles = [backprop(weights, biases, x[:, [i]], y[:, [i]], sigma, cost) for i in range(7)]

    nabla_b, nabla_w = backprop(weights, biases, x, y, sigma, cost)

    assert_same_lists(nabla_b, [sum(layer) / 7 for layer in zip(*(b for b, _ in singles), strict=True)])
    assert_same_lists(nabla_w, [sum(layer) / 7 for layer in zip(*(w for _, w in singles), strict=True)])


def test_the_arguments_are_left_as_they_were(rng):
    arguments = network(rng, ["linear"] * 2, "quadratic", 4)
    copies = [[array.copy() for array in argument] for argument in arguments]

    for gradient in backprop(*arguments, "linear", "quadratic"):
        for array in gradient:
            array += 1
    for array in feedforward(*arguments[:3], "linear")[0]:
        array += 1

    for argument, copy in zip(arguments, copies, strict=True):
        assert_same_lists(list(argument), copy, rtol=0)


@every_activation
def test_weighted_inputs_and_activations_are_arrays_of_their_own(sigma, rng):
    zs, activations = feedforward(*network(rng, [sigma], "quadratic", 4)[:3], sigma)

    assert not np.shares_memory(zs[0], activations[1])


# One's own activations and costs


def test_an_activation_and_a_cost_of_ones_own(rng):
    softsign = Activation("softsign", lambda z: z / (1 + abs(z)), lambda z: (1 + abs(z)) ** -2)
    cubic = Cost("cubic", lambda a, y: (abs(a - y) ** 3).sum(axis=0), lambda a, y: 3 * (a - y) * abs(a - y))
    weights, biases, x, y = network(rng, [softsign] * 3, "quadratic", 4)

    _, nabla_w = backprop(weights, biases, x, y, softsign, cubic)

    for l, w in enumerate(weights):
        for index in np.ndindex(w.shape):
            costs = []
            for step in (1e-5, -1e-5):
                moved = w.copy()
                moved[index] += step
                at = [*weights[:l], moved, *weights[l + 1 :]]
                costs.append(mean_cost(at, biases, x, y, softsign, cubic))
            assert nabla_w[l][index] == pytest.approx((costs[0] - costs[1]) / 2e-5, rel=1e-6, abs=1e-9)


def test_coupled_neurons_use_the_transpose_of_their_jacobian(rng):
    # a_j = Σ_k M_jk z_k: a Jacobian that is not symmetric, unlike softmax's
    M = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, 4.0], [0.0, 0.0, 1.0]])
    mix = Activation("mix", lambda z: M @ z, lambda z: np.broadcast_to(M, (z.shape[1], 3, 3)))
    w, v, x, y = (rng.standard_normal(shape) for shape in [(3, 2), (3, 3), (2, 4), (3, 4)])
    zeros = np.zeros((3, 1))

    _, nabla_w = backprop([w, v], [zeros, zeros], x, y, mix)

    # The same network with M as further layers of linear neurons
    _, as_layers = backprop([w, M, v, M], [zeros] * 4, x, y, "linear")
    assert_same_lists(nabla_w, [as_layers[0], as_layers[2]])


def test_a_cancellation_of_ones_own_is_used_with_its_activation_and_no_other():
    fives, sevens = (lambda z, y: np.full(z.shape[1], 5.0)), (lambda z, y: np.full(z.shape, 7.0))
    cancels = Cancellation(ACTIVATIONS["tanh"], fives, sevens)
    cost = Cost("own", COSTS["quadratic"].value, COSTS["quadratic"].nabla, cancels)
    z, y = np.ones((2, 3)), np.zeros((2, 3))

    assert_array_equal(cost_per_example(z, y, "tanh", cost), [5.0, 5.0, 5.0])
    assert_array_equal(errors([np.eye(2)], [z], y, "tanh", cost)[0], np.full((2, 3), 7.0))
    assert_array_equal(cost_per_example(z, y, "linear", cost), [1.0, 1.0, 1.0])
    assert_array_equal(errors([np.eye(2)], [z], y, "linear", cost)[0], np.ones((2, 3)))


# Saturation: warnings are errors in this file


@every_activation
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_activations_and_rates_are_finite_far_out(sigma, dtype):
    z = np.array([[1000.0, -1000.0, 1000.0], [-1000.0, -1000.0, 1000.0]], dtype)

    assert np.isfinite(ACTIVATIONS[sigma](z)).all()
    assert np.isfinite(ACTIVATIONS[sigma].derivative(z)).all()


def test_the_limits_of_sigmoid_and_softmax_are_exact():
    assert_array_equal(sigmoid([1000.0, -1000.0]), [1.0, 0.0])
    assert sigmoid(-700.0) == pytest.approx(math.exp(-700), rel=1e-14)
    assert_array_equal(softmax([[1000.0, -1000.0], [-1000.0, -1000.0]]), [[1.0, 0.5], [0.0, 0.5]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("sigma", "cost", "C"),
    [("sigmoid", "cross_entropy", [0.0, 2000.0]), ("softmax", "log_likelihood", [0.0, 2000.0])],
)
def test_where_sigma_and_cost_cancel_saturation_harms_neither_cost_nor_error(sigma, cost, C, dtype):
    z = np.array([[1000.0, 1000.0], [-1000.0, -1000.0]], dtype)
    y = np.array([[1.0, 0.0], [0.0, 1.0]], dtype)  # right, then wrong

    assert_array_equal(cost_per_example(z, y, sigma, cost), C)
    assert_array_equal(errors([np.eye(2)], [z], y, sigma, cost)[0], [[0.0, 1.0], [0.0, -1.0]])
    assert_array_equal(backprop([np.eye(2)], [np.zeros((2, 1))], z, y, sigma, cost)[0][0], [[0.5], [-0.5]])


def test_a_small_cost_of_a_saturated_sigmoid_keeps_its_digits():
    expected = pytest.approx([math.exp(-50)], rel=1e-12, abs=0)

    assert cost_per_example([[50.0]], [[1.0]], "sigmoid", "cross_entropy") == expected
    assert cost_per_example([[-50.0]], [[0.0]], "sigmoid", "cross_entropy") == expected


@pytest.mark.parametrize("cost", ["cross_entropy", "log_likelihood"])
def test_a_certain_right_output_costs_nothing_and_a_certain_wrong_one_without_bound(cost):
    right, wrong = [[1.0], [0.0]], [[0.0], [1.0]]

    assert COSTS[cost].value(right, right) == 0
    assert COSTS[cost].value(wrong, right) == math.inf
    assert COSTS[cost].nabla(wrong, right)[0] == -math.inf
    assert np.isfinite(COSTS[cost].nabla(right, right)).all()


# Data types


@every_activation_with_a_cost
@every_cost
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_float64_and_float32_stay_what_they_are(sigma, cost, dtype, rng):
    weights, biases, x, y = network(rng, [sigma] * 2, cost, 3)
    weights, biases = [w.astype(dtype) for w in weights], [b.astype(dtype) for b in biases]
    x, y = x.astype(dtype), y.astype(dtype)

    zs, activations = feedforward(weights, biases, x, sigma)
    nabla_b, nabla_w = backprop(weights, biases, x, y, sigma, cost)

    results = [*zs, *activations, *errors(weights, zs, y, sigma, cost), *nabla_b, *nabla_w]
    results += [cost_per_example(zs[-1], y, sigma, cost), apply_elementwise(math.sin, x)]
    results += [activation_by_components(weights[0], x, biases[0], sigma)]
    results += [neuron_activation(weights[0][0], x, 0.5, sigma)]
    rates = [sigma_prime_matrix(ACTIVATIONS[sigma].derivative(z)) for z in zs]
    results += [*rates, unrolled_error(rates, weights[1:], y), output_error_by_matrix(rates[-1], y)]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


def test_integers_are_taken_as_floats():
    weights, biases, x, y = [[[1, 2], [3, 4]]], [[[1], [1]]], [[1], [2]], [[0], [1]]
    floats = [np.array(argument, float) for argument in (weights, biases, x, y)]

    for as_integers, as_floats in zip(backprop(weights, biases, x, y), backprop(*floats), strict=True):
        assert as_integers[0].dtype == np.float64
        assert_array_equal(as_integers[0], as_floats[0])
    # −z and a − y of unsigned bytes would wrap around
    assert_array_equal(sigmoid(np.uint8([1])), sigmoid([1.0]))
    assert_array_equal(COSTS["quadratic"].nabla(np.uint8([[0]]), np.uint8([[1]])), [[-1.0]])
    assert_array_equal(quadratic_cost_per_example(np.uint8([[0]]), np.uint8([[20]])), [200.0])


# Bad input

W, B = [np.ones((30, 784)), np.ones((10, 30))], [np.ones((30, 1)), np.ones((10, 1))]
X, ZS, Y = np.ones((784, 5)), [np.ones((30, 5)), np.ones((10, 5))], np.ones((10, 5))

BAD_INPUT = {
    "rows for columns": (
        lambda: feedforward(W, B, np.ones((10, 784))),
        "feedforward: x has shape (10, 784), the input layer has 784 neurons, want (784, m); "
        "columns are examples, so pass x.T",
    ),
    "no column at all": (
        lambda: feedforward(W, B, np.ones(784)),
        "feedforward: x has shape (784,), the input layer has 784 neurons, want (784, m); "
        "one example is one column, so pass shape (784, 1)",
    ),
    "one axis too many": (
        lambda: feedforward(W, B, X[:, :, np.newaxis]),
        "feedforward: x has shape (784, 5, 1), the input layer has 784 neurons, want (784, m)",
    ),
    "too few inputs": (
        lambda: mean_cost(W, B, np.ones((783, 5)), Y),
        "mean_cost: x has shape (783, 5), the input layer has 784 neurons, want (784, m)",
    ),
    "a single input": (
        lambda: feedforward([np.ones((2, 1))], [np.ones((2, 1))], np.ones((3, 5))),
        "feedforward: x has shape (3, 5), the input layer has 1 neuron, want (1, m)",
    ),
    "a digit for a target": (
        lambda: backprop(W, B, X[:, :1], 3),
        "backprop: y has shape (), the output layer has 10 neurons, want (10, 1)",
    ),
    "targets in rows": (
        lambda: backprop(W, B, X, Y.T),
        "backprop: y has shape (5, 10), the output layer has 10 neurons, want (10, 5); "
        "columns are examples, so pass y.T",
    ),
    "fewer targets than examples": (
        lambda: backprop(W, B, X, Y[:, :4]),
        "backprop: y has shape (10, 4), the output layer has 10 neurons, want (10, 5)",
    ),
    "no example": (
        lambda: backprop(W, B, X[:, :0], Y[:, :0]),
        "backprop: x has shape (784, 0), the input layer has 784 neurons, want (784, m); it is empty",
    ),
    "weights that don't follow each other": (
        lambda: feedforward([W[0], np.ones((10, 31))], B, X),
        "feedforward: weights[1] has shape (10, 31), want (n_L, 30)",
    ),
    "weights from outputs to inputs": (
        lambda: feedforward([W[0], W[1].T], B, X),
        "feedforward: weights[1] has shape (30, 10), want (n_L, 30); pass weights[1].T",
    ),
    "a flat bias": (
        lambda: feedforward(W, [np.ones(30), B[1]], X),
        "feedforward: biases[0] has shape (30,), want (30, 1)",
    ),
    "fewer biases than weights": (
        lambda: feedforward(W, B[:1], X),
        "feedforward: 2 weights and 1 biases; want one each for layers 2 … L",
    ),
    "no layer": (
        lambda: feedforward([], [], X),
        "feedforward: 0 weights and 0 biases; want one each for layers 2 … L",
    ),
    "a z of another shape": (
        lambda: errors(W, [ZS[0], np.ones((10, 6))], Y),
        "errors: zs[1] has shape (10, 6), the output layer has 10 neurons, want (10, 5)",
    ),
    "complex data": (
        lambda: backprop(W, B, X + 0j, Y),
        "backprop: x has dtype complex128; want float64 or float32",
    ),
    "a complex bias": (
        lambda: neuron_activation([1.0], [[1.0]], 1j),
        "neuron_activation: b has dtype complex128; want float64 or float32",
    ),
    "words": (
        lambda: sigmoid("high"),
        "sigmoid: z has dtype <U4; want float64 or float32",
    ),
    "things that numpy doesn't know": (
        lambda: sigmoid([object()]),
        "sigmoid: z has dtype object; want float64 or float32, so of a Value its .data",
    ),
    "a ragged list": (
        lambda: hadamard([1.0, 2.0], [[1.0], [2.0, 3.0]]),
        "hadamard: t is a ragged list; want rows of one length",
    ),
    "integers that no float holds": (
        lambda: hadamard([2**53 + 1], [1]),
        "hadamard: s holds integers of 2⁵³ and beyond, which float64 rounds",
    ),
    "an unknown activation": (
        lambda: feedforward(W, B, X, "sigmod"),
        "feedforward: unknown activation 'sigmod'; "
        "want one of sigmoid, tanh, relu, leaky_relu, linear, softmax, step, or an Activation",
    ),
    "a bare function": (
        lambda: layer_activation(W[0], X, B[0], abs),
        "layer_activation: unknown activation <built-in function abs>; "
        "want one of sigmoid, tanh, relu, leaky_relu, linear, softmax, step, or an Activation",
    ),
    "an unknown cost": (
        lambda: backprop(W, B, X, Y, cost="cubic"),
        "backprop: unknown cost 'cubic'; "
        "want one of quadratic, cross_entropy, log_likelihood, hinge, multiclass_hinge, absolute, squared, or a Cost",
    ),
    "fewer activations than layers": (
        lambda: feedforward(W, B, X, ["tanh"]),
        "feedforward: 1 activations for 2 weights; want one for each",
    ),
    "different shapes": (
        lambda: hadamard([1, 2], [1, 2, 3]),
        "hadamard: t has shape (3,), want (2,)",
    ),
    "rates of another shape": (
        lambda: output_error(np.ones((3, 2)), np.ones((3, 1))),
        "output_error: sigma_prime_z has shape (3, 1), the output layer has 3 neurons, want (3, 2)",
    ),
    "a Jacobian that is not square": (
        lambda: output_error(np.ones((3, 2)), np.ones((2, 3, 4))),
        "output_error_by_matrix: sigma_prime has shape (2, 3, 4), want (m, n_L, n_L)",
    ),
    "weights that don't lead to the error": (
        lambda: backpropagate_error(np.ones((4, 3)), np.ones((3, 2)), np.ones((3, 2))),
        "backpropagate_error: delta_next has shape (3, 2), want (4, m)",
    ),
    "activations and errors of different mini-batches": (
        lambda: weight_gradient(np.ones((2, 5)), np.ones((3, 4))),
        "weight_gradient: delta_out has shape (3, 4), want (n_l, 5)",
    ),
    "flat outputs": (
        lambda: quadratic_cost(np.ones(3), np.ones(3)),
        "quadratic: a has shape (3,), want (n_L, m); one example is one column, so pass shape (3, 1)",
    ),
    "matrices without weights between them": (
        lambda: unrolled_error([np.ones((1, 2, 2))] * 2, [], np.ones((2, 1))),
        "unrolled_error: 2 matrices Σ′ and 0 weights; "
        "want one weight fewer than matrices, w^{l+1} … w^L between Σ′(z^l) … Σ′(z^L)",
    ),
    "a weight of another shape between the matrices": (
        lambda: unrolled_error([[np.eye(2)], [np.eye(3)]], [np.ones((2, 3))], np.ones((3, 1))),
        "unrolled_error: weights[0] has shape (2, 3), want (3, 2); pass weights[0].T",
    ),
    "labels 0 and 1 for the hinge": (
        lambda: COSTS["hinge"].value([[0.5]], [[0.0]]),
        "hinge: y holds 0.0; want −1 or +1, so pass 2 * y - 1 for 0 and 1",
    ),
    "two right classes for the multiclass hinge": (
        lambda: COSTS["multiclass_hinge"].nabla([[0.5], [0.5]], [[1.0], [1.0]]),
        "multiclass_hinge: y has a column 1, 1; want a single 1, in the place of what is right, and 0 elsewhere",
    ),
    "an output that is no probability": (
        lambda: COSTS["cross_entropy"].value([[-0.5]], [[0.0]]),
        "cross_entropy: a holds -0.5; want values from 0 to 1",
    ),
    "a target that is no probability": (
        lambda: cost_per_example([[0.5]], [[-1.0]], "sigmoid", "cross_entropy"),
        "cross_entropy: y holds -1.0; want values from 0 to 1",
    ),
    "the same, in its rate": (
        lambda: COSTS["log_likelihood"].nabla([[1.5]], [[1.0]]),
        "log_likelihood: a holds 1.5; want values from 0 to 1",
    ),
    "an activation that changes the shape": (
        lambda: feedforward(W, B, X, Activation("first", lambda z: z[:1], lambda z: z[:1])),
        "first: z has shape (30, 5), σ(z) has (1, 5); want the shape of z",
    ),
    "a cost that is one number for all": (
        lambda: mean_cost(W, B, X, Y, cost=Cost("total", lambda a, y: a.sum(), lambda a, y: a)),
        "total: its value has shape (), want (5,)",
    ),
    "a nabla of another shape": (
        lambda: backprop(W, B, X, Y, cost=Cost("total", lambda a, y: a[0], lambda a, y: a[0])),
        "total: its nabla has shape (5,), the output layer has 10 neurons, want (10, 5)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("call", "sentence"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError) as caught:
        call()

    assert str(caught.value) == sentence
    assert caught.value.__cause__ is None


# The page


NUMBERS = {
    "22": "neuron_activation", "23": "activation_by_components", "24": "apply_elementwise",
    "25": "layer_activation", "26": "quadratic_cost", "27": "quadratic_cost_per_example", "28": "hadamard",
    "29": "change_of_cost", "30": "quadratic_output_error", "31": "bias_gradient", "32": "weight_gradient",
    "33": "output_error_by_matrix", "34": "backpropagate_error_by_matrix", "35": "unrolled_error",
    "BP1": "output_error", "BP2": "backpropagate_error", "BP3": "bias_gradient", "BP4": "weight_gradient",
}  # fmt: skip


@pytest.mark.parametrize(("number", "name"), NUMBERS.items())
def test_an_equation_is_found_by_its_number(number, name):
    assert name in equations.__all__
    assert re.search(rf"\(Nielsen 2015, .*\b{number}\b.*\)", getattr(equations, name).__doc__)
    assert re.search(rf"\b{number}\b.* {name}\b", equations.__doc__)


def test_all_names_are_there():
    assert [name for name in equations.__all__ if not hasattr(equations, name)] == []
