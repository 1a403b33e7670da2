"""The rate factor of an edge, in a few figures, a sign and a size."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import primitives as p
from microbp.draw.rates import ENTRIES, Rate, rate_of, rate_of_number
from microbp.tensor import Tensor
from microbp.value import Value


def test_between_values_it_is_the_number_of_the_linearized_graph():
    x, y = Value(2.0), Value(-3.0)

    assert rate_of(x * y, 0) == Rate("×−3", "−", 3.0)
    assert rate_of(x * y, 1) == Rate("×2", "+", 2.0)


def test_each_input_of_three_has_its_own():
    c, u, v = Value(1.0), Value(2.0), Value(3.0)

    assert [rate_of(p.where(c, u, v), i).text for i in range(3)] == ["×0", "×1", "×0"]


def test_a_constant_has_none():
    x = Value(2.0)

    assert rate_of(x * 3, 1) is None
    assert rate_of(Tensor(np.ones(2)) @ np.ones((2, 2)), 1) is None


@pytest.mark.parametrize(
    ("rate", "sign", "size"),
    [(-0.0, "0", 0.0), (np.inf, "+", np.inf), (-np.inf, "−", np.inf)],
)
def test_zeros_and_infinities_have_their_sign(rate, sign, size):
    assert rate_of_number(rate)[1:] == (sign, size)


def test_not_a_number_is_no_sign():
    assert rate_of_number(np.nan).sign == "nan"


T = Tensor(np.arange(1.0, 7.0).reshape(2, 3), "t")


@pytest.mark.parametrize(
    ("node", "rate"),
    [
        (T + T, Rate("×1", "+", 1.0)),
        (-T, Rate("×−1", "−", 1.0)),
        (T.sum(), Rate("×1", "+", 1.0)),
        (T.mean(), Rate("×0.167", "+", 1 / 6)),
        (T.reshape(6), Rate("×1", "+", 1.0)),
        (T[0], Rate("×1", "+", 1.0)),
        (T * T, Rate("×1 … 6", "+", 3.5)),
        (T.max(), Rate("×0 … 1", "+", 1 / 6)),
        (T * np.array([[-1.0, 0.0, 1.0]]), Rate("×−1\n×0\n×1", "±", 2 / 3)),
        (T @ np.array([[1.0], [2.0], [-3.0]]), Rate("×1\n×2\n×−3", "±", 2.0)),
        (T @ Tensor(np.ones((3, 1)), "v"), Rate("×v", "+", 1.0)),
    ],
    ids=str,
)
def test_between_tensors_it_is_told_in_short(node, rate):
    text, sign, size = rate_of(node, 0)

    assert (text, sign, size) == (rate.text, rate.sign, pytest.approx(rate.size))


def test_a_matrix_product_has_the_other_factor():
    w, a = Tensor(np.ones((2, 3)), "w2"), Tensor(-np.ones((3, 1)), "a1")

    assert rate_of(w @ a, 0) == Rate("×a1", "−", 1.0)
    assert rate_of(w @ a, 1) == Rate("×w2", "+", 1.0)


def test_a_large_array_takes_no_time():
    large = Tensor(np.ones(ENTRIES + 1))

    assert rate_of(large.sum(), 0) == Rate("", "±", 1.0)
    assert rate_of(large * 2, 0) == Rate("×2", "+", 2.0)


def test_an_empty_array_has_none():
    assert rate_of(Tensor(np.ones((0, 3))).sum(), 0).sign == "0"
