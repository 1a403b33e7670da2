"""The quadratic cost in a program, eqs 26 and 27 (Nielsen 2015, ch. 2), looked up as its other equations are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from microbp import primitives as p
from microbp.program.listing.forward import Forward
from microbp.program.listing.layers import Layer
from microbp.program.listing.lookup import Found, Lookup


def costs_in(forward: Forward, layers: Iterable[Layer], lookup: Lookup) -> dict[int, str]:
    """The slots of quadratic costs of what a network gives, with the equations that they are.

    What the output is compared with does not rest on parameters: it is the y of an example.
    """
    program = forward.program
    found: dict[int, str] = {}
    activations, wanted = {layer.output for layer in layers}, set(program.wanted_slots)
    for k in forward.lines:
        inputs = set(program.lines.inputs_of(k))
        given = inputs - activations
        if program.lines.primitives[k] is not p.sub or len(given) != 1 or not forward.on_parameters.isdisjoint(given):
            continue
        (a,) = inputs - given
        if len(lookup.shape_of[k]) == 2 and lookup.shape_of[k] == lookup.shape_of[a] and forward.is_output(a):
            for name, c in _quadratic_costs(lookup[k]):
                slots = lookup.alike(c)
                named = [slot for slot in slots if program.labels[slot] is not None or slot in wanted]
                found.update(dict.fromkeys(named or slots[:1], name))
    return found


def _quadratic_costs(difference: Found) -> Iterator[tuple[str, Found]]:
    """The costs of a − y, one column an example, as they may be written; of one neuron there is no sum."""
    neurons, m = difference.shape
    squares = p.square(difference)
    totals = [p.sum(squares)]
    columns = [p.sum(squares, axis=0), p.sum(squares, axis=0, keepdims=True)]
    if neurons == 1:
        columns.append(squares)
        if m == 1:
            totals.append(squares)
    for total in totals:
        yield "eq. 27" if m == 1 else "eq. 26", total / (2 * m)
    for each in columns:
        yield "eq. 27", each / 2
