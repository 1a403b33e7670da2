"""`main`: one command read from the command line and run, its errors in one line each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from microbp.cli import bench, book, check, demo, draw, explore, train
from microbp.draw import DrawingError
from microbp.steps import TrainingError

COMMANDS = {
    "demo": demo, "train": train, "check": check, "book": book, "draw": draw, "explore": explore, "bench": bench
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what it should, 1 when not, 2 for wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, TypeError, OSError, TrainingError, DrawingError, ImportError) as error:
        print(f"microbp {options.command}: {_said(error)}", file=sys.stderr)
        return 1
    except MemoryError:
        print(f"microbp {options.command}: this needs more memory than the machine has", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nmicrobp {options.command}: interrupted", file=sys.stderr)
        return 130


def _said(error: Exception) -> str:
    """What an error says; of a file that isn't there, or can't be written, its name and why."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename!r}: {error.strerror}"
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="microbp", description="See how neural networks learn, one rate factor at a time."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar=" | ".join(COMMANDS))
    for command in COMMANDS.values():
        command.add(commands)
    return parser


class _Version(argparse.Action):
    """Looks the version up when it is asked for, as that takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print("microbp", version("microbp"))
        except PackageNotFoundError:
            print("microbp, not installed")
        parser.exit()
