"""Strings of the DOT language: what users wrote, escaped, in labels, records and tooltips."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def escaped(text: str) -> str:
    """Text that DOT shows as it is: no entity, no escape, no end of the string."""
    return text.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def quoted(text: str) -> str:
    """A label."""
    return f'"{escaped(text)}"'


def left_justified(lines: Iterable[str]) -> str:
    """A label of several lines that begin at the left."""
    return '"' + "".join(f"{escaped(line)}\\l" for line in lines) + '"'


FIELD = str.maketrans({c: f"\\{c}" for c in "{}|<>"})


def record(rows: Iterable[str], entries: Iterable[str] = (), ports: bool = False) -> str:
    """The label of a record, one field a row; to the left of the rows, one field for each of the entries.

    Arrows can end at ports: e0, e1, … are the entries; if asked for, r0, r1, … are the rows.
    """
    right, left = "|".join(_fields(rows, "r" if ports else "")), "|".join(_fields(entries, "e"))
    return f'"{{{{{left}}}|{{{right}}}}}"' if left else f'"{right}"'


def _fields(texts: Iterable[str], port: str) -> Iterator[str]:
    fields = (escaped(text).translate(FIELD) for text in texts)
    if not port:
        return fields
    # Behind a port Graphviz drops spaces that follow a letter such as ∂, unless they are escaped.
    return (f"<{port}{n}>" + field.replace(" ", "\\ ") for n, field in enumerate(fields))


def tooltip(text: str) -> str:
    """A label for the mouse. Graphviz's releases unescape these differently, so ⧵ stands for a backslash."""
    return quoted(text.replace("\\", "⧵"))
