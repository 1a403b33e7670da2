"""`batched`: a program recorded from one example, as a program of m examples at once.

The lines are run once more, on nodes that hold m examples where the recording held one. Where in a node
they are depends on the recorded shape alone:

    columns  where the last axis has length 1, or there is no axis: that axis becomes the examples, so
             (n, 1) is (n, m), and () is (m,)
    leading  anywhere else: the examples are a further axis in front, so (n, k) is (m, n, k)

`w @ a` of a matrix and a column is then one product of two matrices, and a bias (n, 1) is added to
(n, m) as it is. Each row of the table has a rule that keeps to columns where it can; the rule for the
leading axis always holds, and is what the row does to one example with all axes moved on by one
(`rules`). What does not rest on an input is the same for all examples, and stays as it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.program.batching.axes import (
    Examples,
    columns_to_leading,
    first_to_last,
    has_columns,
    last_to_first,
    padded,
)
from microbp.program.batching.rules import apply, rule_for
from microbp.program.lines import (
    CONSTANT,
    INPUT,
    Guard,
    Leaf,
    ProgramLike,
    RecordingError,
    StraightLine,
    batch_shape,
    for_examples,
    mean_over_examples,
    shaped,
)
from microbp.program.listing import equations_in, gradient_outputs
from microbp.program.transforming import as_node, gradient, simplified


def batched(program: ProgramLike, m: int, mean: bool = True) -> ProgramLike:
    """The program that does for m examples what `program`, recorded from one, does for each.

    inputs   (…, 1) becomes (…, m), one column an example; any other shape s becomes (*s, m), () becomes (m,)
    outputs  as inputs; but a single number is averaged where `mean` says so, and ∂C/∂(parameter) of
             shape s, in a program made by `gradient`, becomes (*s, m) whatever s is
    mean     whether a function that gives a single number per example, a cost C_x, becomes the cost
             C = (1/m) Σₓ C_x of all, shape () (Nielsen ch. 2, the first assumption); else it has shape (m,)

    Parameters stay as they are. A comparison that was made while recording must come out for all examples
    as it did for the one.

    `batched(program.gradient(), m, mean=False)` gives the gradient of each example by itself.

    >>> from microbp import Tensor, square, sum
    >>> from microbp.program.recording import record
    >>> w = Tensor([[1.0, 2.0]], "w")
    >>> program = record(lambda x: sum(square(w @ x)), Tensor([[1.0], [0.0]], "x"))
    >>> columns = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    >>> batched(program, 3)(columns), batched(program, 3, mean=False)(columns)
    (4.666666666666667, array([1., 4., 9.]))

    Raises RecordingError where a row of your own has no rule, and where this is a batch of scalars already.
    """
    if not isinstance(m, int | np.integer) or isinstance(m, bool) or m < 1:
        raise ValueError(f"batch: the number of examples is a whole number of at least 1, not {m!r}")
    if program.examples is not None:
        raise RecordingError(f"batch: {program.name} is over {program.examples} examples already")
    if program.is_scalar:
        return for_examples(program, int(m), mean)
    with np.errstate(all="ignore"):  # the numbers are of no concern
        leaves = [_examples_of(leaf, m) for leaf in program.leaves]
        values = _run(program, [examples for _, examples in leaves], m)
        outputs = _outputs(program, values, m, mean)
        guards = [_guard(guard, values, m) for guard in program.guards]
        given = [
            (leaf.kind, leaf.label, node)
            for leaf, (node, _) in zip(program.leaves, leaves, strict=True)
            if leaf.kind != CONSTANT
        ]
        made = program.derived(outputs, given, guards)
        made.name_outputs_as(program)
    made = simplified(made)
    made.batch_of = None if mean else program
    return made


def gradient_of_each(program: ProgramLike) -> ProgramLike:
    """The program of a function of arrays and its gradient; of a batch with a result for each example, of each."""
    one = program.batch_of
    if one is None:
        return gradient(program)
    return batched(gradient(one), program.outputs[0].shape[-1], mean=False)  # type: ignore[no-any-return]


def _examples_of(leaf: Leaf, m: int) -> tuple[Any, Examples]:
    """The node of a leaf, and what the lines begin with."""
    if leaf.kind != INPUT:
        node = as_node(leaf, is_scalar=False)
        return node, Examples(node, leaf.shape, False)
    node = as_node(leaf._replace(shape=batch_shape(leaf.shape, m)), is_scalar=False)
    return node, Examples(node if has_columns(leaf.shape) else last_to_first(node), leaf.shape, True)


def _run(program: StraightLine, leaves: list[Examples], m: int) -> list[Examples]:
    """Each slot of the program, for m examples."""
    labels = list(program.labels)
    for slot, name in equations_in(program).errors.items():
        labels[slot] = name  # δ, which for one example is ∂C/∂b too, and for several is not
    values: list[Any] = [None] * len(program.lines)
    values += reversed(leaves)
    for k, (row, inputs, params) in enumerate(program.lines):
        xs = [values[i] for i in inputs]
        if any(x.varies for x in xs) and rule_for(row) is None:
            raise RecordingError(
                f"{program.name}: {row.name}, a row of your own, does not say what it does to a batch of examples; "
                "record the function with a batch in place of one example"
            )
        y = values[k] = apply(row, xs, params, program.shapes[k], m)
        if y.node.label is None and y.node.number:
            y.node.label = labels[k]
    return values


def _outputs(program: StraightLine, values: list[Examples], m: int, mean: bool) -> list[Any]:
    gradients = gradient_outputs(program)
    of_parameters = {gradients[leaf.slots] for leaf in program.parameters if leaf.slots in gradients}
    found = []
    for number, output in enumerate(program.outputs):
        y = values[output.slots]
        if mean and not program.returns_tuple and y.shape == ():
            node = _mean(y, m)
        elif number in of_parameters or not has_columns(y.shape):
            node = _with_last_axis(y, m)
        else:
            node = y.node if y.varies else p.broadcast_to(y.node, shape=batch_shape(y.shape, m))
        if node is not y.node:
            node.label = output.label
            if y.node.label == output.label and y.node.primitive is not None:
                y.node.label = None
        found.append(node)
    return found


def _mean(y: Examples, m: int) -> Any:
    """(1/m) Σₓ C_x."""
    if not y.varies:
        return y.node
    if y.node.label is not None and y.node.primitive is not None:
        y.node.label = f"{y.node.label}_x"
    return mean_over_examples(y.node, m)


def _with_last_axis(y: Examples, m: int) -> Any:
    """The examples in a further last axis."""
    shape = (*y.shape, m)
    if not y.varies:
        return p.broadcast_to(p.reshape(y.node, shape=(*y.shape, 1)), shape=shape)
    return shaped(y.node, shape) if has_columns(y.shape) else first_to_last(y.node)


def _guard(guard: Guard, values: list[Examples], m: int) -> Guard:
    """A comparison whose two sides have the examples in the same axis."""
    left, right = values[guard.left], values[guard.right]
    shape = np.broadcast_shapes(left.shape, right.shape)
    if not has_columns(shape):
        left, right = (_leading_beside(x, len(shape), m) for x in (left, right))
    return guard._replace(left=left.node, right=right.node)


def _leading_beside(x: Examples, rank: int, m: int) -> Examples:
    if x.varies and has_columns(x.shape):
        x = x._replace(node=columns_to_leading(x.node, x.shape))
    return x._replace(node=padded(x, rank, m))
