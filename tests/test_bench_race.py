"""A run prints what it measures, writes it down, and keeps what there is when it is interrupted."""

import math

import pytest

from microbp.bench import Contestant, Ready, Workload
from microbp.bench.race import race


def work(name, step=lambda: None):
    contestants = [Contestant("a", lambda: Ready(lambda: None)), Contestant("b", lambda: Ready(step))]
    return Workload(name, f"The work {name}", "step", contestants, "a")


def ctrl_c():
    raise KeyboardInterrupt


def test_a_run_says_the_machine_the_absent_and_each_workload_and_writes_four_files(tmp_path):
    lines = []
    folder = tmp_path / "new" / "results"

    done = race([work("one"), work("two")], {"torch": "gone"}, rounds=3, seconds=0.1, out=folder, say=lines.append)

    text = "\n".join(lines)
    assert done
    assert text.startswith("Python: ")
    assert "torch: gone" in text
    assert text.index("The work one") < text.index("The work two")
    assert sorted(file.name for file in folder.iterdir()) == [f"results.{kind}" for kind in ("csv", "md", "png", "svg")]


def test_ctrl_c_ends_the_run_and_what_there_is_is_written(tmp_path):
    lines = []
    three = [work("one"), work("two", ctrl_c), work("three")]

    done = race(three, {}, rounds=3, seconds=0.1, out=tmp_path, say=lines.append)

    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert not done
    assert "The work two (interrupted)" in "\n".join(lines)
    assert "The work one" in page
    assert "The work three" not in page


def test_a_folder_that_cannot_be_is_an_error_before_anything_is_timed(tmp_path):
    (tmp_path / "file").write_text("")
    lines = []

    with pytest.raises(OSError):
        race([work("one")], {}, rounds=3, seconds=0.1, out=tmp_path / "file", say=lines.append)

    assert lines == []


@pytest.mark.parametrize(("rounds", "seconds"), [(0, 1), (-1, 1), (1, 0), (1, -1), (1, math.nan), (1, math.inf)])
def test_rounds_and_seconds_that_are_none_are_refused(rounds, seconds):
    with pytest.raises(ValueError, match="^bench: at least one round, and seconds greater than 0, not "):
        race([], {}, rounds=rounds, seconds=seconds)
