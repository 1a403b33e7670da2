"""Workloads measured one after another, and a table made of them all: what the smaller benchmarks have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time

from microbp.bench.harness import Workload, measure
from microbp.bench.machine import describe, single_threaded
from microbp.bench.outcome import Outcome
from microbp.bench.report import as_text


def tabled(about: str, name: str, workloads: Sequence[Workload], table: Callable[[Sequence[Outcome]], str]) -> int:
    """The command line of such a benchmark; 0, or 130 where Ctrl-C ended it.

    about  the docstring of its module; name  of the module
    """
    title = about.splitlines()[0]
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=title)
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=f"write {name}.md there")
    parser.add_argument("--rounds", type=int, default=40, help="rounds of the short ones (default: 40)")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each contestant in all rounds (default: 2)")
    parser.add_argument("--cpu-time", action="store_true", help="count the time of the processor, not that of the wall")
    options = parser.parse_args()
    clock = process_time if options.cpu_time else perf_counter
    outcomes: list[Outcome] = []
    with single_threaded():
        machine = [f"- {heading}: {text}" for heading, text in (describe() | {"clock": clock.__name__}).items()]
        print("\n".join(machine), flush=True)
        for workload in workloads:
            outcome = measure(workload, rounds=options.rounds, seconds=options.seconds, clock=clock)
            if outcome.interrupted:
                print("Interrupted.", file=sys.stderr)
                break
            print(f"\n{as_text(outcome)}", flush=True)
            outcomes.append(outcome)
    found = table(outcomes) if outcomes else ""
    print(f"\n{found}")
    if options.out and outcomes:
        options.out.mkdir(parents=True, exist_ok=True)
        page = "\n".join([f"# {title}", "", *machine, "", found])
        (options.out / f"{name}.md").write_text(page, encoding="utf-8")
    return 0 if len(outcomes) == len(workloads) else 130
