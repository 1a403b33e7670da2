"""The book's experiments on MNIST, run with microbp's own `train`, and a table of them beside the book's figures.

    python -m benchmarks.book                      # all of them, half an hour: results/results.json and .md
    python -m benchmarks.book quadratic-30 online  # these
    python -m benchmarks.book --list               # their names
    python -m benchmarks.book --out elsewhere      # another folder for the results
    python -m benchmarks.book --store              # results/results.json is what the clone has from now on

Each run that is finished is kept at once. So Ctrl-C costs no more than the run that it ends, and the same command goes
on from there. A clone has all results as microbp/book/results.json, and their table as docs/results.md.

MNIST is looked for as `mb.data.mnist()` does: in $MICROBP_DATA, in the cache, then on the net.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded: so small matrices gain nothing by more

import numpy as np  # noqa: E402

import microbp as mb  # noqa: E402
from microbp.book.experiments import BASELINES, EXPERIMENTS, Experiment  # noqa: E402
from microbp.book.results import BookResults, Run, read  # noqa: E402
from microbp.history import Epoch  # noqa: E402
from microbp.snapshots import network_with  # noqa: E402


def run(experiment: Experiment, seed: int, digits: mb.data.Split, progress: bool = True) -> Run:
    """One run of an experiment; the seed is that of the weights it starts from and of the shuffling."""
    rng = np.random.default_rng(seed)
    net = mb.MLP(experiment.sizes, initializer=experiment.initializer, rng=rng)
    in_bits = experiment.sizes[-1] == 4
    X, labels = digits.train
    history = mb.train(
        net,
        (X, bits(labels) if in_bits else labels),
        experiment.epochs,
        experiment.batch_size,
        mb.optimizers.SGD(experiment.eta),
        experiment.cost,
        regularizer=mb.regularizers.L2(experiment.lmbda) if experiment.lmbda else None,
        validation=None if in_bits else digits.test,
        progress=progress,
        rng=rng,
    )
    if in_bits:  # what is right is the digit that the bits make, which `train` can't know
        rights = [right(network_with(net, history.snapshots[j + 1]), digits.test) for j in range(len(history))]
        total = len(digits.test.labels)
        history.epochs = [Epoch(e.cost, int(r.sum()), total) for e, r in zip(history, rights, strict=True)]
    by_digit = np.bincount(digits.test.labels[right(net, digits.test)], minlength=10)
    return Run(history, by_digit.tolist())


def bits(digits: np.ndarray) -> np.ndarray:
    """Desired outputs of four neurons, (n, 4): the digits in binary, ones last."""
    return (digits[:, None] >> np.array([3, 2, 1, 0]) & 1).astype(float)


def right(net: mb.MLP, test: mb.data.Examples) -> np.ndarray:
    """Which images the network has right: by its largest activation of ten, or by all four bits."""
    outputs = net.predict(test.X)
    if outputs.shape[1] == 4:
        return ((outputs > 0.5) == (bits(test.labels) > 0.5)).all(axis=1)
    return outputs.argmax(axis=1) == test.labels


def baseline(name: str, digits: mb.data.Split) -> int:
    """How many test images one of the answers that take no network has right."""
    learned = {"guess": mb.baselines.Guess, "darkness": mb.baselines.AverageDarkness, "svm": mb.baselines.svm}
    answering = learned[name](*digits.train)
    return round(mb.accuracy(answering, *digits.test) * len(digits.test.labels))


class Work:
    """What is to be done, and the file in which each part of it is kept as soon as it is done.

    runs       experiments with the seeds of those runs that are still to be made
    baselines  the names of those still to be tried
    """

    def __init__(self, folder: Path, names: Sequence[str] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.page = folder / "results.json", folder / "results.md"
        self.results = read(self.path) if self.path.exists() else BookResults()
        chosen = [e for e in EXPERIMENTS if not names or e.name in names]
        # A first run of each before a second of any, so that the table fills early.
        runs = sorted(((e, seed) for e in chosen for seed in range(e.seeds)), key=lambda run: run[1])
        self.runs = [(e, seed) for e, seed in runs if seed not in self.results.get(e.name, {})]
        wanted = [b.name for b in BASELINES if not names or b.name in names]
        self.baselines = [name for name in wanted if name not in self.results.baselines]
        self.total = len(runs) + len(wanted)

    @property
    def left(self) -> int:
        """How many parts there are still to be done."""
        return len(self.runs) + len(self.baselines)

    def do(self, load: Callable[[], mb.data.Split], say: Callable[[str], None], progress: bool = True) -> None:
        """Do all that is left; KeyboardInterrupt where Ctrl-C ended it, with what was finished in its file."""
        digits = load() if self.left else None
        while self.runs:
            experiment, seed = self.runs[0]
            start = time.perf_counter()
            result = run(experiment, seed, digits, progress)
            if result.history.interrupted:
                raise KeyboardInterrupt
            self.results.add(experiment.name, seed, result)
            self._keep(self.runs)
            last, took = result.history[-1].correct, time.perf_counter() - start
            say(f"{self._count()} {experiment.name}, seed {seed}: best {result.best}, last {last}, {took:.0f} s")
        for name in list(self.baselines):
            try:
                self.results.baselines[name] = baseline(name, digits)
            except ImportError as error:
                say(f"{name}: left out, {error}")
                continue
            self._keep(self.baselines, self.baselines.index(name))
            say(f"{self._count()} {name}: {self.results.baselines[name]}")

    def _keep(self, done: list[Any], k: int = 0) -> None:
        self.results.save(self.path)
        self.page.write_text(f"{self.results.as_markdown()}\n", encoding="utf-8")
        del done[k]

    def _count(self) -> str:
        return f"{self.total - self.left} of {self.total}:"


def store(results: BookResults, clone: Path = Path(__file__).parent.parent) -> None:
    """Put results where `read` finds them, and their table in the documentation, below what is written there."""
    results.save(clone / "microbp" / "book" / "results.json")
    page = clone / "docs" / "results.md"
    words = page.read_text(encoding="utf-8").partition("\n**")[0]
    page.write_text(f"{words}\n{results.as_markdown()}\n", encoding="utf-8")


def main() -> int:
    options = _options()
    if options.list:
        for e in EXPERIMENTS:
            print(f"{e.name:28}{e.seeds} × {e.settings}")
        for b in BASELINES:
            print(f"{b.name:28}{b.what}")
        return 0
    if options.store:
        store(read(options.out / "results.json"))
        return 0
    work = Work(options.out, options.names)
    print(f"{work.total - work.left} of {work.total} are done: {work.path}", flush=True)
    try:
        work.do(mb.data.mnist, partial(print, flush=True))
    except KeyboardInterrupt:
        print("Interrupted; what is finished is kept, and the same command goes on from there.", file=sys.stderr)
        return 130
    print(work.results)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.book", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="experiments and baselines to run (default: all)")
    parser.add_argument("--list", action="store_true", help="show their names and settings")
    parser.add_argument("--out", type=Path, default=Path("results"), metavar="FOLDER", help="(default: results)")
    parser.add_argument("--store", action="store_true", help="run nothing: make the results those of the clone")
    options = parser.parse_args()
    if unknown := set(options.names) - {x.name for x in (*EXPERIMENTS, *BASELINES)}:
        parser.error(f"there is no experiment {min(unknown)}; --list shows them")
    return options


if __name__ == "__main__":
    sys.exit(main())
