"""Backward and forward over any nodes: each adds up, over all paths, the products of the rate factors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import StaleGraphError, Tensor, Value, backward, forward
from microbp.sweeps import pull_back

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])


def test_sum_over_paths_equals_both_sweeps():
    x = Value(0.3)
    y = mb.tanh(x * x + mb.sin(x)) * x

    products = [path.product for path in mb.paths(x, y)]

    assert len(products) == 4
    assert sum(products) == pytest.approx(backward(y)[x], rel=1e-15)
    assert sum(products) == pytest.approx(forward([y], {x: 1.0})[y], rel=1e-15)


@both_nodes
def test_backward_gives_the_cotangent_of_every_node_and_touches_none(node: Any):
    x, w = node(2.0), node(3.0)
    z = w * x
    y = z * z

    cotangents = backward(y)

    assert {n: float(g) for n, g in cotangents.items()} == {y: 1.0, z: 12.0, w: 24.0, x: 36.0}
    assert all(n.grad is None for n in (x, w, z, y))


@both_nodes
def test_the_cotangent_scales_the_gradient(node: Any):
    x = node(2.0)
    y = x * x

    assert backward(y, 10.0)[x] == 40.0
    y.backward(-0.5)
    assert x.grad == -2.0


def test_the_cotangent_of_an_array_is_weighted_entry_by_entry():
    x = Tensor([1.0, 2.0, 3.0])
    y = x * x
    y.backward([1.0, 0.0, -1.0])

    assert x.grad.tolist() == [2.0, 0.0, -6.0]


def test_the_cotangent_is_copied():
    x, g = Tensor([1.0, 2.0]), np.array([1.0, 1.0])
    y = x * 3.0
    y.backward(g)
    x.backward(g)
    g[:] = 9.0

    assert y.grad.tolist() == [1.0, 1.0]
    assert x.grad.tolist() == [4.0, 4.0]


@pytest.mark.parametrize(
    ("make", "cotangent", "error", "message"),
    [
        (lambda: Tensor([1.0, 2.0]) * 1.0, None, ValueError, r"mul has shape \(2,\), so .* needs a cotangent"),
        (lambda: Tensor(np.zeros((0,))) * 1.0, None, ValueError, r"shape \(0,\)"),
        (lambda: Tensor([1.0, 2.0]) * 1.0, [1.0], ValueError, r"cotangent has shape \(1,\), but mul has shape \(2,\)"),
        (lambda: Tensor([1.0, 2.0]) * 1.0, 1.0, ValueError, r"cotangent has shape \(\), but mul has shape \(2,\)"),
        (lambda: Value(1.0) * 1.0, [1.0], ValueError, r"cotangent has shape \(1,\), but mul has shape \(\)"),
        (lambda: Value(1.0) * 1.0, 1j, TypeError, "real numbers, not complex128"),
        (lambda: Tensor([1.0]) * 1.0, [1j], TypeError, "real numbers, not complex128"),
        (lambda: Value(1.0) * 1.0, "3", TypeError, "real numbers, not str"),
        (lambda: Tensor([1.0]) * 1.0, [None], TypeError, "real numbers, not object"),
        (lambda: Tensor([1.0]) * 1.0, Tensor([1.0]), TypeError, "`grad` holds numbers.*as_nodes=True"),
    ],
)
def test_a_cotangent_that_does_not_fit_is_refused(make: Any, cotangent: Any, error: Any, message: str):
    y = make()

    with pytest.raises(error, match=message):
        y.backward(cotangent)

    assert y.grad is None
    assert y.inputs[0].grad is None


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)], ids=str)
def test_a_single_number_of_any_shape_needs_no_cotangent(shape: tuple[int, ...]):
    x = Tensor(np.full(shape, 3.0))
    (x * x).backward()

    assert x.grad.shape == shape
    assert x.grad.item() == 6.0


@both_nodes
def test_a_leaf_is_its_own_output(node: Any):
    x = node(2.0)

    assert backward(x) == {x: 1.0}
    assert forward([x], {x: 5.0}) == {x: 5.0}


@both_nodes
def test_wanting_some_nodes_gives_their_cotangents_with_each_other_held_fixed(node: Any):
    x, w = node(2.0), node(3.0)
    h = w * x
    y = h * x

    assert backward(y, wrt=[x])[x] == 12.0
    assert backward(y, wrt=[h])[h] == 2.0
    both = backward(y, wrt=[x, h])
    assert (both[x], both[h]) == (6.0, 2.0)  # x by its own edge to y alone: h is held fixed
    assert w not in both


@both_nodes
def test_nodes_that_the_output_does_not_rest_on_get_nothing(node: Any):
    x, other = node(2.0), node(5.0)
    y = x * x

    assert other not in backward(y)
    assert backward(y, wrt=[other])[other] == 0.0
    assert y not in forward([y], {other: 1.0})
    y.backward()
    assert other.grad is None
    assert backward(node(1.0, varies=False)) == {}


def test_forward_wants_a_tangent_for_each_node():
    x = Value(2.0, "x")

    with pytest.raises(TypeError, match=r"forward: takes a tangent for each node, as in \{w: 0.01\}, not Value"):
        forward(x * x, x)


@both_nodes
def test_several_outputs_are_pulled_back_at_once(node: Any):
    x = node(2.0)
    h = x * x
    y = h * x

    cotangents = pull_back({h: 10.0, y: 1.0})

    assert cotangents[x] == 12.0 + 40.0
    assert cotangents[h] == 10.0 + 2.0


def test_forward_pushes_along_every_path_at_once():
    x, w = Value(2.0), Value(3.0)
    z = w * x
    y = mb.exp(z) + z

    tangents = forward([y], {x: 1.0, w: 10.0})

    assert tangents[z] == 3.0 + 20.0
    assert tangents[y] == pytest.approx(23.0 * (math.exp(6.0) + 1), rel=1e-15)


def test_an_input_that_does_not_change_adds_nothing_even_where_its_rate_is_infinite_or_nan():
    for u, v, expected in ((-2.0, 3.0, 12.0), (0.0, 2.0, 0.0)):
        x, n = Value(u), Value(v)
        y = x**n
        assert forward([y], {x: 1.0})[y] == expected
        assert backward(y, wrt=[x])[x] == expected
        assert mb.jvp(lambda x, v=v: x**v, (u,), (1.0,))[1] == expected
    x, c = Value(0.0), Value(1.0)
    y = mb.where(c, mb.square(x), mb.sqrt(x))
    assert forward([y], {c: 1.0})[y] == 0.0


# ------------------------------------------------------------------- values and tensors together


def test_values_and_tensors_meet_in_one_graph():
    v, t = Value(2.0), Tensor([1.0, 3.0])
    y = (t * v).sum() * v + v
    y.backward()

    assert y.data == 18.0
    assert v.grad == 17.0
    assert type(v.grad) is float
    assert t.grad.tolist() == [4.0, 4.0]
    assert forward([y], {v: 1.0})[y] == 17.0
    assert mb.paths(v, y).count == 4
    assert mb.paths(v, y).total == 17.0


def test_a_cotangent_shared_by_several_nodes_is_not_written_to():
    v = Value(2.0)
    w = v * 3.0
    t = Tensor(1.0) + v  # its cotangent is handed on to v as the very same array
    y = t + w
    y.backward()

    assert (y.grad, t.grad, w.grad, v.grad) == (1.0, 1.0, 1.0, 4.0)


def test_arrays_of_cotangents_beside_values_stay_tensors():
    t, v = Tensor([1.0, 2.0]), Value(3.0)
    y = t * v

    assert type(backward(y, np.array([1.0, 10.0]), as_nodes=True)[t]) is Tensor
    assert type(forward([y], {t: np.array([1.0, 10.0])}, as_nodes=True)[y]) is Tensor
    z = mb.step(t) * v
    assert type(forward([z], {t: np.ones(2)}, as_nodes=True)[z]) is Tensor
    assert mb.jacobian(lambda t: t * v)(np.ones(2)).data.tolist() == [[3.0, 0.0], [0.0, 3.0]]


def test_second_order_through_values_and_tensors_together():
    def f(v: Any) -> Any:
        t = Tensor([1.0, 2.0, 3.0], varies=False) * v
        return mb.logsumexp(t) * mb.sin(v)

    def g(v: Any) -> Any:
        return mb.log(mb.exp(v) + mb.exp(2 * v) + mb.exp(3 * v)) * mb.sin(v)

    for order in (1, 2, 3):
        df, dg = f, g
        for _ in range(order):
            df, dg = mb.grad(df), mb.grad(dg)
        assert df(0.4) == pytest.approx(dg(0.4), rel=1e-11)


# ---------------------------------------------------------------------------- passes, one by one


# -------------------------------------------------- mutation between recording and differentiating


def test_a_value_given_other_data_after_recording_leaves_the_recorded_gradient_as_it_was():
    x, w = Value(2.0), Value(3.0)
    y = mb.exp(w * x) * x
    expected = (math.exp(6.0) * (1 + 6.0), 4 * math.exp(6.0))
    x.data, w.data = -100.0, 7.0

    y.backward()

    assert (x.grad, w.grad) == pytest.approx(expected, rel=1e-15)
    assert forward([y], {x: 1.0})[y] == pytest.approx(expected[0], rel=1e-15)
    assert mb.paths(x, y).total == pytest.approx(expected[0], rel=1e-15)


MUTATIONS = {
    "rebound": lambda x: setattr(x, "data", [-5.0, 7.0]),
    "written to in place": lambda x: x.data.__setitem__(slice(None), [-5.0, 7.0]),
    "added to in place": lambda x: x.data.__iadd__(10.0),
    "assigned": lambda x: x.assign(np.array([-5.0, 7.0])),
}


@pytest.mark.parametrize("mutate", MUTATIONS.values(), ids=MUTATIONS)
@pytest.mark.parametrize("looked_at_before", [False, True])
def test_a_tensor_changed_after_recording_leaves_the_recorded_gradient_as_it_was(mutate: Any, looked_at_before: bool):
    x = Tensor([1.0, 2.0])
    if looked_at_before:
        _ = x.data
    y = mb.exp(x.reshape(2, 1) * x).sum()
    value, expected = y.data.copy(), backward(y)[x].copy()
    pushed = forward([y], {x: np.ones(2)})[y]
    mutate(x)

    y.backward()

    assert x.data.tolist() != [1.0, 2.0]
    assert y.data == value
    np.testing.assert_array_equal(x.grad, expected)
    assert forward([y], {x: np.ones(2)})[y] == pushed
    assert mb.linearize(y).eliminate().jacobian.ravel() == pytest.approx(expected, rel=1e-14)


def test_writing_to_data_that_were_held_since_before_the_recording_changes_nothing_recorded():
    x = Tensor([1.0, 2.0])
    held = x.data
    y = (mb.exp(x) * x[:]).sum()
    value, expected = y.data.copy(), backward(y)[x].copy()
    held[:] = [-5.0, 7.0]
    y.backward()

    assert x.data is held
    assert y.data == value
    np.testing.assert_array_equal(x.grad, expected)
    with pytest.raises(StaleGraphError):
        backward(y, as_nodes=True)


def test_an_array_changed_after_it_was_used_as_a_constant_changes_nothing():
    source, x = np.array([1.0, 2.0]), Tensor([3.0, 4.0])
    leaf = Tensor(source)
    y = (x * source * leaf).sum()
    source[:] = 99.0
    y.backward()

    assert leaf.data.tolist() == [1.0, 2.0]
    assert x.grad.tolist() == [1.0, 4.0]
    assert leaf.grad.tolist() == [3.0, 8.0]


@pytest.mark.parametrize("mutate", MUTATIONS.values(), ids=MUTATIONS)
def test_a_tensor_changed_after_recording_is_refused_at_second_order(mutate: Any):
    x = Tensor([1.0, 2.0], "x")
    y = (x * x * x).sum()
    mutate(x)

    with pytest.raises(StaleGraphError, match="x was given other data after mul was computed from it"):
        backward(y, as_nodes=True)
    with pytest.raises(StaleGraphError, match="compute mul again"):
        forward([y], {x: np.ones(2)}, as_nodes=True)


def test_a_value_changed_after_recording_is_refused_at_second_order():
    x = Value(2.0, "x")
    y = x * x * x
    x.data = 5.0

    with pytest.raises(StaleGraphError, match="x was given other data after mul was computed from it"):
        backward(y, as_nodes=True)
    assert backward(x * x * x, as_nodes=True)[x].data == 75.0


def test_a_constant_value_stays_what_it_is_and_a_constant_tensor_is_watched():
    x, c, t = Value(2.0), Value(3.0, varies=False), Tensor([3.0], varies=False)

    with pytest.raises(AttributeError, match="is a constant"):
        c.data = 100.0
    y = (Tensor([2.0]) * t).sum()
    t.data[0] = 100.0
    with pytest.raises(StaleGraphError):
        backward(y, as_nodes=True)
    assert backward(x * c)[x] == 3.0


def test_data_set_back_to_what_it_was_is_no_harm():
    x = Tensor([1.0, 2.0])
    y = (x * x * x).sum()
    x.data[0] = 9.0
    x.data[0] = 1.0

    assert backward(y, as_nodes=True)[x].data.tolist() == [3.0, 12.0]


def test_a_derivative_of_a_derivative_is_recorded_before_a_change_and_right_after_it():
    x = Value(2.0)
    slope = backward(x * x * x, as_nodes=True)[x]
    x.data = 50.0

    assert backward(slope)[x] == 12.0


# ------------------------------------------------------------------------------------ as nodes


@both_nodes
def test_cotangents_as_nodes_are_graphs_of_the_same_leaves(node: Any):
    x, w = node(2.0), node(3.0)
    y = w * x * x

    first = backward(y, as_nodes=True)
    second = backward(first[x], as_nodes=True)

    assert first[x].data == 12.0
    assert second[x].data == 6.0
    assert second[w].data == 4.0
    assert backward(second[x])[w] == 2.0
    assert x.grad is None


@both_nodes
def test_cotangents_and_tangents_may_be_nodes_themselves(node: Any):
    x, g = node(2.0), node(5.0)
    y = x * x

    pulled, pushed = backward(y, g)[x], mb.jvp(lambda x: x * x, (3.0,), (g,))[1]

    assert (pulled.data, pushed.data) == (20.0, 30.0)
    assert (backward(pulled)[g], backward(pushed)[g]) == (4.0, 6.0)
    assert x not in backward(pulled)  # for that there is as_nodes=True
    assert backward(backward(y, g, as_nodes=True)[x])[x] == 10.0
    with pytest.raises(ValueError, match=r"the cotangent has shape \(1,\), but mul has shape \(\)"):
        backward(y, Tensor([1.0]))


@both_nodes
def test_tangents_as_nodes_are_graphs_of_the_same_leaves(node: Any):
    x = node(0.5)
    direction = node(2.0)
    y = mb.sin(x)

    slope = forward([y], {x: direction}, as_nodes=True)[y]

    assert slope.data == pytest.approx(2 * math.cos(0.5), rel=1e-15)
    assert backward(slope)[x] == pytest.approx(-2 * math.sin(0.5), rel=1e-15)
    assert backward(slope)[direction] == pytest.approx(math.cos(0.5), rel=1e-15)
