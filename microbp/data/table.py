"""Tables of numbers in a CSV file, one column of which is the class."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from csv import Error as CsvError
from csv import reader
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from microbp.data.arguments import whole
from microbp.data.errors import DataError
from microbp.data.files import FilePath, opened, quoted

Kind = TypeVar("Kind", str, float)
Classes = tuple[str, ...] | tuple[float, ...]


class Table(NamedTuple):
    """The rows of a CSV file.

    X        shape (n, features), float64: every column but the target's
    labels   shape (n,), int64: 0 … k−1
    classes  what labels 0 … k−1 read in the file, in increasing order: integers where all of them
             are, else numbers where all are, else text
    columns  the names of the features, from the header, else "column 1" …
    """

    X: NDArray[np.float64]
    labels: NDArray[np.int64]
    classes: Classes
    columns: tuple[str, ...]


class _Row(NamedTuple):
    line: int
    cells: list[str]


def csv(path: FilePath, target: int | str = -1, header: bool | None = None, delimiter: str = ",") -> Table:
    """The table in a CSV file (UTF-8; empty lines and blanks around a cell don't count).

    target     column of the class: its index, from the end where negative, or its name in the header
    header     whether the first row is names; None: it is where none of its cells is a number
    delimiter  the one character between cells

    Raises DataError, with the line and column, where a feature is no finite number, a label is
    missing, or a row is longer or shorter than the first one.
    """
    name = quoted(path)
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '\r\n"':
        raise DataError(f"csv: delimiter is {delimiter!r}; pass one character, such as ',' or ';'")
    rows = list(_rows(_text(path), name, delimiter))
    if not rows:
        raise DataError(f"csv: {name} is empty; a table has a row an example, features and a target in it")
    first = rows[0].cells
    if len(first) < 2:
        raise DataError(
            f"csv: {name} has one column with delimiter {delimiter!r}; "
            "a table has at least a feature and a target: is the delimiter right?"
        )
    if header is None:
        header = any(first) and all(_number(cell) is None for cell in first)
    column = _target(target, first if header else None, len(first), name)
    names = [(cell if header else "") or f"column {k}" for k, cell in enumerate(first, start=1)]
    examples = rows[1:] if header else rows
    if not examples:
        raise DataError(f"csv: {name} has a header and no rows; a table has a row an example")

    X = np.empty((len(examples), len(first) - 1))
    targets = []
    for i, (line, cells) in enumerate(examples):
        if len(cells) != len(first):
            raise DataError(
                f"csv: {name}, line {line} has {len(cells)} cells, line {rows[0].line} has {len(first)}; "
                "all rows need the same number"
            )
        place = f"csv: {name}, line {line}, column"
        X[i] = [_feature(cell, f"{place} {k + 1}") for k, cell in enumerate(cells) if k != column]
        targets.append(_label(cells[column], f"{place} {column + 1}"))
    labels, classes = _classes(targets)
    return Table(X, labels, classes, tuple(names[:column] + names[column + 1 :]))


def _text(path: FilePath) -> str:
    with opened("csv", path) as file:
        content = file.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"csv: {quoted(path)}, line {line} is not UTF-8 text (byte {content[error.start]:02x}); "
            "save it as UTF-8"
        ) from error


def _rows(text: str, name: str, delimiter: str) -> Iterator[_Row]:
    """The rows that are not empty, each with the line it begins on."""
    lines = reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for row in lines:
            cells = [cell.strip() for cell in row]
            if cells and cells != [""]:
                yield _Row(line, cells)
            line = lines.line_num + 1
    except CsvError as error:
        raise DataError(f"csv: {name}, line {line} is not sound CSV ({error})") from error


def _target(target: int | str, names: Sequence[str] | None, width: int, name: str) -> int:
    """The index of the target column, 0 … width − 1."""
    if isinstance(target, str):
        if names is None:
            raise DataError(f"csv: {name} has no header to find target {target!r} in; pass an index")
        if names.count(target) != 1:
            raise DataError(
                f"csv: {name} has {names.count(target)} columns named {target!r}; "
                f"its header is {', '.join(map(_shown, names))}"
            )
        return names.index(target)
    index = whole("csv", "target", target)
    if not -width <= index < width:
        raise DataError(f"csv: {name} has {width} columns; target is {index}, pass {-width} … {width - 1}")
    return index % width


def _number(cell: str) -> float | None:
    """The number that a cell reads as, or None; integers exactly."""
    # Python's own separator of digits, as in 1_000, is none in a file.
    if "_" in cell:
        return None
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            pass
    return None


def _feature(cell: str, place: str) -> float:
    number = _number(cell)
    try:
        if number is not None and math.isfinite(number):
            return float(number)
    except OverflowError:
        pass
    raise DataError(f"{place}: {_shown(cell)} is not a finite number; a feature is a number in every row")


def _label(cell: str, place: str) -> str:
    number = _number(cell)
    if not cell or (isinstance(number, float) and not math.isfinite(number)):
        raise DataError(f"{place}: the target is {_shown(cell)}; right is the name or number of a class")
    return cell


def _classes(cells: Sequence[str]) -> tuple[NDArray[np.int64], Classes]:
    """The labels 0 … k−1 of the cells, and the k different things they read."""
    numbers = [number for cell in cells if (number := _number(cell)) is not None]
    return _numbered(numbers) if len(numbers) == len(cells) else _numbered(cells)


def _numbered(values: Sequence[Kind]) -> tuple[NDArray[np.int64], tuple[Kind, ...]]:
    classes = tuple(sorted(set(values)))
    label = {value: k for k, value in enumerate(classes)}
    return np.array([label[value] for value in values], np.int64), classes


def _shown(cell: str) -> str:
    """A cell as an error shows it: on one line, and not all of a long one."""
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
