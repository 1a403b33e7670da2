"""A program for one example, batched, gives what a loop over examples gives."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from helpers import ANYWHERE, CALLS, Call, _distinct

import microbp as mb
from microbp import Tensor, Value
from microbp.kinds import Elementwise, Reduction
from microbp.linear import Linear
from microbp.nn import costs
from microbp.nn.parameters import parameter
from microbp.primitives import TABLE
from microbp.program import RecordingError, record
from microbp.program.batching import batched
from microbp.program.transforming import gradient

M = 3

IN_COLUMNS: list[tuple[str, Any, dict[str, Any]]] = [
    ("add", [(2, 1), (2, 1)], {}),
    ("add", [(2, 1), ()], {}),
    ("add", [(2, 1), (1,)], {}),
    ("add", [(4, 1), (2, 1, 1)], {}),
    ("mul", [(2, 1), (2, 3)], {}),
    ("matmul", [(2, 3), (3, 1)], {}),
    ("matmul", [(3,), (3, 1)], {}),
    ("matmul", [(2, 1), (1,)], {}),
    ("matmul", [(5, 2, 3), (3, 1)], {}),
    ("matmul", [(2, 3), (5, 3, 1)], {}),
    ("matmul", [(3, 1), (1, 2)], {}),
    *[
        (name, [shape], {"axis": axis, "keepdims": keepdims})
        for name in ("sum", "mean", "max", "min", "logsumexp")
        for shape, axis in [((3, 1), 0), ((3, 1), 1), ((3, 1), None), ((2, 1, 1), 2), ((2, 3, 1), (0, 2)), ((1,), 0)]
        for keepdims in (False, True)
    ],
    ("sum", [(3, 1)], {"axis": (), "keepdims": False}),
    ("sum_to", [(2, 3, 1)], {"shape": (3, 1)}),
    ("sum_to", [(3, 1)], {"shape": (1,)}),
    ("sum_to", [(3, 1)], {"shape": ()}),
    ("sum_to", [(3, 2)], {"shape": (3, 1)}),
    ("broadcast_to", [(3, 1)], {"shape": (2, 3, 1)}),
    ("broadcast_to", [(3, 1)], {"shape": (3, 2)}),
    ("broadcast_to", [()], {"shape": (2, 1)}),
    ("reshape", [(6, 1)], {"shape": (2, 3, 1)}),
    ("reshape", [(6, 1)], {"shape": (2, 3)}),
    ("reshape", [(6, 1)], {"shape": -1}),
    ("reshape", [(2, 3)], {"shape": (6, 1)}),
    ("reshape", [(1, 1)], {"shape": ()}),
    ("reshape", [()], {"shape": (1, 1)}),
    ("transpose", [(3, 1)], {"axes": None}),
    ("transpose", [(1, 3)], {"axes": None}),
    ("transpose", [(2, 3, 1)], {"axes": (1, 0, 2)}),
    ("transpose", [(2, 3, 1)], {"axes": (2, 1, 0)}),
    ("transpose", [(1,)], {"axes": None}),
    *[
        ("take", [(4, 1)], {"index": index})
        for index in [
            2,
            slice(1, 3),
            np.array([0, 3, 3]),
            np.array([True, False, True, True]),
            None,
            (slice(None), None),
            (..., None),
            (slice(1, 3), slice(None)),
            (2, 0),
            (slice(1, 3), 0),
            (np.array([0, 1]), np.array([0, 0])),
            np.array([[True], [False], [True], [True]]),
            True,
        ]
    ],
    ("take", [(2, 3, 1)], {"index": (np.array([0, 1]), None, np.array([2, 0]))}),
    ("take", [(2, 3, 4)], {"index": (np.array([[0, 1]]), slice(None), np.array([2, 0]))}),
    ("scatter", [(2, 1)], {"index": slice(1, 3), "shape": (4, 1)}),
    ("scatter", [(1,)], {"index": 2, "shape": (4, 1)}),
    ("scatter", [(3, 1)], {"index": np.array([0, 3, 3]), "shape": (4, 1)}),
    ("scatter", [()], {"index": (2, 0), "shape": (4, 1)}),
    ("scatter", [(2,)], {"index": (slice(1, 3), 0), "shape": (4, 1)}),
    ("scatter", [()], {"index": slice(1, 3), "shape": (4,)}),
    ("scatter", [(1,)], {"index": slice(1, 3), "shape": (4, 1)}),
    ("scatter", [(1, 2, 4)], {"index": (np.array([[0, 1]]), slice(None), np.array([2, 0])), "shape": (2, 4, 3)}),
    ("concatenate", [(2, 1), (3, 1)], {"axis": 0}),
    ("concatenate", [(2, 1), (2, 1)], {"axis": 1}),
    ("concatenate", [(2, 1), (3, 1)], {"axis": None}),
    ("concatenate", [(1,)], {"axis": 0}),
    ("stack", [(2, 1), (2, 1)], {"axis": 0}),
    ("stack", [(2, 1), (2, 1)], {"axis": -2}),
    ("stack", [(2, 1), (2, 1)], {"axis": 2}),
    ("stack", [()], {"axis": 0}),
]
"""Further calls, with a last axis of length 1 in many places."""


def _calls() -> list[Call]:
    rng = np.random.default_rng(53)
    return CALLS + [Call(name, tuple(_distinct(rng, shapes, *ANYWHERE)), params) for name, shapes, params in IN_COLUMNS]


def examples_of(call: Call, x: np.ndarray) -> list[np.ndarray]:
    """M inputs in place of x, from the same domain."""
    shrunk = 0.0 if call.name == "where" else 0.003
    return [np.roll(x.ravel(), i).reshape(x.shape) * (1 - shrunk * i) for i in range(M)]


def side_by_side(examples: list[Any]) -> np.ndarray:
    """Columns as columns of a matrix, anything else along a further last axis."""
    arrays = list(map(np.asarray, examples))
    return np.concatenate(arrays, -1) if arrays[0].shape[-1:] == (1,) else np.stack(arrays, -1)


def some_of(call: Call) -> list[tuple[int, ...]]:
    """Every choice of inputs that are examples; the others are parameters, the same for all."""
    n = len(call.inputs)
    return [chosen for r in range(1, n + 1) for chosen in itertools.combinations(range(n), r)]


@pytest.mark.parametrize("call", _calls(), ids=str)
def test_a_batch_is_a_loop_over_examples_for_every_row(call: Call) -> None:
    for chosen in some_of(call):
        parameters = {i: Tensor(x, f"p{i}") for i, x in enumerate(call.inputs) if i not in chosen}

        def f(*xs: Any, chosen: Any = chosen, parameters: Any = parameters) -> Any:
            return call(*[parameters[i] if i in parameters else xs[chosen.index(i)] for i in range(len(call.inputs))])

        program = batched(record(f, *[Tensor(call.inputs[i]) for i in chosen]), M, mean=False)
        examples = [examples_of(call, call.inputs[i]) for i in chosen]

        y = program(*map(side_by_side, examples))

        fixed = {i: w.data for i, w in parameters.items()}
        expected = side_by_side([f(*[xs[e] for xs in examples], parameters=fixed) for e in range(M)])
        assert np.shape(y) == expected.shape
        np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-15)


def test_every_row_of_the_table_is_called() -> None:
    assert {call.name for call in _calls()} == set(TABLE)


# Networks


def cost_program(m: int, activation: str = "sigmoid", cost: str = "quadratic", sizes: Any = (4, 3, 2)) -> Any:
    net = mb.MLP(list(sizes), activation=activation, rng=0)
    x, y = numbers(sizes, cost, m)
    return net, record(lambda x, y: net.cost(x, y, cost), Tensor(x, "x"), Tensor(y, "y"), wrt=net)


def numbers(sizes: Any, cost: str, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs, and desired outputs that every cost takes."""
    rng = np.random.default_rng(1)
    x, labels = rng.standard_normal((sizes[0], m)), rng.integers(0, sizes[-1], m)
    y = np.eye(sizes[-1])[:, labels]
    return x, 2 * y - 1 if cost == "hinge" else y


