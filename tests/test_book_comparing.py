"""A comparison tells a right approximation from a wrong one by the order of its error, and says what differs."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.book import Disagreement
from microbp.book.comparing import Comparison


def test_two_sides_that_differ_by_rounding_are_equal(rng):
    comparison, x = Comparison(), rng.normal(size=(3, 4))

    comparison.equal("x", x, x * (1 + 1e-15))
    comparison.equal("0", np.zeros(3), 1e-16 * np.ones(3))

    cases, largest, factor = comparison.result()
    assert (cases, factor) == (2, None)
    assert largest < 2e-15


@pytest.mark.parametrize("off", [1e-8, 0.01, -1.0, np.inf, np.nan])
def test_two_sides_that_differ_by_more_disagree_where_it_is_most(off):
    one = np.array([1.0, 2.0, 3.0])
    other = one + [0.0, off, off / 2]

    with pytest.raises(Disagreement, match=r"that: 2 on one side is .* on the other"):
        Comparison().equal("that", one, other)


def test_a_difference_is_judged_by_the_largest_number_of_its_side():
    Comparison().equal("beside 1", [1.0, 1e-12], [1.0, 0.0])
    with pytest.raises(Disagreement):
        Comparison().equal("by itself", [1e-12], [0.0])


def test_a_remainder_of_the_second_order_passes():
    comparison = Comparison()

    comparison.quarters("sin", lambda h: np.exp(1 + h) - np.e - h * np.e)

    assert comparison.result().factor == pytest.approx(4, abs=1e-3)
    assert comparison.result().largest is None
    assert str(comparison.result()) == "3 comparisons; half the step makes the remainder 4.000 times smaller"


@pytest.mark.parametrize(
    "remainder",
    [
        lambda h: h**2 + 1e-3 * h,  # a rate that is wrong by 0.1 %
        lambda h: h**3,
        lambda h: h,
        lambda h: 0.0,
        lambda h: np.nan,
        lambda h: h**2 + 1e-6,  # a value that is wrong
    ],
)
def test_any_other_remainder_disagrees(remainder):
    with pytest.raises(Disagreement, match=r"that: the remainder is .* 4 times if the first order were right"):
        Comparison().quarters("that", remainder)


def test_a_case_without_a_second_order_does_not_decide():
    Comparison().quarters("several", lambda h: [h**3, -(h**2), 0.0])
