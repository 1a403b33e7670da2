"""The Sphinx extension that writes TeX as MathML, which browsers set by themselves, without a script."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from known_tex import as_known
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


TAG = re.compile(r"\\tag\{([^{}]*)\}")
"""The number of an equation, which stands at its right."""


def written(node: nodes.Element, tex: str, as_block: bool) -> str:
    """A formula's MathML; what isn't understood is shown as it was typed, and warned of."""
    try:
        return str(latex2mathml.tex2mathml(as_known(tex), as_block=as_block))
    except MathError as error:
        logger.warning("a formula can't be written as MathML: %s: %s", error, tex, location=node)
        return f"<code>{escape(tex)}</code>"


def visit_math(self: Any, node: nodes.Element) -> None:
    self.body.append(written(node, node.astext().strip(), as_block=False))
    raise nodes.SkipNode


def visit_displaymath(self: Any, node: nodes.Element) -> None:
    place = f' id="{node["ids"][0]}"' if node.get("ids") else ""
    tex = node.astext().strip()
    number = "".join(f'<span class="number">({escape(tag)})</span>' for tag in TAG.findall(tex))
    mathml = written(node, TAG.sub("", tex).strip(), as_block=True)
    self.body.append(f'<div class="math"{place}>{mathml}{number}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
