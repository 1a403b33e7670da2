"""One box a layer."""

from __future__ import annotations

from math import tanh

import numpy as np
import pytest

from microbp.draw import draw
from microbp.linearized import paths
from microbp.nn import MLP
from microbp.tensor import Tensor
from microbp.value import Value


def picture(output, **options):
    return draw(output, level="layers", **options).picture


@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_layer_tells_its_neurons_and_from_where_to_where_its_numbers_go(node):
    def ones(rng, n, m):
        return np.ones((n, m)), np.eye(n)[:, :1]

    net = MLP([2, 2, 1], activation="tanh", node=node, initializer=ones)
    cost = net.cost(np.array([[1.0], [-1.0]]), np.array([[0.5]]))
    cost.backward()

    fed, layer, last, total = picture(cost).boxes

    a3 = tanh(tanh(1) + 0 + 1)
    delta = (a3 - 0.5) * (1 - a3**2)
    assert fed.rows[-1] == "−1 … 1"
    assert layer.rows == ("layer 2\u2003tanh", "2 neurons", f"a 0 … {tanh(1):.3g}", f"∂ {delta:.3g}")
    assert last.rows[:2] == ("layer 3\u2003tanh", "1 neuron")
    assert (total.rows[0], total.rows[-1]) == ("C", "∂ 1")  # a division by 2, but what for is not shown


def test_before_any_backward_pass_the_gradient_is_a_dot():
    cost = MLP([2, 3, 1], rng=0).cost(np.ones((2, 1)), np.ones((1, 1)))

    assert [box.rows[-1] for box in picture(cost).boxes[1:]] == ["∂ ·"] * 3


@pytest.mark.parametrize("node", [Value, Tensor])
def test_examples_are_counted_beside_the_neurons(node):
    cost = MLP([2, 3, 1], node=node, rng=0).cost(np.ones((2, 5)), np.ones((1, 5)))

    assert [box.rows[1] for box in picture(cost).boxes[1:3]] == ["3 neurons × 5 examples", "1 neuron × 5 examples"]


@pytest.mark.parametrize("node", [Value, Tensor])
def test_an_arrow_tells_the_weights_between_the_layers(node):
    cost = MLP([4, 3, 2], node=node, rng=0).cost(np.ones((4, 1)), np.ones((2, 1)))

    arrows = picture(cost).arrows

    assert [(arrow.source, arrow.target, arrow.rate.text) for arrow in arrows] == [
        (0, 1, "12 weights"), (1, 2, "6 weights"), (2, 3, ""),
    ]  # fmt: skip


def test_a_path_lights_the_layers_that_it_goes_through():
    net = MLP([2, 3, 2], node=Value, rng=0)
    cost = net.cost(np.ones((2, 1)), np.ones((2, 1)))

    drawn = picture(cost, path=paths(net.layers[1].w[0, 0], cost).top(1)[0])

    assert [box.highlighted for box in drawn.boxes] == [False, False, True, True]
    assert [arrow.highlighted for arrow in drawn.arrows] == [False, False, True]
