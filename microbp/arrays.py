"""What a Tensor can hold: data as an array of float64 or float32."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp.graph import Node

FLOAT64 = np.dtype(np.float64)
REAL = (float, int, np.floating, np.integer, np.bool_)


def as_array(data: Any, dtype: Any = None) -> np.ndarray:
    """A copy of data as float64 or float32, where that is exact; else a TypeError or ValueError says why not."""
    if isinstance(data, Node):
        raise TypeError(f"a Tensor holds numbers, but was given the node {data.name}; use {data.name}.data")
    try:
        array = np.array(data)
    except ValueError as error:
        raise ValueError(f"a Tensor holds an array, but the rows it was given differ in length ({error})") from None
    if array.dtype is FLOAT64 and dtype in (None, FLOAT64):
        return array  # what nearly all data are: 1 µs before the questions below
    if dtype is None:
        dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.float64
    dtype = np.dtype(dtype)
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"a Tensor has dtype float64 or float32, not {np.dtype(dtype).name}")
    if array.dtype == object and any(isinstance(x, Node) for x in array.flat):
        raise TypeError("a Tensor holds numbers, but was given nodes; mb.stack joins Tensors, np.array holds Values")
    if array.dtype.kind not in "fiub" and array.dtype != object:
        raise TypeError(f"a Tensor holds real numbers, but was given {array.dtype.name} data")
    if array.dtype == object and not all(isinstance(x, REAL) for x in array.flat):
        raise TypeError(f"a Tensor holds real numbers, but was given {data!r:.60}")
    try:
        floats = array.astype(dtype, copy=False)
    except OverflowError:
        floats = np.full(array.shape, np.inf)
    if array.dtype.kind in "iuO":
        large = np.abs(floats) >= 1 / np.finfo(dtype).epsneg  # below 2⁵³, or 2²⁴, every integer is a float
        if array[large].tolist() != floats[large].tolist():
            raise ValueError(f"these integers are not exactly {np.dtype(dtype).name}; round them yourself first")
    return floats
