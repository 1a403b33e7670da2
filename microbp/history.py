"""`History`: what came of training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np


class Epoch(NamedTuple):
    """What one epoch came to.

    cost     mean over the examples of their costs, each before the step of its mini-batch, without the regularizer
    correct  how many validation examples were right afterwards, None without validation
    total    how many validation examples there are
    """

    cost: float
    correct: int | None
    total: int

    @property
    def accuracy(self) -> float | None:
        """The part of the validation examples that were right."""
        return None if self.correct is None else self.correct / self.total


class History:
    """The epochs of a training run; prints as the book does.

    interrupted  whether the run was ended by Ctrl-C, after the epochs that are here
    replayed     whether all of its steps were the replay of a recorded one
    why_not      why they were not, or from where on they were not; None where they were
    snapshots    the network's parameters by how many epochs were done when they were so, 0 before the first, n after
                 n epochs: `history.snapshots[3]["w2"]`. They take 64 MB at most: where more epochs were done than find
                 room, every 2nd is kept, or every 4th, …, and always the first and the last; none of a network of
                 which not even two find room
    net          the network, None in a history that was made by hand
    examples     X and Y that it was taught, in rows, where it has two inputs, so that they can be drawn; else None

    A pickled history leaves the network out, whose functions need not be of the kind that can be pickled.
    """

    def __init__(
        self,
        epochs: Iterable[Epoch] = (),
        interrupted: bool = False,
        replayed: bool = False,
        why_not: str | None = None,
    ) -> None:
        self.epochs = list(epochs)
        self.interrupted = interrupted
        self.replayed, self.why_not = replayed, why_not
        self.snapshots: dict[int, dict[str, np.ndarray]] = {}
        self.net: Any = None
        self.examples: tuple[np.ndarray, np.ndarray] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"net": None}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return (self.epochs, self.interrupted) == (other.epochs, other.interrupted)

    @property
    def costs(self) -> list[float]:
        """The training cost of each epoch."""
        return [epoch.cost for epoch in self.epochs]

    @property
    def accuracies(self) -> list[float]:
        """The validation accuracy of each epoch; empty without validation."""
        return [epoch.accuracy for epoch in self.epochs if epoch.accuracy is not None]

    @property
    def best(self) -> int:
        """The epoch of the highest validation accuracy, or of the lowest cost without validation."""
        if not self.epochs:
            raise ValueError("the history is empty: no epoch was finished")
        return int(np.argmax(self.accuracies)) if self.accuracies else int(np.argmin(self.costs))

    def __len__(self) -> int:
        return len(self.epochs)

    def __getitem__(self, j: int) -> Epoch:
        return self.epochs[j]

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def __repr__(self) -> str:
        if not self.epochs:
            return "<history of 0 epochs>"
        best = f", best {max(self.accuracies):.2%} in epoch {self.best}" if self.accuracies else ""
        costs = f"cost {self.costs[0]:.4g} to {self.costs[-1]:.4g}"
        return f"<history of {len(self)} epoch{'s' * (len(self) != 1)}, {costs}{best}>"

    def __str__(self) -> str:
        return "\n".join(map(self.line, range(len(self.epochs))))

    def line(self, j: int) -> str:
        """Epoch j as the book's program prints it.

        >>> History([Epoch(0.1, 9129, 10000), Epoch(0.05, None, 0)]).line(0)
        'Epoch 0: 9129 / 10000'
        """
        epoch = self.epochs[j]
        return f"Epoch {j} complete" if epoch.correct is None else f"Epoch {j}: {epoch.correct} / {epoch.total}"

    def plot(self, axes: Any = None) -> Any:
        """Cost and validation accuracy by epoch, drawn by matplotlib; gives the axes."""
        try:
            from matplotlib import pyplot
        except ImportError:
            raise ImportError('drawing a History needs matplotlib: pip install "microbp[plot]"') from None
        if axes is None:
            _, axes = pyplot.subplots()
        epochs = range(len(self.epochs))
        marker = "o" if len(epochs) == 1 else None  # a line through one point can't be seen
        axes.plot(epochs, self.costs, color="#0072B2", marker=marker, label="training cost")
        axes.set_xlabel("epoch")
        axes.set_ylabel("training cost", color="#0072B2")
        axes.set_ylim(bottom=0)
        axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        if self.accuracies:
            right = axes.twinx()
            right.plot(epochs, [100 * a for a in self.accuracies], color="#C24E00", linestyle="--", marker=marker)
            right.set_ylabel("validation accuracy (%)", color="#C24E00")
        return axes
