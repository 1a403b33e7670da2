"""`draw`, and the Drawing that it gives."""

from __future__ import annotations

from base64 import b64decode
from xml.etree import ElementTree

import numpy as np
import pytest

from microbp.draw import Drawing, DrawingError, draw
from microbp.draw.drawing import NEAREST, TOO_MANY
from microbp.draw.picture import LEGIBLE
from microbp.linearized import paths
from microbp.names import Entry
from microbp.nn import MLP
from microbp.primitives import sin, tanh
from microbp.tensor import Tensor
from microbp.value import Value


def network(sizes, node=Value):
    return MLP(list(sizes), node=node, rng=0).cost(np.ones((sizes[0], 1)), np.ones((sizes[-1], 1)))


def chain(length):
    y = Value(0.5, "x")
    for _ in range(length):
        y = tanh(y)
    return y


# ---------------------------------------------------------------------------------- what is drawn


def test_a_path_stands_for_the_graph_of_its_end_with_the_path_lit():
    x = Value(1.0, "x")
    y = tanh(x) * x
    ways = paths(x, y)

    assert draw(ways).dot == draw(y, path=ways).dot
    assert draw(ways.top(1)[0]).dot == draw(y, ways.top(1)[0]).dot
    assert draw(ways.top(2)).dot == draw(y, path=ways.top(2)).dot


def test_several_outputs_are_drawn_in_one_picture():
    x = Value(1.0, "x")
    y, z = tanh(x), x * x

    drawings = [draw([y, z]), draw((y, z)), draw(np.array([[y], [z]]))]

    assert [box.is_output for box in drawings[0].picture.boxes] == [False, True, True]
    assert len({drawing.dot for drawing in drawings}) == 1


def test_a_constant_alone_is_a_drawing():
    assert [box.rows for box in draw(Value(2.0, "c", varies=False)).picture.boxes] == [("c", "2")]


@pytest.mark.parametrize("wrong", [3.0, "x", None, [], [Value(1.0), 2.0], np.zeros(2)])
def test_what_is_no_node_is_refused(wrong):
    with pytest.raises(TypeError, match="draw: takes Values and Tensors, or paths between them, not"):
        draw(wrong)


def test_what_is_no_path_is_refused():
    x = Value(1.0, "x")

    with pytest.raises(TypeError, match="draw: path is what paths"):
        draw(x * x, path=Entry(Tensor([1.0]), (0,)))
    with pytest.raises(TypeError, match="not 'neurons'; a level is named, as in level='neurons'"):
        draw(x * x, "neurons")


# ----------------------------------------------------------------------------------------- levels


def test_a_level_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="draw: level is one of operations, neurons, layers, not 'atoms'"):
        draw(chain(1), level="atoms")


@pytest.mark.parametrize("level", ["neurons", "layers"])
def test_a_graph_without_labels_has_no_neurons_and_no_layers(level):
    with pytest.raises(ValueError, match=f'level="{level}" goes by labels in the book\'s indices'):
        draw(chain(1), level=level)


@pytest.mark.parametrize(
    ("sizes", "node", "level"),
    [
        ((2, 2, 1), Value, "operations"),
        ((2, 8, 8, 2), Value, "neurons"),
        ((200, 1, 1), Value, "layers"),
        ((200, 100, 10), Tensor, "operations"),
    ],
)
def test_the_level_is_the_first_that_can_be_taken_in(sizes, node, level):
    drawing = draw(network(sizes, node))

    assert drawing.picture.level == level
    assert len(drawing.picture.boxes) <= LEGIBLE
    assert drawing.picture.caption[0].endswith('level="operations" draws them all the same') == (level != "operations")


def test_the_operations_are_all_drawn_when_asked_for():
    assert len(draw(chain(LEGIBLE + 1), level="operations").picture.boxes) == LEGIBLE + 2


