"""Programs made of programs by running the lines on nodes: the gradient, and the same with fewer lines."""

from microbp.program.transforming.gradient import gradient
from microbp.program.transforming.graph import as_node
from microbp.program.transforming.layout import as_laid_out, empty_text, layout
from microbp.program.transforming.simplify import simplified

__all__ = ["as_laid_out", "as_node", "empty_text", "gradient", "layout", "simplified"]
