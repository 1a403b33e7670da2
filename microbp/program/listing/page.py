"""`listing`: a program as text, a line a step, readable as the book.

    1  z2 = w2 @ x + b2                                  (30, 10)   eq. 25
    2  a2 = sigmoid(z2)                                  (30, 10)   eq. 25

Of a long program the beginning and the end are shown, and no text is made of what lies between.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from microbp import primitives as p
from microbp.program.lines import SIGNS, Guard, StraightLine
from microbp.program.listing.equations import FORWARD, equations_in
from microbp.program.listing.head import head_of, is_number
from microbp.program.listing.joining import own_lines
from microbp.program.listing.labels import is_cotangent, labels_for
from microbp.program.listing.names import SlotNames
from microbp.program.listing.texts import Text, is_unseen, minds_axes, number_text, seen, text_of

SHOWN, AT_THE_END = 60, 20
"""How many lines are shown, and how many of these are the last ones, where there are more."""

MOST = 12
"""How many results are named at the end."""


def listing(program: StraightLine) -> str:
    """The text of a program: what it takes, numbered lines with the shapes that they make, and what it gives.

    A line that is an equation of the book has its name at the right.

    >>> from microbp import MLP, Tensor
    >>> from microbp.program.recording import record
    >>> net = MLP([3, 1], rng=0)
    >>> x, y = Tensor([[1.0, 0.5], [0.0, 1.0], [0.0, 0.0]], "x"), Tensor([[1.0, 0.0]], "y")
    >>> print(listing(record(net.cost, x, y, wrt=net).gradient()))
    cost(x, y)
      inputs      x (3, 2), y (1, 2)
      parameters  w2 (1, 3), b2 (1, 1)
    <BLANKLINE>
       1  z2 = w2 @ x + b2                               (1, 2)  eq. 25
       2  a2 = sigmoid(z2)                               (1, 2)  eq. 25
       3  t1 = a2 - y                                    (1, 2)
       4  C = sum(t1**2) / 4                                     eq. 26
       5  nabla_a2 = 0.5 * t1                            (1, 2)
       6  delta2 = nabla_a2 * (a2 * (1 - a2))            (1, 2)  BP1
       7  nabla_b2 = sum(delta2, axis=1, keepdims=True)  (1, 1)  BP3
       8  nabla_w2 = delta2 @ x.T                        (1, 3)  BP4
          return C, nabla_w2, nabla_b2
    """
    page = Page(program)
    rows = list(page.rows())
    width = max([len(row.text) for row in rows if row.number], default=0)
    breadth = max(len(row.shape) for row in rows)
    digits = max(2, len(str(page.count)))
    body = [
        f"{row.number:>{digits + 2}}  {row.text:<{width}}  {row.shape:<{breadth}}  {row.tag}".rstrip() for row in rows
    ]
    return "\n".join([*page.head, "", *body])


class Row(NamedTuple):
    """A line of the listing, before it is lined up with the others."""

    number: str
    text: str
    shape: str = ""
    tag: str = ""


class Page:
    """What is shown of a program.

    is_own   of each line of the program whether it is a line of the listing; else it is written where it is used
    further  the outputs that are only another name of a slot, by that slot; those of leaves by −1
    number   how many lines of the listing there are up to each line of the program, and `count` in all
    head     the name of the program, and what it begins with
    """

    def __init__(self, program: StraightLine) -> None:
        self.program = program
        self.equations = equations_in(program)
        labels = labels_for(program, self.equations)
        self.names = names = SlotNames(program, labels)
        self.further: dict[int, list[int]] = {}
        for number, output in enumerate(program.outputs):
            if isinstance(output.slots, int) and output.label and output.label != names.label(output.slots):
                self.further.setdefault(max(output.slots, -1), []).append(number)
        self.guards: dict[int, list[Guard]] = {}
        for guard in program.guards:
            self.guards.setdefault(max(guard.left, guard.right, -1), []).append(guard)
        tagged = {slot for slot, tag in self.equations.tags.items() if tag != FORWARD}
        self.is_own = own_lines(program, labels, self._length_of_leaf, tagged)
        self.number = list(accumulate([is_own + len(self.further.get(k, ())) for k, is_own in enumerate(self.is_own)]))
        of_lines = self.number[-1] if self.number else 0
        self.count = of_lines + len(self.further.get(-1, ()))
        names.unnamed = list(
            accumulate([int(is_own and label is None) for is_own, label in zip(self.is_own, labels, strict=True)])
        )
        self.head = list(head_of(program, names))  # where the first names are given

    # Texts

    def _shape(self, slot: int) -> tuple[int, ...]:
        if slot >= 0:
            return self.program.shapes[slot]
        return self.names.leaf_of[slot].shape if slot in self.names.leaf_of else ()

    def _number_at(self, slot: int) -> Text | None:
        leaf = self.names.leaf_of.get(slot)
        return number_text(np.asarray(leaf.data).flat[0]) if leaf is not None and is_number(leaf) else None

    def _length_of_leaf(self, slot: int) -> int:
        number = self._number_at(slot)
        return len(number.text if number is not None else self.names.label(slot) or "p12")

    def text(self, slot: int) -> Text:
        """What is written where a slot is used: its name, its number, or what makes it."""
        shape = self._shape(slot)
        if slot < 0:
            return self._number_at(slot) or Text(self.names[slot], shape=shape)
        stands_first = slot in self.equations.pulled or is_cotangent(self.names.label(slot) or "")
        if self.is_own[slot]:
            return Text(self.names[slot], shape=shape, is_cotangent=stands_first)
        written = self.right_side(slot)
        return written._replace(is_cotangent=stands_first or written.is_cotangent)

    def _text_as_it_is(self, slot: int) -> Text:
        """What is written where a slot is used, with axes of length 1 that come and go unseen elsewhere."""
        if slot < 0 and self._shape(slot) and self._number_at(slot) is not None:
            return Text(str(np.asarray(self.names.leaf_of[slot].data).tolist()), shape=self._shape(slot))
        if slot < 0 or self.is_own[slot] or self.program.lines.primitives[slot] is not p.reshape:
            return self.text(slot)
        (before,), shape = self.program.lines.inputs_of(slot), self._shape(slot)
        if shape == self._shape(before) or not is_unseen(self._shape(before), shape):
            return self.text(slot)
        return Text(*seen(self.text(before), shape), shape)

    def right_side(self, k: int) -> Text:
        """What makes line k: a cotangent where it is one times something."""
        primitive, inputs, params = self.program.lines[k]
        if primitive is p.reshape:
            params = {"shape": self._shape(k)}  # worked out, where −1 was asked for
        take = self._text_as_it_is if minds_axes(primitive, params) else self.text
        operands = [take(s) for s in inputs]
        text, level = text_of(primitive, operands, params)
        times_cotangent = primitive in (p.mul, p.matmul) and any([x.is_cotangent for x in operands])
        return Text(text, level, self._shape(k), times_cotangent)

    # The lines

    def rows(self) -> Iterator[Row]:
        """The lines that are shown, and how many lie between."""
        n = len(self.program.lines)
        first, last = (n, n) if self.count <= SHOWN else self._cut()
        yield from self._assertions(-1)
        yield from self._rows(0, first)
        if last > first:
            yield Row("", f"… {self.number[last - 1] - self.number[first - 1]:,} lines more")
        yield from self._rows(last, n)
        for i, output in enumerate(leaves := self.further.get(-1, [])):
            yield self._row_of_output(output, self.count - len(leaves) + 1 + i)
        returned = list(map(self._returned, range(len(self.program.outputs))))
        if len(returned) > MOST:
            returned[3:-1] = ["…"]
        yield Row("", f"return {', '.join(returned)}")

    def _cut(self) -> tuple[int, int]:
        """Where the shown beginning ends, and where the shown end begins."""
        first, last = np.searchsorted(self.number, [SHOWN - AT_THE_END, self.count - AT_THE_END]).tolist()
        return first + 1, last + 1

    def _rows(self, start: int, stop: int) -> Iterator[Row]:
        for k in range(start, stop):
            further = self.further.get(k, [])
            number = self.number[k] - len(further)
            if self.is_own[k]:
                text = f"{self.names[k]} = {self.right_side(k).text}"
                yield Row(str(number), text, _shape_text(self._shape(k)), self._tag(k))
            for i, output in enumerate(further):
                yield self._row_of_output(output, number + 1 + i)
            yield from self._assertions(k)

    def _tag(self, k: int) -> str:
        """The equations that a line is: with BP1 or BP2 also BP3, where ∂C/∂b = δ has no line of its own."""
        further = self.further.get(k, [])
        outputs = self.equations.outputs.items()
        here = [tag for number, tag in outputs if number not in further and self.program.outputs[number].slots == k]
        return ", ".join([self.equations.tags[k], *here]) if k in self.equations.tags else ""

    def _assertions(self, k: int) -> Iterator[Row]:
        """The comparisons that can be made after line k; before all lines, where k is −1."""
        for guard in self.guards.get(k, ()):
            yield Row("", f"assert {self._condition(guard)}")

    def _row_of_output(self, number: int, row: int) -> Row:
        output = self.program.outputs[number]
        text = f"{self._returned(number)} = {self.text(output.slots).text}"
        return Row(str(row), text, _shape_text(output.shape), self.equations.outputs.get(number, ""))

    def _condition(self, guard: Guard) -> str:
        text = f"{self.text(guard.left).text} {SIGNS.get(guard.sign, guard.sign)} {self.text(guard.right).text}"
        if not self._shape(guard.left) and not self._shape(guard.right):
            return text if guard.outcome else f"not {text}"
        if np.all(guard.outcome):
            return f"({text}).all()"
        return f"not ({text}).any()" if not np.any(guard.outcome) else f"(({text}) == recorded).all()"

    def _returned(self, number: int) -> str:
        output = self.program.outputs[number]
        if isinstance(output.slots, np.ndarray):
            slots = output.slots.ravel().tolist()
            names = [self.text(s).text for s in (slots if len(slots) <= 3 else (slots[0], slots[-1]))]
            return f"[{', '.join(names if len(slots) <= 3 else [names[0], '…', names[1]])}]"
        if number not in self.further.get(max(output.slots, -1), ()):
            return self.text(output.slots).text
        key = ("output", number)
        if key not in self.names.names:
            self.names.names[key] = self.names.identifier(output.label or "y")
        return self.names.names[key]


def _shape_text(shape: tuple[int, ...]) -> str:
    return str(shape) if shape else ""
