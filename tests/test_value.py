"""Value: a number that remembers what it was computed from."""

from __future__ import annotations

import decimal
import fractions
import math
import operator
from typing import Any

import numpy as np
import pytest
from helpers import data_of, grad_of, values_of

import microbp as mb
from microbp import Tensor, Value
from microbp.value import METHODS as METHOD_ROWS
from microbp.value import OPERATORS, write_out_operators


def test_the_book_neuron():
    """The sensitivity of one neuron's output, a = tanh(wx + b), by hand and by the graph."""
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.88, "b")
    a = mb.tanh(w * x + b)
    a.backward()

    rate = 1 - math.tanh(0.88) ** 2
    assert a.data == pytest.approx(math.tanh(0.88), rel=1e-14)
    assert (x.grad, w.grad, b.grad) == pytest.approx((-3 * rate, 2 * rate, rate), rel=1e-14)
    assert (w * x).tanh().data == math.tanh(-6.0)


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (1.5, 1.5),
        (2, 2.0),
        (True, 1.0),
        (2**53, 2.0**53),
        (2**60, 2.0**60),
        (-(2**1000), -(2.0**1000)),
        (np.float64(1.5), 1.5),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.float16(0.5), 0.5),
        (np.int8(-3), -3.0),
        (np.uint64(2**63), 2.0**63),
        (np.bool_(True), 1.0),
        (np.array(1.5), 1.5),
        (np.array(7), 7.0),
        (math.inf, math.inf),
        (-0.0, -0.0),
    ],
    ids=repr,
)
def test_numbers_are_taken_as_floats_where_that_is_exact(number: Any, data: float):
    x = Value(number)

    assert type(x.data) is float
    assert x.data == data
    assert math.copysign(1.0, x.data) == math.copysign(1.0, data)
    if np.ndim(number) == 0 and not isinstance(number, np.ndarray):
        assert (Value(1.0) * number).data == data
        assert (number * Value(1.0)).data == data


@pytest.mark.parametrize(
    ("number", "error", "message"),
    [
        (2**53 + 1, ValueError, "the integer 9007199254740993 is not exactly a float64"),
        (np.int64(2**53 + 1), ValueError, "the integer 9007199254740993 is not exactly a float64"),
        (10**400, ValueError, "the integer of 1329 bits is not exactly a float64"),
        (10**5000, ValueError, "the integer of 16610 bits is not exactly a float64"),
        (1j, TypeError, "a Value holds a real number, but was given the complex number 1j"),
        (np.complex128(1), TypeError, "a Value holds a real number"),
        (np.array(1j), TypeError, "a Value holds a real number"),
        ("3", TypeError, "a Value holds a number, but was given str '3'"),
        ("x", TypeError, r"given str 'x'; the number comes first and its name second, as in Value\(2.0, 'x'\)"),
        (None, TypeError, "a Value holds a number, but was given NoneType"),
        ([1.0], TypeError, r"was given list \[1.0\]; use Tensor for arrays"),
        (np.array([1.0]), TypeError, "was given ndarray .*; use Tensor for arrays"),
        (fractions.Fraction(1, 3), TypeError, "was given Fraction"),
        (decimal.Decimal("0.1"), TypeError, "was given Decimal"),
        (Value(1.0, "x"), TypeError, "was given the node x; use x.data for its number"),
        (Tensor(1.0, "t"), TypeError, "was given the node t"),
    ],
    ids=lambda x: f"{x!r:.30}" if not isinstance(x, int) or x < 2**64 else f"{x.bit_length()} bits",
)
def test_other_things_are_refused_in_one_sentence(number: Any, error: Any, message: str):
    with pytest.raises(error, match=message):
        Value(number)
    x = Value(1.0)
    with pytest.raises(error, match=message):
        x.data = number
    assert x.data == 1.0


@pytest.mark.parametrize("other", [1j, "a", None, [1.0], {}], ids=repr)
def test_operators_refuse_what_is_not_a_number(other: Any):
    x = Value(1.0)

    for operation in (lambda: x + other, lambda: other * x, lambda: x / other, lambda: other**x, lambda: x @ other):
        with pytest.raises(TypeError):
            operation()


