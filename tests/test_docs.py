"""The pages of the documentation say what the tests hold."""

import contextlib
import io
import re
from pathlib import Path

from edges import EDGES, as_markdown

from microbp.book import results as book_results

DOCS = Path(__file__).parent.parent / "docs"


def test_the_page_of_edges_is_the_table_of_edges():
    page = (DOCS / "edges.md").read_text(encoding="utf-8")

    assert page == as_markdown()
    assert page.count("\n| ") == len(EDGES) + 1


def test_pictures_in_the_documentation_are_drawings():
    for picture in DOCS.glob("*.svg"):
        assert "</svg>" in picture.read_text(encoding="utf-8")


def test_the_page_about_the_explorer_runs_and_its_pictures_are_there(tmp_path, monkeypatch):
    page = (DOCS / "explore.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    for code in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        exec(compile(code, "explore.md", "exec"), {})

    assert (tmp_path / "network.html").exists()
    shown = re.findall(r"!\[[^]]+\]\((.*?)\)", page)
    assert sorted(shown) == sorted(f"pictures/{path.name}" for path in DOCS.glob("pictures/*.png"))


def test_the_page_about_replay_runs_and_prints_what_it_shows():
    page = (DOCS / "replay.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(python|text)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    printed = ""

    for kind, text in blocks:
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, "replay.md", "exec"), names)
            printed = out.getvalue()
        else:
            assert printed == text


def test_the_page_of_results_has_the_tables_of_what_is_stored_and_its_code_runs():
    page = (DOCS / "results.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "results.md", "exec"), {})
    results = book_results.read()

    assert page.partition("\n**")[2] == f"{results}\n".removeprefix("**")
    assert out.getvalue() == f"{results['quadratic-30'][0].history}\n{results.only('rates')}\n"
