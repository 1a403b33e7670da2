"""A site whose links lead nowhere, or that loads something from elsewhere, is found out."""

import pytest
from inner_links import faults

GOOD = """<link rel="stylesheet" href="s/a.css"><link rel="canonical" href="https://example.org/">
<h1 id="top">T</h1><a href="sub/b.html#there">b</a><a href="#top">t</a><a href="https://example.org/x">far</a>
<img src="data:image/png;base64,AAAA"><a href="mailto:nobody@example.org">m</a>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "s" / "a.css").write_text("")
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "sub" / "b.html").write_text('<p id="there"><a href="../index.html">back</a></p>')
    return tmp_path


def test_nothing_is_wrong_with_a_site_whose_links_lead_somewhere(site):
    assert faults(site) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<a href="gone.html">x</a>', "index.html links to gone.html, which isn't there"),
        ('<a href="sub/b.html#gone">x</a>', "index.html links to sub/b.html#gone, a place that isn't on that page"),
        ('<a href="#gone">x</a>', "index.html links to #gone, a place that isn't on that page"),
        ('<img src="gone.png">', "index.html links to gone.png, which isn't there"),
        ('<script src="https://example.org/x.js"></script>', "index.html loads https://example.org/x.js"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "index.html loads //example.org/x.css"),
    ],
)
def test_a_link_that_leads_nowhere_and_what_comes_from_afar_are_named(site, html, fault):
    (site / "index.html").write_text(GOOD + html)

    assert faults(site) == [fault]
