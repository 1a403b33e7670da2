from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
from helpers import CALLS, ELEMENTWISE, weighted_sum
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scalar_graphs import EDGES, column, eager, random_graph, softsign

from microbp import Value
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.program.estimating import estimate
from microbp.program.levels import LevelForm
from microbp.program.lines import RecordingError
from microbp.program.recording import record
from microbp.program.row_sums import RowSums

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
"""Sums are taken in another order than eagerly."""


def same(found, expected):
    value, gradients = found
    assert_allclose(value, expected[0], **CLOSE)
    assert len(gradients) == len(expected[1])
    for g, e in zip(gradients, expected[1], strict=True):
        assert np.shape(g) == np.shape(e)
        assert_allclose(g, e, **CLOSE)


def form_of(f, *inputs, held=(), **options):
    with np.errstate(all="ignore"):
        return LevelForm(record(f, *inputs, node=Value, wrt=[*range(len(inputs)), *held]), **options)


def numbers(inputs, held=()):
    return [*map(np.asarray, inputs), *[np.asarray(w.data) for w in held]]


@pytest.mark.parametrize("call", [call for call in CALLS if call.name in ELEMENTWISE], ids=str)
def test_every_row_gives_what_it_gives_eagerly(call, rng):
    weights = rng.normal(size=np.shape(call.formula(*call.inputs)))

    def f(*inputs):
        return weighted_sum(call(*inputs), weights)

    form = form_of(f, *call.inputs)

    same(form.value_and_grad(numbers(call.inputs)), eager(f, call.inputs))


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_any_graph_gives_what_it_gives_eagerly(seed, lines):
    f, held = random_graph(seed, lines)
    x = np.random.default_rng(seed).normal(size=3)
    form = form_of(f, x, held=held)

    value, gradients = form.value_and_grad(numbers([x], held))

    same((value, gradients), eager(f, [x], held))
    assert form.value(numbers([x], held)) == [value]


@pytest.mark.parametrize("m", [1, 2, 30])
@pytest.mark.parametrize("seed", range(5))
def test_a_batch_is_a_loop_over_its_examples(seed, m, rng):
    f, held = random_graph(seed, 40)
    x = rng.normal(size=3)
    batch = 0.2 * rng.normal(size=(3, m)) + x[:, None]
    each = [eager(f, [column(batch, k)], held) for k in range(m)]
    value = np.array([value for value, _ in each])
    by_x, *by_held = (np.stack(gs, axis=-1) for gs in zip(*[gradients for _, gradients in each], strict=True))
    f_of_x = record(f, x, node=Value, wrt=[0, *held])
    mean, apart = LevelForm(f_of_x, m), LevelForm(f_of_x, m, mean=False)

    same(mean.value_and_grad(numbers([batch], held)), (value.mean(), [by_x / m, *[g.mean() for g in by_held]]))
    same(apart.value_and_grad(numbers([batch], held)), (value, [by_x, *by_held]))


def test_columns_stay_columns_and_anything_else_has_the_examples_last(rng):
    w = np.array([[Value(0.5), Value(-1.5)]], dtype=object)
    batch, rows = rng.normal(size=(2, 3)), rng.normal(size=(2, 2, 3))

    def f(x, y):
        return p.tanh(w @ x)[0, 0] * y[0, 1] + y[1, 1]

    program = record(f, np.zeros((2, 1)), np.zeros((2, 2)), node=Value, wrt=[w, 0, 1])
    _, gradients = LevelForm(program, 3, mean=False).value_and_grad([batch, rows, np.array([[0.5, -1.5]])])

    assert [g.shape for g in gradients] == [(1, 2, 3), (2, 3), (2, 2, 3)]
    assert_allclose(gradients[2][1, 1], np.ones(3))


def test_a_neuron_of_784_inputs_is_two_levels_and_not_784():
    w, x = [Value(0.01 * k) for k in range(784)], np.ones(784)

    def f(x):
        total = Value(0.5)
        for k in range(784):
            total = total + w[k] * x[k]
        return total

    form = LevelForm(record(f, x, node=Value))

    assert [len(level.groups) for level in form.plan.levels] == [1, 1]
    assert form.value([x, np.array([0.5, *[v.data for v in w]])])[0] == pytest.approx(0.5 + 0.01 * 783 * 392)


