"""Equation 46: the naive gradient, its error, and what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.equations import backprop, forward_difference_gradient, mean_cost


def test_it_is_wrong_by_half_epsilon_times_the_second_derivative():
    for epsilon in (1e-2, 1e-3):
        error = forward_difference_gradient(lambda w: float(np.sum(w**3)), [2.0, -1.0], epsilon) - [12.0, 3.0]

        assert error == pytest.approx(epsilon / 2 * np.array([12.0, -6.0]), rel=1e-2)


def test_it_computes_the_cost_once_a_number_and_once_more():
    asked = []

    nabla = forward_difference_gradient(lambda w: asked.append(w) or float(w.sum()), np.zeros((3, 4)))

    assert len(asked) == 13
    assert nabla.shape == (3, 4)
    assert nabla == pytest.approx(np.ones((3, 4)), rel=1e-9)


def test_it_comes_near_the_gradient_of_backpropagation(rng):
    w, b, x, y = rng.normal(size=(2, 3)), rng.normal(size=(2, 1)), rng.normal(size=(3, 5)), rng.uniform(size=(2, 5))

    naive = forward_difference_gradient(lambda w: mean_cost([w], [b], x, y), w)

    _, (nabla_w,) = backprop([w], [b], x, y)
    assert naive == pytest.approx(nabla_w, rel=1e-4, abs=1e-6)


def test_a_cost_that_writes_to_its_argument_does_no_harm():
    w = np.array([1.0, 2.0])

    def cost(v):
        v *= v
        return v.sum()

    assert forward_difference_gradient(cost, w) == pytest.approx([2, 4], rel=1e-5)
    assert w.tolist() == [1.0, 2.0]


def test_what_it_can_not_work_with_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="epsilon is 0; want a step greater than 0"):
        forward_difference_gradient(np.sum, [1.0], 0)
    with pytest.raises(ValueError, match=r"C\(w\) has shape \(2,\); want a single number, such as a mean"):
        forward_difference_gradient(lambda w: w, [1.0, 2.0])


def test_a_step_that_is_lost_to_rounding_is_no_gradient_of_zero():
    with pytest.raises(ValueError, match=r"epsilon is 1e-17, which is lost beside 2.0; want a larger step"):
        forward_difference_gradient(lambda w: w @ w, [0.0, 2.0], 1e-17)
    with pytest.raises(ValueError, match="epsilon is inf"):
        forward_difference_gradient(np.sum, [1.0], np.inf)
