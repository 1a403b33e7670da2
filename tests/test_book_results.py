"""Results are kept to the digit, shown beside the book's, and those of other settings are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest

import microbp as mb
from microbp.book.experiments import BASELINES, EXPERIMENTS, GROUPS
from microbp.book.results import TEST_IMAGES, BookResults, Run, read
from microbp.history import Epoch, History


def run(*correct, lost=()):
    """A run with so many right after each epoch, that knows nothing of some digits."""
    history = History([Epoch(0.1234567 / (k + 1), right, 10_000) for k, right in enumerate(correct)])
    return Run(history, [0 if digit in lost else n for digit, n in enumerate(TEST_IMAGES)])


@pytest.fixture
def results():
    found = BookResults(baselines={"darkness": 2225})
    found.add("quadratic-30", 0, run(9001, 9102, 9203, 9304, 9405, 9506, 9407))
    found.add("quadratic-30", 1, run(9000, 9100, lost=[3, 5]))
    found.add("four-outputs", 0, run(8000))
    return found


# ---------------------------------------------------------------------------------- kept


def test_what_is_read_is_what_was_saved(results, tmp_path):
    results.save(tmp_path / "kept.json")
    again = read(tmp_path / "kept.json")

    assert {name: list(runs) for name, runs in again.items()} == {"quadratic-30": [0, 1], "four-outputs": [0]}
    assert again.baselines == {"darkness": 2225}
    for name, runs in results.items():
        for seed, was in runs.items():
            found = again[name][seed]
            assert [e.correct for e in found.history] == [e.correct for e in was.history]
            assert [e.cost for e in found.history] == pytest.approx([e.cost for e in was.history], rel=1e-3)
            assert found.right_by_digit == was.right_by_digit
    again.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "kept.json").read_bytes()


def test_a_run_of_other_settings_is_left_out(results, tmp_path):
    path = tmp_path / "kept.json"
    results.save(path)
    path.write_text(path.read_text(encoding="utf-8").replace("m = 10, η = 3", "m = 10, η = 4", 1), encoding="utf-8")

    assert list(read(path)) == ["four-outputs"]


def test_a_run_has_a_line_of_its_own_in_the_file(results, tmp_path):
    results.save(tmp_path / "kept.json")
    lines = (tmp_path / "kept.json").read_text(encoding="utf-8").splitlines()

    assert sum('"correct"' in line for line in lines) == 3


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"baselines": {}, "experiments": 3}', "\xff"])
def test_a_file_of_something_else_is_refused(text, tmp_path):
    (tmp_path / "other.json").write_text(text, encoding="latin-1")

    with pytest.raises(mb.DataError, match=r"other.json' is no file of results; benchmarks/book.py writes one"):
        read(tmp_path / "other.json")


def test_a_file_that_isn_t_there_is_named(tmp_path):
    with pytest.raises(mb.DataError, match="there is no file"):
        read(tmp_path / "nowhere.json")


# --------------------------------------------------------------------------------- shown


def test_the_table_has_the_book_s_figures_beside_ours(results):
    row = results.only("networks").as_markdown().splitlines()[4]
    cells = [cell.strip() for cell in row.strip("|").split("|")]

    assert cells == [
        "784-30-10", "10", "3", "quadratic, N(0, 1)", "9129, 9295, 9348, …, 9528, 9542, 9534",
        "9001, 9102, 9203, …, 9405, 9506, 9407", "9506, 9100", "–; 3 5",
    ]  # fmt: skip


def test_what_was_not_run_has_a_dash_and_of_many_lost_digits_the_number_is_said(results):
    assert results.only("better").as_markdown().splitlines()[4].replace(" ", "").endswith("|–|–|–|–|")
    results.add("cross-entropy-30", 0, run(1000, lost=[0, 1, 2, 3, 4]))
    assert "| 5 digits " in results.only("better").as_markdown()


def test_baselines_have_a_row_each(results):
    lines = results.only("baselines").as_markdown().splitlines()

    assert len(lines) == 4 + len(BASELINES)
    assert lines[-2].endswith("| 2225     | 2225    |")
    assert lines[-1].endswith("| 9435     | –       |")


def test_parts_of_the_table_come_in_the_order_asked_for(results):
    assert results.only().as_markdown() == ""
    parts = results.only("better", "networks").as_markdown()

    assert parts.index(GROUPS["better"].title) < parts.index(GROUPS["networks"].title)
    assert results.only("better")["quadratic-30"] == results["quadratic-30"]
    with pytest.raises(ValueError, match="there is no group 'worse'; there are networks, rates, "):
        results.only("worse")


def test_printed_and_in_a_notebook_it_is_the_table(results):
    assert str(results) == results._repr_markdown_() == results.as_markdown()
    assert repr(results) == "<3 runs of 2 experiments>"
    assert all(group.title in str(results) for group in GROUPS.values())


def test_an_experiment_that_was_not_run_is_told_with_those_that_were(results):
    with pytest.raises(KeyError) as told:
        results["quadratic-300"]

    assert str(told.value) == (
        "book_results: there are no runs of 'quadratic-300'; there are some of quadratic-30, four-outputs"
    )
    assert "quadratic-300" not in results
    assert results.get("quadratic-300") is None


def test_a_digit_is_lost_of_which_less_than_a_tenth_is_right():
    some = [0.09, 0.11] * 5
    rights = [round(part * n) for part, n in zip(some, TEST_IMAGES, strict=True)]

    assert Run(History(), rights).lost == [0, 2, 4, 6, 8]
    assert sum(TEST_IMAGES) == 10_000


# ------------------------------------------------------------------ what is stored with microbp


STORED = read()


def test_every_run_that_is_to_be_is_stored_with_all_its_epochs():
    assert set(STORED) == {e.name for e in EXPERIMENTS}
    for e in EXPERIMENTS:
        assert sorted(STORED[e.name]) == list(range(e.seeds))
        for found in STORED[e.name].values():
            assert len(found.history) == e.epochs
            assert sum(found.right_by_digit) == found.history[-1].correct
            assert all(epoch.total == 10_000 for epoch in found.history)


def best(name):
    return [found.best for found in STORED[name].values()]


def test_they_are_what_the_book_has():
    assert 9480 < np.mean(best("quadratic-30")) < 9560  # the book: 9542
    assert abs(max(best("quadratic-100")) - 9659) < 40
    assert all(found.history[-1].correct < 1_200 for found in STORED["eta-100-30"].values())
    assert all(1_500 < found.history[-1].correct < 3_000 for found in STORED["eta-0.001-100"].values())
    assert STORED.baselines == {"guess": pytest.approx(1_000, abs=100), "darkness": 2225, "svm": 9435}


def test_what_the_words_under_the_tables_say_is_so():
    stuck = [found for found in STORED["quadratic-100"].values() if found.best < 9_000]
    assert 2 <= len(stuck) < 10
    assert all(found.lost for found in stuck)
    assert not any(found.lost for found in STORED["quadratic-100"].values() if found not in stuck)

    assert any(found.lost for found in STORED["straight-quadratic"].values())
    assert not any(found.lost for found in STORED["straight-cross-entropy"].values())

    assert np.mean(best("online-small-steps")) == pytest.approx(np.mean(best("quadratic-30")), abs=50)
    assert max(best("online")) < min(best("quadratic-30")) > max(best("batches-of-100"))
    assert all(found.lost for found in STORED["batches-of-100-large-steps"].values())

    assert max(best("four-outputs")) < min(best("quadratic-30"))
    assert min(best("cross-entropy-30")) > max(best("quadratic-30"))
    assert min(best("cross-entropy-100")) > 9_700


@pytest.mark.needs_data
def test_there_are_as_many_test_images_of_each_digit_as_is_said(data_folder):
    labels = mb.data.idx(data_folder / "mnist" / "t10k-labels-idx1-ubyte.gz")

    assert tuple(np.bincount(labels)) == TEST_IMAGES