def test_a_sum_that_is_used_besides_is_not_taken_apart():
    x = np.array([1.0, 2.0, 3.0])

    def f(x):
        partial = x[0] + x[1]
        return (partial + x[2] + 1.0) * partial

    same(form_of(f, x).value_and_grad([x]), (21.0, [np.array([10.0, 10.0, 3.0])]))


def test_a_number_times_itself_has_two_edges():
    same(form_of(lambda x: x * x, 3.0).value_and_grad([np.array(3.0)]), (9.0, [6.0]))


def test_an_input_of_no_use_has_gradient_zero():
    same(form_of(lambda x, y: x * 2, 3.0, 5.0).value_and_grad(numbers([3.0, 5.0])), (6.0, [2.0, 0.0]))


def test_an_output_that_is_an_input_has_gradient_one():
    program = record(lambda x, y: (x, x * y), 3.0, 5.0)
    program.outputs = program.outputs[:1]
    program.is_single, program.wrt = True, [0, 1]

    same(LevelForm(program).value_and_grad(numbers([3.0, 5.0])), (3.0, [1.0, 0.0]))


def test_the_program_of_a_batch_serves_as_well_as_that_of_one_example(rng):
    f, held = random_graph(5, 40)
    program = record(f, np.zeros(3) + 0.1, node=Value, wrt=[0, *held])
    given = numbers([rng.normal(size=(3, 4))], held)

    same(LevelForm(program.batch(4), 4).value_and_grad(given), LevelForm(program, 4).value_and_grad(given))


def test_several_outputs_come_in_their_shapes():
    w = Value(2.0)

    def f(x):
        return x[0] * w, np.array([[x[0], x[1] + w]], dtype=object)

    form = LevelForm(record(f, np.zeros(2), node=Value), 3)
    one, several = form.value([np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([2.0])])

    assert one == pytest.approx(4.0)
    assert_allclose(several, [[[1, 2, 3], [6, 7, 8]]])


def test_a_gradient_is_of_a_single_number():
    form = LevelForm(record(lambda x: (x * 2, x * 3), 1.0))

    with pytest.raises(RecordingError, match="single number"):
        form.value_and_grad([np.array(1.0)])


def test_a_comparison_that_comes_out_otherwise_is_said():
    w = Value(2.0, "w")
    form = LevelForm(record(lambda x: x * w if x < 1.0 else x, 0.5), 2)

    assert form.value([np.array([0.5, 0.25]), np.array(2.0)]) == [0.75]
    with pytest.raises(RecordingError, match="x < 1 held in the recording and does not hold here, for 1.5 and 1"):
        form.value([np.array([0.5, 1.5]), np.array(2.0)])


ROWS_AT_EDGES = [row for row in p.TABLE.values() if isinstance(row, Elementwise)]


@pytest.mark.parametrize("row", ROWS_AT_EDGES, ids=lambda row: row.name)
def test_inf_and_nan_come_where_they_come_eagerly(row):
    count = len(row.partials)
    form = form_of(lambda *x: row(*x) * 2, *[0.5] * count, examples=len(EDGES) ** count, mean=False)
    batch = np.array(list(product(EDGES, repeat=count))).T
    each = [eager(lambda *x: row(*x) * 2, example) for example in batch.T]

    value, gradients = form.value_and_grad(list(batch))

    with np.errstate(all="ignore"):
        assert_allclose(value, [value for value, _ in each], **CLOSE)
        assert_allclose(np.transpose(gradients), [g for _, g in each], **CLOSE)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: p.log(p.relu(x)),
        lambda x: p.log(p.step(x)),
        lambda x: p.log(x * 0),
        lambda x: p.where(p.greater(x, 0), p.log(x), x),
        lambda x: p.sqrt(x) * 0 + x,
        lambda x: (x + 1e308) + (x + 1e308) - 1e308,
        lambda x: x**2 + 2**x,
        lambda x: p.exp(x * 1000) - p.exp(x * 1000),
    ],
)
@pytest.mark.parametrize("x", [0.0, -1.0, 2.0, np.inf, np.nan])
def test_an_infinite_rate_meets_a_zero_where_it_does_so_eagerly(f, x):
    same(form_of(f, 0.5).value_and_grad([np.array(x)]), eager(f, [x]))


