"""`Equation`: a numbered equation of the book, with what computes it, its proof, and the lesson that shows it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from microbp.arguments import generator
from microbp.book.comparing import Compared, Comparison, Disagreement, Proof


class Notebook(NamedTuple):
    """Where a lesson shows an equation.

    file     in the folder notebooks/
    heading  that of the cells, without its ##
    """

    file: str
    heading: str


class Equation(NamedTuple):
    """An equation of Nielsen's book.

    number    as in the book: "1" … "53", "BP1" … "BP4"
    formula   in Unicode, with the book's letters
    words     the same in one line of words
    function  what computes it in microbp
    proof     holds what the function gives against other ways, on random networks or numbers
    notebook  the lesson that shows it
    """

    number: str
    formula: str
    words: str
    function: Callable[..., Any]
    proof: Proof
    notebook: Notebook

    @property
    def statement(self) -> str:
        """The formula, and under it the words."""
        return f"{self.formula}\n{self.words}"

    @property
    def function_name(self) -> str:
        """The function's full name, as short as it can be imported."""
        return full_name(self.function)

    @property
    def held_against(self) -> str:
        """What its proof compares the function with, in words."""
        words = (self.proof.__doc__ or "").strip().rstrip(".")
        return words[:1].lower() + words[1:] if words[1:2].islower() else words

    def prove(
        self, rng: np.random.Generator | int | None = None, *, function: Callable[..., Any] | None = None
    ) -> Compared:
        """Evaluate both sides on random networks or numbers; what was compared, and how far it differed.

        rng       a numpy Generator, or a seed for one
        function  another function to be tried in the place of the library's

        Raises Disagreement, an AssertionError, where the sides differ.
        """
        comparison, rng = Comparison(), generator(f"equation {self.number}", rng)
        try:
            self.proof(rng, self.function if function is None else function, comparison)
        except Disagreement as difference:
            raise Disagreement(f"equation {self.number}: {difference}") from None
        return comparison.result()

    def __repr__(self) -> str:
        return f"<equation {self.number}: {self.formula}>"

    def __str__(self) -> str:
        return (
            f"Equation {self.number}\n\n  {self.formula}\n  {self.words}\n\n"
            f"  computed by   {self.function_name}\n"
            f"  held against  {self.held_against}\n"
            f"  shown in      notebooks/{self.notebook.file}, under “{self.notebook.heading}”"
        )


def full_name(function: Callable[..., Any]) -> str:
    """Module and name of a function, by the shortest module of microbp that hands it on.

    >>> from microbp.equations import hadamard
    >>> full_name(hadamard)
    'microbp.equations.hadamard'
    """
    first, *rest = function.__qualname__.split(".")
    parts = function.__module__.split(".")
    home = getattr(sys.modules[function.__module__], first, None)
    for n in range(1, len(parts) + 1):
        module = ".".join(parts[:n])
        if home is not None and getattr(sys.modules.get(module), first, None) is home:
            return ".".join([module, first, *rest])
    return f"{function.__module__}.{function.__qualname__}"
