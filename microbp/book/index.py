"""`equations`: all 57 numbered equations of the book's chapters 1 and 2, by their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from microbp.book.chapter1 import CHAPTER_1
from microbp.book.chapter2 import CHAPTER_2
from microbp.book.equation import Equation


class NoSuchEquation(KeyError):
    """The book has no equation of this number; a KeyError whose text is a sentence."""

    def __str__(self) -> str:
        return f"the book has no equation {self.args[0]!r}; there are 1 to 53 and BP1 to BP4"


class Equations(Mapping[str, Equation]):
    """Equations by number, in the order of the book: "1" … "53", and among these "BP1" … "BP4".

    An int, or small letters, do as well.

    >>> equations["BP2"].formula == equations["bp2"].formula
    True
    >>> equations[3]
    <equation 3: σ(z) ≡ 1/(1 + e⁻ᶻ)>
    """

    def __init__(self, *rows: Equation) -> None:
        self._rows = {row.number: row for row in rows}

    def __getitem__(self, number: str | int) -> Equation:
        row = self._rows.get(_key(number))
        if row is None:
            raise NoSuchEquation(number)
        return row

    def __contains__(self, number: object) -> bool:
        return _key(number) in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} equations of the book, 1 … 53 and BP1 … BP4>"

    def __str__(self) -> str:
        return "\n".join(f"{number:>4}  {row.formula}" for number, row in self.items())


def _key(number: object) -> str:
    """The number as the index has it."""
    return str(number).strip().upper()


equations = Equations(*CHAPTER_1, *CHAPTER_2)
"""All equations of the book's chapters 1 and 2."""
