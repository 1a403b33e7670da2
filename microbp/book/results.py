"""What came of the book's experiments, each run with `train`: test images right, epoch by epoch, beside the book's.

`python -m benchmarks.book`, in a clone, runs them, which takes half an hour; what it found is stored beside this
module, so that the table can be shown, and any run looked at, without waiting.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from microbp.book.experiments import BASELINES, EXPERIMENTS, GROUPS, Experiment
from microbp.data.errors import DataError
from microbp.data.files import FilePath, opened, quoted, replaced
from microbp.history import Epoch, History

STORED = os.path.join(os.path.dirname(__file__), "results.json")

LOST = 0.1
"""A digit of which less than this part of the test images is right was not learned."""

TEST_IMAGES = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
"""How many test images of MNIST there are of each digit."""


class Run(NamedTuple):
    """What came of one run.

    history         its epochs: training cost, test images right; prints as the book's program does
    right_by_digit  after the last, how many images of each digit 0, 1, …, 9 were right
    """

    history: History
    right_by_digit: Sequence[int]

    @property
    def best(self) -> int:
        """Test images right after the best epoch."""
        return max(epoch.correct or 0 for epoch in self.history)

    @property
    def lost(self) -> list[int]:
        """The digits that it did not learn: hardly an image of them is right at the end."""
        return [d for d, (k, n) in enumerate(zip(self.right_by_digit, TEST_IMAGES, strict=True)) if k < LOST * n]


class NoSuchExperiment(KeyError):
    """There are no runs of this name; a KeyError whose text is a sentence."""

    def __str__(self) -> str:
        name, there = self.args
        return f"book_results: there are no runs of {name!r}; there are some of {', '.join(there) or 'nothing'}"


class BookResults(Mapping[str, Mapping[int, Run]]):
    """Runs by the experiment's name and by seed: `results["quadratic-30"][0].history`. A notebook shows the table.

    baselines  test images right by answers that take no network, by the names in BASELINES
    groups     the parts that the table has (`only`)

    >>> results = read()
    >>> print(results["quadratic-30"][0].history.line(0))
    Epoch 0: ... / 10000
    """

    def __init__(
        self,
        runs: Mapping[str, Mapping[int, Run]] | None = None,
        baselines: Mapping[str, int] | None = None,
        groups: Sequence[str] = (*GROUPS, "baselines"),
    ) -> None:
        self.groups = tuple(groups)
        self._runs = {name: dict(by_seed) for name, by_seed in (runs or {}).items()}
        self.baselines = dict(baselines or {})

    def __getitem__(self, name: str) -> Mapping[int, Run]:
        try:
            return self._runs[name]
        except KeyError:
            raise NoSuchExperiment(name, list(self._runs)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def add(self, name: str, seed: int, run: Run) -> None:
        """Put a run among the others."""
        self._runs.setdefault(name, {})[seed] = run

    def only(self, *groups: str) -> BookResults:
        """The same with some parts of the table, in this order.

        groups  "networks", "rates", "straight", "mini-batches", "outputs", "better", "baselines"
        """
        known = [*GROUPS, "baselines"]
        if unknown := [group for group in groups if group not in known]:
            raise ValueError(f"book.results: there is no group {unknown[0]!r}; there are {', '.join(known)}")
        return BookResults(self._runs, self.baselines, groups)

    def __repr__(self) -> str:
        return f"<{sum(map(len, self.values()))} runs of {len(self)} experiments>"

    def __str__(self) -> str:
        return self.as_markdown()

    def _repr_markdown_(self) -> str:
        return self.as_markdown()

    def as_markdown(self) -> str:
        """The table, in parts, each under its title and with a word about it."""
        parts = []
        for name in self.groups:
            if name == "baselines":
                rows = [[b.what, b.book, str(self.baselines.get(b.name, "–"))] for b in BASELINES]
                parts.append(f"**Without a network**\n\n{_table(['', 'the book', 'microbp'], rows)}")
            else:
                title, words, names = GROUPS[name]
                rows = [self._row(experiment) for experiment in EXPERIMENTS if experiment.name in names]
                parts.append(f"**{title}**\n\n{_table(HEAD, rows)}\n\n{words}")
        return "\n\n".join(parts)

    def _row(self, experiment: Experiment) -> list[str]:
        runs = [run for _, run in sorted(self.get(experiment.name, {}).items())]
        network, m, eta = "-".join(map(str, experiment.sizes)), str(experiment.batch_size), f"{experiment.eta:g}"
        row = [network, m, eta, experiment.ways, experiment.book or "–"]
        if not runs:
            return [*row, "–", "–", "–"]
        right = [str(epoch.correct) for epoch in runs[0].history]
        shown = ", ".join(right if len(right) <= 6 else [*right[:3], "…", *right[-3:]])
        return [*row, shown, ", ".join(str(run.best) for run in runs), "; ".join(map(_lost, runs))]

    def save(self, path: FilePath) -> None:
        """Write them to a file, a line a run; it is there wholly, or is what it was."""
        import json

        experiments = []
        for experiment in EXPERIMENTS:
            if runs := self.get(experiment.name):
                lines = ",\n".join(f'   "{seed}": {_as_json(run)}' for seed, run in sorted(runs.items()))
                settings = json.dumps(experiment.settings, ensure_ascii=False)
                experiments.append(f'  "{experiment.name}": {{"settings": {settings}, "runs": {{\n{lines}}}}}')
        kept = ",\n".join(experiments)
        text = f'{{"baselines": {json.dumps(self.baselines)},\n "experiments": {{\n{kept}}}}}\n'
        with replaced("save", path) as file:
            file.write(text.encode())


HEAD = ["network", "m", "η", "cost, start", "the book", "microbp, first run", "best of each run", "digits not learned"]

def _lost(run: Run) -> str:
    lost = run.lost
    return f"{len(lost)} digits" if len(lost) > 4 else " ".join(map(str, lost)) or "–"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown that can be read as it stands."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(f"| {' | '.join(map(str.ljust, row, widths))} |" for row in [head, rule, *rows])


def _as_json(run: Run) -> str:
    import json

    epochs = {
        "correct": [epoch.correct for epoch in run.history],
        "total": run.history[0].total,
        "costs": [float(f"{epoch.cost:.4g}") for epoch in run.history],
    }
    return json.dumps(epochs | {"right_by_digit": list(run.right_by_digit)})


def read(path: FilePath = STORED) -> BookResults:
    """The results in a file, by default those that come with microbp.

    Runs of an experiment that had other settings then than it has now are left out.
    """
    import json  # here, as `import microbp` does without

    with opened("book.results", path) as file:
        text = file.read()
    try:
        found = json.loads(text)
        runs = {
            e.name: {int(seed): _from_json(kept) for seed, kept in found["experiments"][e.name]["runs"].items()}
            for e in EXPERIMENTS
            if e.name in found["experiments"] and found["experiments"][e.name]["settings"] == e.settings
        }
        return BookResults(runs, found["baselines"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"book.results: {quoted(path)} is no file of results; benchmarks/book.py writes one") from error


def _from_json(kept: Any) -> Run:
    epochs = zip(kept["correct"], kept["costs"], strict=True)
    history = History([Epoch(cost, correct, kept["total"]) for correct, cost in epochs])
    return Run(history, kept["right_by_digit"])