def test_the_rates_of_constants_are_not_asked_for():
    # ∂(uᵛ)/∂v is the logarithm of u, which is nan at −2; v is a constant in one of the two powers.
    def f(x, v):
        return p.power(x, 3.0) + p.power(x * x, v)

    same(form_of(f, 2.0, 2.0).value_and_grad(numbers([-2.0, 2.0])), eager(f, [-2.0, 2.0]))


def test_a_row_of_ones_own_is_a_row_like_any():
    def f(x):
        return softsign(x[0]) * softsign(x[1]) + softsign(x[2])

    x = np.array([0.5, -2.0, 3.0])
    same(form_of(f, x).value_and_grad([x]), eager(f, [x]))


def test_a_partial_that_branches_on_floats_is_taken_line_by_line():
    hard = Elementwise(
        "hard", lambda u: min(max(u, -1.0), 1.0), lambda u: np.clip(u, -1, 1), lambda u, y: 1.0 if -1 < u < 1 else 0.0
    )

    def f(x):
        return hard(x[0]) * hard(x[1]) + hard(x[2])

    x = np.array([0.5, -2.0, 0.25])
    same(form_of(f, x).value_and_grad([x]), eager(f, [x]))


def test_results_are_the_callers_own():
    x = np.array([1.0, 2.0])
    form = form_of(lambda x: x[0] * x[1], x)
    _, (g,) = form.value_and_grad([x])
    g[:] = 7.0

    _, (again,) = form.value_and_grad([x])

    assert again.tolist() == [2.0, 1.0]


def test_threads_may_share_a_form(rng):
    f, held = random_graph(3, 50)
    x = rng.normal(size=3)
    form = form_of(f, x, held=held)
    inputs = [x + 0.001 * k for k in range(40)]
    alone = [form.value(numbers([x], held)) for x in inputs]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda x: form.value_and_grad(numbers([x], held))[0], inputs))

    assert together == [value for (value,) in alone]


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 8), st.sampled_from([1, 3, 50]))
def test_row_sums_are_sums_of_rows(seed, count, longest, columns):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, columns)[: 1 if columns == 1 else 2])
    lengths = rng.integers(1, longest + 1, size=count)
    terms = rng.integers(0, 30, size=lengths.sum()) if seed % 3 else np.arange(lengths.sum()) % 30
    y = np.empty((count, *x.shape[1:]))

    RowSums(terms, lengths, columns)(x, y)

    assert_allclose(y, [x[part].sum(axis=0) for part in np.split(terms, np.cumsum(lengths)[:-1])], **CLOSE)


def test_the_listing_shows_each_group():
    form = form_of(lambda x: p.tanh(x[0] * 2.0) + p.tanh(x[1] * 2.0), np.zeros(2))

    assert form.source.splitlines() == [
        "# <lambda>: 3 levels, S has 9 rows",
        "# level 1",
        "S[4:6] = mul(S[0:2], 2.0)",
        "# level 2",
        "S[6:8] = tanh(S[4:6])",
        "# level 3",
        "S[8:9] = add(S[6:7], S[7:8])",
    ]


def test_a_deep_graph_is_estimated_for_python_and_a_wide_one_for_levels():
    def deep(x):
        y = x[0]
        for _ in range(200):
            y = p.tanh(y)
        return y

    def wide(x):
        return p.sum(np.array([p.tanh(v * v) for v in x], dtype=object))

    in_chain, in_row = (estimate(record(f, np.full(900, 0.1), node=Value)) for f in (deep, wide))

    assert (in_chain.levels, in_chain.groups, in_chain.lines) == (200, 200, 200)
    assert in_chain.python_us < 0.2 * in_chain.levels_us
    assert in_row.levels == 3
    assert in_row.levels_us < 0.5 * in_row.python_us
