"""Examples in rows and their labels as arrays, and how many of them a network has right."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from microbp.data import one_hot


class Predicting(Protocol):
    """What answers for examples in rows, as an MLP does."""

    def predict(self, X: Any) -> np.ndarray:
        """The activations of the last layer: (n, n_1) in, (n, n_L) out."""


def accuracy(net: Predicting, X: Any, labels: Any, middle: float | None = None) -> float:
    """The part of the examples that a network has right, between 0 and 1.

    X       examples in rows, (n, n_1)
    labels  digits (n,), or desired outputs in rows (n, n_L). With several output neurons, the largest
            activation is the answer; with one, the labels are 0 and 1, or −1 and +1
    middle  above which one output neuron answers with class 1; by default that of the labels, ½ where they
            are 0 and 1 (or True and False) and 0 where they are −1 and +1. Labels that are all 1 may be of
            either kind, so with these it has to be said
    """
    return correct(net, X, labels, middle) / len(X)


def correct(net: Predicting, X: Any, labels: Any, middle: float | None = None) -> int:
    """How many examples a network has right (`accuracy`)."""
    outputs = outputs_of(net, X, "accuracy")
    n, n_out = outputs.shape
    right = as_answers(labels, n, n_out, "accuracy")
    known = ~np.isnan(outputs).any(axis=1)  # nan is no answer, and never right
    if n_out > 1:
        return int(np.count_nonzero((outputs.argmax(axis=1) == right) & known))
    if middle is None:
        middle = _middle_of(as_array(labels, "accuracy"))
    return int(np.count_nonzero(((outputs[:, 0] > middle) == right) & known))


def outputs_of(net: Predicting, X: Any, what: str) -> np.ndarray:
    """What `predict` gives of examples in rows, (n, n_L); else one sentence on what it gives instead."""
    if isinstance(net, type) or not callable(getattr(net, "predict", None)):
        raise TypeError(f"{what}: want something with predict, such as an MLP or a baseline, not {net!r}")
    outputs = as_array(net.predict(X), f"{what}: what predict gives")
    if outputs.ndim != 2 or len(outputs) != len(X) or not outputs.shape[1]:
        raise ValueError(f"{what}: predict gives shape {outputs.shape} for {len(X)} rows; want ({len(X)}, n_L)")
    return outputs


def _middle_of(labels: np.ndarray) -> float:
    """What lies between the two labels of one output neuron."""
    if (labels < 0).any():
        return 0.0
    if labels.dtype != bool and labels.all():
        raise ValueError(
            "accuracy: all labels are 1, so whether they are of 0 and 1 or of −1 and +1 is open; "
            "pass middle=0.5 for the first, middle=0 for the second"
        )
    return 0.5


def as_answers(labels: Any, n: int, n_out: int, what: str) -> np.ndarray:
    """What is right for each of n examples: the number of a neuron; of a single one, whether it should fire."""
    labels = as_array(labels, what)
    if labels.shape not in ((n,), (n, n_out)):
        raise ValueError(
            f"{what}: labels have shape {labels.shape}, X has {n} rows; want shape ({n},), or ({n}, {n_out}) for "
            "desired outputs"
        )
    if n_out > 1:
        if np.isnan(labels).any():
            raise ValueError(f"{what}: a label is nan")
        return labels.argmax(axis=1) if labels.ndim == 2 else as_digits(labels, n_out, what)
    kinds = "labels of one output neuron are 0 and 1, or −1 and +1"
    wrong = labels[~np.isin(labels, (-1, 0, 1))]
    if wrong.size:
        raise ValueError(f"{what}: {kinds}, not {wrong[0]}")
    if np.isin((-1, 0), labels).all():
        raise ValueError(f"{what}: {kinds}, not both −1 and 0")
    return np.asarray(labels.reshape(n) > 0)


class Sized(Protocol):
    """What examples are for: sizes gives the neurons of its layers, dtype what its numbers are."""

    sizes: list[int]
    dtype: np.dtype[Any]


def as_examples(X: Any, Y: Any, net: Sized, X_is: str, Y_is: str) -> tuple[np.ndarray, np.ndarray]:
    """Finite examples (n, n_1) and desired outputs (n, n_L), or labels (n,), in rows and in the network's dtype.

    X_is, Y_is  what errors call them
    """
    X = as_rows(X, net.sizes[0], X_is)
    Y = as_desired(Y, len(X), net.sizes[-1], Y_is)
    need_finite(X, X_is)
    need_finite(Y, Y_is)
    return X.astype(net.dtype, copy=False), Y.astype(net.dtype, copy=False)


def as_desired(Y: Any, n: int, n_out: int, what: str) -> np.ndarray:
    """Desired outputs of n examples in rows, (n, n_out); labels (n,) become rows with a 1 in the place of the label."""
    rows = as_array(Y, what)
    if rows.ndim == 1 and len(rows) == n:
        rows = rows.reshape(-1, 1) if n_out == 1 else one_hot(as_digits(rows, n_out, what), n_out)
    if rows.shape != (n, n_out):
        raise ValueError(
            f"{what} has shape {rows.shape}, X has {n} rows; want shape ({n}, {n_out}), or ({n},) for labels"
        )
    return rows


def as_digits(labels: np.ndarray, n_out: int, what: str) -> np.ndarray:
    """Labels (n,) as integers, each the number of an output neuron."""
    if labels.dtype.kind not in "iub":
        raise ValueError(f"{what}: labels are integers, not {labels.dtype.name}; pass labels.astype(int)")
    wrong = labels[(labels < 0) | (labels >= n_out)]
    if wrong.size:
        raise ValueError(f"{what}: there is a label {wrong[0]}; want 0 to {n_out - 1}, one for each output neuron")
    return labels.astype(np.intp)


def as_rows(X: Any, n: int, what: str) -> np.ndarray:
    """X as an array of examples in rows of n numbers; else a ValueError that says what is wrong with it."""
    array = as_array(X, what)
    if array.ndim != 2 or array.shape[1] != n:
        hint = "; rows are examples here, so pass its transpose" if array.ndim == 2 and array.shape[0] == n else ""
        raise ValueError(f"{what} has shape {array.shape}, but should be (examples, {n}){hint}")
    if not len(array):
        raise ValueError(f"{what} is empty: there are no examples in it")
    return array


def need_finite(array: np.ndarray, what: str) -> None:
    """A ValueError where rows hold a value that is nan or inf."""
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0])
        raise ValueError(f"{what} has a value that is nan or inf, in row {row}; leave such examples out")


def as_array(X: Any, what: str) -> np.ndarray:
    """X as an array of real numbers."""
    try:
        array = np.asarray(X)
    except ValueError:
        raise ValueError(f"{what} has rows that differ in length") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{what} holds real numbers, not {array.dtype.name} data")
    return array