COSTS = [
    (activation, cost)
    for activation in ("sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax")
    for cost in costs.NAMES
    if cost not in ("cross_entropy", "log_likelihood") or activation in ("sigmoid", "softmax")
]


@pytest.mark.parametrize(("activation", "cost"), COSTS)
def test_a_batch_of_a_cost_is_the_mean_over_examples_with_its_gradient(activation: str, cost: str) -> None:
    net, program = cost_program(1, activation, cost)
    x, y = numbers(net.sizes, cost, 5)

    value, gradients = batched(program, 5).value_and_grad(x, y)

    each = [program.value_and_grad(x[:, [e]], y[:, [e]]) for e in range(5)]
    assert value == pytest.approx(np.mean([c for c, _ in each]), rel=1e-13)
    for k, g in enumerate(gradients):
        expected = np.mean([own[k] for _, own in each], axis=0)
        np.testing.assert_allclose(g, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("activation", "cost"), COSTS)
def test_a_batched_network_has_the_lines_of_one_recorded_with_the_batch(activation: str, cost: str) -> None:
    _, of_one = cost_program(1, activation, cost)
    _, of_many = cost_program(5, activation, cost)

    assert str(gradient(batched(of_one, 5))) == str(gradient(of_many))


def test_a_network_becomes_one_product_a_layer() -> None:
    _, program = cost_program(1)

    made = batched(program, 5)

    products = [made.shapes[k] for k, line in enumerate(made.lines) if line.primitive is mb.matmul]
    assert products == [(3, 5), (2, 5)]
    assert [(leaf.label, leaf.shape) for leaf in made.leaves[:6]] == [
        ("x", (4, 5)),
        ("y", (2, 5)),
        ("w2", (3, 4)),
        ("b2", (3, 1)),
        ("w3", (2, 3)),
        ("b3", (2, 1)),
    ]


