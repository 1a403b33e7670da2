"""benchmarks/book.py runs `train` and nothing else, keeps each run that is finished, and goes on where it was."""

from __future__ import annotations

import numpy as np
import pytest

import microbp as mb
from benchmarks import book
from microbp.book import results as book_results
from microbp.book.experiments import Experiment

TEN = Experiment("ten", (4, 5, 10), 2.0, 5, seeds=2, epochs=3)
FOUR = Experiment("four", (4, 5, 4), 2.0, 5, seeds=1, epochs=3)
BETTER = Experiment("better", (4, 5, 10), 0.5, 5, seeds=2, epochs=3, improved=True)


@pytest.fixture
def digits(rng):
    """Examples of ten classes, each about a point of its own, in the place of MNIST."""
    middles = 3 * rng.normal(size=(10, 4))

    def some(n):
        labels = rng.integers(10, size=n)
        return mb.data.Examples(middles[labels] + 0.5 * rng.normal(size=(n, 4)), labels)

    return mb.data.Split(some(120), some(20), some(50))


@pytest.fixture
def work(monkeypatch, tmp_path):
    """What makes the work on experiments that take no time."""
    for module in (book, book_results):
        monkeypatch.setattr(module, "EXPERIMENTS", (TEN, FOUR, BETTER))
    monkeypatch.setattr(book, "BASELINES", ())
    monkeypatch.setitem(book_results.GROUPS, "networks", book_results.GROUPS["networks"]._replace(names=["ten"]))
    return lambda folder="a": book.Work(tmp_path / folder)


def rights(results):
    return {
        (name, seed): ([epoch.correct for epoch in found.history], found.right_by_digit)
        for name, runs in results.items()
        for seed, found in runs.items()
    }


def test_a_run_is_one_of_train(digits):
    rng = np.random.default_rng(7)
    net = mb.MLP([4, 5, 10], initializer="inverse_sqrt", rng=rng)
    expected = mb.train(
        net, digits.train, 3, 5, mb.optimizers.SGD(0.5), "cross_entropy",
        regularizer=mb.regularizers.L2(5.0), validation=digits.test, progress=False, rng=rng,
    )  # fmt: skip

    found = book.run(BETTER, 7, digits, progress=False)

    assert found.history == expected
    right = net.predict(digits.test.X).argmax(axis=1) == digits.test.labels
    assert found.right_by_digit == [int(right[digits.test.labels == d].sum()) for d in range(10)]
    assert sum(found.right_by_digit) == found.history[-1].correct > 10


def test_digits_in_bits_are_their_binary_numbers():
    bits = book.bits(np.arange(10))

    np.testing.assert_array_equal(bits @ [8, 4, 2, 1], np.arange(10))
    assert bits[6].tolist() == [0.0, 1.0, 1.0, 0.0]


def test_four_outputs_are_right_where_they_say_the_digit_in_binary(digits):
    found = book.run(FOUR, 0, digits, progress=False)
    rng = np.random.default_rng(0)
    net = mb.MLP([4, 5, 4], rng=rng)
    for j in range(3):
        X, labels = digits.train
        mb.train(net, (X, book.bits(labels)), 1, 5, mb.optimizers.SGD(2.0), progress=False, rng=rng)
        numbers = (net.predict(digits.test.X) > 0.5) @ [8, 4, 2, 1]
        assert found.history[j].correct == np.count_nonzero(numbers == digits.test.labels)
        assert found.history[j].total == 50
    assert sum(found.right_by_digit) == found.history[-1].correct


def test_what_is_done_is_not_done_again_and_comes_to_the_same(work, digits):
    whole, said = work("whole"), []
    whole.do(lambda: digits, said.append, progress=False)

    def interrupted(line):
        raise KeyboardInterrupt

    for left in (5, 4, 3):
        part = work("part")
        assert part.left == left
        with pytest.raises(KeyboardInterrupt):
            part.do(lambda: digits, interrupted, progress=False)
    work("part").do(lambda: digits, said.append, progress=False)
    rest = work("part")

    assert rest.left == 0
    assert len(rights(rest.results)) == 5
    assert rights(rest.results) == rights(whole.results)
    rest.do(lambda: pytest.fail("there is nothing to load data for"), said.append)
    assert [line.split(":")[0] for line in said] == [f"{k} of 5" for k in (1, 2, 3, 4, 5, 4, 5)]


def test_a_first_run_of_each_comes_before_a_second_of_any(work):
    assert [(e.name, seed) for e, seed in work().runs] == [
        ("ten", 0), ("four", 0), ("better", 0), ("ten", 1), ("better", 1),
    ]  # fmt: skip


def test_the_table_is_written_with_the_runs(work, digits, tmp_path):
    done = work()
    done.do(lambda: digits, lambda line: None, progress=False)

    assert (tmp_path / "a" / "results.md").read_text(encoding="utf-8") == f"{done.results.as_markdown()}\n"
    assert "4-5-10" in done.results.as_markdown()


def test_stored_results_are_those_of_the_clone_and_the_words_of_the_page_stay(work, digits, tmp_path):
    done = work()
    done.do(lambda: digits, lambda line: None, progress=False)
    for folder in ("microbp/book", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    page = tmp_path / "docs" / "results.md"
    page.write_text("# Title\n\nWords.\n\n**Old**\n\n| old |\n", encoding="utf-8")

    book.store(done.results, tmp_path)

    assert rights(book_results.read(tmp_path / "microbp" / "book" / "results.json")) == rights(done.results)
    assert page.read_text(encoding="utf-8") == f"# Title\n\nWords.\n\n{done.results.as_markdown()}\n"
