"""`explore`: an interactive page of a recorded computation, in which one sees its gradients being made."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from html import escape
from math import prod
from typing import Any

import numpy as np

from microbp.draw.columns import columns_of
from microbp.draw.drawing import LEVELS, draw
from microbp.draw.highlight import route_of
from microbp.draw.html import html_page
from microbp.draw.render import DrawingError
from microbp.draw.texts import short
from microbp.draw.training import columns_of_training
from microbp.graph import Node
from microbp.history import History
from microbp.paths import Path, Paths

HEIGHT = 640
"""Pixels of an explorer in a notebook."""

LONGEST = 120
"""Letters of a title; what is longer is cut."""


class Explorer:
    """A page that stands by itself: it needs neither microbp nor a network to be read; a notebook shows it.

    html     the page
    height   pixels that it has in a notebook
    picture  what makes a static picture of it, as SVG, for a notebook that isn't trusted; it may raise DrawingError
    """

    def __init__(self, data: dict[str, Any], title: str, picture: Callable[[], str] | None = None) -> None:
        self.height = HEIGHT
        self.title, self.picture = short(title, LONGEST), picture
        self.html = html_page(self.title, data | {"title": self.title})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file; its ending is .html or .htm."""
        name = os.path.basename(os.fspath(path))
        if not name.lower().endswith((".html", ".htm")):
            raise ValueError(f"explore: {name} doesn't end in .html, and by that a browser knows a page")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html)

    def open(self) -> str:
        """Show the page in a browser; returns the path of the temporary file that it is read from."""
        import tempfile

        handle, path = tempfile.mkstemp(prefix="microbp-", suffix=".html")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(self.html)
        show(path)
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the page in a frame of its own, which can reach nothing outside of it.

        A notebook that isn't trusted leaves the frame away and keeps what is inside of it: a picture.
        """
        style = f"width: 100%; height: {self.height}px; border: 0"
        frame = (
            f'<iframe sandbox="allow-scripts allow-downloads" title="{escape(self.title)}" style="{style}" '
            f'srcdoc="{escape(self.html)}">{self._still()}</iframe>'
        )
        return {"text/html": frame, "text/plain": repr(self)}

    def _still(self) -> str:
        """A picture that does not move, as HTML; where there is none just the words above it."""
        words = f"<p>{escape(self.title)}: trust this notebook, or run the cell, to explore it.</p>"
        try:
            picture = None if self.picture is None else self.picture()
        except DrawingError:
            picture = None
        if picture is None:
            return words
        packed = b64encode(picture.encode()).decode()
        return f'{words}<img alt="{escape(self.title)}" src="data:image/svg+xml;base64,{packed}">'

    def __repr__(self) -> str:
        return f"<explorer of {self.title}: {len(self.html) / 1000:,.0f} kB>"


def show(path: str) -> None:
    """Show a page in a browser."""
    import webbrowser
    from pathlib import Path as FilePath

    webbrowser.open(FilePath(path).resolve().as_uri())


def explore(
    output: Any,
    path: Path | Paths | None = None,
    level: str | None = None,
    title: str | None = None,
) -> Explorer:
    """An interactive page of all that `output` rests on: its sweeps step by step, its paths, its elimination.

    Of a History the page shows the training: cost, weights over time and, where there are two inputs, the decision
    region, after each epoch. Weights are single lines up to 300 of them, else quantiles; at most 1,000 examples are
    drawn, chosen by a seed; of long runs, or large networks, every 2nd epoch, or every 4th, …, is shown.

    output  a Value or Tensor, or several; or the History that `train` gave
    path    what is lit at first: `paths(w, C)`, or one of them, which stands for all between its ends
    level   what is seen at first: "operations"; "layers" or "neurons" of a network labelled in the book's indices;
            "entries" of Tensors; by default the finest of these that can be taken in at a glance
    title   the page's

    Raises ValueError where there are more than a million edges between single numbers, or no number at all, and where
    the graph has no such level.

    >>> from microbp.value import Value
    >>> x = Value(3.0, "x")
    >>> explore(x * x, title="A square")
    <explorer of A square: ... kB>
    """
    if not isinstance(title, str | None):
        raise TypeError(f"explore: a title is text, not {type(title).__name__} {title!r:.40}")
    if isinstance(output, History):
        columns = columns_of_training(output)
        name = " ".join(filter(None, ["the", columns["network"], "network"]))
        return Explorer({"kind": "training", **columns}, title or f"How {name} learned")
    given = list(output.flat) if isinstance(output, np.ndarray) else output
    nodes = list(given) if isinstance(given, list | tuple) else [given]
    if not nodes or not all(isinstance(node, Node) for node in nodes):
        raise TypeError(f"explore: takes Values and Tensors, or the History of a training, not {output!r:.60}")
    if not any(prod(node.shape) for node in nodes):
        raise ValueError(f"explore: there is no number in an output of shape {nodes[0].shape}; take another one")
    if path is not None and not isinstance(path, Path | Paths):
        hint = f"; a level is named, as in level={path!r}" if isinstance(path, str) else ""
        raise TypeError(f"explore: path is what paths(source, target) gives, one or all, not {path!r:.60}{hint}")
    columns = columns_of(nodes, () if path is None else (route_of(path)[0], route_of(path)[-1]))
    _need_level(level, columns)
    start = dict(zip(("level", "from", "to"), (level, *(columns.pop("ends") or (None, None))), strict=True))
    data = {"kind": "recording", "start": start, **columns}
    drawn = level if level in LEVELS else None  # a drawing has no level of entries
    return Explorer(data, title or _title(nodes[0]), lambda: draw(nodes, path, drawn).svg())


def _need_level(level: str | None, columns: dict[str, Any]) -> None:
    """A ValueError where the graph of these columns has no such level."""
    kinds = {group["kind"] for group in columns["groups"]}
    network = ["layers", "neurons"] if "layer" in kinds else []
    levels = [*network, "operations", *(["entries"] if "tensor" in kinds else [])]
    if level not in (None, *levels):
        raise ValueError(f"explore: level is one of {', '.join(levels)} in this graph, not {level!r}")


def _title(output: Node) -> str:
    name = short(output.label or "", LONGEST // 2).strip()
    return f"{name} and its gradients" if name else "A computation and its gradients"