def test_vectors_become_one_product_a_layer_too() -> None:
    w, b = Tensor(np.arange(6.0).reshape(2, 3), "w"), Tensor([1.0, -1.0], "b")
    made = batched(record(lambda x: mb.tanh(w @ x + b), Tensor([0.1, 0.2, 0.3], "x")), 5, mean=False)
    x = np.random.default_rng(0).standard_normal((3, 5))

    y = made(x)

    assert y.shape == (2, 5)
    np.testing.assert_allclose(y, np.tanh(w.data @ x + b.data[:, None]), rtol=1e-13)
    assert [made.shapes[k] for k, line in enumerate(made.lines) if line.primitive is mb.matmul] == [(5, 2)]


@pytest.mark.parametrize(("activation", "cost"), COSTS)
def test_the_gradient_of_each_example_is_that_of_a_loop(activation: str, cost: str) -> None:
    net, program = cost_program(1, activation, cost)
    x, y = numbers(net.sizes, cost, 5)

    value, *gradients = batched(gradient(program), 5, mean=False)(x, y)

    each = [program.value_and_grad(x[:, [e]], y[:, [e]]) for e in range(5)]
    np.testing.assert_allclose(value, [c for c, _ in each], rtol=1e-13)
    for k, (w, g) in enumerate(zip(net.parameter_arrays(), gradients, strict=True)):
        assert g.shape == (*w.shape, 5)
        np.testing.assert_allclose(g, np.stack([own[k] for _, own in each], axis=-1), rtol=1e-12, atol=1e-15)


def test_the_gradient_by_an_input_has_the_shape_of_the_input() -> None:
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], "w")
    made = gradient(record(lambda x: mb.sum(mb.tanh(w @ x)), Tensor([[0.1], [0.2]], "x"), wrt=0))

    _, g = batched(made, 3, mean=False)(np.ones((2, 3)))

    assert g.shape == (2, 3)


# What is handed back


def test_a_single_number_is_averaged_and_keeps_its_name() -> None:
    w = Tensor([[1.0, 2.0]], "w")

    def cost(x: Any) -> Any:
        c = mb.sum(mb.square(w @ x)) * 0.5
        c.label = "C"
        return c

    program = record(cost, Tensor([[1.0], [1.0]], "x"))
    x = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])

    assert batched(program, 3).outputs == [batched(program, 3).outputs[0]._replace(label="C", shape=())]
    assert batched(program, 3)(x) == pytest.approx((1 + 16 + 1) / 2 / 3)
    np.testing.assert_allclose(batched(program, 3, mean=False)(x), [0.5, 8.0, 0.5])


