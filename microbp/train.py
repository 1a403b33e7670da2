"""`train`: mini-batch learning of a network, and `History`, what came of it epoch by epoch."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

import numpy as np

from microbp import sweeps
from microbp.graph import Node
from microbp.nn import costs, optimizers
from microbp.nn.costs import Cost
from microbp.nn.named import named
from microbp.nn.network import MLP, as_answers, as_array, as_digits, as_rows, correct
from microbp.nn.optimizers import Optimizer
from microbp.nn.parameters import assign, cotangent_of, numbers_of
from microbp.nn.regularizers import Regularizer


class TrainingError(ArithmeticError):
    """The cost, or a parameter, is no longer a number; the network keeps the last parameters that gave one."""


class Epoch(NamedTuple):
    """What one epoch came to.

    cost     mean over the mini-batches of the cost before each step, without the regularizer
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


@dataclass
class History:
    """The epochs of a training run; prints as the book does.

    interrupted  whether the run was ended by Ctrl-C, after the epochs that are here
    """

    epochs: list[Epoch] = field(default_factory=list)
    interrupted: bool = False

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
        axes.plot(epochs, self.costs, color="#0072B2", label="training cost")
        axes.set_xlabel("epoch")
        axes.set_ylabel("training cost", color="#0072B2")
        axes.set_ylim(bottom=0)
        axes.xaxis.get_major_locator().set_params(integer=True)
        if self.accuracies:
            right = axes.twinx()
            right.plot(epochs, [100 * a for a in self.accuracies], color="#C24E00", linestyle="--")
            right.set_ylabel("validation accuracy (%)", color="#C24E00")
        return axes


