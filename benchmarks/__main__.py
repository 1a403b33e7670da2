"""All benchmarks, all peers side by side: `python -m benchmarks`.

    python -m benchmarks --out results             # everything: results.md, .csv, .png, .svg
    python -m benchmarks --only digits moons       # the workloads with such a word in their names
    python -m benchmarks --unpinned                # without OPENBLAS_CORETYPE, where that is set

The number of threads, and with --unpinned the core type, must be settled before a BLAS is loaded: so numpy, and
all that imports it, is imported last.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

PIN = "OPENBLAS_CORETYPE"
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NPROC": "1",  # how many threads jax's CPU client starts
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="workloads with such a word in the name")
    parser.add_argument("--list", action="store_true", help="show the names of the workloads")
    parser.add_argument("--rounds", type=int, default=60, help="rounds of the short ones (default: 60)")
    parser.add_argument("--seconds", type=float, default=6.0, help="for each contestant in all its rounds (default: 6)")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write results.md, .csv, .png and .svg there")
    parser.add_argument("--unpinned", action="store_true", help=f"let OpenBLAS choose its kernels: unset {PIN}")
    parser.add_argument("--cpu-time", action="store_true", help="count the time of the processor, in all threads, not "
                        "that of the wall: steadier beside other work, but blind to waiting")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="show no progress bars")
    return parser.parse_args()


def main() -> int:
    wanted = options()
    if wanted.unpinned:
        os.environ.pop(PIN, None)
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    from benchmarks.peers import MODULES
    from microbp.bench.race import race
    from microbp.bench.suite import chosen, peers, workloads

    try:
        found, left_out = peers({} if wanted.list else MODULES)
        todo = chosen(workloads(found), wanted.only)
        if wanted.list:
            print("\n".join(f"{workload.name:<38}{workload.title}" for workload in todo))
            return 0
        done = race(
            todo,
            left_out,
            rounds=wanted.rounds,
            seconds=wanted.seconds,
            out=wanted.out,
            clock=process_time if wanted.cpu_time else perf_counter,
            progress=not wanted.quiet,
            say=partial(print, flush=True),
        )
        return 0 if done else 130
    except (ValueError, OSError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbenchmarks: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
