"""Reading and writing npz, numpy's file of named arrays, without pickle: a zip archive of one .npy for each.

    \\x93NUMPY │ 1 0 │ h, 2 bytes │ h bytes of header: element type, order, shape │ the elements

as described on numpy's page on its file formats. The arrays of a file that is read are no larger than the file:
nothing is unpacked, and what a header declares is held against the bytes that are there before an array is made.
The archive has a check sum of every array, so numbers that were damaged are not taken for others.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microbp.data.errors import DataError
from microbp.data.files import FilePath, opened, quoted, replaced

VERSION = (1, 0)
"""Of the .npy format; later ones are for types that aren't read here."""


def write_npz(operation: str, path: FilePath, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays under their names to a file: wholly, or it stays as it was.

    Raises DataError where the file can't be written.
    """
    for name, array in arrays.items():
        assert not array.dtype.hasobject, name  # numpy would pickle it
    with replaced(operation, path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read_npz(operation: str, path: FilePath) -> dict[str, NDArray[Any]]:
    """The arrays in a file by their names, not to be written to.

    Raises DataError where the file is missing, is no npz, is damaged, or holds packed arrays or Python objects.
    """
    from zipfile import ZIP_STORED, BadZipFile, ZipFile  # takes a while to import, and is needed here only

    name = quoted(path)
    with opened(operation, path) as file:
        size = os.fstat(file.fileno()).st_size
        arrays: dict[str, NDArray[Any]] = {}
        try:
            with ZipFile(file) as archive:
                for member in archive.infolist():
                    key, dot, kind = member.filename.rpartition(".")
                    if kind != "npy" or not dot or key in arrays:
                        raise DataError(f"{operation}: {name} holds {member.filename!r:.60}; want each array once")
                    if member.compress_type != ZIP_STORED or member.file_size > size:
                        raise DataError(f"{operation}: {name} holds {key!r:.60} packed; want arrays as np.savez writes")
                    arrays[key] = _array(archive.read(member), f"{operation}: {key!r:.60} in {name}")
        except DataError:
            raise
        # Encrypted members are a RuntimeError, those of a later zip a NotImplementedError.
        except (BadZipFile, EOFError, ValueError, LookupError, RuntimeError, OverflowError) as error:
            raise DataError(f"{operation}: {name} is no npz file, or a damaged one ({error!s:.120})") from error
    return arrays


def _array(content: bytes, what: str) -> NDArray[Any]:
    """The array that the bytes of a .npy describe."""
    file = BytesIO(content)
    try:
        if (version := np.lib.format.read_magic(file)) != VERSION:
            raise ValueError(f"version {version} of the format")
        shape, in_columns, dtype = np.lib.format.read_array_header_1_0(file)
    except Exception as error:  # numpy reads the header as Python, whose parsers raise errors of many classes
        reason = " ".join(str(error).split())
        raise DataError(f"{what} is no array of numpy's ({reason:.120})") from error
    if dtype.hasobject:
        raise DataError(f"{what} holds Python objects; only numbers and text are read, as a pickle could run anything")
    start = file.tell()
    there, declared = len(content) - start, math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or declared != there:
        raise DataError(f"{what} declares shape {shape!r:.60} of {dtype}, {declared} bytes, but has {there}")
    try:
        return np.ndarray(shape, dtype, content, start, order="F" if in_columns else "C")
    except (ValueError, TypeError, MemoryError) as error:
        raise DataError(f"{what} declares shape {shape!r:.60} of {dtype}, which can't be ({error!s:.80})") from error
