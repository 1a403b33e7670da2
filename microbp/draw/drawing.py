"""`draw`: a picture of a recorded computation, with a rate factor on every edge."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microbp.draw.dot import dot_text
from microbp.draw.highlight import Highlight, highlight_of, owner_of, route_of
from microbp.draw.layers import layers
from microbp.draw.neurons import activations_of, inputs_of, neurons
from microbp.draw.operations import operations, shown
from microbp.draw.picture import LEGIBLE, Picture
from microbp.draw.render import DrawingError, render
from microbp.draw.scopes import Scope, in_order, scopes_of
from microbp.graph import Node
from microbp.names import Entry
from microbp.paths import Path, Paths

NEAREST = 20
"""Nodes drawn of a larger graph that has no layers."""

TOO_MANY = 1_000
"""Boxes that keep `dot` busy for minutes."""

CSS_PIXELS = 96
"""To an inch, in a browser: a PNG of so many is as large there as the SVG."""

LEVELS: dict[str, Callable[..., Picture]] = {"operations": operations, "neurons": neurons, "layers": layers}


class Drawing:
    """A picture as text in the DOT language, and whatever Graphviz makes of it; a notebook shows it.

    dot      the text; it needs no Graphviz
    picture  boxes and arrows, before they became text
    outputs  the nodes that it was made for
    """

    def __init__(self, picture: Picture, title: str | None = None, outputs: Sequence[Node] = ()) -> None:
        self.picture = picture
        self.dot = dot_text(picture, title)
        self.outputs = outputs

    def svg(self) -> str:
        """The drawing as SVG, by Graphviz's `dot`; DrawingError where that isn't installed."""
        return render(self.dot, "svg").decode()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the drawing to a file; its ending says how: .svg, .pdf, .png, or .dot and .gv for the text."""
        kind = os.path.splitext(path)[1].lower().removeprefix(".")
        if kind not in ("dot", "gv", "svg", "pdf", "png"):
            raise ValueError(f"draw: {os.path.basename(path)} ends in none of .svg, .pdf, .png, .dot, .gv")
        content = self.dot.encode() if kind in ("dot", "gv") else render(self.dot, kind)
        with open(path, "wb") as file:
            file.write(content)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: SVG, or where there is no `dot` the explorer, and the text with how to get `dot`.

        A picture that is wider than its cell is made as wide as that, not cut. Beside the SVG stands a PNG: Jupyter
        shows no SVG of a notebook that isn't trusted, such as one just downloaded.
        """
        if len(self.picture.boxes) > TOO_MANY:
            hint = "too many for dot to lay out while you wait; save it to a file, or draw another level"
            return {"text/plain": f"{self!r}: {hint}"}
        try:
            fitted = self.svg().replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)
            pixels = b64encode(render(self.dot, "png", CSS_PIXELS)).decode()
            return {"image/svg+xml": fitted, "image/png": pixels, "text/plain": repr(self)}
        except DrawingError as error:
            # Down here, as the explorer itself shows a drawing where it can't be shown.
            from microbp.draw.explorer import explore

            text = {"text/plain": f"{error}\n\n{self.dot}"}
            return explore(self.outputs)._repr_mimebundle_() | text if self.outputs else text

    def __repr__(self) -> str:
        boxes, arrows = len(self.picture.boxes), len(self.picture.arrows)
        return f"<drawing of {self.picture.level}: {boxes} boxes, {arrows} arrows>"

    def __str__(self) -> str:
        return self.dot


def draw(
    output: Any,
    path: Path | Paths | Sequence[Path] | None = None,
    level: str | None = None,
    title: str | None = None,
) -> Drawing:
    """A drawing of all that `output` rests on.

    output  a Value or Tensor, or several; a path, or all paths between two nodes, stands for the node it ends at
    path    what is lit, by default what `output` is: `paths(w, C).top(1)[0]`, `paths(w, C).top(3)`, or `paths(w, C)`
            for all that lies between w and C
    level   "operations"; for networks labelled in the book's indices "neurons" and "layers" too; by default the
            first of these that has at most 150 boxes
    title   a line above the drawing

    >>> from microbp.value import Value
    >>> x = Value(3.0, "x")
    >>> draw(x * x)
    <drawing of operations: 2 boxes, 2 arrows>
    """
    given = _listed(output)
    if given and all(isinstance(way, Path | Paths) for way in given):
        path = given if path is None else path
        given = list(dict.fromkeys(owner_of(route_of(way)[-1]) for way in given))
    if not given or not all(isinstance(node, Node) for node in given):
        raise TypeError(f"draw: takes Values and Tensors, or paths between them, not {output!r:.60}")
    ways = [] if path is None else _listed(path)
    if not all(isinstance(way, Path | Paths) for way in ways):
        hint = f"; a level is named, as in level={path!r}" if isinstance(path, str) else ""
        raise TypeError(f"draw: path is what paths(source, target) gives, one or all, not {path!r:.60}{hint}")
    if level not in (None, *LEVELS):
        raise ValueError(f"draw: level is one of {', '.join(LEVELS)}, not {level!r}")
    nodes = in_order(given)
    scopes = scopes_of(nodes)
    lit = highlight_of(ways, nodes)
    if level is None:
        return Drawing(_legible(nodes, given, scopes, lit), title, given)
    if level != "operations" and not scopes:
        raise ValueError(
            f'draw: level="{level}" goes by labels in the book\'s indices, such as w2_1,3, b2_1, z2_1 and a2_1, '
            "or w2, b2, z2 and a2 for Tensors; this graph has none"
        )
    return Drawing(LEVELS[level](nodes, given, scopes, lit), title, given)


def _listed(x: Any) -> list[Any]:
    """One thing, or several in a list or an array, as a list."""
    if isinstance(x, np.ndarray):
        return list(x.flat)
    return list(x) if isinstance(x, list | tuple) and not isinstance(x, Entry) else [x]


def _legible(nodes: list[Node], outputs: list[Node], scopes: dict[Node, Scope], lit: Highlight) -> Picture:
    """The picture of the first level that can be taken in, with a note where that isn't the first one."""
    count = len(shown(nodes))
    if count <= LEGIBLE:
        return operations(nodes, outputs, scopes, lit)
    if not scopes:
        return operations(nodes, outputs, scopes, lit, NEAREST)
    note = f'{count:,} nodes, too many to read one by one: level="operations" draws them all the same'
    units = [*activations_of(nodes, scopes), *inputs_of(nodes, scopes)]
    single = all(node.shape[1:] in ((), (1,)) for node in units)
    few = sum(max(node._data.size, 1) if node.shape else 1 for node in units) + len(outputs) <= LEGIBLE
    picture = (neurons if single and few else layers)(nodes, outputs, scopes, lit)
    return picture._replace(caption=[note, *picture.caption])
