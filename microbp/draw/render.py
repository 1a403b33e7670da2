"""Running Graphviz's `dot` on the text of a drawing, and what to say when that can't be done."""

from __future__ import annotations

GET_DOT = (
    "apt-get install graphviz (Debian, Ubuntu), brew install graphviz (macOS), choco install graphviz (Windows), "
    "or conda install graphviz"
)


class DrawingError(RuntimeError):
    """A drawing that couldn't be rendered; its text in the DOT language is there all the same."""


def render(dot: str, format: str, dpi: int = 144) -> bytes:
    """The drawing in one of Graphviz's formats, such as "svg", "pdf" or "png".

    dpi  pixels an inch, of a PNG

    Raises DrawingError when `dot` isn't there, or doesn't get along with the drawing.
    """
    if format == "png":
        dot = dot.replace("rankdir=LR,", f"rankdir=LR, dpi={dpi},", 1)
    try:
        import graphviz
    except ImportError:
        raise DrawingError(
            "draw: the Python package graphviz is missing, which runs Graphviz's dot: pip install graphviz; "
            'the drawing as text needs neither: drawing.dot, or drawing.save("a.dot")'
        ) from None
    try:
        return graphviz.pipe("dot", format, dot.encode(), quiet=True)  # type: ignore[no-any-return]
    except graphviz.ExecutableNotFound:
        raise DrawingError(
            f"draw: {format.upper()} is made by Graphviz's dot, which is not on the PATH; get it by {GET_DOT}; "
            'the drawing as text needs no dot: drawing.dot, or drawing.save("a.dot")'
        ) from None
    except OSError as error:
        raise DrawingError(f"draw: Graphviz's dot can't be run here: {error}") from None
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode(errors="replace").strip().splitlines() or ["nothing"]
        raise DrawingError(
            f"draw: Graphviz's dot failed to make {format.upper()} of this drawing; it says: {said[0]:.200}"
        ) from None
