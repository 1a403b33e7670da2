"""Who sees a progress bar: a terminal and a notebook, not a file and not nobody."""

from __future__ import annotations

import io
import sys
import time

import pytest

from microbp.data.bars import are_watched, progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("stderr", "watched"), [(Terminal(), True), (io.StringIO(), False), (None, False)])
def test_a_bar_is_seen_on_a_terminal(stderr, watched, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stderr)

    assert are_watched() is watched


def test_a_bar_is_seen_in_a_notebook(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setitem(sys.modules, "ipykernel", sys)

    assert are_watched() is True


def shown_by(seconds, monkeypatch, **options):
    """What a bar of three units writes to a terminal when each takes so long."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress_bar(3, "step", **options) as bar:
        for _ in range(3):
            time.sleep(seconds)
            bar.update()
    return terminal.getvalue()


def test_a_bar_is_shown_where_it_is_wanted(monkeypatch):
    assert "3/3" in shown_by(0.0, monkeypatch, progress=True)
    assert shown_by(0.0, monkeypatch, progress=False) == ""


def test_a_brief_bar_is_not_seen_of_what_takes_no_time_and_is_wiped_away_in_the_end(monkeypatch):
    assert "/3" not in shown_by(0.0, monkeypatch, progress=True, brief=True)
    slow = shown_by(0.6, monkeypatch, progress=True, brief=True)

    assert "2/3" in slow
    assert slow.split("\r")[-2].strip() == slow.split("\r")[-1].strip() == ""
