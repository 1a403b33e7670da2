"""The steps of a training run: a recorded one replayed, or the network computing each anew.

The two ways have the same interface (`Swept`, and `Descent` of the programs) and, for Tensors, the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, NamedTuple, NoReturn

import numpy as np

from microbp import sweeps
from microbp.graph import Node, Primitive
from microbp.nn import activations, costs
from microbp.nn.costs import Cost
from microbp.nn.network import MLP, Layer
from microbp.nn.optimizers import SGD, Optimizer
from microbp.nn.parameters import Parameter, assign, cotangent_of, numbers_of
from microbp.nn.regularizers import L2, Regularizer
from microbp.program import Program, RecordingError, record
from microbp.program.descent import Descent
from microbp.program.watching import compared
from microbp.tensor import Tensor

KNOWN = set(activations.NAMES.values())
"""Activations that are functions of their argument alone."""


class TrainingError(ArithmeticError):
    """The cost, or a parameter, is no longer a number; the network keeps the last parameters that gave one."""


class Problem(NamedTuple):
    """What is to be learned: a network, examples in rows, and by what steps."""

    net: MLP
    X: np.ndarray
    Y: np.ndarray
    cost: Cost
    optimizer: Optimizer
    regularizer: Regularizer | None
    parameters: list[Parameter]

    def penalty(self, numbers: Sequence[np.ndarray]) -> list[np.ndarray | None]:
        """What the regularizer adds to the gradient by each parameter: None for biases, which it leaves alone."""
        assert self.regularizer is not None
        weights = self.net.weight_arrays()
        return [
            self.regularizer.gradient(w, len(self.X)) if any(parameter is weight for weight in weights) else None
            for w, parameter in zip(numbers, self.parameters, strict=True)
        ]


class Run:
    """The steps of one training run.

    way  what takes them: the replay of a recorded step, or the network itself, anew each time
    """

    def __init__(self, problem: Problem, batch_size: int, replay: bool | None = None) -> None:
        self.problem, self.batch_size = problem, batch_size
        self.steps = -(-len(problem.X) // batch_size)
        self.is_known = _is_known(problem)
        descent = _replayed(problem, batch_size) if (self.is_known if replay is None else replay) else None
        self.way: Swept | Descent = descent or Swept(problem)
        self.is_first = True

    def epoch(self, j: int, order: np.ndarray, after_step: Callable[[], Any]) -> float:
        """A step on each mini-batch of the examples in this order; the mean of their costs before it."""
        total = 0.0
        if not (self.is_known or self.is_first):
            self._look_again()
        self.way.begin()
        try:
            with np.errstate(all="ignore"):  # a cost that is not a number is reported, once and with its place
                for k in range(self.steps):
                    batch = order[k * self.batch_size : (k + 1) * self.batch_size]
                    cost = self._step(batch)
                    if not isfinite(cost):
                        self._give_up(f"the cost became {cost} at epoch {j}, mini-batch {k}")
                    total += len(batch) * cost
                    self.is_first = False
                    after_step()
                # Where a step ends is judged by the cost of the next one, but for the last.
                if not self.way.is_finite():
                    self._give_up(f"a parameter became nan or inf at epoch {j}, mini-batch {self.steps - 1}")
        finally:
            self.way.end()
        return total / len(order)

    def _step(self, batch: np.ndarray) -> float:
        try:
            return self.way.step(batch)
        except RecordingError:  # the network would do something else here than it did when it was recorded
            self.way.end()
            self._sweep_from_here()
            return self.way.step(batch)

    def _sweep_from_here(self) -> None:
        before = self.way.last()
        self.way = Swept(self.problem)
        self.way.before = before

    def _look_again(self) -> None:
        """Between two epochs: whether functions of the user's own do what they did when they were recorded."""
        if isinstance(self.way, Descent):
            try:
                ready = self.way.prepared.items()
                same = all(compared(prepared.cost, _recorded(self.problem, m)).ok for m, prepared in ready)
            except RecordingError:
                same = False
            if not same:
                self._sweep_from_here()

    def _give_up(self, why: str) -> NoReturn:
        if not self.is_first:
            self.way.step_back()
        raise TrainingError(
            f"{why}; the network keeps the last parameters that gave a number. A smaller learning rate than that of "
            f"{self.problem.optimizer!r} often helps"
        )


