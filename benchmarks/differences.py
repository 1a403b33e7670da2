"""What eq. 46 costs beside backpropagation, in networks of 2 to 100,000 weights.

    python -m benchmarks.differences                 # three minutes
    python -m benchmarks.differences --out results   # and results/differences.md
    python -m benchmarks.differences --cpu-time      # the time of the processor, for a machine with other work to do

Nielsen, ch. 2: by difference quotients, ∂C/∂w_j ≈ (C(w + εe_j) − C(w))/ε (46), a million weights cost a million and one
forward passes, and backpropagation about two. Here the naive way has all advantages: a forward pass of bare numpy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded

import numpy as np  # noqa: E402

import microbp as mb  # noqa: E402
from benchmarks.tabled import tabled  # noqa: E402
from microbp.bench.digits import Digits, flat  # noqa: E402
from microbp.bench.eager import network  # noqa: E402
from microbp.bench.harness import Contestant, Ready, Workload  # noqa: E402
from microbp.bench.numpy_ import cost_and_gradient  # noqa: E402
from microbp.bench.outcome import Outcome  # noqa: E402
from microbp.bench.report import short, time_text  # noqa: E402

NETWORKS = (
    [1, 1], [2, 1], [2, 2, 1], [3, 2, 1], [2, 3, 1], [4, 3, 1], [4, 4, 2], [6, 6, 2], [10, 8, 2], [20, 12, 4],
    [50, 18, 5], [100, 28, 8], [300, 32, 10], [784, 30, 10], [784, 126, 10],
)  # fmt: skip
ALL_UP_TO, SAMPLE = 10_000, 1_000
"""Up to so many weights all are moved by eq. 46; of more, a sample, evenly spread."""

EPSILON = 1e-6

FORWARD, NAIVE, BY_HAND, REPLAYED, SWEPT = "forward pass", "eq. 46", "BP1–BP4 by hand", "replayed", "recorded and swept"

class Gradient:
    """The gradient of one example's cost in a network, sigmoid and quadratic, by weights and biases: n of them.

    moved  the places in the row of all parameters where eq. 46 moves one, and where results are compared
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        task = self.task()
        self.n = sum(array.size for array in task.start)
        self.moved = np.arange(self.n) if self.n <= ALL_UP_TO else np.linspace(0, self.n - 1, SAMPLE).astype(int)
        self.right = task.expected_gradient()[self.moved]

    def task(self) -> Digits:
        """Arrays of a contestant's own."""
        return Digits(self.sizes, 1, 100)

    def workload(self) -> Workload:
        """A forward pass, and the ways to the gradient; a time is a weight's share."""
        ways = {FORWARD: self.forward, NAIVE: self.naive, BY_HAND: self.by_hand}
        ways |= {REPLAYED: self.replayed, SWEPT: self.swept}
        contestants = [Contestant(name, prepare) for name, prepare in ways.items()]
        name = "-".join(map(str, self.sizes))
        title = f"{name}: {self.n:,} weights and biases"
        right = lambda work: self.right  # noqa: E731
        return Workload(name, title, "weight", contestants, FORWARD, right, tolerance=1e-5)

    def forward(self) -> Ready:
        """C by bare numpy."""
        return Ready(cost_and_gradient(self.task())[0].step, self.n)

    def naive(self) -> Ready:
        """Eq. 46: C once, and once more for each weight."""
        task = self.task()
        value, found = cost_and_gradient(task)[0].step, np.zeros(len(self.moved))
        rows = [array.reshape(-1) for array in task.start]  # views
        ends = np.cumsum([0, *[row.size for row in rows]])
        layers = np.searchsorted(ends, self.moved, side="right") - 1
        places = [(rows[l], j) for l, j in zip(layers.tolist(), (self.moved - ends[layers]).tolist(), strict=True)]

        def step() -> None:
            C = value()
            for k, (row, j) in enumerate(places):
                w = row[j]
                row[j] = w + EPSILON
                found[k] = (value() - C) / EPSILON
                row[j] = w

        note = "" if len(places) == self.n else f"{len(places):,} of the weights"
        return Ready(step, len(places), lambda: found, tried=1, note=note)

    def by_hand(self) -> Ready:
        """BP1 to BP4 in bare numpy."""
        ready = cost_and_gradient(self.task())[1]
        return ready._replace(work=self.n, result=lambda: ready.result()[self.moved])

    def replayed(self) -> Ready:
        """microbp: recorded once, then `value_and_grad` of the program."""
        task = self.task()
        x, y = task.first
        net = network(task.sizes, task.start, mb.Tensor)
        program = mb.record(net.cost, x, y, wrt=net)
        return Ready(
            lambda: program.value_and_grad(x, y), self.n, lambda: flat(program.value_and_grad(x, y)[1])[self.moved]
        )

    def swept(self) -> Ready:
        """microbp: the graph recorded each time, then the backward sweep."""
        task = self.task()
        x, y = task.first
        net = network(task.sizes, task.start, mb.Tensor)

        def step() -> None:
            net.zero_grad()
            net.cost(x, y).backward()

        return Ready(step, self.n, lambda: flat([w.grad for w in net.parameters()])[self.moved])


def as_table(outcomes: Iterable[Outcome]) -> str:
    """A row a network: the time of a forward pass, and how many of these each way to the gradient takes."""
    ways = [NAIVE, BY_HAND, REPLAYED, SWEPT]
    lines = [
        f"| weights | network | {FORWARD} | {' | '.join(ways)} |",
        "|---:|---|---:|" + "---:|" * len(ways),
    ]
    for outcome in outcomes:
        n = weights(outcome)
        timing = outcome.timings[FORWARD].spread.median * n
        star = "*" if outcome.timings[NAIVE].note else ""
        ratios = [short(outcome.ratio(way, FORWARD).median) + star * (way == NAIVE) for way in ways]
        lines.append(f"| {n:,} | {outcome.name} | {time_text(timing)} | {' | '.join(ratios)} |")
    return "\n".join(lines) + "\n"


def crossings(outcomes: Sequence[Outcome]) -> list[str]:
    """Of each way, up to how many weights eq. 46 is as cheap."""
    lines = []
    for way in (BY_HAND, REPLAYED, SWEPT):
        cheap = [weights(o) for o in outcomes if o.ratio(NAIVE, way).median <= 1]
        dear = [weights(o) for o in outcomes if weights(o) not in cheap]
        last = outcomes[-1]
        until = f", not from {min(dear)} on" if dear else ""
        few = f"is the cheaper one up to {max(cheap)} weights{until}" if cheap else "is always dearer"
        times = short(last.ratio(NAIVE, way).median)
        lines.append(f"- Eq. 46 beside {way}: it {few}; {times} times as dear at {weights(last):,}.")
    return lines


def weights(outcome: Outcome) -> int:
    """The n of a Gradient's workload."""
    sizes = [int(size) for size in outcome.name.split("-")]
    return sum((n_in + 1) * n_out for n_in, n_out in zip(sizes, sizes[1:], strict=False))


def tables(outcomes: Sequence[Outcome]) -> str:
    """All that came out."""
    sample = f"\\* {SAMPLE:,} of the weights were moved.\n"
    return "\n".join([as_table(outcomes), sample, *crossings(outcomes), ""])


def main() -> int:
    return tabled(__doc__, "differences", [Gradient(sizes).workload() for sizes in NETWORKS], tables)


if __name__ == "__main__":
    sys.exit(main())
