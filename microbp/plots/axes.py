"""Axes to draw on, and the colours that all plots share."""

from __future__ import annotations

from typing import Any

import numpy as np

BLUE, ORANGE = "#0072B2", "#C24E00"
"""Negative and positive, first and second: told apart by colour-blind eyes too, and dark enough for text on white."""

CLASSES = (BLUE, ORANGE, "#009E73", "#CC79A7", "#8A6D00", "#56B4E9", "#7A3E9D", "#333333")
"""Colours of classes, after Okabe and Ito; with more classes they begin again."""

MARKERS = "o^sDvP*X"
"""Markers of classes, which come with the colours."""

HATCHES = ("", "///", "...", "\\\\\\", "xxx", "+++", "ooo", "---")
"""Patterns of regions, which come with the colours."""


def axes_for(what: str, axes: Any, **figure: Any) -> Any:
    """The axes that are given, or those of a new figure; an ImportError that says how to get matplotlib."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(f'plots.{what} needs matplotlib: pip install "microbp[plot]"') from None
    if axes is not None:
        return axes
    return pyplot.subplots(layout="constrained", **figure)[1]


def tint(colour: str, strength: float) -> tuple[float, float, float]:
    """The colour mixed with white, of strength 0 (white) to 1 (the colour)."""
    red, green, blue = (1 - strength * (1 - int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue


def two_sided() -> Any:
    """The colour map from BLUE at the lowest by white to ORANGE at the highest."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("blue-white-orange", [BLUE, "#FFFFFF", ORANGE])


def padded(numbers: np.ndarray, part: float) -> tuple[float, float]:
    """Their range, and that part of it more on each side."""
    low, high = float(numbers.min()), float(numbers.max())
    margin = part * (high - low) or 1.0
    return low - margin, high + margin
