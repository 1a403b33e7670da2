"""Rounding bounds: held against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from microbp import primitives as p
from microbp import sweeps
from microbp.rounding import UNIT, rounding
from microbp.tensor import Tensor
from microbp.value import Value


def polynomial(x):
    """(x − 1)⁵, multiplied out: near 1 almost all of it cancels."""
    return x * (x * (x * (x * (x - 5) + 10) - 10) + 5) - 1


@pytest.mark.parametrize("x", np.linspace(0.99, 1.01, 21).tolist())
def test_a_sum_that_cancels_is_within_its_bound_of_the_exact_one(x):
    y = polynomial(Value(x))
    error = abs(float(Fraction(y.data) - (Fraction(x) - 1) ** 5))

    assert error <= rounding(y, ()) < 1e-14


def test_the_bound_is_not_far_from_the_largest_error():
    errors = [abs(polynomial(x) - float((Fraction(x) - 1) ** 5)) for x in np.linspace(0.99, 1.01, 201).tolist()]

    assert rounding(polynomial(Value(1.0)), ()) < 10 * max(errors)


def test_a_gradient_is_bounded_by_its_recorded_sweep():
    x = Value(20.0)
    sigma_prime = sweeps.backward(p.sigmoid(x), as_nodes=True)[x]
    exact = np.exp(-20) / (1 + np.exp(-20)) ** 2

    assert abs(sigma_prime.data - exact) > 1e-10 * exact  # 1 − σ has lost most of its digits
    assert abs(sigma_prime.data - exact) <= rounding(sigma_prime, ()) < 4 * UNIT


def test_an_entry_of_a_tensor_has_a_bound_of_its_own():
    a = Tensor([1e8, 1.0])
    y = (a + 1.0) - a

    assert rounding(y, (0,)) > 1e7 * rounding(y, (1,)) > 0


def test_what_is_given_does_not_count_with_its_own_past():
    x = Value(1e8)
    given = (x + 1.0) - x
    y = given * 2.0

    assert rounding(y, ()) > 1e-8
    assert rounding(y, (), [given]) == pytest.approx(4 * UNIT)


def test_where_a_rate_is_infinite_there_is_no_bound():
    x = Value(0.0)

    assert rounding(p.sqrt(x), ()) == np.inf


def test_a_plain_number_is_rounded_once():
    assert rounding(3.0, ()) == 3 * UNIT
