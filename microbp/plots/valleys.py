"""A function of two variables as a map of its heights, and the way of a point across it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microbp.nn.examples import as_array
from microbp.plots.axes import BLUE, ORANGE, axes_for, tint
from microbp.tensor import Tensor

SIDE = 61
"""Points of the grid in each direction; f is called once for each."""

LEVELS = 14

ARROWS = 24
"""About so many steps of a way have arrows at most."""

DOTS = 100
"""A way of up to so many points shows each."""

Window = tuple[tuple[float, float], tuple[float, float]]


def valley(
    f: Callable[[Any], Any], trajectory: Any = None, axes: Any = None, *, window: Window | None = None
) -> Any:
    """The valley of C = f(v), v = (v₁, v₂), as lines of equal height, deeper blue the lower, and a way through it.

    f           as for `gradient_descent`: of a Tensor v of shape (2,), made of microbp's functions
    trajectory  what `gradient_descent` returns, or points (k, 2); its steps are arrows from a ring, the start, to a
                star, the end. None: the valley alone
    axes        matplotlib's axes to draw on; None: a new figure
    window      (low, high) of v₁ and of v₂; None: around the trajectory, or −1 … 1 of each. Where a way diverges, the
                window ends at five times the distance from its start to its lowest point, and says how many points
                lie beyond
    Returns the axes.
    """
    points = None if trajectory is None else _points(trajectory)
    if window is None:
        window = ((-1.0, 1.0), (-1.0, 1.0)) if points is None else _around(points, [_height(f, v) for v in points])
    low, high = np.asarray(window, float).T if np.shape(window) == (2, 2) else (np.ones(2), np.zeros(2))
    if not (np.isfinite([low, high]).all() and (low < high).all()):
        raise ValueError(f"valley: window is (low, high) of v1 and of v2, each low < high, not {window!r}")
    v1, v2 = (np.linspace(low[i], high[i], SIDE) for i in (0, 1))
    heights = np.ma.masked_invalid([[_height(f, np.array([x, y])) for x in v1] for y in v2])
    if heights.count() == 0:
        raise ValueError("valley: C is nowhere a finite number in the window")
    axes = axes_for("valley", axes, figsize=(5, 4.2))
    _contours(axes, v1, v2, heights)
    if points is not None:
        _way(axes, points, low, high)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel="$v_1$", ylabel="$v_2$")
    axes.set_aspect("equal", adjustable="box")  # so that ∇C is seen to stand upright on the lines
    return axes


def _points(trajectory: Any) -> np.ndarray:
    points = as_array(getattr(trajectory, "points", trajectory), "valley: points").astype(float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"valley: the points have shape {points.shape}; want v1 and v2 of each, (k, 2)")
    finite = np.isfinite(points).all(axis=1)
    if not finite[0]:
        raise ValueError("valley: the first point is nan or inf")
    return points[: len(points) if finite.all() else int(np.argmin(finite))]


def _height(f: Callable[[Any], Any], v: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        C = f(Tensor(v, varies=False))
    number = np.asarray(getattr(C, "data", C), float)
    if number.size != 1:
        raise ValueError(f"valley: f gives {number.size} numbers, shape {number.shape}; want one, C")
    return float(number.reshape(()))


def _around(points: np.ndarray, heights: list[float]) -> Window:
    """A window around the points, but for those that have gone far."""
    lowest = points[int(np.nanargmin(heights))] if not np.isnan(heights).all() else points[0]
    with np.errstate(over="ignore"):
        distances = np.hypot(*(points - lowest).T)
    reach = distances[0] or (distances[distances > 0].min() if distances.any() else 1.0)
    near = points[distances <= 5 * reach]
    middle, half = (near.max(axis=0) + near.min(axis=0)) / 2, (near.max(axis=0) - near.min(axis=0)) / 2
    half = 1.25 * np.maximum(half, 0.7 * half.max()) if half.any() else np.full(2, reach)
    (low1, low2), (high1, high2) = (middle - half).tolist(), (middle + half).tolist()
    return (low1, high1), (low2, high2)


def _contours(axes: Any, v1: np.ndarray, v2: np.ndarray, heights: np.ma.MaskedArray) -> None:
    """The lines of equal height, and the colour between them."""
    from matplotlib.colors import LinearSegmentedColormap

    low, high = float(heights.min()), float(heights.max())
    if not low < high:
        return  # a plain has no lines
    # Squared, as a valley is flat at its bottom: the lines of a bowl, v₁² + v₂², are then as far apart everywhere.
    # Of two digits, so that a line is just at the height that it says.
    inner = low + (high - low) * np.linspace(0, 1, LEVELS)[1:-1] ** 2
    inner = np.unique([level for level in (float(f"{level:.2g}") for level in inner) if low < level < high])
    levels = np.array([low, *inner, high])
    water = LinearSegmentedColormap.from_list("depth", [tint(BLUE, 0.55), tint(BLUE, 0.03)])
    axes.contourf(v1, v2, heights, levels, colors=[water(t) for t in np.linspace(0, 1, len(levels) - 1)])
    if len(inner):
        lines = axes.contour(v1, v2, heights, inner, colors="#555555", linewidths=0.6)
        axes.clabel(lines, inner[1::3], fmt=lambda height: f"{height:g}", fontsize=7)


def _way(axes: Any, points: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """The steps as lines with arrows, the start as a ring, the end as a star."""
    beyond = np.asarray(((points < low) | (points > high)).any(axis=1))
    seen = np.flatnonzero(~(beyond[:-1] & beyond[1:]))  # the steps that begin or end in the window
    points = np.clip(points, -1e150, 1e150)  # so that no difference of points that diverge overflows
    befores, afters = points[seen], points[seen + 1]
    begins, ends = _cut(afters, befores, low, high), _cut(befores, afters, low, high)
    moves = ends - begins
    axes.plot(*np.stack([begins, ends]).transpose(2, 0, 1), color=ORANGE, linewidth=1.3, zorder=3)
    for i in _spaced(np.hypot(*moves.T), float(np.hypot(*(high - low)))):
        axes.plot(*(begins[i] + 0.55 * moves[i]), marker=_head(moves[i]), markersize=9, color=ORANGE, zorder=3)
    if len(points) <= DOTS:
        axes.plot(*points[~beyond].T, "o", color=ORANGE, markersize=3, zorder=4)
    if not beyond[0]:
        axes.plot(*points[0], "o", color="black", markersize=9, markerfacecolor="white", zorder=5, label="start")
    steps = len(points) - 1
    if beyond.any():
        axes.set_title(f"{np.count_nonzero(beyond):,} of {len(points):,} points lie beyond", fontsize="small")
    if steps and not beyond[-1]:
        after = f"after {steps:,} step{'s' * (steps != 1)}"
        axes.plot(*points[-1], "*", color="black", markersize=12, markerfacecolor=ORANGE, zorder=6, label=after)
    if not (beyond[0] and beyond[-1]):
        axes.legend(fontsize="small", framealpha=0.9)


def _cut(inner: np.ndarray, outer: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where the way from each inner point to its outer one ends, or leaves the window.

    Where inner and outer are the other way round, that is outer: into the window a way crosses its edges, not out.
    """
    with np.errstate(all="ignore"):
        moves = outer - inner
        parts = (np.where(moves > 0, high, low) - inner) / moves  # of the way, up to each edge
    part = np.where(parts >= 0, parts, 1.0).min(axis=1, initial=1.0)
    cut: np.ndarray = np.where(part[:, None] < 1, inner + part[:, None] * moves, outer)
    return cut


def _spaced(lengths: np.ndarray, diagonal: float) -> list[int]:
    """The steps that get an arrow: those that are long, and some of many short ones, so that arrows keep apart."""
    apart = max(float(lengths.sum()) / ARROWS, diagonal / 16)
    chosen, since = [], apart / 2
    for i, length in enumerate(lengths):
        since += float(length)
        if since >= apart:
            chosen.append(i)
            since = 0.0
    return chosen


def _head(move: np.ndarray) -> Any:
    """An arrow's head in the direction of a move; on the paper it is the same, as both axes have one scale."""
    from matplotlib.path import Path

    along = move / np.hypot(*move)
    across = np.array([-along[1], along[0]])
    tip, back, notch = along, -0.9 * along, -0.45 * along
    return Path(np.array([tip, back + 0.55 * across, notch, back - 0.55 * across, tip]), closed=True)
