"""The docstrings of this project, which are written to be read as they stand, as reStructuredText.

A docstring is paragraphs between empty lines. What each is shows in its form:

    a sentence            reflowed; `code` as code
    a formula             kept as it is aligned, with its source beside it
    a table of arguments  `name  description`, two blanks or more between, with indented lines that go on
    indented lines        kept as they are
    >>> an example        kept as it is

Nothing of Sphinx is needed here, so that the tests need none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

Link = Callable[[str], "str | None"]
"""From code between backticks to the full name that it stands for, or None."""

NAME = r"\*{0,2}[A-Za-z_][\w.]*"
ENTRY = re.compile(rf"({NAME}(?:, {NAME})*)  +(\S.*)")
"""A line of a table of arguments: names, two blanks or more, what they are."""

SIDE_BY_SIDE = re.compile(rf";  (?={NAME}(?:, {NAME})*  +\S)")
"""Between two entries in one line: `w  shape (n, m);  b  a number`."""

SOURCE = re.compile(r"(\S.*?) {2,}\(((?:[^()]|\([^()]*\))*)\)")
"""A formula, and at the end of the line where it is from."""

SIGNS = re.compile(r" [=≈≡→↦≤<] ")
SENTENCE = re.compile(r"[.!?](?:[)\"'`]|\s|$)")
OUTCOME = re.compile(r"(?:Returns?|Raises|Yields|Gives) ")
CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
EMPHASIS = re.compile(r"(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])")
BEFORE, AFTER = " '\"([{-/:", " '\")]}-/:.,;!?"
"""What may stand beside code as it is; beside anything else a separator does, which isn't seen."""

SPECIAL = re.compile(r"([\\*`_|<>])")
LIST_START = re.compile(r"(?=[-+•‣⁃*] |\.\. |:\w|__ |>>> |(?:\w{1,3}|#)[.)] |\(\w{1,3}\) |[=\-~^\"#.:'+]{4,}$)")


def as_rst(lines: Sequence[str], link: Link = lambda code: None) -> list[str]:
    """A docstring's lines as lines of reStructuredText.

    lines  as `inspect.getdoc` gives them, with no indentation in common
    link   where a piece of code leads
    """
    written: list[str] = []
    for paragraph in _paragraphs(lines):
        blocks = list(_blocks(paragraph))
        for block, after in zip(blocks, [*blocks[1:], [""]], strict=True):
            # What leads up to indented lines is words, whatever signs are in it.
            rst = [as_words(block, link)] if after[0].startswith(" ") else _block_as_rst(block, link)
            written += [*rst, ""]
    return written[:-1]


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """What stands between empty lines; indented ones that follow each other are one, with their empty lines."""
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line.rstrip())
        elif paragraph:
            yield paragraph
            paragraph = []


def _blocks(paragraph: list[str]) -> Iterator[list[str]]:
    """A paragraph in pieces of one form: a table, an outcome, a list, indented lines, or sentences and formulas."""
    if paragraph[0].startswith(">>> "):
        yield paragraph
        return
    block: list[str] = []
    kind = ""
    for line in paragraph:
        was = kind
        if line.startswith(" "):
            kind = "indented" if was in ("", "words") else was  # lines of their own, or more of an entry
        elif line.startswith("- "):
            kind = "list"
        elif ENTRY.fullmatch(line):
            kind = "table"
        elif OUTCOME.match(line) or was in ("table", "indented"):
            kind = "outcome"
        elif was != "outcome":
            kind = "words"
        starts = kind != was or (kind == "outcome" and bool(OUTCOME.match(line)))
        if starts and block:
            yield block
            block = []
        block.append(line)
    yield block


def _block_as_rst(block: list[str], link: Link) -> list[str]:
    first = block[0]
    if first.startswith(">>> "):
        return block
    if first.startswith(" "):
        return _kept("::", block)
    if ENTRY.fullmatch(first):
        return _table(block, link)
    if _is_formula(block):
        return _formula(block)
    if first.startswith("- "):
        return _list(block, link)
    return [as_words(block, link)]


def _is_formula(block: list[str]) -> bool:
    """Whether each line is a formula: it has a source at its end, or a sign of relation and no end of a sentence."""
    return all(
        SOURCE.fullmatch(line) or (SIGNS.search(CODE.sub("", line)) and not SENTENCE.search(CODE.sub("", line)))
        for line in block
    )


def _formula(block: list[str]) -> list[str]:
    """Lines with one source, or none, stay together, so that they stay aligned."""
    written = [".. container:: formula", ""]
    together: list[str] = []
    for line in block:
        found = SOURCE.fullmatch(line)
        together.append(found[1] if found else line)
        if found:
            written += [f"   {text}" for text in [*_kept("::", together), "", _escaped(found[2]), ""]]
            together = []
    if together:
        written += [f"   {text}" for text in _kept("::", together)]
    return [line.rstrip() for line in written]


def _kept(opening: str, block: list[str]) -> list[str]:
    """A literal block; what indentation the lines have in common is left away."""
    common = min(len(line) - len(line.lstrip()) for line in block)
    return [opening, "", *[f"   {line[common:]}" for line in block]]


def _table(block: list[str], link: Link) -> list[str]:
    written = [".. container:: arguments", ""]
    for names, words in _entries(block):
        written += ["   " + ", ".join(f"``{name}``" for name in names), f"      {as_words(words, link)}", ""]
    return written[:-1]


def _entries(block: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Names and the lines of what they are, one entry after the other."""
    names, words = [""], [""]
    for line in block:
        if line.startswith(" "):
            words.append(line.strip())
            continue
        for part in SIDE_BY_SIDE.split(line):
            if names[0]:
                yield names, words
            found = ENTRY.fullmatch(part)
            assert found is not None
            names, words = found[1].split(", "), [found[2]]
    yield names, words


def _list(block: list[str], link: Link) -> list[str]:
    items: list[list[str]] = []
    for line in block:
        if line.startswith("- "):
            items.append([])
        items[-1].append(line[2:].strip())
    return [f"- {as_words(item, link)}" for item in items]


def as_words(lines: Iterable[str], link: Link = lambda code: None) -> str:
    """Sentences as one line, in which nothing but `code` has a meaning to reStructuredText."""
    text = " ".join(" ".join(lines).split())
    written, end = "", 0
    for found in CODE.finditer(text):
        written += _prose(text[end : found.start()])
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        written += ("" if before in BEFORE else "\\ ") + _code(found[2], link) + ("" if after in AFTER else "\\ ")
        end = found.end()
    written += _prose(text[end:])
    return f"\\{written}" if LIST_START.match(written) else written


def _prose(text: str) -> str:
    """Words without code; *emphasis* is the same in both languages."""
    parts = EMPHASIS.split(text)
    parts[::2] = map(_escaped, parts[::2])
    parts[1::2] = [f"\\ *{_escaped(words)}*\\ " for words in parts[1::2]]
    return "".join(parts)


def _code(code: str, link: Link) -> str:
    target = link(code)
    return f"``{code}``" if target is None else f":py:obj:`{_escaped(code)} <{target}>`"


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text)
