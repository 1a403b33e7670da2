"""What a drawing shows: boxes, the arrows between them, and the layers and neurons they stand in.

A picture knows nothing of Graphviz: every level of detail makes one, and `dot.py` writes it down.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from microbp.draw.rates import Rate
from microbp.draw.scopes import Scope

Kind = Literal["constant", "parameter", "weight", "operation", "rest"]
"""What a box is: a number nothing is differentiated by, a leaf that varies, one of these that stands between two
layers, a result, or all that isn't drawn."""


LEGIBLE = 150
"""Boxes that a reader can take in; beyond these the next level is drawn, unless this one is asked for."""


class Box(NamedTuple):
    """A node, or several in one.

    rows         name and operation, value, gradient: as many as there are, of one line or more
    kind         decides the looks
    scope        the layer and neuron it belongs to
    hint         what a mouse over it says: the same with more figures
    highlighted  whether it lies on the path that is shown
    is_output    whether the drawing was made for it
    """

    rows: tuple[str, ...]
    kind: Kind
    scope: Scope | None = None
    hint: str = ""
    highlighted: bool = False
    is_output: bool = False


class Arrow(NamedTuple):
    """An edge between boxes, which are named by their places in the picture.

    rate  its rate factor; None where nothing is differentiated by what it comes from
    """

    source: int
    target: int
    rate: Rate | None = None
    hint: str = ""
    highlighted: bool = False


class Picture(NamedTuple):
    """Boxes in topological order and the arrows between them.

    level    "operations", "neurons" or "layers"
    caption  what has to be said about it, a line each
    """

    boxes: list[Box]
    arrows: list[Arrow]
    level: str
    caption: list[str]
