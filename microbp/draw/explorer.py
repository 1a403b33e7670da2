"""`explore`: an interactive page of a recorded computation, in which one sees its gradients being made."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from microbp.draw.columns import columns_of
from microbp.draw.drawing import draw
from microbp.draw.html import html_page
from microbp.draw.render import DrawingError
from microbp.draw.texts import short
from microbp.draw.training import columns_of_training
from microbp.graph import Node
from microbp.history import History
from microbp.names import entries_of, name_of

HEIGHT = 640
"""Pixels of an explorer in a notebook."""

LONGEST = 120
"""Letters of a title; what is longer is cut."""


class Explorer:
    """A page that stands by itself: it needs neither microbp nor a network to be read; a notebook shows it.

    html     the page
    picture  what makes a static picture of it, as SVG, for a notebook that isn't trusted; it may raise DrawingError
    """

    def __init__(self, data: dict[str, Any], title: str, picture: Callable[[], str] | None = None) -> None:
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
        frame = (
            f'<iframe sandbox="allow-scripts allow-downloads" title="{escape(self.title)}" '
            f'style="width: 100%; height: {HEIGHT}px; border: 0" srcdoc="{escape(self.html)}">{self._still()}</iframe>'
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
    from pathlib import Path

    webbrowser.open(Path(path).resolve().as_uri())


def explore(output: Any, title: str | None = None) -> Explorer:
    """An interactive page of all that `output` rests on: its sweeps step by step, its paths, its elimination.

    Of a History the page shows the training: cost, weights over time and, where there are two inputs, the decision
    region, after each epoch. Weights are single lines up to 300 of them, else quantiles; at most 1,000 examples are
    drawn, chosen by a seed; of long runs, or large networks, every 2nd epoch, or every 4th, …, is shown.

    output  a Value or Tensor, or several; or the History that `train` gave
    title   the page's

    Raises ValueError where there are more than a million edges between single numbers, or no number at all.

    >>> from microbp.value import Value
    >>> x = Value(3.0, "x")
    >>> explore(x * x, "A square")
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
    if not any(entries_of(node) for node in nodes):
        raise ValueError(f"explore: {name_of(nodes[0])} has shape {nodes[0].shape}, so there is no number to show")
    return Explorer({"kind": "recording", **columns_of(nodes)}, title or _title(nodes[0]), lambda: draw(nodes).svg())


def _title(output: Node) -> str:
    name = short(output.label or "", LONGEST // 2).strip()
    return f"{name} and its gradients" if name else "A computation and its gradients"
