"""A formula as text becomes the graph that the same Python code records, and nothing else is run."""

import math

import pytest

from microbp.expression import recorded_formula
from microbp.linearized import paths


def test_a_formula_has_the_value_and_the_gradients_of_the_same_code():
    y, at = recorded_formula("tanh(w*x + b)", {"w": -3.0, "x": 2.0, "b": 6.88})

    y.backward()

    assert y.data == pytest.approx(math.tanh(0.88))
    assert at["w"].grad == pytest.approx(2 * (1 - math.tanh(0.88) ** 2))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3*4", 14.0),
        ("-x**2", -9.0),
        ("+x / 2 - 1", 0.5),
        ("maximum(x, 4) ", 4.0),
        ("exp(0) + sigmoid(0)", 1.5),
        ("where(x, 1, 2)", 1.0),
    ],
)
def test_operators_bind_as_in_python(text, value):
    y, _ = recorded_formula(text, {"x": 3.0} if "x" in text.replace("exp", "").replace("max", "") else {})

    assert y.data == value


def test_a_name_used_twice_is_one_node_with_two_paths():
    y, at = recorded_formula("x * x", {"x": 3.0})

    assert paths(at["x"], y).count == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x +", "is not a formula"),
        ("", "is not a formula"),
        ("x = 2", "is not a formula"),
        ("\0", "is not a formula"),
        ("x + y", "has y, for which no number was given"),
        ("cot(x)", "function cot"),
        ("matmul(x, x)", "function matmul"),
        ("tanh(x, x)", "tanh takes 1 number"),
        ("tanh(u=x)", "but not tanh"),
        ("x.__class__", "but not x.__class__"),
        ("__import__('os').getcwd()", "but not"),
        ("[x for x in (1, 2)]", "but not"),
        ("'a'", "but not 'a'"),
        ("True + 1", "but not True"),
        ("1j", "but not 1j"),
        ("x // 2", "but not x // 2"),
        ("(" * 300 + "x" + ")" * 300, "is not a formula"),
        ("x" + " + x" * 5000, "nested too deeply|is not a formula"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        recorded_formula(text, {"x": 3.0})

    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


def test_a_number_for_a_name_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="for y, which the formula does not have"):
        recorded_formula("x", {"x": 1.0, "y": 2.0})
