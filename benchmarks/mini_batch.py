"""The gradient over a mini-batch: all examples as the columns of one matrix, beside one example after another.

    python -m benchmarks.mini_batch                 # half a minute
    python -m benchmarks.mini_batch --out results   # and results/mini_batch.md
    python -m benchmarks.mini_batch --cpu-time      # the time of the processor, for a machine with other work to do

A problem of Nielsen's ch. 2, where the step so becomes about twice as fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import numpy as np  # noqa: E402

import microbp as mb  # noqa: E402
from benchmarks.tabled import tabled  # noqa: E402
from microbp.bench.digits import Array, Digits, flat  # noqa: E402
from microbp.bench.eager import network  # noqa: E402
from microbp.bench.harness import Contestant, Ready, Workload  # noqa: E402
from microbp.bench.numpy_ import cost_and_gradient  # noqa: E402
from microbp.bench.outcome import Outcome  # noqa: E402
from microbp.bench.report import ratio_text  # noqa: E402

LOOP, MATRIX = "numpy, one by one", "numpy, one matrix"


def mini_batch(m: int) -> Workload:
    """The gradient over m examples of 784-30-10: one after the other and added up, or as the columns of one matrix."""
    sizes = [784, 30, 10]

    def by_hand(together: bool) -> Ready:
        tasks = pieces(Digits(sizes, m, 1_000), together)
        gradients = [cost_and_gradient(task)[1] for task in tasks]
        return of_all([ready.step for ready in gradients], len(gradients))

    def replayed(together: bool) -> Ready:
        whole = Digits(sizes, m, 1_000)
        net = network(sizes, whole.start, mb.Tensor)
        tasks = pieces(whole, together)
        program = mb.record(net.cost, *tasks[0].first, wrt=net)
        return of_all([partial(program.value_and_grad, *task.first) for task in tasks], len(tasks))

    def of_the_book(together: bool) -> Ready:
        task = Digits(sizes, m, 1_000)
        net = mb.network.Network(sizes, matrix_form=together)
        net.weights, net.biases = task.start[::2], task.start[1::2]
        x, y = task.first
        batch = [(x[:, [k]], y[:, [k]]) for k in range(m)]
        return Ready(lambda: net.update_mini_batch(batch, 0.0))

    contestants = [
        Contestant(LOOP, lambda: by_hand(False)),
        Contestant(MATRIX, lambda: by_hand(True)),
        Contestant("replayed, one by one", lambda: replayed(False)),
        Contestant("replayed, one matrix", lambda: replayed(True), "replayed, one by one"),
        Contestant("the book's class, one by one", lambda: of_the_book(False)),
        Contestant("the book's class, one matrix", lambda: of_the_book(True), "the book's class, one by one"),
    ]
    right = lambda work: Digits(sizes, m, 1_000).expected_gradient()  # noqa: E731
    return Workload(f"mini-batch-{m}", f"784-30-10, a mini-batch of {m}", "gradient", contestants, LOOP, right)


class Piece(NamedTuple):
    """Some of the examples of a mini-batch, in columns, and the parameters that their gradient is by."""

    start: list[Array]
    first: tuple[Array, Array]
    m: int


def pieces(whole: Digits, together: bool) -> list[Any]:
    """The mini-batch in one piece, or an example a piece."""
    x, y = whole.first
    size = whole.m if together else 1
    columns = [slice(k, k + size) for k in range(0, whole.m, size)]
    cut = [tuple(np.ascontiguousarray(array[:, some]) for array in (x, y)) for some in columns]
    return [Piece(whole.start, first, size) for first in cut]


def of_all(gradients: Sequence[Callable[[], tuple[float, Sequence[Array]]]], count: int) -> Ready:
    """The mean of the gradients of all pieces, added up in place."""

    def step() -> list[Array]:
        _, first = gradients[0]()
        sums = list(first)
        for gradient in gradients[1:]:
            for total, nabla in zip(sums, gradient()[1], strict=True):
                total += nabla
        return sums

    return Ready(step, result=lambda: flat(step()) / count)


def speed_ups(outcomes: Iterable[Outcome]) -> str:
    """How many times as fast one matrix is as one example after another."""
    kinds = ["numpy", "replayed", "the book's class"]
    lines = [f"| mini-batch | {' | '.join(kinds)} |", "|---:|---:|---:|---:|"]
    for outcome in outcomes:
        ratios = [ratio_text(outcome.ratio(f"{kind}, one by one", f"{kind}, one matrix")) for kind in kinds]
        lines.append(f"| {outcome.name.rpartition('-')[2]} | {' | '.join(ratios)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    return tabled(__doc__, "mini_batch", [mini_batch(m) for m in (10, 100)], speed_ups)


if __name__ == "__main__":
    sys.exit(main())
