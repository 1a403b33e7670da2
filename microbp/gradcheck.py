"""`gradcheck`: the derivatives of any function held against what the function itself does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from microbp.arguments import generator
from microbp.graph import Node
from microbp.probing import EXACT, ROUGH, Derivative, GradientError, Probe, as_constant, outputs_of, weights_for
from microbp.shapes import is_object_array
from microbp.transforms import grad

Function = Callable[..., Any]


class GradientCheck(NamedTuple):
    """What `gradcheck` found, where all was right.

    derivatives  each of them, in all ways
    order        up to which order
    shapes       in how many shapes of the inputs
    """

    derivatives: tuple[Derivative, ...]
    order: int
    shapes: int

    def __str__(self) -> str:
        exact = sum(found.exact for found in self.derivatives)
        ways = [f"complex steps ({exact:,})"] * (exact > 0)
        ways += [f"five-point differences ({len(self.derivatives) - exact:,})"] * (exact < len(self.derivatives))
        shapes = f", in {self.shapes} shapes of the inputs," if self.shapes > 1 else ""
        return (
            f"{len(self.derivatives):,} derivatives up to order {self.order}{shapes} agree: backward sweep, forward "
            f"sweep, {' and '.join(ways)}"
        )


def gradcheck(
    f: Function, *inputs: Any, order: int = 1, broadcast: bool = False, rng: np.random.Generator | int = 0
) -> GradientCheck:
    """Hold the derivatives of f against f itself; a GradientError names the first that differs.

    Each ∂φ/∂xₖ of φ = Σⱼ gⱼ fⱼ(x), with random gⱼ, is found by a backward sweep, by a forward sweep, and without any
    derivative: where the functions in f are analytic by a complex step, Im φ(x + ih eₖ)/h, which is exact to rounding;
    else by differences at five points (Nielsen ch. 2, eq. 46, with less error).

    f          any function of Values and Tensors that gives a Value, a Tensor, or several of them
    inputs     numbers and arrays, one an argument; nodes lend their numbers and their names
    order      1, or 2 to have every ∂φ/∂xₖ checked likewise
    broadcast  whether the inputs are tried, too, in smaller shapes that broadcast: each with axes of length 1, or
               without its first axes
    rng        a Generator, or a seed, for g

    It can't be passed by accident: no gⱼ is near 0, an input whose derivatives are all 0 proves nothing and is refused,
    and so is a point at a kink, or where f is no number.

    >>> from microbp.primitives import tanh
    >>> print(gradcheck(lambda w, x: tanh(w @ x), [[0.5, -1.0]], [2.0, 0.3], order=2))
    12 derivatives up to order 2 agree: backward sweep, forward sweep, complex steps (12)
    """
    if isinstance(f, Node) or not callable(f):
        raise TypeError(f"gradcheck: takes a function and its inputs, not {type(f).__name__}")
    if not inputs:
        raise TypeError("gradcheck: there are no inputs; pass numbers or arrays, one an argument of the function")
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order is 1 or 2, not {order!r}")
    rng = generator("gradcheck", rng)
    names = [getattr(x, "label", None) or f"input {k}" for k, x in enumerate(inputs)]
    given = [_numbers(x, name) for x, name in zip(inputs, names, strict=True)]
    found: list[Derivative] = []
    tried = list(_shapes(given)) if broadcast else [given]
    for numbers in tried:
        found += _checked(f, numbers, names, rng)
        if order == 2:
            for g, moving in _gradients(f, numbers, rng):
                of = [f"{names[k]} of the gradient by {names[g.by]}" for k in moving]
                found += _checked(g.of(numbers, moving), [numbers[k] for k in moving], of, rng)
    return GradientCheck(tuple(found), order, len(tried))


def _checked(f: Function, numbers: Sequence[Any], names: Sequence[str], rng: np.random.Generator) -> list[Derivative]:
    probe = Probe(f, numbers, names, rng)
    found: list[Derivative] = []
    for k, name in enumerate(names):
        of_input = list(probe.derivatives(k))
        _judge(name, of_input)
        found += of_input
    return found


def _judge(name: str, derivatives: Sequence[Derivative]) -> None:
    """A GradientError where one differs, or where there is nothing to be seen."""
    size = max((max(abs(d.reverse), abs(d.forward), abs(d.expected)) for d in derivatives), default=0.0)
    for d in derivatives:
        way, tolerance = ("a complex step", EXACT) if d.exact else ("five-point differences", ROUGH)
        for sweep, number in (("backward", d.reverse), ("forward", d.forward)):
            if not abs(number - d.expected) <= tolerance * size:
                raise GradientError(
                    f"gradcheck: the derivative by {d.place} is {number:.10g} by the {sweep} sweep, "
                    f"but {d.expected:.10g} by {way}"
                )
        if not abs(d.reverse - d.forward) <= EXACT * size:
            raise GradientError(
                f"gradcheck: the derivative by {d.place} is {d.reverse:.10g} by the backward sweep, "
                f"but {d.forward:.10g} by the forward sweep"
            )
    if derivatives and size == 0.0:
        raise GradientError(
            f"gradcheck: all derivatives by {name} are 0 at these inputs, in every way, and a wrong gradient that is 0 "
            "there would pass, too; choose other inputs"
        )


class _Gradient(NamedTuple):
    """The gradient of φ by one input, as a function of all of them."""

    phi: Function
    by: int

    def __call__(self, *nodes: Any) -> Any:
        return grad(self.phi, self.by)(*nodes)

    def of(self, numbers: Sequence[Any], moving: Sequence[int]) -> Function:
        """The same as a function of some inputs, the others as they are."""

        def at(*some: Any) -> Any:
            arguments = [as_constant(x) for x in numbers]
            for k, x in zip(moving, some, strict=True):
                arguments[k] = x
            return self(*arguments)

        return at


def _gradients(
    f: Function, numbers: Sequence[Any], rng: np.random.Generator
) -> Iterator[tuple[_Gradient, list[int]]]:
    """The gradient of φ by each input, and by which inputs it changes at all."""
    weights = weights_for(outputs_of(f(*map(as_constant, numbers))), rng)

    def phi(*nodes: Any) -> Any:
        terms = [(g * y).sum() if np.ndim(g) else g * y for g, y in zip(weights, outputs_of(f(*nodes)), strict=True)]
        return sum(terms[1:], start=terms[0])

    for i in range(len(numbers)):
        gradient = _Gradient(phi, i)
        moving = [k for k in range(len(numbers)) if _changes(gradient, numbers, k, rng)]
        if moving:
            yield gradient, moving


def _changes(gradient: _Gradient, numbers: Sequence[Any], k: int, rng: np.random.Generator) -> bool:
    """Whether a gradient is another one where input k is, so that it has a derivative by it."""
    here = gradient(*map(as_constant, numbers))
    for size in (1e-3, 0.1):
        moved = [*numbers]
        moved[k] = numbers[k] + size * rng.normal(size=np.shape(numbers[k]))
        if np.any(gradient(*map(as_constant, moved)) != here):
            return True
    return False


def _shapes(numbers: Sequence[Any]) -> Iterator[list[Any]]:
    """The inputs as they are, and then each in turn with some of its axes of length 1, or without its first axes."""
    yield list(numbers)
    for k, x in enumerate(numbers):
        for axes in product((False, True), repeat=np.ndim(x)):
            if any(axes):
                smaller = x[tuple(slice(0, 1) if single else slice(None) for single in axes)]
                yield [*numbers[:k], smaller, *numbers[k + 1 :]]
                while np.ndim(smaller) and smaller.shape[0] == 1:
                    smaller = smaller[0]
                    without = smaller if np.ndim(smaller) else float(smaller)
                    yield [*numbers[:k], without, *numbers[k + 1 :]]


def _numbers(x: Any, name: str) -> Any:
    """An input as a float or an array of floats."""
    if is_object_array(x):
        raise TypeError(f"gradcheck: {name} is an array of Values; pass an array of numbers, which f gets as a Tensor")
    x = getattr(x, "_data", x)
    try:
        array = np.array(x, float)
    except (TypeError, ValueError):
        raise TypeError(f"gradcheck: {name} holds no numbers: {x!r:.60}") from None
    if not np.isfinite(array).all():
        raise ValueError(f"gradcheck: {name} holds nan or inf, where there is no derivative to check")
    return float(array) if array.ndim == 0 and not isinstance(x, np.ndarray) else array
