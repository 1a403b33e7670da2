"""Which lines of a program are equations of the book (Nielsen 2015, ch. 2).

A line is tagged where the equation, written down once more as a formula, finds that very line: the
right side of BP2, (wᵀδ) ⊙ σ′(z), is run on the slots of w, δ and z, with the σ′ of the table, and the
line that does this has to be there and be the one that δ is made by. Names decide nothing.

Where a cost of the parameters alone is added to that of the examples (weight decay), the gradient is
that of BP3 or BP4 and a term that rests on parameters alone. Its line is tagged as just that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from microbp import primitives as p
from microbp.program.lines import StraightLine, name_of_cotangent
from microbp.program.listing.costs import costs_in
from microbp.program.listing.errors import Errors
from microbp.program.listing.forward import Forward
from microbp.program.listing.layers import Layer, layers_in
from microbp.program.listing.lookup import Found, Lookup, product, transposed

NUMBER = re.compile(r"[wb](\d*)", re.ASCII)
"""The labels of a layer's parameters, which give the number of the layer."""

FORWARD = "eq. 25"
"""The tag of z = w a + b and of a = σ(z), which may well stand in one line."""

REGULARIZED = " + regularization"
"""What is added to a tag where the line adds the gradient of a cost of the parameters."""


NUMBERS_ONLY = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What is raised where a formula does with a slot what only numbers allow: float(u), math.exp(u), u._data.ndim."""


class Equations(NamedTuple):
    """What was found in a program.

    tags    by slot
    errors  the slots of the errors δ, with the names they have in the book
    pulled  the slots of what is multiplied by σ′(z) there, ∇ₐC and wᵀδ
    outputs tags of outputs that are no line of their own, as ∂C/∂b = δ, by the number of the output
    """

    tags: dict[int, str]
    errors: dict[int, str]
    pulled: set[int]
    outputs: dict[int, str]


def equations_in(program: StraightLine) -> Equations:
    """The equations that the lines of an array program are; none where it has no layers."""
    if not program.is_scalar:
        forward = Forward(program)
        layers = list(layers_in(forward))
        if layers:
            return _Search(forward, layers).equations()
    return Equations({}, {}, set(), {})


class _Search:
    """The search for the equations of some layers among the lines of a program."""

    def __init__(self, forward: Forward, layers: list[Layer]) -> None:
        self.program, self.forward, self.layers = forward.program, forward, layers
        self.lookup = Lookup(forward.program)
        self.errors = Errors(forward, layers, self.lookup)

    def equations(self) -> Equations:
        """What is found."""
        found = Equations({}, {}, set(), {})
        for layer in self.layers:
            found.tags[layer.z] = found.tags[layer.output] = FORWARD
        found.tags.update(costs_in(self.forward, self.layers, self.lookup))
        for layer, delta in self.errors.of.items():
            if delta is None or found.tags.get(delta) == FORWARD:  # which is what it is first of all
                continue
            found.tags[delta], factor = self._equation_of_error(layer, delta)
            if factor is not None:
                found.pulled.add(factor)
            name = _name_of_error(self.program, layer)
            if name is not None:
                found.errors[delta] = name
        for layer, delta in self.errors.of.items():
            if delta is None:
                continue
            for number, tag in self._equations_of_gradients(layer, delta):
                slot = self.program.outputs[number].slots
                if slot == delta:
                    found.outputs[number] = tag
                else:
                    found.tags[slot] = tag
        return found

    def _equations_of_gradients(self, layer: Layer, delta: int) -> Iterator[tuple[int, str]]:
        """The outputs that are gradients by the biases and weights of a layer, by BP3 and BP4."""
        for parameter, tag, right_sides in (
            (layer.b, "BP3", self.errors.by_biases(layer, delta)),
            (layer.w, "BP4", {self.errors.by_weights(layer, delta)._data}),
        ):
            if parameter is not None and parameter in self.errors.gradients:
                slot, has_more = self.errors.gradient(parameter)
                if slot in right_sides:
                    yield self.errors.gradients[parameter], tag + REGULARIZED if has_more else tag

    def _equation_of_error(self, layer: Layer, delta: int) -> tuple[str, int | None]:
        """BP2 where δ comes from the errors of the next layer, BP1 for the output layer; else δ by its definition.

        With it the slot of what is multiplied by σ′(z), wᵀδ or any other ∇ₐC.
        """
        for other in self.layers:
            error = self.errors.of[other]
            if other.a_in == layer.output and error is not None:
                pulled = product(transposed(self.lookup[other.w]), self.lookup[error])
                if delta == self._times_rate(layer, pulled)._data:
                    return "BP2", pulled._data
        primitive, inputs, _ = self.program.lines[delta]
        if layer.sigma is not None and primitive is p.mul:
            for nabla_a in inputs:
                if delta == self._times_rate(layer, self.lookup[nabla_a])._data:
                    return "BP1" if self.forward.is_output(layer.output) else "eq. 29", nabla_a
        return "eq. 29", None

    def _times_rate(self, layer: Layer, x: Found) -> Found:
        """x ⊙ σ′(z), with the rate factor that the table gives; x itself for linear neurons."""
        if layer.sigma is None or layer.a is None:
            return x
        lookup = self.lookup
        inputs = self.program.lines.inputs_of(layer.a)
        try:
            rate = layer.sigma.rate(0, tuple([lookup.number.get(s, lookup[s]) for s in inputs]), lookup[layer.a])
            return lookup.line(p.mul, (rate, x), {})
        except NUMBERS_ONLY:
            return Found(lookup, None)


def _name_of_error(program: StraightLine, layer: Layer) -> str | None:
    """δ with the number of the layer."""
    label = program.labels[layer.z]
    if label is not None:
        return name_of_cotangent(label)
    labels = {leaf.slots: leaf.label or "" for leaf in program.leaves}
    number = NUMBER.fullmatch(labels[layer.w]) or NUMBER.fullmatch(labels.get(layer.b, ""))
    return f"delta{number[1]}" if number else None
