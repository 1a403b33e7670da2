"""`gradient`: the program of a function and its gradient, out of the program of the function.

The lines are run once more, on nodes, and the backward sweep over these is itself a graph: the gradient
by the rate factors of the same table. What it computes on the way is named as in the book.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from microbp import sweeps
from microbp.graph import Node
from microbp.kinds import zeros_like
from microbp.program.layout import as_laid_out, layout, minds_layout
from microbp.program.lines import CONSTANT, Guard, Leaf, NoFormulaError, RecordingError
from microbp.program.program import Program
from microbp.program.simplify import Builder
from microbp.program.watched import watched
from microbp.program.writing import LeafNodes, as_nodes, each_node
from microbp.tensor import Tensor, constant
from microbp.value import Value

WEIGHTED_INPUT = re.compile(r"z(\d*(?:_.*)?)", re.ASCII)
"""The labels of weighted inputs, whose cotangents are the book's errors δ."""


def gradient(program: Program, seed: float = 1.0) -> Program:
    """The program whose outputs are f and ∂f/∂(leaf) for each leaf in `program.wrt`.

    seed  the cotangent that the sweep begins with: a factor of the whole gradient
    """
    y = program.outputs[0]
    if not program.is_single or isinstance(y.slots, np.ndarray) or np.prod(y.shape) != 1:
        gives = "an array of Values" if isinstance(y.slots, np.ndarray) else f"shape {y.shape}"
        if not program.is_single:
            gives = f"{len(program.outputs)} result{'s'[: len(program.outputs) > 1]}"
        raise RecordingError(
            f"{program.name}: a gradient is of a function that gives a single number, and this one gives {gives}"
        )
    notes: list[Guard] = []
    with np.errstate(all="ignore"):  # the numbers are of no concern
        leaves, values = nodes_of(program, notes=notes)
        name_slots(program, leaves, values)
        cotangents = sweeps.backward(values[y.slots], np.full(y.shape, seed), as_nodes=True)
        if notes:
            raise NoFormulaError(
                f"{program.name}: a rate factor compares a node ({notes[0].sign}): that is no formula, but a choice "
                "that would be made once, here; write the partial derivative with mb.where, mb.greater or mb.step"
            )
        # Errors first: of one example ∂C/∂b is the error itself, and that is its name.
        for node, g in sorted(cotangents.items(), key=lambda pair: not WEIGHTED_INPUT.fullmatch(pair[0].label or "")):
            if node.label is not None and isinstance(g, Node) and g.label is None and g.number:
                g.label = name_of_cotangent(node.label)
        gradients = [_cotangents_of(leaves[i], cotangents) for i in program.wrt]
        made = Program([values[y.slots], *gradients], kept(program, leaves), guards_at(program, values), like=program)
        made.is_single, made.is_gradient = False, True
        made = simplified(made)
    for k, i in enumerate(program.wrt, start=1):
        label = program.leaves[i].label
        made.outputs[k] = made.outputs[k]._replace(label=label and f"nabla_{label}")
    return made


def simplified(program: Program) -> Program:
    """The same program with fewer lines, and the same bits (`simplify`)."""
    with np.errstate(all="ignore"):
        leaves, values = nodes_of(program, Builder())
        if not program.is_scalar and not _adds_up_alike(program, leaves, values):
            leaves, values = nodes_of(program, Builder(keeps_layout=True))
        outputs = [at(values, output.slots) for output in program.outputs]
        made = Program(outputs, kept(program, leaves), guards_at(program, values), like=program)
    made.outputs = [new._replace(label=old.label) for new, old in zip(made.outputs, program.outputs, strict=True)]
    return made


def _adds_up_alike(program: Program, leaves: list[Any], values: list[Any]) -> bool:
    """Whether what the lines add up still lies in memory as it did, and has its bits."""
    before = program.run([x._data for x in leaves])
    added_up = {slot for primitive, inputs, _ in program.lines if minds_layout(primitive) for slot in inputs}
    return all([layout(values[slot]._data) == layout(before[slot]) for slot in added_up])


def name_of_cotangent(label: str) -> str:
    """δ for a weighted input z, ∇ for anything else (Nielsen ch. 2)."""
    z = WEIGHTED_INPUT.fullmatch(label)
    return f"delta{z[1]}" if z else f"nabla_{label}"


def nodes_of(
    program: Program, builder: Builder | None = None, notes: list[Guard] | None = None
) -> tuple[list[Any], list[Any]]:
    """Nodes for the leaves of a program and, in a list for all slots, for its lines; their numbers mean nothing.

    notes  where it is given, what is done with these numbers all the same is written down there, or refused
    """
    leaves = [_fresh(leaf, program.is_scalar, notes) for leaf in program.leaves]
    if builder is None:
        return leaves, program.run(leaves)
    values: list[Any] = [None] * len(program.lines)
    values += reversed([node for x in leaves for node in each_node(x)])
    for k, (primitive, inputs, params) in enumerate(program.lines):
        values[k] = builder.make(primitive, tuple([values[i] for i in inputs]), params)
    name_slots(program, leaves, values)
    return leaves, values


def _fresh(leaf: Leaf, is_scalar: bool, notes: list[Guard] | None) -> Any:
    if leaf.kind == CONSTANT:  # an array as it lies in memory, with what is broadcast there once
        return Value(leaf.data, leaf.label, varies=False) if is_scalar else constant(np.asarray(leaf.data), leaf.label)
    if isinstance(leaf.slots, np.ndarray):
        return as_nodes([_leaf(Value, 0.5, None, notes) for _ in leaf.flat_slots], leaf.shape)
    return _leaf(Value, 0.5, leaf.label, notes) if is_scalar else _leaf(Tensor, as_laid_out(leaf), leaf.label, notes)


def _leaf(node: type[Any], data: Any, label: str | None, notes: list[Guard] | None) -> Any:
    return node(data, label) if notes is None else watched(node, data, label, notes)


def name_slots(program: Program, leaves: list[Any], values: list[Any]) -> None:
    """Give the nodes of a program's slots the names of the slots."""
    for k, label in enumerate(program.labels):
        if label is not None and values[k].label is None and values[k].number:
            values[k].label = label
    for leaf, nodes in zip(program.leaves, leaves, strict=True):
        if isinstance(nodes, np.ndarray) and isinstance(leaf.data, np.ndarray):
            for node, given in zip(nodes.flat, leaf.data.flat, strict=True):
                node.label = given.label


def kept(program: Program, leaves: list[Any]) -> list[LeafNodes]:
    """The leaves that are not constants, as another program takes them."""
    return [(leaf.kind, leaf.label, x) for leaf, x in zip(program.leaves, leaves, strict=True) if leaf.kind != CONSTANT]


def at(values: list[Any], slots: Any) -> Any:
    """The node of a slot, or an array of those of an array of slots."""
    return as_nodes([values[s] for s in slots.flat], slots.shape) if isinstance(slots, np.ndarray) else values[slots]


def guards_at(program: Program, values: list[Any]) -> list[Guard]:
    """The guards of a program on these nodes."""
    return [guard._replace(left=values[guard.left], right=values[guard.right]) for guard in program.guards]


def _cotangents_of(nodes: Any, cotangents: dict[Node, Any]) -> Any:
    if isinstance(nodes, np.ndarray):
        return as_nodes([_cotangents_of(node, cotangents) for node in nodes.flat], nodes.shape)
    g = cotangents.get(nodes, zeros_like(nodes))
    return g if isinstance(g, Node) else type(nodes)(g, varies=False)
