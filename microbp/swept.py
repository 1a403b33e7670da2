"""`Swept`: steps of gradient descent, for each of which the network computes the cost anew and a sweep the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp import sweeps
from microbp.graph import Node
from microbp.nn.optimizers import SGD, Optimizer
from microbp.nn.parameters import assign, cotangent_of, numbers_of
from microbp.nn.regularizers import adds_cost, has_bound
from microbp.problem import Problem
from microbp.program.descent import Descent


class Swept:
    """Gradient descent on a cost that is recorded anew for each mini-batch.

    before  parameters, and states of the optimizer, before the last step; as they are where there was none
    """

    def __init__(self, problem: Problem, before: tuple[list[np.ndarray], dict[Node, Any]] | None = None) -> None:
        self.problem = problem
        self.before = self._as_it_is() if before is None else before

    def begin(self) -> None:
        """Nothing: the parameters stay in their nodes."""

    def end(self) -> None:
        """Nothing."""

    def step(self, batch: np.ndarray) -> float:
        """Move the parameters against the gradient on a mini-batch, given by the rows of its examples; the cost before.

        Where that is no number they stay where they are.
        """
        _, X, Y, _, optimizer, regularizer, parameters, _ = self.problem
        c = self.problem.cost_of(X[batch].T, Y[batch].T, *self.problem.masks(len(batch)))
        if not np.isfinite(c._data):
            return float(c._data)
        eta = None
        if Descent.is_plain(optimizer, regularizer is not None):  # as in Descent, so that the bits are the same
            eta, optimizer = optimizer.eta, SGD(1.0)
        cotangents = sweeps.backward(c, eta)
        gradients = [cotangent_of(w, cotangents) for w in parameters]
        before = self._as_it_is()
        if adds_cost(regularizer):
            added = self.problem.penalty(before[0])
            gradients = [g if more is None else g + more for g, more in zip(gradients, added, strict=True)]
        if has_bound(regularizer):
            self._step_and_constrain(optimizer, gradients, before)
        else:
            optimizer.step(parameters, gradients)
        self.before = before
        return float(c._data)

    def _step_and_constrain(self, optimizer: Optimizer, gradients: list[Any], before: Any) -> None:
        """A step, and what the regularizer allows of it: both, or on Ctrl-C in between none."""
        parameters = self.problem.parameters
        try:
            optimizer.step(parameters, gradients)
            after = [numbers_of(w) for w in parameters]
            for w, numbers, allowed in zip(parameters, after, self.problem.constrained(after), strict=True):
                if allowed is not numbers:
                    assign(w, allowed)
        except BaseException:
            self._restore(before)
            raise

    def step_back(self) -> None:
        """Take the last step back."""
        self._restore(self.before)

    def _restore(self, before: tuple[list[np.ndarray], dict[Node, Any]]) -> None:
        numbers, self.problem.optimizer.states = before
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
