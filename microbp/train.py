"""`train`: teach a network by mini-batches."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from microbp import sweeps
from microbp.data import one_hot
from microbp.data.bars import are_watched
from microbp.graph import Node
from microbp.history import Epoch, History
from microbp.nn import costs, optimizers
from microbp.nn.costs import Cost
from microbp.nn.examples import as_answers, as_array, as_digits, as_rows, correct
from microbp.nn.named import named
from microbp.nn.network import MLP
from microbp.nn.optimizers import Optimizer
from microbp.nn.parameters import assign, cotangent_of, numbers_of
from microbp.nn.regularizers import Regularizer


class TrainingError(ArithmeticError):
    """The cost, or a parameter, is no longer a number; the network keeps the last parameters that gave one."""


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
    rng = np.random.default_rng(rng)
    run = _Run(net, X, Y, batch_size, cost, optimizer, regularizer)
    # One output neuron is judged by the middle of what it is taught, also where all that is tried is of one class.
    middle = 0.0 if (Y < 0).any() else 0.5
    history = History()
    bar = _bar(epochs * run.steps, progress)
    try:
        for j in range(epochs):
            bar.set_description(f"Epoch {j}", refresh=False)
            mean_cost = run.epoch(j, rng.permutation(len(X)), bar.update)
            right = None if test is None else correct(net, *test, middle)
            history.epochs.append(Epoch(mean_cost, right, 0 if test is None else len(test[0])))
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

    checkpoint  parameters, and states of the optimizer, whose cost was the last to be a number
    """

    def __init__(
        self,
        net: MLP,
        X: np.ndarray,
        Y: np.ndarray,
        batch_size: int,
        cost: str | Cost,
        optimizer: Optimizer | None,
        regularizer: Regularizer | None,
    ) -> None:
        self.net, self.X, self.Y, self.batch_size = net, X, Y, batch_size
        self.steps = -(-len(X) // batch_size)
        self.cost = named("cost", cost, costs.NAMES, Cost)
        self.optimizer = optimizers.SGD(0.5) if optimizer is None else optimizer
        if not isinstance(self.optimizer, Optimizer):
            raise TypeError(f"train: optimizer is one of microbp's optimizers, such as SGD(0.5), not {optimizer!r}")
        if regularizer is not None and not callable(getattr(regularizer, "gradient", None)):
            raise TypeError(f"train: regularizer is one such as regularizers.L2(5.0), not {regularizer!r}")
        self.regularizer = regularizer
        self.parameters = net.parameter_arrays()
        weights = net.weight_arrays()
        self.is_weight = [any(parameter is w for w in weights) for parameter in self.parameters]
        self.checkpoint = self._as_it_is()

    def epoch(self, j: int, order: np.ndarray, after_step: Callable[[], Any]) -> float:
        """A step on each mini-batch of the examples in this order; the mean of their costs before it."""
        total = 0.0
        for k in range(self.steps):
            batch = order[k * self.batch_size : (k + 1) * self.batch_size]
            total += len(batch) * self.step(self.X[batch], self.Y[batch], f"epoch {j}, mini-batch {k}")
            after_step()
        # Where a step ends is judged by the cost of the next one, but for the last.
        if not all(np.isfinite(numbers_of(w)).all() for w in self.parameters):
            self._give_up(f"a parameter became nan or inf at epoch {j}, mini-batch {self.steps - 1}")
        return total / len(order)

    def step(self, X: np.ndarray, Y: np.ndarray, where: str) -> float:
        """One step on a mini-batch of rows; the cost before it."""
        with np.errstate(all="ignore"):  # a cost that is not a number is reported, once and with its place
            c = self.net.cost(X.T, Y.T, self.cost)
            if not np.isfinite(c._data):
                self._give_up(f"the cost became {float(c._data)} at {where}")
            before, _ = self.checkpoint = self._as_it_is()
            cotangents = sweeps.backward(c)
            gradients = [cotangent_of(w, cotangents) for w in self.parameters]
            if self.regularizer is not None:
                for k, w in enumerate(before):
                    if self.is_weight[k]:
                        gradients[k] = gradients[k] + self.regularizer.gradient(w, len(self.X))
            self.optimizer.step(self.parameters, gradients)
        return float(c._data)

    def _as_it_is(self) -> tuple[list[np.ndarray], dict[Node, Any]]:
        return [numbers_of(w) for w in self.parameters], dict(self.optimizer.states)

    def _give_up(self, why: str) -> NoReturn:
        numbers, self.optimizer.states = self.checkpoint
        for w, array in zip(self.parameters, numbers, strict=True):
            assign(w, array.copy())
        raise TrainingError(
            f"{why}; the network keeps the last parameters that gave a number. A smaller learning rate than that of "
            f"{self.optimizer!r} often helps"
        )


def _bar(total: int, progress: bool) -> Any:
    from tqdm.auto import tqdm

    return tqdm(total=total, disable=not (progress and are_watched()), unit="step", leave=True)


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
        Y = Y.reshape(-1, 1) if n_out == 1 else one_hot(as_digits(Y, n_out, f"train: Y of {what}"), n_out)
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
