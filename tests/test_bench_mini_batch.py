"""What is timed in benchmarks/mini_batch.py is the gradient over the same examples, at once or one by one."""

import numpy as np
import pytest

from benchmarks.mini_batch import mini_batch, pieces, speed_ups
from microbp.bench import measure
from microbp.bench.digits import Digits
from microbp.bench.outcome import Outcome, Timing


@pytest.mark.parametrize("m", [1, 3])
def test_all_contestants_come_to_the_gradient_of_the_closed_form(m):
    workload = mini_batch(m)
    right = workload.expected(1)
    results = [contestant.prepare().result for contestant in workload.contestants[:4]]

    for result in results:
        np.testing.assert_allclose(result(), right, rtol=1e-10, atol=1e-14)
    assert measure(workload, rounds=3, seconds=0.01, sample=1e-4, progress=False).left_out == {}


def test_a_mini_batch_in_pieces_is_the_same_examples():
    task = Digits([4, 3], 5, 100)
    (whole,), each = pieces(task, True), pieces(task, False)

    for k, array in enumerate(task.first):
        np.testing.assert_array_equal(whole.first[k], array)
        np.testing.assert_array_equal(np.hstack([piece.first[k] for piece in each]), array)
    assert [piece.m for piece in each] == [1] * 5


def test_a_speed_up_is_the_time_one_by_one_over_that_of_one_matrix():
    times = {f"{kind}, {way}": Timing({0: t}, 1, {}, "", "")
             for kind in ("numpy", "replayed", "the book's class")
             for way, t in (("one by one", 6.0), ("one matrix", 2.0))}  # fmt: skip

    assert speed_ups([Outcome("mini-batch-7", "", "gradient", times, {})]).splitlines()[-1] == (
        "| 7 | 3.00 (3.00–3.00) | 3.00 (3.00–3.00) | 3.00 (3.00–3.00) |"
    )
