"""`train`: teach a network by mini-batches."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.arguments import generator, whole_number
from microbp.data.bars import progress_bar
from microbp.history import Epoch, History
from microbp.nn.costs import Cost
from microbp.nn.examples import as_answers, as_examples, as_rows, correct, need_finite
from microbp.nn.network import MLP
from microbp.nn.optimizers import Optimizer
from microbp.nn.regularizers import Regularizer
from microbp.problem import Problem
from microbp.snapshots import Snapshots
from microbp.steps import Run


def train(
    net: MLP,
    data: tuple[Any, Any],
    epochs: int = 30,
    batch_size: int = 10,
    optimizer: Optimizer | None = None,
    cost: str | Cost = "quadratic",
    *,
    regularizer: Regularizer | Sequence[Regularizer] | None = None,
    validation: tuple[Any, Any] | None = None,
    progress: bool = True,
    rng: np.random.Generator | int | None = None,
    replay: bool | None = None,
) -> History:
    """Teach a network by gradient descent on mini-batches (Nielsen ch. 1, eqs 18–21).

    Each epoch shuffles the examples and takes one step of the optimizer for each mini-batch, against the
    gradient of the mean cost over it.

    net          what is learned are its w and b, but for those that are constants (`varies=False`), as in a layer that
                 is frozen, and those that `net.parameters()` leaves out
    data         X, Y with examples in rows: X (n, n_1), and Y (n, n_L) or labels (n,), which are made
                 rows with a 1 in the place of the label
    epochs       how often to go through all examples
    batch_size   how many examples make a mini-batch; the last one of an epoch may be smaller
    optimizer    SGD(eta=0.5) by default
    cost         a name ("quadratic", "cross_entropy", "log_likelihood", "hinge", "multiclass_hinge", "absolute",
                 "squared") or a Cost
    regularizer  such as regularizers.L2(5.0), or several: [L2(5.0), MaxNorm(3.0)]
    validation   X, Y to be tried after each epoch, Y as rows or labels
    progress     whether to show a bar, on a terminal or in a notebook
    rng          a numpy Generator, or a seed, for the shuffling and for dropout
    replay       whether a step is recorded once and replayed: several times as fast, and the same weights. By default
                 (None) where network, activations, cost and regularizer are microbp's own, and it can be done. A
                 function of your own may keep a state or draw numbers, which a recording would freeze: True says that
                 it does not. Where it turns out in mid-training that it does, that is a RuntimeWarning, and the steps
                 from there on are computed anew

    Returns the History: for each epoch its cost and what was right of the validation set, the parameters after it
    (`history.snapshots`, 64 MB at most), and whether steps were replayed, or why not. Ctrl-C ends training between
    two steps; the history so far is returned, marked `interrupted`.

    Raises ValueError where data don't fit the network or hold nan or inf, where an argument is out of range or there
    is nothing to learn, and where `replay` is True but steps can't be replayed; TypeError where an argument, or what
    the data are made of, is of another kind. Both come before the first step.

    Raises TrainingError when the cost of a mini-batch, or a parameter, is nan or inf. Network and optimizer are then
    as they were when the cost was last a number.
    """
    X, Y, what = _pair(data, "data")
    X, Y = as_examples(X, Y, net, f"train: X of {what}", f"train: Y of {what}")
    test = None if validation is None else _checked_validation(net, *_pair(validation, "validation"))
    epochs, batch_size = whole_number("train", "epochs", epochs), whole_number("train", "batch_size", batch_size)
    rng = generator("train", rng)
    if replay not in (None, True, False):
        raise TypeError(f"train: replay is True, False or None, not {replay!r}")
    problem = Problem.of(net, X, Y, cost, optimizer, regularizer, rng)
    if net.normalizes and 1 in (batch_size, len(X) % batch_size):
        raise ValueError(
            f"train: {len(X)} examples in mini-batches of {batch_size} leave one example by itself, which batch "
            "normalization can't normalize; choose another batch_size"
        )
    # One output neuron is judged by the middle of what it is taught, also where all that is tried is of one class.
    middle = 0.0 if (Y < 0).any() else 0.5
    history, snapshots = History(), Snapshots(net)
    history.net, history.snapshots = net, snapshots.kept
    if net.sizes[0] == 2:
        history.examples = X.copy(), Y.copy()
    run: Run | None = None
    bar = progress_bar(epochs * problem.steps(batch_size), "step", progress)
    try:
        run = Run(problem, batch_size, replay)
        problem.take_statistics()
        snapshots.keep(0)
        for j in range(epochs):
            bar.set_description(f"Epoch {j}", refresh=False)
            mean_cost = run.epoch(j, rng.permutation(len(X)), bar.update)
            problem.take_statistics()
            right = None if test is None else correct(net, *test, middle)
            history.epochs.append(Epoch(mean_cost, right, 0 if test is None else len(test[0])))
            snapshots.keep(len(history))
            bar.set_postfix_str(history.line(j), refresh=False)
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        bar.close()
        problem.take_statistics()  # of the parameters as they are, wherever training was stopped
        if run is None:
            history.why_not = "training was interrupted before the first step"
        else:
            history.replayed, history.why_not = run.why_not is None, run.why_not
    if history.interrupted:
        where = f"in epoch {len(history)}"
        print(f"Training was interrupted {where}; the network keeps what it has learned.", file=sys.stderr)
    return history


def _pair(data: Any, what: str) -> tuple[Any, Any, str]:
    try:
        X, Y = data
    except (TypeError, ValueError):
        count = f" of {len(data)}" if hasattr(data, "__len__") else ""
        raise ValueError(
            f"train: {what} is a pair X, Y with examples in rows, not {type(data).__name__}{count}"
        ) from None
    return X, Y, what


def _checked_validation(net: MLP, X: Any, Y: Any, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Examples in rows and what is right for each."""
    X = as_rows(X, net.sizes[0], f"train: X of {what}")
    need_finite(X, f"train: X of {what}")
    return X, as_answers(Y, len(X), net.sizes[-1], f"train: Y of {what}")
