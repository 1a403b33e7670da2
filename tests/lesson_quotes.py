"""Numbers that a lesson's text quotes, held against what its cells compute.

`tests/lessons/NAME.txt` has a line a quote: words as they stand in the text of `notebooks/NAME.ipynb`, and in the place
of each number what computes it, as in an f-string:

    the gradient is {w.grad:.4f}, and
    next: there will be {ways.count:,} paths
    printed: 94.12 %
    given: the book has 95.42 %

The first kind is computed when a reader comes to the text, from all code above it; `next:` after one more cell of
code. The numbers of `printed:` stand, as they are, in what a cell above it has shown. Those of `given:` are not
computed: what someone else found, what a reader is told to take. Braces that are braces are doubled. Lines that begin
with # are remarks.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import numpy as np
from lesson_checks import Notebook, joined

KINDS = ("next", "printed", "given")
FORMATTER = Formatter()

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]\d+)?")

STAND_IN = "\N{OBJECT REPLACEMENT CHARACTER}"

FIELD = rf"(?:[+-]?(?:{NUMBER.pattern}|inf)%?|nan|True|False)"
"""What stands in the place of a field."""

MEASURED = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*\.\d+(?:e[+-]\d+)?(?![\w]|\.\d)")
"""A decimal fraction. One of three digits or more, or a percentage, looks as if it had been computed."""

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
POWER = re.compile(r"(?<=\d) ?(?:[×·]|\\times|\\cdot) ?10(?:([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|\^\{?(-?\d+)\}?)")


class Quote(NamedTuple):
    """One line of a table of quotes.

    line  its number
    kind  "" or one of KINDS
    text  the words, with fields in braces
    """

    line: int
    kind: str
    text: str

    @property
    def parts(self) -> list[tuple[str, str | None, str]]:
        """Words, what computes the number after them or None, and its format."""
        return [(words, field, spec or "") for words, field, spec, _ in FORMATTER.parse(self.text)]

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds the words, whatever the numbers are."""
        # A letter in the place of each number, so that the words are made plain as they are in the whole text.
        words = plain("".join(words + ("" if field is None else STAND_IN) for words, field, _ in self.parts))
        return bounded(re.escape(words).replace(STAND_IN, FIELD))

    def filled(self, names: dict[str, Any]) -> str:
        """The words with the numbers as these names give them."""
        texts = [
            words + ("" if field is None else format(eval(field, names), spec))
            for words, field, spec in self.parts
        ]
        return plain("".join(texts))


def quotes_of(path: Path) -> list[Quote]:
    """The lines of a table."""
    quotes = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            kind, colon, words = line.partition(": ")
            quotes.append(Quote(number, kind, words) if colon and kind in KINDS else Quote(number, "", line))
    return quotes


def plain(text: str) -> str:
    """Words of a text, or of a number, without what may be written in several ways: signs, blanks, emphasis, powers."""
    text = re.sub(r"\]\([^)]*\)", "]", text)  # where a link leads
    text = POWER.sub(lambda found: f"e{int((found[1] or found[2]).translate(SUPERSCRIPTS)):+03d}", text)
    for written, meant in (("−", "-"), ("\\%", "%"), ("{,}", ","), ("\\,", ""), ("**", ""), ("$", ""), ("`", "")):
        text = text.replace(written, meant)
    return re.sub(r"\s+(?=%)", "", " ".join(f"|{text}|".split())[1:-1])


def bounded(pattern: str) -> re.Pattern[str]:
    """The pattern where no number goes on before or after it: 1.00 is not in 1.0019, nor in 21.00, nor in 1.00 %."""
    return re.compile(rf"(?<![\d.]){pattern}(?!\d|[.,]\d|e[+-]\d|%)")


