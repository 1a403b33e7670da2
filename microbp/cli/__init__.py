"""The command line: `microbp demo | train | check | draw | explore | bench`, a module a command."""

from microbp.cli.command_line import main

__all__ = ["main"]
