"""`explore`: what it takes, what it says to what it can't take, and the page that it makes."""

from __future__ import annotations

import math
import tempfile
import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlparse

import numpy as np
import pytest
from test_draw_html import HOSTILE, Page

import microbp as mb
from microbp import Tensor, Value, paths, tanh
from microbp.draw.explorer import LONGEST, explore
from microbp.nn import MLP


def square(label=None):
    x = Value(3.0, "x")
    y = x * x
    y.label = label
    return y


def labelled(label: str) -> mb.Value:
    x = mb.Value(2.0, label)
    y = mb.sin(x)
    y.label = label
    return y


def data_of(explorer):
    return Page(explorer.html).data


def test_the_page_is_named_after_what_is_differentiated_or_as_asked():
    assert explore(square("C")).title == "C and its gradients"
    assert explore(square()).title == "A computation and its gradients"
    asked = explore(square("C"), title="eq. 53")
    assert asked.title == data_of(asked)["title"] == "eq. 53"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_titles_and_labels_make_a_page_that_can_be_written_and_shown(text, tmp_path):
    x = Value(2.0, text)
    row = mb.Elementwise(text, lambda u: u, lambda u: u, lambda u, y: 1.0)
    y = row(x)
    y.label = text
    for explorer in (explore(y), explore(y, title=text)):
        explorer.save(tmp_path / "a.html")

        page = Page((tmp_path / "a.html").read_text(encoding="utf-8"))
        assert page.data["nodes"]["value"] == [2, 2]
        assert page.text("title") == explorer.title
        assert len(explorer.title) <= LONGEST
        str(explorer._repr_mimebundle_()).encode("utf-8")


@pytest.mark.needs_dot
@pytest.mark.parametrize("level", ["neurons", "layers"])
def test_the_picture_that_stands_for_a_page_is_of_the_level_that_it_begins_with(level):
    net = MLP([2, 2, 1], node=Value, rng=0)
    C = net.cost([[0.5], [-1.0]], [[1.0]])

    still = explore(C, level=level).picture()

    assert still == mb.draw(C, level=level).svg() != mb.draw(C).svg()


@pytest.mark.parametrize("name", ["a.html", "a.htm", "A.HTML", "a.b.html", "ä 😀.html"])
def test_a_page_is_saved_as_it_is(name, tmp_path):
    explorer = explore(square())

    explorer.save(tmp_path / name)
    explorer.save(str(tmp_path / name))

    assert (tmp_path / name).read_text(encoding="utf-8") == explorer.html


@pytest.mark.parametrize("name", ["a.svg", "a", "html", "a.html.gz"])
def test_a_file_that_no_browser_would_take_for_a_page_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match=r"doesn't end in \.html"):
        explore(square()).save(tmp_path / name)

    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_the_error_names_the_file(tmp_path):
    path = tmp_path / "missing" / "a.html"

    with pytest.raises(OSError, match=r"No such file or directory: .*missing.a\.html"):
        explore(square()).save(path)


@pytest.mark.parametrize("wrong", [None, "abc", 3.0, [], (), [1.0], np.ones(3), np.zeros(0), {}], ids=repr)
def test_what_is_no_node_is_refused_by_name(wrong):
    with pytest.raises(TypeError, match=r"^explore: takes Values and Tensors, or the History of a training, not "):
        explore(wrong)


def test_a_node_beside_something_else_is_refused():
    with pytest.raises(TypeError, match="explore: takes Values and Tensors"):
        explore([square(), 3.0])


def test_a_title_is_text():
    with pytest.raises(TypeError, match="explore: a title is text, not int 3"):
        explore(square(), title=3)


def test_more_than_a_million_edges_are_refused_before_they_are_made():
    with pytest.raises(ValueError, match=r"2,002,000 edges between single numbers, and a page takes 1,000,000"):
        explore(Tensor(np.ones((1001, 1000))) @ np.ones((1000, 1)))


def test_arrays_of_values_lists_and_single_nodes_are_taken():
    x = Value(0.5, "x")
    y, z = mb.sin(x), x * x

    for given in ([y, z], (y, z), np.array([y, z], dtype=object)):
        data = data_of(explore(given))
        assert [data["nodes"]["value"][n] for n in data["outputs"]] == [y.data, z.data]


def test_an_output_that_another_rests_on_and_one_given_twice_have_one_node_each():
    x = Value(0.5, "x")
    y = mb.sin(x)

    for outputs, count in (([y, y * y], 3), ([y * y, y], 3), ([y, y], 2)):
        data = data_of(explore(outputs))
        assert len(data["nodes"]["value"]) == count
        assert [data["nodes"]["value"][n] for n in data["outputs"]] == [output.data for output in outputs]


