"""The workloads, and who takes part in each: the rows of the benchmark.

Every peer is a module with a table CONTESTANTS: for each kind of work, by the name that it has in the table of
results, a function that makes one contestant ready for one task. What isn't installed is left out with a word.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from microbp.bench.digits import Digits
from microbp.bench.eager import growth
from microbp.bench.harness import Contestant, Ready, Workload
from microbp.bench.outcome import Goal
from microbp.bench.scalars import Chain, Mixed, Moons

Peer: TypeAlias = Mapping[str, Mapping[str, Callable[..., Any]]]
"""The contestants of one library: by the kind of work, then by name."""

OWN = ["microbp.bench.eager", "microbp.bench.replay", "microbp.bench.numpy_"]
SMALL = {"micrograd": "microbp.bench.micrograd_"}
"""The packages, besides numpy, that the quick part is run against, and the modules with their contestants."""


def peers(modules: Mapping[str, str]) -> tuple[list[Peer], dict[str, str]]:
    """microbp and numpy, the modules in OWN, then what is installed of these packages; and why the others are left out.

    modules  by package, the module with its contestants
    """
    found: list[Peer] = [import_module(module).CONTESTANTS for module in OWN]
    left_out = {}
    for package, module in modules.items():
        if find_spec(package) is None:
            left_out[package] = f"not installed, left out (pip install {package})"
            continue
        try:
            found.append(import_module(module).CONTESTANTS)
        except ImportError as error:
            left_out[package] = f"can't be imported, left out ({error})"
    return found, left_out


def workloads(found: Sequence[Peer], n: int = 50_000) -> list[Workload]:
    """All of them, with n examples to learn digits from."""
    wide = [784, 128, 64, 10]
    return [
        mixed(found, 100_000, collector=False),
        mixed(found, 100_000, collector=True),
        moons(found),
        digits_by_scalars(found, n),
        *(digits(found, sizes, m, n) for sizes in ([784, 30, 10], wide) for m in (10, 100)),
        gradient(found, n),
        chain(found, 1_000_000),
        *grown([1_000, 10_000, 100_000, 1_000_000]),
    ]


def quick(found: Sequence[Peer]) -> list[Workload]:
    """Those that take seconds."""
    n = 10_000
    own, others = found[: len(OWN)], found[len(OWN) :]
    # A step of a network of scalars takes seconds in micrograd.
    patient = [{kind: table for kind, table in peer.items() if kind != "digits by scalars"} for peer in others]
    return [
        mixed(found, 20_000, collector=False),
        mixed(found, 20_000, collector=True),
        moons(found),
        digits_by_scalars([*own, *patient], n),
        *(digits(found, [784, 30, 10], m, n) for m in (10, 100)),
        gradient(found, n),
    ]


def chosen(all_of_them: Iterable[Workload], names: Sequence[str]) -> list[Workload]:
    """The workloads with one of these words in their names; all, where there are no words.

    Raises ValueError when a word is in no name.
    """
    everything = list(all_of_them)
    for word in names:
        if not any(word in workload.name for workload in everything):
            known = ", ".join(workload.name for workload in everything)
            raise ValueError(f"no workload has {word!r} in its name; there are {known}")
    return [w for w in everything if not names or any(word in w.name for word in names)]


def _contestants(found: Sequence[Peer], kind: str, task: Any) -> list[Contestant]:
    return [Contestant(name, partial(ready, task)) for peer in found for name, ready in peer.get(kind, {}).items()]


def mixed(found: Sequence[Peer], n: int, *, collector: bool) -> Workload:
    """Record and differentiate mixed scalar nodes."""
    task, switch = Mixed(n), "on" if collector else "off"
    return Workload(
        f"nodes-collector-{switch}",
        f"Record and differentiate {n:,} mixed scalar nodes, garbage collector {switch}",
        "node",
        _contestants(found, "mixed", task),
        "microbp",
        task.expected,
        collector=collector,
        goals=(
            Goal(f"at most {'a quarter' if collector else 'half'} of micrograd's time",
                 "microbp", 0.25 if collector else 0.5, "micrograd"),
            Goal("at most 200 bytes a node", "microbp", 200, fact="bytes a node"),
        ),
    )  # fmt: skip


def moons(found: Sequence[Peer]) -> Workload:
    """micrograd's demo."""
    task = Moons()
    return Workload(
        "moons",
        "A step of micrograd's demo: two moons, 100 points, 2-16-16-1, on scalars",
        "step",
        _contestants(found, "moons", task),
        "microbp",
        task.expected,
        goals=(Goal("at most 0.35 of micrograd's time", "microbp", 0.35, "micrograd"),),
    )