def test_of_a_large_graph_without_layers_the_end_is_drawn_and_the_rest_counted():
    drawing = draw(chain(100_000))

    boxes = drawing.picture.boxes
    assert boxes[0].rows == (f"… {100_001 - NEAREST:,} more",)
    assert len(boxes) == NEAREST + 1
    assert drawing.picture.arrows[0][:3] == (0, 1, None)
    assert f"the {NEAREST} nodes nearest to the output, of 100,001" in drawing.picture.caption[0]


def test_a_network_of_a_hundred_thousand_nodes_is_drawn_by_layers():
    drawing = draw(network((400, 80, 10)))

    assert repr(drawing) == "<drawing of layers: 4 boxes, 3 arrows>"


# ------------------------------------------------------------------------------ files and notebooks


def test_the_text_is_written_without_dot(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    drawing = draw(Value(1.0, "∂") * 2)

    for name in ("a.dot", "b.gv"):
        drawing.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8") == drawing.dot == str(drawing)


@pytest.mark.needs_dot
@pytest.mark.parametrize(("name", "magic"), [("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a.PNG", b"\x89PNG")])
def test_the_ending_of_a_file_says_what_is_written(tmp_path, name, magic):
    draw(chain(2)).save(str(tmp_path / name))

    assert (tmp_path / name).read_bytes().startswith(magic)


@pytest.mark.parametrize("name", ["a", "a.jpeg", "a.dot.txt"])
def test_another_ending_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match=f"draw: {name} ends in none of .svg, .pdf, .png, .dot, .gv"):
        draw(chain(2)).save(tmp_path / name)


@pytest.mark.needs_dot
def test_dot_does_not_take_minutes_where_a_number_is_used_in_many_places(tmp_path):
    x, y = Value(0.3, "x"), Value(0.7, "y")
    h = x
    for _ in range(50):
        h = tanh(h * y + 0.1 * sin(x))

    drawing = draw(h, level="operations")
    drawing.save(tmp_path / "a.svg")  # 2 s, where dot would bend the lines for 400

    assert "nslimit=3, splines=line" in drawing.dot
    assert "nslimit" not in draw(tanh(x)).dot


@pytest.mark.needs_dot
def test_dot_draws_a_network_of_1400_nodes_with_a_frame_for_each_neuron(tmp_path):
    drawing = draw(network((10, 20, 10, 2)), level="operations")

    drawing.save(tmp_path / "a.svg")

    assert len(drawing.picture.boxes) > 1_300
    assert drawing.dot.count("subgraph cluster_") == 3 + 32
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").count('class="node"') > 1_300


@pytest.mark.needs_dot
def test_svg_is_well_formed_and_of_the_numbers():
    svg = draw(chain(2)).svg()

    texts = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert {"x", "0.5", "tanh", "0.462", "×0.786"} <= set(texts)


@pytest.mark.needs_dot
def test_a_notebook_shows_svg_and_where_it_is_not_trusted_png():
    bundle = draw(chain(2))._repr_mimebundle_()

    assert bundle["image/svg+xml"].startswith("<?xml")
    assert 'style="max-width: 100%; height: auto"' in bundle["image/svg+xml"].split("<g ")[0]
    assert b64decode(bundle["image/png"], validate=True).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "<drawing of operations: 3 boxes, 2 arrows>"


def test_without_dot_a_notebook_shows_the_explorer_and_as_text_how_to_get_dot(monkeypatch):
    monkeypatch.setenv("PATH", "")
    drawing = draw(chain(2))

    bundle = drawing._repr_mimebundle_()

    assert sorted(bundle) == ["text/html", "text/plain"]
    assert bundle["text/html"].startswith("<iframe sandbox=")
    assert "apt-get install graphviz" in bundle["text/plain"]
    assert bundle["text/plain"].endswith(drawing.dot)
    with pytest.raises(DrawingError):
        drawing.svg()


def test_a_notebook_does_not_wait_for_thousands_of_boxes():
    drawing = draw(chain(TOO_MANY), level="operations")

    assert isinstance(drawing, Drawing)
    assert "save it to a file" in drawing._repr_mimebundle_()["text/plain"]