def test_an_array_is_not_averaged_even_if_it_holds_one_number() -> None:
    w = Tensor([[1.0, 2.0]], "w")

    assert batched(record(lambda x: w @ x, Tensor([[1.0], [1.0]])), 3)(np.ones((2, 3))).shape == (1, 3)


def test_numbers_as_inputs_become_vectors() -> None:
    w = Tensor(2.0, "w")
    program = record(lambda x, y: (w * x * y, x - y), Tensor(1.0), Tensor(1.0))

    product, difference = batched(program, 3)(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]))

    assert product.tolist() == [8.0, 20.0, 36.0]
    assert difference.tolist() == [-3.0, -3.0, -3.0]


def test_what_rests_on_no_input_is_the_same_for_all_and_not_computed_for_each() -> None:
    w = Tensor([[1.0], [2.0]], "w")
    made = batched(record(lambda x: (mb.exp(w) + x, mb.exp(w), mb.sum(w)), Tensor([[1.0], [1.0]])), 3)

    sums, same, total = made(np.ones((2, 3)))

    assert [made.shapes[k] for k, line in enumerate(made.lines) if line.primitive is mb.exp] == [(2, 1)]
    np.testing.assert_allclose(sums, np.exp(w.data) + np.ones((2, 3)))
    np.testing.assert_allclose(same, np.repeat(np.exp(w.data), 3, axis=1))
    assert total.tolist() == [3.0, 3.0, 3.0]


def test_a_cost_of_parameters_alone_is_its_own_mean() -> None:
    w = Tensor([[1.0], [2.0]], "w")
    program = record(lambda x: (mb.sum(mb.square(w)), mb.sum(x))[0], Tensor([[1.0]]))

    assert batched(program, 7)(np.ones((1, 7))) == 5.0


def test_parameters_are_read_anew_at_each_call() -> None:
    w = Tensor([[2.0]], "w")
    made = batched(record(lambda x: mb.sum(w @ x), Tensor([[1.0]])), 2)
    before = made(np.array([[1.0, 3.0]]))

    w.data = np.array([[3.0]])

    assert (before, made(np.array([[1.0, 3.0]]))) == (4.0, 6.0)


def test_float32_stays_float32() -> None:
    w = Tensor(np.ones((2, 3)), "w", dtype=np.float32)
    program = record(lambda x: mb.tanh(w @ x), Tensor(np.ones((3, 1)), dtype=np.float32))

    assert batched(program, 4)(np.ones((3, 4), np.float32)).dtype == np.float32


def test_a_batch_of_one_is_the_one() -> None:
    net, program = cost_program(1)
    x, y = numbers(net.sizes, "quadratic", 1)

    assert batched(program, 1)(x, y) == program(x, y)
    assert batched(program, 1, mean=False)(x, y).tolist() == [program(x, y)]
    _, *gradients = batched(gradient(program), 1, mean=False)(x, y)
    for own, g in zip(program.value_and_grad(x, y)[1], gradients, strict=True):
        np.testing.assert_array_equal(g[..., 0], own)


def test_a_batch_of_batches_is_a_loop_over_loops() -> None:
    net, program = cost_program(1)
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((4, 3, 5)), rng.random((2, 3, 5))

    twice = batched(batched(program, 3), 5)(x, y)

    expected = np.mean([net.cost(x[:, :, e], y[:, :, e]).data for e in range(5)])
    assert twice == pytest.approx(expected, rel=1e-13)


# Comparisons


def test_a_comparison_must_come_out_for_all_examples_as_it_did_for_one() -> None:
    w = Tensor(2.0, "w")
    made = batched(record(lambda x: w * x if x > 0 else -x, Tensor(1.0, "x")), 3, mean=False)

    assert made(np.array([1.0, 2.0, 3.0])).tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(RecordingError, match="x > 0 held"):
        made(np.array([1.0, -2.0, 3.0]))


