"""Tensor: an array that remembers what it was computed from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import Tensor, Value
from microbp import primitives as p
from microbp.numpy_functions import FUNCTIONS, UFUNCS


def test_the_gradient_of_a_matrix_squared():
    W = Tensor([[1.0, 2.0], [3.0, 4.0]], "W")
    (W @ W).sum().backward()

    assert W.grad.tolist() == [[7.0, 11.0], [9.0, 13.0]]


# --------------------------------------------------------------------------------- what it holds


@pytest.mark.parametrize(
    ("data", "dtype"),
    [
        ([[1.0, 2.0]], np.float64),
        ([1, 2], np.float64),
        ([True, False], np.float64),
        (3.0, np.float64),
        (np.float32(3.0), np.float32),
        (np.ones(2, np.float32), np.float32),
        (np.ones(2, np.float16), np.float64),
        (np.arange(3, dtype=np.uint8), np.float64),
        ([2**53, -(2**60)], np.float64),
        (np.array([2**63], dtype=np.uint64), np.float64),
        ([2**70], np.float64),
        (np.array([1.5, 2, True, math.nan, np.float32(0.5)], dtype=object), np.float64),
        ([], np.float64),
        (range(3), np.float64),
        ([np.ones(2), [3, 4]], np.float64),
    ],
    ids=lambda x: f"{x!r:.40}",
)
def test_data_are_taken_as_floats_where_that_is_exact(data: Any, dtype: Any):
    x = Tensor(data)

    assert x.dtype == dtype
    np.testing.assert_array_equal(x.data, np.array(data, dtype=float))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ([1j], TypeError, "a Tensor holds real numbers, but was given complex128 data"),
        (["a"], TypeError, "a Tensor holds real numbers, but was given str"),
        ([1.0, "2"], TypeError, "a Tensor holds real numbers, but was given str"),
        (np.array([1.0, "2"], dtype=object), TypeError, "a Tensor holds real numbers, but was given array"),
        ([1.0, None], TypeError, r"a Tensor holds real numbers, but was given \[1.0, None\]"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), TypeError, "real numbers, but was given datetime64"),
        ([[1.0], [1.0, 2.0]], ValueError, "the rows it was given differ in length"),
        ([2**53 + 1], ValueError, "these integers are not exactly float64; round them yourself first"),
        (np.array([2**63 - 1]), ValueError, "these integers are not exactly float64"),
        (np.array([2**64 - 1], dtype=np.uint64), ValueError, "these integers are not exactly float64"),
        ([2**70 + 1], ValueError, "these integers are not exactly float64"),
        ([10**400], ValueError, "these integers are not exactly float64"),
        (Tensor([1.0], "t"), TypeError, "was given the node t; use t.data"),
        (Value(1.0, "v"), TypeError, "was given the node v; use v.data"),
        ([Value(1.0)], TypeError, "was given nodes; mb.stack joins Tensors, np.array holds Values"),
    ],
    ids=lambda x: f"{x!r:.40}",
)
def test_other_things_are_refused_in_one_sentence(data: Any, error: Any, message: str):
    with pytest.raises(error, match=message):
        Tensor(data)
    x = Tensor(np.ones(1))
    with pytest.raises(error, match=message):
        x.data = data
    assert x.data.tolist() == [1.0]


def test_a_list_of_tensors_is_not_an_array():
    with pytest.raises(TypeError, match="cut the recorded graph"):
        Tensor([Tensor([1.0]), Tensor([2.0])])


def test_dtype_is_float64_or_float32():
    assert Tensor([1, 2], dtype=np.float32).dtype == np.float32
    assert Tensor(np.ones(2, np.float32), dtype=np.float64).dtype == np.float64
    assert Tensor([1.0], dtype="float32").dtype == np.float32
    with pytest.raises(TypeError, match="a Tensor has dtype float64 or float32, not int64"):
        Tensor([1], dtype=np.int64)
    with pytest.raises(ValueError, match="these integers are not exactly float32"):
        Tensor([2**24 + 1], dtype=np.float32)


def test_what_numpys_arrays_tell_of_themselves():
    x = Tensor(np.arange(6.0).reshape(2, 3), "x")

    assert (x.shape, x.ndim, x.size, len(x), x.dtype) == ((2, 3), 2, 6, 2, np.float64)
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)
    assert Tensor([[5.0]]).item() == 5.0
    assert [row.data.tolist() for row in x] == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert repr(x) == "Tensor([[0., 1., 2.],\n        [3., 4., 5.]], 'x')"
    assert repr(Tensor(np.ones(1, np.float32))) == "Tensor([1.], dtype=float32)"
    assert f"{Tensor(1.5)}" == "Tensor(1.5)"
    with pytest.raises(TypeError, match="x is a single number and has no length"):
        len(Tensor(1.0, "x"))
    with pytest.raises(TypeError, match="x is a single number and has no length"):
        list(Tensor(1.0, "x"))


def test_data_are_copied_on_the_way_in():
    source = np.array([1.0, 2.0])
    x = Tensor(source)
    source[0] = 99.0
    x.data = source
    source[1] = 99.0

    assert x.data.tolist() == [99.0, 2.0]


def test_a_leaf_can_be_given_other_data_of_its_shape_only():
    x = Tensor([1.0, 2.0], "x")
    x.data = [3, 4]
    x.data[1] = 5.0
    x.data += 1.0

    assert x.data.tolist() == [4.0, 6.0]
    with pytest.raises(ValueError, match=r"x has shape \(2,\), and can't be given data of shape \(3,\)"):
        x.data = [1.0, 2.0, 3.0]
    y = x * 2.0
    with pytest.raises(AttributeError, match="mul was computed from its inputs; only a leaf can be given other data"):
        y.data = [0.0, 0.0]
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 1.0
    with pytest.raises(TypeError, match="part of a recorded graph and isn't changed in place"):
        x[0] = 1.0


def test_a_leaf_can_be_assigned_an_array_without_a_copy():
    x, array = Tensor([1.0, 2.0]), np.array([3.0, 4.0])
    x.assign(array)
    (x * x).sum().backward()

    assert x.grad.tolist() == [6.0, 8.0]
    assert x.varies


@pytest.mark.parametrize("node", [Tensor([1.0], "c", varies=False), Tensor([1.0]) * 2.0], ids=["constant", "computed"])
def test_a_constant_and_a_computed_node_keep_their_data(node):
    for give in (lambda: node.assign(np.array([3.0])), lambda: setattr(node, "data", [3.0])):
        with pytest.raises(AttributeError, match="a leaf .*can be"):
            give()

    assert node.data in (1.0, 2.0)


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (mb.take, [0, 0]),
        (mb.take, np.array([0, 0])),
        (mb.reshape, [1, 3]),
        (lambda t, shape: mb.broadcast_to(t[:1, None], shape), [2, 5]),
    ],
    ids=["a list as index", "an array as index", "a shape", "a shape to broadcast to"],
)
def test_a_parameter_changed_afterwards_changes_nothing(make, given):
    t, twin = Tensor([1.0, 2.0, 3.0]), Tensor([1.0, 2.0, 3.0])
    make(twin, given).sum().backward()
    y = make(t, given).sum()
    given[0] = 2
    y.backward()

    assert t.grad.tolist() == twin.grad.tolist()


def test_data_of_float32_stay_float32_when_replaced():
    x = Tensor([1.0, 2.0], dtype=np.float32)
    x.data = np.array([0.1, 0.2])

    assert x.dtype == np.float32
    assert (x * 2.0).dtype == np.float32


# ---------------------------------------------------------------------- operators and broadcasting


def test_operators_and_their_reflections_are_numpys():
    u, v = np.array([[0.5, 1.5, 2.5]]), np.array([[1.0], [2.0]])
    x, y = Tensor(u), Tensor(v)
    for operation in (
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a**b,
        lambda a, b: -a + abs(b),
        lambda a, b: 2 - a / 3 + 1 / b,
        lambda a, b: (a.T @ b.T).T,
    ):
        expected = operation(u, v)
        for nodes in ((x, y), (x, v), (u, y)):
            z = operation(*nodes)
            assert type(z) is Tensor
            np.testing.assert_allclose(z.data, expected, rtol=1e-15)
            cotangents = mb.backward(z.sum())
            assert {node for node in nodes if isinstance(node, Tensor)} == {n for n in cotangents if n.is_leaf}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_plain_numbers_and_bools_take_the_dtype_beside_them(dtype: Any):
    x = Tensor([1.0, 2.0], dtype=dtype)

    for y in (x * 2, x + 0.1, 1 / x, x**2, 2.0**x, x * True, x * np.array([True, False]), mb.maximum(x, 0), -x):
        assert y.dtype == dtype
    assert mb.where(x > 1, x, 0.0).dtype == dtype
    assert mb.where(np.array([True, False]), 0, x).dtype == dtype
    for f in (mb.softmax, mb.log_softmax, mb.sum, mb.mean, mb.logsumexp):
        assert f(x).dtype == dtype
        assert mb.grad(lambda x, f=f: (f(x) * 2).sum())(x.data).dtype == dtype
    assert (x * Value(2.0)).dtype == dtype
    assert (Tensor([1.0]) * x).dtype == np.float64
    assert mb.jvp(mb.exp, (x.data,), (np.ones(2),))[1].dtype == dtype
    assert mb.jacobian(mb.exp)(x.data).dtype == dtype


def test_integers_beside_a_tensor_have_to_be_exact():
    with pytest.raises(ValueError, match="these integers are not exactly float64"):
        Tensor([1.0]) * (2**53 + 1)
    with pytest.raises(TypeError, match="complex128"):
        Tensor([1.0]) * np.array([1j])
    with pytest.raises(TypeError):
        Tensor([1.0]) * 1j
    with pytest.raises(TypeError):
        Tensor([1.0]) * "a"
    with pytest.raises(TypeError):
        [1.0] @ Tensor([1.0])


W, x = Tensor(np.ones((2, 3)), "W"), Tensor(np.ones(3), "x")


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (lambda: W + W.T, r"add: W has shape \(2, 3\), b has shape \(3, 2\); numpy says: operands could not"),
        (lambda: W @ W, r"matmul: W has shape \(2, 3\), W has shape \(2, 3\); the inner sizes 3 and 2 differ; .* W\.T"),
        (lambda: x @ W, r"matmul: x has shape \(3,\), W has shape \(2, 3\); numpy says"),
        (lambda: W @ 2.0, r"matmul: W has shape \(2, 3\), b has shape \(\)"),
        (lambda: x[3], r"take: x has shape \(3,\), index=3; numpy says: index 3 is out of bounds"),
        (lambda: x[1.5], r"take: x has shape \(3,\), index=1.5; numpy says: only integers"),
        (lambda: x[0, 0], r"take: x has shape \(3,\), index=\(0, 0\); numpy says: too many indices"),
        (lambda: W.transpose(0, 0), r"transpose: W has shape \(2, 3\), axes=\(0, 0\); numpy says"),
        (lambda: mb.concatenate([x, W]), r"concatenate: x has shape \(3,\), W has shape \(2, 3\), axis=0"),
        (lambda: mb.stack([x, x[:2]]), r"stack: x has shape \(3,\), b has shape \(2,\)"),
        (lambda: mb.where(x, x[:2], 0.0), r"where: x has shape \(3,\), b has shape \(2,\), c has shape \(\)"),
    ],
    ids=range(11),
)
def test_shapes_that_do_not_fit_are_told_with_the_operation_and_the_names(operation: Any, message: str):
    with pytest.raises((ValueError, IndexError), match=message):
        operation()


def test_rows_given_for_columns_are_told_what_would_be_right():
    X, w = Tensor(np.ones((10, 784)), "X"), Tensor(np.ones((30, 784)), "w")

    message = r"w has shape \(30, 784\), X has shape \(10, 784\); .* columns are examples, so pass X\.T"
    with pytest.raises(ValueError, match=message):
        w @ X


def test_an_index_holds_no_nodes():
    with pytest.raises(TypeError, match="index holds plain numbers, not the node i; use i.data"):
        Tensor([1.0, 2.0])[Value(1.0, "i")]


# ------------------------------------------------------------------------------------- methods


def test_methods_are_the_functions():
    numbers = np.array([[0.3, 0.7, 0.1], [0.2, 0.6, 0.5]])
    x = Tensor(numbers)
    for method, function in (
        (x.sum(), mb.sum(x)),
        (x.sum(0, keepdims=True), mb.sum(x, 0, True)),
        (x.mean(axis=-1), mb.mean(x, -1)),
        (x.max((0, 1)), mb.max(x)),
        (x.min(1), mb.min(x, axis=1)),
        (x.logsumexp(0), mb.logsumexp(x, 0)),
        (x.softmax(0), mb.softmax(x, 0)),
        (x.softmax(), mb.softmax(x, 1)),
        (mb.softmax(x), mb.softmax(x, -1)),
        (mb.log_softmax(x), mb.log_softmax(x, 1)),
        (x.reshape(3, -1), mb.reshape(x, (3, 2))),
        (x.reshape((6,)), mb.reshape(x, (-1,))),
        (x.ravel(), mb.reshape(x, -1)),
        (x.transpose(), mb.transpose(x)),
        (x.transpose(1, 0), x.T),
        (x.transpose((1, 0)), x.T),
        (x.transpose(None), x.T),
        (x.tanh(), mb.tanh(x)),
        (x.leaky_relu(0.1), mb.leaky_relu(x, 0.1)),
        (x[0], mb.take(x, 0)),
    ):
        np.testing.assert_array_equal(method.data, function.data)
    assert Tensor([1.0]).transpose(0).shape == (1,)


# ------------------------------------------------------------------------------ numpy's functions


@pytest.mark.parametrize("ufunc", sorted(UFUNCS, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_numpys_universal_functions_are_recorded(ufunc: Any):
    numbers = [np.array([[1.25, 1.5], [2.0, 1.75]]) * (0.3 if ufunc in (np.arcsin, np.arccos, np.arctanh) else 1.0)]
    numbers += [np.array([[2.0, 3.0], [0.5, 1.0]])] * (ufunc.nin - 1)
    tensors = [Tensor(x) for x in numbers]

    y = ufunc(*tensors)
    half = ufunc(numbers[0], *tensors[1:]) if ufunc.nin > 1 else y

    assert type(y) is type(half) is Tensor
    np.testing.assert_array_equal(y.data, ufunc(*numbers))
    np.testing.assert_array_equal(half.data, y.data)
    y.sum().backward()
    assert all(x.grad is not None for x in tensors)


def test_numpys_other_functions_are_recorded():
    u = np.array([[1.0, 2.0, 0.5], [3.0, -1.0, 0.25]])
    x = Tensor(u)
    for function in (
        lambda a: np.sum(a),
        lambda a: np.sum(a, axis=0, keepdims=True),
        lambda a: np.mean(a, 1),
        lambda a: np.max(a, axis=(0, 1)),
        lambda a: np.amin(a, axis=-1),
        lambda a: np.reshape(a, (3, 2)),
        lambda a: np.ravel(a),
        lambda a: np.transpose(a),
        lambda a: np.transpose(a, (1, 0)),
        lambda a: np.broadcast_to(a, (2, 2, 3)),
        lambda a: np.concatenate([a, u]),
        lambda a: np.concatenate((u, a), axis=1),
        lambda a: np.stack([u, a], axis=-1),
        lambda a: np.where(u > 0, a, 0.0),
        lambda a: np.dot(a, u.T),
        lambda a: np.dot(a, 2.0),
        lambda a: np.dot(u[0], a.T),
        lambda a: np.add.reduce(a),
        lambda a: np.add.reduce(a, axis=None),
        lambda a: np.maximum.reduce(a, axis=1, keepdims=True),
        lambda a: np.logaddexp.reduce(a, axis=1),
        lambda a: u @ a.T,
        lambda a: a @ u.T,
        lambda a: u * a - a / u + u**a * 0 + np.exp(a),
    ):
        y = function(x)
        assert type(y) is Tensor
        np.testing.assert_allclose(y.data, function(u), rtol=1e-15)
        assert x in mb.backward(y.sum())


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.log2(t),
        lambda t: np.floor(t),
        lambda t: np.arctan2(t, t),
        lambda t: np.equal(t, t),
        lambda t: np.sort(t),
        lambda t: np.linalg.norm(t),
        lambda t: np.cumsum(t),
        lambda t: np.std(t),
        lambda t: np.vstack([t, t]),
        lambda t: np.add.accumulate(t),
        lambda t: np.multiply.reduce(t),
        lambda t: np.add.outer(t, t),
        lambda t: np.add.reduce(t, initial=5.0),
        lambda t: np.exp(t, dtype=np.float32),
        lambda t: np.add(t, 1.0, out=np.zeros(2)),
        lambda t: np.dot(np.ones((2, 2, 2)), Tensor(np.ones((2, 2, 2)))),
        lambda t: np.ones(2).__iadd__(t),
    ],
    ids=range(17),
)
def test_a_numpy_function_that_is_not_recorded_is_one_clear_type_error(call: Any):
    with pytest.raises(TypeError, match="not recorded"):
        call(Tensor([1.0, 2.0]))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_options_that_are_not_recorded_are_refused_too(function: Any):
    x = Tensor([[1.0, 2.0]])
    arguments = ([x, x],) if function in (np.concatenate, np.stack) else (x,)

    with pytest.raises(TypeError):
        function(*arguments, dtype=np.float32)


def test_the_graph_is_not_cut_by_turning_a_tensor_into_numbers():
    t = Tensor([1.0], "t")

    for cut in (
        lambda: np.asarray(t),
        lambda: np.array(t),
        lambda: np.array([t, t]),
        lambda: np.asarray(t, dtype=float),
        lambda: np.asarray(t * 2.0),
    ):
        with pytest.raises(TypeError, match="into a numpy array would cut the recorded graph; use .*.data"):
            cut()
    for cut in (lambda: float(t), lambda: math.exp(t), lambda: complex(t)):
        with pytest.raises(TypeError, match=r"float\(t\) would cut the recorded graph"):
            cut()


def test_a_constant_tensor_is_as_good_as_its_numbers():
    c = Tensor([1.0, 2.0], varies=False)

    assert np.asarray(c).tolist() == [1.0, 2.0]
    assert not (c * c).varies
    assert np.asarray(c * 2.0).tolist() == [2.0, 4.0]
    np.asarray(c)[0] = 99.0
    assert c.data.tolist() == [1.0, 2.0]


def test_comparisons_are_of_the_numbers():
    t, u = Tensor([1.0, 3.0]), Tensor([2.0, 2.0])

    assert (t < u).tolist() == [True, False]
    assert (t <= 1.0).tolist() == [True, False]
    assert (t > u).tolist() == [False, True]
    assert (t >= np.array([1.0, 4.0])).tolist() == [True, False]
    assert (np.array([2.0, 2.0]) > t).tolist() == [True, False]
    assert (2.0 < t).tolist() == [False, True]
    assert (np.float64(2.0) <= t).tolist() == [False, True]
    assert (Value(2.0) < t).tolist() == [False, True]
    assert bool(Tensor([1.0]))
    assert not Tensor(0.0)
    assert t != u
    assert t == t
    with pytest.raises(ValueError, match="ambiguous"):
        bool(t)


# ---------------------------------------------------------------------------------- gradients


def test_gradients_have_the_shape_and_dtype_of_their_tensor():
    x, b = Tensor(np.ones((2, 3), np.float32)), Tensor(np.ones((1, 3), np.float32))
    y = x * b + 1
    y.sum().backward()

    for node, shape in ((x, (2, 3)), (b, (1, 3)), (y, (2, 3))):
        assert node.grad.shape == shape
        assert node.grad.dtype == np.float32
    assert b.grad.tolist() == [[2.0, 2.0, 2.0]]


def test_a_leaf_that_only_a_step_rests_on_has_gradient_zero_and_one_that_nothing_rests_on_has_none():
    x, other = Tensor([1.0, -1.0]), Tensor([1.0])
    (mb.step(x) * 2.0).sum().backward()

    assert x.grad.tolist() == [0.0, 0.0]
    assert other.grad is None


def test_a_view_of_a_leaf_is_not_changed_through_it():
    x = Tensor(np.arange(4.0))
    for view in (x.reshape(2, 2), x[1:3], x.T, mb.broadcast_to(x, (2, 4)), x[...]):
        before = view.data.copy()
        x.data[:] = x.data * 2 + 1
        np.testing.assert_array_equal(view.data, before)


class Own(Tensor):
    """A Tensor of a class of one's own."""

    __slots__ = ()


def test_a_class_of_ones_own_beside_plain_tensors_and_arrays_holds_numbers_that_no_one_writes_to():
    """Whichever of the two classes a leaf is of, what was computed from it keeps the numbers it was computed from."""
    a, b, c = Tensor([1.0, 2.0]), Own([3.0, 4.0]), np.array([1.0, 1.0])
    a.data[0], b.data[1] = 5.0, 7.0
    y = Own.record(p.mul, (a, b), {}) + c
    a.data[:] = b.data[:] = c[:] = 100.0

    assert type(y) is type(y * a) is type(y.sum()) is type(b @ a) is Own
    assert y.data.tolist() == [16.0, 15.0]
    cotangents = mb.backward(y.sum())
    assert cotangents[a].tolist() == [3.0, 7.0]
    assert cotangents[b].tolist() == [5.0, 2.0]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_plain_number_takes_the_dtype_of_the_tensor_beside_it(dtype: Any):
    t = Tensor([1.0, 2.0], dtype=dtype)

    for number in (0.1, 3, True, 2**24 + 1, 2**60):
        for y in (t * number, number * t):
            assert y.dtype == dtype
            assert y.data[0] == dtype(number)
    with pytest.raises(ValueError, match="not exactly float64"):
        t * (2**53 + 1)
