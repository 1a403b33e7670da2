"""Drawings of a recorded computation, with its rate factors on the edges."""

from microbp.draw.drawing import Drawing, draw
from microbp.draw.explorer import Explorer, explore
from microbp.draw.render import DrawingError

__all__ = ["Drawing", "DrawingError", "Explorer", "draw", "explore"]
