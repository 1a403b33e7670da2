"""The table of primitives: each row against plain numpy, its rate factors against the complex step and differences."""

from __future__ import annotations

import itertools
import math
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from edges import EDGES, Edge
from helpers import (
    CALLS,
    ELEMENTWISE,
    FORMULAS,
    INDICES,
    MATMUL_SHAPES,
    Array,
    Call,
    complex_step,
    data_of,
    five_point,
    grad_of,
    values_of,
    weighted_sum,
)

import microbp as mb
from microbp import Tensor, Value, backward, forward
from microbp.kinds import Elementwise
from microbp.linear import Linear
from microbp.primitives import TABLE

each_call = pytest.mark.parametrize("call", CALLS, ids=str)
each_elementwise_call = pytest.mark.parametrize(
    "call", [call for call in CALLS if isinstance(TABLE[call.name], Elementwise)], ids=str
)

EXACT = 1e-13
"""What rounding may do to a handful of operations, relative."""


def close(actual: Any, expected: Any, rtol: float = EXACT, atol: float = 1e-14) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), expected, rtol, atol)


def cotangent_for(call: Call) -> Array:
    shape = np.shape(call.formula(*call.inputs))
    return np.random.default_rng(len(str(call))).uniform(0.5, 1.5, shape)


def tangents_for(call: Call) -> list[Array]:
    rng = np.random.default_rng(1 + len(str(call)))
    return [rng.uniform(0.5, 1.5, x.shape) for x in call.inputs]


# ------------------------------------------------------------------------------------- every row


def test_every_row_has_sample_calls_and_a_plain_formula():
    assert TABLE.keys() == {call.name for call in CALLS}
    assert TABLE.keys() == FORMULAS.keys()


def test_every_row_is_there_by_its_name():
    for name, row in TABLE.items():
        assert row.name == name
        assert repr(row) == f"<primitive {name}>"
        assert name in (row.__doc__ or "")


@each_call
def test_value_is_the_plain_formula(call: Call):
    expected = call.formula(*call.inputs)

    y = call(*map(Tensor, call.inputs))

    assert y.shape == expected.shape
    close(y.data, expected)
    close(call(*call.inputs), expected)  # also where no input is a node


@each_call
def test_rate_factors_are_those_of_the_complex_step(call: Call):
    leaves = [Tensor(x) for x in call.inputs]
    y = call(*leaves)

    for i, x in enumerate(leaves):
        found = np.zeros((y.size, x.size))
        sources, targets, rates = y.primitive.entries(i, y.arguments, y.data, **y.params)
        np.add.at(found, (targets, sources), rates)

        close(found, complex_step(call.formula, call.inputs, i))


@each_call
def test_pull_is_the_difference_quotient(call: Call):
    g, tangents = cotangent_for(call), tangents_for(call)
    leaves = [Tensor(x) for x in call.inputs]
    y = call(*leaves)
    cotangents = backward(y, g)

    for i, (leaf, t) in enumerate(zip(leaves, tangents, strict=True)):
        if call.name == "where" and i == 0:
            continue  # a condition that is 0 is another one when it is moved

        def along(h: float, i: int = i, t: Array = t) -> Any:
            inputs = [x + h * t if j == i else x for j, x in enumerate(call.inputs)]
            return np.sum(g * call(*inputs))

        # error of the differences ~ h⁴·f⁗/30 = 3e-14·f⁗, of rounding ~ 1e-16/h = 1e-13; f⁗ is below 1e4 here
        close(np.sum(cotangents[leaf] * t), five_point(along), rtol=1e-9, atol=1e-10)


@each_call
def test_push_is_the_jacobian_times_the_tangent(call: Call):
    leaves = [Tensor(x) for x in call.inputs]
    tangents = tangents_for(call)
    y = call(*leaves)

    pushed = forward([y], dict(zip(leaves, tangents, strict=True)))[y]

    expected = sum(complex_step(call.formula, call.inputs, i) @ t.ravel() for i, t in enumerate(tangents))
    assert np.shape(pushed) == y.shape
    close(np.ravel(pushed), expected)