def test_operators_and_their_reflections_are_the_rows_of_the_table():
    u, v = 0.7, 1.9
    x, y = Value(u), Value(v)
    cases = [
        (x + y, u + v, 1, 1),
        (x - y, u - v, 1, -1),
        (x * y, u * v, v, u),
        (x / y, u / v, 1 / v, -u / v**2),
        (x**y, u**v, v * u ** (v - 1), u**v * math.log(u)),
        (x + v, u + v, 1, 0),
        (u + y, u + v, 0, 1),
        (x - v, u - v, 1, 0),
        (u - y, u - v, 0, -1),
        (x * v, u * v, v, 0),
        (u * y, u * v, 0, u),
        (x / v, u / v, 1 / v, 0),
        (u / y, u / v, 0, -u / v**2),
        (x**v, u**v, v * u ** (v - 1), 0),
        (u**y, u**v, 0, u**v * math.log(u)),
        (-x, -u, -1, 0),
        (+x, u, 1, 0),
        (abs(x - y), v - u, -1, 1),
        (2 * x, 2 * u, 2, 0),
        (x**2, u * u, 2 * u, 0),
    ]
    for node, data, by_x, by_y in cases:
        assert node.data == pytest.approx(data, rel=1e-15)
        cotangents = mb.backward(node)
        assert cotangents.get(x, 0.0) == pytest.approx(by_x, rel=1e-14)
        assert cotangents.get(y, 0.0) == pytest.approx(by_y, rel=1e-14)


METHODS = (
    "exp expm1 log log1p sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh sigmoid softplus relu "
    "step sign"
).split()


@pytest.mark.parametrize("name", METHODS)
def test_methods_are_the_functions_and_numpys_where_it_has_them(name: str):
    x = Value(0.4)
    y, method = getattr(mb, name)(x), getattr(x, name)()

    assert method.data == y.data
    assert mb.backward(method)[x] == mb.backward(y)[x]
    if hasattr(np, name) and name != "sign":
        assert getattr(np, name)(x).data == y.data
        array = getattr(np, name)(values_of([0.4, 0.2]))
        assert data_of(array) == pytest.approx(getattr(mb, name)(np.array([0.4, 0.2])))
        array[0].backward()


def test_methods_at_a_pole_and_of_a_constant():
    x, c = Value(0.0), Value(2.0, varies=False)

    with pytest.warns(RuntimeWarning, match="divide by zero"):
        y = x.log()
    assert (y.data, mb.backward(y)[x]) == (-math.inf, math.inf)
    assert (c.exp().data, c.exp().varies) == (math.exp(2.0), False)
    assert (c.sqrt().data, c.sqrt().varies) == (math.sqrt(2.0), False)


def test_methods_with_a_domain_or_a_parameter_of_their_own():
    assert Value(2.0).arccosh().data == math.acosh(2.0)
    assert Value(-2.0).leaky_relu().data == -0.02
    assert Value(-2.0).leaky_relu(0.5).data == -1.0
    assert np.square(Value(3.0)).data == 9.0
    assert np.abs(Value(-3.0)).data == 3.0


def test_numpy_scalars_and_arrays_beside_a_value():
    x = Value(3.0)

    for y in (np.float64(2.0) * x, np.float32(2.0) * x, np.int64(2) * x, x * np.float64(2.0), np.multiply(2.0, x)):
        assert type(y) is Value
        assert mb.backward(y)[x] == 2.0
    array = np.array([1.0, 2.0]) * x
    assert array.dtype == object
    assert [y.data for y in array] == [3.0, 6.0]
    np.sum(array).backward()
    assert x.grad == 3.0
    assert [y.data for y in x - np.array([1.0, 2.0])] == [2.0, 1.0]


def test_arrays_of_values_are_numpy_arrays():
    W, x = values_of([[1.0, 2.0], [3.0, 4.0]]), values_of([0.5, -0.5])
    z = W @ x
    a = np.tanh(z)
    cost = np.sum((a - np.array([0.0, 1.0])) ** 2)
    cost.backward()

    V, u = Tensor(data_of(W)), Tensor([0.5, -0.5])
    ((mb.tanh(V @ u) - np.array([0.0, 1.0])) ** 2).sum().backward()
    assert grad_of(W) == pytest.approx(V.grad, rel=1e-14)
    assert grad_of(x) == pytest.approx(u.grad, rel=1e-14)
    assert np.mean(z).data == pytest.approx(-0.5)
    assert np.max(z).data == np.max(data_of(z))
    assert np.where(data_of(z) > -0.5, z, 0.0)[0] == 0.0
    assert np.concatenate([z, x]).shape == (4,)
    assert np.stack([z, x]).T.reshape(-1)[1] is x[0]
    assert (z < 0).tolist() == [True, True]


