"""Tables, CSV and the plot say what was measured."""

import csv
import io

import pytest

from microbp.bench import Goal, Outcome, Timing
from microbp.bench.outcome import Spread
from microbp.bench.plot import plot
from microbp.bench.report import as_csv, as_markdown, as_text, ratio_text, time_text


def timing(*seconds, against="microbp", facts=(), note=""):
    return Timing(dict(enumerate(seconds)), 7, dict(facts), note, against)


@pytest.fixture
def outcome():
    timings = {
        "microbp": timing(1e-6, 2e-6, 1e-6, facts={"bytes a node": 176.0}.items()),
        "other | one": timing(4e-6, 9e-6, 3e-6, note="a word"),
    }
    goals = (Goal("at most half", "microbp", 0.5, "other | one"), Goal("light", "microbp", 100, fact="bytes a node"))
    return Outcome("nodes", "Record nodes", "node", timings, {"third": "crashed"}, goals)


def test_a_spread_is_the_median_with_the_5th_and_95th_percentile():
    assert Spread.of([float(k) for k in range(101)]) == (50.0, 5.0, 95.0, 101)


def test_ratios_are_of_common_rounds_only():
    timings = {"a": timing(1.0, 1.0, 1.0, 1.0), "b": Timing({0: 2.0, 2: 4.0}, 1, {}, "", "a")}
    outcome = Outcome("w", "W", "step", timings, {})

    assert outcome.ratio("b", "a") == (3.0, pytest.approx(2.1), pytest.approx(3.9), 2)
    assert outcome.ratio("b", "nobody") is None
    never_together = {"a": Timing({0: 1.0}, 1, {}, "", "a"), "b": Timing({1: 1.0}, 1, {}, "", "a")}
    assert Outcome("w", "W", "step", never_together, {}).ratio("b", "a") is None


def test_the_text_has_a_line_for_each_contestant_each_that_is_left_out_and_each_goal(outcome):
    title, head, first, second, left_out, goal, missed = as_text(outcome).splitlines()

    assert title == "Record nodes"
    assert head.split() == ["time", "a", "node", "ratio", "to", "rounds"]
    assert first.split() == ["microbp", "1.00", "µs", "1", "3", "bytes", "a", "node:", "176"]
    assert second.split() == ["other", "|", "one", "4.00", "µs", "4.00", "(3.10–4.45)", "microbp", "3", "a", "word"]
    assert left_out == "  third: crashed"
    assert goal == "  goal: at most half: reached, microbp has 0.25 (0.22–0.32) × other | one"
    assert missed == "  goal: light: missed, microbp has 176"


def test_what_was_interrupted_says_so(outcome):
    outcome = outcome._replace(interrupted=True)

    assert as_text(outcome).startswith("Record nodes (interrupted)\n")
    assert "Interrupted: of fewer rounds than were wanted." in as_markdown([outcome], {}, {})


def test_an_outcome_without_timings_still_has_its_lines():
    outcome = Outcome("nodes", "Record nodes", "node", {}, {"third": "crashed"})

    assert "third: crashed" in as_text(outcome)
    assert "- third: crashed" in as_markdown([outcome], {}, {})


def test_the_page_has_the_machine_the_absent_and_tables_with_equal_rows(outcome):
    page = as_markdown([outcome], {"Python": "3.11"}, {"torch": "not installed"}, "results.svg")
    rows = [line for line in page.splitlines() if line.startswith("|")]

    assert "- Python: 3.11\n- torch: not installed\n" in page
    assert "![All ratios](results.svg)" in page
    assert len(rows) == 4
    assert {row.count("|") for row in rows} == {7}


def test_the_csv_reads_back(outcome):
    first, second, third = csv.DictReader(io.StringIO(as_csv([outcome])))

    assert (first["workload"], first["contestant"], first["unit"]) == ("nodes", "microbp", "node")
    assert float(second["seconds"]) == pytest.approx(4e-6)
    assert float(second["ratio"]) == pytest.approx(4.0)
    assert (second["against"], second["rounds"], second["calls"]) == ("microbp", "3", "7")
    assert (third["contestant"], third["seconds"], third["note"]) == ("third", "", "crashed")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(123.4, "123 s"), (0.9996, "1.00 s"), (0.999, "999 ms"), (1.5e-5, "15.0 µs"), (9.996e-7, "1.00 µs"),
     (2e-10, "0.20 ns")],
)  # fmt: skip
def test_times_have_three_digits_and_a_unit(seconds, text):
    assert time_text(seconds) == text


def test_ratios_keep_their_digits_over_all_sizes():
    assert ratio_text(Spread(0.0123, 0.01, 0.02, 3)) == "0.012 (0.010–0.020)"
    assert ratio_text(Spread(12.34, 9.99, 99.96, 3)) == "12.3 (9.99–100)"


def test_the_plot_has_a_panel_for_each_workload_and_a_point_for_each_contestant(outcome, tmp_path):
    files = tmp_path / "plot.png", tmp_path / "plot.svg"
    alone = Outcome("w", "Alone", "step", {"microbp": timing(1.0)}, {})

    figure = plot([outcome, alone, outcome], *files)

    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Record nodes"] * 2
    for axes in figure.axes:
        points = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
        assert points == pytest.approx([1.0, 4.0])
        assert axes.get_xscale() == "log"
        low, high = axes.get_xlim()
        assert low < 1.0 < 4.45 < high
    assert files[0].read_bytes().startswith(b"\x89PNG")
    assert "</svg>" in files[1].read_text(encoding="utf-8")


def test_there_is_no_plot_of_nothing_to_compare():
    with pytest.raises(ValueError, match="no workload has two contestants"):
        plot([Outcome("w", "Alone", "step", {"microbp": timing(1.0)}, {})])
