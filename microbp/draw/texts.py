"""Numbers, arrays and names in the few figures and letters that a box has room for."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

import numpy as np

from microbp.graph import Node
from microbp.kinds import Elementwise
from microbp.names import NodeOrEntry, number_text

LONGEST = 24
"""Letters of a name that are shown."""

ROWS, COLUMNS = 4, 4
"""The largest matrix whose numbers are all shown."""

SUPERSCRIPT = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

ACCENTS = r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"

STACKED = re.compile(f"({ACCENTS}{{3}}){ACCENTS}+")
"""Accents on one letter, three and more: these would cover what stands above."""

GAP, THIN, DIGIT = "\u2003", "\u2009", "\u2007"
"""Spaces that Graphviz does not merge: between name and operation, in ( )², and as wide as a digit."""


def number(x: float) -> str:
    """Three figures, and no sign on a zero.

    >>> number(-0.0206), number(-0.0)
    ('−0.0206', '0')
    """
    return number_text(float(x) + 0.0)


def figures(x: Any) -> str:
    """Ten figures, for who wants to calculate with them.

    >>> figures(-1 / 3)
    '−0.3333333333'
    """
    return f"{float(x) + 0.0:.10g}".replace("-", "−")


def numbers(array: np.ndarray) -> str:
    """The number that all of them are, or from where to where they go.

    >>> numbers(np.ones(5)), numbers(np.arange(9.0))
    ('1', '0 … 8')
    """
    if not array.size:
        return "empty"
    low, high = float(array.min()), float(array.max())
    return number(low) if low == high or low != low else f"{number(low)} … {number(high)}"


def json_number(x: Any) -> float | str:
    """A number as JSON has it; nan and inf, which JSON does not have, as JavaScript reads them from a text.

    >>> json_number(1.5), json_number(float("-inf"))
    (1.5, '-Infinity')
    """
    x = float(x)
    return x if isfinite(x) else "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"


def array_text(array: Any) -> str:
    """A number, the numbers of a small array line by line, the range of a large one."""
    array = np.asarray(array)
    if array.size == 1:
        return number(array.item())
    rows = array[None] if array.ndim == 1 else array
    if not array.size or rows.ndim != 2 or rows.shape[0] > ROWS or rows.shape[1] > COLUMNS:
        return numbers(array)
    cells = [[number(x) for x in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join((DIGIT * 2).join(x.rjust(n, DIGIT) for x, n in zip(row, widths, strict=True)) for row in cells)


def shape_text(node: Node) -> str:
    """The shape of an array as numpy writes it; nothing for a single number."""
    return str(node.shape) if node.shape else ""


def gradient_text(gradient: Any, sign: str = "∂") -> str:
    """∂ and the gradient; a dot before any backward pass, which is not a gradient of 0."""
    text = "·" if gradient is None else array_text(gradient)
    return f"{sign}\n{text}" if "\n" in text else f"{sign} {text}"


def number_at(node: NodeOrEntry, numbers: Any) -> Any:
    """Of numbers in the shape of a node, the one that belongs to it: the number itself, or an entry."""
    return numbers if isinstance(node, Node) or numbers is None else numbers[node.at]


def folded(node: Node) -> int | None:
    """Which input is a plain number that is written into the operation's own box, as the 2 of x²."""
    inputs = node.inputs
    if len(inputs) == 2 and isinstance(node.primitive, Elementwise):
        for i, x in enumerate(inputs):
            if not x.varies and x.shape == () and x.label in (None, f"{float(x._data):g}"):
                return i
    return None


def operation_text(node: Node) -> str:
    """The sign of the operation that made a node, with a plain number that it takes: `×`, `tanh`, `2 ×`, `( )²`."""
    if node.primitive is None:
        return ""
    sign = short(node.primitive.symbol)
    i = folded(node)
    if i is None:
        return f"({THIN}){sign}" if sign == "²" else sign
    constant = number(node.inputs[i]._data)
    if node.primitive.name != "power":
        return f"{constant} {sign}" if i == 0 else f"{sign} {constant}"
    if i == 0:
        return f"{constant} ^"
    return f"({THIN}){constant.translate(SUPERSCRIPT)}" if constant.strip("−").isdecimal() else f"^ {constant}"


def short(text: str, longest: int = LONGEST) -> str:
    """A name on one line, without what can't be printed, nor more accents than belong on a letter, cut where too long.

    >>> short("a very long name that nobody can read"), short("two\\nlines")
    ('a very long name that n…', 'two lines')
    """
    text = STACKED.sub(r"\1", text)
    text = "".join(c if c.isprintable() or c == "\u200d" else " " if c.isspace() else "\ufffd" for c in text)
    return text if len(text) <= longest else text[: longest - 1] + "…"