@each_call
def test_push_and_pull_are_adjoint(call: Call):
    """⟨push t, g⟩ = ⟨t, pull g⟩, for each input by itself."""
    g = cotangent_for(call)
    leaves = [Tensor(x) for x in call.inputs]
    y = call(*leaves)
    pulled = backward(y, g)

    for leaf, t in zip(leaves, tangents_for(call), strict=True):
        assert np.shape(pulled[leaf]) in (leaf.shape, ())  # a plain 0 where nothing arrived
        pushed = forward([y], {leaf: t})[y]

        close(np.sum(pushed * g), np.sum(t * pulled[leaf]))


@each_call
def test_second_order_is_the_difference_of_the_gradient_in_three_orders_of_the_modes(call: Call):
    g, tangents = cotangent_for(call), tangents_for(call)

    pairs = list(zip(call.inputs, tangents, strict=True))

    def gradient(h: float) -> Array:
        leaves = [Tensor(x + (0 if fixed(call, i) else h * t)) for i, (x, t) in enumerate(pairs)]
        (mb.sin(call(*leaves)) * g).sum().backward()
        return np.concatenate([grad_of(leaf).ravel() for leaf in leaves])

    leaves = [Tensor(x) for x in call.inputs]
    direction = {leaf: t for i, (leaf, t) in enumerate(zip(leaves, tangents, strict=True)) if not fixed(call, i)}
    s = (mb.sin(call(*leaves)) * g).sum()  # the sine for a cotangent that depends on the inputs

    def flat(rates: dict[Any, Any]) -> Array:
        return np.concatenate([np.broadcast_to(data_of(rates.get(leaf, 0.0)), leaf.shape).ravel() for leaf in leaves])

    nabla = backward(s, wrt=leaves, as_nodes=True)
    forwards = forward([s], direction, as_nodes=True)[s]
    backwards = sum(((nabla[leaf] * t).sum() for leaf, t in direction.items()), Tensor(0.0, varies=False))

    slopes = {leaf: nabla[leaf] for leaf in leaves if isinstance(nabla[leaf], Tensor)}
    pushed = forward(slopes.values(), direction)
    forward_over_reverse = flat({leaf: pushed.get(slope, 0.0) for leaf, slope in slopes.items()})
    reverse_over_forward = flat(backward(forwards)) if isinstance(forwards, Tensor) else flat({})
    reverse_over_reverse = flat(backward(backwards)) if isinstance(backwards, Tensor) else flat({})

    close(forward_over_reverse, five_point(gradient, h=5e-4), rtol=1e-8, atol=1e-9)
    close(reverse_over_forward, forward_over_reverse, rtol=1e-12, atol=1e-13)
    close(reverse_over_reverse, forward_over_reverse, rtol=1e-12, atol=1e-13)


KINKED = ("step", "sign", "abs", "relu", "leaky_relu", "maximum", "minimum", "equal", "greater", "where")


@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if name not in KINKED])
def test_second_order_holds_at_round_numbers_too(name: str):
    """There a formula may have been given another value by hand, whose derivative is not that of the function."""
    domains = ELEMENTWISE[name][1]
    grids = [[x for x in (-1.0, 0.0, 0.5, 1.0, 2.0) if low < x < high] for low, high in domains]

    for point in itertools.product(*grids):
        for k, i in itertools.product(range(len(point)), repeat=2):

            def slope(h: float, k: int = k, i: int = i, point: Any = point) -> float:
                moved = [np.array(x + (h if j == i else 0.0)) for j, x in enumerate(point)]
                return complex_step(FORMULAS[name], moved, k)[0, 0]

            second = mb.grad(mb.grad(TABLE[name], k), i)(*point)
            assert second == pytest.approx(five_point(slope), rel=1e-8, abs=1e-9), (point, k, i)


def fixed(call: Call, i: int) -> bool:
    """Whether input i is a condition, which is not a place to move about in."""
    return call.name == "where" and i == 0


