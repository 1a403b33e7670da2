"""Examples as columns: what goes into a scalar program run on several examples, what comes out.

Inside, a leaf is a flat array of numbers: a row for each slot and, where there are examples, a column for
each of them. Outside it has the shape that `Program.batch` says.
"""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.program.lines.parts import INPUT, PARAMETER, Leaf
from microbp.program.lines.straight_line import ProgramLike


def batch_shape(shape: tuple[int, ...], m: int) -> tuple[int, ...]:
    """The shape of m examples of this shape: columns side by side, or along a further last axis."""
    return (*shape[:-1], m) if shape[-1:] == (1,) else (*shape, m)


def for_examples(program: ProgramLike, m: int, mean: bool) -> ProgramLike:
    """A scalar program that is run on m examples, one a column of its inputs, by the same lines."""
    made = copy(program)
    made.examples, made.is_mean, made.record_again = m, mean and not program.returns_tuple, None
    made.leaves = [
        leaf._replace(shape=batch_shape(leaf.shape, m)) if leaf.kind == INPUT else leaf for leaf in program.leaves
    ]
    made.outputs = list(program.outputs)
    if program.is_gradient:  # ∂C/∂w of each example is in a further axis, also where w is a column
        for k, i in enumerate(program.wrt, start=1):
            shape = program.outputs[k].shape
            if program.leaves[i].kind == PARAMETER and shape[-1:] == (1,):
                made.outputs[k] = made.outputs[k]._replace(shape=(*shape, 1))
    return made


def for_one_example(program: ProgramLike) -> ProgramLike:
    """A scalar program with its inputs in the shapes that they were recorded in."""
    made = copy(program)
    made.examples = None
    made.leaves = [leaf._replace(shape=np.shape(leaf.slots)) for leaf in program.leaves]
    return made


def shaped_output(x: np.ndarray, shape: tuple[int, ...], examples: int | None, mean: bool) -> Any:
    """Rows of an output as the caller gets them: a float for a single number, else an array.

    x      shape (size of the output, examples or 1)
    shape  of the output at recording
    mean   whether a single number is averaged over the examples; an array has them in its last axis
    """
    if examples is None:
        return _float_or_array(x.reshape(shape))
    if mean and shape == ():
        return float(x.mean())
    return np.array(x.reshape(batch_shape(shape, examples)))


def shaped_gradient(x: np.ndarray, leaf: Leaf, examples: int | None, mean: bool) -> Any:
    """The gradient by a leaf as the caller gets it, of shape (size of the leaf, examples or 1) here.

    By an input each example has its own gradient, in the shape of the batch: of the mean it is 1/m of that of
    the example. By a parameter it is the mean over the examples or, without `mean`, one in a further last axis.
    """
    shape = np.shape(leaf.slots)
    if examples is None:
        return _float_or_array(x.reshape(shape))
    if leaf.kind == INPUT:
        return np.array((x / examples if mean else x).reshape(batch_shape(shape, examples)))
    if mean:
        return _float_or_array(x.mean(axis=1).reshape(shape))
    return np.array(x.reshape((*shape, examples)))


def _float_or_array(x: np.ndarray) -> Any:
    return np.array(x) if x.ndim else float(x)


def mean_over_examples(node: Any, m: int) -> Any:
    """(1/m) Σₓ Cₓ of a node with one number for each of m examples.

    Where Cₓ is itself a sum, or one divided by a number, all is summed at once and divided at the end, as it is
    where the cost of a batch was recorded.
    """
    over: float = m
    while node.primitive is p.div and not node.v.number and node.v.shape == ():
        over *= float(node.v._data)
        node = node.u
    if node.primitive is p.sum:
        node = node.u
    total = p.sum(node)
    return total if over == 1 else total / over
