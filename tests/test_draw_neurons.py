"""A box for every neuron; an arrow is the sum over all paths."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from microbp.draw import draw
from microbp.draw.scopes import Scope
from microbp.linearized import linearize, paths
from microbp.names import name_of
from microbp.nn import MLP
from microbp.primitives import tanh
from microbp.tensor import Tensor
from microbp.value import Value

X, Y = np.array([[0.5], [-1.0]]), np.array([[1.0], [0.0]])


def recorded(node=Value, sizes=(2, 3, 2), cost="quadratic", **options):
    net = MLP(list(sizes), node=node, rng=0, **{"activation": "tanh"} | options)
    c = net.cost(X, Y, cost)
    return net, c


def picture(output, **options):
    return draw(output, level="neurons", **options).picture


def name(box):
    return box.rows[0].partition("\u2003")[0]


def named_edges(drawn):
    """Each arrow with a rate factor by the names of its ends."""
    names = [name(box) for box in drawn.boxes]
    return {(names[a.source], names[a.target]): a.rate.text for a in drawn.arrows if a.rate}


def rate_text(rate):
    return f"×{rate:.3g}".replace("-", "−")


@pytest.mark.parametrize("node", [Value, Tensor])
def test_an_arrow_is_the_sum_over_all_paths_which_is_the_contracted_edge(node):
    _, cost = recorded(node)

    edges = named_edges(picture(cost))

    graph = linearize(cost)
    kept = [x for x in graph.nodes if x.label and x.label[0] in "aC"]
    contracted = {(name_of(x), name_of(y)): rate_text(rate) for x, y, rate in graph.contract(kept).edges}
    assert edges == contracted
    assert edges["a2_1", "a3_2"] == rate_text(paths(*(x for x in kept if x.label in ("a2_1", "a3_2"))).total)


def test_values_and_tensors_make_the_same_picture():
    drawn = []
    for node in (Value, Tensor):
        _, cost = recorded(node)
        cost.backward()
        picture_ = picture(cost)
        drawn.append((picture_.arrows, [(name(box), *box.rows[1:]) for box in picture_.boxes]))

    (arrows, boxes), (arrows_, boxes_) = drawn
    assert boxes == boxes_
    assert [arrow[:2] for arrow in arrows] == [arrow[:2] for arrow in arrows_]


def test_a_box_shows_z_a_and_the_gradients_by_them():
    net, cost = recorded(sizes=(2, 1, 2))
    before = next(box for box in picture(cost).boxes if name(box) == "a2_1")
    cost.backward()

    after = next(box for box in picture(cost).boxes if name(box) == "a2_1")

    assert before.rows[-2:] == ("∂ ·", "δ ·")
    assert after.rows[0] == "a2_1\u2003tanh"
    assert [row.partition(" ")[0] for row in after.rows[1:]] == ["z", "a", "∂", "δ"]
    assert after.rows[4] == f"δ {net.layers[0].b[0, 0].grad:.3g}".replace("-", "−")  # BP3: δ = ∂C/∂b


def test_an_operation_is_named_only_where_the_box_stands_for_it_alone():
    _, cost = recorded(cost="cross_entropy", output="sigmoid")

    titles = [box.rows[0] for box in picture(cost).boxes]

    assert titles[2:] == ["a2_1\u2003tanh", "a2_2\u2003tanh", "a2_3\u2003tanh", "z3_1", "z3_2", "C"]
    assert picture([cost, tanh(cost)]).boxes[-1].rows[0] == "tanh"


def test_layers_have_frames_and_neurons_stand_in_order():
    _, cost = recorded(sizes=(2, 3, 2))

    boxes = picture(cost).boxes

    assert [(name(box), box.scope) for box in boxes] == [
        ("a1_1", None), ("a1_2", None),
        *((f"a2_{j}", Scope(2)) for j in (1, 2, 3)),
        *((f"a3_{j}", Scope(3)) for j in (1, 2)),
        ("C", None),
    ]  # fmt: skip


def test_constants_that_are_fed_lead_to_every_neuron_of_the_first_layer():
    _, cost = recorded(sizes=(2, 3, 2))

    drawn = picture(cost)

    plain = [(name(drawn.boxes[a.source]), name(drawn.boxes[a.target])) for a in drawn.arrows if a.rate is None]
    assert sorted(plain) == [(f"a1_{k}", f"a2_{j}") for k in (1, 2) for j in (1, 2, 3)]


def test_inputs_that_vary_have_rate_factors_too():
    net = MLP([2, 2, 2], activation="tanh", node=Value, rng=0)
    x = np.array([[Value(0.5, "x_1")], [Value(-1.0, "x_2")]])

    edges = named_edges(picture(net.cost(x, Y)))

    assert {source for source, _ in edges} == {"x_1", "x_2", "a2_1", "a2_2", "a3_1", "a3_2"}


def test_where_the_cost_goes_by_z_a_neuron_is_its_z():
    _, cost = recorded(activation="sigmoid", cost="cross_entropy")

    assert {"z3_1", "z3_2", "a2_1"} <= {name(box) for box in picture(cost).boxes}


@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_path_from_a_weight_is_lit_from_its_neuron_on(node):
    net, cost = recorded(node)
    w = net.layers[0].w[2, 0] if node is Value else (net.layers[0].w, (2, 0))
    path = paths(w, cost).top(1)[0]

    drawn = picture(cost, path=path)

    lit = [name(box) for box in drawn.boxes if box.highlighted]
    assert lit == [x for x in path.names if x[:2] in ("a2", "a3") or x == "C"]
    assert lit[0] == "a2_3"
    assert sum(arrow.highlighted for arrow in drawn.arrows) == 2


@pytest.mark.parametrize("node", [Value, Tensor])
@pytest.mark.parametrize("level", ["neurons", "layers"])
def test_a_path_is_told_from_neuron_to_neuron_and_has_the_same_product(node, level):
    net, cost = recorded(node, sizes=(2, 3, 2, 2))
    w = net.layers[0].w[2, 0] if node is Value else (net.layers[0].w, (2, 0))
    path = paths(w, cost).top(1)[0]

    route, product = draw(cost, path=path, level=level).picture.caption[:2]

    stops = [x for x in path.names if x[0] in "wa"] + ["C"]
    assert route == f"path: {' → '.join(stops)}" and len(stops) == 5
    *rates, total = product.removeprefix("product: ").replace("−", "-").replace(" = ", " × ").split(" × ")
    assert len(rates) == 4
    assert float(total) == pytest.approx(path.product, rel=5e-3)
    assert np.prod([float(rate) for rate in rates]) == pytest.approx(path.product, rel=2e-2)
    if level == "neurons":
        edges = named_edges(picture(cost))
        assert rates[1:] == [edges[ends].removeprefix("×").replace("−", "-") for ends in pairwise(stops[1:])]


@pytest.mark.parametrize("node", [Value, Tensor])
def test_all_paths_from_a_weight_light_what_it_can_reach(node):
    net, cost = recorded(node)
    w = net.layers[0].w[2, 0] if node is Value else (net.layers[0].w, (2, 0))

    drawn = picture(cost, path=paths(w, cost))

    assert [name(box) for box in drawn.boxes if box.highlighted] == ["a2_3", "a3_1", "a3_2", "C"]
    assert sum(arrow.highlighted for arrow in drawn.arrows) == 4


def test_several_examples_in_one_tensor_are_refused():
    net = MLP([2, 3, 2], rng=0)
    cost = net.cost(np.ones((2, 5)), np.ones((2, 5)))

    with pytest.raises(ValueError, match=r'shows one example, but a2 has shape \(3, 5\).*draw level="layers"'):
        draw(cost, level="neurons")
