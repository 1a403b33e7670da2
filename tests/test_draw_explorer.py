"""`explore`: what it makes a page of, and where it writes it."""

from __future__ import annotations

import json
import math
import re
import tempfile
import webbrowser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import numpy as np
import pytest

import microbp as mb
from microbp.draw.explorer import explore


def labelled(label: str) -> mb.Value:
    x = mb.Value(2.0, label)
    y = mb.sin(x)
    y.label = label
    return y


def data_of(page: Any) -> dict[str, Any]:
    """What a page, of few numbers, was made with."""
    data: dict[str, Any] = json.loads(re.search(r'id="data">(.*?)</script>', page.html)[1])
    return data


@pytest.mark.parametrize(
    "label", ["a\ud800b", "w" * 10_000, "a\0b", "a\u202eb", "שלום", "e" + 60 * "\u0301", "<b>", "a\nb"]
)
def test_a_page_can_be_written_whatever_a_label_holds(label: str, tmp_path: Path) -> None:
    page = explore(labelled(label))
    page.save(tmp_path / "page.html")

    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.html
    assert len(page.title) < 100
    assert {len(name) <= 80 and name.isprintable() for name in data_of(page)["nodes"]["label"]} == {True}


@pytest.mark.parametrize("label", ["", "   ", "\n"])
def test_a_blank_label_is_none(label: str) -> None:
    page = explore(labelled(label))

    assert data_of(page)["nodes"]["label"] == [None, None]
    assert page.title == "A computation and its gradients"


@pytest.mark.parametrize("constant", [math.inf, -math.inf, math.nan])
def test_a_plain_number_may_be_one_that_json_does_not_have(constant: float) -> None:
    (row,) = data_of(explore(mb.Value(2.0, "x") * constant))["rows"]

    assert float(row["plain"]["value"]) == pytest.approx(constant, nan_ok=True)


def test_an_output_without_a_number_is_an_error() -> None:
    empty = mb.Tensor(np.zeros((0,)), "e")

    with pytest.raises(ValueError, match=r"explore: there is no number in an output of shape \(0,\); take another one"):
        explore(mb.sin(empty))
    assert data_of(explore([mb.sin(empty), mb.Value(1.0, "x")]))["outputs"] == [0]


def test_a_page_is_saved_under_any_name_that_ends_in_html(tmp_path: Path) -> None:
    page = explore(labelled("x"))
    for name in ("a b#c?d%20é.html", "X.HTM"):
        page.save(str(tmp_path / name))
        assert (tmp_path / name).stat().st_size == len(page.html.encode())
    with pytest.raises(ValueError, match=r"explore: page.svg doesn't end in .html"):
        page.save(tmp_path / "page.svg")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OSError, match="folder.html"):
        page.save(tmp_path / "folder.html")


def test_a_browser_is_given_the_address_of_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a b#c?d%20é"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    page = explore(labelled("x"))

    path = page.open()

    (address,) = addresses
    assert unquote(urlparse(address).path) == path
    assert Path(path).parent == folder
    assert Path(path).read_text(encoding="utf-8") == page.html
