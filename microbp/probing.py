"""`Probe`: the derivatives of a function at a point, each found in every way there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp import sweeps
from microbp.complex_steps import ComplexGraph
from microbp.difference_quotients import STEPS, difference_quotient
from microbp.graph import Node
from microbp.rounding import unit
from microbp.shapes import is_object_array
from microbp.tensor import Tensor
from microbp.value import Value

Function = Callable[..., Any]

EXACT = 1e-9
"""How far sweeps may differ from each other and from complex steps, relative to the largest derivative by an input."""

ROUGH = 1e-5
"""How far they may differ from differences, and how much these may doubt themselves."""

MEASURABLE = 1e-2
"""How much differences may doubt themselves where they only have to tell whether a complex step is right."""

ROUNDINGS = 20.0
"""How many times the rounding of its outputs a function may be off."""


class GradientError(AssertionError):
    """A gradient is not what the function says it is, or nothing could be learned about it."""


class Derivative(NamedTuple):
    """∂φ/∂(one entry of an input), in all ways.

    input, entry       which
    reverse, forward   by a backward and by a forward sweep
    expected           by the function itself
    exact              whether that is by a complex step, and not by five-point differences
    """

    input: str
    entry: tuple[int, ...]
    reverse: float
    forward: float
    expected: float
    exact: bool

    @property
    def place(self) -> str:
        """The input and the entry, in words."""
        return f"{self.input}{list(self.entry)}" if self.entry else self.input


class Probe:
    """φ = Σⱼ gⱼ fⱼ(x) at a point, with random gⱼ none of which is near 0.

    numbers  floats and arrays, one an input;  names  what errors call them
    """

    def __init__(self, f: Function, numbers: Sequence[Any], names: Sequence[str], rng: np.random.Generator) -> None:
        self.f, self.numbers, self.names = f, list(numbers), names
        self.variables: list[Node] = [Value(x) if isinstance(x, float) else Tensor(x) for x in numbers]
        with np.errstate(all="ignore"):  # of what is no number, one sentence is said
            outputs = outputs_of(f(*self.variables))
        self.g = weights_for(outputs, rng)
        data = [np.asarray(_data(y), float) for y in outputs]
        if not all(np.isfinite(y).all() for y in data):
            raise GradientError("gradcheck: f is nan or inf at these inputs; choose others")
        size = float(sum(np.sum(np.abs(g * y)) for g, y in zip(self.g, data, strict=True)))
        self.rounding = ROUNDINGS * np.finfo(float).eps * size
        pairs = [(y, g) for y, g in zip(outputs, self.g, strict=True) if isinstance(y, Node) and y.varies]
        if not pairs:
            raise GradientError("gradcheck: what f gives rests on none of its inputs, so there is no gradient to check")
        self.outputs, self.weights = [y for y, _ in pairs], [g for _, g in pairs]
        self.cotangents = sweeps.pull_back(_summed(pairs), wrt=self.variables)
        self.graph = ComplexGraph(self.outputs, self.variables)

    def derivatives(self, k: int) -> Iterator[Derivative]:
        """∂φ/∂(each entry of input k)."""
        x = self.variables[k]
        pulled = self.cotangents.get(x)
        reverse = np.broadcast_to(np.asarray(0.0 if pulled is None else pulled, float), x.shape)
        size = float(np.max(np.abs(reverse), initial=0.0))
        for index in np.ndindex(x.shape):
            forward = self._forward(x, index)
            expected, exact = self._measured(k, index, max(size, abs(forward)))
            yield Derivative(self.names[k], index, float(reverse[index]), forward, expected, exact)

    def __call__(self, *numbers: Any) -> float:
        """φ, computed anew."""
        with np.errstate(all="ignore"):
            outputs = outputs_of(self.f(*map(as_constant, numbers)))
        return float(sum(np.sum(g * _data(y)) for g, y in zip(self.g, outputs, strict=True)))

    def _forward(self, x: Node, index: tuple[int, ...]) -> float:
        direction: Any = unit(x.shape, index) if isinstance(x, Tensor) else 1.0
        pushed = sweeps.forward(self.outputs, {x: direction})
        return float(sum(np.sum(g * pushed[y]) for g, y in zip(self.weights, self.outputs, strict=True) if y in pushed))

    def _measured(self, k: int, index: tuple[int, ...], size: float) -> tuple[float, bool]:
        """A derivative by the function itself, and whether it is by a complex step."""

        def along(x: np.ndarray) -> float:
            moved = x if isinstance(self.numbers[k], np.ndarray) else float(x)
            return self(*self.numbers[:k], moved, *self.numbers[k + 1 :])

        point = np.array(self.numbers[k], float)
        quotient = difference_quotient(along, point, index, self.rounding, 0.1 * ROUGH * size)
        largest = max(size, abs(quotient.derivative))
        if max(largest, quotient.doubt) <= 4 * self.rounding / STEPS[-1]:
            return 0.0, False  # as far as rounding lets see
        place = Derivative(self.names[k], index, 0.0, 0.0, 0.0, False).place
        if not quotient.doubt <= MEASURABLE * largest:
            raise GradientError(
                f"gradcheck: f can't be measured by {place} at {point[index]:.6g}, where it has a kink or bends within "
                f"{STEPS[-1]:g}, as differences to the left and to the right disagree; choose other inputs"
            )
        stepped = self.graph.steps(self.variables[k], index)
        if stepped is not None:
            exact = float(sum(np.sum(g * y) for g, y in zip(self.weights, stepped, strict=True)))
            # Where a function is not analytic its complex step is off by as much as a derivative is large.
            if abs(exact - quotient.derivative) <= 2 * quotient.doubt + ROUGH * largest:
                return exact, True
        if not quotient.doubt <= ROUGH * largest:
            raise GradientError(
                f"gradcheck: by {place} f is not analytic and bends too much for differences, which disagree by "
                f"{quotient.doubt:.1e}; choose other inputs"
            )
        return quotient.derivative, False


def outputs_of(y: Any) -> list[Any]:
    """What a function gave, one or several."""
    outputs = list(y) if isinstance(y, tuple | list) else [y]
    for output in outputs:
        if is_object_array(output) or not isinstance(output, Node | float | int | np.number | np.ndarray):
            raise TypeError(f"gradcheck: f gives a Value, a Tensor or several of these, not {type(output).__name__}")
    return outputs


def weights_for(outputs: Sequence[Any], rng: np.random.Generator) -> list[Any]:
    """Random numbers in the shapes of the outputs, from ½ to 1½ in size."""
    found = []
    for y in outputs:
        shape = np.shape(_data(y))
        g = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
        found.append(g if shape else float(g))
    return found


def as_constant(x: Any) -> Node:
    """Numbers as a node that doesn't vary."""
    return Tensor(x, varies=False) if isinstance(x, np.ndarray) else Value(float(x), varies=False)


def _summed(pairs: Sequence[tuple[Node, Any]]) -> dict[Node, Any]:
    """The cotangent of each output; where f gives the same node twice, the sum."""
    cotangents: dict[Node, Any] = {}
    for y, g in pairs:
        cotangents[y] = cotangents[y] + g if y in cotangents else g
    return cotangents


def _data(y: Any) -> Any:
    return y._data if isinstance(y, Node) else y
