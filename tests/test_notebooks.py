"""The lessons: in form, stored as they run, and true in what their text says of numbers."""

from __future__ import annotations

import re
from pathlib import Path

import lesson_checks
import lesson_quotes
import nbformat.v4 as v4
import pytest
from lesson_checks import FOLDER, LESSONS, ROOT, headings, read
from remake import tidied

import microbp as mb

TABLES = Path(__file__).parent / "lessons"

SLOW = {"07-learning-digits", "09-initial-weights-costs-regularization"}
"""Those that take too long to be run here; their tables are computed by -m slow."""

README = (ROOT / "README.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------- the lessons


def test_the_lessons_are_all_there():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(LESSONS)


def test_the_readme_lists_the_lessons_in_order():
    assert re.findall(r"\(notebooks/(\S+)\.ipynb\)", README) == list(LESSONS)


def test_every_table_of_quotes_belongs_to_a_lesson():
    assert {path.stem for path in TABLES.glob("*.txt")} == set(LESSONS)


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_in_form(name):
    path = FOLDER / f"{name}.ipynb"

    assert lesson_checks.faults(read(path), path.stat().st_size) == []


@pytest.mark.parametrize("name", LESSONS)
def test_the_numbers_in_the_text_of_a_lesson_are_those_that_it_computes(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert quote_faults(name, run=name not in SLOW) == []


@pytest.mark.slow
@pytest.mark.needs_data
@pytest.mark.parametrize("name", sorted(SLOW))
def test_the_numbers_in_the_text_of_a_slow_lesson_are_those_that_it_computes(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert quote_faults(name, run=True) == []


def quote_faults(name: str, run: bool) -> list[str]:
    quotes = lesson_quotes.quotes_of(TABLES / f"{name}.txt")
    return lesson_quotes.faults(read(FOLDER / f"{name}.ipynb"), quotes, run)


# -------------------------------------------------------------------------- what the checks find out


def lesson(*changes):
    """A small lesson in form, with changes made to it."""
    folded = {"tags": ["hide-cell"]}
    cells = [
        v4.new_markdown_cell("# A lesson", id="a"),
        v4.new_code_cell("import microbp as mb", id="b", execution_count=1),
        v4.new_code_cell(
            "x = mb.Value(2.0)\nx", id="c", execution_count=2,
            outputs=[v4.new_output("execute_result", {"text/plain": "Value(2.0)"}, execution_count=2)],
        ),
        v4.new_markdown_cell("## Exercises\n\nTry it.", id="d"),
        v4.new_markdown_cell("## Solutions", id="e", metadata={"jp-MarkdownHeadingCollapsed": True}),
        v4.new_markdown_cell("So:", id="f", metadata=folded),
        v4.new_code_cell(
            "x.data", id="g", execution_count=3, metadata=folded | {"jupyter": {"source_hidden": True}},
        ),
    ]
    notebook = tidied(v4.new_notebook(cells=cells))
    for change in changes:
        change(notebook)
    return notebook


def test_nothing_is_wrong_with_a_lesson_in_form():
    assert lesson_checks.faults(lesson(), 1000) == []


def put(k, **values):
    return lambda notebook: notebook["cells"][k].update(values)


def output(k, kind, **given):
    return put(k, outputs=[v4.new_output(kind, **given)])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda n: n.update(nbformat_minor=4), "its format is 4.4, not 4.5"),
        (lambda n: n["cells"][0].pop("id"), "its cells have not all an id of their own"),
        (put(1, id="a"), "its cells have not all an id of their own"),
        (put(1, execution_count="1"), "it is no valid notebook: '1' is not "),
        (lambda n: n["metadata"]["kernelspec"].update(name="r"), "its kernel is not python3"),
        (put(1, metadata={"execution": {"iopub": "2026"}}), "times, versions or progress bars are stored"),
        (put(2, execution_count=None), "not run from top to bottom, but in the order [1, None, 3]"),
        (put(2, execution_count=7), "not run from top to bottom, but in the order [1, 7, 3]"),
        (output(1, "error", ename="ValueError", evalue="", traceback=[]), "cell 1 ended with an error: ValueError"),
        (output(1, "stream", name="stderr", text="A warning"), "cell 1 wrote to standard error: 'A warning'"),
        (output(1, "display_data", data={lesson_checks.WIDGET: {}}), "cell 1 shows a widget"),
        (output(1, "stream", text="read /opt/x.csv"), "cell 1 shows '/opt/x.csv'"),
        (output(1, "stream", text="read /opt/data/x.csv"), "cell 1 shows '/opt/data/x.csv'"),
        (output(1, "stream", text=r"read C:\Users\me"), r"cell 1 shows 'C:\\Users\\me'"),
        (output(1, "stream", text="<function f at 0x7f8a12345678>"), "cell 1 shows '0x7f8a12345678'"),
        (put(2, source="%matplotlib inline"), "cell 2 is no plain Python: %matplotlib inline"),
        (put(2, source="# nothing"), "cell 2 is empty"),
        (put(2, source="class Value:\n    pass"), "cell 2 defines Value, which microbp has"),
        (put(2, source="if x:\n    def backward(y):\n        pass"), "cell 2 defines backward, which microbp has"),
        (put(2, source="sigmoid = lambda z: z"), "cell 2 defines sigmoid, which microbp has"),
        (put(2, source="def output_error(z):\n    pass"), "cell 2 defines output_error, which microbp has"),
        (put(1, source="import numpy"), "its first code cell doesn't import microbp as mb"),
        (put(0, source="Hello"), "it doesn't begin with a title"),
        (put(3, source="# Exercises"), "it doesn't begin with a title, its only heading with one #"),
        (put(3, source="## More"), "its last headings are not ## Exercises and ## Solutions"),
        (put(4, metadata={}), "## Solutions is not folded"),
        (put(5, metadata={}), "a solution, cell 6 of all, has no tag hide-cell"),
        (put(6, metadata={"tags": ["hide-cell"]}), "a solution, cell 7 of all, is not folded"),
        (lambda n: n["cells"].pop(), "no solution runs"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_named(change, fault):
    found = lesson_checks.faults(lesson(change))

    assert [line for line in found if fault in line] != []


def test_what_is_packed_is_no_path_and_what_is_large_is_too_large():
    page = output(1, "display_data", data={"text/html": '<img src="data:image/png;base64,AA/tmp/BB">'})

    assert lesson_checks.faults(lesson(page)) == []
    assert lesson_checks.faults(lesson(), 2_000_001) == ["it has 2,000,001 bytes; at most 2,000,000"]


def test_headings_are_those_of_the_text_not_of_code():
    notebook = lesson(put(3, source="## Exercises\n\n```python\n# no heading\n```\n\n### One  "))

    assert headings(notebook) == ["# A lesson", "## Exercises", "### One", "## Solutions"]


def test_the_names_that_a_lesson_leaves_alone_are_those_of_things_not_of_modules():
    assert {"Value", "backward", "MLP", "sigmoid", "hadamard", "SGD", "L2", "quadratic"} <= lesson_checks.public()
    assert {"network", "data", "plots"}.isdisjoint(lesson_checks.public())
    assert hasattr(mb, "network")