def digits_by_scalars(found: Sequence[Peer], n: int) -> Workload:
    """A step of a network that was recorded number by number."""
    task = Digits([784, 30, 10], 10, n)
    return Workload(
        "scalar-digits",
        "A step of a 784-30-10 network recorded on scalars, mini-batch of 10",
        "step",
        _contestants(found, "digits by scalars", task),
        "numpy out=",
        task.expected,
        goals=(
            Goal("at most twice numpy out=", "microbp matrix form", 2, "numpy out="),
            Goal("prepared in 150 ms", "microbp matrix form", 150, fact="prepared, ms"),
        ),
    )


def digits(found: Sequence[Peer], sizes: list[int], m: int, n: int) -> Workload:
    """A step of a network on arrays."""
    task, name = Digits(sizes, m, n), "-".join(map(str, sizes))
    goals = [Goal("at most 1.2 of the floor", "microbp replayed", 1.2, "floor")]
    # A pin holds numpy to an older core, and not torch, which has a BLAS of its own.
    factor, pinned = (3.6, " (OPENBLAS_CORETYPE is set)") if os.environ.get("OPENBLAS_CORETYPE") else (5, "")
    if (len(sizes), m) == (3, 10):
        goals = [
            Goal(f"{factor} times as fast as torch eager{pinned}", "microbp replayed", 1 / factor, "torch eager"),
            Goal("at most 1.1 of numpy out=", "microbp replayed", 1.1, "numpy out="),
            Goal("ahead of jax.lax.scan", "microbp replayed", 1, "jax scan"),
            Goal("eager 2.2 times as fast as torch eager", "microbp eager", 1 / 2.2, "torch eager"),
        ]
    return Workload(
        f"digits-{name}-m{m}",
        f"A step of a {name} network on arrays, mini-batch of {m}",
        "step",
        _contestants(found, "digits", task),
        "numpy out=",
        task.expected,
        goals=tuple(goals),
    )


def gradient(found: Sequence[Peer], n: int) -> Workload:
    """How much longer value and gradient take than the value alone."""
    task = Digits([784, 30, 10], 100, n)
    contestants = []
    for peer in found:
        for name, pair in peer.get("gradient", {}).items():
            value, both = (partial(_one_of, pair, k, task) for k in range(2))
            contestants += [Contestant(f"{name}: C", value), Contestant(f"{name}: C and ∇C", both, f"{name}: C")]
    return Workload(
        "gradient",
        "Cost and gradient of a 784-30-10 network on 100 examples, against the cost alone",
        "call",
        contestants,
        "numpy: C",
        lambda _: task.expected_gradient(),
        goals=(Goal("∇C at most 2.1 times C", "microbp replayed: C and ∇C", 2.1, "microbp replayed: C"),),
    )


def _one_of(pair: Callable[[Digits], tuple[Ready, Ready]], k: int, task: Digits) -> Ready:
    return pair(task)[k]


def chain(found: Sequence[Peer], n: int) -> Workload:
    """A graph as deep as it has nodes."""
    task = Chain(n)
    return Workload(
        "chain",
        f"Record and differentiate a chain of {n:,} scalar nodes",
        "node",
        _contestants(found, "chain", task),
        "microbp",
        task.expected,
        goals=(Goal("at most half of torch's time", "microbp", 0.5, "torch"),),
    )


def grown(sizes: Sequence[int]) -> list[Workload]:
    """For each way to read a graph, the time for a node as graphs grow."""
    names = [f"{n:,} nodes" for n in sizes]
    readings = [(what, ready, True) for what, ready in growth().items()]
    what, ready, _ = readings[0]
    return [
        Workload(
            f"growth-{what.replace(' + ', '-').replace(' ', '-')}{'' if collector else '-collector-off'}",
            f"Time for a node as the graph grows: {what}{'' if collector else ', garbage collector off'}",
            "node",
            [Contestant(name, partial(ready, n)) for name, n in zip(names, sizes, strict=True)],
            names[0],
            collector=collector,
            goals=(Goal(f"{names[-1]} within 1.5 of {names[0]}", names[-1], 1.5, names[0]),),
        )
        for what, ready, collector in [(what, ready, False), *readings]
    ]
