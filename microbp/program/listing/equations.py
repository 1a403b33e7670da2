"""Which lines of a program are equations of the book (Nielsen 2015, ch. 2).

A line is tagged where the equation, written down once more as a formula, finds that very line: the
right side of BP2, (wᵀδ) ⊙ σ′(z), is run on the slots of w, δ and z, with the σ′ of the table, and the
line that does this has to be there and be the one that δ is made by. Names decide nothing.

Where a cost of the parameters alone is added to that of the examples (weight decay), the gradient is
that of BP3 or BP4 and a term that rests on parameters alone. Its line is tagged as just that.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from microbp import primitives as p
from microbp.program.lines import StraightLine, name_of_cotangent
from microbp.program.listing.costs import costs_in
from microbp.program.listing.forward import Forward
from microbp.program.listing.gradients import gradient_outputs, outputs_in_shape
from microbp.program.listing.layers import Layer, layers_in
from microbp.program.listing.lookup import Found, Lookup

NUMBER = re.compile(r"[wb](\d*)", re.ASCII)
"""The labels of a layer's parameters, which give the number of the layer."""

FORWARD = "eq. 25"
"""The tag of z = w a + b and of a = σ(z), which may well stand in one line."""

REGULARIZED = " + regularization"
"""What is added to a tag where the line adds the gradient of a cost of the parameters."""


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
    found = Equations({}, {}, set(), {})
    if program.is_scalar:
        return found
    forward = Forward(program)
    layers = list(layers_in(forward))
    if layers:
        _Search(program, forward, layers, found).run()
    return found


