"""`Program`: a recording that can be run again on other numbers, differentiated, batched and printed.

Each of these is a subject of its own, which is imported where it is first asked for: all of them together
would add a third to the time that `import microbp` takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from microbp.program.lines import NoFormulaError, RecordingError, StraightLine
from microbp.program.watching import as_inputs, reader_of

if TYPE_CHECKING:
    from microbp.program.forms.form import Form
    from microbp.program.watching import Verification

Result = Any
"""A float for a single number, else an array; a tuple of these where the function returned a tuple."""


class Program(StraightLine):
    """A recording, frozen: lines, each a primitive of the table, its input slots and its output slot.

    gradient_of  the program that this is the gradient of, None where it is not
    """

    gradient_of: Program | None = None

    def __str__(self) -> str:
        from microbp.program.listing import listing

        return listing(self)

    def __repr__(self) -> str:
        count = len(self.lines)
        return f"<program {self.name}: {count:,} line{'' if count == 1 else 's'}>"

    # Replay

    def __call__(self, *inputs: Any) -> Result:
        """The function of these inputs, with the parameters as they are now. No graph is built.

        inputs  numbers or arrays in the shapes of the examples

        Raises RecordingError where the function would have branched otherwise, or where a parameter is no longer the
        node that it was; ValueError and TypeError where an input is not of the recorded shape or kind, and what a
        cost raises where desired outputs are out of its range.
        """
        results = self.form.value(self._numbers(inputs))
        if self.is_gradient:
            results[1:] = self._as_received(results[1:])
        return tuple(results) if self.returns_tuple else results[0]

    def value_and_grad(self, *inputs: Any) -> tuple[float, Any]:
        """The value, and its gradient by each of the parameters in `wrt`, in a tuple; of their shapes and dtypes.

        Values that the function was found to hold have a float each, in the order of their creation. Where `wrt`
        was a single argument or parameter, there is its gradient, and no tuple.
        """
        numbers = self._numbers(inputs)
        try:
            value, gradients = self.form.value_and_grad(numbers)
        except NoFormulaError:
            if not self.is_scalar:
                raise
            from microbp.program.forms.choosing import form_without_formulas

            self.form = form_without_formulas(self)
            value, gradients = self.form.value_and_grad(numbers)
        flat: list[Any] = []
        for i, g in zip(self.wrt, self._as_received(gradients), strict=True):
            flat.extend(g.tolist() if g.ndim == 1 else g) if self.leaves[i].is_loose else flat.append(g)
        return value, tuple(flat) if self.gradient_is_tuple else flat[0]

    def _as_received(self, gradients: list[Any]) -> list[Any]:
        """Gradients in the dtype of what they are by, as `grad` has them: float32 also beside data of float64."""
        for k in self._narrow:
            g = np.asarray(gradients[k], self.leaves[self.wrt[k]].dtype)
            gradients[k] = g if g.ndim else float(g)
        return gradients

    @cached_property
    def _narrow(self) -> list[int]:
        return [k for k, i in enumerate(self.wrt) if self.leaves[i].dtype != np.float64]

    def _numbers(self, inputs: Sequence[Any]) -> list[np.ndarray]:
        """The numbers of all leaves but constants."""
        for check in self.checks:
            check()
        numbers = as_inputs(self, inputs)
        for demand in self.demands:
            demand(numbers)
        return [*numbers, *[read() for read in self._readers]]

    @cached_property
    def _readers(self) -> list[Callable[[], np.ndarray]]:
        return [reader_of(leaf) for leaf in self.parameters]

    @cached_property
    def form(self) -> Form:
        """In which form this program is run; `print(program.form)` says which was chosen, and why."""
        from microbp.program.forms.choosing import form_of

        return form_of(self)

    @property
    def source(self) -> str:
        """The Python source of what a call runs."""
        return self.form.source

    def save(self, path: Any) -> None:
        """Write the source to a file, which runs by itself: `run` there takes the inputs, and then the parameters.

        In which shapes is said at the top of the file; they are not checked, and neither is what a cost demands. The
        file has what a call runs; for the gradient, save `gradient()`. What is not in it are the comparisons that f
        made: with guards, a RecordingError. So where there is no such text, as with a row of your own.
        """
        from textwrap import wrap

        source, why = self.source, self.form.unsaid
        if self.guards:
            why = f"it holds for one branch only, where {self.guards[0].text} comes out as recorded, and would not look"
        if why is not None:
            raise RecordingError(f"{self.name}: can't be saved as Python that runs by itself: {why}")
        usage = re.sub(r"(?<=\d), (?=\d)", ",\N{NO-BREAK SPACE}", self.form.usage)  # shapes stay in one line
        head = [f"# {line}\n".replace("\N{NO-BREAK SPACE}", " ") for line in wrap(usage, 116)]
        with open(path, "w", encoding="utf-8") as file:
            file.writelines([*head, source])

    def verify(self, *examples: Any) -> Verification:
        """Record the function again, on other examples, and compare: what differs is printed, and nothing where `ok`.

        It finds branches that depend on the data, numbers that are computed outside of the graph, random draws,
        and parameters that were put in the place of others.
        """
        from microbp.program.watching import compared

        if self.record_again is None:
            raise RecordingError(f"verify: {self.name} was made of another program; verify the one that was recorded")
        return compared(self, self.record_again(*examples))

    # Other programs made of this one

    def batch(self, m: int, mean: bool = True) -> Program:
        """The same for m examples at once, one a column.

        An input whose last axis has length 1, a column, takes m columns; any other a further last axis of
        length m. Parameters are the same for all examples.

        mean  whether a single number is averaged over the examples, C = (1/m) Σₓ Cₓ (Nielsen ch. 2, the first
              assumption about the cost); else there is a result for each, in a last axis, and so for gradients:
              the batch of a gradient is the gradient of the batch
        """
        from microbp.program.batching import batched

        return batched(self, m, mean) if self.gradient_of is None else self.gradient_of.batch(m, mean).gradient()

    def matrix_form(self) -> Program:
        """Scalars as arrays, sums over indices as products of matrices: the program as the book writes it.

        A program of arrays is in this form already. That of a gradient is the gradient of the matrix form.
        """
        from microbp.program.matrices import as_arrays

        if not self.is_scalar:
            return self
        return as_arrays(self) if self.gradient_of is None else self.gradient_of.matrix_form().gradient()

    def gradient(self) -> Program:
        """The program that gives the value and, by the same table of primitives, its gradient by each leaf in `wrt`.

        Of `batch(m, mean=False)` it gives the gradients of all examples, in a last axis.
        """
        from microbp.program.batching import gradient_of_each

        made = gradient_of_each(self if self.examples is None else self.matrix_form())
        made.gradient_of = self
        return made
