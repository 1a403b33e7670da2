"""A history of training as columns, which is what the training view of the page reads."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from microbp.draw.region import region_of
from microbp.history import History

LINES = 300
"""Up to so many weights and biases, each is a line over time; where there are more, quantiles stand for them."""

CELLS = 100_000
"""Up to so many numbers, a layer's weights are a picture."""

NUMBERS = 1_000_000
"""So many numbers a page takes, those of all pictures together, which are 4 MB."""

FRAMES = 201
"""So many places the slider has at most."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def columns_of_training(history: History) -> dict[str, Any]:
    """The columns of a training run.

    epochs      how many were done
    costs       the training cost of each
    validation  of each how many validation examples were right (`correct`), of how many (`total`); None without any
    frames      where the slider can stop: after how many epochs parameters are known, or each epoch where they aren't
    parameters  w2, b2, …: shape, and either `values`, all numbers, by frames, or `quantiles`, or both
    region      what the network answers in the plane of its inputs (`region.py`), or why that is left out

    Raises ValueError where no epoch was finished.
    """
    if not history.epochs:
        raise ValueError("explore: the history is empty: no epoch was finished; train for at least one")
    kept = sorted(n for n in history.snapshots if n <= len(history))
    frames = _thinned(kept, _room(history)) if kept else list(range(1, len(history) + 1))
    count = sum(w.size for w in history.snapshots[kept[0]].values()) if kept else 0
    names = list(history.snapshots[kept[0]]) if kept else []
    validated = bool(history.accuracies)
    return {
        "network": _network_name(history),
        "epochs": len(history),
        "interrupted": history.interrupted,
        "costs": [_number(epoch.cost) for epoch in history],
        "validation": {
            "correct": [epoch.correct for epoch in history],
            "total": max(epoch.total for epoch in history),
        }
        if validated
        else None,
        "frames": frames,
        "parameters": [_parameter(name, [history.snapshots[n][name] for n in frames], count) for name in names],
        "region": region_of(history, frames if kept else []),
    }


def _parameter(name: str, arrays: Sequence[np.ndarray], count: int) -> dict[str, Any]:
    numbers = np.stack([array.ravel() for array in arrays])
    found: dict[str, Any] = {"name": name, "shape": list(arrays[0].shape), "values": None, "quantiles": None}
    if numbers.shape[1] <= CELLS:
        found["values"] = floats_text(numbers)
    if count > LINES:
        found["quantiles"] = floats_text(np.quantile(numbers, QUANTILES, axis=1).T)
    return found


def floats_text(numbers: np.ndarray) -> str:
    """Numbers of seven digits, as the page reads them."""
    with np.errstate(over="ignore"):
        return base64.b64encode(numbers.astype("<f4").tobytes()).decode()


def _room(history: History) -> int:
    """How many frames the page takes, at least two."""
    arrays = next(iter(history.snapshots.values())).values()
    drawn = sum(array.size for array in arrays if array.size <= CELLS)
    return max(2, min(FRAMES, NUMBERS // max(drawn, 1)))


def _thinned(epochs: list[int], room: int) -> list[int]:
    """The same, or every 2nd, or every 4th, …, with the first and the last."""
    every, thinned = 1, epochs
    while len(thinned) > room:
        every *= 2
        thinned = [n for n in epochs if n % every == 0 or n == epochs[-1]]
    return thinned


def _network_name(history: History) -> str | None:
    """Its sizes, as 784-30-10."""
    if not history.snapshots:
        return None
    shapes = [w.shape for name, w in next(iter(history.snapshots.values())).items() if name.startswith("w")]
    return "-".join(str(n) for n in [shapes[0][1], *(n_out for n_out, _ in shapes)])


def _number(x: float) -> float | None:
    return float(x) if isfinite(x) else None
