"""`Descent`: steps of gradient descent, each the replay of one program on a mini-batch.

What makes a step fast stands here. Measured on 784-30-10 with mini-batches of 10, where a step takes 30 µs:

- The parameters lie one after the other in one array, the gradient in another: one update for all of them
  saves 3 µs.
- The gradient is written to where the new parameters are to be, beside the old. So a step is taken for all or for
  none, and can be taken back, in two arrays; a third would cost 2 µs, on 784-128-64-10 10 µs of 155, as the
  processor keeps less of them near.
- The mini-batch is gathered into arrays that stay, 1 µs, by lines in the same function as the program's.
- Plain gradient descent begins its sweep with the cotangent η in place of 1: what comes out is η∂C/∂w, and
  no pass over all the weights multiplies by η, 2 µs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from microbp.graph import Node
from microbp.nn.optimizers import SGD, Adam, Momentum, Optimizer
from microbp.nn.parameters import Parameter, assign, nodes_of, numbers_of
from microbp.program.forms.numpy_source import Frame, Function, NumpySource
from microbp.program.lines import RecordingError, StraightLine
from microbp.program.transforming import gradient
from microbp.program.watching import check_guards

Array = np.ndarray[Any, Any]

ELEMENTWISE = (SGD, Momentum, Adam)
"""Optimizers that treat each number by itself, so that they may be given all parameters as one array."""


class Flat:
    """Arrays of given shapes, one after the other in one array.

    array  all the numbers
    parts  views of it, in the shapes
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]], dtype: Any) -> None:
        sizes = [int(np.prod(shape)) for shape in shapes]
        self.array = _aligned(sum(sizes), dtype)
        parts = np.split(self.array, np.cumsum(sizes)[:-1])
        self.parts = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _aligned(n: int, dtype: Any) -> Array:
    """n zeros that begin with a cache line, of 64 bytes: where they begin 16 bytes later a step takes 2 µs more."""
    spare = np.zeros(n * np.dtype(dtype).itemsize + 64, np.uint8)
    start = -spare.ctypes.data % 64
    return spare[start : start + n * np.dtype(dtype).itemsize].view(dtype)


class Prepared(NamedTuple):
    """The cost of one size of mini-batch, and how to run it with its gradient for either place of the parameters.

    masks  what dropout multiplies by, to be drawn before each step
    """

    cost: StraightLine
    runs: tuple[Function, Function]
    masks: list[Array]


