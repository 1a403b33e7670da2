"""What was measured of one workload: a time for every contestant and round, and the ratios of these.

A ratio is taken within a round, between two samples that were timed a moment apart, so that what slows
the machine down for a while falls on both; then the median is taken of the ratios of all rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Spread(NamedTuple):
    """A median, with the 5th and the 95th percentile around it, of so many rounds."""

    median: float
    low: float
    high: float
    rounds: int

    @classmethod
    def of(cls, numbers: list[float]) -> Spread:
        """
        >>> Spread.of([1.0, 3.0, 2.0])
        Spread(median=2.0, low=1.1, high=2.9, rounds=3)
        """
        low, median, high = np.percentile(numbers, [5, 50, 95])
        return cls(float(median), float(low), float(high), len(numbers))


class Goal(NamedTuple):
    """A ratio, or a fact about one contestant, that is to be at most `limit`.

    words       what is wanted, as it stands in the table
    contestant  whose time is judged
    against     the contestant whose time it is divided by; "" where a fact is judged
    fact        the name of the fact, such as "bytes a node"
    """

    words: str
    contestant: str
    limit: float
    against: str = ""
    fact: str = ""


class Timing(NamedTuple):
    """The samples of one contestant.

    seconds  for each round that it took part in, the time for one unit of work
    calls    how many calls made up one sample
    facts    numbers about it besides its time
    note     a word about it
    against  the contestant that its ratio is taken to
    """

    seconds: Mapping[int, float]
    calls: int
    facts: Mapping[str, float]
    note: str
    against: str

    @property
    def spread(self) -> Spread:
        """The time for one unit of work, in seconds."""
        return Spread.of(list(self.seconds.values()))


class Outcome(NamedTuple):
    """What came out of one workload.

    name, title  of the workload; unit  what its times are for: "step", "node"
    timings      by contestant, in the order in which they were given
    left_out     why those were not timed that are not among `timings`
    goals        what was to be reached
    interrupted  whether Ctrl-C ended it before all rounds were done
    """

    name: str
    title: str
    unit: str
    timings: Mapping[str, Timing]
    left_out: Mapping[str, str]
    goals: tuple[Goal, ...] = ()
    interrupted: bool = False

    def ratio(self, contestant: str, against: str) -> Spread | None:
        """The contestant's time over that of another; None where they were never timed in one round."""
        if contestant not in self.timings or against not in self.timings:
            return None
        mine, others = self.timings[contestant].seconds, self.timings[against].seconds
        ratios = [mine[k] / others[k] for k in mine if k in others]
        return Spread.of(ratios) if ratios else None

    def reached(self, goal: Goal) -> tuple[float | Spread, bool] | None:
        """What the goal is about as it was measured, and whether that is good enough; None where it wasn't measured."""
        if goal.fact:
            timing = self.timings.get(goal.contestant)
            found = timing.facts.get(goal.fact) if timing else None
            return None if found is None else (found, found <= goal.limit)
        ratio = self.ratio(goal.contestant, goal.against)
        return None if ratio is None else (ratio, ratio.median <= goal.limit)
