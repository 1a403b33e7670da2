"""Graphviz, and what is said where it is missing."""

from __future__ import annotations

import re
import sys

import pytest

from microbp.draw import DrawingError
from microbp.draw.render import render

DOT = 'digraph { graph [rankdir=LR, bgcolor=white]; a -> b [label="∂"] }'


def test_without_dot_one_sentence_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DrawingError) as error:
        render(DOT, "svg")

    sentence = str(error.value)
    assert "\n" not in sentence
    for word in ("SVG", "not on the PATH", "apt-get", "brew", "choco", "conda", 'drawing.save("a.dot")'):
        assert word in sentence
    assert error.value.__suppress_context__


def test_without_the_python_package_one_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)

    with pytest.raises(DrawingError, match="pip install graphviz"):
        render(DOT, "svg")


@pytest.mark.needs_dot
def test_what_dot_cannot_read_is_one_sentence_with_what_it_says(capfd):
    with pytest.raises(DrawingError, match="dot failed to make SVG of this drawing; it says: .*syntax error"):
        render("digraph { a -> ", "svg")

    assert capfd.readouterr() == ("", "")


@pytest.mark.needs_dot
@pytest.mark.parametrize(("format", "magic"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_each_format_is_what_it_says(format, magic):
    assert render(DOT, format).startswith(magic)


@pytest.mark.needs_dot
def test_png_has_twice_the_dots_that_a_point_has():
    svg, png = render(DOT, "svg").decode(), render(DOT, "png")

    points = int(re.search(r'<svg width="(\d+)pt"', svg)[1])
    assert int.from_bytes(png[16:20], "big") == pytest.approx(2 * points, abs=4)