@each_call
def test_an_input_held_constant_changes_nothing_for_the_others(call: Call):
    g = cotangent_for(call)
    leaves = [Tensor(x) for x in call.inputs]
    together = backward(call(*leaves), g)

    for i, x in enumerate(call.inputs):
        alone = Tensor(x)
        others: list[Any] = [*call.inputs]
        others[i] = alone
        cotangents = backward(call(*others), g)

        assert [node for node in cotangents if node.is_leaf] == [alone]
        np.testing.assert_array_equal(cotangents[alone], together[leaves[i]])


@each_call
def test_float32_stays_float32_in_value_and_gradient(call: Call):
    leaves = [Tensor(x, dtype=np.float32) for x in call.inputs]
    y = call(*leaves)
    (y * cotangent_for(call).astype(np.float32)).sum().backward()
    doubles = backward(call(*map(Tensor, call.inputs)), cotangent_for(call))

    assert y.dtype == np.float32
    close(y.data, call.formula(*call.inputs), rtol=2e-5, atol=2e-6)
    for leaf, expected in zip(leaves, [g for node, g in doubles.items() if node.is_leaf], strict=True):
        assert leaf.grad.dtype == np.float32
        close(leaf.grad, np.broadcast_to(expected, leaf.shape), rtol=1e-4, atol=1e-5)


@each_call
def test_arrays_of_values_are_as_good_as_a_tensor(call: Call):
    g = cotangent_for(call)
    tensors, arrays = [Tensor(x) for x in call.inputs], [values_of(x) for x in call.inputs]
    y, nodes = call(*tensors), call(*arrays)
    weighted_sum(y, g).backward()
    weighted_sum(nodes, g).backward()

    assert np.shape(nodes) == y.shape
    close(data_of(nodes), y.data)
    for tensor, array in zip(tensors, arrays, strict=True):
        close(grad_of(array), grad_of(tensor))


@each_elementwise_call
def test_floats_values_and_tensors_of_one_entry_agree(call: Call):
    for numbers in zip(*[x.ravel() for x in np.broadcast_arrays(*call.inputs)], strict=True):
        floats = [float(x) for x in numbers]
        values, tensors = [Value(x) for x in floats], [Tensor(x) for x in floats]
        y, z = call(*values), call(*tensors)
        y.backward()
        z.backward()

        assert type(y) is Value
        assert type(y.data) is float
        assert type(call(*floats)) is float
        assert call(*floats) == y.data
        close(z.data, y.data)
        close([x.grad for x in tensors], [x.grad for x in values])


@each_elementwise_call
def test_values_beside_tensors_are_broadcast_as_any_array(call: Call):
    """The first input as a Value, the others as Tensors; and the other way around."""
    single = float(call.inputs[0].flat[0])
    for mixed in ([Value(single), *map(Tensor, call.inputs[1:])], [*map(Tensor, call.inputs[:-1]), Value(single)]):
        if len(mixed) == 1 or (call.name in ("div", "power", "xlogy") and isinstance(mixed[-1], Value)):
            continue
        tensors = [Tensor(x.data) for x in mixed]
        y, expected = call(*mixed), call(*tensors)
        y.sum().backward()
        expected.sum().backward()

        np.testing.assert_array_equal(y.data, expected.data)
        for x, tensor in zip(mixed, tensors, strict=True):
            close(grad_of(x), grad_of(tensor))
            assert type(x.grad) is (float if isinstance(x, Value) else np.ndarray)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_wrong_number_of_inputs_is_refused_by_name(name: str):
    x = Tensor([[0.5, 0.25], [0.125, 0.75]])

    with pytest.raises(TypeError, match=r"arguments? but 7|positional arguments|takes \d input\(s\)"):
        TABLE[name](*[x] * 7)

    assert x.data.tolist() == [[0.5, 0.25], [0.125, 0.75]]  # np.tanh(x, x) would write into its second input


# ------------------------------------------------------------------------------ a row of one's own


