"""Which lines of a program are equations of the book (Nielsen 2015, ch. 2).

A line is tagged where the equation, written down once more as a formula, finds that very line: the
right side of BP2, (wᵀδ) ⊙ σ′(z), is run on the slots of w, δ and z, with the σ′ of the table, and the
line that does this has to be there and be the one that δ is made by. Names decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.lines import PARAMETER, StraightLine, name_of_cotangent
from microbp.program.listing.lookup import Found, Lookup

NUMBER = re.compile(r"[wb](\d+)", re.ASCII)
"""The labels of a layer's parameters, which give the number of the layer."""


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


class Layer(NamedTuple):
    """The slots of a layer z = w a_in + b, a = σ(z); σ and a are None where z is not activated by one function."""

    w: int
    a_in: int
    b: int
    z: int
    sigma: Elementwise | None
    a: int | None


def equations_in(program: StraightLine) -> Equations:
    """The equations that the lines of an array program are; none where it has no layers."""
    found = Equations({}, {}, set(), {})
    gradients = gradient_outputs(program)
    layers = [] if program.is_scalar else list(_layers(program, program.outputs[:1] if gradients else program.outputs))
    if not layers:
        return found
    lookup = Lookup(program)
    for layer in layers:
        found.tags[layer.z] = "eq. 25"
        if layer.a is not None:
            found.tags[layer.a] = "eq. 25"
    _tag_cost(program, lookup, layers, found)
    errors = {layer: _error(program, lookup, layer, gradients) for layer in layers}
    for layer, delta in errors.items():
        if delta is None:
            continue
        found.tags[delta], factor = _equation_of_error(lookup, layer, delta, layers, errors)
        if factor is not None:
            found.pulled.add(factor)
        name = _name_of_error(program, layer)
        if name is not None:
            found.errors[delta] = name
        if layer.b in gradients:
            number = gradients[layer.b]
            slot = program.outputs[number].slots
            if slot == delta:
                found.outputs[number] = "BP3"
            elif slot == p.sum_to(lookup[delta], shape=lookup.shape_of[layer.b])._data:
                found.tags[slot] = "BP3"
        if layer.w in gradients:
            slot = program.outputs[gradients[layer.w]].slots
            if slot == _product(lookup[delta], _transposed(lookup[layer.a_in]))._data:
                found.tags[slot] = "BP4"
    return found


def gradient_outputs(program: StraightLine) -> dict[int, int]:
    """The slots of the leaves that a gradient program differentiates by, with the numbers of the outputs.

    None where it is no program made by `gradient`, or one with a gradient for each of several examples.
    """
    if not program.is_gradient:
        return {}
    pairs = [(program.leaves[i], program.outputs[number], number) for number, i in enumerate(program.wrt, start=1)]
    if any([leaf.shape != output.shape for leaf, output, _ in pairs]):
        return {}
    return {leaf.slots: number for leaf, _, number in pairs if isinstance(leaf.slots, int)}


def _layers(program: StraightLine, outputs: Sequence[Any]) -> Iterator[Layer]:
    """Lines w @ a + b of parameters w and b, where b is a column, and what they are activated by.

    outputs  what is computed by the layers; what else there is, is of a gradient
    """
    parameters = {leaf.slots: leaf.shape for leaf in program.parameters}
    lines, users = program.lines, _users(program, outputs)
    for k, (primitive, inputs, _) in enumerate(lines):
        if primitive is not p.add:
            continue
        for product, b in (inputs, inputs[::-1]):
            if product < 0 or lines[product].primitive is not p.matmul or b not in parameters:
                continue
            w, a_in = lines[product].inputs
            if w in parameters and len(parameters[w]) == 2 and parameters[b] == (parameters[w][0], 1):
                a = users[k][0] if len(users.get(k, ())) == 1 else None
                if a is None or not _is_activation(lines[a].primitive):
                    yield Layer(w, a_in, b, k, None, None)
                else:
                    yield Layer(w, a_in, b, k, lines[a].primitive, a)


