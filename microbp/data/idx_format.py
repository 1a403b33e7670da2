"""Reading IDX, the format of MNIST's files: a few bytes of header, then the bare numbers.

    00 00 │ type │ d │ d sizes, 4 bytes each │ the elements, last index fastest; all big-endian

as described on Yann LeCun's MNIST page. The header says how long the content must be, so a file that
is shorter or longer is broken, and one that declares more than it can hold is refused before any of
it is read.
"""

from __future__ import annotations

import math
import os
import struct
import sys
import zlib
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from microbp.data.errors import DataError
from microbp.data.files import FilePath, opened, quoted

ELEMENTS: dict[int, np.dtype[Any]] = {
    0x08: np.dtype("u1"),
    0x09: np.dtype("i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
"""The element types of the format, by the third byte of the file."""

GZIP_MAGIC = b"\x1f\x8b"
MOST_INFLATED = 1032
"""Bytes that one byte of deflate can stand for at most: a match of 258 bytes takes two bits."""

MOST_DIMENSIONS = 32
"""What every numpy can index; the format's own limit is 255."""

CHUNK = 1 << 20


def idx(path: FilePath) -> NDArray[Any]:
    """The array in an IDX file, gzipped or not, in the machine's byte order.

    Whether the file is gzipped is told by its first bytes, not by its name.

    Raises DataError where the file is missing, is no IDX file, is damaged, or holds fewer or more
    bytes than its header declares.
    """
    from gzip import BadGzipFile, GzipFile  # these take a while to import, and are needed here only

    with opened("idx", path) as file:
        size = os.fstat(file.fileno()).st_size
        gzipped = file.read(2) == GZIP_MAGIC
        file.seek(0)
        if not gzipped:
            return _array(file, quoted(path), size)
        try:
            with GzipFile(fileobj=file) as content:
                return _array(cast(BinaryIO, content), quoted(path), MOST_INFLATED * size)
        except EOFError as error:
            raise DataError(f"idx: {quoted(path)} ends inside its gzip stream; get the file again") from error
        except (BadGzipFile, zlib.error) as error:
            raise DataError(f"idx: {quoted(path)} is not sound gzip ({error}); get the file again") from error


def _array(file: BinaryIO, name: str, most: int) -> NDArray[Any]:
    """The array that the IDX bytes of `file` describe; they cannot be more than `most`."""
    magic = file.read(4)
    if len(magic) < 4:
        raise DataError(f"idx: {name} has {len(magic)} bytes; an IDX file has at least 4 of header")
    dtype = ELEMENTS.get(magic[2])
    if magic[:2] != b"\0\0" or dtype is None:
        raise DataError(
            f"idx: {name} is not an IDX file, as it begins with the bytes {magic.hex(' ')}; "
            "right is 00 00, a type of 08, 09, 0b, 0c, 0d or 0e, and the number of dimensions"
        )
    dimensions = magic[3]
    if dimensions > MOST_DIMENSIONS:
        raise DataError(f"idx: {name} declares {dimensions} dimensions; right are {MOST_DIMENSIONS} at most")
    sizes = file.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DataError(
            f"idx: {name} ends inside its header, which declares {dimensions} dimensions; get the file again"
        )

    shape = struct.unpack(f">{dimensions}I", sizes)
    declared = math.prod(shape) * dtype.itemsize
    said = f"{' × '.join(map(str, shape)) or 'one'} of {dtype.name}, {declared} bytes"
    # A size of 0 beside huge ones declares nothing, yet numpy counts the others.
    if math.prod(max(1, length) for length in shape) * dtype.itemsize > sys.maxsize:
        raise DataError(f"idx: {name} declares {said}, which no array can index; get the file again")
    room = most - len(magic) - len(sizes)
    if declared > room:
        raise DataError(f"idx: {name} declares {said}, but has room for {room} at most; get the file again")

    content = bytearray()
    # One byte more than declared: at the true end this reads nothing, and has gzip check its sum.
    while chunk := file.read(min(CHUNK, declared + 1 - len(content))):
        content += chunk
    if len(content) != declared:
        found = f"more than {declared}" if len(content) > declared else str(len(content))
        raise DataError(f"idx: {name} declares {said}, but holds {found}; get the file again")
    return np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)
