"""`microbp explore`: a page in which a network's cost, or a formula, is gone through step by step."""

from __future__ import annotations

import argparse

from microbp.cli.options import Commands, add_computation, recorded
from microbp.draw import explore
from microbp.draw.explorer import show
from microbp.linearized import paths


def add(commands: Commands) -> None:
    """Add the command and its options."""
    page = commands.add_parser(
        "explore",
        help="go through a network's cost in the browser, step by step",
        description="Write a page in which a formula, or the cost of a small network on one example, is gone through "
        "forward and backward, its paths are listed and added up, and its nodes taken out one by one.",
        epilog='Examples: microbp explore neuron.html --formula "tanh(w*x + b)" --at w=-3 x=2 b=6.88; '
        "microbp explore network.html --net microbp-demo.npz --x 0.5 -1 --y 1",
    )
    page.add_argument("file", metavar="FILE", help="what to write: .html")
    add_computation(page)
    levels = ["layers", "neurons", "operations", "entries"]
    page.add_argument("--level", choices=levels, help="(default: the finest that can be taken in at a glance)")
    page.add_argument("--plain", action="store_true", help="light no path")
    page.add_argument("--open", action="store_true", help="show it in the browser")
    page.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    computation = recorded(options)
    ways = None if options.plain else paths(computation.source, computation.output)
    explore(computation.output, ways or None, options.level, computation.title).save(options.file)
    print(f"Written to {options.file}; any browser shows it")
    if options.open:
        show(options.file)
    return 0
