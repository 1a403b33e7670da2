"""The head of a listing: the name of a program, and what it begins with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from microbp.names import stem
from microbp.program.lines import CONSTANT, Leaf, StraightLine
from microbp.program.listing.names import SlotNames

WIDEST = 100
"""How wide the head gets."""


def head_of(program: StraightLine, names: SlotNames) -> Iterator[str]:
    """The name of the program, and what it begins with."""
    name = program.name if program.name.isidentifier() else "f"
    inputs = [_array_name(leaf, names) for leaf in program.inputs]  # whose names are given first
    yield f"{name}({', '.join(inputs)}){_of_examples(program)}"
    constants = [leaf for leaf in program.constants if not is_number(leaf) and leaf.slots not in names.transposed]
    for kind, leaves in (("inputs", program.inputs), ("parameters", program.parameters), ("constants", constants)):
        if leaves:
            yield from _wrapped(f"  {kind:<11} ", [text for leaf in leaves for text in _described(leaf, names)])


def _of_examples(program: StraightLine) -> str:
    """What becomes of the examples in a batch of scalars, whose lines are those of one of them."""
    if not program.is_scalar or program.examples is None:
        return ""
    return f"   for each of {program.examples} examples" + (", then their mean" if program.is_mean else "")


def _array_name(leaf: Leaf, names: SlotNames) -> str:
    """The name of a leaf; an array of Values, which have names of their own, has one beside them."""
    if isinstance(leaf.slots, int):
        return names[leaf.slots]
    key = ("array", -1 - int(leaf.slots.flat[0]) if leaf.slots.size else leaf.label)
    if key not in names.names:
        names.names[key] = names.identifier(leaf.label or "x")
    return names.names[key]


def _described(leaf: Leaf, names: SlotNames) -> Iterator[str]:
    if not leaf.is_loose:
        yield f"{_array_name(leaf, names)} {leaf.shape}" if leaf.shape else _array_name(leaf, names)
    elif leaf.slots.size <= 8:
        yield from [names[slot] for slot in leaf.flat_slots]
    else:
        groups: dict[str, int] = {}
        for node in leaf.data.flat:
            group = stem([node.label]) or "without a name"
            groups[group] = groups.get(group, 0) + 1
        yield from [f"{group} ({count:,})" for group, count in groups.items()]


def _wrapped(start: str, texts: list[str]) -> Iterator[str]:
    """Texts with commas between them, in as many lines as they need."""
    line = start
    for i, text in enumerate(texts):
        comma = ", " if i + 1 < len(texts) else ""
        if line.strip() and len(line) + len(text) > WIDEST:
            yield line.rstrip()
            line = " " * len(start)
        line += text + comma
    yield line


def is_number(leaf: Leaf) -> bool:
    """Whether a leaf is a number that is written as one, and has no name."""
    return leaf.kind == CONSTANT and leaf.label is None and np.size(leaf.data) == 1