def test_the_graph_is_not_cut_by_turning_a_value_into_a_float():
    x = Value(1.0, "x")

    for cut in (
        lambda: float(x),
        lambda: math.exp(x),
        lambda: np.array([x], dtype=float),
        lambda: np.asarray([x, x]).astype(float),
        lambda: complex(x),
    ):
        with pytest.raises(TypeError, match=r"float\(x\) would cut the recorded graph; use x.data for the number"):
            cut()
    with pytest.raises(TypeError):
        int(x)
    with pytest.raises(TypeError):
        range(x)


@pytest.mark.parametrize("function", [np.log2, np.cbrt, np.floor, np.arctan2], ids=lambda f: f.__name__)
def test_a_numpy_function_that_is_not_recorded_is_refused_by_name(function: Any):
    with pytest.raises((TypeError, AttributeError), match=f"{function.__name__}|would cut"):
        function(*[Value(1.0)] * function.nin)


def test_rows_of_arrays_ask_for_arrays():
    shaped = (lambda x: mb.reshape(x, (1,)), lambda x: mb.matmul(x, x), lambda x: mb.stack([x]))
    for f in (mb.sum, mb.mean, mb.max, *shaped):
        with pytest.raises(TypeError, match="works on arrays, and a Value is a single number; .* use a Tensor"):
            f(Value(1.0))


def test_comparisons_are_of_the_numbers():
    x, y = Value(1.0), Value(2.0)

    assert x < y
    assert x <= y
    assert y > x
    assert y >= x
    assert x < 1.5
    assert 1.5 > x
    assert x >= 1
    assert np.float64(0.5) < x
    assert (np.array([0.5, 1.5]) < x).tolist() == [True, False]
    assert not x > Value(math.nan)
    assert bool(x)
    assert not Value(0.0)
    assert max([x, y]) is y
    assert sorted([y, x]) == [x, y]
    assert x != 1.0  # `==` asks whether it is the same node


def test_a_value_prints_its_number():
    assert repr(Value(1.5)) == "Value(1.5)"
    assert str(Value(2, "w")) == "Value(2.0, 'w')"
    assert f"{Value(1.23456):.2f}" == "1.23"
    assert f"{Value(1.5)}" == "Value(1.5)"


def test_only_a_leaf_can_be_given_other_data():
    x = Value(1.0)
    y = x * 2.0
    x.data = 3

    assert x.data == 3.0
    with pytest.raises(AttributeError, match="mul was computed from its inputs; only a leaf can be given other data"):
        y.data = 1.0
    assert (x * 2.0).data == 6.0


def test_labels_can_be_given_later():
    x = Value(1.0)
    x.label = "x"

    assert x.name == "x"
    assert (x * x).label is None


def test_there_is_no_silent_complex_number_and_no_bare_zero_division():
    x = Value(-2.0)

    assert (x**3).data == -8.0
    assert mb.backward(x**3)[x] == 12.0
    assert (x ** Value(3.0)).data == -8.0
    with pytest.warns(RuntimeWarning, match="invalid value"):
        y = x**0.5
    assert math.isnan(y.data)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        z = Value(1.0) / Value(0.0)
    assert z.data == math.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert (1.0 / Value(0.0)).data == math.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert mb.log(Value(0.0)).data == -math.inf
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert mb.exp(Value(1000.0)).data == math.inf
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert (Value(10.0) ** 400).data == math.inf


def test_rates_at_recording_do_not_warn():
    """The value is fine, a rate factor is infinite or no number: that is for those who ask for it."""
    for f, u, rate in ((lambda x: x**0, 0.0, 0.0), (mb.sqrt, 0.0, math.inf), (lambda x: x**0.5, 0.0, math.inf)):
        x = Value(u)
        assert mb.backward(f(x))[x] == rate
    x, n = Value(-2.0), Value(3.0)
    assert math.isnan(mb.backward(x**n)[n])
    assert mb.arcsin(Value(1.0)).data == math.pi / 2


