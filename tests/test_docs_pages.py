"""Links of the README and of notebooks lead to the pages of the site."""

import json

import pytest
from pages import ROOT, copied, listed, on_site, page_of, tour_headings, unfolded


@pytest.mark.parametrize(
    ("text", "file", "page", "there"),
    [
        ("[r](docs/replay.md)", "README.md", "index.md", "[r](replay.md)"),
        ("![p](docs/pictures/path.png)", "README.md", "index.md", "![p](pictures/path.png)"),
        ("[o](../README.md#one-idea)", "docs/replay.md", "replay.md", "[o](tour.md#one-idea)"),
        ("[i](../README.md)", "docs/replay.md", "replay.md", "[i](index.md)"),
        ("[i](../README.md#install)", "docs/replay.md", "replay.md", "[i](index.md#install)"),
        ("[c](CONTRIBUTING.md)", "README.md", "tour.md", "[c](contributing.md)"),
        ("[e](../docs/edges.md)", "notebooks/01.ipynb", "lessons/01.ipynb", "[e](../edges.md)"),
        ("[b](https://example.org/a.md)", "README.md", "index.md", "[b](https://example.org/a.md)"),
        ("[h](#here)", "README.md", "index.md", "[h](#here)"),
        ("see [the licence](LICENSE)", "README.md", "index.md", "see `the licence`"),
    ],
)
def test_a_link_between_files_is_a_link_between_pages(text, file, page, there):
    assert on_site(text, file, page) == there


def test_a_link_to_a_lesson_leads_to_its_page_and_is_words_where_there_is_none(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01-a.ipynb").write_text("{}")
    (tmp_path / "README.md").write_text((ROOT / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("pages.ROOT", tmp_path)

    assert on_site("[a](notebooks/01-a.ipynb)", "README.md", "index.md") == "[a](lessons/01-a.ipynb)"
    assert on_site("[a](01-a.ipynb)", "notebooks/02-b.ipynb", "lessons/02-b.ipynb") == "[a](01-a.ipynb)"
    assert on_site("[b](notebooks/02-b.ipynb)", "README.md", "index.md") == "b"


def test_the_headings_of_the_readme_are_on_the_front_page_or_in_the_tour():
    assert {"one-idea", "networks", "the-books-networks", "conventions"} <= set(tour_headings())
    assert page_of("README.md", "install") == "index.md"
    assert page_of("README.md", "conventions") == "tour.md"


def test_on_the_site_solutions_are_not_folded_one_by_one():
    notebook = {"cells": [{"metadata": {"tags": ["hide-cell", "x"]}, "source": "δ"}, {"metadata": {}}]}

    (first, second) = json.loads(unfolded(json.dumps(notebook)))["cells"]

    assert (first["metadata"]["tags"], first["source"], second["metadata"]["tags"]) == (["x"], "δ", [])


def test_notebooks_are_copied_when_they_change_and_taken_away_when_they_go(tmp_path):
    given, there = tmp_path / "notebooks", tmp_path / "docs" / "lessons"
    given.mkdir()
    there.parent.mkdir()
    for name in ("01.ipynb", "02.ipynb"):
        (given / name).write_text(name)

    assert copied(tmp_path) == ["01.ipynb", "02.ipynb"]
    stamp = (there / "01.ipynb").stat().st_mtime_ns
    (given / "02.ipynb").rename(given / "03.ipynb")
    assert copied(tmp_path) == ["01.ipynb", "03.ipynb"]
    assert listed(tmp_path) == "lessons/01\nlessons/03"

    assert sorted(path.name for path in there.iterdir()) == ["01.ipynb", "03.ipynb"]
    assert (there / "01.ipynb").stat().st_mtime_ns == stamp
