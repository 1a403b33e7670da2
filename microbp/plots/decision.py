"""The decision region: the plane of two inputs, parted by what a network answers there."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp.data import one_hot
from microbp.draw.region import Answers
from microbp.nn.examples import Predicting, as_answers, as_array, as_rows, need_finite, outputs_of
from microbp.plots.axes import CLASSES, HATCHES, MARKERS, axes_for, padded, tint

SIDE = 240
"""Points of the grid in each direction: about one a pixel or two."""

SHADES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How clear an answer is, in steps, each of which is a shade."""


def decision_region(net: Predicting, X: Any, labels: Any, axes: Any = None, *, legend: bool = True) -> Any:
    """What a network of two inputs answers everywhere around the examples, and the examples themselves.

    A class has its colour, its pattern and its marker; the deeper the colour, the clearer the answer; a line is where
    two answers meet; and a black ring is around an example that is answered wrong.

    net     anything with predict for rows of two numbers, such as an MLP or a baseline
    X       examples in rows, (n, 2)
    labels  the class of each, (n,), or desired outputs in rows, (n, n_L); of one output neuron 0 and 1, or −1 and +1
    axes    matplotlib's axes to draw on; None: a new figure
    legend  whether the classes are told in a legend
    Returns the axes.
    """
    X = as_rows(X, 2, "decision_region: X")
    need_finite(X, "decision_region: X")
    outputs = outputs_of(net, X, "decision_region")
    answers, known = _answers(labels, outputs)
    ranges = [padded(X[:, i], 0.12) for i in (0, 1)]
    x, y = (np.linspace(*ends, SIDE) for ends in ranges)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):
        of_grid = net.predict(grid)
    classes = answers.classes(of_grid).reshape(SIDE, SIDE)
    clearness = np.abs(answers.clearness(of_grid)).reshape(SIDE, SIDE)

    axes = axes_for("decision_region", axes, figsize=(5, 4.4))
    for k in range(len(answers.labels)):
        here = classes == k
        if here.any():
            _fill(axes, x, y, here, clearness, k)
    _boundaries(axes, x, y, classes, len(answers.labels))

    wrong = (answers.classes(outputs) != known) | np.isnan(outputs).any(axis=1)
    for k, label in enumerate(answers.labels):
        points = X[known == k]
        style = {"marker": MARKERS[k % len(MARKERS)], "color": CLASSES[k % len(CLASSES)]}
        if len(points):
            axes.scatter(*points.T, s=26, edgecolors="white", linewidths=0.6, zorder=3, label=label, **style)
    if answers.judged and wrong.any():
        ring = {"s": 75, "marker": "o", "facecolors": "none", "edgecolors": "black", "linewidths": 1.2}
        axes.scatter(*X[wrong].T, zorder=4, label="answered wrong", **ring)
    axes.set(xlim=ranges[0], ylim=ranges[1], xlabel="$x_1$", ylabel="$x_2$")
    if answers.judged:
        axes.set_title(f"{len(X) - np.count_nonzero(wrong)} of {len(X)} right", fontsize="medium")
    if legend:
        axes.legend(loc="best", fontsize="small", framealpha=0.9)
    return axes


def _answers(labels: Any, outputs: np.ndarray) -> tuple[Answers, np.ndarray]:
    """How outputs are read, and the class of each example."""
    n, n_out = outputs.shape
    Y = as_array(labels, "decision_region")
    if n_out == 1:
        if Y.shape not in ((n,), (n, 1)):
            raise ValueError(f"decision_region: labels have shape {Y.shape}, X has {n} rows; want shape ({n},)")
        need_finite(Y, "decision_region: labels")
        Y = Y.reshape(n, 1).astype(float)
    else:
        Y = one_hot(as_answers(Y, n, n_out, "decision_region"), n_out)
    answers = Answers.to(Y)
    return answers, answers.classes(Y)


def _fill(axes: Any, x: np.ndarray, y: np.ndarray, here: np.ndarray, clearness: np.ndarray, k: int) -> None:
    """The region of one class, in shades, with its pattern on it."""
    colour, hatch = CLASSES[k % len(CLASSES)], HATCHES[k % len(HATCHES)]
    image = np.ones((*here.shape, 4))
    strength = 0.12 + 0.33 * np.searchsorted(SHADES[1:-1], clearness) / (len(SHADES) - 2)
    for channel, value in enumerate(tint(colour, 1.0)):
        image[..., channel] = 1 - strength * (1 - value)
    image[..., 3] = here
    step_x, step_y = (x[1] - x[0]) / 2, (y[1] - y[0]) / 2
    extent = (x[0] - step_x, x[-1] + step_x, y[0] - step_y, y[-1] + step_y)
    axes.imshow(image, origin="lower", extent=extent, aspect="auto", interpolation="nearest", zorder=0)
    if hatch:
        pattern = axes.contourf(x, y, here.astype(float), [0.5, 1.5], colors="none", hatches=[hatch], zorder=1)
        pattern.set(edgecolor=tint(colour, 0.6), linewidth=0)


def _boundaries(axes: Any, x: np.ndarray, y: np.ndarray, classes: np.ndarray, count: int) -> None:
    """A line around the region of each class but the last, wherever it meets another one."""
    for k in range(count - 1):
        here = classes == k
        if here.any() and not here.all():
            axes.contour(x, y, here.astype(float), [0.5], colors="#333333", linewidths=1.0, zorder=2)
