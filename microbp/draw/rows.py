"""The functions of a recorded computation, each with its formulas as the explorer's page reads them."""

from __future__ import annotations

from typing import Any

from microbp.draw.texts import folded, json_number, operation_text
from microbp.formulas import arguments, expression, formula
from microbp.graph import Node, Primitive
from microbp.kinds import Elementwise

LONGEST = 100
"""Letters of a formula that a reader can take in; a longer one is left out."""

MANY = 8
"""Inputs from which on the partial derivatives of a function are not written out."""


class Rows:
    """The distinct functions among nodes, numbered as they come.

    described  for each a dict: name, text (its sign in a box, with a plain number that it takes), arguments (names of
               its inputs), expression (y in these), partials (∂y/∂argument; of a linear function what it pulls back of
               a cotangent g), plain (the argument that is a plain number, and this number; else null)
    """

    def __init__(self) -> None:
        self.described: list[dict[str, Any]] = []
        self._places: dict[Any, int] = {}

    def place_of(self, node: Node) -> int:
        """The number of the function that made a node; −1 where none did."""
        if node.primitive is None:
            return -1
        text, i = operation_text(node), folded(node)
        plain = None if i is None else (i, float(node.inputs[i]._data))
        key = (node.primitive, plain)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.described)
            self.described.append(_described(node.primitive, text, plain))
        return place


def _described(row: Primitive, text: str, plain: tuple[int, float] | None) -> dict[str, Any]:
    names = arguments(row)
    return {
        "name": row.name,
        "text": text,
        "entrywise": isinstance(row, Elementwise),
        "arguments": list(names),
        "expression": _text(expression, row),
        "partials": [_text(formula, row, i) for i in range(len(names))] if len(names) <= MANY else [],
        "plain": None if plain is None else {"slot": plain[0], "value": json_number(plain[1])},
    }


def _text(of: Any, *arguments: Any) -> str | None:
    """A formula; None where it is long, or where a row from elsewhere can't be run on symbols."""
    try:
        text: str = of(*arguments)
    except Exception:
        return None
    return text if len(text) <= LONGEST else None