class _Search:
    """The search for the equations of some layers among the lines of a program."""

    def __init__(self, program: StraightLine, forward: Forward, layers: list[Layer], found: Equations) -> None:
        self.program, self.forward, self.layers, self.found = program, forward, layers, found
        self.lookup = Lookup(program)
        self.gradients = gradient_outputs(program)
        self.examples: tuple[int, ...] = ()
        if not self.gradients:  # then maybe each of m examples has one
            self.examples = program.outputs[0].shape
            self.gradients = outputs_in_shape(program, self.examples)
        self.right_of: dict[int | None, list[int]] = {}  # in products of the backward pass, by the left factor
        for k in set(range(len(program.lines))).difference(forward.lines) if program.is_gradient else ():
            if program.lines.primitives[k] is p.matmul:
                left, right = program.lines.inputs_of(k)
                self.right_of.setdefault(left, []).append(right)
        self.errors = {layer: self._error(layer) for layer in layers}

    def run(self) -> None:
        """Enter in `found` what is found."""
        tags = self.found.tags
        for layer in self.layers:
            tags[layer.z] = tags[layer.output] = FORWARD
        tags.update(costs_in(self.forward, self.layers, self.lookup))
        for layer, delta in self.errors.items():
            if delta is None or tags.get(delta) == FORWARD:  # which is what it is first of all
                continue
            tags[delta], factor = self._equation_of_error(layer, delta)
            if factor is not None:
                self.found.pulled.add(factor)
            name = _name_of_error(self.program, layer)
            if name is not None:
                self.found.errors[delta] = name
        for layer, delta in self.errors.items():
            if delta is not None:
                self._tag_gradients(layer, delta)

    def _error(self, layer: Layer) -> int | None:
        """The slot δ for which the gradient by the weights is δ aᵀ, or that by the biases δ, or wᵀδ goes on back."""
        shape_of = self.lookup.shape_of
        if layer.w in self.gradients and layer.has_product:
            slot, _ = self._gradient(layer.w)
            delta = self._first_factor(slot)
            if delta >= 0 and shape_of[delta] == shape_of[layer.z] and slot == self._by_weights(layer, delta)._data:
                return delta
        if layer.b in self.gradients and self.forward.is_only_in(layer.b, layer.z):
            slot, _ = self._gradient(layer.b)
            if slot >= 0 and self.program.lines.primitives[slot] in (p.sum_to, p.reshape):
                (slot,) = self.program.lines.inputs_of(slot)
            if slot >= 0 and shape_of[slot] == shape_of[layer.z]:
                return slot
        return self._pulled_through(layer)

    def _pulled_through(self, layer: Layer) -> int | None:
        """The slot δ where wᵀδ is computed for the layers before, and nothing else is pulled through these weights."""
        product = _product(self.lookup[layer.w], self.lookup[layer.a_in])._data
        right_of = self.right_of.get(_transposed(self.lookup[layer.w])._data, [])
        if product is None or len(right_of) != 1 or not layer.has_product:
            return None
        (delta,) = right_of
        is_error = delta >= 0 and self.lookup.shape_of[delta] == self.lookup.shape_of[layer.z]
        return delta if is_error and self.forward.is_only_in(layer.w, product) else None

    def _gradient(self, parameter: int) -> tuple[int, str]:
        """The slot of the gradient by a parameter, without terms that rest on parameters alone; a tag for these.

        Of gradients for each example it is the slot before their axis is brought to the end.
        """
        lines, on_data = self.program.lines, self.forward.on_data
        slot = int(self.program.outputs[self.gradients[parameter]].slots)
        if self.examples and slot >= 0 and lines.primitives[slot] is p.transpose:
            if lines.params[slot]["axes"] == (1, 2, 0):
                (slot,) = lines.inputs_of(slot)
        whole = slot
        while slot >= 0 and lines.primitives[slot] in (p.add, p.sub):
            u, v = lines.inputs_of(slot)
            if u in on_data and v not in on_data:
                slot = u
            elif v in on_data and u not in on_data and lines.primitives[slot] is p.add:
                slot = v
            else:
                break
        return slot, "" if slot == whole else REGULARIZED

    def _first_factor(self, slot: int) -> int:
        """The slot of δ where a slot is that of δ aᵀ."""
        while slot >= 0 and self.program.lines.primitives[slot] in (p.matmul, p.mul, p.reshape, p.transpose):
            primitive, (slot, *_), _ = self.program.lines[slot]
            if primitive in (p.matmul, p.transpose):
                break
        return slot

    def _by_weights(self, layer: Layer, delta: int) -> Found:
        """The right side of BP4: δ aᵀ, or the same for each example in a leading axis."""
        error, a_in = self.lookup[delta], self.lookup[layer.a_in]
        if not self.examples:
            return _product(error, _transposed(a_in))
        (m,), (n_out, n_in) = self.examples, self.lookup.shape_of[layer.w]
        columns, rows = _reshaped(_transposed(error), (m, n_out, 1)), _reshaped(_transposed(a_in), (m, 1, n_in))
        return self.lookup.line(p.mul, (columns, rows), {})

    def _by_biases(self, layer: Layer, delta: int) -> set[int | None]:
        """The slots that the right side of BP3 may be in: δ, its sum over the examples, or δ of each of them."""
        error, shape = self.lookup[delta], self.lookup.shape_of[layer.b]
        if self.examples:
            return {_reshaped(error, (*shape, *self.examples))._data}
        return {delta if self.lookup.shape_of[delta] == shape else None, p.sum_to(error, shape=shape)._data}

    def _tag_gradients(self, layer: Layer, delta: int) -> None:
        """BP3 and BP4, of the gradients by the biases and weights of a layer."""
        for parameter, tag, right_sides in (
            (layer.b, "BP3", self._by_biases(layer, delta)),
            (layer.w, "BP4", {self._by_weights(layer, delta)._data}),
        ):
            if parameter not in self.gradients:
                continue
            number = self.gradients[parameter]
            slot, more = self._gradient(parameter)
            if slot in right_sides:
                whole = self.program.outputs[number].slots
                if whole == delta:
                    self.found.outputs[number] = tag
                else:
                    self.found.tags[whole] = tag + more

    def _equation_of_error(self, layer: Layer, delta: int) -> tuple[str, int | None]:
        """BP2 where δ comes from the errors of the next layer, BP1 for the output layer; else δ by its definition.

        With it the slot of what is multiplied by σ′(z), wᵀδ or any other ∇ₐC.
        """
        for other in self.layers:
            error = self.errors[other]
            if other.a_in == layer.output and error is not None:
                pulled = _product(_transposed(self.lookup[other.w]), self.lookup[error])
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
        except Exception:  # a row from elsewhere may do with its inputs what only numbers allow
            return Found(lookup, None)


def _product(a: Found, b: Found) -> Found:
    return a.lookup.line(p.matmul, (a, b), {})


def _reshaped(a: Found, shape: tuple[int, ...]) -> Found:
    return a.lookup.line(p.reshape, (a,), {"shape": shape})


def _transposed(a: Found) -> Found:
    slot = a._data
    if slot is not None and slot >= 0:
        primitive, inputs, params = a.lookup.program.lines[slot]
        if primitive is p.transpose and params["axes"] is None:
            return a.lookup[inputs[0]]  # twice transposed
    return a.lookup.line(p.transpose, (a,), {"axes": None})


def _name_of_error(program: StraightLine, layer: Layer) -> str | None:
    """δ with the number of the layer."""
    label = program.labels[layer.z]
    if label is not None:
        return name_of_cotangent(label)
    labels = {leaf.slots: leaf.label or "" for leaf in program.leaves}
    number = NUMBER.fullmatch(labels[layer.w]) or NUMBER.fullmatch(labels[layer.b])
    return f"delta{number[1]}" if number else None
