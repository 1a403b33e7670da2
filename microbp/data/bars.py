"""Whether anybody sees a progress bar."""

from __future__ import annotations

import sys


def are_watched() -> bool:
    """Whether standard error is a terminal, or this is a notebook.

    A program without a console has no standard error at all: it is None.
    """
    return "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
