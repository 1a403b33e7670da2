"""`explore`: an interactive page of a recorded computation, in which one sees its gradients being made."""

from __future__ import annotations

import os
import tempfile
from html import escape
from typing import Any

import numpy as np

from microbp.draw.columns import columns_of
from microbp.draw.html import html_page
from microbp.draw.training import columns_of_training
from microbp.graph import Node
from microbp.history import History

HEIGHT = 640
"""Pixels of an explorer in a notebook."""


class Explorer:
    """A page that stands by itself: it needs neither microbp nor a network to be read; a notebook shows it.

    html  the page
    """

    def __init__(self, data: dict[str, Any], title: str) -> None:
        self.title = title
        self.html = html_page(title, data | {"title": title})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file; its ending is .html or .htm."""
        name = os.path.basename(os.fspath(path))
        if not name.lower().endswith((".html", ".htm")):
            raise ValueError(f"explore: {name} doesn't end in .html; a browser knows a page by that")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.html)

    def open(self) -> str:
        """Show the page in the browser, by way of a temporary file, whose path is returned."""
        import webbrowser

        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="microbp-", suffix=".html", delete=False) as file:
            file.write(self.html)
        webbrowser.open(f"file://{file.name}")
        return file.name

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        frame = (
            f'<iframe sandbox="allow-scripts allow-downloads" title="{escape(self.title)}" '
            f'style="width: 100%; height: {HEIGHT}px; border: 0" srcdoc="{escape(self.html)}"></iframe>'
        )
        return {"text/html": frame, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<explorer of {self.title}: {len(self.html) / 1000:,.0f} kB>"


def explore(output: Any, title: str | None = None) -> Explorer:
    """An interactive page of all that `output` rests on: its sweeps step by step, its paths, its elimination.

    Of a History the page shows the training: cost, weights over time and, where there are two inputs, the decision
    region, after each epoch. Weights are single lines up to 300 of them, else quantiles; at most 1,000 examples are
    drawn, chosen by a seed; of long runs, or large networks, every 2nd epoch, or every 4th, …, is shown.

    output  a Value or Tensor, or several; or the History that `train` gave
    title   the page's, by default the name of the output
    """
    if isinstance(output, History):
        columns = columns_of_training(output)
        name = " ".join(filter(None, ["the", columns["network"], "network"]))
        return Explorer({"kind": "training", **columns}, title or f"How {name} learned")
    given = list(output.flat) if isinstance(output, np.ndarray) else output
    nodes = list(given) if isinstance(given, list | tuple) else [given]
    if not nodes or not all(isinstance(node, Node) for node in nodes):
        raise TypeError(f"explore: takes Values and Tensors, or the History of a training, not {output!r:.60}")
    return Explorer({"kind": "recording", **columns_of(nodes)}, title or f"How {nodes[0].name} was computed")
