"""How partial derivatives become pushes, pulls and entries."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from helpers import data_of, grad_of, values_of

import microbp as mb
from microbp import Tensor, Value
from microbp.kinds import Elementwise


def test_an_axis_that_does_not_exist_is_refused_by_every_reduction():
    for f in (mb.sum, mb.mean, mb.max, mb.min, mb.logsumexp):
        with pytest.raises(ValueError, match=rf"{f.name}: a has shape \(2, 3\), axis=2"):
            f(Tensor(np.ones((2, 3))), axis=2)
    with pytest.raises(ValueError, match="axis 2 does not exist: the array has 1 axes"):
        mb.max(values_of([1.0, 2.0]), axis=2)


@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 1), ()], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
def test_arrays_of_values_are_reduced_over_axes_as_tensors_are(axis: Any, keepdims: bool):
    numbers = np.array([[1.0, 3.0, 3.0], [3.0, -2.0, 0.5]])
    for f in (mb.sum, mb.mean, mb.max, mb.min, mb.logsumexp):
        x, array = Tensor(numbers), values_of(numbers)
        y, z = f(x, axis, keepdims), f(array, axis, keepdims)
        (y * y).sum().backward()
        np.sum(np.asarray(z * z)).backward()

        assert np.shape(z) == y.shape
        assert data_of(z) == pytest.approx(y.data, rel=1e-14)
        assert grad_of(array) == pytest.approx(x.grad, rel=1e-13)


def test_a_row_of_values_is_reduced_into_one_node_with_an_edge_from_each():
    row = values_of([1.0, 2.0, 0.5])

    for f in (mb.max, mb.min, mb.logsumexp):
        y = f(row)
        assert type(y) is Value
        assert y.inputs == tuple(row)
        assert y.primitive.name == f.name


def through_pickle(x: Any) -> Any:
    """x as it was written and is read back."""
    return pickle.loads(pickle.dumps(x))


@pytest.mark.parametrize("twin_of", [through_pickle, copy.deepcopy])
@pytest.mark.parametrize("f", [mb.max, mb.min, mb.logsumexp])
def test_the_reduction_of_a_row_of_values_survives_copying_and_pickling(f: Any, twin_of: Callable[[Any], Any]):
    rows = values_of([[1.0, 2.0, 0.5], [0.25, -1.0, 3.0]])
    y = f(rows, axis=1).sum()

    twin, rows_again = twin_of((y, rows))
    assert twin.u.primitive is y.u.primitive
    y.backward()
    twin.backward()

    assert twin.data == y.data
    assert grad_of(rows_again).tolist() == grad_of(rows).tolist()
    assert np.any(grad_of(rows) > 0.1)


def test_a_reduction_is_read_back_also_where_nothing_is_left_of_what_was_pickled():
    pickled = pickle.dumps(mb.logsumexp(values_of([0.0] * 5)))

    twin = pickle.loads(pickled)
    twin.backward()

    assert [x.grad for x in twin.inputs] == pytest.approx([0.2] * 5)


def test_the_reduction_of_n_numbers_is_one_and_the_same_for_as_long_as_it_is_held():
    of_numbers = [mb.max.of_numbers(n) for n in range(1, 41)]

    assert all([mb.max.of_numbers(n) is of_numbers[n - 1] for n in range(1, 41)])


def test_threads_that_ask_for_the_reduction_of_n_numbers_get_the_same_one():
    together, interval = Barrier(8), sys.getswitchinterval()

    def row_of(n: int) -> Elementwise:
        together.wait(30.0)
        return mb.max.of_numbers(n)

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert [len(set(pool.map(row_of, [n] * 8))) for n in range(300, 305)] == [1] * 5
    finally:
        sys.setswitchinterval(interval)


def test_the_reduction_of_a_row_of_values_has_every_order_of_derivative():
    def f(x: Any) -> Any:
        return mb.logsumexp(np.array([x, 2 * x, 0.1])) * mb.max(np.array([x * x, x, -x]))

    def g(x: Any) -> Any:
        return mb.log(mb.exp(x) + mb.exp(2 * x) + math.exp(0.1)) * x

    for _ in range(4):
        assert f(0.7) == pytest.approx(g(0.7), rel=1e-11)
        assert mb.jvp(f, (0.7,), (1.0,))[1] == pytest.approx(mb.grad(g)(0.7), rel=1e-11)
        f, g = mb.grad(f), mb.grad(g)


@pytest.mark.parametrize("other", [Value(2.0), 2.0, np.array([1.0, 2.0]), values_of([1.0, 2.0])], ids=str)
def test_arrays_and_values_in_one_call_go_entry_by_entry(other: Any):
    x, v = values_of([0.5, 3.0]), Value(0.7)

    for f in (mb.maximum, mb.power, mb.logaddexp, mb.mul):
        for u, w in ((x, other), (other, x), (v, other), (other, v)):
            y = f(u, w)
            assert np.shape(y) == np.broadcast_shapes(np.shape(u), np.shape(w))
            assert data_of(y) == pytest.approx(f(data_of(u), data_of(w)))
    with pytest.raises(TypeError, match="was given nodes"):
        mb.mul(Tensor([1.0, 2.0]), x)


def test_a_rate_factor_may_be_a_number():
    half = Elementwise("half", lambda u: u / 2, lambda u: u / 2, 0.5)
    nothing = Elementwise("nothing", lambda u: 0.0, np.zeros_like, 0)
    x, t = Value(3.0), Tensor([3.0, 4.0])

    half(x).backward()
    assert x.grad == 0.5
    assert mb.jacobian(half)(t.data).tolist() == [[0.5, 0.0], [0.0, 0.5]]
    assert mb.jacobian(nothing)(t.data).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert mb.jvp(nothing, (t.data,), ([1.0, 1.0],))[1].tolist() == [0.0, 0.0]
    assert mb.grad(mb.grad(half))(2.0) == 0.0


def test_rates_that_python_refuses_are_numpys_infinities():
    assert mb.sqrt.rate(0, (0.0,), 0.0) == math.inf
    assert mb.div.rate(0, (1.0, 0.0), math.inf) == math.inf
    assert mb.arccos.rate(0, (1.0,), 0.0) == -math.inf
    assert mb.power.rate(0, (0.0, -1.0), math.inf) == -math.inf
    assert mb.log(0.0) == -math.inf
    assert math.isnan(mb.log(-1.0))
    assert mb.exp(1000.0) == math.inf


def test_a_class_of_values_with_a_higher_precedence_makes_the_result():
    class Above(Value):
        __slots__ = ()
        precedence = 5

    assert type(mb.add(Value(1.0), Above(1.0))) is type(mb.mul(Above(1.0), Value(1.0))) is Above


def test_a_wrong_number_of_inputs_is_said_of_numbers_too():
    for call in (lambda: mb.tanh(), lambda: mb.tanh(1.0, 2.0), lambda: mb.add(1.0), lambda: mb.add(Value(1.0))):
        with pytest.raises(TypeError, match=r"(tanh|add): takes (1|2) input\(s\), not"):
            call()
    with pytest.raises(TypeError, match="nothing: an elementwise function has an input or more"):
        Elementwise("nothing", lambda: 0.0, np.zeros)
