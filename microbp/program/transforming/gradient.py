"""`gradient`: the program of a function and its gradient, out of the program of the function.

The lines are run once more, on nodes, and the backward sweep over these is itself a graph: the gradient
by the rate factors of the same table. What it computes on the way is named as in the book.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import sweeps
from microbp.graph import Node
from microbp.program.lines import (
    WEIGHTED_INPUT,
    NoFormulaError,
    ProgramLike,
    RecordingError,
    StraightLine,
    as_nodes,
    name_of_cotangent,
)
from microbp.program.transforming.graph import Graph
from microbp.program.transforming.simplify import simplified
from microbp.program.watching import recording
from microbp.shapes import zeros_like


def gradient(program: ProgramLike, seed: float = 1.0) -> ProgramLike:
    """The program whose outputs are f and ∂f/∂(leaf) for each leaf in `program.wrt`.

    seed  the cotangent that the sweep begins with: a factor of the whole gradient

    Raises RecordingError where f does not give a single number, NoFormulaError where a partial derivative
    compares nodes.
    """
    _need_single_number(program)
    (output,) = program.outputs
    with np.errstate(all="ignore"):  # the numbers are of no concern
        graph = Graph(program, is_watched=True)
        y = graph.at(output.slots)
        with recording((), is_of_formulas=True) as notes:
            cotangents = sweeps.backward(y, np.full(output.shape, seed), as_nodes=True)
        if notes:
            raise NoFormulaError(
                f"{program.name}: a rate factor compares a node ({notes[0].sign}): that is no formula, but a choice "
                "that would be made once, here; write the partial derivative with mb.where, mb.greater or mb.equal"
            )
        # Errors first: of one example ∂C/∂b is the error itself, and that is its name.
        for node, g in sorted(cotangents.items(), key=lambda pair: not WEIGHTED_INPUT.fullmatch(pair[0].label or "")):
            if node.label is not None and isinstance(g, Node) and g.label is None and g.number:
                g.label = name_of_cotangent(node.label)
        made = graph.program(program, [y, *[_cotangents_of(graph.leaves[i], cotangents) for i in program.wrt]])
        made.returns_tuple = made.is_gradient = True
        made = simplified(made)
    for k, i in enumerate(program.wrt, start=1):
        label = program.leaves[i].label
        made.outputs[k] = made.outputs[k]._replace(label=label and f"nabla_{label}")
    return made


def _need_single_number(program: StraightLine) -> None:
    """A RecordingError where what the function gives has no gradient."""
    y, count = program.outputs[0], len(program.outputs)
    if program.returns_tuple:
        gives = f"{count} result{'s' if count > 1 else ''}"
    elif isinstance(y.slots, np.ndarray):
        gives = "an array of Values"
    elif np.prod(y.shape) != 1:
        gives = f"shape {y.shape}"
    else:
        return
    raise RecordingError(
        f"{program.name}: a gradient is of a function that gives a single number, and this one gives {gives}"
    )


def _cotangents_of(nodes: Any, cotangents: dict[Node, Any]) -> Any:
    if isinstance(nodes, np.ndarray):
        return as_nodes([_cotangents_of(node, cotangents) for node in nodes.flat], nodes.shape)
    g = cotangents.get(nodes, zeros_like(nodes))
    return g if isinstance(g, Node) else type(nodes)(g, varies=False)