class Descent:
    """Gradient descent on a cost that was recorded.

    X, Y      examples in rows
    penalty   what is added to the gradient by each parameter, of the parameters; None for nothing
    bound     what is allowed of the parameters after a step, each itself where it is; None for anything
    draw      the masks of dropout for one step on so many examples; None for a network without

    Between `begin` and `end` the parameters are here and not in their nodes.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        X: Array,
        Y: Array,
        optimizer: Optimizer,
        penalty: Callable[[Sequence[Array]], Sequence[Array | None]] | None = None,
        bound: Callable[[Sequence[Array]], Sequence[Array]] | None = None,
        draw: Callable[[int], Sequence[Array]] | None = None,
    ) -> None:
        self.parameters, self.X, self.Y, self.optimizer, self.penalty = parameters, X, Y, optimizer, penalty
        self.draw = draw
        self.bound = bound
        shapes, dtype = [numbers_of(w).shape for w in parameters], X.dtype
        self.places = Flat(shapes, dtype), Flat(shapes, dtype)
        self.now = 0  # in which of the two places the parameters are; the other is for the gradient, then for the next
        self.prepared: dict[int, Prepared] = {}
        self.state: Any = None
        self.before: Any = None
        self.plain = self.is_plain(optimizer, penalty is not None or bound is not None)

    @staticmethod
    def is_plain(optimizer: Optimizer, adds_penalty: bool) -> bool:
        """Whether a step is w → w − η∂C/∂w and no more, so that η may be the cotangent that the sweep begins with."""
        return type(optimizer) is SGD and not adds_penalty and Descent.suits(optimizer)

    @staticmethod
    def suits(optimizer: Optimizer) -> bool:
        """Whether an optimizer may be given all parameters at once."""
        return type(optimizer) in ELEMENTWISE and not {"update", "step"} & vars(optimizer).keys()

    def begin(self) -> None:
        """Take the parameters and the optimizer's states from where they are."""
        for w, part in zip(self.parameters, self.places[self.now].parts, strict=True):
            part[...] = numbers_of(w)
        self.state = _joined([self.optimizer.states.get(nodes_of(w)[0]) for w in self.parameters])

    def end(self) -> None:
        """Give them back."""
        try:
            self._give_back()
        except BaseException:  # Ctrl-C in the middle of it: all of them, then
            self._give_back()
            raise

    def _give_back(self) -> None:
        for w, part in zip(self.parameters, self.places[self.now].parts, strict=True):
            assign(w, part.copy())
        self.optimizer.states |= self._states_of(self.state)

    def step_back(self) -> None:
        """Take the last step back."""
        self.now = 1 - self.now
        self.state = self.before

    def step(self, batch: Array) -> float:
        """Move the parameters against the gradient on a mini-batch, given by the rows of its examples; the cost before.

        Where that is no number they stay where they are. Raises RecordingError where the function that was recorded
        would do something else.
        """
        prepared = self.prepared[len(batch)]
        if prepared.masks and self.draw:
            for mask, drawn in zip(prepared.masks, self.draw(len(batch)), strict=True):
                mask[...] = drawn
        cost = float(prepared.runs[self.now](batch)[0])
        if not isfinite(cost):
            return cost
        state = None
        if not self.plain:
            state = self._update(self.places[self.now], self.places[1 - self.now])
        self.before, self.state, self.now = self.state, state, 1 - self.now
        return cost

    def _update(self, theta: Flat, nabla: Flat) -> Any:
        """Put the new parameters in the place of the gradient; the optimizer's next state."""
        if self.penalty is not None:
            for part, g in zip(nabla.parts, self.penalty(theta.parts), strict=True):
                if g is not None:
                    np.add(part, g, part)
        nabla.array[...], state = self.optimizer.update(theta.array, nabla.array, self.state)
        if self.bound is not None:
            for part, allowed in zip(nabla.parts, self.bound(nabla.parts), strict=True):
                if allowed is not part:
                    part[...] = allowed
        return state

    def is_finite(self) -> bool:
        """Whether all parameters are numbers."""
        return bool(np.isfinite(self.places[self.now].array).all())

    def last(self) -> tuple[list[Array], dict[Node, Any]]:
        """Parameters, and the optimizer's states, before the last step."""
        states = self.optimizer.states | self._states_of(self.before)  # those of other parameters too
        return [part.copy() for part in self.places[1 - self.now].parts], states

    def prepare(self, m: int, program: StraightLine) -> None:
        """Have ready what mini-batches of m examples need.

        program  of their cost: inputs of shapes (n_1, m) and (n_L, m), then the masks of dropout, differentiated by the
                 parameters in their order
        """
        given = [leaf.data for leaf in program.parameters]
        if len(given) != len(self.parameters) or any([x is not w for x, w in zip(given, self.parameters, strict=True)]):
            raise RecordingError("the cost rests on other parameters than those to be moved, or on one in two places")
        if not _are_alike([self.optimizer.states.get(nodes_of(w)[0]) for w in self.parameters]):
            raise RecordingError("the optimizer has taken other steps with some of the parameters than with others")
        moving = gradient(program, self.optimizer.eta if self.plain else 1.0)
        x, y = np.empty((m, self.X.shape[1]), self.X.dtype), np.empty((m, self.Y.shape[1]), self.Y.dtype)
        masks = [np.ones(leaf.shape, self.X.dtype) for leaf in program.inputs[2:]]
        runs = [self._compiled(moving, x, y, masks, *places) for places in (self.places, self.places[::-1])]
        self.prepared[m] = Prepared(program, (runs[0], runs[1]), masks)

    def _compiled(
        self, moving: StraightLine, x: Array, y: Array, masks: list[Array], theta: Flat, nabla: Flat
    ) -> Function:
        """The function of the rows of a mini-batch that gives C, and puts the gradient, or what comes of it, in place.

        moving  the program of C and ∇C
        x, y    arrays to gather the mini-batch in, examples in rows
        """

        def is_good(C: Array, *sides: Array) -> bool:
            check_guards(moving, sides)
            return isfinite(C)

        frame = Frame(
            ["rows"],
            # "clip" is the way to gather that writes straight into its output; no row is out of bounds.
            ["take_x(rows, 0, x_rows, 'clip')", "take_y(rows, 0, y_rows, 'clip')"],
            is_good if moving.guards else isfinite,
            ["subtract(theta, nabla, nabla)"] if self.plain else [],
            {"take_x": self.X.take, "take_y": self.Y.take, "x_rows": x, "y_rows": y}
            | {"subtract": np.subtract, "theta": theta.array, "nabla": nabla.array},
        )
        fixed = dict(enumerate([x.T, y.T, *masks, *theta.parts]))
        return NumpySource(moving, fixed, dict(enumerate(nabla.parts, start=1)), frame).compiled()

    def _states_of(self, state: Any) -> dict[Node, Any]:
        ends = np.cumsum([part.size for part in self.places[0].parts])
        return {
            nodes_of(w)[0]: _part(state, slice(end - part.size, end), part.shape)
            for w, part, end in zip(self.parameters, self.places[0].parts, ends.tolist(), strict=True)
        }


def _are_alike(states: Sequence[Any]) -> bool:
    """Whether an optimizer remembers the same kind of thing of each parameter, after the same number of steps."""
    kinds = [(type(state), len(state) if isinstance(state, tuple) else 0) for state in states]
    if len(set(kinds)) > 1:
        return False
    if isinstance(states[0], tuple):
        return all([_are_alike(parts) for parts in zip(*states, strict=True)])
    return isinstance(states[0], np.ndarray) or len(set(states)) == 1


def _joined(states: Sequence[Any]) -> Any:
    """What an optimizer remembers of each parameter, as what it remembers of all of them in one array."""
    first = states[0]
    if isinstance(first, tuple):
        return tuple(_joined(parts) for parts in zip(*states, strict=True))
    return np.concatenate([state.ravel() for state in states]) if isinstance(first, np.ndarray) else first


def _part(state: Any, where: slice, shape: tuple[int, ...]) -> Any:
    if isinstance(state, tuple):
        return tuple(_part(part, where, shape) for part in state)
    return state[where].reshape(shape).copy() if isinstance(state, np.ndarray) else state
