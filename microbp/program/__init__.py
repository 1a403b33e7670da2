"""Record once, replay: a recorded computation as a program of primitives, run again without a graph."""

from microbp.program.lines import RecordingError
from microbp.program.program import Program
from microbp.program.recording import record

__all__ = ["Program", "RecordingError", "record"]
