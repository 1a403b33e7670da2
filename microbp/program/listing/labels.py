"""What the lines of a program are called in its listing beyond the labels that its nodes were given."""

from __future__ import annotations

from collections import Counter

import numpy as np

from microbp.program.lines import StraightLine, name_of_cotangent
from microbp.program.listing.equations import Equations
from microbp.program.listing.names import name_of_parameter

COST = "C"
"""What the book calls that which a gradient is of."""


def labels_for(program: StraightLine, equations: Equations) -> list[str | None]:
    """A label for each line's slot, or None.

    The errors of layers are called δ, and nothing that is only a part of one; nor has a cotangent a name that
    others have too. Of a program with a gradient, what has no label is called C where it is differentiated, and
    ∇ with the name of the parameter where it is the gradient.
    """
    wanted = {slot for output in program.outputs for slot in np.ravel(output.slots).tolist()}
    counts, errors = Counter(program.labels), set(equations.errors.values())
    labels = [
        None if label in errors or (label and counts[label] > 1 and is_cotangent(label) and k not in wanted) else label
        for k, label in enumerate(program.labels)
    ]
    for slot, name in equations.errors.items():
        label = program.labels[slot]
        labels[slot] = name if label is None or is_cotangent(label) else label
    if program.is_gradient:
        _name_cost(program, labels)
        _name_gradients(program, labels)
    return labels


def is_cotangent(label: str) -> bool:
    """Whether a name is that of a cotangent."""
    return label.startswith(("nabla_", "delta"))


def _name_cost(program: StraightLine, labels: list[str | None]) -> None:
    c = program.outputs[0]
    if c.label is None and c.slots >= 0 and labels[c.slots] is None and not _is_taken(COST, program):
        labels[c.slots] = COST


def _name_gradients(program: StraightLine, labels: list[str | None]) -> None:
    for i, output in zip(program.wrt, program.outputs[1:], strict=True):
        leaf = program.leaves[i]
        given = [node.label for node in np.ravel(leaf.data)] if isinstance(leaf.slots, np.ndarray) else [leaf.label]
        for parameter, slot, label in zip(leaf.flat_slots, np.ravel(output.slots).tolist(), given, strict=True):
            if label is None and slot >= 0 and labels[slot] is None:
                labels[slot] = name_of_cotangent(name_of_parameter(program, parameter))


def _is_taken(label: str, program: StraightLine) -> bool:
    """Whether something in a program has a label."""
    arrays = [leaf.data for leaf in program.leaves if isinstance(leaf.slots, np.ndarray)]
    of_values = {node.label for array in arrays for node in array.flat}
    return label in {*program.labels, *[leaf.label for leaf in program.leaves], *of_values}
