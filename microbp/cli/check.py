"""`microbp check`: a network's gradient held against the equations BP1 to BP4."""

from __future__ import annotations

import argparse

from microbp.check import check
from microbp.cli.options import Commands, add_network, cost_of, network_and_examples


def add(commands: Commands) -> None:
    """Add the command and its options."""
    prove = commands.add_parser(
        "check",
        help="hold a network's gradient against the equations BP1 to BP4",
        description="Compare the backward sweep, the closed form BP1 to BP4, the sum over paths, the forward sweep "
        "and finite differences on a network, a random one or one that was saved, and random examples. "
        "Exit code 1 when they differ.",
    )
    add_network(prove, [4, 3, 3, 2])
    prove.add_argument(
        "--examples", type=int, default=3, metavar="M", help="examples in the mini-batch (default: %(default)s)"
    )
    prove.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table of differences."""
    net, x, y = network_and_examples(options, options.examples)
    report = check(net, x, y, cost_of(options))
    print(net)
    print(report)
    return 0 if report.ok else 1
