"""What a recording can't hold, and how it is noticed: numbers that are read, comparisons, parameters replaced."""

from microbp.program.watching.arguments import as_inputs, reader_of
from microbp.program.watching.guards import check_guards
from microbp.program.watching.holders import checks_of, held_by
from microbp.program.watching.verifying import Verification, compared
from microbp.program.watching.watched import Notes, Watched, recording, watched

__all__ = [
    "Notes",
    "Verification",
    "Watched",
    "as_inputs",
    "check_guards",
    "checks_of",
    "compared",
    "held_by",
    "reader_of",
    "recording",
    "watched",
]