@pytest.mark.parametrize("shapes", [((2, 1), ()), ((2, 3), (3,)), ((2, 3), (2, 1)), ((3,), ()), ((1,), (1, 1))])
def test_a_comparison_of_arrays_is_looked_at_for_each_example(shapes: Any) -> None:
    def f(x: Any, y: Any) -> Any:
        return mb.sum(x) + mb.sum(y) if (x > y).all() else x

    made = batched(record(f, *[Tensor(np.full(s, n)) for s, n in zip(shapes, (2.0, 1.0), strict=True)]), 4)
    x, y = (side_by_side([np.full(s, n)] * 4) for s, n in zip(shapes, (2.0, 1.0), strict=True))

    assert made(x, y) == sum(n * np.prod(s) for s, n in zip(shapes, (2.0, 1.0), strict=True))
    x = x.copy()
    x[..., 2].flat[-1] = 0.5
    with pytest.raises(RecordingError):
        made(x, y)


# Rows of one's own


def test_elementwise_rows_and_reductions_of_ones_own_have_their_rules() -> None:
    cube = Elementwise("cube", lambda u: u**3, lambda u: u**3, lambda u, y: 3 * u * u)
    norm = Reduction(
        "norm",
        lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims)),
        lambda x, y, axis: x / y,
    )
    column = batched(record(lambda x: norm(cube(x), axis=1), Tensor([[1.0], [-2.0]])), 3)

    assert column(np.array([[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]])).tolist() == [[1.0, 8.0, 1.0], [0.0, 27.0, 1.0]]


def test_a_linear_row_of_ones_own_is_refused_with_the_way_out() -> None:
    flip = Linear("flip", lambda x: x[::-1], lambda g, x: flip(g))
    w = Tensor([[1.0], [2.0]], "w")

    with pytest.raises(RecordingError, match="flip, a row of your own.*record the function with a batch"):
        batched(record(lambda x: flip(x), Tensor([[1.0], [2.0]])), 3)

    y = batched(record(lambda x: flip(w) * x, Tensor([[1.0], [1.0]])), 2)(np.ones((2, 2)))
    assert y.tolist() == [[2.0, 2.0], [1.0, 1.0]]


def test_a_program_of_values_keeps_its_lines() -> None:
    program = record(lambda x: x * x, Value(1.0))
    made = batched(program, 3)

    assert made.lines is program.lines
    assert made([1.0, 2.0, 3.0]) == pytest.approx(14 / 3)


# Whole functions


def random_function(seed: int) -> tuple[Any, list[tuple[int, ...]]]:
    """A function of two arrays, of some twenty lines, and the shapes that it takes; it holds parameters of its own."""
    shapes = [(3, 1), (1, 3), (2, 3), (3,), (2, 3, 1), (), (1,), (2, 1, 3)]
    rng = np.random.default_rng(seed)
    of_inputs = [shapes[i] for i in rng.integers(0, len(shapes), 2)]
    parameters = {s: Tensor(rng.uniform(0.5, 1.5, s), "w") for s in shapes}
    choices = rng.integers(0, 2**31, 16).tolist()

    def f(*xs: Any) -> Any:
        values = list(xs)
        for choice in choices:
            values.append(one_more(np.random.default_rng(choice), values))
        return sum([mb.mean(mb.tanh(v)) for v in values])

    def one_more(rng: np.random.Generator, values: list[Any]) -> Any:
        pool = [*values, *parameters.values()]
        u, v = (pool[i] for i in rng.integers(0, len(pool), 2))
        u = mb.tanh(u)
        axes = tuple(int(n) for n in rng.permutation(u.ndim))
        candidates = [
            lambda: u + v,
            lambda: u * v,
            lambda: mb.where(mb.greater(u, v), u, v * 0.5),
            lambda: u @ v,
            lambda: v.T @ u,
            lambda: mb.sum(u, axis=axes[0], keepdims=bool(rng.integers(2))),
            lambda: mb.max(u, axis=axes[:2]),
            lambda: mb.logsumexp(u, axis=axes[0], keepdims=True),
            lambda: mb.mean(u, axis=axes[0]),
            lambda: mb.transpose(u, axes),
            lambda: mb.reshape(u, (-1, 1)),
            lambda: mb.reshape(u, (1, -1)),
            lambda: mb.reshape(u, (-1,)),
            lambda: u[0],
            lambda: u[..., 0],
            lambda: u[np.array([0, 1, 0])],
            lambda: u[:, None, np.array([0, 0])],
            lambda: mb.concatenate([u, v], axis=0),
            lambda: mb.concatenate([u, v], axis=None),
            lambda: mb.stack([u, v + 0 * u], axis=-1),
            lambda: u - v[..., None],
            lambda: mb.softmax(u, axis=axes[0]),
        ]
        for i in rng.permutation(len(candidates)):
            try:
                y = candidates[i]()
            except (ValueError, IndexError):
                continue  # not for these shapes
            if y.size <= 64 and y.ndim <= 4:
                return y
        return u

    return f, of_inputs


