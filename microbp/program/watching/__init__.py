"""What a recording can't hold, and how it is noticed: numbers read, comparisons, demands, parameters replaced."""

from microbp.program.watching.arguments import as_inputs, reader_of
from microbp.program.watching.calling import Call, called
from microbp.program.watching.demands import demands_on_inputs, demands_on_parameters
from microbp.program.watching.guards import check_guards
from microbp.program.watching.holders import checks_of
from microbp.program.watching.verifying import Verification, compared
from microbp.program.watching.watched import Watched, as_watched
from microbp.program.watching.watchers import recording

__all__ = [
    "Call",
    "Verification",
    "Watched",
    "as_inputs",
    "called",
    "check_guards",
    "checks_of",
    "compared",
    "demands_on_inputs",
    "demands_on_parameters",
    "reader_of",
    "recording",
    "as_watched",
]