def train(
    net: MLP,
    data: tuple[Any, Any],
    epochs: int = 30,
    batch_size: int = 10,
    optimizer: Optimizer | None = None,
    cost: str | Cost = "quadratic",
    *,
    regularizer: Regularizer | None = None,
    validation: tuple[Any, Any] | None = None,
    progress: bool = True,
    rng: np.random.Generator | int | None = None,
) -> History:
    """Teach a network by gradient descent on mini-batches (Nielsen ch. 1, eqs 18–21).

    Each epoch shuffles the examples and takes one step of the optimizer for each mini-batch, against the
    gradient of the mean cost over it.

    data         X, Y with examples in rows: X (n, n_1), and Y (n, n_L) or labels (n,), which are made
                 rows with a 1 in the place of the label
    optimizer    SGD(eta=0.5) by default
    cost         a name ("quadratic", "cross_entropy", "log_likelihood", "hinge") or a Cost
    regularizer  such as regularizers.L2(5.0)
    validation   X, Y to be tried after each epoch, Y as rows or labels
    progress     whether to show a bar, on a terminal or in a notebook
    rng          a numpy Generator, or a seed, for the shuffling

    Ctrl-C ends training between two steps; the history so far is returned, marked `interrupted`.

    Raises TrainingError when the cost of a mini-batch is nan or inf. Network and optimizer are then as they
    were when the cost was last a number.
    """
    X, Y = _checked(net, *_pair(data, "data"))
    test = None if validation is None else _checked_validation(net, *_pair(validation, "validation"))
    epochs, batch_size = _count("epochs", epochs), _count("batch_size", batch_size)
    function = named("cost", cost, costs.NAMES, Cost)
    optimizer = optimizers.SGD(0.5) if optimizer is None else optimizer
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"train: optimizer is one of microbp's optimizers, such as SGD(0.5), not {optimizer!r}")
    if regularizer is not None and not callable(getattr(regularizer, "gradient", None)):
        raise TypeError(f"train: regularizer is one such as regularizers.L2(5.0), not {regularizer!r}")
    rng = np.random.default_rng(rng)
    history = History()
    run = _Run(net, function, optimizer, regularizer, len(X))
    steps = -(-len(X) // batch_size)
    bar = _bar(epochs * steps, progress)
    try:
        for j in range(epochs):
            bar.set_description(f"Epoch {j}", refresh=False)
            order = rng.permutation(len(X))
            total = 0.0
            for k in range(steps):
                batch = order[k * batch_size : (k + 1) * batch_size]
                total += len(batch) * run.step(X[batch], Y[batch], f"epoch {j}, mini-batch {k}")
                bar.update()
            run.check_parameters(f"epoch {j}, mini-batch {steps - 1}")
            right = None if test is None else correct(net, *test)
            history.epochs.append(Epoch(total / len(X), right, 0 if test is None else len(test[0])))
            bar.set_postfix_str(history.line(j), refresh=False)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        bar.close()
    if history.interrupted:
        where = f"in epoch {len(history)}"
        print(f"Training was interrupted {where}; the network keeps what it has learned.", file=sys.stderr)
    return history


class _Run:
    """The steps of one training run.

    good  parameters, and states of the optimizer, whose cost was the last to be a number
    """

    def __init__(self, net: MLP, cost: Cost, optimizer: Optimizer, regularizer: Regularizer | None, n: int) -> None:
        self.net, self.cost, self.optimizer, self.regularizer, self.n = net, cost, optimizer, regularizer, n
        self.parameters = net.parameter_arrays()
        self.good = self._as_it_is()

    def step(self, X: np.ndarray, Y: np.ndarray, where: str) -> float:
        """One step on a mini-batch of rows; the cost before it."""
        with np.errstate(all="ignore"):  # a cost that is not a number is reported, once and with its place
            c = self.net.cost(X.T, Y.T, self.cost)
            if not np.isfinite(c._data):
                self._give_up(f"the cost became {float(c._data)} at {where}")
            before, _ = self.good = self._as_it_is()
            cotangents = sweeps.backward(c)
            gradients = [cotangent_of(w, cotangents) for w in self.parameters]
            if self.regularizer is not None:
                for k in range(0, len(gradients), 2):  # weights, not biases
                    gradients[k] = gradients[k] + self.regularizer.gradient(before[k], self.n)
            self.optimizer.step(self.parameters, gradients)
        return float(c._data)

    def check_parameters(self, where: str) -> None:
        """Make sure that the last step ended in numbers; any other is judged by the cost of the step after it."""
        if not all(np.isfinite(numbers_of(w)).all() for w in self.parameters):
            self._give_up(f"a parameter became nan or inf at {where}")

    def _as_it_is(self) -> tuple[list[np.ndarray], dict[Node, Any]]:
        return [numbers_of(w) for w in self.parameters], dict(self.optimizer.states)

    def _give_up(self, why: str) -> NoReturn:
        numbers, self.optimizer.states = self.good
        for w, array in zip(self.parameters, numbers, strict=True):
            assign(w, array.copy())
        raise TrainingError(
            f"{why}; the network keeps the last parameters that gave a number. A smaller learning rate than that of "
            f"{self.optimizer!r} often helps"
        )


def _bar(total: int, progress: bool) -> Any:
    from tqdm.auto import tqdm

    shown = progress and ("ipykernel" in sys.modules or sys.stderr.isatty())
    return tqdm(total=total, disable=not shown, unit="step", leave=True)


def _pair(data: Any, what: str) -> tuple[Any, Any, str]:
    try:
        X, Y = data
    except (TypeError, ValueError):
        count = f" of {len(data)}" if hasattr(data, "__len__") else ""
        raise ValueError(
            f"train: {what} is a pair X, Y with examples in rows, not {type(data).__name__}{count}"
        ) from None
    return X, Y, what


def _checked(net: MLP, X: Any, Y: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Examples and desired outputs in rows, as the network's dtype."""
    n_out = net.sizes[-1]
    X, Y = as_rows(X, net.sizes[0], f"train: X of {what}"), as_array(Y, f"train: Y of {what}")
    if Y.ndim == 1 and len(Y) == len(X):
        Y = Y.reshape(-1, 1) if n_out == 1 else np.eye(n_out)[as_digits(Y, n_out, f"train: Y of {what}")]
    if Y.shape != (len(X), n_out):
        raise ValueError(
            f"train: Y of {what} has shape {Y.shape}, X has {len(X)} rows; want shape ({len(X)}, {n_out}), "
            f"or ({len(X)},) for labels"
        )
    _need_finite("X", X, what)
    _need_finite("Y", Y, what)
    return X.astype(net.dtype, copy=False), Y.astype(net.dtype, copy=False)


def _checked_validation(net: MLP, X: Any, Y: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Examples in rows and what is right for each."""
    X = as_rows(X, net.sizes[0], f"train: X of {what}")
    _need_finite("X", X, what)
    return X, as_answers(Y, len(X), net.sizes[-1], f"train: Y of {what}")


def _need_finite(name: str, array: np.ndarray, what: str) -> None:
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0])
        raise ValueError(f"train: {name} of {what} has a value that is nan or inf, in row {row}")


def _count(name: str, n: Any) -> int:
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"train: {name} is a whole number of at least 1, not {n!r}")
    return int(n)


__all__: Sequence[str] = ["Epoch", "History", "TrainingError", "train"]
