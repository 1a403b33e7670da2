"""What is timed in benchmarks/differences.py is the gradient, whichever way, and its table says what was timed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import differences
from benchmarks.differences import (
    BY_HAND,
    FORWARD,
    NAIVE,
    REPLAYED,
    SWEPT,
    Gradient,
    as_table,
    crossings,
)
from microbp.bench import measure
from microbp.bench.outcome import Outcome, Timing


def outcome(name, **seconds):
    """Times of a forward pass's share of a weight, and of the others as multiples of it."""
    named = {FORWARD: 1.0, NAIVE: 1.0, BY_HAND: 1.0, REPLAYED: 1.0, SWEPT: 1.0} | seconds
    timings = {way: Timing({0: s}, 1, {}, "", FORWARD) for way, s in named.items()}
    return Outcome(name, name, "weight", timings, {})


def measured(workload):
    return measure(workload, rounds=3, seconds=0.01, sample=1e-4, progress=False)


@pytest.mark.parametrize("way", ["naive", "by_hand", "replayed", "swept"])
def test_every_way_comes_to_the_gradient_of_the_closed_form(way):
    gradient = Gradient([5, 4, 3])
    ready = getattr(gradient, way)()
    ready.step()

    np.testing.assert_allclose(ready.result(), gradient.right, rtol=1e-4, atol=1e-7)
    assert ready.work == gradient.n == len(gradient.right) == 24 + 15


def test_eq_46_takes_a_forward_pass_a_weight_and_one_more(monkeypatch):
    passes = []
    original = differences.cost_and_gradient

    def counted(task):
        value, gradient = original(task)
        return value._replace(step=lambda: (passes.append(1), value.step())[1]), gradient

    monkeypatch.setattr(differences, "cost_and_gradient", counted)
    ready = Gradient([5, 4, 3]).naive()
    ready.step()

    assert len(passes) == 39 + 1


def test_of_many_weights_a_sample_is_moved_and_the_table_says_so(monkeypatch):
    monkeypatch.setattr(differences, "ALL_UP_TO", 30)
    monkeypatch.setattr(differences, "SAMPLE", 13)
    gradient = Gradient([5, 4, 3])
    ready = gradient.naive()
    ready.step()

    assert ready.work == 13
    assert ready.note == "13 of the weights"
    assert len(set(gradient.moved)) == 13 and gradient.moved[0] == 0 and gradient.moved[-1] == 38
    np.testing.assert_allclose(ready.result(), gradient.right, rtol=1e-4, atol=1e-7)


def test_all_contestants_pass_and_none_is_left_out():
    found = measured(Gradient([5, 4, 3]).workload())

    assert found.left_out == {}
    assert list(found.timings) == [FORWARD, NAIVE, BY_HAND, REPLAYED, SWEPT]
    assert as_table([found]).splitlines()[-1].startswith("| 39 | 5-4-3 | ")


def test_the_crossing_is_where_eq_46_stops_being_the_cheaper_one():
    small, large = outcome("2-1", **{NAIVE: 4.0, SWEPT: 10.0}), outcome("4-3-1", **{NAIVE: 20.0, SWEPT: 10.0})
    by_hand, _, swept = crossings([small, large])

    assert by_hand == "- Eq. 46 beside BP1–BP4 by hand: it is always dearer; 20.0 times as dear at 19."
    assert swept == (
        "- Eq. 46 beside recorded and swept: it is the cheaper one up to 3 weights, not from 19 on; "
        "2.00 times as dear at 19."
    )


def test_of_a_run_that_was_interrupted_there_is_the_table_of_what_was_measured():
    small = outcome("2-1", **{SWEPT: 10.0})

    assert crossings([small])[-1] == (
        "- Eq. 46 beside recorded and swept: it is the cheaper one up to 3 weights; 0.10 times as dear at 3."
    )


def test_a_row_of_the_table_is_in_forward_passes():
    assert as_table([outcome("4-3-1", **{NAIVE: 20.0})]).splitlines()[-1] == (
        "| 19 | 4-3-1 | 19.0 s | 20.0 | 1.00 | 1.00 | 1.00 |"
    )
