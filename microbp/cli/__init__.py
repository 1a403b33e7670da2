"""The command line: `microbp demo | train | check | book | draw | explore | bench`, a module a command."""

from microbp.cli.command_line import main

__all__ = ["main"]
