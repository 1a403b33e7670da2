"""Rows of numbers as grey pictures, and weights as pictures in two colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp.arguments import whole_number
from microbp.nn.examples import as_array
from microbp.nn.network import MLP
from microbp.nn.parameters import numbers_of
from microbp.plots.axes import axes_for, two_sided

MOST = 400
"""So many pictures there are at most in a grid."""

Shape = tuple[int, int]


def images(
    X: Any,
    labels: Sequence[Any] | np.ndarray | None = None,
    *,
    shape: Shape | None = None,
    columns: int | None = None,
    axes: Any = None,
) -> Any:
    """Examples as pictures in a grid, as digits are looked at: 0 is white, the largest of all numbers black.

    X        rows of pixels, (n, height · width), or pictures, (n, height, width); at most 400
    labels   what is written over each: digits, or words such as "4, not 9"; None: nothing
    shape    height and width of a picture; None: it is a square
    columns  how many there are in a row; None: about as many as there are rows
    axes     matplotlib's axes to draw on; None: a new figure
    Returns the axes.
    """
    pictures = _pictures("images", X, shape)
    texts = None if labels is None else [str(label) for label in labels]
    if texts is not None and len(texts) != len(pictures):
        raise ValueError(f"images: there are {len(pictures)} pictures and {len(texts)} labels; want one for each")
    low, high = min(0.0, float(pictures.min())), float(pictures.max())
    places = _places("images", pictures.shape, columns, texts is not None)
    axes = axes_for("images", axes, figsize=_size(places, pictures.shape[2], 0.65))
    _grid(pictures, texts, places, axes, cmap="gray_r", vmin=low, vmax=high if high > low else low + 1)
    return axes


def weights(
    net: MLP, layer: int = 2, *, shape: Shape | None = None, columns: int | None = None, axes: Any = None
) -> Any:
    """What each neuron of a layer looks for: its weights laid out as the picture that they look at.

    Ink on an orange pixel fires the neuron, on a blue one it holds it back. All share one scale, shown by the bar
    beside, on which one weight in a hundred is beyond the deepest colour. Over each is the neuron's number, from 1.

    net    an MLP
    layer  the number of the layer, 2 … L; 2 looks at the input
    The rest as in images.
    """
    if not isinstance(net, MLP):
        raise TypeError(f"weights: net is an MLP, not {net!r}")
    if not isinstance(layer, int | np.integer) or not 2 <= layer <= len(net.sizes):
        raise ValueError(f"weights: layer is {layer!r}; the layers with weights are 2 … {len(net.sizes)}")
    pictures = _pictures("weights", numbers_of(net.layers[int(layer) - 2].w), shape)
    texts = [str(j) for j in range(1, len(pictures) + 1)]
    # By the largest of all, which is far from the others, most pictures would be pale.
    end = float(np.quantile(np.abs(pictures), 0.99)) or float(np.abs(pictures).max()) or 1.0
    places = _places("weights", pictures.shape, columns, True)
    wide, high = _size(places, pictures.shape[2], 0.95)
    axes = axes_for("weights", axes, figsize=(wide + 1, high))
    from matplotlib.patches import Rectangle

    _grid(pictures, texts, places, axes, cmap=two_sided(), vmin=-end, vmax=end)
    for top, left in places.corners:  # a frame, as most weights at the edge are pale
        corner, (height, width) = (left - 0.5, top - 0.5), pictures.shape[1:]
        frame = Rectangle(corner, width, height, fill=False, edgecolor="#AAAAAA", linewidth=0.6, clip_on=False)
        axes.add_patch(frame)
    axes.figure.colorbar(axes.images[-1], ax=axes, shrink=0.7, extend="both", label=f"$w^{{{layer}}}$")
    return axes


def _pictures(operation: str, X: Any, shape: Shape | None) -> np.ndarray:
    """The pictures, (n, height, width)."""
    array = as_array(X, f"{operation}: X").astype(float)
    if array.ndim == 3 and shape is None:
        shape = array.shape[1:]
    array = array.reshape(len(array), -1) if array.ndim == 3 and array.size else array
    if array.ndim != 2 or not array.size:
        right = ", so pass X[None, :] for one" if array.ndim == 1 and array.size else ""
        raise ValueError(f"{operation}: X has shape {array.shape}; want a row of pixels for each picture{right}")
    if len(array) > MOST:
        raise ValueError(f"{operation}: there are {len(array):,} pictures; pass {MOST} at most, such as X[:100]")
    if not np.isfinite(array).all():
        raise ValueError(f"{operation}: a pixel is nan or inf")
    pixels = array.shape[1]
    side = math.isqrt(pixels)
    if shape is None and side * side != pixels:
        raise ValueError(f"{operation}: {pixels} pixels are no square; pass shape=(height, width)")
    height, width = (side, side) if shape is None else _lengths(operation, shape)
    if height * width != pixels:
        raise ValueError(f"{operation}: shape is {shape}, which is no {pixels} pixels")
    return array.reshape(-1, height, width)


def _lengths(operation: str, shape: Any) -> Shape:
    """Height and width."""
    if not isinstance(shape, tuple | list) or len(shape) != 2:
        raise ValueError(f"{operation}: shape is {shape!r}; want (height, width)")
    return whole_number(operation, "height", shape[0]), whole_number(operation, "width", shape[1])


class _Places(NamedTuple):
    """Where the pictures of a grid are: their corners (top, left), and the pixels of all of it."""

    corners: list[tuple[int, int]]
    height: int
    width: int


def _places(operation: str, shape: tuple[int, ...], columns: int | None, titled: bool) -> _Places:
    n, height, width = shape
    about_square = math.ceil(math.sqrt(n * height / width))
    columns = min(n, about_square if columns is None else whole_number(operation, "columns", columns))
    rows = -(-n // columns)
    gap, head = max(1, width // 14), math.ceil(0.34 * height) if titled else 0
    across, down = width + gap, head + height + gap
    corners = [((i // columns) * down + head, (i % columns) * across) for i in range(n)]
    return _Places(corners, rows * down - gap, columns * across - gap)


def _grid(pictures: np.ndarray, texts: list[str] | None, places: _Places, axes: Any, **colours: Any) -> None:
    """The pictures beside each other, as one."""
    _, height, width = pictures.shape
    full = np.full((places.height, places.width), np.nan)
    for picture, (top, left) in zip(pictures, places.corners, strict=True):
        full[top : top + height, left : left + width] = picture
    axes.imshow(full, interpolation="nearest", **colours)
    axes.set_axis_off()
    for text, (top, left) in zip(texts or [], places.corners, strict=False):
        axes.text(left + (width - 1) / 2, top - 0.5 - 0.04 * height, text, ha="center", va="bottom", fontsize=8)


def _size(places: _Places, width: int, inches: float) -> tuple[float, float]:
    """The size of a figure in which a picture of that width is so many inches wide."""
    scale = inches / width
    return max(2.0, scale * places.width), max(1.5, scale * places.height)
