"""Numbers, arrays and names in a few letters."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.draw.texts import array_text, folded, gradient_text, number, numbers, operation_text, short
from microbp.primitives import leaky_relu, matmul, power, square, tanh
from microbp.tensor import Tensor
from microbp.value import Value


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.0, "0"), (-0.0, "0"), (-0.52391, "−0.524"), (1e-7, "1e−07"), (-np.inf, "−inf"), (np.nan, "nan")],
)
def test_a_number_has_three_figures_and_a_true_minus_sign(x, text):
    assert number(x) == text


def test_a_zero_gradient_is_told_from_none():
    assert gradient_text(None) == "∂ ·"
    assert gradient_text(0.0) == "∂ 0"


def test_a_small_matrix_is_shown_row_by_row_and_a_large_one_by_its_range():
    assert array_text(np.array([[1.0, -2.0], [0.5, 10.0]])) == "\u2007\u20071\u2007\u2007−2\n0.5\u2007\u200710"
    assert array_text(np.arange(20.0).reshape(5, 4)) == "0 … 19"
    assert array_text(np.ones((5, 4))) == "1"
    assert array_text(np.zeros((0, 3))) == "empty"
    assert array_text(np.ones((2, 2, 2)) * -3) == "−3"


def test_not_a_number_is_not_hidden_in_a_range():
    assert numbers(np.array([1.0, np.nan, 2.0, 3.0])) == "nan"


X = Value(2.0, "x")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (X * X, "×"),
        (X * 3, "× 3"),
        (1 - X, "1 −"),
        (X**2, "(\u2009)²"),
        (X**-1, "(\u2009)⁻¹"),
        (X**0.5, "^ 0.5"),
        (2**X, "2 ^"),
        (power(X, X), "^"),
        (square(X), "(\u2009)²"),
        (leaky_relu(X, 0.01), "leaky_relu 0.01"),
        (tanh(X), "tanh"),
        (X * Value(3.0, "3", varies=False), "× 3"),  # as formulas on the command line name their numbers
        (X * Value(3.0, "three", varies=False), "×"),
        (X, ""),
    ],
    ids=str,
)
def test_a_plain_number_is_written_into_the_operation_that_takes_it(node, text):
    assert operation_text(node) == text


def test_an_array_is_not_written_into_an_operation():
    x = Tensor([1.0, 2.0])

    assert folded(x * np.ones(2)) is None
    assert folded(matmul(x, np.ones(2))) is None
    assert folded(x * 2) == 1


def test_a_name_keeps_to_one_line_of_what_can_be_printed():
    assert short("two\nlines\tand\x00\x1b\u202e\ud800") == "two lines and����"
    assert short("👩\u200d🔬 ∂ w²") == "👩\u200d🔬 ∂ w²"
    assert short("x" * 25) == "x" * 23 + "…"
