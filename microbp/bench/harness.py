"""The harness: contestants prepared, held against the right result, then timed in interleaved rounds.

One loud moment of the machine must not fall on one contestant alone. So all of them are timed once in every
round, in an order that is drawn anew, a sample being as many calls as take about ten milliseconds; many
short rounds follow each other. A contestant with long samples takes part in every second round, or every
fourth, …, down to a few in all; the rounds of a slower one are among those of a faster one.

The cyclic garbage collector is on, as it is for a user, unless a workload says otherwise. All that
exists when a contestant is ready is frozen, out of its sight: else every pass would visit the modules of all peers,
which a user of one of them never loads. Each sample begins with nothing left to collect from the one before it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from microbp.bench.outcome import Goal, Outcome, Timing
from microbp.data.bars import are_watched

FEWEST_ROUNDS = 3


class Missing(Exception):
    """Why a contestant can't take part, in words for the table."""


class Ready(NamedTuple):
    """A contestant that was prepared.

    step    what is timed, without arguments
    work    how many units of work one call does; times are given for one
    result  what `step` has come to, to be held against what the workload expects
    tried   after how many calls of `step` the result is asked for
    finish  waits for what the steps of a sample have only started; it is timed with them
    facts   numbers about it besides its time, such as {"bytes a node": 176}
    note    a word about it for the table
    """

    step: Callable[[], object]
    work: int = 1
    result: Callable[[], Any] | None = None
    tried: int = 3
    finish: Callable[[], object] | None = None
    facts: Mapping[str, float] = {}
    note: str = ""


class Contestant(NamedTuple):
    """One way to do the work.

    name     in the table of results
    prepare  makes it ready; it may raise Missing
    against  the contestant that its ratio is taken to, where that is not the reference
    """

    name: str
    prepare: Callable[[], Ready]
    against: str = ""


class Workload(NamedTuple):
    """Work that several contestants do.

    name       short, for the command line
    title      a line for the table
    unit       what a time is for: "step", "node"
    reference  the contestant that the others are divided by
    expected   the right result after so many units of work; None where there is nothing to compare
    tolerance  the largest difference from it that is allowed, relative to its largest entry
    collector  whether the garbage collector is on in a sample
    goals      what is to be reached
    """

    name: str
    title: str
    unit: str
    contestants: Sequence[Contestant]
    reference: str
    expected: Callable[[int], Any] | None = None
    tolerance: float = 1e-10
    collector: bool = True
    goals: tuple[Goal, ...] = ()


def measure(
    workload: Workload,
    *,
    rounds: int = 60,
    seconds: float = 4.0,
    sample: float = 0.01,
    rng: np.random.Generator | int = 0,
    clock: Callable[[], float] = perf_counter,
    progress: bool = True,
) -> Outcome:
    """Time the contestants of a workload against each other.

    rounds    how many there are, for those whose samples are short
    seconds   for each contestant, in all its rounds; the slow ones take part in fewer, but three or more
    sample    seconds that one sample is to take, in as many calls as that takes
    rng       draws the order of the contestants in each round
    clock     gives the time in seconds
    progress  whether to show a bar, where somebody sees it

    A contestant that can't be prepared, fails, or comes to another result is left out, with the reason.
    Ctrl-C ends the rounds; what was measured so far is returned, marked `interrupted`.
    """
    if rounds < 1:
        raise ValueError(f"measure: rounds is a whole number of at least 1, not {rounds}")
    rng = np.random.default_rng(rng)
    field = _Field(workload, clock)
    interrupted = False
    try:
        for contestant in workload.contestants:
            field.admit(contestant, sample, seconds / rounds, rounds)
        with _bar(workload.name, field.samples(rounds), progress) as bar:
            for k in range(rounds):
                names = [name for name, stride in field.strides.items() if k % stride == 0]
                for name in rng.permutation(names):
                    field.time(str(name), k)
                    bar.update()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        gc.unfreeze()
    return field.outcome(interrupted)


