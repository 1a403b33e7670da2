"""What lights up: a path, several, or all that lies between two nodes."""

from __future__ import annotations

import pytest

from microbp.draw import draw
from microbp.linearized import linearize, paths
from microbp.primitives import tanh
from microbp.tensor import Tensor
from microbp.value import Value


def picture(output, **options):
    return draw(output, level="operations", **options).picture


def lit(drawn):
    return [(arrow.source, arrow.target) for arrow in drawn.arrows if arrow.highlighted]


def test_a_path_is_lit_from_end_to_end():
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.88, "b")
    a = tanh(w * x + b)

    drawn = picture(a, path=paths(x, a).top(1)[0])

    assert lit(drawn) == [(1, 2), (2, 4), (4, 5)]
    assert [box.rows[0] for box in drawn.boxes if box.highlighted] == ["x", "×", "+", "tanh"]
    assert drawn.caption[:2] == ["path: x → × → + → tanh", "product: −3 × 1 × 0.501 = −1.5"]


def test_of_two_arrows_between_the_same_boxes_a_path_takes_one():
    x = Value(3.0, "x")
    y = x * x

    one, two = (picture(y, path=paths(x, y).top(n)) for n in (1, 2))

    assert [arrow.highlighted for arrow in one.arrows] == [True, False]
    assert [arrow.highlighted for arrow in two.arrows] == [True, True]


def test_of_two_arrows_a_path_takes_the_one_with_its_rate_factor():
    x = Value(3.0, "x")
    y = x / x

    negative = next(path for path in paths(x, y) if path.product < 0)

    assert [arrow.highlighted for arrow in picture(y, path=negative).arrows] == [False, True]


def test_all_paths_light_what_lies_between_and_nothing_else():
    x, y = Value(1.0, "x"), Value(2.0, "y")
    output = tanh(x * y) + x * 2

    drawn = picture(output, path=paths(x, output))

    assert [box.rows[0] for box in drawn.boxes if not box.highlighted] == ["y"]
    assert [arrow.highlighted for arrow in drawn.arrows] == [True, False, True, True, True, True]
    assert drawn.caption[0].startswith("2 paths lead from x to +: ∂+/∂x = ")


def test_on_tensors_a_path_shows_the_rate_factors_of_its_entries():
    w, x = Tensor([[1.0, 2.0], [3.0, 4.0]], "w"), Tensor([[5.0], [6.0]], "x")
    y = (w @ x).sum()

    drawn = picture(y, path=paths((w, (1, 0)), y).top(1)[0])

    assert [arrow.rate.text for arrow in drawn.arrows if arrow.highlighted] == ["×5", "×1"]
    assert drawn.caption[0] == "path: w_2,1 → @_2 → Σ"


def test_a_path_of_a_contracted_graph_lights_all_that_it_sums_up():
    x = Value(1.0, "x")
    y = tanh(x) * tanh(x)
    (path,) = linearize(y).contract([x, y]).paths(x, y)

    drawn = picture(y, path=path)

    assert all(arrow.highlighted for arrow in drawn.arrows)


def test_a_long_path_is_told_by_its_beginning_and_its_end():
    x = y = Value(0.5, "x")
    for _ in range(100):
        y = tanh(y)

    caption = picture(y, path=paths(x, y).top(1)[0]).caption

    assert "→ … 90 more … → tanh → tanh" in caption[0]
    assert max(map(len, caption)) < 200


def test_a_path_of_another_graph_is_refused():
    x = Value(1.0, "x")
    y, z = tanh(x), x * x

    with pytest.raises(ValueError, match="the path leads through ×, which is not in this graph"):
        draw(y, path=paths(x, z).top(1)[0])
