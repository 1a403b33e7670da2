"""`microbp book` lists the book's equations, prints them, and proves them."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.book import equations
from microbp.cli import main
from microbp.cli.book import prove_all, proved


def test_without_a_number_all_are_listed(capsys):
    assert main(["book"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:57]] == list(equations)
    assert all(row.formula in line for row, line in zip(equations.values(), lines, strict=False))


@pytest.mark.parametrize("number", ["53", "BP1", "bp4", "29"])
def test_a_number_prints_the_equation_and_runs_its_proof(number, capsys):
    assert main(["book", number]) == 0

    printed, row = capsys.readouterr().out, equations[number]
    for part in (row.formula, row.words, row.function_name, row.held_against, *row.notebook):
        assert part in printed
    assert f"proved        {row.prove(0)}" in printed


def test_several_are_printed_and_the_seed_is_that_of_their_proofs(capsys):
    assert main(["book", "47", "53", "--seed", "5"]) == 0

    printed = capsys.readouterr().out
    assert str(equations[47].prove(5)) in printed and str(equations[53].prove(5)) in printed


def test_all_are_proved_a_line_each(capsys):
    assert main(["book", "--prove"]) == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["eq.", "comparisons"]
    assert [line.split()[0] for line in lines[:57]] == list(equations)
    for line, row in zip(lines, equations.values(), strict=False):
        assert int(line.split()[1]) == row.prove(0).cases
    assert lines[-1] == "All 57 equations hold."


def test_an_equation_that_fails_is_told_and_is_exit_code_1(capsys):
    wrong = equations["28"]._replace(function=lambda s, t: np.asarray(s) + t)

    assert not proved(wrong, 0)
    assert "FAILED        equation 28: the book's example: 6 on one side is 8 on the other" in capsys.readouterr().out
    assert prove_all([equations["27"], wrong], 0) == 1
    out = capsys.readouterr().out
    assert "  28  FAILED       equation 28: " in out and out.endswith("They fail: 28.\n")


@pytest.mark.parametrize("number", ["54", "BP5", "pages"])
def test_a_number_that_the_book_does_not_have_is_refused_in_a_line(number, capsys):
    assert main(["book", "53", number]) == 1

    out, err = capsys.readouterr()
    assert (out, err) == ("", f"microbp book: the book has no equation {number!r}; there are 1 to 53 and BP1 to BP4\n")


def test_numbers_beside_prove_are_wrong_usage(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["book", "53", "--prove"])

    assert stop.value.code == 2
    assert "proves all, so it takes no numbers" in capsys.readouterr().err
