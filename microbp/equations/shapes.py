"""Arguments as arrays of floats, or one sentence on what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Shape: TypeAlias = tuple[int, ...]

LAYERS: Mapping[str, str] = {"n_1": "the input layer", "n_L": "the output layer"}
"""The layers whose number of neurons an error explains."""


def fit(operation: str, *specifications: tuple[str, ArrayLike, str]) -> list[Array]:
    """The arrays as floats, after a look at their shapes.

    A specification is a name for the reader, the array, and a letter for each of its lengths; within one call
    a letter stands for one length, the letter 1 for 1. No array may be empty.
    """
    lengths = {"1": 1}
    arrays = []
    for name, value, letters in specifications:
        array, axes, known = floats(operation, name, value), letters.split(), lengths.copy()
        shape = array.shape
        if 0 in shape or not _fits(shape, axes, lengths):
            raise ValueError(
                f"{operation}: {name} has shape {shape}{_reason(axes, known)}, want {_wanted(axes, known)}"
                f"{_remedy(name, shape, axes, known)}"
            )
        arrays.append(array)
    return arrays


def floats(operation: str, name: str, value: ArrayLike) -> Array:
    """The value as an array of floats."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{operation}: {name} is a ragged list; want rows of one length") from None
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind not in "iub":
        hint = ", so of a Value its .data" if array.dtype.kind == "O" else ""
        raise ValueError(f"{operation}: {name} has dtype {array.dtype}; want float64 or float32{hint}")
    as_floats: Array = array.astype(np.float64)
    if array.itemsize == 8 and (np.abs(as_floats) >= 2.0**53).any():
        raise ValueError(f"{operation}: {name} holds integers of 2⁵³ and beyond, which float64 rounds")
    return as_floats


def number(operation: str, name: str, value: ArrayLike) -> float:
    """The value as a single float."""
    array = floats(operation, name, value)
    if array.shape:
        raise ValueError(f"{operation}: {name} has shape {array.shape}; want a number")
    return float(array)


def _fits(shape: Shape, axes: Sequence[str], lengths: dict[str, int]) -> bool:
    """Whether each letter stands for one length; the lengths of new letters are added to the known ones."""
    return len(shape) == len(axes) and shape == tuple(map(lengths.setdefault, axes, shape))


def _wanted(axes: Sequence[str], lengths: Mapping[str, int]) -> str:
    """The shape that would be right, in numbers as far as they are known."""
    wanted = ", ".join(str(lengths.get(letter, letter)) for letter in axes)
    return f"({wanted},)" if len(axes) == 1 else f"({wanted})"


def _reason(axes: Sequence[str], lengths: Mapping[str, int]) -> str:
    """How many neurons the layer has that the rows belong to."""
    rows = axes[0] if axes else ""
    if rows not in LAYERS or rows not in lengths:
        return ""
    n = lengths[rows]
    return f", {LAYERS[rows]} has {n} neuron{'s' * (n != 1)}"


def _remedy(name: str, shape: Shape, axes: Sequence[str], lengths: Mapping[str, int]) -> str:
    """How to come by the shape that would be right."""
    if 0 in shape:
        return "; it is empty"
    columns_are_examples = "m" in axes
    if columns_are_examples and len(shape) == 1 and _fits((*shape, 1), axes, {**lengths}):
        return f"; one example is one column, so pass shape ({shape[0]}, 1)"
    if len(shape) == 2 and _fits(shape[::-1], axes, {**lengths}):
        return f"; columns are examples, so pass {name}.T" if columns_are_examples else f"; pass {name}.T"
    return ""
