"""A picture as text in the DOT language."""

from __future__ import annotations

import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbp.draw import draw
from microbp.draw.dot import LINES, MOST, penwidth
from microbp.draw.dot_strings import escaped
from microbp.linearized import paths
from microbp.nn import MLP
from microbp.primitives import log, tanh
from microbp.tensor import Tensor
from microbp.value import Value


def network(sizes=(2, 2, 1), node=Value):
    net = MLP(list(sizes), activation="tanh", node=node, rng=0)
    return net, net.cost(np.linspace(-1, 1, sizes[0])[:, None], np.ones((sizes[-1], 1)))


def line(dot, start):
    """The only line that begins so."""
    (found,) = [text.strip() for text in dot.splitlines() if text.strip().startswith(start)]
    return found


# ------------------------------------------------------------------------------------------ text


def test_the_text_of_a_tiny_graph():
    x = Value(3.0, "x")
    y = x * x
    y.label = "y"
    y.backward()

    dot = draw(y, title="A square").dot

    font = 'fontname="DejaVu Sans,Helvetica,Arial,sans-serif"'
    node = 'shape=Mrecord, style=filled, margin="0.09,0.03", width=0.4, height=0.3'
    edge = 'label="×3", color="#0072B2", fontcolor="#0072B2", style=solid, penwidth=1.9'
    assert dot == f"""digraph microbp {{
  graph [rankdir=LR, newrank=true, nodesep=0.3, ranksep=0.4, bgcolor=white, {font}, fontsize=16, fontcolor="#1F2933"]
  node [{node}, {font}, fontsize=10, fontcolor="#1F2933"]
  edge [arrowsize=0.6, {font}, fontsize=9, fontcolor="#1F2933"]
  labelloc=t; label="A square"
  subgraph cluster {{
    graph [penwidth=0, margin=4, labelloc=b, labeljust=l, {font}, fontsize=9, fontcolor="#66727F"]
    label="box: name and operation, value, ∂ gradient (· until backward() has run)\\l× rate factor: solid blue \
positive, dashed orange negative, thicker is larger\\l"
    n0 [label="x|3|∂ 6", fillcolor="#DCEBF7", color="#52708C", tooltip="x = 3, ∂ = 6"]
    n1 [label="y\u2003×|9|∂ 1", fillcolor="#FFFFFF", color="#52606D", penwidth=2, tooltip="y = 9, ∂ = 1"]
  }}
  n0 -> n1 [{edge}, tooltip="∂y/∂x: ×3", labeltooltip="∂y/∂x: ×3"]
  n0 -> n1 [{edge}, tooltip="∂y/∂x: ×3", labeltooltip="∂y/∂x: ×3"]
}}
"""


def test_the_text_is_the_same_for_the_same_computation():
    texts = []
    for _ in range(2):
        net, cost = network()
        texts.append(draw(cost, path=paths(net.layers[0].w[0, 1], cost)).dot)

    assert texts[0] == texts[1]


