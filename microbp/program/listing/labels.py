"""What the lines of a program are called in its listing beyond the labels that its nodes were given."""

from __future__ import annotations

import numpy as np

from microbp.program.lines import StraightLine
from microbp.program.listing.equations import Equations

COST = "C"
"""What the book calls that which a gradient is of."""


def labels_for(program: StraightLine, equations: Equations) -> list[str | None]:
    """A label for each line's slot, or None.

    The errors of layers are called δ. Of a program with a gradient, what has no label is called C where it is
    differentiated, and ∇ with the name of the parameter where it is the gradient.
    """
    labels = list(program.labels)
    for slot, name in equations.errors.items():
        labels[slot] = name
    if program.is_gradient:
        (c, *gradients), leaves = program.outputs, [program.leaves[i] for i in program.wrt]
        if c.label is None and c.slots >= 0 and labels[c.slots] is None and not _is_taken(COST, program):
            labels[c.slots] = COST
        for leaf, output in zip(leaves, gradients, strict=True):
            given = [node.label for node in np.ravel(leaf.data)] if isinstance(leaf.slots, np.ndarray) else [leaf.label]
            for parameter, slot, label in zip(leaf.flat_slots, np.ravel(output.slots).tolist(), given, strict=True):
                if label is None and slot >= 0 and labels[slot] is None:
                    labels[slot] = f"nabla_p{-parameter}"
    return labels


def _is_taken(label: str, program: StraightLine) -> bool:
    """Whether something in a program has a label."""
    arrays = [leaf.data for leaf in program.leaves if isinstance(leaf.slots, np.ndarray)]
    of_values = {node.label for array in arrays for node in array.flat}
    return label in {*program.labels, *[leaf.label for leaf in program.leaves], *of_values}
