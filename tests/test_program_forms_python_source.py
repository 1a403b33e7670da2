"""Scalars as Python: a text that reads as written by hand, and runs."""

from __future__ import annotations

import math
import runpy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scalar_graphs import eager, random_graph, softsign
from test_program_forms_scalars import numbers, recorded, same

import microbp as mb
from microbp import Value
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.program import RecordingError, record
from microbp.program.forms.python_form import PythonForm, PythonFunction
from microbp.program.forms.python_source import PythonSource
from microbp.program.transforming import gradient

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
"""The value has the same bits as eagerly; what adds up to a gradient, and x² for xˣ, is rounded otherwise."""


def form_of(f, *inputs, held=()):
    return PythonForm(recorded(f, *inputs, held=held))


def body_of(f, *inputs, held=()):
    """The lines of the function in the source, without its head."""
    text = PythonSource(recorded(f, *inputs, held=held)).text
    return [line.strip() for line in text[text.index("def run") :].splitlines()]


def test_the_text_is_what_one_would_write_by_hand():
    w = Value(2.0, "w")

    def f(x):
        a = p.tanh(w * x + 0.5)
        a.label = "a"
        return a * a - (a - (x - 1.0)) / -x

    assert PythonSource(recorded(f, 3.0, held=[w])).text == (
        '"""The program of f, as a function of floats."""\n'
        "\n"
        "from math import tanh\n"
        "\n"
        "\n"
        "def run(x, w):\n"
        "    a = tanh(w * x + 0.5)\n"
        "    t8 = a * a - (a - (x - 1.0)) / -x\n"
        "    return t8\n"
    )


@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x - (y - x) + (y + (x + y)),
        lambda x, y: x / (y / x) * (y * (x * y)) / (x * y),
        lambda x, y: -(x + y) * -(x * y) / -p.neg(y),
        lambda x, y: x - -2.0 * y - (-2.0 - x),
        lambda x, y: p.square(x + y) * p.square(x * y) / p.square(-x),
        lambda x, y: p.relu(x - y) * p.relu(y - x + 3) + p.relu(-x),
        lambda x, y: p.where(x - y, x + y, x * y) * p.where(x - x, x, y),
        lambda x, y: p.identity(x + y) * p.identity(x) * 1e-05 + y,
    ],
)
def test_parentheses_are_where_the_order_of_rounding_needs_them(f, rng):
    form = form_of(f, 0.3, 0.7)

    for x, y in rng.normal(size=(20, 2)):
        assert form.value(numbers([x, y])) == [eager(f, [x, y])[0]]


def test_an_edge_whose_rate_is_the_number_0_carries_nothing():
    # As between Tensors. Eagerly a Value multiplies, and inf · 0 is nan.
    assert form_of(lambda x: p.log(p.step(x)), 0.5).value_and_grad([np.array(-1.0)]) == (-math.inf, [0.0])


def test_an_error_that_only_the_other_branch_raises_is_not_what_is_said():
    form = form_of(lambda x: p.log(x) if x > 0.0 else x * 1.0, 0.5)

    with pytest.raises(RecordingError, match="x > 0 held"):
        form.value([np.array(-1.0)])


def test_labels_that_are_no_names_or_the_same_name_are_told_apart():
    labels = ["w_1,1", "w_1,1", "lambda", "tanh", "run", "ﬁ", "fi", "σ′", "", "t3", "2z", "__debug__", "inf", 'a"\n"""']
    w = [Value(float(k), label) for k, label in enumerate(labels)]

    def f(x):
        total = p.tanh(x)
        for v in w:
            total = total * 0.5 + v * x
            total.label = v.label
        return total * p.minimum(x, math.inf)

    program = record(f, 0.5)

    assert PythonFunction(program)([0.25, [v.data for v in w]]) == (eager(f, [0.25])[0],)


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_label_makes_a_text_that_compiles(one, another):
    w = Value(2.0, one)

    def f(x):
        y = w * x
        y.label = another
        return y * y

    f.__name__ = another

    assert PythonFunction(record(f, 3.0))([3.0, [2.0]]) == (36.0,)


def test_a_text_that_was_saved_runs_by_itself(tmp_path):
    def f(x):
        y = p.sigmoid(x[0]) * p.logsumexp(x) - p.max(x[1:]) / p.power(x[2], 3.0)
        return y * 2.0 if x[0] < 1.0 else y

    x = np.array([0.5, 2.0, -1.5, 0.25])
    program = recorded(f, x)
    path = tmp_path / "saved.py"
    path.write_text(PythonSource(gradient(program)).text, encoding="utf-8")

    run = runpy.run_path(str(path))["run"]

    value, by_x = run(x.tolist())
    same((value, [np.array(by_x)]), eager(f, [x]))
    with pytest.raises(ValueError, match="record again"):
        run([2.0, 2.0, 1.0, 1.0])


def test_a_row_of_ones_own_is_bound_and_said_to_be():
    def f(x):
        return softsign(x[0]) * softsign(x[1]) + p.tanh(x[2])

    x = np.array([0.5, -2.0, 3.0])
    source = PythonSource(recorded(f, x))

    assert source.bound == {"softsign": softsign.on_floats}
    assert "# softsign: on_floats of a row that is not in the table; to be bound here" in source.text
    same(form_of(f, x).value_and_grad([x]), eager(f, [x]))


def test_a_row_of_ones_own_may_have_a_name_of_the_table():
    own = Elementwise("tanh", lambda u: 3 * u, lambda u: 3 * u, 3.0)

    assert form_of(lambda x: own(x) + p.tanh(x), 0.5).value([np.array(0.5)]) == [1.5 + math.tanh(0.5)]


def test_a_line_that_is_used_once_is_written_where_it_is_used():
    def f(x):
        y = p.sin(x * 2.0)
        return y + y * x

    assert body_of(f, 0.5) == ["def run(x):", "t1 = sin(x * 2.0)", "t3 = t1 + t1 * x", "return t3"]


def test_no_line_grows_without_end():
    def f(x):
        y = x[0]
        for v in x[1:]:
            y = p.sin(y * v)
        return y

    text = PythonSource(recorded(f, np.ones(300))).text

    assert max(map(len, text.splitlines())) <= 120


def test_a_chain_of_20_000_lines_runs_in_one_piece():
    w = Value(1.01)

    def f(x):
        for _ in range(10_000):
            x = w * x + 0.001
        return x

    program = record(f, 0.1)
    expected = 0.1
    for _ in range(10_000):
        expected = 1.01 * expected + 0.001

    assert len(program.lines) == 20_000
    assert PythonForm(program).value([np.array(0.1), np.array([1.01])]) == [expected]


def test_step_by_step_gives_the_bits_of_the_straight_line(rng):
    f, held = random_graph(11, 60)
    straight = PythonFunction(gradient(recorded(f, np.zeros(3) + 0.1, held=held)))
    arguments = [rng.normal(size=3).tolist(), *[w.data for w in held]]

    value, *gradients = straight(arguments)

    assert straight.step_by_step(arguments) == (value, *gradients)


def test_values_that_f_was_found_to_hold_are_one_argument():
    w, b = Value(2.0, "w"), Value(1.0, "b")
    source = record(lambda x: mb.tanh(w * x + b), 0.5).source

    assert "def run(x, parameters):\n    w, b = parameters\n" in source
