"""`cross_validate`: a way of learning judged by rows that it didn't learn from, each row once."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from microbp.data import folds
from microbp.data.bars import progress_bar
from microbp.data.preprocessing import Preprocessing
from microbp.data.randomness import Randomness
from microbp.interrupts import noticed
from microbp.nn.examples import Predicting, as_array, as_rows, correct

Learn = Callable[[Any, Any], Predicting]


class Fold(NamedTuple):
    """What came of one fold.

    rows        which rows were held back
    correct     how many of them were right
    predictor   what was learned from the others
    preprocess  what was done to the rows before, learned from the others too; None where nothing was
    """

    rows: np.ndarray
    correct: int
    predictor: Predicting
    preprocess: Preprocessing | None

    @property
    def score(self) -> float:
        """The part of its rows that is right, between 0 and 1."""
        return self.correct / len(self.rows)


class CrossValidation:
    """What came of `cross_validate`: a `Fold` for each that was finished, in order.

    folds        the folds
    interrupted  whether it was ended by Ctrl-C before the last one
    """

    def __init__(self, folds: list[Fold], interrupted: bool = False) -> None:
        self.folds, self.interrupted = folds, interrupted

    @property
    def scores(self) -> list[float]:
        """The part that is right of each fold."""
        return [fold.score for fold in self.folds]

    @property
    def mean(self) -> float:
        """The mean of the scores."""
        if not self.folds:
            raise ValueError("cross_validate: no fold was finished, so there is no mean")
        return float(np.mean(self.scores))

    @property
    def spread(self) -> float:
        """The standard deviation of the scores, √(Σ (s − mean)² / (k − 1)); nan of a single one.

        The folds share most of what they learned from, so this is how much one fold differs from the next, not how
        far off the mean may be.
        """
        return float(np.std(self.scores, ddof=1)) if len(self.folds) > 1 else float("nan")

    def __len__(self) -> int:
        return len(self.folds)

    def __getitem__(self, i: int) -> Fold:
        return self.folds[i]

    def __iter__(self) -> Iterator[Fold]:
        return iter(self.folds)

    def __repr__(self) -> str:
        return f"<cross-validation of {len(self)} fold{'s' * (len(self) != 1)}{', ' * bool(self.folds)}{self._mean()}>"

    def __str__(self) -> str:
        lines = [self.line(i) for i in range(len(self))]
        return "\n".join([*lines, self._mean() or "no fold was finished"])

    def line(self, i: int) -> str:
        """The fold of that index as it is printed; the first one is Fold 1."""
        fold = self.folds[i]
        return f"Fold {i + 1}: {fold.correct} / {len(fold.rows)}  {fold.score:.1%}"

    def _mean(self) -> str:
        if not self.folds:
            return ""
        return f"mean {self.mean:.1%}" + (f", spread {self.spread:.1%}" if len(self) > 1 else "")


def cross_validate(
    learn: Learn,
    X: Any,
    labels: Any,
    k: int = 5,
    rng: Randomness = 0,
    *,
    preprocess: Preprocessing | None = None,
    stratified: bool = True,
    progress: bool = True,
) -> CrossValidation:
    """Judge a way of learning: k times it learns from all rows but those of one fold, which are then asked for.

    learn       (X, labels) → something with `predict`, as an MLP or a baseline: learned anew from these rows alone
    X, labels   rows (n, n_1) and the class of each, (n,): integers, or of a single output neuron −1 and +1
    k           how many folds
    rng         a seed, or a numpy Generator, for the folds; what `learn` draws is its own affair
    preprocess  such as data.preprocessing.MinMax(): fitted in each fold to the rows that are learned from, then done
                to both. Fitted to all rows before, it would know those that it is judged by
    stratified  whether each class is in all folds alike; else as chance has it
    progress    whether to show a bar, on a terminal or in a notebook

    Returns the CrossValidation: `scores`, their `mean` and `spread`; print it. Ctrl-C ends it, also where it meets
    `train`; the folds that were finished are returned, marked `interrupted`.

    >>> from microbp.baselines import ZeroRule
    >>> print(cross_validate(ZeroRule, [[0.0]] * 10, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1], k=2))
    Fold 1: 3 / 5  60.0%
    Fold 2: 3 / 5  60.0%
    mean 60.0%, spread 0.0%
    """
    X, labels = _checked(learn, X, labels, preprocess)
    parts = folds(len(X), k, rng, labels if stratified else None)
    middle = 0.0 if (labels < 0).any() else 0.5  # a fold may be of one class
    result = CrossValidation([])
    bar = progress_bar(len(parts), "fold", progress)
    try:
        with noticed() as interrupts:
            for rows in parts:
                others = np.setdiff1d(np.arange(len(X)), rows)
                step = None if preprocess is None else copy.copy(preprocess).fit(X[others])
                before = np.asarray if step is None else step.transform
                predictor = learn(before(X[others]), labels[others])
                if isinstance(predictor, type) or not callable(getattr(predictor, "predict", None)):
                    raise TypeError(f"cross_validate: learn gives something with predict, not {predictor!r}")
                right = correct(predictor, before(X[rows]), labels[rows], middle)
                if interrupts:
                    break
                result.folds.append(Fold(rows, right, predictor, step))
                bar.update()
                bar.set_postfix_str(result.line(len(result) - 1), refresh=False)
            result.interrupted = bool(interrupts)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        bar.close()
    if result.interrupted:
        print(f"Cross-validation was interrupted after {len(result)} of {len(parts)} folds.", file=sys.stderr)
    return result


def _checked(learn: Any, X: Any, labels: Any, preprocess: Any) -> tuple[np.ndarray, np.ndarray]:
    if not callable(learn):
        raise TypeError(f"cross_validate: learn is a function of X and labels, not {learn!r}")
    if preprocess is not None and not isinstance(preprocess, Preprocessing):
        raise TypeError(f"cross_validate: preprocess is one of data.preprocessing, as MinMax(), not {preprocess!r}")
    X = as_array(X, "cross_validate: X")
    X = as_rows(X, X.shape[-1] if X.ndim else 0, "cross_validate: X")
    labels = as_array(labels, "cross_validate: labels")
    if labels.shape != (len(X),):
        raise ValueError(
            f"cross_validate: labels have shape {labels.shape}, X has {len(X)} rows; want the class of each"
        )
    return X, labels
