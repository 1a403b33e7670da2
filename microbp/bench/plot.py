"""All ratios as a picture: a panel for each workload, a point for each contestant, on a log axis."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from microbp.bench.outcome import Outcome
from microbp.bench.report import short, time_text


def plot(outcomes: Sequence[Outcome], *files: str | os.PathLike[str]) -> Any:
    """A figure of the ratios of all workloads, written to the files (.png, .svg, .pdf).

    Each contestant is a point at its median, and a line from the 5th to the 95th percentile; further right is slower.

    Raises ImportError, with what to do, where matplotlib is missing.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
    except ImportError:
        raise ImportError("a plot needs matplotlib: pip install microbp[plot]") from None
    shown = [outcome for outcome in outcomes if len(outcome.timings) > 1]
    if not shown:
        raise ValueError("plot: no workload has two contestants to compare")
    columns = 2 if len(shown) > 1 else 1
    heights = [len(outcome.timings) + 2.2 for outcome in shown]
    left, right = _columns(heights, columns)
    rows = max(sum(heights[k] for k in column) for column in (left, right) if column or not right)
    figure = Figure(figsize=(7.6 * columns, 0.27 * rows + 0.3))
    FigureCanvasAgg(figure)
    for c, column in enumerate((left, right)[:columns]):
        top = 1.0
        for k in column:
            height = heights[k] / rows
            axes = figure.add_axes(
                ((c + 0.30) / columns, top - (len(shown[k].timings) + 1.0) / rows,
                 0.52 / columns, len(shown[k].timings) / rows)
            )  # fmt: skip
            span = _panel(axes, shown[k])
            axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if span < 50 else (1.0,), numticks=20))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,g}×"))
            axes.xaxis.set_minor_formatter(NullFormatter())
            top -= height
    for file in files:
        figure.savefig(os.fspath(file), dpi=150)
    return figure


def _columns(heights: Sequence[float], columns: int) -> tuple[list[int], list[int]]:
    """The panels of the first column, in order, up to about half of the height, and the others."""
    total, so_far = sum(heights), 0.0
    for k, height in enumerate(heights):
        if columns == 2 and so_far + height / 2 > total / 2:
            return list(range(k)), list(range(k, len(heights)))
        so_far += height
    return list(range(len(heights))), []


def _panel(axes: Any, outcome: Outcome) -> float:
    """Draw one workload; how many times the right end of its axis is the left end."""
    names = list(outcome.timings)
    own, other = "#c44e00", "#34618c"
    ends = [1.0]
    for k, name in enumerate(names):
        timing = outcome.timings[name]
        ratio = outcome.ratio(name, timing.against)
        if ratio is None:
            continue
        colour = own if name.startswith("microbp") else other
        axes.plot([ratio.low, ratio.high], [k, k], color=colour, linewidth=2.5, alpha=0.45, solid_capstyle="round")
        axes.plot([ratio.median], [k], "o", color=colour, markersize=5)
        words = time_text(timing.spread.median) + ("" if name == timing.against else f"   {short(ratio.median)}")
        axes.text(1.02, k, words, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color=colour)
        ends += [ratio.low, ratio.high]
    axes.axvline(1.0, color="0.5", linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    low, high = min(min(ends) / 1.2, 0.7), max(max(ends) * 1.2, 2.5)
    axes.set_xlim(low, high)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="x", labelsize=7, length=2, pad=1)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="0.9", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    others = {timing.against for timing in outcome.timings.values()}
    heading = f"time   ÷ {others.pop()}" if len(others) == 1 else "time   ÷ (see table)"
    axes.text(1.02, -0.85, heading, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5, color="0.4")
    axes.set_title(outcome.title, loc="left", fontsize=8.5, x=-0.55, pad=4)
    return high / low
