"""Whether the steps of a training run are the replay of a recorded one, and of what it is recorded."""

from __future__ import annotations

import numpy as np

from microbp.graph import Primitive
from microbp.nn import activations, costs
from microbp.nn.network import MLP, Layer
from microbp.nn.regularizers import L2
from microbp.problem import Problem
from microbp.program import Program, RecordingError, record
from microbp.program.descent import Descent
from microbp.program.watching import compared
from microbp.tensor import Tensor

KNOWN = set(activations.NAMES.values())
"""Activations that are functions of their argument alone."""


def replayed(problem: Problem, batch_size: int) -> Descent | None:
    """Steps that replay a recorded one, with the same bits for Tensors; None where that can't be had."""
    net, X, Y, cost, optimizer, _, parameters = problem
    if not Descent.suits(optimizer) or cost.looks_at(net.layers[-1].activation):
        return None
    descent = Descent(parameters, X, Y, optimizer, None if problem.regularizer is None else problem.penalty)
    try:
        for m in {min(batch_size, len(X)), len(X) % batch_size or batch_size}:
            descent.prepare(m, recorded(problem, m))
    except RecordingError:
        return None
    except Exception:
        if is_known(problem):
            raise
        return None  # of functions of the user's own: if it goes wrong in the network's own step too, it says so there
    return descent


def recorded(problem: Problem, m: int) -> Program:
    """The cost of m examples, out of two recordings that have to agree: one on the first, one on the last of them."""
    net, X, Y, cost, _, _, parameters = problem
    count = m if issubclass(net.node, Tensor) else 1
    programs = [
        record(lambda x, y: net.cost(x, y, cost), X[rows].T, Y[rows].T, node=net.node, wrt=parameters)
        for rows in (slice(count), slice(len(X) - count, len(X)))
    ]
    found = compared(*programs)
    if not found.ok:
        raise RecordingError(str(found))
    if any([dtype != net.dtype for dtype in programs[0].dtypes]):
        raise RecordingError("a step of parameters in one array would be rounded otherwise: the network mixes dtypes")
    if not programs[0].is_scalar:
        return programs[0]
    if not is_known(problem) and len(X) > 1:
        _need_apart(problem, programs[0])
    return programs[0].batch(m).matrix_form()


def _need_apart(problem: Problem, program: Program) -> None:
    """A RecordingError where two examples together are not the mean of each: where examples meet in the network."""
    net, X, Y, cost, _, _, _ = problem
    together = float(net.cost(X[:2].T, Y[:2].T, cost)._data)
    apart = program.batch(2)(X[:2].T, Y[:2].T)
    if not np.isclose(together, apart, rtol=1e-9, atol=0.0, equal_nan=True):
        raise RecordingError("the cost of two examples is not the mean of their costs")


def is_known(problem: Problem) -> bool:
    """Whether all that computes is microbp's own, and so without a state and without chance."""
    net, regularizer = problem.net, problem.regularizer
    return (
        type(net) is MLP
        and all(type(layer) is Layer for layer in net.layers)
        and all(layer.activation in KNOWN or isinstance(layer.activation, Primitive) for layer in net.layers)
        and any(problem.cost is cost for cost in costs.NAMES.values())
        and (regularizer is None or type(regularizer) is L2)
    )
