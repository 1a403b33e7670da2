"""The witness of the proofs: complex steps are exact, and its networks compute what the library's do."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import equations
from microbp.book.proofs.witness import COSTS, SIGMAS, SUITED, RandomNetwork, complex_step, networks


def test_a_complex_step_is_exact_to_rounding(rng):
    v = rng.normal(size=(2, 3))

    rates = complex_step(lambda v: np.exp(np.sin(v)) * v**3, v)

    exact = np.exp(np.sin(v)) * (np.cos(v) * v**3 + 3 * v**2)
    assert rates.shape == (2, 3, 2, 3)
    assert rates.reshape(6, 6) == pytest.approx(np.diag(exact.ravel()), rel=1e-14)


@pytest.mark.parametrize("name", SIGMAS)
def test_its_activations_are_those_of_the_equations(name, rng):
    z = rng.normal(size=(3, 4))

    assert SIGMAS[name](z) == pytest.approx(equations.ACTIVATIONS[name](z), rel=1e-13)


@pytest.mark.parametrize("name", COSTS)
def test_its_costs_are_those_of_the_equations(name, rng):
    a, y = rng.uniform(0.1, 0.9, (2, 3, 4))
    y = np.sign(y - 0.5) if name == "hinge" else y

    assert COSTS[name](a, y) == pytest.approx(equations.COSTS[name].value(a, y), rel=1e-13)


def test_its_rates_are_those_of_the_closed_form(rng):
    for case in networks(rng, 20):
        nabla_b, nabla_w = equations.backprop(case.weights, case.biases, case.x, case.y, case.sigmas, case.cost)
        deltas = equations.errors(case.weights, case.zs, case.y, case.sigmas, case.cost)
        for l in range(2, case.L + 1):
            assert case.delta(l) == pytest.approx(deltas[l - 2], rel=1e-9, abs=1e-13)
            assert case.nabla_b(l).mean(axis=1) == pytest.approx(nabla_b[l - 2][:, 0], rel=1e-9, abs=1e-13)
            assert case.nabla_w(l).mean(axis=2) == pytest.approx(nabla_w[l - 2], rel=1e-9, abs=1e-13)


def test_a_smooth_one_has_no_corner(rng):
    for case in networks(rng, 40, smooth=True):
        assert set(case.sigmas) <= {"sigmoid", "tanh", "softmax"} and case.cost != "hinge"
        assert case.cost in SUITED[case.sigmas[-1]]


def test_its_options_are_kept(rng):
    assert all(case.m == 5 and case.cost == "quadratic" for case in networks(rng, 5, m=5, cost="quadratic"))
    assert RandomNetwork(rng, sizes=[2, 1, 1]).L == 3
    assert all(case.sigmas[-1] != "softmax" and case.L >= 3 for case in networks(rng, 30, coupled=False, depth=3))
