"""The decision region of a network with two inputs: what it answers in the plane, after each epoch."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp.history import History
from microbp.snapshots import are_all, network_with

SIDE = 60
"""Points of the grid in each direction."""

MARGIN = 0.12
"""Of the range of the examples, on each side."""

POINTS = 1_000
"""So many examples are drawn at most."""

CLASSES = 255
"""So many classes fit a byte."""


class Answers(NamedTuple):
    """How outputs are read.

    labels  what the classes are called
    middle  of one output: what parts the two classes
    spread  how far from the middle an answer is as clear as can be
    judged  whether the examples have classes, so that an answer is right or wrong
    """

    labels: list[str]
    middle: float
    spread: float
    judged: bool

    @classmethod
    def to(cls, Y: np.ndarray) -> Answers:
        """How outputs are read of a network that was taught Y, in rows: as `train` and `accuracy` do."""
        if Y.shape[1] > 1:
            return cls([str(k) for k in range(Y.shape[1])], 0.0, 1.0, True)
        if np.isin(Y, (0, 1)).all():
            return cls(["0", "1"], 0.5, 0.5, True)
        if np.isin(Y, (-1, 1)).all():
            return cls(["−1", "+1"], 0.0, 1.0, True)
        low, high = float(Y.min()), float(Y.max())
        middle, spread = (low + high) / 2, (high - low) / 2 or 1.0
        return cls([f"below {middle:.3g}", f"above {middle:.3g}"], middle, spread, False)

    def classes(self, outputs: np.ndarray) -> np.ndarray:
        """The class of each row: the largest output, or of one output whether it is above the middle."""
        if outputs.shape[1] > 1:
            return np.asarray(outputs.argmax(axis=1))
        return np.asarray(outputs[:, 0] > self.middle, int)

    def clearness(self, outputs: np.ndarray) -> np.ndarray:
        """How clear the answer is, from −1 to 1, and 0 at the boundary.

        Of one output its distance from the middle; of several that of the largest from the second, never negative.
        """
        if outputs.shape[1] > 1:
            second, largest = np.partition(outputs, -2, axis=1)[:, -2:].T
            distance = largest - second
        else:
            distance = outputs[:, 0] - self.middle
        return np.asarray(np.clip(np.nan_to_num(distance / self.spread), -1.0, 1.0))


def region_of(history: History, frames: Sequence[int]) -> dict[str, Any]:
    """The answers on a grid over the examples, and the examples themselves; or {"left_out": why}.

    side           points of the grid in each direction
    x, y           the range of each input
    labels, judged as in Answers; "outputs" says of how many
    clearness      of each frame side · side bytes, a row of the grid after the other from the smallest y on (`coded`)
    classes        likewise, where there are several outputs
    points         the examples drawn: x, y and class; of how many (`total`)
    right          of each frame a bit for each point, whether it is on the right side
    correct        of each frame how many of all examples are
    """
    why = _why_not(history, frames)
    if why is not None:
        return {"left_out": why}
    assert history.examples is not None  # else there is a reason why not
    X, Y = history.examples
    answers = Answers.to(Y)
    known = answers.classes(Y)
    ranges = [_range(X[:, i]) for i in (0, 1)]
    x, y = np.meshgrid(*(np.linspace(low, high, SIDE) for low, high in ranges))
    grid = np.column_stack([x.ravel(), y.ravel()])
    shown = np.arange(len(X))
    if len(X) > POINTS:
        shown = np.sort(np.random.default_rng(0).choice(len(X), POINTS, replace=False))

    answered = _answered(history, frames, answers, grid, shown)
    if "left_out" in answered:
        return answered
    return {
        "side": SIDE,
        "x": ranges[0],
        "y": ranges[1],
        "outputs": Y.shape[1],
        "labels": answers.labels,
        "middle": answers.middle,
        "judged": answers.judged,
        "points": {
            "x": [float(f"{number:.7g}") for number in X[shown, 0]],
            "y": [float(f"{number:.7g}") for number in X[shown, 1]],
            "class": known[shown].tolist(),
            "total": len(X),
        },
        **answered,
    }


def _answered(
    history: History, frames: Sequence[int], answers: Answers, grid: np.ndarray, shown: np.ndarray
) -> dict[str, Any]:
    """What the network answered at each frame, on the grid and for the examples, or why it can't."""
    assert history.examples is not None
    X, Y = history.examples
    known = answers.classes(Y)
    clearness, classes, right, correct = b"", b"", b"", []
    for n in frames:
        net = network_with(history.net, history.snapshots[n])
        try:
            with np.errstate(all="ignore"):
                outputs, of_examples = net.predict(grid), net.predict(X)
        except Exception as error:
            return {"left_out": f"the network can't answer for the plane: {type(error).__name__}: {error}"}
        clearness += coded(answers.clearness(outputs)).tobytes()
        classes += answers.classes(outputs).astype(np.uint8).tobytes() if Y.shape[1] > 1 else b""
        is_right = (answers.classes(of_examples) == known) & ~np.isnan(of_examples).any(axis=1)
        right += np.packbits(is_right[shown]).tobytes()
        correct.append(int(np.count_nonzero(is_right)))
    return {
        "clearness": _text(clearness),
        "classes": _text(classes) if classes else None,
        "right": _text(right),
        "correct": correct,
    }


def coded(clearness: np.ndarray) -> np.ndarray:
    """Numbers from −1 to 1 as signed bytes, 127 √ of their size.

    By the root they are finest at 0, by steps of 1/127², so that the boundary runs where it does in the network.
    """
    bytes_: np.ndarray = np.rint(127 * np.sign(clearness) * np.sqrt(np.abs(clearness))).astype(np.int8)
    return bytes_


def _why_not(history: History, frames: Sequence[int]) -> str | None:
    """Why there is no region to be seen, None where there is one."""
    if not frames:
        return "the history has no parameters in it"
    n_in = next(iter(history.snapshots[frames[0]].values())).shape[1]
    if n_in != 2:
        return f"the network has {n_in:,} input{'s' * (n_in != 1)}, and a plane is drawn for two"
    if history.net is None or history.examples is None:
        return "the history came without its network and examples"
    if not are_all(history.net):
        return "the network has parameters beside the w and b of its layers"
    if history.examples[1].shape[1] > CLASSES:
        return f"there are more than {CLASSES} classes"
    return None


def _range(numbers: np.ndarray) -> list[float]:
    low, high = float(numbers.min()), float(numbers.max())
    margin = MARGIN * (high - low) or 1.0
    return [low - margin, high + margin]


def _text(numbers: bytes) -> str:
    return base64.b64encode(numbers).decode()