def test_the_text_is_the_same_in_another_process():
    program = (
        "import numpy as np; from microbp.draw import draw;"
        "from microbp.nn import MLP; from microbp.value import Value;"
        "net = MLP([2, 2, 1], activation='tanh', node=Value, rng=0);"
        "cost = net.cost(np.array([[-1.0], [1.0]]), np.ones((1, 1)));"
        "print(ascii(draw(cost, level='{}').dot))"
    )

    for level in ("operations", "neurons", "layers"):
        run = subprocess.run([sys.executable, "-c", program.format(level)], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == ascii(draw(network()[1], level=level).dot)


# ------------------------------------------------------------------------------------------ looks


@pytest.mark.parametrize(
    ("output", "color", "style"),
    [
        (Value(1.0) * 2, "#0072B2", "solid"),
        (Value(1.0) * -2, "#C24E00", "dashed"),
        (Value(1.0) * 0, "#9AA5B1", "dotted"),
        (Value(1.0) * np.nan, "#AA3377", "dotted"),
        (Tensor([1.0, 2.0]) * np.array([1, -1]), "#66727F", "solid"),
    ],
)
def test_the_sign_of_a_rate_factor_is_told_by_colour_and_by_dashes(output, color, style):
    edge = line(draw(output).dot, "n0 -> ")

    assert f'color="{color}"' in edge
    assert f"style={style}" in edge


def test_the_two_signs_differ_in_more_than_colour():
    assert LINES["+"][1] != LINES["−"][1]


def test_the_width_grows_with_the_rate_factor_and_stays_within_bounds():
    sizes = [0.0, 1e-300, 1e-3, 0.1, 1.0, 10.0, 1e3, 1e300, np.inf]

    widths = [penwidth(size) for size in sizes]

    assert widths == sorted(widths)
    assert (widths[0], widths[4], widths[-1]) == (0.6, 1.6, 3.0)
    assert penwidth(np.nan) == 3.0


def test_infinite_rate_factors_are_drawn():
    with np.errstate(all="ignore"):
        y = log(Value(1e-320, "x"))

    assert "×inf" in draw(y).dot


def test_constants_and_parameters_differ_in_more_than_colour():
    dot = draw(Value(1.0, "x") - Value(2.0, "y", varies=False)).dot

    assert "shape=record" not in line(dot, 'n0 [label="x')
    assert "shape=record" in line(dot, 'n1 [label="y')


def test_what_is_not_on_the_path_is_paler():
    x, w = Value(2.0, "x"), Value(-3.0, "w")
    y = w * x

    dot = draw(y, path=paths(x, y).top(1)[0]).dot

    assert 'color="#0072B270"' in line(dot, "n0 -> n2")
    assert 'color="#C24E00"' in line(dot, "n1 -> n2")
    assert 'fillcolor="#FFE08A"' in line(dot, 'n1 [label="x') and 'fillcolor="#FFE08A"' not in line(dot, 'n0 [label="w')


# ----------------------------------------------------------------------------------------- frames


def frames(dot):
    """The names in each frame, by its title and by the title of the frame around it."""
    found, titles = {}, []
    for text in dot.splitlines():
        titles += re.findall(r'cluster_[\d_]+ { graph \[label="([^"]*)"', text)
        if titles and (names := re.findall(r"\bn\d+", text)):
            found[tuple(titles)] = names
        for _ in range(text.count("}") if titles else 0):
            titles.pop()
    return found


def test_each_neuron_has_a_frame_within_that_of_its_layer():
    dot = draw(network((2, 2, 1))[1]).dot

    found = frames(dot)

    assert [key for key in found] == [("layer 2", "neuron 1"), ("layer 2", "neuron 2"), ("layer 3", "neuron 1")]
    for (layer, neuron), names in found.items():
        indices = f"{layer[-1]}_{neuron[-1]}"
        labels = [re.search(rf'{name} \[label="([^|"]*)', dot)[1].partition("\u2003")[0] for name in names]
        assert sorted(filter(None, (label if "_" in label else "" for label in labels))) == [
            f"a{indices}", f"b{indices}", f"z{indices}"
        ]  # fmt: skip
        assert sorted(label for label in labels if "_" not in label) == ["+", "×", "×"]


def test_weights_stand_before_the_layer_that_they_lead_to():
    dot = draw(network((2, 2, 1))[1]).dot

    framed = {name for names in frames(dot).values() for name in names}
    weights = dict(re.findall(r'(n\d+) \[label="(w3_1,\d)', dot))
    activations = dict(re.findall(r'(n\d+) \[label="(a2_\d)', dot))

    assert len(weights) == 2 and not weights.keys() & framed
    assert f"{{{' '.join(activations)}}} -> layer3 -> {{{' '.join(sorted(weights, key=lambda n: int(n[1:])))}}}" in dot


def test_a_graph_without_layers_has_no_frames():
    assert frames(draw(tanh(Value(1.0, "x"))).dot) == {}


def test_layers_of_tensors_have_frames():
    dot = draw(network((2, 3, 1), Tensor)[1], level="operations").dot

    assert [*frames(dot)] == [("layer 2",), ("layer 3",)]


# ---------------------------------------------------------------------------------------- neurons


@pytest.mark.parametrize("sizes", [(2, 3, 1), (3, 8, 2), (2, 2, 2, 2)])
def test_every_arrow_between_neurons_ends_at_its_rate_factor_which_is_a_field_of_the_box(sizes):
    dot = draw(network(sizes)[1], level="neurons").dot

    edges = re.findall(r'-> (n\d+):(e\d):w \[.*, tooltip="[^"]*: (×[^"]*)", labeltooltip', dot)
    fields = {name: dict(re.findall(r"<(e\d)>([^|}]*)", label)) for name, label in re.findall(r"(n\d+) \[(.*)", dot)}

    assert len(edges) == sum(n * m for n, m in zip(sizes[1:], (*sizes[2:], 1), strict=True))
    assert len({(name, port) for name, port, _ in edges}) == len(edges)
    assert [fields[name][port] for name, port, _ in edges] == [rate for _, _, rate in edges]
    assert " label=" not in "".join(text for text in dot.splitlines() if "->" in text)


def test_where_very_many_arrows_meet_their_numbers_are_in_the_tooltips_alone():
    dot = draw(network((2, MOST + 1, 2))[1], level="neurons").dot

    edges = [text for text in dot.splitlines() if "∂a3_1/∂a2_" in text]

    assert len(edges) == MOST + 1
    assert not any("label=" in text.replace("labeltooltip=", "") for text in edges)
    assert "<e" not in line(dot, 'n11 [label="<r0>a3_1')
    assert f"where more than {MOST} arrows meet, point at one to read its rate factor" in dot
    assert "point at one" not in draw(network((2, MOST, 2))[1], level="neurons").dot


def test_arrows_between_neurons_are_straight_unless_one_passes_by_a_neuron():
    net, cost = network((2, 2, 1))
    a2, a3 = net.feedforward([[1.0], [-1.0]])[1][1:]

    assert "splines=line" in draw(cost, level="neurons").dot
    assert "splines=line" not in draw(a3[0, 0] + a2[0, 0], level="neurons").dot


# --------------------------------------------------------------------------------------- escaping


HOSTILE = [
    "</script><script>alert(1)</script>",
    "a|b{c}<port>d",
    '"quoted" \\N \\G \\l \\',
    "\\\\",
    "&lt;b&gt; &amp; &#65;",
    '"]; n9 [label="injected',
    "<<b>html</b>>",
    "👩\u200d🔬 🚀",
    "line\nbreak\r\tand\x00control",
    "right\u202eto left \ud800",
    "x" * 1_000,
]


def shown_texts(svg):
    """The texts that a reader of the SVG sees."""
    found = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [" ".join("".join(text.itertext()).split()) for text in found]


@pytest.mark.needs_dot
@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_what_users_write_is_shown_as_it_is_and_nothing_else(label):
    x = Value(1.0, label)
    y = x * x
    y.label = label
    y.backward()

    svg = draw(y, path=paths(x, y), title=label).svg()

    texts = shown_texts(svg)
    assert short_form(label, 24) in texts  # x
    assert f"{short_form(label, 24)} ×" in texts  # y
    assert short_form(label, 120) in texts  # the title
    assert svg.count('class="node"') == 2 and svg.count('class="edge"') == 2
    assert "<script" not in svg


def short_form(label, longest):
    """The label on one line, cut; what can't be printed is a space or a replacement."""
    printable = "".join(c if c.isprintable() or c == "\u200d" else " " if c in "\n\r\t" else "\ufffd" for c in label)
    return " ".join((printable if len(printable) <= longest else printable[: longest - 1] + "…").split())


@given(st.text(max_size=40))
def test_no_label_ends_its_string(text):
    """In DOT a string ends at a quote that is not escaped; a backslash at the end would escape it."""
    rest = re.sub(r"\\[\\\"n]", "", escaped(text))

    assert '"' not in rest and "\\" not in rest and "\n" not in rest


@given(st.text(max_size=40))
def test_no_label_makes_another_field_or_port(text):
    x = Value(1.0, text)

    box = line(draw(tanh(x)).dot, "n0 [")

    label = re.match(r'n0 \[label="((?:[^"\\]|\\.)*)"', box)[1]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", label)) == 2
    assert not re.findall(r"(?<!\\)(?:\\\\)*[{}<>]", label)


@pytest.mark.needs_dot
@pytest.mark.parametrize("level", ["operations", "neurons", "layers"])
def test_every_level_is_read_by_dot(level):
    net, cost = network((3, 6, 2))
    cost.backward()

    svg = draw(cost, path=paths(net.layers[0].w[0, 0], cost), level=level, title="A network").svg()

    boxes = draw(cost, level=level).picture.boxes
    assert "A network" in shown_texts(svg)
    assert set(shown_texts(svg)) >= {" ".join(row.split()) for box in boxes for row in box.rows}
