"""The lines of a listing are Python, and compute what the program does."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from helpers import CALLS, Call
from listings import NAMESPACE, run_lines, run_text

import microbp as mb
from microbp import Tensor, Value
from microbp.kinds import Elementwise
from microbp.program import record
from microbp.program.batching import batched
from microbp.program.listing import listing
from microbp.program.listing.page import Page
from microbp.program.transforming import gradient


@pytest.mark.parametrize("call", [call for call in CALLS if call.name != "reshape"], ids=str)
def test_a_line_is_python_for_its_row(call: Call) -> None:
    labels = [f"x{i + 1}" for i in range(len(call.inputs))]
    program = record(lambda *xs: call(*xs), *map(Tensor, call.inputs, labels))

    np.testing.assert_array_equal(run_text(program, *call.inputs), call(*call.inputs))


def test_signs_stand_where_they_read_best() -> None:
    x, y = Tensor([1.0, 2.0], "x"), Tensor([3.0, 4.0], "y")

    def f(x: Any, y: Any) -> Any:
        return -3.0 * x + y, x * -(0.25 * y), -x + -y, -(x + y) + x * y

    rows = re.findall(r" t\d = (.*?)  ", listing(record(f, x, y)))
    assert rows == ["y - 3 * x", "x * (-0.25 * y)", "-x - y", "x * y - (x + y)"]
    np.testing.assert_array_equal(run_text(record(f, x, y), x.data, y.data), record(f, x, y)(x.data, y.data))


def test_axes_that_come_and_go_are_seen_where_axes_count() -> None:
    """Where a matrix is wanted, a sum is over an axis, or axes change places."""
    w = Tensor([[1.0], [2.0]], "w")

    def f(x: Any) -> Any:
        row = mb.reshape(x, (1, 3))
        return w @ row, mb.max(row, axis=0), mb.sum(mb.reshape(row, (1, 1, 3)), axis=1), 1 + row

    text = listing(record(f, Tensor([1.0, 2.0, 3.0], "x")))

    assert "= w @ x[None] " in text
    assert "= max(x[None], axis=0) " in text
    assert "= sum(reshape(x, (1, 1, 3)), axis=1) " in text
    assert "= 1 + x " in text
    for found, expected in zip(
        run_text(record(f, Tensor([1.0, 2.0, 3.0], "x")), [1.0, 2.0, 3.0]), f(Tensor([1.0, 2.0, 3.0])), strict=True
    ):
        np.testing.assert_array_equal(np.ravel(found), np.ravel(expected.data))


OPERATORS = {
    "+": lambda u, v: u + v,
    "-": lambda u, v: u - v,
    "*": lambda u, v: u * v,
    "/": lambda u, v: u / v,
    "@": lambda u, v: u @ v,
    "power": lambda u, v: mb.exp(u) ** v,
    "neg": lambda u, v: -u,
    "square": lambda u, v: mb.square(u),
    "transpose": lambda u, v: v.T,
    "number": lambda u, v: u * -1.5,
    "plus number": lambda u, v: u + -0.5,
    "minus number": lambda u, v: -0.5 - u,
}


@pytest.mark.parametrize("seed", range(200))
def test_parentheses_stand_where_python_needs_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.5, 1.5, (2, 2)), rng.uniform(0.5, 1.5, (2, 2))
    names = rng.choice(list(OPERATORS), 6)
    orders = rng.integers(0, 2, 6)

    def f(x: Any, y: Any) -> Any:
        z = mb.tanh(x)
        for name, order in zip(names, orders, strict=True):
            u, v = (z, y) if order else (y, z)
            z = OPERATORS[name](u, mb.tanh(v)) if seed % 2 else OPERATORS[name](u, v)
        return z + 0 * x

    program = record(f, Tensor(x, "x"), Tensor(y, "y"))

    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(run_text(program, x, y), f(Tensor(x), Tensor(y)).data)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax"])
@pytest.mark.parametrize("m", [1, 5])
def test_the_listing_of_a_network_computes_its_gradient(activation: str, m: int) -> None:
    net = mb.MLP([4, 3, 2], activation=activation, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((4, m)), rng.random((2, m))
    program = gradient(record(lambda x, y: net.cost(x, y), Tensor(x, "x"), Tensor(y, "y"), wrt=net))

    value, *gradients = run_text(program, x, y)

    net.cost(x, y).backward()
    for w, g in zip(net.parameters(), gradients, strict=True):
        np.testing.assert_allclose(g, w.grad, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "softmax"])
def test_the_listing_of_the_gradients_of_each_example_computes_them(activation: str) -> None:
    net = mb.MLP([4, 3, 2], activation=activation, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((4, 5)), rng.random((2, 5))
    one = record(lambda x, y: net.cost(x, y), Tensor(x[:, :1], "x"), Tensor(y[:, :1], "y"), wrt=net)

    program = batched(gradient(one), 5, mean=False)

    for text, result in zip(run_text(program, x, y), program(x, y), strict=True):
        np.testing.assert_allclose(text.reshape(result.shape), result, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("cost", ["quadratic", "log_likelihood"])
@pytest.mark.parametrize(("sizes", "m"), [((3, 2), 1), ((1, 1), 1), ((2, 3, 1), 1), ((1, 1), 3), ((2, 3, 1), 3)])
def test_the_listing_of_scalars_as_matrices_computes_their_gradient(cost: str, sizes: Any, m: int) -> None:
    net = mb.MLP(sizes, "tanh", "softmax", node=Value, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((sizes[0], m)), rng.random((sizes[-1], m))
    program = gradient(record(lambda x, y: net.cost(x, y, cost), x, y, node=Value, wrt=net).matrix_form())
    page = Page(program)
    scope = NAMESPACE | {"a1": x, "y": y}
    scope |= {leaf.label: np.array([[w.data for w in row] for row in leaf.data]) for leaf in program.parameters}
    scope |= {page.names[leaf.slots]: leaf.data for leaf in program.constants}
    lines = [row.text for row in page.rows()]
    assert "…" not in "".join(lines)  # which stands for what is left out
    for found, expected in zip(run_lines(lines, scope), program(x, y), strict=True):
        np.testing.assert_allclose(np.reshape(found, np.shape(expected)), expected, rtol=1e-12, atol=1e-15)


def test_a_function_with_many_inputs_is_cut() -> None:
    net = [Value(float(i), f"a_{i}") for i in range(50)]
    program = record(lambda x: mb.logsumexp(np.array([v * x for v in net])), 1.0)

    assert max(map(len, listing(program).splitlines())) < 100
    assert "logsumexp([t1, t2, …, t50])" in listing(program)


def test_large_indices_are_cut() -> None:
    program = record(lambda x: x[np.arange(100)], Tensor(np.ones(100), "x"))

    assert "t1 = x[[0, …, 99]]" in listing(program)


def test_axes_of_length_1_in_front_come_and_go_unseen() -> None:
    w = Tensor([[1.0, 2.0]], "w")
    x = Tensor([1.0, 2.0], "x")
    program = record(lambda x: mb.reshape(w, (2,)) * x + mb.reshape(x, (1, 1, 2)) * w + mb.reshape(w, (-1, 1)), x)

    assert "1  t1 = w * x + x * w + w.T  (1, 2, 2)" in listing(program)
    np.testing.assert_array_equal(run_text(program, x.data)[None], program(x.data))


def test_an_axis_of_length_1_that_numpy_would_miss_is_seen() -> None:
    w = Tensor([[1.0], [2.0]], "w")
    x = Tensor([1.0, 2.0], "x")
    program = record(lambda x: mb.reshape(w, (2,)) * x + mb.reshape(x, (2, 1)), x)

    assert "1  t1 = reshape(w, (2,)) * x + x[:, None]  (2, 2)" in listing(program)
    np.testing.assert_array_equal(run_text(program, x.data), program(x.data))


def test_other_reshapes_are_seen() -> None:
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], "w")

    assert "1  t1 = reshape(w, (4,)) * x  (4,)" in listing(record(lambda x: mb.reshape(w, -1) * x, Tensor(2.0, "x")))


def test_a_row_of_ones_own_is_set_as_a_call() -> None:
    cube = Elementwise("cube", lambda u: u**3, lambda u: u**3, lambda u, y: 3 * u * u)

    assert "t1 = cube(x + 1)" in listing(record(lambda x: cube(x + 1), Tensor(1.0, "x")))
