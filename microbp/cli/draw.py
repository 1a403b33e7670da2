"""`microbp draw`: a picture of a network's cost, or of a formula."""

from __future__ import annotations

import argparse

from microbp.cli.options import Commands, add_computation, recorded
from microbp.draw import draw


def add(commands: Commands) -> None:
    """Add the command and its options."""
    picture = commands.add_parser(
        "draw",
        help="draw the graph of a network's cost",
        description="Draw a formula, or the graph of a small network's cost on one example, with values, gradients "
        "and rate factors. The path that counts most, from the first name or weight, is marked.",
        epilog='Examples: microbp draw neuron.svg --formula "tanh(w*x + b)" --at w=-3 x=2 b=6.88; '
        "microbp draw network.svg --net microbp-demo.npz --x 0.5 -1 --y 1",
    )
    picture.add_argument("file", metavar="FILE", help="what to write: .svg, .pdf or .png (need Graphviz), or .dot")
    add_computation(picture)
    picture.add_argument("--level", choices=["operations", "neurons", "layers"], help="(default: chosen by size)")
    picture.add_argument("--plain", action="store_true", help="mark no path")
    picture.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the picture."""
    computation = recorded(options)
    marked = None if options.plain else computation.largest_path()
    draw(computation.output, path=marked, level=options.level, title=computation.title).save(options.file)
    print(f"Drawn in {options.file}")
    return 0
