"""One page in one file: nothing that stands in it can end it, and everything in it is found."""

from __future__ import annotations

import base64
import configparser
import json
import re
import zlib
from fnmatch import fnmatch
from html.parser import HTMLParser
from pathlib import Path

import pytest

from microbp.draw.html import FOLDER, IMPORT, UNPACKED, html_page

HOSTILE = [
    "</script>",
    "<!--<script>",
    "$title ${data} $$",
    "\u2028 \u2029",
    "\"quotes\" 'and' `others` \\",
    "&amp; &lt;",
    "😀 👩\u200d🚀",
    "\ud800 alone",
    "a" * 10_000,
    "]]>",
    "\x00\x1b",
]


class Page(HTMLParser):
    """The elements of a page with their attributes and their text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.is_inside = False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), []))
        self.is_inside = True

    def handle_data(self, text):
        if self.is_inside:
            self.elements[-1][2].append(text)

    def handle_endtag(self, tag):
        self.is_inside = False

    def text(self, tag, **attributes):
        (found,) = [text for name, own, text in self.elements if name == tag and attributes.items() <= own.items()]
        return "".join(found)

    def tags(self):
        return [tag for tag, _, _ in self.elements]

    @property
    def data(self):
        ((_, attributes, _),) = [element for element in self.elements if element[1].get("id") == "data"]
        text = self.text("script", id="data")
        if attributes.get("data-encoding") == "deflate":
            text = zlib.decompress(base64.b64decode(text)).decode()
        return json.loads(text)


def sound(text):
    """A text without half letters, which no file can be written with."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


PLAIN = Page(html_page("a title", {"kind": "recording"}))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("filler", ["", "x" * UNPACKED], ids=["plain", "deflated"])
def test_whatever_the_data_hold_they_come_back_and_the_page_stays_as_it_is(text, filler):
    html = html_page("a title", {"kind": "recording", "label": text, text: filler})

    page = Page(html)

    html.encode("utf-8")
    assert page.data == {"kind": "recording", "label": sound(text), sound(text): filler}
    assert page.tags() == PLAIN.tags()


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_the_title_is_it_is_a_title(title):
    html = html_page(title, {"kind": "recording"})

    page = Page(html)

    html.encode("utf-8")
    assert page.text("title") == sound(title)
    assert page.tags() == PLAIN.tags()


def test_data_above_the_limit_are_deflated_and_those_below_it_are_not():
    frame = len(json.dumps({"x": ""}, separators=(",", ":")))

    below, above = [html_page("t", {"x": "y" * (UNPACKED - frame + more)}) for more in (0, 1)]

    assert 'data-encoding="deflate"' not in below and 'data-encoding="deflate"' in above
    assert Page(below).data["x"] + "y" == Page(above).data["x"]
    assert len(above) < len(below) - UNPACKED // 2


def test_every_import_of_a_module_is_one_of_the_page():
    urls = json.loads(PLAIN.text("script", type="importmap"))["imports"]
    sources = {name: base64.b64decode(url.partition(",")[2]).decode() for name, url in urls.items()}

    assert len(sources) > 40
    for name, source in sources.items():
        # Anything that loads something, however it is written.
        for target in re.findall(r'^\s*(?:(?:import|export)\b[^;]*?from|import)\s*"([^"]*)"', source, re.MULTILINE):
            assert target in sources, f"{name} imports {target}"
        assert "import(" not in source
        assert "./" not in re.sub(r"//.*|/\*[\s\S]*?\*/", "", source), name


def test_every_module_is_as_it_is_in_its_file_but_for_its_imports():
    urls = json.loads(PLAIN.text("script", type="importmap"))["imports"]

    for name, url in urls.items():
        with open(f"{FOLDER}/{name.removeprefix('microbp/')}", encoding="utf-8") as file:
            source = file.read()
        in_page = base64.b64decode(url.partition(",")[2]).decode()
        assert re.sub(r'"microbp/[a-z0-9_./]+";', '"…";', in_page) == IMPORT.sub(r'\1 "…";', source)


def test_a_module_imports_in_the_page_what_it_imports_in_its_folder():
    urls = json.loads(PLAIN.text("script", type="importmap"))["imports"]

    for name, url in urls.items():
        file = Path(FOLDER, name.removeprefix("microbp/"))
        wanted = [(file.parent / found[2]).resolve() for found in IMPORT.finditer(file.read_text(encoding="utf-8"))]
        in_page = base64.b64decode(url.partition(",")[2]).decode()
        targets = re.findall(r'^(?:import|export) .*"microbp/(.*)";$', in_page, re.MULTILINE)
        assert [Path(FOLDER, target).resolve() for target in targets] == wanted, name


def test_every_file_of_the_page_is_among_the_data_of_the_package():
    config = configparser.ConfigParser()
    config.read(Path(__file__).parents[1] / "setup.cfg")
    patterns = [pattern.strip() for pattern in config["options.package_data"]["microbp.draw"].split(",")]

    files = [path.relative_to(Path(FOLDER).parent).as_posix() for path in Path(FOLDER).rglob("*") if path.is_file()]

    assert len(files) > 50
    for name in files:
        # A star of setuptools' stands for no slash.
        assert any(fnmatch(name, pattern) and name.count("/") == pattern.count("/") for pattern in patterns), name


def test_nothing_is_asked_of_a_network():
    html = html_page("t", {"kind": "recording"})
    sources = base64.b64decode("".join(re.findall(r"base64,([A-Za-z0-9+/=]+)", html)[:1])).decode()

    assert not re.search(r"""(?:src|href)=["']?https?:""", html)
    assert not re.search(r"@import|url\(\s*['\"]?https?:", html)
    assert "https:" not in sources


def test_nan_is_refused_since_json_has_none():
    with pytest.raises(ValueError, match="JSON"):
        html_page("t", {"x": float("nan")})
