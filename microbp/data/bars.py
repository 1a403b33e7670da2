"""Progress bars, and whether anybody sees them."""

from __future__ import annotations

import sys
from typing import Any


def are_watched() -> bool:
    """Whether standard error is a terminal, or this is a notebook.

    A program without a console has no standard error at all: it is None.
    """
    return "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())


def progress_bar(total: int, unit: str, progress: bool, brief: bool = False) -> Any:
    """tqdm's bar for so many units, shown where it is wanted and watched; to be closed in the end.

    brief  whether it comes only of what takes more than a second, and goes when that is done
    """
    if not (progress and are_watched()):
        from tqdm.std import tqdm as silent  # tqdm.auto warns in a notebook where ipywidgets is missing

        return silent(total=total, disable=True)
    from tqdm.auto import tqdm

    return tqdm(total=total, unit=unit, leave=not brief, delay=1 if brief else 0)
