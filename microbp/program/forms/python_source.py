"""`PythonSource`: a scalar program as the text of a Python function of floats, one assignment a line.

The text is what a reader would write by hand, and runs wherever microbp can be imported:

    def run(x, w):
        a = tanh(w * x)
        return a * a

A line that is used once, and has no name of its own, is written where it is used. Measured on gradients
of 64,000 lines, against one assignment for each: 0.66 of the time in a chain, 0.82 in a wide graph, and
half the time to compile.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.primitives import TABLE
from microbp.program.forms.python_text import Names, filled, indented
from microbp.program.lines import ABSENT, INPUT, SIGNS, Leaf, StraightLine

LOOSE, SUM, PRODUCT, NEGATIVE, ATOM = range(5)
"""How tightly a text holds together: an operand that is looser than its place goes into parentheses."""

Text = tuple[str, int]
"""A text and its level, LOOSE to ATOM."""

OPERATORS: dict[Primitive, tuple[str, int]] = {
    p.add: ("+", SUM),
    p.sub: ("-", SUM),
    p.mul: ("*", PRODUCT),
    p.div: ("/", PRODUCT),
}
"""Sign and level. The right operand goes into parentheses at the same level: a − (b + c), and a + (b + c) as well,
since it rounds otherwise than (a + b) + c."""

FORMULAS: dict[Primitive, tuple[str, int]] = {
    p.square: ("{0} * {0}", PRODUCT),
    p.relu: ("0.0 if {0} <= 0 else {0}", LOOSE),
    p.where: ("{1} if {0} else {2}", LOOSE),
    p.identity: ("{0}", ATOM),
}
"""Rows whose formula on floats is as short as a call: in a quarter of the time, which is that of the call."""

INLINED = 40
"""The longest text that is written into another."""


class PythonSource:
    """The text of a function `run`, and the function.

    text       to read and to save
    bound      by name, the functions that the text can't name: rows that are not in the table
    arguments  of `run`: a float where a leaf is one Value, else a flat sequence of floats
    """

    def __init__(self, program: StraightLine) -> None:
        self.program = program
        self.title = re.sub(r"[^\w<>.]", "_", program.name)
        self.bound: dict[str, Callable[..., Any]] = {}
        self.imports: set[str] = set()
        self.definitions: dict[str, str] = {}
        self.names = Names({"run", "microbp", "inf", "nan", "ValueError", *keyword.kwlist})
        rows = sorted(dict.fromkeys(program.lines.primitives), key=_has_no_name_in_math)
        self.functions = {row: self._function(row) for row in rows}
        self.texts: dict[int, Text] = {}
        body = [*self._leaves(), *self._lines(), *self._guards()]
        results = [self._result(output.slots) for output in program.outputs]
        body.append(filled("return ", results))
        arguments = ", ".join(self.arguments)
        self.text = "\n".join([*self._head(), f"def run({arguments}):", *[indented(text) for text in body]]) + "\n"

    def compiled(self) -> Callable[..., Any]:
        """`run`, which gives a tuple where the program has several outputs.

        In one piece, however long: CPython 3.11 takes 9 µs a line to compile, of 10,000 lines as of 300,000.
        """
        scope: dict[str, Any] = dict(self.bound)
        exec(compile(self.text, f"<program {self.title}>", "exec"), scope)
        run: Callable[..., Any] = scope["run"]
        return run

    def _function(self, row: Any) -> str:
        """The name of a row's function of floats, which the head of the text explains."""
        if not is_call(row):
            return ""
        if not _has_no_name_in_math(row):
            name = row.on_floats.__name__
            self.names.taken.add(name)
            self.imports.add(name)
            return str(name)
        reduction, count = row.reduction, len(row.partials)
        name = self.names.new(row.name if reduction is None else f"{row.name}_of_{count}", "f")
        in_table: Any = TABLE.get(row.name)
        if in_table is row:
            self.definitions[name] = f"microbp.primitives.{row.name}.on_floats"
        elif reduction is not None and in_table is reduction:
            self.definitions[name] = f"microbp.primitives.{row.name}.of_numbers({count}).on_floats"
        else:
            self.bound[name] = row.on_floats
        return name

    def _head(self) -> list[str]:
        head = [f'"""The program of {self.title}, as a function of floats."""', ""]
        if self.imports:
            head.append(filled("from math import ", sorted(self.imports)))
        if self.definitions:
            head += ["import microbp.primitives", ""]
            head += [f"{name} = {definition}" for name, definition in self.definitions.items()]
        head += [f"# {name}: on_floats of a row that is not in the table; to be bound here" for name in self.bound]
        return [*head, "", ""]

    # Leaves, lines, guards, results

    def _leaves(self) -> list[str]:
        """Statements that give each number of the leaves a name.

        Unpacked at once: measured 1 to 4 ns less a number than by their indices, for 10 to 10,000 of them.
        """
        used = {slot for k in range(len(self.program.lines)) for slot in self.program.lines.inputs_of(k) if slot < 0}
        used.update(slot for slot in self._asked_for() if slot < 0)
        for leaf in self.program.constants:
            for slot, number in zip(leaf.flat_slots, np.ravel(leaf.data).tolist(), strict=True):
                self.texts[slot] = self._number(number)
        self.arguments: list[str] = []
        statements = []
        for n, leaf in enumerate(self.program.given, start=1):
            usual = "parameters" if leaf.is_loose else f"x{n}" if leaf.kind == INPUT else f"w{n}"
            name = self.names.new(leaf.label, usual)
            self.arguments.append(name)
            if not isinstance(leaf.slots, np.ndarray):
                self.texts[leaf.slots] = name, ATOM
                continue
            slots = leaf.flat_slots
            entries = [
                self.names.new(_label_of_entry(leaf, at), f"{name}_{at + 1}") if slot in used else "_"
                for at, slot in enumerate(slots)
            ]
            self.texts.update((slot, (entry, ATOM)) for slot, entry in zip(slots, entries, strict=True))
            if not used.isdisjoint(slots):
                statements.append(f"{filled('', entries, ',' if len(entries) == 1 else '')} = {name}")
        return statements

    def _number(self, number: float) -> Text:
        if not math.isfinite(number):
            which = "nan" if number != number else "inf"
            self.imports.add(which)
            return (which, ATOM) if number != -math.inf else ("-inf", NEGATIVE)
        text = repr(number)
        return text, NEGATIVE if text[0] == "-" else ATOM

    def _asked_for(self) -> list[int]:
        """Slots that are needed besides by lines."""
        return [slot for slots in self.program.wanted_slots for slot in np.ravel(slots).tolist()]

    def _lines(self) -> list[str]:
        lines, labels = self.program.lines, self.program.labels
        uses = [0] * (len(lines) + self.program.leaf_count)
        for slots in (lines.u, [slot for slot in lines.v if slot != ABSENT], *lines.rest.values()):
            for slot in slots:
                uses[slot] += 1
        for slot in self._asked_for():
            uses[slot] += 2
        twice = {p.square, p.relu}  # their formulas name the operand twice, so it has to have a name
        named = {lines.u[k] for k, row in enumerate(lines.primitives) if row in twice}
        statements = []
        for k, (row, inputs, _) in enumerate(lines):
            text, level = self._line(row, [self.texts[slot] for slot in inputs])
            if uses[k] == 1 and labels[k] is None and len(text) <= INLINED and k not in named:
                self.texts[k] = text, level
            else:
                name = self.names.new(labels[k], f"t{k}")
                statements.append(f"{name} = {text}")
                self.texts[k] = name, ATOM
        return statements

    def _line(self, row: Any, operands: list[Text]) -> Text:
        if row in OPERATORS:
            sign, level = OPERATORS[row]
            left, right = operands
            return f"{_within(left, level)} {sign} {_within(right, level + 1)}", level
        if row is p.neg:
            return f"-{_within(operands[0], ATOM)}", NEGATIVE
        if row in FORMULAS:
            formula, level = FORMULAS[row]
            return formula.format(*[_within(operand, ATOM) for operand in operands]), level
        return f"{self.functions[row]}({', '.join(text for text, _ in operands)})", ATOM

    def _guards(self) -> Iterable[str]:
        for guard in self.program.guards:
            left, right = (_within(self.texts[slot], SUM) for slot in (guard.left, guard.right))
            holds, was = ("not ", "held") if guard.outcome else ("", "did not hold")
            yield f"if {holds}{left} {SIGNS.get(guard.sign, guard.sign)} {right}:"
            said = f"{guard.text} {was} in the recording; record again with such inputs"
            yield f"    raise ValueError({ascii(said)})"

    def _result(self, slots: Any) -> str:
        if not isinstance(slots, np.ndarray):
            return self.texts[slots][0]
        entries = [self.texts[slot][0] for slot in slots.flat]
        return "(" + ", ".join(entries) + ("," if len(entries) == 1 else "") + ")"


def _has_no_name_in_math(row: Any) -> bool:
    return row.on_floats is not getattr(math, getattr(row.on_floats, "__name__", ""), None)


def is_call(row: Primitive) -> bool:
    """Whether a row is a call in the text, and neither an operator nor a formula."""
    return row not in OPERATORS and row not in FORMULAS and row is not p.neg


def _label_of_entry(leaf: Leaf, at: int) -> str | None:
    return getattr(leaf.data.flat[at], "label", None) if isinstance(leaf.data, np.ndarray) else None


def _within(text: Text, level: int) -> str:
    """A text as an operand of something of this level."""
    return text[0] if text[1] >= level else f"({text[0]})"