def test_a_row_of_ones_own_is_all_it_takes_to_add_a_function():
    """Gelu's near relation y = u·σ(1.7u), by its partial derivative alone."""
    quick = Elementwise(
        "quick",
        lambda u: u / (1 + math.exp(-1.7 * u)),
        lambda u: u / (1 + np.exp(-1.7 * u)),
        lambda u, y: mb.sigmoid(1.7 * u) * (1 + 1.7 * (u - y)),
    )
    composed = lambda u: u * mb.sigmoid(1.7 * u)  # noqa: E731
    numbers = np.array([-1.2, 0.4, 2.0])

    assert quick(0.4) == pytest.approx(composed(0.4), rel=EXACT)
    for order in (1, 2, 3):
        f, h = quick, composed
        for _ in range(order):
            f, h = mb.grad(f), mb.grad(h)
        assert f(0.4) == pytest.approx(h(0.4), rel=1e-12)
    close(mb.jacobian(quick)(numbers), mb.jacobian(composed)(numbers))
    assert [y.data for y in quick(values_of(numbers))] == [quick(float(u)) for u in numbers]


def test_a_linear_row_of_ones_own_needs_only_its_transpose():
    roll = Linear(
        "roll", lambda x, shift: np.roll(x, shift), lambda g, x, shift: roll(g, shift=-shift), shift=1
    )
    x = Tensor([1.0, 2.0, 3.0])
    y = roll(x, 1)
    y.backward([10.0, 20.0, 30.0])

    assert y.data.tolist() == [3.0, 1.0, 2.0]
    assert x.grad.tolist() == [20.0, 30.0, 10.0]
    assert mb.jacobian(roll)(x.data).tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert [edge.rate for edge in mb.linearize(y).edges] == [1.0, 1.0, 1.0]


def test_parameters_that_a_row_does_not_have_are_refused():
    x = Tensor([[1.0, 2.0]])

    with pytest.raises(TypeError, match="sum: has no argument named dtype"):
        mb.sum(x, dtype=float)
    with pytest.raises(TypeError, match=r"take: takes 1 input\(s\) and index"):
        mb.take(x)
    with pytest.raises(TypeError, match=r"matmul: takes 2 input\(s\) and nothing else"):
        mb.matmul(x)


def test_rows_work_on_lists_as_numpy_does():
    assert mb.sigmoid([0.0, 0.0]).tolist() == [0.5, 0.5]
    assert mb.maximum([1.0, 5.0], [3.0, 2.0]).tolist() == [3.0, 5.0]
    assert mb.logsumexp([0.0, 0.0]) == pytest.approx(math.log(2))
    assert mb.max([1.0, 3.0]) == 3.0
    u, v = Value(1.0), Value(1.0)
    mb.sum(mb.softplus([u, v])).backward()
    mb.max([u, v]).backward()
    assert [u.grad, v.grad] == pytest.approx([1 / (1 + math.exp(-1)) + 0.5] * 2)


# --------------------------------------------------------------------------- shapes, one by one


@pytest.mark.parametrize(("a_shape", "b_shape"), MATMUL_SHAPES, ids=str)
def test_matmul_of_vectors_matrices_and_stacks_is_einsum(a_shape: tuple[int, ...], b_shape: tuple[int, ...]):
    rng = np.random.default_rng(5)
    a, b = Tensor(rng.normal(size=a_shape)), Tensor(rng.normal(size=b_shape))
    left = "ij"[-len(a_shape) :] if len(a_shape) > 1 else "j"
    right = "jk"[: min(len(b_shape), 2)]
    out = left[:-1] + right[1:]
    g = rng.normal(size=(a @ b).shape)

    y = a @ b
    y.backward(g)

    close(y.data, np.einsum(f"...{left},...{right}->...{out}", a.data, b.data))
    close(a.grad, FORMULAS["sum_to"](np.einsum(f"...{out},...{right}->...{left}", g, b.data), a_shape))
    close(b.grad, FORMULAS["sum_to"](np.einsum(f"...{left},...{out}->...{right}", a.data, g), b_shape))


