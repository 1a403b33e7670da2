"""One self-contained HTML page: the modules, the style and the data of an explorer, put into its template.

The modules import each other by where they stand in their folders. A page that was opened from a file, or that stands
in a notebook, has no such folders, so each module becomes a `data:` URL, and an import map says which is which.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import posixpath
import re
import zlib
from html import escape
from string import Template
from typing import Any

FOLDER = os.path.join(os.path.dirname(__file__), "page")

UNPACKED = 200_000
"""Up to so many characters, data stand in the page as they are; what is longer is deflated."""

IMPORT = re.compile(r'^(import .* from|export .* from|import) "(\.[a-z0-9_./]+\.js)";$', re.MULTILINE)
"""An import from another module, which is one line in all modules."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a letter, which a text from elsewhere may hold and which no file can be written with."""


START = 'import "microbp/main.js";'
"""What begins the page."""


def html_page(title: str, data: dict[str, Any], content: str = "") -> str:
    """The page that shows `data`, whose "kind" says as what.

    content  what a reader without scripts sees, as HTML
    """
    template = Template(_read("explorer.html"))
    modules = _as_script_text(json.dumps({"imports": {f"microbp/{name}": _url_of(name) for name in _files(".js")}}))
    page = template.substitute(
        title=escape(title),
        style="\n".join(_read(name) for name in _files(".css")),
        modules=modules,
        start=START,
        scripts=f"{_permission(modules)} {_permission(START)}",
        data=_data_element(data),
        content=content,
    )
    return SURROGATE.sub("\ufffd", page)


def _files(ending: str) -> list[str]:
    """The files of the page with an ending, by their paths from its folder, which have slashes on all systems."""
    found = [
        posixpath.join(os.path.relpath(folder, FOLDER).replace(os.sep, "/"), name)
        for folder, _, names in os.walk(FOLDER)
        for name in names
        if name.endswith(ending)
    ]
    return sorted(map(posixpath.normpath, found))


def _read(name: str) -> str:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


def _permission(script: str) -> str:
    """How a Content-Security-Policy permits one script in the page, and no other, nor what stands in an attribute."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _url_of(name: str) -> str:
    def by_name(found: re.Match[str]) -> str:
        return f'{found[1]} "microbp/{posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2]))}";'

    source = IMPORT.sub(by_name, _read(name))
    return f"data:text/javascript;base64,{base64.b64encode(source.encode()).decode()}"


def _data_element(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if len(text) <= UNPACKED:
        return f'<script type="application/json" id="data">{_as_script_text(text)}</script>'
    packed = base64.b64encode(zlib.compress(SURROGATE.sub("\ufffd", text).encode(), 6)).decode()
    return f'<script type="text/plain" id="data" data-encoding="deflate">{packed}</script>'


def _as_script_text(json_text: str) -> str:
    """JSON in which nothing can end the script element that it stands in."""
    return json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
