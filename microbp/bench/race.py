"""A whole run: workloads one after another, printed as they come, and the files of results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from math import inf
from pathlib import Path
from time import perf_counter

from microbp.bench.harness import Workload, measure
from microbp.bench.machine import describe, single_threaded
from microbp.bench.outcome import Outcome
from microbp.bench.plot import plot
from microbp.bench.report import as_csv, as_markdown, as_text


def race(
    workloads: Iterable[Workload],
    left_out: Mapping[str, str],
    *,
    rounds: int,
    seconds: float,
    out: str | os.PathLike[str] | None = None,
    clock: Callable[[], float] = perf_counter,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> bool:
    """Measure workloads, say what came out of each, and write it all down; whether it went to the end.

    left_out         packages that take no part, and why
    rounds, seconds  as for `measure`, and so is clock
    out              a folder for results.md, results.csv, and where matplotlib is there results.png and .svg
    """
    if rounds < 1 or not 0 < seconds < inf:
        raise ValueError(f"bench: at least one round, and seconds greater than 0, not {rounds} and {seconds}")
    if out is not None:
        os.makedirs(out, exist_ok=True)
    outcomes: list[Outcome] = []
    with single_threaded():
        machine = describe() | {"clock": getattr(clock, "__name__", str(clock))}
        for heading, text in (machine | dict(left_out)).items():
            say(f"{heading}: {text}")
        for workload in workloads:
            outcome = measure(workload, rounds=rounds, seconds=seconds, clock=clock, progress=progress)
            outcomes.append(outcome)
            say(f"\n{as_text(outcome)}")
            if outcome.interrupted:
                break
    if out is not None:
        write(Path(out), outcomes, machine, left_out, say)
    return not any(outcome.interrupted for outcome in outcomes)


def write(
    folder: Path,
    outcomes: list[Outcome],
    machine: Mapping[str, str],
    left_out: Mapping[str, str],
    say: Callable[[str], None],
) -> None:
    """The files of results; where there can't be a picture, all but the picture."""
    picture = ""
    try:
        plot(outcomes, folder / "results.png", folder / "results.svg")
        picture = "results.svg"
    except (ImportError, ValueError) as error:
        say(f"\nNo picture: {error}")
    (folder / "results.md").write_text(as_markdown(outcomes, machine, left_out, picture), encoding="utf-8")
    (folder / "results.csv").write_text(as_csv(outcomes), encoding="utf-8")
    say(f"\nWritten: results.* in {folder}")