def _replayed(problem: Problem, batch_size: int) -> Descent | None:
    """Steps that replay a recorded one, with the same bits for Tensors; None where that can't be had."""
    net, X, Y, cost, optimizer, _, parameters = problem
    if not Descent.suits(optimizer) or cost.looks_at(net.layers[-1].activation):
        return None
    descent = Descent(parameters, X, Y, optimizer, None if problem.regularizer is None else problem.penalty)
    try:
        for m in {min(batch_size, len(X)), len(X) % batch_size or batch_size}:
            descent.prepare(m, _recorded(problem, m))
    except RecordingError:
        return None
    except Exception:
        if _is_known(problem):
            raise
        return None  # of functions of the user's own: if it goes wrong in the network's own step too, it says so there
    return descent


def _recorded(problem: Problem, m: int) -> Program:
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
    if not _is_known(problem) and len(X) > 1:
        _need_apart(problem, programs[0])
    return programs[0].batch(m).matrix_form()


def _need_apart(problem: Problem, program: Program) -> None:
    """A RecordingError where two examples together are not the mean of each: where examples meet in the network."""
    net, X, Y, cost, _, _, _ = problem
    together = float(net.cost(X[:2].T, Y[:2].T, cost)._data)
    apart = program.batch(2)(X[:2].T, Y[:2].T)
    if not np.isclose(together, apart, rtol=1e-9, atol=0.0, equal_nan=True):
        raise RecordingError("the cost of two examples is not the mean of their costs")


def _is_known(problem: Problem) -> bool:
    """Whether all that computes is microbp's own, and so without a state and without chance."""
    net, regularizer = problem.net, problem.regularizer
    return (
        type(net) is MLP
        and all(type(layer) is Layer for layer in net.layers)
        and all(layer.activation in KNOWN or isinstance(layer.activation, Primitive) for layer in net.layers)
        and any(problem.cost is cost for cost in costs.NAMES.values())
        and (regularizer is None or type(regularizer) is L2)
    )


class Swept:
    """Steps for which the network computes the cost anew, and a sweep the gradient: the same interface as `Descent`.

    before  parameters, and states of the optimizer, before the last step
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.before = self._as_it_is()

    def begin(self) -> None:
        """Nothing: the parameters stay in their nodes."""

    def end(self) -> None:
        """Nothing."""

    def step(self, batch: np.ndarray) -> float:
        """Move the parameters against the gradient on a mini-batch, given by the rows of its examples; the cost before.

        Where that is no number they stay where they are.
        """
        net, X, Y, cost, optimizer, regularizer, parameters = self.problem
        c = net.cost(X[batch].T, Y[batch].T, cost)
        if not np.isfinite(c._data):
            return float(c._data)
        eta = None
        if Descent.is_plain(optimizer, regularizer):  # as in Descent, so that the bits are the same
            eta, optimizer = optimizer.eta, SGD(1.0)
        cotangents = sweeps.backward(c, eta)
        gradients = [cotangent_of(w, cotangents) for w in parameters]
        before = self._as_it_is()
        if regularizer is not None:
            added = self.problem.penalty(before[0])
            gradients = [g if more is None else g + more for g, more in zip(gradients, added, strict=True)]
        optimizer.step(parameters, gradients)
        self.before = before
        return float(c._data)

    def step_back(self) -> None:
        """Take the last step back."""
        numbers, self.problem.optimizer.states = self.before
        for w, array in zip(self.problem.parameters, numbers, strict=True):
            assign(w, array.copy())

    def is_finite(self) -> bool:
        """Whether all parameters are numbers."""
        return all(np.isfinite(numbers_of(w)).all() for w in self.problem.parameters)

    def last(self) -> tuple[list[np.ndarray], dict[Node, Any]]:
        """Parameters, and the optimizer's states, before the last step."""
        return self.before

    def _as_it_is(self) -> tuple[list[np.ndarray], dict[Node, Any]]:
        return [numbers_of(w) for w in self.problem.parameters], dict(self.problem.optimizer.states)
