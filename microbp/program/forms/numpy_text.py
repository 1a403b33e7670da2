"""`NumpyText`: the text of a module of numpy calls as it grows: its names, its constants, and its one function."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.program.forms.numpy_calls import REDUCTIONS
from microbp.program.forms.python_text import Names

TAKEN = {"np", "run", "TABLE", *[path.replace(".", "_") for path in REDUCTIONS.values()], *dir(np), *keyword.kwlist}
"""Names that mean something else in the source."""

LONGEST = 100
"""Constants with more numbers are not written out."""


class NumpyText:
    """Lines before a function `run`, and the lines in it.

    scope   what the lines speak of, and can't be written out: arrays that are given, rows that are not in the table
    names   gives names that nothing else has
    before  lines that are run once
    body    lines of the function
    """

    def __init__(self, scope: dict[str, Any], arguments: Sequence[str] = ()) -> None:
        self.scope = dict(scope)
        self.names = Names({*TAKEN, *scope, *arguments})
        self.before: list[str] = []
        self.body: list[str] = []
        self._functions: dict[str, str] = {}
        self._numbers: dict[Any, str] = {}

    def call(self, path: str, *operands: str) -> None:
        """A line of the function that calls numpy's function at this path."""
        name = self._functions[path] = path.replace(".", "_")
        self.body.append(f"{name}({', '.join(operands)})")

    def given(self, name: str, thing: Any) -> str:
        """A new name, like this one, of what the module is to be given."""
        name = self.names.new(None, name)
        self.scope[name] = thing
        return name

    def number(self, number: Any) -> str:
        """The name of a constant. A 0-d array stands beside an array at a third of the cost of a Python number."""
        array = np.asarray(number)
        key = (array.tobytes(), array.shape, array.strides, array.dtype)
        if key not in self._numbers:
            self._numbers[key] = name = self.names.new(None, f"c{len(self._numbers) + 1}")
            kind = "" if array.dtype == np.float64 else f", np.{array.dtype.name}"
            if array.ndim == 1 and array.size and (array == 1).all():
                self.before.append(f"{name} = np.ones({array.size}{kind})")
            elif 0 < array.size <= LONGEST and array.flags.c_contiguous:
                text = repr(array.tolist()).replace("nan", "np.nan").replace("inf", "np.inf")
                self.before.append(f"{name} = np.array({text}{kind})")
            else:
                self.before.append(f"# {name} is a constant of shape {array.shape}")
                self.scope[name] = array
        return self._numbers[key]

    def module(self, title: Sequence[str], arguments: Sequence[str], results: str) -> str:
        """All of it.

        title  comments to begin with
        """
        return "\n".join(
            [
                *[f"# {line}" for line in title],
                "import numpy as np",
                *[f"{name} = np.{path}" for path, name in self._functions.items()],
                *self.before,
                "",
                f"def run({', '.join(arguments)}):",
                *[f"    {line}" for line in self.body],
                f"    return {results}",
                "",
            ]
        )
