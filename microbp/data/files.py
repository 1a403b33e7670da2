"""Opening a file, to read it or to put a new one in its place, so that whatever goes wrong is a DataError."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def replaced(operation: str, path: FilePath) -> Iterator[BinaryIO]:
    """A new file, open for writing bytes, that takes the place of the one at `path` once all is written.

    It is written beside that place, brought to the disk, and only then renamed, so under its name there is the old
    file or the whole of the new one, wherever the program is stopped. Trouble raises DataError.
    """
    try:
        place = os.path.realpath(path)  # a link stays, and leads to the new file
    except (OSError, ValueError) as error:
        raise DataError(f"{operation}: {quoted(path)} cannot be written ({_reason(error)})") from error
    if os.path.exists(place) and not os.path.isfile(place):
        what = "a folder" if os.path.isdir(place) else "a pipe or a device"
        raise DataError(f"{operation}: {quoted(path)} is {what}; pass the path of a file")
    beside = os.path.join(os.path.dirname(place), f".microbp-{os.urandom(8).hex()}.tmp")
    try:
        with _removed_on_error(beside), open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            file.close()  # before it is renamed, which Windows asks for
            os.replace(beside, place)
    except OSError as error:
        raise DataError(f"{operation}: {quoted(path)} cannot be written ({_reason(error)})") from error


@contextmanager
def _removed_on_error(path: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            os.remove(path)
        raise


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
