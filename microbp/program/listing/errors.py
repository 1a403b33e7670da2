"""`Errors`: the errors δ of the layers, looked for where the gradient of a program is made of them."""

from __future__ import annotations

from collections.abc import Iterable

from microbp import primitives as p
from microbp.program.listing.forward import Forward
from microbp.program.listing.gradients import gradient_outputs, outputs_in_shape
from microbp.program.listing.layers import Layer
from microbp.program.listing.lookup import Found, Lookup, product, reshaped, transposed


class Errors:
    """The errors of some layers.

    of         the slot of δ by layer, or None
    gradients  the numbers of the outputs that are gradients, by the slots of the parameters
    examples   the lengths of the further axes that gradients have: (m,) where each of m examples has one, else ()
    """

    def __init__(self, forward: Forward, layers: Iterable[Layer], lookup: Lookup) -> None:
        self.forward, self.program, self.lookup = forward, forward.program, lookup
        self.gradients = gradient_outputs(self.program)
        self.examples: tuple[int, ...] = ()
        if not self.gradients:  # then maybe each of m examples has one
            self.examples = self.program.outputs[0].shape
            self.gradients = outputs_in_shape(self.program, self.examples)
        self._right_of = self._backward_products()
        self.of = {layer: self._error(layer) for layer in layers}

    def gradient(self, parameter: int) -> tuple[int, bool]:
        """The slot of the gradient by a parameter, without terms that rest on parameters alone; whether it has any.

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
        return slot, slot != whole

    def by_weights(self, layer: Layer, delta: int) -> Found:
        """The right side of BP4: δ aᵀ, or the same for each example in a leading axis."""
        error, a_in = self.lookup[delta], self.lookup[layer.a_in]
        if not self.examples:
            return product(error, transposed(a_in))
        (m,), (n_out, n_in) = self.examples, self.lookup.shape_of[layer.w]
        columns, rows = reshaped(transposed(error), (m, n_out, 1)), reshaped(transposed(a_in), (m, 1, n_in))
        return self.lookup.line(p.mul, (columns, rows), {})

    def by_biases(self, layer: Layer, delta: int) -> set[int | None]:
        """The slots that the right side of BP3 may be in: δ, its sum over the examples, or δ of each of them."""
        if layer.b is None:
            return set()
        error, shape = self.lookup[delta], self.lookup.shape_of[layer.b]
        if self.examples:
            return {reshaped(error, (*shape, *self.examples))._data}
        return {delta if self.lookup.shape_of[delta] == shape else None, p.sum_to(error, shape=shape)._data}

    def _backward_products(self) -> dict[int | None, list[int]]:
        """The right factors of the matrix products of the backward pass, by the left factor."""
        right_of: dict[int | None, list[int]] = {}
        if self.program.is_gradient:
            for k in set(range(len(self.program.lines))).difference(self.forward.lines):
                if self.program.lines.primitives[k] is p.matmul:
                    left, right = self.program.lines.inputs_of(k)
                    right_of.setdefault(left, []).append(right)
        return right_of

    def _error(self, layer: Layer) -> int | None:
        """The slot δ for which the gradient by the weights is δ aᵀ, or that by the biases δ, or wᵀδ goes on back."""
        if layer.w in self.gradients and layer.has_product:
            slot, _ = self.gradient(layer.w)
            delta = self._first_factor(slot)
            if self._may_be_error(layer, delta) and slot == self.by_weights(layer, delta)._data:
                return delta
        if layer.b is not None and layer.b in self.gradients and self.forward.is_only_in(layer.b, layer.z):
            slot, _ = self.gradient(layer.b)
            if slot >= 0 and self.program.lines.primitives[slot] in (p.sum_to, p.reshape):
                (slot,) = self.program.lines.inputs_of(slot)
            if self._may_be_error(layer, slot):
                return slot
        return self._pulled_through(layer)

    def _may_be_error(self, layer: Layer, slot: int) -> bool:
        """Whether a line makes something of the shape of z."""
        return slot >= 0 and self.lookup.shape_of[slot] == self.lookup.shape_of[layer.z]

    def _first_factor(self, slot: int) -> int:
        """The slot of δ where a slot is that of δ aᵀ."""
        while slot >= 0 and self.program.lines.primitives[slot] in (p.matmul, p.mul, p.reshape, p.transpose):
            primitive, (slot, *_), _ = self.program.lines[slot]
            if primitive in (p.matmul, p.transpose):
                break
        return slot

    def _pulled_through(self, layer: Layer) -> int | None:
        """The slot δ where wᵀδ is computed for the layers before, and nothing else is pulled through these weights."""
        weighted = product(self.lookup[layer.w], self.lookup[layer.a_in])._data
        right_of = self._right_of.get(transposed(self.lookup[layer.w])._data, [])
        if weighted is None or len(right_of) != 1 or not layer.has_product:
            return None
        (delta,) = right_of
        is_error = self._may_be_error(layer, delta)
        return delta if is_error and self.forward.is_only_in(layer.w, weighted) else None