class _Field:
    """The contestants that take part, with the samples so far."""

    def __init__(self, workload: Workload, clock: Callable[[], float]) -> None:
        self.workload, self.clock = workload, clock
        self.ready: dict[str, Ready] = {}
        self.calls: dict[str, int] = {}
        self.strides: dict[str, int] = {}
        self.against: dict[str, str] = {}
        self.seconds: dict[str, dict[int, float]] = {}
        self.left_out: dict[str, str] = {}

    def admit(self, contestant: Contestant, sample: float, seconds_a_round: float, rounds: int) -> None:
        """Prepare a contestant, hold it against the right result, and find how long its samples are."""
        name = contestant.name
        try:
            _freeze()  # what is prepared may time itself
            ready = contestant.prepare()
            if difference := self._difference(ready):
                raise Missing(difference)
            _freeze()
            calls, took = self._calibrated(ready, sample)
        except Missing as why:
            self.left_out[name] = str(why)
            return
        except Exception as error:
            self.left_out[name] = _in_a_line(error)
            return
        stride = 1
        while took > seconds_a_round * stride and (rounds - 1) // (2 * stride) + 1 >= FEWEST_ROUNDS:
            stride *= 2
        self.ready[name], self.calls[name], self.strides[name] = ready, calls, stride
        self.against[name] = contestant.against

    def _difference(self, ready: Ready) -> str:
        """Try it: how its result differs from the right one; "" where it doesn't."""
        expected = self.workload.expected
        # One call at least, as the first may compile.
        for _ in repeat(None, ready.tried if expected and ready.result else 1):
            ready.step()
        if expected is None or ready.result is None:
            return ""
        right = np.asarray(expected(ready.tried * ready.work), float)
        result = np.asarray(ready.result(), float)
        if result.shape != right.shape:
            return f"its result has shape {result.shape}, the right one {right.shape}: not timed"
        difference = float(np.abs(result - right).max() / (np.abs(right).max() or 1.0))
        if difference <= self.workload.tolerance:
            return ""
        return f"its result is {difference:.1e} from the right one, relative to the largest entry: not timed"

    def _calibrated(self, ready: Ready, sample: float) -> tuple[int, float]:
        """How many calls take about as long as a sample should, and how long they take."""
        calls = 1
        while True:
            took = self._timed(ready, calls)
            if took >= sample / 2 or calls >= 2**20:
                break
            calls *= 2
        fitting = max(1, round(calls * sample / took)) if took else calls
        return fitting, took / calls * fitting

    def _timed(self, ready: Ready, calls: int) -> float:
        step, clock = ready.step, self.clock
        was_on = gc.isenabled()
        gc.collect()
        (gc.enable if self.workload.collector else gc.disable)()
        try:
            start = clock()
            for _ in repeat(None, calls):
                step()
            if ready.finish:
                ready.finish()
            return clock() - start
        finally:
            (gc.enable if was_on else gc.disable)()

    def time(self, name: str, k: int) -> None:
        """Take the sample of round k; one of many calls after one more, which brings the data back into the caches."""
        ready, calls = self.ready[name], self.calls[name]
        try:
            if calls > 3:
                self._timed(ready, 1)
            self.seconds.setdefault(name, {})[k] = self._timed(ready, calls) / (calls * ready.work)
        except Exception as error:
            self.left_out[name] = f"{_in_a_line(error)}, in round {k + 1}"
            del self.strides[name]

    def samples(self, rounds: int) -> int:
        """How many samples there will be."""
        return sum((rounds - 1) // stride + 1 for stride in self.strides.values())

    def outcome(self, interrupted: bool) -> Outcome:
        """What was measured so far."""
        w = self.workload
        names = [contestant.name for contestant in w.contestants]
        timed = [name for name in names if self.seconds.get(name) and name not in self.left_out]
        reference = w.reference if w.reference in timed else next(iter(timed), "")
        timings = {
            name: Timing(
                self.seconds[name],
                self.calls[name],
                self.ready[name].facts,
                self.ready[name].note,
                self.against[name] if self.against[name] in timed else reference,
            )
            for name in timed
        }
        return Outcome(w.name, w.title, w.unit, timings, self.left_out, w.goals, interrupted)


def _in_a_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _freeze() -> None:
    """Put all that exists out of the garbage collector's sight."""
    gc.collect()
    gc.freeze()


def _bar(name: str, total: int, progress: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=total, desc=name, disable=not (progress and are_watched()), unit="sample", leave=False)
