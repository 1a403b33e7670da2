"""A box for every operation and an arrow for every input."""

from __future__ import annotations

import numpy as np

from microbp.draw import draw
from microbp.draw.operations import STALE
from microbp.draw.scopes import Scope
from microbp.linearized import linearize
from microbp.nn import MLP
from microbp.primitives import tanh, where
from microbp.tensor import Tensor
from microbp.value import Value


def picture(output, **options):
    return draw(output, level="operations", **options).picture


def test_a_box_has_name_and_operation_value_and_gradient():
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.88, "b")
    a = tanh(w * x + b)
    a.label = "a"
    a.backward()

    rows = [box.rows for box in picture(a).boxes]

    assert rows == [
        ("w", "−3", "∂ 1"),
        ("x", "2", "∂ −1.5"),
        ("×", "−6", "∂ 0.501"),
        ("b", "6.88", "∂ 0.501"),
        ("+", "0.88", "∂ 0.501"),
        ("a\u2003tanh", "0.706", "∂ 1"),
    ]


def test_before_any_backward_pass_the_gradient_is_a_dot_and_never_a_zero():
    x = Value(2.0, "x")
    y = x * 0

    before = [box.rows[-1] for box in picture(y).boxes]
    y.backward()
    after = [box.rows[-1] for box in picture(y).boxes]

    assert before == ["∂ ·", "∂ ·"]
    assert after == ["∂ 0", "∂ 1"]


def test_constants_parameters_weights_and_operations_are_told_apart():
    x, w = Value(2.0, "x", varies=False), Value(3.0, "w2_1,1")
    z = w * x
    z.label = "z2_1"

    boxes = picture(z + Value(1.0, "b")).boxes

    assert [(box.rows[0], box.kind) for box in boxes[:4]] == [
        ("w2_1,1", "weight"), ("x", "constant"), ("z2_1\u2003×", "operation"), ("b", "parameter"),
    ]  # fmt: skip


def test_a_constant_has_no_gradient_and_its_arrow_no_rate_factor():
    x, y = Value(2.0, "x"), Value(1.0, "y", varies=False)

    drawn = picture(x - y)

    assert drawn.boxes[1].rows == ("y", "1")
    assert [arrow.rate and arrow.rate.text for arrow in drawn.arrows] == ["×1", None]


def test_x_times_x_has_two_arrows():
    x = Value(3.0, "x")

    arrows = picture(x * x).arrows

    assert [(arrow.source, arrow.target, arrow.rate.text) for arrow in arrows] == [(0, 1, "×3")] * 2


def test_the_arrows_are_the_edges_of_the_linearized_graph():
    net = MLP([2, 3, 2], activation="tanh", node=Value, rng=0)
    cost = net.cost(np.array([[0.5], [-1.0]]), np.array([[1.0], [0.0]]))

    arrows = [arrow for arrow in picture(cost).arrows if arrow.rate]

    assert sorted(arrow.rate.size for arrow in arrows) == sorted(abs(edge.rate) for edge in linearize(cost).edges)


def test_a_number_without_a_name_stands_where_it_is_used():
    c, w = Value(1.0, varies=False), Value(3.0, "w2_1,1")
    z = where(c, w, 0.5)
    z.label = "z2_1"

    boxes = picture(z * 2).boxes

    assert [box.rows[0] for box in boxes if box.scope == Scope(2, 1)] == ["1", "w2_1,1", "0.5", "z2_1\u2003where"]


def test_a_tensor_shows_its_shape():
    w, x = Tensor(np.ones((2, 3)), "w"), Tensor(np.arange(3.0).reshape(3, 1), "x", varies=False)
    y = (w @ x).sum()
    y.backward()

    rows = [box.rows for box in picture(y).boxes]

    assert rows[1] == ("x", "(3, 1)", "0\n1\n2")
    assert rows[2] == ("@", "(2, 1)", "3\n3", "∂\n1\n1")
    assert rows[3] == ("Σ", "6", "∂ 1")


def test_how_arrays_are_shown_is_told_where_there_are_any():
    x = Tensor(np.arange(20.0), "x")

    assert picture(x * 2).boxes[0].rows == ("x", "(20,)", "0 … 19", "∂ ·")
    assert any(line.startswith("array: shape, and numbers") for line in picture(x * 2).caption)
    assert not any(line.startswith("array") for line in picture(Value(1.0) * 2).caption)


def test_data_that_were_replaced_after_the_recording_are_told():
    x = Value(3.0, "x")
    y = x * 2

    assert STALE not in picture(y).caption
    x.data = 4.0
    assert STALE in picture(y).caption