def faults(notebook: Notebook, quotes: Sequence[Quote], run: bool = True) -> list[str]:
    """What is wrong with the numbers in a notebook's text, a line each.

    run  whether to run the notebook; else only what can be seen without that is looked at
    """
    texts = {k: plain(cell["source"]) for k, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "markdown"}
    found, placed = [], []
    for quote in quotes:
        places = [(k, match.span()) for k, text in texts.items() for match in quote.pattern.finditer(text)]
        if len(places) == 1:
            placed.append((quote, *places[0]))
        else:
            where = "nowhere" if not places else f"{len(places)} times: quote more words"
            found.append(f"line {quote.line}: “{quote.text}” stands {where} in the text")
    found += _unquoted(notebook, texts, [(k, span) for _, k, span in placed])
    for quote, k, span in placed:
        if quote.kind == "printed":
            shown = plain("\n".join(_shown(notebook["cells"][:k])))
            missing = [number for number in NUMBER.findall(texts[k][slice(*span)]) if not _stands_in(number, shown)]
            found += [f"line {quote.line}: no cell above it shows {number}" for number in missing]
    if run:
        found += _run(notebook, [(q, k, texts[k][slice(*span)]) for q, k, span in placed if q.kind in ("", "next")])
    return found


def _stands_in(number: str, text: str) -> bool:
    return bounded(f"{re.escape(number)}%?").search(text) is not None


def _shown(cells: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What cells have shown as text."""
    for cell in cells:
        for output in cell.get("outputs", []):
            yield joined(output.get("text", "")) + joined(output.get("data", {}).get("text/plain", ""))


def _unquoted(notebook: Notebook, texts: dict[int, str], spans: Sequence[tuple[int, tuple[int, int]]]) -> Iterator[str]:
    """Numbers that look computed, and that no line of the table quotes. What stands as code is a reader's to run."""
    for k, text in texts.items():
        source = notebook["cells"][k]["source"]
        code = [plain(code) for code in re.findall(r"^```.*?^```|`[^`\n]+`", source, re.MULTILINE | re.DOTALL)]
        for match in MEASURED.finditer(text):
            number = match[0]
            digits = sum(c.isdigit() for c in number.partition("e")[0].lstrip("0."))
            percent = text[match.end() :][:1] == "%"
            inside = any(k == cell and a <= match.start() and match.end() <= b for cell, (a, b) in spans)
            if (digits >= 3 or percent) and not inside and not any(number in piece for piece in code):
                around = text[max(0, match.start() - 30) : match.end() + 10]
                yield f"{number} in “…{around}…” is in no line of the table"


def _run(notebook: Notebook, placed: Sequence[tuple[Quote, int, str]]) -> list[str]:
    """What the quotes come to when the cells are run one after the other, in one namespace, as a kernel does."""
    from matplotlib import pyplot, rc_context

    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *things: None}
    found: list[str] = []
    cells = notebook["cells"]
    due: dict[int, list[tuple[Quote, str]]] = {}
    for quote, k, words in placed:
        last = max((j for j in range(k) if cells[j]["cell_type"] == "code"), default=-1)
        if quote.kind == "next":
            last = next((j for j in range(k, len(cells)) if cells[j]["cell_type"] == "code"), last)
        due.setdefault(last, []).append((quote, words))
    with np.printoptions(), rc_context(), contextlib.ExitStack() as stack:
        show, pyplot.show = pyplot.show, lambda *args, **kwargs: None  # the notebook's backend shows; agg would warn
        stack.callback(setattr, pyplot, "show", show)
        stack.callback(pyplot.close, "all")
        for k in range(-1, len(cells)):
            if k >= 0 and cells[k]["cell_type"] == "code":
                exec(compile(cells[k]["source"], f"<cell {k + 1}>", "exec"), names)
                pyplot.close("all")
            for quote, words in due.get(k, []):
                found += _compared(quote, words, names)
    return found


def _compared(quote: Quote, words: str, names: dict[str, Any]) -> Iterator[str]:
    try:
        computed = quote.filled(dict(names))
    except Exception as error:  # whatever an expression in a table may raise
        yield f"line {quote.line}: “{quote.text}” can't be computed: {type(error).__name__}: {error}"
        return
    if computed != words:
        yield f"line {quote.line}: the text says “{words}”, the notebook computes “{computed}”"
