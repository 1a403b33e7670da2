"""Benchmarks: contestants timed against each other, interleaved, and what came out as tables and a plot.

Nothing else in the library imports this; `microbp bench` does, when it is asked for.
"""

from microbp.bench.harness import Contestant, Missing, Ready, Workload, measure
from microbp.bench.outcome import Goal, Outcome, Spread, Timing

__all__ = ["Contestant", "Goal", "Missing", "Outcome", "Ready", "Spread", "Timing", "Workload", "measure"]
