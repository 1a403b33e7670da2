"""`microbp demo`: the tour."""

from __future__ import annotations

import argparse

from microbp.cli.options import Commands
from microbp.demo import demo


def add(commands: Commands) -> None:
    """Add the command and its options."""
    tour = commands.add_parser("demo", help="a tour in under a minute: record, add up paths, check, draw, train")
    tour.add_argument("--folder", default=".", help="where its picture and its network go (default: here)")
    tour.add_argument("--quiet", action="store_true", help="show no progress bars")
    tour.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Give the tour."""
    return 0 if demo(options.folder, not options.quiet, print) else 1
