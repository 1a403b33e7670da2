"""The Sphinx extension that goes over the finished site: every inner link leads somewhere, nothing comes from afar.

Sphinx knows the links that it makes itself; these are those that stand in notebooks, too, and in the HTML as it is.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
"""What makes a browser load something, and the attribute that says what."""

QUIET = ("canonical", "search", "prev", "next", "index", "author", "license")
"""Relations of a <link> that load nothing."""


class Page(HTMLParser):
    """What a page offers to be linked to, what it links to, and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADS and LOADS[tag] in given and given.get("rel") not in QUIET:
            self.loads.append(given[LOADS[tag]])


def faults(site: Path) -> list[str]:
    """What is wrong with the links of a site, a line each."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site)
        found += [f"{name} loads {url}" for url in page.loads if urlsplit(url).netloc]
        for url in [*page.links, *page.loads]:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.exists():
                found.append(f"{name} links to {url}, which isn't there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                found.append(f"{name} links to {url}, a place that isn't on that page")
    return found


def finished(app: Sphinx, error: Exception | None) -> None:
    """Sphinx's event: the site is there."""
    from sphinx.errors import SphinxError  # here, as nothing else needs Sphinx, and the tests have none

    if error is None and app.builder.format == "html" and (found := faults(Path(app.outdir).resolve())):
        raise SphinxError("\n".join(["links of the finished site:", *found]))


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", finished)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
