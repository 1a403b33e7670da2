"""Scalars level by level: how lines are grouped, summed up and estimated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scalar_graphs import eager, softsign
from test_program_forms_scalars import numbers, recorded, same

from microbp import Value
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.program import record
from microbp.program.forms.estimating import estimate, python_us
from microbp.program.forms.level_form import LevelForm
from microbp.program.forms.levels import Levels
from microbp.program.forms.row_sums import RowSums

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
"""Sums are taken in another order than eagerly."""


def form_of(f, *inputs):
    return LevelForm(recorded(f, *inputs))


def test_a_neuron_of_784_inputs_is_two_levels_and_not_784():
    w, x = [Value(0.01 * k) for k in range(784)], np.ones(784)

    def f(x):
        total = Value(0.5)
        for k in range(784):
            total = total + w[k] * x[k]
        return total

    form = LevelForm(record(f, x, node=Value))

    assert [len(level.groups) for level in form.plan.levels] == [1, 1]
    assert form.value([x, np.array([v.data for v in w])])[0] == pytest.approx(0.5 + 0.01 * 783 * 392)


def test_a_sum_that_is_used_besides_is_not_taken_apart():
    x = np.array([1.0, 2.0, 3.0])

    def f(x):
        partial = x[0] + x[1]
        return (partial + x[2] + 1.0) * partial

    same(form_of(f, x).value_and_grad([x]), (21.0, [np.array([10.0, 10.0, 3.0])]))


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

    in_chain, in_row = (record(f, np.full(900, 0.1), node=Value) for f in (deep, wide))

    assert len(Levels(in_chain).levels) == estimate(in_chain).groups == len(in_chain.lines) == 200
    assert python_us(in_chain) < 0.2 * estimate(in_chain).levels_us
    assert len(Levels(in_row).levels) == 3
    assert estimate(in_row).levels_us < 0.5 * python_us(in_row)
