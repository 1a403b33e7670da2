"""`Form`: a way in which a program can be run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.program.lines import StraightLine


def shapes_text(program: StraightLine, names: Sequence[str]) -> str:
    """The arguments of `run` with the shapes and dtypes of the leaves that are handed over."""
    texts = []
    for name, leaf in zip(names, program.given, strict=True):
        texts.append(f"{name} {leaf.shape}" + ("" if leaf.dtype == np.float64 else f" of {leaf.dtype.name}"))
    return ", ".join(texts)


Numbers = list[np.ndarray]
"""The numbers of the leaves that are not constants, one array each."""


class Form:
    """A way of running a program, by itself or differentiated by the leaves in its `wrt`; printed, it says why.

    name  what it is called
    why   why it was chosen
    """

    name: str
    why: str

    def __str__(self) -> str:
        return f"{self.name}: {self.why}"

    __repr__ = __str__

    @property
    def source(self) -> str:
        """Text of what is run."""
        raise NotImplementedError

    @property
    def usage(self) -> str:
        """What `run` in the text takes and gives."""
        raise NotImplementedError

    @property
    def unsaid(self) -> str | None:
        """Why the text does not run by itself; None where it does."""
        return None

    def value(self, numbers: Numbers) -> list[Any]:
        """The outputs."""
        raise NotImplementedError

    def value_and_grad(self, numbers: Numbers) -> tuple[Any, list[Any]]:
        """The value, and the gradient by each leaf in `wrt`."""
        raise NotImplementedError
