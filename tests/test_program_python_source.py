from __future__ import annotations

import math
import runpy
from itertools import product

import numpy as np
import pytest
from helpers import CALLS, ELEMENTWISE, weighted_sum
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scalar_graphs import EDGES, column, eager, random_graph, softsign

from microbp import Value
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.program.gradient import gradient
from microbp.program.lines import RecordingError
from microbp.program.python_form import PythonForm, StraightLine
from microbp.program.python_source import PythonSource
from microbp.program.recording import record

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
"""The value has the same bits as eagerly; what adds up to a gradient, and x² for xˣ, is rounded otherwise."""


def same(found, expected):
    value, gradients = found
    assert_allclose(value, expected[0], **CLOSE)
    assert len(gradients) == len(expected[1])
    for g, e in zip(gradients, expected[1], strict=True):
        assert np.shape(g) == np.shape(e)
        assert_allclose(g, e, **CLOSE)


def recorded(f, *inputs, held=()):
    with np.errstate(all="ignore"):
        return record(f, *inputs, node=Value, wrt=[*range(len(inputs)), *held])


def form_of(f, *inputs, held=(), **options):
    return PythonForm(recorded(f, *inputs, held=held), **options)


def numbers(inputs, held=()):
    return [*map(np.asarray, inputs), *[np.asarray(w.data) for w in held]]


def body_of(f, *inputs, held=()):
    """The lines of the function in the source, without its head."""
    text = PythonSource(recorded(f, *inputs, held=held)).text
    return [line.strip() for line in text[text.index("def run") :].splitlines()]


@pytest.mark.parametrize("call", [call for call in CALLS if call.name in ELEMENTWISE], ids=str)
def test_every_row_gives_what_it_gives_eagerly(call, rng):
    weights = rng.normal(size=np.shape(call.formula(*call.inputs)))

    def f(*inputs):
        return weighted_sum(call(*inputs), weights)

    same(form_of(f, *call.inputs).value_and_grad(numbers(call.inputs)), eager(f, call.inputs))


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_any_graph_gives_what_it_gives_eagerly(seed, lines):
    f, held = random_graph(seed, lines)
    x = np.random.default_rng(seed).normal(size=3)
    form = form_of(f, x, held=held)

    value, gradients = eager(f, [x], held)

    assert form.value(numbers([x], held)) == [value]
    same(form.value_and_grad(numbers([x], held)), (value, gradients))


@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_a_batch_is_a_loop_over_its_examples(seed, m, rng):
    f, held = random_graph(seed, 40)
    x = rng.normal(size=3)
    batch = 0.2 * rng.normal(size=(3, m)) + x[:, None]
    each = [eager(f, [column(batch, k)], held) for k in range(m)]
    value = np.array([value for value, _ in each])
    by_x, *by_held = (np.stack(gs, axis=-1) for gs in zip(*[gradients for _, gradients in each], strict=True))
    mean, apart = form_of(f, x, held=held, examples=m), form_of(f, x, held=held, examples=m, mean=False)

    same(mean.value_and_grad(numbers([batch], held)), (value.mean(), [by_x / m, *[g.mean() for g in by_held]]))
    same(apart.value_and_grad(numbers([batch], held)), (value, [by_x, *by_held]))


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


