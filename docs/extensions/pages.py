"""The Sphinx extension that makes the project's own files pages of the site: the README, the notebooks.

These link to each other by where they stand in the project, as a code host wants it. On the site the same links lead
to the pages; notebooks are copied to where Sphinx finds them, `docs/lessons/`.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
DOCS = "docs"
LESSONS = "lessons"

ALL_LESSONS = f"{LESSONS}/…"
"""In a table of contents: all lessons. (Sphinx's own `*` is an error where there are none.)"""

PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Which page of the site shows a file that stands outside of `docs`."""

TOUR = "tour.md"
"""The page that shows the README from here on:"""

TOUR_BEGINS = "## One idea"

LINK = re.compile(r"(!?)\[((?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*)\]\(([^()\s]+)\)")


def on_site(text: str, file: str, page: str) -> str:
    """Markdown of a file of the project, its links leading to the pages and pictures of the site.

    text  Markdown, or a notebook's JSON, in which links look the same
    file  where it stands in the project: "notebooks/01-….ipynb"
    page  which page of the site it is part of: "lessons/01-….ipynb"

    A link to a notebook that isn't there is only its words.
    """

    def led(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        words = LINK.sub(led, words)
        path, _, heading = target.partition("#")
        if "://" in target or target.startswith("mailto:") or not path:
            return found[0].replace(found[2], words) if words != found[2] else found[0]
        there = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
        if there.endswith(".ipynb") and not (ROOT / there).is_file():
            return words
        to = page_of(there, heading)
        if to is None:
            return f"`{words}`" if "`" not in words else words  # a file that the site doesn't show
        relative = posixpath.relpath(to, posixpath.dirname(page) or ".")
        return f"{picture}[{words}]({relative}{'#' * bool(heading)}{heading})"

    return LINK.sub(led, text)


def page_of(file: str, heading: str = "") -> str | None:
    """Which page or picture of the site, by its path in `docs`, shows a file of the project; None where none does."""
    if file == "README.md" and heading in tour_headings():
        return TOUR
    if file in PAGES:
        return PAGES[file]
    if file.startswith("notebooks/") and file.endswith(".ipynb"):
        return f"{LESSONS}/{posixpath.basename(file)}"
    if file == "notebooks":
        return "lessons.md"
    return posixpath.relpath(file, DOCS) if file.startswith(f"{DOCS}/") else None


def tour_headings() -> list[str]:
    """The headings of the README that the tour shows, as they stand in links."""
    _, _, tour = (ROOT / "README.md").read_text(encoding="utf-8").partition(TOUR_BEGINS)
    titles = re.findall(r"^#+ (.*)", TOUR_BEGINS + tour, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def copied(root: Path = ROOT) -> list[str]:
    """Put the notebooks where Sphinx finds them, those that changed anew; their names."""
    folder = root / DOCS / LESSONS
    folder.mkdir(exist_ok=True)
    names = sorted(path.name for path in root.glob("notebooks/*.ipynb"))
    for old in folder.glob("*.ipynb"):
        if old.name not in names:
            old.unlink()
    for name in names:
        given, copy = root / "notebooks" / name, folder / name
        if not copy.exists() or copy.read_bytes() != given.read_bytes():
            shutil.copyfile(given, copy)
    return names


def listed(root: Path = ROOT) -> str:
    """The pages of the lessons, a line each."""
    return "\n".join(sorted(f"{LESSONS}/{path.stem}" for path in root.glob("notebooks/*.ipynb")))


def unfolded(notebook: str) -> str:
    """A notebook's JSON without the tag that folds single cells: on the site the solutions are folded as one."""
    data = json.loads(notebook)
    for cell in data["cells"]:
        cell["metadata"]["tags"] = [tag for tag in cell["metadata"].get("tags", []) if tag != "hide-cell"]
    return json.dumps(data, ensure_ascii=False)


def source_read(app: Sphinx, page: str, content: list[str]) -> None:
    """Sphinx's event: a page was read."""
    path = os.path.relpath(app.env.doc2path(page), app.srcdir).replace(os.sep, "/")
    if path.startswith(f"{LESSONS}/"):
        content[0] = unfolded(on_site(content[0], f"notebooks/{posixpath.basename(path)}", path))
    else:
        content[0] = on_site(content[0].replace(ALL_LESSONS, listed()), f"{DOCS}/{path}", path)


def include_read(app: Sphinx, relative: Any, page: str, content: list[str]) -> None:
    """Sphinx's event: a file was read that a page includes."""
    file = os.path.relpath(Path(app.srcdir) / relative, ROOT).replace(os.sep, "/")
    content[0] = on_site(content[0], file, f"{page}.md")


def fold_solutions(app: Sphinx, document: Any) -> None:
    """Sphinx's event: a page was understood. What stands under "Solutions" is folded, the title stays."""
    from docutils import nodes

    for section in document.findall(nodes.section):
        if section.children[0].astext() == "Solutions":
            opening = nodes.raw("", '<details class="solutions"><summary>Show them</summary>', format="html")
            section.children[1:] = [opening, *section.children[1:], nodes.raw("", "</details>", format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    copied()
    app.connect("source-read", source_read)
    app.connect("include-read", include_read)
    app.connect("doctree-read", fold_solutions)
    return {"parallel_read_safe": True}