@pytest.mark.parametrize(("shape", "index"), INDICES, ids=str)
def test_indexing_takes_and_gives_back_what_numpy_takes(shape: tuple[int, ...], index: Any):
    x = Tensor(np.random.default_rng(6).normal(size=shape))
    y = x[index]
    g = np.random.default_rng(7).normal(size=y.shape)
    y.backward(g)

    expected = np.zeros(shape)
    np.add.at(expected, index, g)
    np.testing.assert_array_equal(y.data, x.data[index])
    np.testing.assert_array_equal(x.grad, expected)


def test_indexing_by_lists():
    x = Tensor([1.0, 2.0, 3.0])

    assert x[[0, 2, 2]].data.tolist() == [1.0, 3.0, 3.0]
    assert x[[True, False, True]].data.tolist() == [1.0, 3.0]
    assert x[[]].data.tolist() == []
    assert x[[[0], [1]]].shape == (2, 1)
    x[[0, 2, 2]].sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 2.0]


def test_an_index_that_is_changed_afterwards_does_not_change_the_gradient():
    x, index = Tensor([1.0, 2.0, 3.0]), np.array([0, 0])
    y = x[index].sum()
    index[:] = 2
    y.backward()

    assert x.grad.tolist() == [2.0, 0.0, 0.0]


def test_reshape_works_out_minus_one_and_refuses_what_does_not_fit():
    x = Tensor(np.arange(6.0))

    assert x.reshape(2, -1).shape == (2, 3)
    assert x.reshape((3, -1)).shape == (3, 2)
    with pytest.raises(ValueError, match=r"reshape: a has shape \(6,\), shape=\(4, 2\); numpy says: cannot reshape"):
        x.reshape(4, 2)


# --------------------------------------------------------------------------- kinks, poles, ties


@pytest.mark.parametrize("make", [Tensor, values_of], ids=["Tensor", "Values"])
@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
def test_at_the_edge_value_and_gradients_are_pytorchs_or_differ_for_a_reason(edge: Edge, make: Any):
    value, grads = edge.ours or (edge.value, edge.grads)
    nodes = [make(x) if isinstance(x, list) or make is Tensor else Value(x) for x in edge.inputs]

    with pytest.warns(RuntimeWarning) if edge.warns else nullcontext():
        y = edge.f(*nodes)
    y.backward()

    close(data_of(y), value)
    for x, g in zip(nodes, grads, strict=True):
        close(grad_of(x), g, atol=1e-13)
        ones = {leaf: np.ones(leaf.shape) for leaf in (x.flat if isinstance(x, np.ndarray) else [x])}
        close(forward([y], ones)[y], np.sum(g), atol=1e-13)


def test_each_difference_from_pytorch_is_one_and_has_its_reason():
    for edge in EDGES:
        assert bool(edge.ours) == bool(edge.why), edge.name
        if edge.ours:
            value, grads = edge.ours
            theirs, ours = np.hstack([edge.value, *edge.grads]), np.hstack([value, *grads])
            assert not np.array_equal(ours, theirs, equal_nan=True), edge.name


