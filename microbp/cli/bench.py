"""`microbp bench`: the quick part of the benchmarks."""

from __future__ import annotations

import argparse
import sys

from microbp.cli.options import Commands


def add(commands: Commands) -> None:
    """Add the command and its options."""
    contest = commands.add_parser(
        "bench",
        help="time microbp against numpy written by hand, and against micrograd where it is installed",
        description="The quick part of the benchmarks, under a minute: all take turns in many short rounds, and the "
        "ratios of their times are given with their spread. With all peers: python -m benchmarks, in a clone.",
    )
    contest.add_argument("--only", nargs="+", default=[], metavar="WORD",
                         help="workloads with such a word in the name (default: all)")
    contest.add_argument("--rounds", type=int, default=20, help="rounds of those that are short (default: %(default)s)")
    contest.add_argument("--seconds", type=float, default=1.0,
                         help="for each contestant in all its rounds (default: %(default)s)")
    contest.add_argument("--out", metavar="FOLDER", help="write results.md, .csv and a plot there (default: nowhere)")
    contest.add_argument("--quiet", action="store_true", help="show no progress bars")
    contest.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the contest."""
    from microbp.bench.race import race
    from microbp.bench.suite import SMALL, chosen, peers, quick

    found, left_out = peers(SMALL)
    done = race(
        chosen(quick(found), options.only), left_out,
        rounds=options.rounds, seconds=options.seconds, out=options.out, progress=not options.quiet,
    )  # fmt: skip
    if not done:
        print("microbp bench: interrupted; that is what was measured so far", file=sys.stderr)
    return 0 if done else 130
