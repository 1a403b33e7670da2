"""`NumpySource`: a program of arrays as numpy calls that write into arrays made beforehand.

On small arrays a step costs what numpy's calls cost, so each is made the cheapest way. Measured on
30 × 10 numbers, where a product takes 190 ns: a fresh result in place of one written to `out` costs
150 ns more, `out` by keyword 60 ns, a Python number beside an array, in place of a 0-d array, 170 ns,
`np.matmul` in place of `np.dot` 300 ns. Transposes, reshapes and slices of arrays that stay where they
are become views made once; a result goes into the array of an input that is used up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.forms.numpy_calls import REDUCTIONS, STEPS, is_view, literal, reduced, view_text
from microbp.program.forms.numpy_text import NumpyText
from microbp.program.lines import CONSTANT, StraightLine
from microbp.program.transforming import as_laid_out, empty_text, layout
from microbp.sums import is_column_of_sums, is_short_sum, ones

Array = np.ndarray[Any, Any]
Function = Callable[..., tuple[Array, ...]]


class Frame(NamedTuple):
    """Lines of Python around a program's own, in one function.

    arguments  names that the function takes first
    before     lines to begin with
    is_good    asked of the results that are handed back, as soon as they are there; where it says no, the function
               ends, and nothing was written to the arrays that the other results go into
    after      lines to end with
    scope      what these lines speak of
    """

    arguments: list[str]
    before: list[str]
    is_good: Callable[..., bool]
    after: list[str]
    scope: dict[str, Any]


class NumpySource:
    """The source of a function `run`, and what it means.

    source     text of a module; `run` takes the leaves that are not fixed and gives the outputs and then both
               sides of each guard. What it gives are its own arrays, written over by the next call
    scope      what the module needs besides: arrays that are fixed, rows that are not in the table
    """

    def __init__(
        self,
        program: StraightLine,
        fixed: Mapping[int, Array] | None = None,
        into: Mapping[int, Array] | None = None,
        frame: Frame | None = None,
    ) -> None:
        """
        fixed  leaves, by number, that stay in these arrays from call to call, and are no arguments of `run`
        into   outputs, by number, that are to be written into these arrays
        frame  what stands around the lines; outputs that go into given arrays are then not handed back
        """
        fixed, into = fixed or {}, into or {}
        self.program, self.frame = program, frame
        self._text = text = NumpyText(frame.scope, frame.arguments) if frame else NumpyText({})
        self.scope = text.scope
        self._name: dict[int, str] = {}
        self._array: dict[int, Array] = {}  # of slots that stay in one array
        self._free: dict[Any, list[tuple[str, Array]]] = {}  # arrays of no more use, by layout
        self._results = program.wanted_slots
        self._handed_back = [slot for k, slot in enumerate(self._results) if frame is None or k not in into]
        self._asked = max([-1, *self._handed_back]) if frame else -1  # the line after which they are there
        arguments = self._begin(fixed)
        given = [fixed[i] if i in fixed else as_laid_out(leaf) for i, leaf in enumerate(program.leaves)]
        with np.errstate(all="ignore"):  # of these arrays no number is of concern, but the layouts in memory are
            self._like: list[Array] = program.run(given)
        targets = self._targets(into)
        self._write(targets)
        self._copy(into, targets)
        if frame:
            arguments, text.body[:] = frame.arguments + arguments, frame.before + text.body + frame.after
        title = [
            f"{program.name!r}: {len(program.lines)} lines on arrays made beforehand.",
            "What run gives are its own arrays, which the next call writes over.",
        ]
        self.source = text.module(title, arguments, self._handed_back_text())

    def _handed_back_text(self) -> str:
        return "".join([f"{self._name[slot]}, " for slot in self._handed_back]).rstrip(" ") or "()"

    def compiled(self) -> Function:
        """`run`."""
        scope = dict(self.scope)
        exec(compile(self.source, f"<program {self.program.name}>", "exec"), scope)
        return scope.pop("run")  # type: ignore[no-any-return]  # taken out, or the two would keep each other alive

    # Leaves and targets

    def _begin(self, fixed: Mapping[int, Array]) -> list[str]:
        arguments = []
        for i, leaf in enumerate(self.program.leaves):
            slot = leaf.slots
            if leaf.kind == CONSTANT:
                self._name[slot], self._array[slot] = self._text.number(leaf.data), np.asarray(leaf.data)
                continue
            self._name[slot] = name = self._text.names.new(leaf.label, f"x{i + 1}")
            if i in fixed:
                self.scope[name] = self._array[slot] = fixed[i]
            else:
                arguments.append(name)
        return arguments

    def _targets(self, into: Mapping[int, Array]) -> dict[int, Array]:
        """The arrays that lines have to write to, by line."""
        targets: dict[int, Array] = {}
        for k, array in into.items():
            slot = self._results[k]
            if slot > self._asked and slot not in targets and not is_view(*self.program.lines[slot][::2]):
                if layout(array) == layout(self._like[slot]):
                    targets[slot] = array
        return targets

    # Lines

    def _write(self, targets: Mapping[int, Array]) -> None:
        lines = self.program.lines
        owner: dict[int, int] = {leaf.slots: leaf.slots for leaf in self.program.leaves}
        last: dict[int, int] = {}
        for k, (primitive, inputs, params) in enumerate(lines):
            owner[k] = owner[inputs[0]] if is_view(primitive, params) else k
            last.update({owner[slot]: k for slot in inputs})
        last.update({owner[slot]: len(lines) for slot in self._results})
        for k, (primitive, inputs, params) in enumerate(lines):
            if k == self._asked + 1:
                self._ask()
            self._name[k] = self._text.names.new(self.program.labels[k], f"t{k + 1}")
            if is_view(primitive, params):
                self._view(k, primitive, inputs[0], params)
                continue
            spare = [s for s in dict.fromkeys(owner[slot] for slot in inputs) if s >= 0 and last[s] == k]
            self._room(k, primitive, [s for s in spare if s in inputs], targets.get(k))
            self._call(k, primitive, inputs, params)
            for s in spare:
                if self._array[s] is not self._array[k]:
                    self._free.setdefault(layout(self._array[s]), []).append((self._name[s], self._array[s]))
        if len(lines) == self._asked + 1:
            self._ask()

    def _ask(self) -> None:
        """End here, where the frame says so."""
        if self.frame:
            name, results = self._text.given("is_good", self.frame.is_good), self._handed_back_text()
            self._text.body.append(f"if not {name}({results}): return {results}")

    def _copy(self, into: Mapping[int, Array], targets: Mapping[int, Array]) -> None:
        """What no line writes to where it is wanted: a leaf, a view, or a slot that goes to another place too."""
        for k, array in into.items():
            slot = self._results[k]
            if targets.get(slot) is not array:
                self._text.call("copyto", self._text.given(f"into{k}", array), self._name[slot])

    def _view(self, k: int, primitive: Primitive, u: int, params: dict[str, Any]) -> None:
        line = f"{self._name[k]} = {view_text(primitive, self._name[u], params)}"
        if u in self._array:
            made = np.asarray(primitive.on_arrays(self._array[u], **params))
            if np.shares_memory(made, self._array[u]):
                self._array[k] = made
                self._text.before.append(line)
                return
        self._text.body.append(line)  # of an argument, or a copy after all

    def _room(self, k: int, primitive: Primitive, spare: list[int], target: Array | None) -> None:
        """Where line k writes to: where it has to, the array of an input that is used up, a free one, a new one."""
        name, like = self._name[k], self._like[k]
        if target is not None:
            self.scope[name] = self._array[k] = target
            return
        free = self._free.setdefault(layout(like), [])
        if isinstance(primitive, Elementwise):  # which may write over what it reads
            own = [s for s in spare if layout(self._array[s]) == layout(like)]
            free = [(self._name[s], self._array[s]) for s in own[-1:]] or free
        if free:
            other, self._array[k] = free.pop()
            self._text.before.append(f"{name} = {other}  # the same array: {other} is not needed any more")
        else:
            self._array[k] = np.empty_like(like)
            self._text.before.append(f"{name} = {empty_text(like)}")

    def _call(self, k: int, primitive: Primitive, inputs: tuple[int, ...], params: dict[str, Any]) -> None:
        text, us, y, dtype = self._text, [self._name[slot] for slot in inputs], self._name[k], self.program.dtypes[k]
        like = self._like[inputs[0]]
        if primitive in STEPS:
            words = dict(zip("uvw", us, strict=False)) | {"y": y, "out=y": f"out={y}"}
            for step in STEPS[primitive]:
                function, _, operands = step.rstrip(")").partition("(")
                for number, word in enumerate(("zero", "one")):
                    if word in operands:
                        words[word] = text.number(np.array(number, dtype))
                text.call(function, *[words[x] for x in operands.split(", ")])
        elif primitive is p.matmul:
            # Of the same bits for matrices without gaps; others np.dot copies, and np.matmul adds up in its own order.
            is_plain = all(x.ndim == 2 and x.flags.forc for x in [self._like[slot] for slot in inputs])
            text.call("dot" if is_plain else "matmul", us[0], us[1], y)
        elif primitive is p.sum_to and is_column_of_sums(like, params["shape"]):
            text.call("dot", us[0], text.number(ones(like.shape[1], dtype)), self._flat(k))
        elif primitive is p.sum and is_short_sum(like, **params):
            text.call("dot", self._flat(inputs[0]), text.number(ones(like.size, dtype)), y)
        elif (found := reduced(primitive, like.shape, params)) is not None:
            axis, keepdims = found
            arguments = [us[0], str(axis), "None", y]
            if keepdims:
                arguments.append("True")
            text.call(REDUCTIONS.get(primitive, "add.reduce"), *arguments)
        else:
            self._other_call(k, primitive, us, params)

    def _flat(self, slot: int) -> str:
        """The numbers of a slot in a row, as Python source."""
        if slot not in self._array:
            return f"{self._name[slot]}.reshape(-1)"
        flat = self._text.names.new(None, f"{self._name[slot]}_flat")
        self._text.before.append(f"{flat} = {self._name[slot]}.reshape(-1)")
        return flat

    def _other_call(self, k: int, primitive: Primitive, us: list[str], params: dict[str, Any]) -> None:
        """A row of which numpy's calls are not known here: computed by the row itself, and copied."""
        module = self._text
        name = module.names.new(None, f"{primitive.name if primitive.name.isidentifier() else 'row'}_{k + 1}")
        if p.TABLE.get(primitive.name) is primitive:
            module.before.append("from microbp.primitives import TABLE")
            module.before.append(f'{name} = TABLE["{primitive.name}"].on_arrays')
        else:
            module.before.append(f"# {name} is a row of your own: its function on arrays")
            self.scope[name] = primitive.on_arrays
        given = []
        for key, value in params.items():
            word = module.names.new(None, f"{key}_{k + 1}")
            text = literal(value)
            if text is None:
                self.scope[word] = value
                module.before.append(f"# {word} = …  # {type(value).__name__}, handed over by the caller")
            else:
                module.before.append(f"{word} = {text}")
            given.append(f", {key}={word}")
        module.body.append(f"{self._name[k]}[...] = {name}({', '.join(us)}{''.join(given)})")