@pytest.mark.parametrize("make", [Tensor, values_of], ids=["Tensor", "Values"])
@pytest.mark.parametrize("f", [mb.max, mb.min], ids=lambda f: f.name)
def test_three_that_tie_share_equally(f: Any, make: Any):
    x = make([2.0, 2.0, 2.0])
    f(x).backward()

    assert grad_of(x) == pytest.approx([1 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize("make", [Tensor, values_of], ids=["Tensor", "Values"])
def test_entries_masked_by_minus_infinity_get_no_gradient(make: Any):
    x = make([-math.inf, -math.inf, 0.0, 0.0])
    mb.logsumexp(x).backward()

    assert grad_of(x) == pytest.approx([0.0, 0.0, 0.5, 0.5])


def test_ties_share_within_their_row():
    x = Tensor([[1.0, 1.0, 0.0], [2.0, 3.0, 3.0]])
    x.max(axis=1).backward([1.0, 10.0])

    assert x.grad.tolist() == [[0.5, 0.5, 0.0], [0.0, 5.0, 5.0]]


def test_without_entries_a_sum_is_zero_a_mean_is_nan_and_there_is_no_largest():
    x = Tensor(np.zeros((0, 3)))

    assert x.sum().data == 0.0
    assert x.sum(0).data.tolist() == [0.0, 0.0, 0.0]
    assert (x * 2.0).shape == (0, 3)
    with pytest.warns(RuntimeWarning, match="Mean of empty slice|invalid value"):
        assert np.isnan(x.mean().data)
    for f in (mb.max, mb.min, mb.logsumexp):  # PyTorch gives −∞ for logsumexp; numpy refuses all three
        assert f(x, axis=1).shape == (0,)
        with pytest.raises(ValueError, match=rf"{f.name}: a has shape \(0, 3\).*zero-size"):
            f(x)
        with pytest.raises(ValueError, match=rf"{f.name}: has no value over no entries; .*\(0, 3\)"):
            f(np.zeros((0, 3), dtype=object))
    (x.sum() + mb.max(x, axis=1).sum()).backward()
    assert x.grad.shape == (0, 3)


def test_integers_and_bools_are_taken_as_floats():
    for f in (mb.exp, mb.sigmoid, mb.relu, mb.logsumexp, mb.sum, mb.softplus):
        close(f(np.array([1, 0, 1])), f(np.array([1.0, 0.0, 1.0])))
        close(f(Tensor([True, False, True])).data, f(np.array([1.0, 0.0, 1.0])))
    assert mb.tanh(Value(True)).data == math.tanh(1.0)
    assert mb.where(Tensor([True, False]), 1, 2).data.tolist() == [1.0, 2.0]
    assert mb.where(np.array([True, False]), Tensor([1, 2]), 0).data.tolist() == [1.0, 0.0]


def test_a_number_divided_by_a_value_of_zero_is_infinite_also_beside_a_tensor():
    t, v = Tensor([1.0, 2.0]), Value(0.0)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        y = t / v
    y.backward([1.0, 1.0])

    assert t.grad.tolist() == [math.inf, math.inf]
    assert v.grad == -math.inf


# --------------------------------------------------------------------------------- stability


@pytest.mark.parametrize("node", [Value, Tensor])
def test_far_out_sigmoid_softplus_and_their_rates_are_exact_and_silent(node: Any):
    for z, sigma, rate, soft in (
        (1000.0, 1.0, 0.0, 1000.0),
        (-1000.0, 0.0, 0.0, 0.0),
        (40.0, 1.0, 0.0, 40.0),  # e⁻⁴⁰ is below the last digit of 1
        (-40.0, 4.248354255291589e-18, 4.248354255291589e-18, 4.248354255291589e-18),
        (-700.0, 9.859676543759771e-305, 9.859676543759771e-305, 9.859676543759771e-305),
    ):
        for f, value, slope in ((mb.sigmoid, sigma, rate), (mb.softplus, soft, sigma)):
            x = node(z)
            y = f(x)
            y.backward()

            assert y.data == pytest.approx(value, rel=1e-15, abs=0)
            assert x.grad == pytest.approx(slope, rel=1e-15, abs=0)


@pytest.mark.parametrize("make", [Tensor, values_of], ids=["Tensor", "Values"])
def test_far_out_softmax_and_logsumexp_are_exact_and_silent(make: Any):
    for numbers, total, shares in (
        ([1000.0, 1000.0], 1000.6931471805599, [0.5, 0.5]),
        ([-1000.0, -1000.0], -999.3068528194401, [0.5, 0.5]),
        ([1000.0, -1000.0], 1000.0, [1.0, 0.0]),
        ([1e300, -1e300, 0.0], 1e300, [1.0, 0.0, 0.0]),
        ([-math.inf, 0.0], 0.0, [0.0, 1.0]),
    ):
        x = make(numbers)
        y = mb.logsumexp(x)
        y.backward()

        assert data_of(y) == pytest.approx(total, rel=1e-15)
        assert grad_of(x) == pytest.approx(shares, rel=1e-13, abs=0)  # |x| = 1000 costs the exponential 3 digits
        assert data_of(mb.softmax(make(numbers))) == pytest.approx(shares, rel=1e-13, abs=0)


def test_softmax_sums_to_one_and_its_jacobian_has_rows_of_sum_zero():
    x = np.random.default_rng(8).normal(size=(3, 4)) * 30

    for axis in (0, 1, -1):
        close(mb.softmax(x, axis).sum(axis), 1.0, rtol=1e-12)
        close(np.exp(mb.log_softmax(x, axis)), mb.softmax(x, axis), rtol=1e-12)
        rows = mb.jacobian(lambda x, axis=axis: mb.softmax(x, axis))(x).sum(axis % 2)
        close(rows, np.zeros(rows.shape), atol=1e-12)


def test_derivatives_of_a_far_out_log_softmax_do_not_vanish_or_overflow():
    """∂(log softmax)ⱼ/∂xₖ = δⱼₖ − softmaxₖ, also where softmax itself has underflowed to 0."""
    x = np.array([0.0, 800.0, -800.0])

    assert mb.jacobian(mb.log_softmax)(x).tolist() == [[1, -1, 0], [0, 0, 0], [0, -1, 1]]
    assert mb.grad(lambda x: mb.log_softmax(x)[2])(x).tolist() == [0, -1, 1]


@pytest.mark.parametrize("f", [mb.expm1, mb.log1p, mb.tanh, mb.arcsinh, mb.arctanh, mb.sin], ids=lambda f: f.name)
def test_near_zero_no_digit_is_lost(f: Any):
    assert f(1e-20) == 1e-20
    assert f(Tensor(1e-20)).item() == 1e-20
    assert mb.grad(f)(1e-20) == 1.0


def test_derivatives_of_high_order_of_relu_and_abs_are_zero_and_of_softplus_those_of_sigmoid():
    assert mb.grad(mb.grad(mb.relu))(0.5) == 0.0
    assert mb.grad(mb.grad(mb.abs))(0.5) == 0.0
    assert mb.grad(mb.grad(mb.softplus))(0.5) == mb.grad(mb.sigmoid)(0.5)


@pytest.mark.parametrize("size", [1e3, 1e8, 1e17, 1e20, 1e300])
def test_equal_large_logits_share_equally(size: float):
    x = np.full(4, size)

    close(mb.softmax(x), np.full(4, 0.25))
    close(mb.grad(mb.logsumexp)(x), np.full(4, 0.25))
    close(mb.grad(mb.logaddexp, argnums=(0, 1))(size, size), (0.5, 0.5))
    close([v.data for v in mb.softmax(values_of(x))], np.full(4, 0.25))


def test_float32_shares_add_up_to_one_for_large_logits():
    x = Tensor([3e4, 3e4, 2.9999e4], dtype=np.float32)

    close(mb.softmax(x).data, np.exp([0, 0, -1.0]) / np.exp([0, 0, -1.0]).sum(), rtol=1e-6)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int64, bool])
def test_plain_integers_are_taken_as_floats(kind: Any):
    x = np.array([1, 0, 1], kind)

    for name in ("exp", "sigmoid", "neg", "square", "logsumexp"):
        y = TABLE[name](x)
        assert y.dtype == np.float64
        close(y, TABLE[name](x.astype(float)))
    close(mb.softmax(x), mb.softmax(x.astype(float)))


@pytest.mark.parametrize("wrong", [1j, "a", None, [1j], ["a"], np.array([None])])
def test_what_is_no_real_number_is_refused(wrong: Any):
    with pytest.raises(TypeError, match="exp: takes real numbers, arrays of them and nodes"):
        mb.exp(wrong)
