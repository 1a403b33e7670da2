"""Finite differences, and their doubt."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.difference_quotients import difference_quotient


def at_1(f, rounding=0.0, tolerance=1e-9):
    return difference_quotient(lambda x: float(f(x[1])), np.array([9.0, 1.0]), (1,), rounding, tolerance)


@pytest.mark.parametrize(
    ("f", "derivative"), [(np.exp, np.e), (np.sin, np.cos(1)), (lambda x: x**3, 3), (lambda x: 5.0, 0)]
)
def test_of_a_smooth_function_it_is_the_derivative_with_little_doubt(f, derivative):
    found = at_1(f)

    assert abs(found.derivative - derivative) <= max(found.doubt, 1e-12)
    assert found.doubt < 1e-9


@pytest.mark.parametrize("distance", [0.0, 1e-9, 1e-6, -1e-6])
def test_a_kink_within_every_step_is_doubted(distance):
    assert at_1(lambda x: abs(x - 1 - distance)).doubt > 0.1


@pytest.mark.parametrize("distance", [1e-2, 1e-3, 1e-4])
def test_a_kink_that_a_narrower_step_does_not_reach_is_not(distance):
    found = at_1(lambda x: abs(x - 1 - distance))

    assert found.derivative == pytest.approx(-1, abs=1e-9)
    assert found.doubt < 1e-9


def test_where_the_widest_step_is_too_wide_a_narrower_one_is_taken():
    found = at_1(lambda x: np.sin(100 * x))

    assert found.derivative == pytest.approx(100 * np.cos(100), abs=1e-6)
    assert abs(found.derivative - 100 * np.cos(100)) <= found.doubt


def test_a_staircase_of_rounding_is_doubted_though_it_is_flat():
    found = at_1(lambda x: (x * 1e-6 + 1e9) - 1e9, rounding=1e-7)

    assert found.derivative == 0
    assert found.doubt > 1e-6