@pytest.mark.parametrize(
    "row", [row for row in p.TABLE.values() if isinstance(row, Elementwise)], ids=lambda row: row.name
)
def test_inf_and_nan_come_where_they_come_eagerly(row):
    def f(*x):
        return row(*x) * 2

    count = len(row.partials)
    batch = np.array(list(product(EDGES, repeat=count))).T
    form = form_of(f, *[0.5] * count, examples=batch.shape[1], mean=False)
    each = [eager(f, example) for example in batch.T]

    value, gradients = form.value_and_grad(list(batch))

    assert_array_equal(form.value(list(batch))[0], [value for value, _ in each])
    with np.errstate(all="ignore"):
        assert_allclose(value, [value for value, _ in each], **CLOSE)
        assert_allclose(np.transpose(gradients), [g for _, g in each], **CLOSE)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: p.log(p.relu(x)),
        lambda x: p.log(x * 0),
        lambda x: p.where(p.greater(x, 0), p.log(x), x),
        lambda x: p.sqrt(x) * 0 + x,
        lambda x: x**2 + 2**x,
        lambda x: p.exp(x * 1000) - p.exp(x * 1000),
        lambda x: x * math.inf + x * -math.inf,
        lambda x: x + math.nan,
    ],
)
@pytest.mark.parametrize("x", [0.0, -1.0, 2.0, np.inf, np.nan])
def test_an_infinite_rate_meets_a_zero_where_it_does_so_eagerly(f, x):
    same(form_of(f, 0.5).value_and_grad([np.array(x)]), eager(f, [x]))


def test_an_edge_whose_rate_is_the_number_0_carries_nothing():
    # As between Tensors. Eagerly a Value multiplies, and inf · 0 is nan.
    assert form_of(lambda x: p.log(p.step(x)), 0.5).value_and_grad([np.array(-1.0)]) == (-math.inf, [0.0])


def test_the_program_of_a_batch_serves_as_well_as_that_of_one_example(rng):
    f, held = random_graph(5, 40)
    program = record(f, np.zeros(3) + 0.1, node=Value, wrt=[0, *held])
    given = numbers([rng.normal(size=(3, 4))], held)

    same(PythonForm(program.batch(4), 4).value_and_grad(given), PythonForm(program, 4).value_and_grad(given))


def test_several_outputs_come_in_their_shapes():
    w = Value(2.0)

    def f(x):
        return x[0] * w, np.array([[x[0], x[1] + w]], dtype=object), np.array([x[1]], dtype=object)

    form = PythonForm(record(f, np.zeros(2), node=Value), 3)
    one, two, column = form.value([np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([2.0])])

    assert one == pytest.approx(4.0)
    assert_allclose(two, [[[1, 2, 3], [6, 7, 8]]])
    assert_allclose(column, [4, 5, 6])


def test_a_gradient_is_of_a_single_number():
    form = PythonForm(record(lambda x: (x * 2, x * 3), 1.0))

    with pytest.raises(RecordingError, match="single number"):
        form.value_and_grad([np.array(1.0)])


def test_an_input_of_no_use_has_gradient_zero():
    same(form_of(lambda x, y: x * x, 3.0, 5.0).value_and_grad(numbers([3.0, 5.0])), (9.0, [6.0, 0.0]))


@pytest.mark.parametrize("outcome, x, y", [(True, 0.5, 1.5), (False, 1.5, 0.5)])
def test_a_comparison_that_comes_out_otherwise_is_said(outcome, x, y):
    form = form_of(lambda x: x * 3.0 if x <= 1.0 else p.log(x), x)

    assert form.value([np.array(x)]) == [x * 3.0 if outcome else math.log(x)]
    for run in (form.value, form.value_and_grad):
        with pytest.raises(RecordingError, match=f"for {y} and 1"):
            run([np.array(y)])


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

    assert StraightLine(program)([0.25, [v.data for v in w]]) == (eager(f, [0.25])[0],)


@given(st.text(max_size=8), st.text(max_size=8))
def test_any_label_makes_a_text_that_compiles(one, another):
    w = Value(2.0, one)

    def f(x):
        y = w * x
        y.label = another
        return y * y

    f.__name__ = another

    assert StraightLine(record(f, 3.0))([3.0, [2.0]]) == (36.0,)


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
    straight = StraightLine(gradient(recorded(f, np.zeros(3) + 0.1, held=held)))
    arguments = [rng.normal(size=3).tolist(), *[w.data for w in held]]

    value, *gradients = straight(arguments)

    assert straight.step_by_step(arguments) == (value, *gradients)
