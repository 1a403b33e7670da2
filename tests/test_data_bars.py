"""Who sees a progress bar: a terminal and a notebook, not a file and not nobody."""

from __future__ import annotations

import io
import sys

import pytest

from microbp.data.bars import are_watched


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
