"""The layers of a program of arrays: lines w @ a + b of parameters w and b, and what they are activated by.

Neurons may be without biases. Then w @ a is a layer where a function of one variable takes it, or a comparison with
what is desired: elsewhere it may be a part of something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.program.listing.forward import Forward


class Layer(NamedTuple):
    """The slots of a layer z = w a_in + b, a = σ(z); b is None where there are no biases.

    σ and a are None where z is not activated by one function.

    has_product  whether w a_in is used for nothing else
    """

    w: int
    a_in: int
    b: int | None
    z: int
    sigma: Elementwise | None
    a: int | None
    has_product: bool

    @property
    def output(self) -> int:
        """The slot of its activations, which those of linear neurons are in too."""
        return self.z if self.a is None else self.a


def layers_in(forward: Forward) -> Iterator[Layer]:
    """The layers of a forward pass: w is a matrix, b a column."""
    program = forward.program
    shapes = {leaf.slots: leaf.shape for leaf in program.leaves if leaf.slots in forward.parameters}
    for k in forward.lines:
        if program.lines.primitives[k] is p.matmul:
            w, a_in = program.lines.inputs_of(k)
            if w in shapes and len(shapes[w]) == 2 and _is_whole(forward, k):
                yield Layer(w, a_in, None, k, *_activation(forward, k), True)
        if program.lines.primitives[k] is not p.add:
            continue
        inputs = program.lines.inputs_of(k)
        for product, b in (inputs, inputs[::-1]):
            if product < 0 or program.lines.primitives[product] is not p.matmul or b not in shapes:
                continue
            w, a_in = program.lines.inputs_of(product)
            if w in shapes and len(shapes[w]) == 2 and shapes[b] == (shapes[w][0], 1) and b != a_in:
                sigma, a = _activation(forward, k)
                yield Layer(w, a_in, b, k, sigma, a, forward.users[product] == [k])


def _is_whole(forward: Forward, product: int) -> bool:
    """Whether a product is all of z: one function of one variable takes it, or it is compared with data."""
    users = forward.users.get(product, [])
    if len(users) != 1:
        return False
    primitive, inputs, _ = forward.program.lines[users[0]]
    is_compared = primitive is p.sub and forward.on_parameters.isdisjoint(set(inputs) - {product})
    return is_compared or _is_activation(primitive)


def _activation(forward: Forward, z: int) -> tuple[Elementwise | None, int | None]:
    """The function of one variable that takes z, where nothing else does, and the slot of what it makes."""
    users = forward.users.get(z, [])
    if len(users) != 1:
        return None, None
    primitive = forward.program.lines.primitives[users[0]]
    return (primitive, users[0]) if _is_activation(primitive) else (None, None)  # type: ignore[return-value]


def _is_activation(primitive: Primitive) -> bool:
    """Whether a function is of one variable, entry by entry; beside which a leaky relu has a slope."""
    if not isinstance(primitive, Elementwise) or primitive is p.neg:
        return False
    return len(primitive.partials) == 1 or primitive is p.leaky_relu