class Labelled(Value):
    """A Value of a class of one's own."""

    __slots__ = ()


def test_a_class_of_ones_own_computes_as_a_value_does():
    x, y = Labelled(2.0), Value(3.0)

    for z, by_x in ((x * x, 4.0), (x * y, 3.0), (y * x, 3.0), (mb.maximum(x, 1.0), 1.0), (x**2, 4.0), (1.0 / x, -0.25)):
        assert mb.backward(z)[x] == by_x
    assert Labelled.leaf(1.0, "x").label == "x"


def both_ways(x: Any, y: Any) -> list[Any]:
    """Every operator on x and y, x and 2.5, x and 3, from either side; and every method of x."""
    others = (y, 2.5, 3)
    operations = [getattr(operator, name) for name in OPERATORS]
    return [
        *[f(x, other) for f in operations for other in others],
        *[f(other, x) for f in operations for other in others],
        *[getattr(x, name)() for name in METHOD_ROWS if name != "arccosh"],
    ]


class Own(Value):
    """A Value of a class with operators of its own."""

    __slots__ = ()


write_out_operators(Own)


@pytest.mark.parametrize("kind", [Own, Labelled])
def test_what_is_computed_from_a_class_of_ones_own_is_of_that_class(kind: Any):
    """Also on the right of a plain Value, where the class has operators of its own: Python asks these first."""
    x, y = Value(0.7), Value(0.9)
    own = kind(0.7)

    for made, plain in zip(both_ways(own, y), both_ways(x, y), strict=True):
        on_the_right = made.inputs[-1] is own and made.inputs[0] is y
        assert type(made) is (Value if on_the_right and kind is Labelled else kind)
        assert made.data == plain.data
        assert mb.backward(made)[own] == mb.backward(plain)[x]
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert type(1 / kind(0.0)) is kind
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert type(kind(0.0).log()) is kind
    with pytest.raises(TypeError):
        own + "a"
    with pytest.raises(TypeError):
        "a" * own


def test_every_operator_and_method_is_recorded_as_its_row_says():
    """What is written out for speed gives the node that `Value.record` gives, bit for bit."""
    for a, b in ((0.7, 0.9), (0.3, -2.0), (2.5, 0.25)):
        x, y = Value(a), Value(b)
        for name, row in OPERATORS.items():
            for u, v in ((x, y), (x, x), (x, 2.5), (2.5, x), (x, 3), (3, x)):
                assert bits_of(getattr(operator, name)(u, v)) == bits_of(Value.record(row, (u, v), {}))
        for name, row in METHOD_ROWS.items():
            u = Value(a + 1.0) if row is mb.arccosh else Value(a / 4)
            assert bits_of(getattr(u, name)()) == bits_of(Value.record(row, (u,), {}))


def bits_of(node: Value) -> Any:
    return node.data.hex(), [float(rate).hex() for rate, x in zip(node.rates, node.inputs, strict=True) if x.varies]


@pytest.mark.parametrize(("name", "row"), [*OPERATORS.items(), *METHOD_ROWS.items()])
def test_a_rate_factor_is_that_of_the_row_at_the_time(name: str, row: Any, monkeypatch: pytest.MonkeyPatch):
    x, y = Value(0.5), Value(0.75)
    monkeypatch.setattr(row, "partials", (lambda *_: 7.0, 11.0)[: len(row.partials)])

    if name in OPERATORS:
        f = getattr(operator, name)
        assert f(x, y).rates == (7.0, 11.0)
        assert f(2.0, y).rates[1] == 11.0
    else:
        u = Value(1.5) if row is mb.arccosh else x
        assert getattr(u, name)().rates == (7.0,)


def test_integers_beside_a_value_are_exact_or_refused():
    x = Value(1.0)

    assert (x * 2**53).data == (2**53 * x).data == 2.0**53
    assert (x * -(2**60)).data == -(2.0**60)
    for operation in (lambda n: x + n, lambda n: n - x, lambda n: x**n):
        with pytest.raises(ValueError, match="not exactly a float64"):
            operation(2**53 + 1)
