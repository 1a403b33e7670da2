"""Toy sets: points of the plane in classes that a straight line seldom parts.

Every set is balanced (class sizes differ by one at most), shuffled, and the same to the last bit for
the same seed. `noise` is the standard deviation of a normal error added to each coordinate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data.arguments import array, whole
from microbp.data.errors import DataError
from microbp.data.examples import Examples
from microbp.data.randomness import Randomness, generator_of

Points = NDArray[np.float64]


def xor() -> Examples:
    """The four points (0, 0), (0, 1), (1, 0), (1, 1), with class 1 where exactly one coordinate is 1.

    >>> xor().labels
    array([0, 1, 1, 0])
    """
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Examples(X, np.array([0, 1, 1, 0], np.int64))


def moons(n: int = 200, noise: float = 0.1, rng: Randomness = 0) -> Examples:
    """Two half circles of radius 1, each with one end inside the other.

    (cos t, sin t)  and  (1 − cos t, ½ − sin t),  0 ≤ t ≤ π

    n  how many points; Returns Examples: X shape (n, 2), labels shape (n,).
    """
    upper, lower = (np.linspace(0, np.pi, count) for count in _counts("moons", n, 2))
    arcs = [_plane(np.cos(upper), np.sin(upper)), _plane(1 - np.cos(lower), 0.5 - np.sin(lower))]
    return _scattered("moons", arcs, noise, rng)


def circles(n: int = 200, noise: float = 0.1, rng: Randomness = 0, factor: float = 0.5) -> Examples:
    """A circle of radius 1 and, within it, one of radius `factor`.

    n  how many points; Returns Examples: X shape (n, 2), labels shape (n,): 0 outside, 1 inside.
    """
    if not 0 <= factor < 1:
        raise DataError(f"circles: factor is {factor}; the inner radius is at least 0 and less than 1")
    outer, inner = (np.linspace(0, 2 * np.pi, count, endpoint=False) for count in _counts("circles", n, 2))
    rings = [_plane(np.cos(outer), np.sin(outer)), factor * _plane(np.cos(inner), np.sin(inner))]
    return _scattered("circles", rings, noise, rng)


def spirals(
    n: int = 200, noise: float = 0.02, rng: Randomness = 0, turns: float = 1.0, classes: int = 2
) -> Examples:
    """Arms that wind out of the origin to radius 1, `turns` times around, one an arm of each class.

    r (cos φ, sin φ),  φ = 2π (turns · r + k / classes),  0 < r ≤ 1,  for class k

    Two neighbouring arms lie 1 / (turns · classes) apart on any ray. CS231n's set has its error on φ,
    ours has it on the coordinates, as the other sets here.

    n  how many points; Returns Examples: X shape (n, 2), labels shape (n,).
    """
    if not np.isfinite(turns):
        raise DataError(f"spirals: turns is {turns}; pass a finite number")
    arms = []
    for k, count in enumerate(_counts("spirals", n, classes)):
        r = np.arange(1, count + 1) / count
        phi = 2 * np.pi * (turns * r + k / classes)
        arms.append(_plane(r * np.cos(phi), r * np.sin(phi)))
    return _scattered("spirals", arms, noise, rng)


def blobs(n: int = 200, centers: int | ArrayLike = 3, std: float = 0.2, rng: Randomness = 0) -> Examples:
    """Normal clouds of standard deviation `std`, one a class.

    centers  how many clouds, then evenly on the unit circle; or where they are, shape (k, 2)
    n        how many points; Returns Examples: X shape (n, 2), labels shape (n,).
    """
    places = array("blobs", "centers", centers)
    if places.ndim == 0:
        count = whole("blobs", "centers", centers)
        angle = 2 * np.pi * np.arange(count) / max(count, 1)
        places = _plane(np.cos(angle), np.sin(angle))
    numbers = places.dtype.kind in "iuf" and bool(np.isfinite(places).all())
    if not numbers or places.shape[1:] != (2,):
        raise DataError(
            f"blobs: centers have shape {places.shape} and type {places.dtype}; "
            "pass how many, or their finite coordinates, shape (k, 2)"
        )
    counts = _counts("blobs", n, len(places))
    clouds = [np.tile(places[k].astype(np.float64), (count, 1)) for k, count in enumerate(counts)]
    return _scattered("blobs", clouds, std, rng)


def _plane(x: Points, y: Points) -> Points:
    return np.column_stack([x, y])


def _scattered(name: str, curves: Sequence[Points], noise: float, rng: Randomness) -> Examples:
    """The points of the curves, one curve a class, each moved by a normal error; shuffled."""
    if not 0 <= noise < np.inf:
        raise DataError(f"{name}: the standard deviation is {noise}; pass a finite number, 0 or more")
    generator = generator_of(name, rng)
    X = np.concatenate(curves)
    labels = np.repeat(np.arange(len(curves), dtype=np.int64), [len(curve) for curve in curves])
    X = X + noise * generator.standard_normal(X.shape)
    order = generator.permutation(len(X))
    return Examples(X[order], labels[order])


def _counts(name: str, n: int, classes: int) -> list[int]:
    """How many of n points each class gets: the same, with the remainder to the first ones."""
    n, classes = whole(name, "n", n), whole(name, "the number of classes", classes)
    if classes < 1 or n < classes:
        raise DataError(f"{name}: {n} points in {classes} classes; each class needs at least one")
    return [n // classes + (k < n % classes) for k in range(classes)]
