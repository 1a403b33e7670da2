"""Wikipedia's derivation is the book's: each formula, and the step of a whole network, to rounding."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from microbp.equations import (
    ACTIVATIONS,
    backprop,
    backpropagate_error,
    delta_of_inner,
    delta_of_output,
    delta_rule,
    errors,
    feedforward,
    net_input,
    output_error,
    quadratic_cost_per_example,
    squared_error,
    two_case_changes,
    weight_change,
    weight_gradient,
    weighted_input,
    with_bias_row,
)
from microbp.nn import MLP
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import gradient_of, numbers_of
from microbp.tensor import Tensor
from microbp.value import Value

ELEMENTWISE = sorted(set(ACTIVATIONS) - {"softmax"})


def network(rng, sizes):
    pairs = list(zip(sizes[1:], sizes, strict=False))
    return [rng.normal(size=pair) for pair in pairs], [rng.normal(size=(n, 1)) for n, _ in pairs]


def test_each_formula_is_one_of_the_books_in_one_column(rng):
    w, b = rng.normal(size=(3, 4)), np.zeros((3, 1))  # the book's: 4 neurons lead to 3
    o, t, y = rng.normal(size=4), rng.normal(size=3), rng.normal(size=3)
    slope, slope_before, delta = rng.normal(size=3), rng.normal(size=4), rng.normal(size=3)

    def column(v):
        return v[:, None]

    assert squared_error(t, y) == pytest.approx(quadratic_cost_per_example(column(y), column(t))[0])
    assert_allclose(column(net_input(w.T, o)), weighted_input(w, column(o), b), rtol=1e-13)
    assert_allclose(column(delta_of_output(y, t, slope)), output_error(column(y - t), column(slope)), rtol=1e-13)
    inner = delta_of_inner(w.T, delta, slope_before)
    assert_allclose(column(inner), backpropagate_error(w, column(delta), column(slope_before)), rtol=1e-13)
    assert_allclose(weight_change(o, delta, 0.7).T, -0.7 * weight_gradient(column(o), column(delta)), rtol=1e-13)


def test_w_ij_leads_from_i_to_j():
    """Out of neuron 0, into neurons 0, 1, 2: a row holds what a neuron sends, not what it gets."""
    w = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])

    assert net_input(w, [1, 0]).tolist() == [1, 2, 3]
    assert delta_of_inner(w, [1, 0, 0], [1, 1]).tolist() == [1, 0]
    assert weight_change([5, 0], [0, 0, 1], alpha=1).tolist() == [[0, 0, -5], [0, 0, 0]]


@pytest.mark.parametrize("sigma", ELEMENTWISE)
@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2), (2, 3, 4, 1), (4, 3, 3, 2, 2)])
def test_the_step_of_a_network_is_minus_alpha_times_the_books_gradient(sigma, sizes, rng):
    weights, biases = network(rng, sizes)
    x, t = rng.normal(size=sizes[0]), rng.normal(size=sizes[-1])

    changes = two_case_changes([with_bias_row(*wb) for wb in zip(weights, biases, strict=True)], x, t, 0.3, sigma)

    nabla_b, nabla_w = backprop(weights, biases, x[:, None], t[:, None], sigma)
    for change, b, w in zip(changes, nabla_b, nabla_w, strict=True):
        assert_allclose(change, -0.3 * with_bias_row(w, b), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("node", [Tensor, Value])
def test_the_step_of_a_network_is_the_one_that_an_mlp_takes(node, rng):
    net = MLP([3, 4, 2], node=node, rng=1)
    x, t = rng.normal(size=3), rng.normal(size=2)
    was = [with_bias_row(numbers_of(layer.w), numbers_of(layer.b)) for layer in net]

    net.cost(x[:, None], t[:, None]).backward()
    parameters = net.parameter_arrays()
    SGD(0.3).step(parameters, [gradient_of(w) for w in parameters])

    for layer, before, change in zip(net, was, two_case_changes(was, x, t, 0.3), strict=True):
        assert_allclose(with_bias_row(numbers_of(layer.w), numbers_of(layer.b)), before + change, rtol=1e-13)


@pytest.mark.parametrize("sigma", ELEMENTWISE)
def test_one_layer_gives_the_delta_rule(sigma, rng):
    """Which has the same w the other way round: its text writes w_ji for the weight from i to j."""
    w, x, t = rng.normal(size=(2, 4)), rng.normal(size=3), rng.normal(size=2)

    (change,) = two_case_changes([w.T], x, t, 0.3, sigma)

    assert_allclose(delta_rule(w, np.append(x, 1), t, 0.3, sigma), change.T, rtol=1e-13)


def test_the_deltas_are_those_of_both_cases_in_a_network_written_out(rng):
    weights, biases = network(rng, (2, 3, 2))
    x, t = rng.normal(size=(2, 1)), rng.normal(size=(2, 1))
    zs, (_, o_inner, o) = feedforward(weights, biases, x)

    output = delta_of_output(o[:, 0], t[:, 0], (o * (1 - o))[:, 0])
    inner = delta_of_inner(weights[1].T, output, (o_inner * (1 - o_inner))[:, 0])

    delta2, delta3 = errors(weights, zs, t)
    assert_allclose(output, delta3[:, 0], rtol=1e-13)
    assert_allclose(inner, delta2[:, 0], rtol=1e-13)


def test_shapes_that_dont_fit_are_named():
    with pytest.raises(ValueError, match=r"net_input: o has shape \(3,\), want \(2,\)"):
        net_input(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match=r"two_case_changes: there are no weights"):
        two_case_changes([], [1.0], [1.0], 0.1)
    with pytest.raises(ValueError, match=r"delta_rule: t has shape \(3,\), want \(2,\)"):
        delta_rule(np.ones((2, 3)), np.ones(3), np.ones(3), 0.1)
    with pytest.raises(ValueError, match="unknown activation 'swish'"):
        two_case_changes([np.ones((2, 1))], [1.0], [1.0], 0.1, "swish")


def test_what_is_given_stays_as_it_is(rng):
    w, x, t = [rng.normal(size=(3, 2)), rng.normal(size=(3, 1))], rng.normal(size=2), rng.normal(size=1)
    copies = [array.copy() for array in (*w, x, t)]

    two_case_changes(w, x, t, 0.3)

    for array, copy in zip((*w, x, t), copies, strict=True):
        assert_array_equal(array, copy)


def test_a_learning_rate_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="^weight_change: alpha has dtype <U1"):
        weight_change([1.0], [1.0], "a")
    with pytest.raises(ValueError, match=r"^delta_rule: alpha has shape \(1,\); want a number"):
        delta_rule([[1.0]], [1.0], [1.0], [0.1])