def test_a_constant_has_a_page_without_gradients():
    two = Value(2.0, varies=False)
    for constant in (two, two * 3.0, Tensor(np.ones(2), varies=False)):
        data = data_of(explore(constant))

        assert set(data["nodes"]["varies"]) == {0}
        assert data["outputs"]


def test_nan_and_inf_come_through_wherever_they_stand():
    with np.errstate(all="ignore"):
        y = mb.log(Value(0.0, "z")) + Value(float("nan")) * float("inf") * float("nan")
    data = data_of(explore(y))

    assert {"NaN", "-Infinity"} <= set(data["nodes"]["value"])
    assert "Infinity" in data["edges"]["rate"]
    assert {row["plain"]["value"] for row in data["rows"] if row["plain"]} == {"Infinity", "NaN"}


@pytest.mark.parametrize("node", [Value, Tensor])
def test_the_same_graph_gives_the_same_bytes(node):
    def page():
        net = MLP([2, 3, 2], node=node, rng=0, activation="tanh")
        return explore(net.cost(np.array([[0.5], [-1.0]]), np.array([[1.0], [0.0]]), "quadratic")).html

    assert page() == page()


def test_a_page_is_asked_for_a_path_and_a_level():
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    y = tanh(w * x)
    data = data_of(explore(y, paths(w, y), "operations"))

    assert data["start"]["level"] == "operations"
    assert [data["nodes"]["label"][data["start"]["from"]], data["start"]["to"]] == ["w", data["outputs"][0]]
    assert data_of(explore(y, paths(w, y).top(1)[0]))["start"] == data["start"] | {"level": None}
    assert data_of(explore(y))["start"] == {"level": None, "from": None, "to": None}


def test_a_path_or_a_level_that_is_not_there_is_refused():
    x, other = Value(2.0, "x"), Value(1.0, "other")
    y = tanh(x)

    with pytest.raises(ValueError, match="explore: level is one of operations in this graph, not 'neurons'"):
        explore(y, level="neurons")
    with pytest.raises(ValueError, match="explore: the path leads through other, which is not in this graph"):
        explore(y, paths(other, tanh(other)))
    with pytest.raises(TypeError, match=r"explore: path is what paths\(source, target\) gives"):
        explore(y, [x, y])
    with pytest.raises(TypeError, match="not 'neurons'; a level is named, as in level='neurons'"):
        explore(y, "neurons")


@pytest.mark.parametrize(
    "label", ["a\ud800b", "w" * 10_000, "a\0b", "a\u202eb", "שלום", "e" + 60 * "\u0301", "<b>", "a\nb"]
)
def test_a_page_can_be_written_whatever_a_label_holds(label: str, tmp_path: Path) -> None:
    page = explore(labelled(label))
    page.save(tmp_path / "page.html")

    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page.html
    assert len(page.title) < 100
    assert {len(name) <= 80 and name.isprintable() for name in data_of(page)["nodes"]["label"]} == {True}


@pytest.mark.parametrize("label", ["", "   ", "\n"])
def test_a_blank_label_is_none(label: str) -> None:
    page = explore(labelled(label))

    assert data_of(page)["nodes"]["label"] == [None, None]
    assert page.title == "A computation and its gradients"


@pytest.mark.parametrize("constant", [math.inf, -math.inf, math.nan])
def test_a_plain_number_may_be_one_that_json_does_not_have(constant: float) -> None:
    (row,) = data_of(explore(mb.Value(2.0, "x") * constant))["rows"]

    assert float(row["plain"]["value"]) == pytest.approx(constant, nan_ok=True)


def test_an_output_without_a_number_is_an_error() -> None:
    empty = mb.Tensor(np.zeros((0,)), "e")

    with pytest.raises(ValueError, match=r"explore: there is no number in an output of shape \(0,\)"):
        explore(mb.sin(empty))
    assert data_of(explore([mb.sin(empty), mb.Value(1.0, "x")]))["outputs"] == [0]


def test_a_page_is_saved_under_any_name_that_ends_in_html(tmp_path: Path) -> None:
    page = explore(labelled("x"))
    for name in ("a b#c?d%20é.html", "X.HTM"):
        page.save(str(tmp_path / name))
        assert (tmp_path / name).stat().st_size == len(page.html.encode())
    with pytest.raises(ValueError, match=r"explore: page.svg doesn't end in .html"):
        page.save(tmp_path / "page.svg")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(OSError, match="folder.html"):
        page.save(tmp_path / "folder.html")


def test_a_browser_is_given_the_address_of_a_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a b#c?d%20é"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    page = explore(labelled("x"))

    path = page.open()

    (address,) = addresses
    assert unquote(urlparse(address).path) == path
    assert Path(path).parent == folder
    assert Path(path).read_text(encoding="utf-8") == page.html
