"""Scalars level by level, and as Python: each form gives what the function gives eagerly."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from helpers import CALLS, ELEMENTWISE, weighted_sum
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scalar_graphs import EDGES, column, eager, random_graph

from microbp import Value
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.program import RecordingError, record
from microbp.program.forms.level_form import LevelForm
from microbp.program.forms.python_form import PythonForm

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
"""Sums are taken in another order than eagerly; x² for xˣ is rounded otherwise."""

both_forms = pytest.mark.parametrize("form", [LevelForm, PythonForm])


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


def numbers(inputs, held=()):
    return [*map(np.asarray, inputs), *[np.asarray(w.data) for w in held]]


@both_forms
@pytest.mark.parametrize("call", [call for call in CALLS if call.name in ELEMENTWISE], ids=str)
def test_every_row_gives_what_it_gives_eagerly(call, form, rng):
    weights = rng.normal(size=np.shape(call.formula(*call.inputs)))

    def f(*inputs):
        return weighted_sum(call(*inputs), weights)

    same(form(recorded(f, *call.inputs)).value_and_grad(numbers(call.inputs)), eager(f, call.inputs))


@both_forms
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_any_graph_gives_what_it_gives_eagerly(form, seed, lines):
    f, held = random_graph(seed, lines)
    x = np.random.default_rng(seed).normal(size=3)
    made = form(recorded(f, x, held=held))

    value, gradients = made.value_and_grad(numbers([x], held))

    same((value, gradients), eager(f, [x], held))
    assert made.value(numbers([x], held)) == [value]


@both_forms
@pytest.mark.parametrize("m", [1, 2, 30])
@pytest.mark.parametrize("seed", range(5))
def test_a_batch_is_a_loop_over_its_examples(seed, m, form, rng):
    f, held = random_graph(seed, 40)
    x = rng.normal(size=3)
    batch = 0.2 * rng.normal(size=(3, m)) + x[:, None]
    each = [eager(f, [column(batch, k)], held) for k in range(m)]
    value = np.array([value for value, _ in each])
    by_x, *by_held = (np.stack(gs, axis=-1) for gs in zip(*[gradients for _, gradients in each], strict=True))
    program = recorded(f, x, held=held)
    mean, apart = form(program.batch(m)), form(program.batch(m, mean=False))

    same(mean.value_and_grad(numbers([batch], held)), (value.mean(), [by_x / m, *[g.mean() for g in by_held]]))
    same(apart.value_and_grad(numbers([batch], held)), (value, [by_x, *by_held]))


@both_forms
def test_columns_stay_columns_and_anything_else_has_the_examples_last(form, rng):
    w = np.array([[Value(0.5), Value(-1.5)]], dtype=object)
    batch, rows = rng.normal(size=(2, 3)), rng.normal(size=(2, 2, 3))

    def f(x, y):
        return p.tanh(w @ x)[0, 0] * y[0, 1] + y[1, 1]

    program = record(f, np.zeros((2, 1)), np.zeros((2, 2)), node=Value, wrt=[w, 0, 1]).batch(3, mean=False)
    _, gradients = form(program).value_and_grad([batch, rows, np.array([[0.5, -1.5]])])

    assert [g.shape for g in gradients] == [(1, 2, 3), (2, 3), (2, 2, 3)]
    assert_allclose(gradients[2][1, 1], np.ones(3))


@both_forms
def test_a_number_times_itself_has_two_edges(form):
    same(form(recorded(lambda x: x * x, 3.0)).value_and_grad([np.array(3.0)]), (9.0, [6.0]))


@both_forms
def test_an_input_of_no_use_has_gradient_zero(form):
    made = form(recorded(lambda x, y: x * 2, 3.0, 5.0))

    same(made.value_and_grad(numbers([3.0, 5.0])), (6.0, [2.0, 0.0]))


@both_forms
def test_an_output_that_is_an_input_has_gradient_one(form):
    same(form(recorded(lambda x, y: x, 3.0, 5.0)).value_and_grad(numbers([3.0, 5.0])), (3.0, [1.0, 0.0]))


@both_forms
def test_several_outputs_come_in_their_shapes(form):
    w = Value(2.0)

    def f(x):
        return x[0] * w, np.array([[x[0], x[1] + w]], dtype=object), np.array([x[1]], dtype=object)

    made = form(record(f, np.zeros(2), node=Value).batch(3))
    one, two, row = made.value([np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([2.0])])

    assert_allclose(one, [2, 4, 6])
    assert_allclose(two, [[[1, 2, 3], [6, 7, 8]]])
    assert_allclose(row, [4, 5, 6])


@both_forms
def test_a_gradient_is_of_a_single_number(form):
    made = form(record(lambda x: (x * 2, x * 3), 1.0))

    with pytest.raises(RecordingError, match="single number"):
        made.value_and_grad([np.array(1.0)])


@both_forms
@pytest.mark.parametrize("outcome, x, y", [(True, 0.5, 1.5), (False, 1.5, 0.5)])
def test_a_comparison_that_comes_out_otherwise_is_said(outcome, x, y, form):
    made = form(recorded(lambda x: x * 3.0 if x <= 1.0 else p.log(x), x))

    assert made.value([np.array(x)]) == [x * 3.0 if outcome else math.log(x)]
    for run in (made.value, made.value_and_grad):
        with pytest.raises(RecordingError, match=f"compares {y} and 1"):
            run([np.array(y)])


@both_forms
def test_a_comparison_is_made_for_each_example(form):
    w = Value(2.0, "w")
    made = form(record(lambda x: x * w if x < 1.0 else x, 0.5).batch(2))

    assert made.value([np.array([0.5, 0.25]), np.array([2.0])]) == [0.75]
    with pytest.raises(RecordingError, match="x < 1 held in the .* not hold here, .* compares 1.5 and 1"):
        made.value([np.array([0.5, 1.5]), np.array([2.0])])


@both_forms
@pytest.mark.parametrize(
    "row", [row for row in p.TABLE.values() if isinstance(row, Elementwise)], ids=lambda row: row.name
)
def test_inf_and_nan_come_where_they_come_eagerly(row, form):
    def f(*x):
        return row(*x) * 2

    count = len(row.partials)
    batch = np.array(list(product(EDGES, repeat=count))).T
    made = form(recorded(f, *[0.5] * count).batch(batch.shape[1], mean=False))
    each = [eager(f, example) for example in batch.T]

    value, gradients = made.value_and_grad(list(batch))

    with np.errstate(all="ignore"):
        assert_allclose(value, [value for value, _ in each], **CLOSE)
        assert_allclose(np.transpose(gradients), [g for _, g in each], **CLOSE)


@both_forms
@pytest.mark.parametrize(
    "f",
    [
        lambda x: p.log(p.relu(x)),
        lambda x: p.log(x * 0),
        lambda x: p.where(p.greater(x, 0), p.log(x), x),
        lambda x: p.sqrt(x) * 0 + x,
        lambda x: (x + 1e308) + (x + 1e308) - 1e308,
        lambda x: x**2 + 2**x,
        lambda x: p.exp(x * 1000) - p.exp(x * 1000),
        lambda x: x * math.inf + x * -math.inf,
        lambda x: x + math.nan,
    ],
)
@pytest.mark.parametrize("x", [0.0, -1.0, 2.0, np.inf, np.nan])
def test_an_infinite_rate_meets_a_zero_where_it_does_so_eagerly(f, x, form):
    same(form(recorded(f, 0.5)).value_and_grad([np.array(x)]), eager(f, [x]))


@both_forms
def test_results_are_the_callers_own(form):
    x = np.array([1.0, 2.0])
    made = form(recorded(lambda x: x[0] * x[1], x))
    _, (g,) = made.value_and_grad([x])
    g[:] = 7.0

    _, (again,) = made.value_and_grad([x])

    assert again.tolist() == [2.0, 1.0]


@both_forms
def test_threads_may_share_a_form(form, rng):
    f, held = random_graph(3, 50)
    x = rng.normal(size=3)
    made = form(recorded(f, x, held=held))
    inputs = [x + 0.001 * k for k in range(40)]
    alone = [made.value(numbers([x], held)) for x in inputs]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: made.value_and_grad(numbers([x], held))[0], inputs))

    assert together == [value for (value,) in alone]