def _users(program: StraightLine, outputs: Sequence[Any]) -> dict[int, list[int]]:
    """By slot, the lines that use it, of those that the outputs rest on."""
    needed = {output.slots for output in outputs}
    users: dict[int, list[int]] = {}
    for k in range(len(program.lines) - 1, -1, -1):
        if k in needed:
            for s in program.lines.inputs_of(k):
                needed.add(s)
                users.setdefault(s, []).append(k)
    return users


def _is_activation(primitive: Primitive) -> bool:
    """Whether a function is of one variable, entry by entry; beside which a leaky relu has a slope."""
    return isinstance(primitive, Elementwise) and (len(primitive.partials) == 1 or primitive is p.leaky_relu)


def _error(program: StraightLine, lookup: Lookup, layer: Layer, gradients: dict[int, int]) -> int | None:
    """The slot δ for which the program's gradient by the weights is δ aᵀ, or that by the biases is δ."""
    if layer.w in gradients:
        slot: int = program.outputs[gradients[layer.w]].slots
        if slot >= 0 and program.lines[slot].primitive is p.matmul:
            delta: int
            delta, right = program.lines[slot].inputs
            if right == _transposed(lookup[layer.a_in])._data and lookup.shape_of[delta] == lookup.shape_of[layer.z]:
                return delta if delta >= 0 else None
    if layer.b in gradients:
        slot = program.outputs[gradients[layer.b]].slots
        if slot >= 0 and program.lines[slot].primitive is p.sum_to:
            (slot,) = program.lines[slot].inputs
        if slot >= 0 and lookup.shape_of[slot] == lookup.shape_of[layer.z]:
            return slot
    return None


def _equation_of_error(
    lookup: Lookup, layer: Layer, delta: int, layers: list[Layer], errors: dict[Layer, int | None]
) -> tuple[str, int | None]:
    """BP2 where δ comes from the errors of the next layer, BP1 where it comes from ∇ₐC; else δ by its definition.

    With it the slot of wᵀδ or of ∇ₐC.
    """
    output = layer.z if layer.a is None else layer.a
    following = [other for other in layers if other.a_in == output]
    for other in following:
        error = errors[other]
        if error is not None:
            pulled = _product(_transposed(lookup[other.w]), lookup[error])
            if delta == _times_rate(lookup, layer, pulled)._data:
                return "BP2", pulled._data
    primitive, inputs, _ = lookup.program.lines[delta]
    if not following and layer.sigma is not None and primitive is p.mul:
        for nabla_a in inputs:
            if delta == _times_rate(lookup, layer, lookup[nabla_a])._data:
                return "BP1", nabla_a
    return "eq. 29", None


def _times_rate(lookup: Lookup, layer: Layer, x: Found) -> Found:
    """x ⊙ σ′(z), with the rate factor that the table gives; x itself for linear neurons."""
    if layer.sigma is None or layer.a is None:
        return x
    inputs = lookup.program.lines[layer.a].inputs
    try:
        rate = layer.sigma.rate(0, tuple([lookup.number.get(s, lookup[s]) for s in inputs]), lookup[layer.a])
        return lookup.line(p.mul, (rate, x), {})
    except Exception:  # a row from elsewhere may do with its inputs what only numbers allow
        return Found(lookup, None)


def _product(a: Found, b: Found) -> Found:
    return a.lookup.line(p.matmul, (a, b), {})


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
    labels = [leaf.label for leaf in program.leaves if leaf.kind == PARAMETER and leaf.slots in (layer.w, layer.b)]
    numbers = [number for number in map(NUMBER.fullmatch, filter(None, labels)) if number]
    return f"delta{numbers[0][1]}" if numbers else None


def _tag_cost(program: StraightLine, lookup: Lookup, layers: list[Layer], found: Equations) -> None:
    """The quadratic cost, of one example or of several, where the first output is it."""
    c = program.outputs[0].slots
    activations = {layer.z if layer.a is None else layer.a for layer in layers}
    for k, (primitive, inputs, _) in enumerate(program.lines):
        if primitive is p.sub and not activations.isdisjoint(inputs):
            m = lookup.shape_of[k][-1]
            if c == (p.sum(p.square(lookup[k])) / (2 * m))._data:
                found.tags[c] = "eq. 27" if m == 1 else "eq. 26"
