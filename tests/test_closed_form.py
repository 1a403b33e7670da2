"""The closed form of a network: its cost as a function of any of its arrays, and its errors."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import equations
from microbp.closed_form import ClosedForm
from microbp.nn import MLP, costs


def closed_form(rng, *chosen, cost=costs.quadratic):
    net = MLP([3, 4, 3, 2], list(chosen), rng=rng)
    return ClosedForm(net, rng.normal(size=(3, 5)), rng.uniform(0, 1, (2, 5)), cost)


def test_the_cost_of_any_array_is_the_cost_when_that_is_left_as_it_is(rng):
    closed = closed_form(rng, "tanh", "softmax", "sigmoid")
    expected = equations.mean_cost(closed.weights, closed.biases, closed.x, closed.y, closed.sigmas)

    for n in range(3):
        assert closed.cost_of_z(n)(closed.zs[n]) == pytest.approx(expected, rel=1e-14)
        assert closed.cost_of_b(n)(closed.biases[n]) == pytest.approx(expected, rel=1e-14)
        assert closed.cost_of_w(n)(closed.weights[n]) == pytest.approx(expected, rel=1e-14)


def test_a_small_change_of_an_array_changes_the_cost_by_its_gradient(rng):
    closed = closed_form(rng, "tanh", "softmax", "sigmoid")
    for n in range(3):
        gradients = {
            closed.cost_of_z: (closed.zs[n], closed.deltas[n] / 5),
            closed.cost_of_b: (closed.biases[n], equations.bias_gradient(closed.deltas[n])),
            closed.cost_of_w: (closed.weights[n], equations.weight_gradient(closed.activations[n], closed.deltas[n])),
        }
        for cost_of, (array, gradient) in gradients.items():
            step = 1e-6 * rng.normal(size=array.shape)
            change = cost_of(n)(array + step) - cost_of(n)(array - step)
            assert change / 2 == pytest.approx(np.vdot(gradient, step), rel=1e-6, abs=1e-15)


def test_errors_from_weighted_inputs_are_those_of_the_last_layers(rng):
    closed = closed_form(rng, "tanh", "softmax", "sigmoid")

    for n in range(3):
        for found, expected in zip(closed.errors(closed.zs[n:]), closed.deltas[n:], strict=True):
            assert np.array_equal(found, expected)


def test_what_is_of_ones_own_has_the_derivatives_of_the_forward_sweep(rng):
    own = closed_form(rng, "tanh", np.tanh, "linear", cost=costs.Cost("own", lambda a, y: (a - y) ** 2 / 2))
    net = MLP([3, 4, 3, 2], ["tanh", "tanh", "linear"], rng=np.random.default_rng(0))
    books = ClosedForm(net, own.x, own.y, costs.quadratic)

    for mine, its in zip(own.deltas, books.deltas, strict=True):
        assert mine == pytest.approx(its, rel=1e-12, abs=1e-15)
