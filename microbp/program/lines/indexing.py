"""What stands between brackets in x[…], part by part and as text."""

from __future__ import annotations

from typing import Any

import numpy as np

MANY = 6
"""Of an array of more indices than this only the first and the last are written."""


def index_parts(index: Any) -> tuple[Any, ...]:
    """The parts of an index, of which x[0] has one and x[1:, 0] two."""
    return index if isinstance(index, tuple) else (index,)


def index_text(index: Any) -> str:
    """An index as it stands between brackets.

    >>> index_text((slice(1, None), 0)), index_text(np.array([0, 3])), index_text(())
    ('1:, 0', '[0, 3]', '()')
    """
    return ", ".join(map(_part_text, index_parts(index))) or "()"


def _part_text(part: Any) -> str:
    if isinstance(part, slice):
        start, stop = ("" if end is None else str(end) for end in (part.start, part.stop))
        return f"{start}:{stop}" if part.step is None else f"{start}:{stop}:{part.step}"
    if isinstance(part, np.ndarray) and part.size > MANY:
        first, *_, last = part.ravel().tolist()
        return f"[{first}, …, {last}]"
    if isinstance(part, np.ndarray):
        return str(part.tolist())
    return "..." if part is Ellipsis else str(part)
