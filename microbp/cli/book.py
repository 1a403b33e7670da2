"""`microbp book`: the book's equations by number, each with its proof."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from microbp.book import Disagreement, Equation, equations
from microbp.cli.options import Commands, seed


def add(commands: Commands) -> None:
    """Add the command and its options."""
    book = commands.add_parser(
        "book",
        help="list the book's equations, or prove them on random networks",
        description="List all numbered equations of chapters 1 and 2 of Nielsen's book, or print some of them, with "
        "the function that computes each and the lesson that shows it, and run their proofs. Exit code 1 when one "
        "fails.",
        epilog="Complex steps, which proofs hold rates against: ∂C/∂w = Im C(w + ih)/h with h = 1e-30, exact to "
        "rounding and without any rule of derivatives. Examples: microbp book; microbp book 53; "
        "microbp book BP1 BP2 --seed 7; microbp book --prove",
    )
    book.add_argument("numbers", nargs="*", metavar="NUMBER", help="1 to 53, BP1 to BP4 (default: list all)")
    book.add_argument("--prove", action="store_true", help="run the proofs of all, a line each")
    book.add_argument("--seed", type=seed, default=0, help="of the random networks and numbers (default: %(default)s)")
    book.set_defaults(run=run, wrong=book.error)


def run(options: argparse.Namespace) -> int:
    """List the equations, or print some, or prove them."""
    if options.numbers and options.prove:
        options.wrong("argument --prove: proves all, so it takes no numbers; a number alone is proved, too")
    if not options.numbers and not options.prove:
        print(equations)
        print("\nmicrobp book 53 says more of one, and proves it; microbp book --prove proves all.")
        return 0
    if options.prove:
        return prove_all(equations.values(), options.seed)
    rows = [_row(number) for number in options.numbers]  # before the first is printed: a number may be wrong
    return 0 if all([proved(row, options.seed) for row in rows]) else 1


def _row(number: str) -> Equation:
    try:
        return equations[number]
    except KeyError as error:
        raise ValueError(str(error)) from None


def proved(row: Equation, seed: int) -> bool:
    """Print one equation, and what its proof found; whether it holds."""
    print(row)
    try:
        found, holds = str(row.prove(seed)), True
    except Disagreement as error:
        found, holds = str(error), False
    print(f"  {'proved' if holds else 'FAILED':<12}  {found}\n")
    return holds


def prove_all(rows: Iterable[Equation], seed: int) -> int:
    """Prove equations, a line each; what failed is told once more at the end, and by the exit code."""
    rows, wrong = list(rows), []
    print(" eq.  comparisons  largest difference  remainder at half the step")
    for row in rows:
        try:
            cases, largest, factor = row.prove(seed)
            difference = "" if largest is None else f"{largest:.1e}"
            line = f"{cases:>11}  {difference:>18}  {'' if factor is None else f'1/{factor:.3f}'}".rstrip()
        except Disagreement as error:
            line = f"FAILED       {error}"
            wrong.append(row.number)
        print(f"{row.number:>4}  {line}", flush=True)
    print(f"\nThey fail: {', '.join(wrong)}." if wrong else f"\nAll {len(rows)} equations hold.")
    return 1 if wrong else 0
