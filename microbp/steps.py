"""`Run`: the steps of a training run, one epoch after another, whichever way they are taken."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from math import isfinite
from typing import Any, NoReturn, Protocol

import numpy as np

from microbp.graph import Node
from microbp.problem import Problem
from microbp.program import RecordingError
from microbp.program.descent import Descent
from microbp.replaying import chosen, users_own, why_not_again
from microbp.swept import Swept


class TrainingError(ArithmeticError):
    """The cost, or a parameter, is no longer a number; the network keeps the last parameters that gave one."""


class Way(Protocol):
    """A way to take steps: `Descent` replays a recorded one, `Swept` has the network compute each anew.

    Between `begin` and `end` the parameters need not be in their nodes. For Tensors both ways have the same bits.
    """

    def begin(self) -> None:
        """Take the parameters, and the optimizer's states, from where they are."""

    def end(self) -> None:
        """Give them back."""

    def step(self, batch: np.ndarray) -> float:
        """Move the parameters against the gradient on a mini-batch, given by the rows of its examples; the cost before.

        Where that is no number they stay where they are.
        """

    def step_back(self) -> None:
        """Take the last step back."""

    def is_finite(self) -> bool:
        """Whether all parameters are numbers."""

    def last(self) -> tuple[list[np.ndarray], dict[Node, Any]]:
        """Parameters, and the optimizer's states, before the last step."""


class Run:
    """The steps of one training run.

    way      what takes them: the replay of a recorded step, or the network itself, anew each time
    why_not  why steps are not replayed, or not all of them; None where they are
    """

    def __init__(self, problem: Problem, batch_size: int, replay: bool | None = None) -> None:
        self.problem, self.batch_size = problem, batch_size
        self.steps = problem.steps(batch_size)
        self.is_known = users_own(problem) is None
        self.is_asked_to_replay = bool(replay)
        self.why_not: str | None = None
        self.way: Way
        try:
            self.way = chosen(problem, batch_size, replay)
        except RecordingError as error:
            self.way, self.why_not = Swept(problem), str(error)
        self.is_first = True

    def epoch(self, j: int, order: np.ndarray, after_step: Callable[[], Any]) -> float:
        """A step on each mini-batch of the examples in this order; the mean of their costs before it."""
        total = 0.0
        if not (self.is_known or self.is_first):
            self._look_again(j)
        self.way.begin()
        try:
            with np.errstate(all="ignore"):  # a cost that is not a number is reported, once and with its place
                for k in range(self.steps):
                    batch = order[k * self.batch_size : (k + 1) * self.batch_size]
                    cost = self._step(batch, j, k)
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

    def _step(self, batch: np.ndarray, j: int, k: int) -> float:
        try:
            return self.way.step(batch)
        except RecordingError as error:  # the network would do something else here than it did when it was recorded
            self.way.end()
            self._sweep_from_here(str(error), j, k)
            return self.way.step(batch)

    def _look_again(self, j: int) -> None:
        """Between two epochs: whether functions of the user's own do what they did when they were recorded."""
        if isinstance(self.way, Descent):
            why_not = why_not_again(self.problem, self.way)
            if why_not is not None:
                self._sweep_from_here(why_not, j, 0)

    def _sweep_from_here(self, why: str, j: int, k: int) -> None:
        self.way = Swept(self.problem, before=self.way.last())
        self.why_not = f"from epoch {j}, mini-batch {k} on: {why}"
        if self.is_asked_to_replay:
            warnings.warn(
                f"train: steps are not replayed, but computed anew, which takes longer, {self.why_not}",
                RuntimeWarning,
                stacklevel=5,  # where `train` was called
            )

    def _give_up(self, why: str) -> NoReturn:
        if not self.is_first:
            self.way.step_back()
        raise TrainingError(
            f"{why}; the network keeps the last parameters that gave a number. A smaller learning rate than that of "
            f"{self.problem.optimizer!r} often helps"
        )
