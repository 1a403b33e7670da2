"""Opening a file so that whatever goes wrong is a DataError."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from microbp.data.errors import DataError

FilePath = str | os.PathLike[str]


def quoted(path: FilePath) -> str:
    """The path as an error shows it: on one line, whatever characters are in the name."""
    return repr(os.fspath(path))


@contextmanager
def opened(operation: str, path: FilePath) -> Iterator[BinaryIO]:
    """The file at `path`, open for reading bytes; trouble on opening or reading raises DataError.

    Only a regular file will do: a pipe or a device has no size to hold its content against, and may
    never end.
    """
    try:
        kind = os.stat(path).st_mode
    except FileNotFoundError:
        raise DataError(f"{operation}: there is no file {quoted(path)}") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{operation}: {quoted(path)} cannot be read ({_reason(error)})") from error
    if not stat.S_ISREG(kind):
        what = "a folder" if stat.S_ISDIR(kind) else "a pipe or a device"
        raise DataError(f"{operation}: {quoted(path)} is {what}; pass the path of a file")

    try:
        with open(path, "rb") as file:
            yield file
    except OSError as error:
        raise DataError(f"{operation}: {quoted(path)} cannot be read ({_reason(error)})") from error
    except MemoryError as error:
        raise DataError(f"{operation}: {quoted(path)} is larger than the memory of this machine") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
