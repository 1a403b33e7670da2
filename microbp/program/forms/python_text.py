"""Names in the Python text that is made of a program, and how its long lines are broken."""

from __future__ import annotations

import re
from textwrap import TextWrapper
from unicodedata import normalize

WIDTH = 116
"""The longest line of names."""


class Names:
    """Names for a text, each given only once."""

    def __init__(self, taken: set[str]) -> None:
        self.taken = taken

    def new(self, label: str | None, default: str) -> str:
        """The label as a name, or the default where it can't be one or is taken."""
        # Python itself takes names as NFKC has them, so two labels may be one name.
        name = normalize("NFKC", re.sub(r"\W", "_", normalize("NFKC", label))) if label else default
        if not name.isidentifier() or name.startswith("_") or name in self.taken:
            name = default
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def filled(head: str, parts: list[str], end: str = "") -> str:
    """Parts with commas between them, on as many lines as they need; in parentheses where these are several."""
    text = ", ".join(parts) + end
    if len(head) + len(text) < WIDTH:
        return head + text
    # A sign is no hyphen, and no place to break.
    wrapper = TextWrapper(
        WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )
    return f"{head}(\n{wrapper.fill(text)}\n)"


def indented(text: str) -> str:
    """A statement inside of a function."""
    return "    " + text.replace("\n", "\n    ")
