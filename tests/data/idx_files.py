"""IDX files of any array, and folders of the four files of an image set, for the tests of microbp.data."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def idx_bytes(array: NDArray[Any]) -> bytes:
    """The array as an IDX file has it."""
    header = struct.pack(f">2xBB{array.ndim}I", CODES[array.dtype.str[1:]], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def small_set(train: int = 60, test: int = 10, seed: int = 0) -> dict[str, NDArray[np.uint8]]:
    """The four arrays of an image set of random images, by file name."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for name, n in zip(FILES, (train, train, test, test), strict=True):
        shape = (n, 28, 28) if "images" in name else (n,)
        arrays[name] = rng.integers(0, 256 if "images" in name else 10, shape, dtype=np.uint8)
    return arrays


def write_set(folder: Path, arrays: dict[str, NDArray[np.uint8]]) -> Path:
    """The arrays as gzipped IDX files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        (folder / f"{name}.gz").write_bytes(zipped(idx_bytes(array)))
    return folder