@pytest.mark.parametrize("seed", range(40))
def test_a_batch_of_any_function_is_a_loop_with_its_gradients(seed: int) -> None:
    f, shapes = random_function(seed)
    rng = np.random.default_rng(seed)
    examples = [[rng.uniform(-1, 1, s) for s in shapes] for _ in range(M)]
    program = record(f, *map(Tensor, examples[0]))
    inputs = [side_by_side(xs) for xs in zip(*examples, strict=True)]

    each = [program.value_and_grad(*xs) for xs in examples]

    mean, gradients = batched(program, M).value_and_grad(*inputs)
    assert mean == pytest.approx(np.mean([c for c, _ in each]), rel=1e-12)
    for k, g in enumerate(gradients):
        np.testing.assert_allclose(g, np.mean([own[k] for _, own in each], axis=0), rtol=1e-11, atol=1e-13)

    values, *of_each = batched(gradient(program), M, mean=False)(*inputs)
    np.testing.assert_allclose(values, [c for c, _ in each], rtol=1e-12)
    for k, g in enumerate(of_each):
        np.testing.assert_allclose(g, np.stack([own[k] for _, own in each], axis=-1), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("m", [0, -1, 1.5, "2", None, True])
@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_batch_of_no_number_of_examples_is_refused(m: Any, node: Any) -> None:
    with pytest.raises(ValueError, match="^batch: the number of examples is a whole number of at least 1, not "):
        record(lambda x: mb.sum(x * 2.0), np.ones((3, 1)), node=node).batch(m)


def test_a_batch_of_scalars_has_no_batches() -> None:
    program = record(lambda x: mb.sum(x * 2.0), np.ones((3, 1)), node=Value).batch(2)

    with pytest.raises(RecordingError, match="^batch: <lambda> is over 2 examples already$"):
        program.batch(3)


@pytest.mark.parametrize("by", ["w", "x", "both"])
@pytest.mark.parametrize("node", [Value, Tensor])
def test_the_gradient_of_a_batch_of_each_example_is_that_of_each_example(node, by, rng):
    w = parameter(node, rng.normal(size=(2, 3)), "w")
    wrt = {"w": (w,), "x": (0,), "both": (0, w)}[by]
    program = record(lambda x: mb.sum(mb.square(mb.tanh(w @ x))), np.ones((3, 1)), node=node, wrt=wrt)
    X = rng.normal(size=(3, 4))
    each = program.batch(4, mean=False)

    value, *gradients = each.gradient()(X)

    for k in range(4):
        one, *expected = program.gradient()(X[:, k : k + 1])
        assert value[k] == pytest.approx(one, rel=1e-13)
        for g, e in zip(gradients, expected, strict=True):
            np.testing.assert_allclose(g[:, k : k + 1] if g.ndim == 2 else g[..., k], e, rtol=1e-12, atol=1e-15)
    for g, e in zip(gradients, each.value_and_grad(X)[1], strict=True):  # which may run in another form
        np.testing.assert_allclose(g, e, rtol=1e-12, atol=1e-15)


def test_the_gradient_of_a_batch_of_what_is_no_single_number_is_refused():
    program = record(lambda x: mb.tanh(x), np.ones((3, 1))).batch(2, mean=False)

    with pytest.raises(RecordingError, match=r"that gives a single number, and this one gives shape \(3, 1"):
        program.gradient()
