"""The machine that times were taken on: Python, numpy, its BLAS with the kernels in use and the threads.

numpy itself can only say what BLAS it was built with. Which kernels ("core type") OpenBLAS chose for this
processor, and how many threads it takes, only the loaded library knows: threadpoolctl asks it, whichever
BLAS it is. Without threadpoolctl this is said, and the rest is stated.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

SHOWN = ("OPENBLAS_", "OMP_", "MKL_", "BLIS_", "VECLIB_", "XLA_", "NPROC")


@contextmanager
def single_threaded() -> Iterator[None]:
    """While it lasts, a BLAS that is loaded already has one thread, where threadpoolctl is there to say so."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
        return
    with threadpool_limits(1):
        yield


def describe(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a time depends on, line by line: a heading and what there is.

    environment  the variables that libraries read when they are loaded
    """
    shown = {name: environment[name] for name in sorted(environment) if name.startswith(SHOWN)}
    return {
        "Python": f"{platform.python_version()} ({platform.python_implementation()}, {platform.system()})",
        "processor": f"{processor()}, {os.cpu_count()} cores, {load()}",
        "numpy": np.__version__,
        "BLAS": blas(_pools(), environment),
        "environment": ", ".join(f"{name}={value}" for name, value in shown.items()) or "nothing set",
    }


def _pools() -> list[dict[str, Any]] | None:
    """What threadpoolctl finds loaded; None without it."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return None
    np.ones((2, 2)) @ np.ones((2, 2))
    found: list[dict[str, Any]] = threadpool_info()
    return found


def blas(pools: list[dict[str, Any]] | None, environment: Mapping[str, str]) -> str:
    """numpy's BLAS, its version, core type and threads, and whether its core type is pinned.

    pools  as of threadpool_info(), or None

    >>> found = {"user_api": "blas", "internal_api": "openblas", "version": "0.3.29", "architecture": "Zen",
    ...          "num_threads": 1}
    >>> blas([found], {"OPENBLAS_CORETYPE": "Zen"})
    'openblas 0.3.29, core type Zen (pinned by OPENBLAS_CORETYPE), 1 thread'
    """
    pinned = " (pinned by OPENBLAS_CORETYPE)" if environment.get("OPENBLAS_CORETYPE") else ""
    if pools is None:
        build = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
        name = f"{build.get('name', 'unknown')} {build.get('version', '')}".strip()
        return f"{name}, core type{pinned} and threads not known: pip install threadpoolctl"
    found = [pool for pool in pools if pool.get("user_api") == "blas"]
    if not found:
        return "none that threadpoolctl knows"
    return "; ".join(dict.fromkeys(_line(pool, pinned) for pool in found))


def _line(pool: Mapping[str, Any], pinned: str) -> str:
    core, threads = pool.get("architecture"), pool.get("num_threads")
    kernels = f", core type {core}{pinned if pool.get('internal_api') == 'openblas' else ''}" if core else ""
    return f"{pool.get('internal_api')} {pool.get('version')}{kernels}, {threads} thread{'s' if threads != 1 else ''}"


def processor() -> str:
    """The name of the processor, as the system has it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def load() -> str:
    """How many processes wanted to run in the last minute, on average: much other work blurs every time."""
    if not hasattr(os, "getloadavg"):
        return "load not known"
    return f"load {os.getloadavg()[0]:.1f} at the start"
