"""The house form of the page's modules, which no formatter keeps: of its JavaScript and style, and of their tests."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from microbp.draw.html import FOLDER

ROOT = Path(__file__).parent.parent
PAGE = Path(FOLDER)
MODULES = sorted(PAGE.rglob("*.js"))
SCRIPTS = [*MODULES, *sorted((ROOT / "tests" / "page").rglob("*.*js")), *sorted(ROOT.glob("benchmarks/layout/*.mjs"))]
LONGEST = 120
MOST = 250

# Text reaches the page as text alone, and what runs on it is in its modules, so that no label can be either.
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser")


FLOORS = {"base": 0, "layout": 1, "graph": 1, "explorer": 2, "training": 2, "": 3}
"""The folders of the modules; those on one floor leave each other alone."""

DOCUMENT = re.compile(r"\b(document|window|matchMedia|getComputedStyle)\b|/elements\.js")


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


of_each_module = pytest.mark.parametrize("path", MODULES, ids=by_name)
of_each_script = pytest.mark.parametrize("path", SCRIPTS, ids=by_name)


def test_there_are_modules_and_scripts() -> None:
    assert len(MODULES) > 50
    assert len(SCRIPTS) > len(MODULES) + 40


@pytest.mark.parametrize("path", [*SCRIPTS, *sorted(PAGE.rglob("*.css"))], ids=lambda path: path.name)
def test_lines_are_short_and_end_in_one_way(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [line for line in text.split("\n") if len(line) > LONGEST or line != line.rstrip() or "\t" in line] == []
    assert text.endswith("\n") and not text.endswith("\n\n") and "\r" not in text


@of_each_script
def test_texts_stand_in_double_quotes(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if not re.match(r"\s*(/?\*|//)", line)]

    assert [line for line in code if re.search(r"(^|[(,= [])'[^'\"]*'", line)] == []


@of_each_script
def test_imports_are_a_line_each_and_sorted(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    imports = [line for line in lines if line.startswith(("import ", "} from"))]
    sources = [re.fullmatch(r'import (?:.* from )?"([^"]+)";', line) for line in imports]

    assert all(sources), imports
    named = [source[1] for source in sources if source]
    places = [_place(source) for source in named]
    assert places == sorted(places)
    for line in imports:
        names = re.search(r"\{ (.*) \}", line)
        if names:
            listed = names[1].split(", ")
            assert listed == sorted(listed, key=str.lower) or listed == sorted(listed), line


def _place(source: str) -> tuple[bool, str]:
    """Node's own modules come first, then the project's by name, whatever folder they are in."""
    return not source.startswith("node:"), source.rsplit("/", 1)[-1].lower() if source.startswith(".") else source


@of_each_module
def test_a_module_opens_with_what_it_is_and_says_it_of_each_name_it_exports(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    exports = [(before, line) for before, line in pairwise(lines) if line.startswith("export ")]

    assert lines[0].startswith("/**")
    assert [line for before, line in exports if not before.endswith("*/")] == []


@of_each_module
def test_a_module_is_no_longer_than_can_be_read_at_once(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST


@of_each_module
def test_a_module_makes_no_markup_and_runs_no_text(path: Path) -> None:
    assert MARKUP.findall(path.read_text(encoding="utf-8")) == []


@of_each_module
def test_imports_go_down_the_folders_and_never_up(path: Path) -> None:
    own = path.relative_to(PAGE).parent.as_posix().strip(".")
    for source in re.findall(r'^import .*"(\..+)";$', path.read_text(encoding="utf-8"), re.MULTILINE):
        other = (path.parent / source).resolve().relative_to(PAGE.resolve()).parent.as_posix().strip(".")
        assert other == own or FLOORS[other] < FLOORS[own], source


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent.name in ("graph", "layout")], ids=by_name)
def test_what_only_computes_leaves_the_document_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    code = re.sub(r"//.*|/\*[\s\S]*?\*/", "", text)

    assert DOCUMENT.findall(code) == []
