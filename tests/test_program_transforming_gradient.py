"""The program of a gradient: what the sweep gives, with names as in the book."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_program_forms import eager, same
from test_properties import ANY, SHAPES, Program, arrays, numbers, programs, run, seeds

import microbp as mb
from microbp import MLP, RecordingError, Tensor, Value, backward
from microbp.program import record


@settings(max_examples=25)
@given(programs(ANY, length=6), st.sampled_from(SHAPES), seeds)
def test_the_gradient_of_a_program_of_arrays_is_that_of_the_sweep(program: Program, shapes: Any, seed: int):
    def f(*xs: Any) -> Any:
        return run(program, list(xs), ANY).sum()

    inputs, others = arrays(shapes, seed), arrays(shapes, seed + 1)
    made = record(f, *inputs, wrt=[2, 0]).gradient()

    value, by_third, by_first = made(*others)

    expected, by_sweep = eager(f, others)
    assert same(value, expected)
    assert same(by_third, by_sweep[2])
    assert same(by_first, by_sweep[0])


@settings(max_examples=25)
@given(programs(ANY, length=8), st.lists(numbers, min_size=2, max_size=3), st.lists(numbers, min_size=3, max_size=3))
def test_the_gradient_of_a_program_of_scalars_is_that_of_the_sweep(
    program: Program, inputs: list[float], others: list[float]
):
    def f(*xs: Any) -> Any:
        return run(program, list(xs), ANY)

    made = record(f, *inputs, wrt=list(range(len(inputs)))).gradient()
    leaves = [Value(x) for x in others[: len(inputs)]]

    value, *gradients = made(*others[: len(inputs)])

    y = f(*leaves)
    found = backward(y)
    assert value == pytest.approx(y.data, rel=1e-12, abs=1e-12)
    assert gradients == pytest.approx([found.get(x, 0.0) for x in leaves], rel=1e-11, abs=1e-11)


def test_a_gradient_has_a_gradient(rng):
    x = rng.normal(size=3)
    first = record(lambda x: (mb.sin(x) * x).sum(), x).gradient()
    hessian = mb.hessian(lambda x: (mb.sin(x) * x).sum())(x)
    along = record(lambda x: (mb.grad(lambda x: (mb.sin(x) * x).sum())(x) * np.array([1.0, 2.0, 3.0])).sum(), x)

    assert first(x)[1] == pytest.approx(mb.grad(lambda x: (mb.sin(x) * x).sum())(x))
    assert along.gradient()(x)[1] == pytest.approx(hessian @ [1.0, 2.0, 3.0], rel=1e-12)


def test_concatenated_and_stacked_inputs_are_taken_one_by_one(rng):
    u, v = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    for f in (
        lambda u, v: (mb.concatenate([u, v, u], 1) * np.arange(9.0)).sum(),
        lambda u, v: (mb.stack([u, v], 1) ** 2 * np.arange(3.0)).sum(),
    ):
        value, gradients = record(f, u, v, wrt=[0, 1]).value_and_grad(u, v)
        expected, by_sweep = eager(f, [u, v])
        assert same(value, expected)
        assert all(map(same, gradients, by_sweep))


def test_results_are_named_after_what_they_are_the_gradients_of():
    net = MLP([2, 3, 1], rng=0)
    made = record(lambda x, y: net.cost(x, y), np.ones((2, 4)), np.ones((1, 4)), wrt=net).gradient()

    assert [output.label for output in made.outputs] == ["C", "nabla_w2", "nabla_b2", "nabla_w3", "nabla_b3"]
    assert {"z2", "a2", "z3", "a3", "delta3", "delta2", "C"} <= set(made.labels)


def test_what_nothing_rests_on_has_a_gradient_of_zeros():
    unused = Tensor(np.ones((2, 3)), "unused")
    scalar = Value(1.0, "scalar")

    _, (g, by_x) = record(lambda x: x.sum(), np.ones(2), wrt=[unused, 0]).value_and_grad(np.ones(2))
    _, (h,) = record(lambda x: x * x, 2.0, wrt=[scalar]).value_and_grad(2.0)

    assert g.tolist() == np.zeros((2, 3)).tolist()
    assert by_x.tolist() == [1.0, 1.0]
    assert h == 0.0


def test_a_gradient_keeps_the_guards():
    made = record(lambda x: x * x if x > 1 else x, 3.0).gradient()

    assert made(2.0) == (4.0, 4.0)
    with pytest.raises(RecordingError, match="x > 1 held in the .* not hold here, .* compares 0.5 and 1"):
        made(0.5)


def test_a_single_number_may_be_in_an_array():
    value, gradient = record(lambda x: x * x, np.array([[3.0]])).value_and_grad([[2.0]])

    assert (value.tolist(), gradient.tolist()) == ([[4.0]], [[4.0]])


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x: x * 2.0, r"shape \(3,\)"),
        (lambda x: (x.sum(), x.sum()), "2 results"),
        (lambda x: [x.sum()], "1 result"),
    ],
)
def test_only_a_single_number_has_a_gradient(f, what):
    program = record(f, np.ones(3))
    program(np.ones(3))

    for ask in (program.gradient, lambda: program.value_and_grad(np.ones(3))):
        sentence = f"a gradient is of a function that gives a single number, and this one gives {what}$"
        with pytest.raises(RecordingError, match=f"^<lambda>: {sentence}"):
            ask()


def test_an_array_of_values_has_no_gradient():
    program = record(lambda x: x * 2.0, np.ones(3), node=Value)

    with pytest.raises(RecordingError, match="^<lambda>: a gradient is of .* this one gives an array of Values$"):
        program.gradient()
    with pytest.raises(RecordingError, match="^<lambda>: a gradient is of a function that gives a single number"):
        program.value_and_grad(np.ones(3))


CHOOSING = {
    "=": lambda u, y: 7.0 if u == 1.0 else 2 * u,
    "≠": lambda u, y: 2 * u if u != 1.0 else 7.0,
    "the other way round": lambda u, y: 7.0 if 1.0 == u else 2 * u,
    "= y": lambda u, y: 7.0 if u == y else 2 * u,
    "in": lambda u, y: 7.0 if u in (0.0, 1.0) else 2 * u,
    "as a factor": lambda u, y: 2 * u + 5.0 * (u == 1.0),
    ">": lambda u, y: 7.0 if u > 0.99 and u < 1.01 else 2 * u,
}
"""Rate factors of u² that are 7 at u = 1, by comparing numbers."""


@pytest.mark.parametrize("is_batch", [False, True])
@pytest.mark.parametrize("rate", CHOOSING.values(), ids=CHOOSING)
def test_a_rate_factor_that_compares_numbers_is_computed_of_numbers(rate, is_batch):
    own = mb.Elementwise("own", lambda u: u * u, np.square, rate)
    program = record(lambda x: own(x), 3.0)
    numbers = [3.0, 1.0, 1.5]
    expected = [6.0, 7.0, 3.0]

    if is_batch:
        assert program.batch(3, mean=False).value_and_grad(numbers)[1].tolist() == expected
    else:
        assert [program.value_and_grad(x)[1] for x in numbers] == expected
    for x, g in zip(numbers, expected, strict=True):
        u = Value(x)
        own(u).backward()
        assert u.grad == g
    with pytest.raises(RecordingError, match=r"a rate factor compares a node \([=>]\): .* mb.where, .* or mb.equal"):
        program.gradient()


def test_a_rate_factor_of_arrays_that_compares_numbers_is_refused():
    own = mb.Elementwise("own", lambda u: u * u, np.square, CHOOSING["as a factor"])
    program = record(lambda x: mb.sum(own(x)), np.ones(2))

    with pytest.raises(RecordingError, match=r"a rate factor compares a node \(=\): .* with mb.where, .* or mb.equal"):
        program.value_and_grad(np.ones(2))


@pytest.mark.parametrize("node", [Value, Tensor])
def test_outside_of_rate_factors_nodes_are_equal_where_they_are_the_same(node):
    def f(x: Any) -> Any:
        assert x == x
        assert not x == x * 1.0  # noqa: SIM201
        assert x != 2.0
        assert x in [x * 1.0, x]
        return x * (2.0 if x == 2.0 else 3.0)

    program = record(f, 2.0, node=node)

    assert program(2.0) == f(node(2.0)).data == 6.0
    assert program.guards == []
