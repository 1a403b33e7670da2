"""Circuits of perceptrons: NAND, and with nothing but NANDs the sum of two bits (Nielsen ch. 1)."""

from __future__ import annotations

from typing import Any, NamedTuple

from microbp.book.perceptrons.neuron import Perceptron
from microbp.draw.drawing import Drawing, draw
from microbp.draw.operations import shown
from microbp.draw.picture import Arrow, Box, Picture
from microbp.draw.rates import Rate
from microbp.draw.scopes import in_order
from microbp.draw.texts import folded, number
from microbp.graph import Node

NAND = Perceptron([-2, -2], 3, "NAND")
"""1 unless both inputs are 1: −2x₁ − 2x₂ + 3 > 0."""

MERGED = Perceptron([-4], 3, "NAND")
"""A NAND with both inputs on one line, whose two weights −2 have merged into one of −4: 1 unless the input is 1."""


class Bits(NamedTuple):
    """The two digits of x₁ + x₂."""

    sum: Any
    carry: Any


def add_bits(x1: Any, x2: Any, merged: bool = True) -> Bits:
    """The sum of two bits by five NANDs: x₁ ⊕ x₂, and the carry x₁x₂.

    merged  whether the two lines into the NAND of the carry are one, of weight −4, as in the book's second drawing

    Numbers, arrays, or nodes: Values are recorded, and the outputs named "sum" and "carry".

    >>> add_bits(1, 1)
    Bits(sum=0.0, carry=1.0)
    """
    h = NAND(x1, x2)
    bits = Bits(NAND(NAND(x1, h), NAND(h, x2)), MERGED(h) if merged else NAND(h, h))
    for name, bit in bits._asdict().items():
        if isinstance(bit, Node):
            bit.label = name
    return bits


def draw_circuit(*outputs: Any, title: str | None = None) -> Drawing:
    """A drawing of perceptrons as the book has them: on each line its weight, in each box its bias.

    outputs  Values that perceptrons made of Values. `mb.draw` shows the same graph with its rate factors, all 0

    >>> from microbp.value import Value
    >>> draw_circuit(*add_bits(Value(1.0, "x1"), Value(1.0, "x2")))
    <drawing of operations: 7 boxes, 9 arrows>
    """
    plain = draw(list(outputs), level="operations")
    rows: dict[Any, Perceptron] = {neuron.row: neuron for neuron in _perceptrons(outputs)}
    nodes = shown(in_order(plain.outputs))
    arrows: list[Arrow] = []
    boxes: list[Box] = []
    for place, (node, box) in enumerate(zip(nodes, plain.picture.boxes, strict=True)):
        neuron = rows.get(node.primitive)
        bias = (f"bias {number(neuron.b)}",) if neuron else ()
        boxes.append(box._replace(rows=(box.rows[0], *bias, f"output {number(node._data)}" if neuron else box.rows[1])))
        into = [arrow for arrow in plain.picture.arrows if arrow.target == place]
        weights = [w for i, w in enumerate(neuron.w) if i != folded(node)] if neuron else []
        for arrow, w in zip(into, weights, strict=True):
            arrows.append(arrow._replace(rate=Rate(number(w), "±", 1.0), hint=f"weight {number(w)}"))
    caption = ["a line: an input, times its weight; 1 where these and the bias add up to more than 0, else 0"]
    return Drawing(Picture(boxes, arrows, plain.picture.level, caption), title, plain.outputs)


def _perceptrons(outputs: Any) -> list[Perceptron]:
    """The perceptrons behind the outputs; an error where anything else was computed."""
    found = {}
    for node in in_order(outputs):
        if node.shape:
            raise ValueError(f"draw_circuit: {node.name} has shape {node.shape}; want Values, a number on each line")
        if node.primitive is not None:
            neuron = getattr(getattr(node.primitive, "on_floats", None), "__self__", None)
            if not isinstance(neuron, Perceptron):
                raise ValueError(
                    f"draw_circuit: {node.name} was made by {node.primitive.name}, which is no Perceptron; "
                    "mb.draw draws what is made of anything"
                )
            found[node.primitive] = neuron
    return list(found.values())
