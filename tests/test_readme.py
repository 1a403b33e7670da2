"""The README does what it says: its Python runs, its comments are true, its commands exist."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from microbp import Elementwise
from microbp import Path as GraphPath
from microbp.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = {of: re.findall(rf"^```{of}\n(.*?)^```", README, re.MULTILINE | re.DOTALL) for of in ("python", "sh")}
NEED_DATA = [code for code in BLOCKS["python"] if "mb.data.mnist" in code]


def run(code: str, names: dict[str, Any]) -> str:
    """Run a block among the names of those before it; what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), names)
    return printed.getvalue()


@pytest.fixture(scope="module")
def ran() -> tuple[dict[str, Any], str]:
    """The names that all blocks leave, in the order of the README and in one namespace, and what they printed."""
    names: dict[str, Any] = {}
    printed = [run(code, names) for code in BLOCKS["python"] if code not in NEED_DATA]
    return names, "".join(printed)


# ------------------------------------------------------------------------------------------ Python


def test_there_are_as_many_python_blocks_as_are_run_here():
    assert len(BLOCKS["python"]) == 6
    assert len(NEED_DATA) == 1


def test_the_first_block_is_ten_lines_and_prints_what_it_says():
    lines = [line for line in BLOCKS["python"][0].splitlines() if line]

    printed = run(BLOCKS["python"][0], {}).splitlines()

    assert len(lines) == 10
    assert printed[0].startswith("1.0019")
    assert [line.startswith("w2_1,2 → ") for line in printed[1:4]] == [True, True, False]
    assert printed[3].startswith("∂C/∂w2_1,2 = ")
    assert printed[-1] == "All ways to the gradient agree."


def test_the_five_largest_paths_are_printed_of_as_many_as_it_says(ran):
    names, printed = ran
    title = re.search(r"The 5 largest of ([\d,]+) paths", README)

    products = [path.product for path in names["ways"].top(5)]

    assert title
    assert names["ways"].count == int(title[1].replace(",", ""))
    assert "".join(f"{product}\n" for product in products) in printed
    assert products[0] == pytest.approx(-1.899e-5, rel=1e-3)
    assert products[1] == pytest.approx(1.074e-5, rel=1e-3)
    assert isinstance(names["path"], GraphPath)


def test_the_program_is_printed_as_it_is_shown(ran):
    _, printed = ran
    (shown,) = re.findall(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)

    assert shown in printed


def test_the_function_of_ones_own_has_the_derivatives_that_the_comment_says(ran):
    names, printed = ran

    assert isinstance(names["swish"], Elementwise)
    assert re.search(r"^0\.7399\d* 0\.4412\d*$", printed, re.MULTILINE)


def test_the_loop_written_out_learns(ran):
    names, _ = ran

    before = type(names["net"])([2, 3, 1], rng=0).cost(names["X"].T, names["labels"][None, :])

    assert names["C"].data < before.data / 2


@pytest.mark.needs_data
def test_the_digits_are_learned_as_the_comment_says(ran):
    names, _ = ran

    printed = run(NEED_DATA[0], dict(names))

    comment = re.search(r"# Epoch 0: (\d+) / 10000, then (\d+), (\d+)$", NEED_DATA[0], re.MULTILINE)
    assert comment
    assert re.findall(r"Epoch \d: (\d+) / 10000", printed) == list(comment.groups())


def test_the_name_of_a_weight_is_explained_as_it_is():
    names: dict[str, Any] = {}
    run("import microbp as mb\nnet = mb.MLP([3, 2], node=mb.Value, rng=0)", names)
    said = re.search(r"`(w2_1,3)` is the weight\nfrom neuron 3 of layer 1 to neuron 1 of layer 2, `(\S+ \d\])`", README)

    assert said
    assert eval(said[2], names).label == said[1]


# ------------------------------------------------------------------------------------------- shell


def commands() -> list[list[str]]:
    lines = "".join(BLOCKS["sh"]).splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_the_makefile_has_the_targets():
    targets = [words[1] for words in commands() if words[0] == "make"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert set(targets) == {"demo", "test", "notebooks", "docs"}
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("words", [words for words in commands() if words[0] == "microbp"], ids=" ".join)
def test_the_command_line_takes_every_command_and_option(words: list[str]):
    options = [word for word in words if word.startswith("--")]

    with contextlib.redirect_stdout(io.StringIO()) as printed, pytest.raises(SystemExit) as stopped:
        main([*words[1:], "--help"])

    assert stopped.value.code == 0
    assert [option for option in options if f"{option} " not in printed.getvalue()] == []


def test_every_extra_that_is_named_is_there():
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    extras = re.findall(r'install -e "\.\[(\w+)\]"', README)

    assert extras == ["test", "plot"]
    for extra in (*extras, "data", "notebooks", "docs", "dev"):
        assert re.search(rf"^{extra} =$", setup, re.MULTILINE)


# -------------------------------------------------------------------------------------------- page


def test_every_file_that_is_linked_is_there():
    linked = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "//" not in target]

    assert "docs/network.svg" in linked
    assert [target for target in linked if not (ROOT / target).is_file()] == []


def test_the_readme_is_short_and_its_first_screen_has_a_picture_and_code():
    lines = README.splitlines()
    first = "\n".join(lines[:30])

    assert len(lines) <= 246
    assert first.count("![") == 1
    assert BLOCKS["python"][0] in first
