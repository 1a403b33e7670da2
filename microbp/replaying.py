"""Whether the steps of a training run are the replay of a recorded one, and of what it is recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from microbp.kinds import Elementwise, Reduction
from microbp.linear import Linear, LinearInSequence
from microbp.nn import activations, costs, regularizers
from microbp.nn.activations import Maxout
from microbp.nn.layers import Layer
from microbp.nn.network import MLP
from microbp.nn.normalization import BatchNorm
from microbp.problem import Problem
from microbp.program import Program, RecordingError, record
from microbp.program.descent import Descent
from microbp.program.watching import compared
from microbp.tensor import Tensor

KNOWN = set(activations.NAMES.values())
"""Activations that are functions of their argument alone."""

ROWS = (Elementwise, Linear, LinearInSequence, Reduction)
"""The kinds of rows of the table. A row of one's own, too, is a function of its arguments alone."""


def chosen(problem: Problem, batch_size: int, replay: bool | None) -> Descent:
    """Steps that replay a recorded one, as `train` was asked to.

    Raises RecordingError, which says why, where steps are to be computed anew; ValueError where `replay` is True, and
    that can't be had.
    """
    own = users_own(problem)
    if replay is None and own is not None:
        raise RecordingError(f"{own} is your own, and may keep a state or draw numbers; replay=True says it does not")
    if replay is not None and not replay:
        raise RecordingError("replay=False was asked for")
    try:
        return replayed(problem, batch_size)
    except RecordingError as error:
        if replay is None:
            raise
        raise ValueError(
            f"train: replay=True, but the steps can't be replayed: {error}. Leave replay out to have each computed anew"
        ) from error


def replayed(problem: Problem, batch_size: int) -> Descent:
    """Steps that replay a recorded one, with the same bits for Tensors.

    Raises RecordingError, which says why, where that can't be had.
    """
    _, X, Y, cost, optimizer, _, parameters, _ = problem
    if not Descent.suits(optimizer):
        raise RecordingError(f"{optimizer!r} is an optimizer of your own, and may not treat each number by itself")
    if cost.looks_at(problem.net.layers[-1].activation):
        raise RecordingError(f"the cost {cost.name} has to see the activations to know that they are in its range")
    if problem.net.normalizes and not issubclass(problem.net.node, Tensor):
        raise RecordingError("a network of Values is recorded on one example, and batch normalization needs several")
    penalty = problem.penalty if regularizers.adds_cost(problem.regularizer) else None
    bound = problem.constrained if regularizers.has_bound(problem.regularizer) else None
    descent = Descent(parameters, X, Y, optimizer, penalty, bound, problem.masks)
    try:
        for m, program in recorded(problem, {min(batch_size, len(X)), len(X) % batch_size or batch_size}).items():
            descent.prepare(m, program)
    except Exception as error:
        if users_own(problem) is None or isinstance(error, RecordingError):
            raise
        raise RecordingError(f"{type(error).__name__} was raised while the step was recorded: {error}") from error
    return descent


def why_not_again(problem: Problem, descent: Descent) -> str | None:
    """What is recorded otherwise, on being recorded once more, than it was for these steps; None where nothing is."""
    try:
        again = recorded(problem, descent.prepared)
    except RecordingError as error:
        return str(error)
    except Exception as error:  # of a function of the user's own; if the next step fails too, it says so there
        return f"{type(error).__name__} was raised while the step was recorded once more: {error}"
    differences = [d for m, was in descent.prepared.items() for d in compared(was.cost, again[m]).differences]
    return differences[0] if differences else None


def recorded(problem: Problem, sizes: Iterable[int]) -> dict[int, Program]:
    """The cost of a mini-batch, for each size of mini-batch.

    Of a network of Values it is recorded on one example, whatever the sizes.
    """
    if issubclass(problem.net.node, Tensor):
        return {m: _cost_of(problem, m) for m in sizes}
    program = _cost_of(problem, 1)
    made = {m: program.batch(m).matrix_form() for m in sizes}
    if users_own(problem) is not None:
        for m in made.keys() - {1}:
            _need_apart(problem, m, made[m])
    return made


def _cost_of(problem: Problem, m: int) -> Program:
    """The cost of m examples.

    Where a function of the user's own takes part it is recorded on the first examples and on the last, and these two
    have to agree: so it is noticed if that function does otherwise on other numbers, or at the next call.
    """
    net, X, Y, *_ = problem
    # For their shapes alone; nothing is drawn for them, so that steps have the same masks whichever way they are taken.
    masks = [np.ones_like(mask) for mask in net.dropout_masks(m, 0)]

    def cost(x: Any, y: Any, *masks: Any) -> Any:
        return problem.cost_of(x, y, *masks)

    first, *others = [
        record(cost, X[rows].T, Y[rows].T, *masks, node=net.node, wrt=problem.parameters)
        for rows in (slice(m), slice(len(X) - m, len(X)))[: 1 if users_own(problem) is None else 2]
    ]
    for other in others:
        found = compared(first, other)
        if not found.ok:
            raise RecordingError(found.differences[0])
    if any([dtype != net.dtype for dtype in first.dtypes]):
        raise RecordingError("a step of parameters in one array would be rounded otherwise: the network mixes dtypes")
    return first


def _need_apart(problem: Problem, m: int, program: Program) -> None:
    """A RecordingError where m examples together are not the mean of each: where examples meet in the network."""
    _, X, Y, *_ = problem
    masks = problem.net.dropout_masks(m, 0)
    together = float(problem.cost_of(X[:m].T, Y[:m].T, *masks)._data)
    apart = program(X[:m].T, Y[:m].T, *masks)
    if not np.isclose(together, apart, rtol=1e-9, atol=0.0, equal_nan=True):
        raise RecordingError(f"the cost of {m} examples is not the mean of their costs")


def users_own(problem: Problem) -> str | None:
    """What of a step is the user's own, and so may keep a state or draw numbers; None where all is microbp's."""
    net, regularizer = problem.net, problem.regularizer
    if not _is_just(MLP, net):
        return "the network"
    for l, layer in enumerate(net.layers, start=2):
        if not _is_just(Layer, layer):
            return f"layer {l}"
        if layer.norm is not None and not _is_just(BatchNorm, layer.norm):
            return f"the normalization of layer {l}"
        if not (layer.activation in KNOWN or type(layer.activation) in (*ROWS, Maxout)):
            return f"the activation of layer {l}"
    if not any([problem.cost is cost for cost in costs.NAMES.values()]):
        return f"the cost {problem.cost.name}"
    for part in regularizers.parts_of(regularizer):
        if not any([_is_just(kind, part) for kind in regularizers.OURS]):
            return "the regularizer"
    return None


def _is_just(kind: type, x: Any) -> bool:
    """Whether x is of this class, with the methods of the class and none that it was given by itself."""
    return type(x) is kind and vars(kind).keys().isdisjoint(vars(x))
