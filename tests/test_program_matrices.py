"""The matrix form: sums over indices as products of matrices, whatever way the scalars were written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from helpers import data_of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import ANY, Program, numbers, programs, run

import microbp as mb
from microbp import MLP, Value, backward
from microbp import primitives as p
from microbp.program import record
from microbp.program.forms.array_form import MatrixForm
from microbp.program.matrices import Grouping, Sums

AGREE = 1e-12


def as_matrices(program: Any) -> Any:
    """The same program, run in matrix form whatever else would be chosen for it."""
    program.__dict__["form"] = MatrixForm(program, Grouping(program), "asked for")
    return program


def agrees(f: Any, *inputs: Any, others: Any = None, parameters: Any = ()) -> Any:
    """The program of f, after it has given in matrix form what f gives, for its own inputs and for others."""
    program = as_matrices(record(f, *inputs, node=Value, wrt=[*range(len(inputs)), *parameters]))
    for k, given_ in enumerate((inputs, others or [np.asarray(x) * 0.9 - 0.01 for x in inputs])):
        if k:
            for w in (node for array in parameters for node in np.ravel(array)):
                w.data = w.data * 1.1 + 0.02
        nodes = [np.array([Value(v) for v in np.ravel(x)], object).reshape(np.shape(x))[()] for x in given_]
        y = f(*nodes)
        cotangents = backward(y)
        value, gradients = program.value_and_grad(*given_)
        assert value == pytest.approx(y.data, rel=AGREE, abs=AGREE)
        for array, gradient in zip([*nodes, *parameters], gradients, strict=True):
            expected = np.array([cotangents.get(node, 0.0) for node in np.ravel(array)]).reshape(np.shape(array))
            np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-12)
    return program


def values(rng: np.random.Generator, *shape: int, label: str | None = None) -> Any:
    nodes = [Value(x, label and f"{label}_{k + 1}") for k, x in enumerate(rng.normal(size=shape).ravel())]
    return np.array(nodes, dtype=object).reshape(shape)


def products_in(program: Any) -> int:
    return [line.primitive for line in program.matrix_form().lines].count(p.matmul)


# ---------------------------------------------------------------------------------- a network


def listed(program: Any) -> list[str]:
    return [line.split("  ")[1].strip() for line in map(str.strip, str(program).splitlines()) if line[:1].isdigit()]


def test_a_network_of_scalars_reads_as_the_book():
    net = MLP([3, 4, 2], node=Value, rng=0)
    program = record(lambda x, y: net.cost(x, y), np.ones((3, 1)), np.ones((2, 1)), node=Value, wrt=net)

    assert listed(program.matrix_form())[:4] == [
        "z2 = w2 @ a1 + b2",
        "a2 = sigmoid(z2)",
        "z3 = w3 @ a2 + b3",
        "a3 = sigmoid(z3)",
    ]


def test_a_function_of_z_in_the_cost_is_not_called_an_activation():
    net = MLP([3, 4, 2], node=Value, rng=0)
    program = record(
        lambda x, y: net.cost(x, y, "cross_entropy"), np.ones((3, 1)), np.ones((2, 1)), node=Value, wrt=net
    )

    assert listed(program.matrix_form())[2:] == ["z3 = w3 @ a2 + b3", "C = sum(softplus(z3) - y * z3)"]


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy", "log_likelihood"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "softmax"])
@pytest.mark.parametrize("sizes", [[3, 4, 2], [1, 1, 1], [2, 1], [4, 3, 3, 2]])
@pytest.mark.parametrize("m", [1, 3])
def test_networks_of_values_give_in_matrix_form_what_they_give(cost, activation, sizes, m, rng):
    net = MLP(sizes, activation, "sigmoid", node=Value, rng=1)
    x, y = rng.normal(size=(sizes[0], m)), rng.uniform(0.1, 0.9, (sizes[-1], m))
    program = agrees(lambda x, y: net.cost(x, y, cost), x, y, others=[x * 0.5, y], parameters=net.parameter_arrays())

    assert products_in(program) <= len(sizes) - 1


@pytest.mark.parametrize("m", [1, 2, 5])
@pytest.mark.parametrize("mean", [True, False])
def test_a_batch_gives_what_the_examples_give_one_by_one(m, mean, rng):
    net = MLP([3, 4, 2], "tanh", node=Value, rng=0)
    one = record(lambda x, y: net.cost(x, y), np.ones((3, 1)), np.ones((2, 1)), node=Value, wrt=net)
    X, Y = rng.normal(size=(3, m)), rng.normal(size=(2, m))
    batch = as_matrices(one.batch(m, mean=mean))

    value, gradients = batch.value_and_grad(X, Y)

    each = [one.value_and_grad(X[:, [k]], Y[:, [k]]) for k in range(m)]
    stacked = [np.stack([by[i] for _, by in each], axis=-1) for i in range(4)]
    if mean:
        assert value == pytest.approx(np.mean([v for v, _ in each]), rel=AGREE)
        assert batch(X, Y) == value
    else:
        assert value == pytest.approx([v for v, _ in each], rel=AGREE)
    for found, expected in zip(gradients, stacked, strict=True):
        np.testing.assert_allclose(found, expected.mean(-1) if mean else expected, rtol=1e-11, atol=1e-14)


def test_the_mean_over_a_batch_of_a_program_of_arrays_differentiates_by_inputs_too(rng):
    one = record(lambda x, w: mb.sum(mb.tanh(x * w)), np.ones((3, 1)), np.ones((3, 1)), node=Value, wrt=0)
    X, W = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))

    value, gradient = as_matrices(one.batch(4)).value_and_grad(X, W)

    assert value == pytest.approx(np.tanh(X * W).sum() / 4, rel=AGREE)
    np.testing.assert_allclose(gradient, W * (1 - np.tanh(X * W) ** 2) / 4, rtol=1e-11)


# ------------------------------------------------------------------------- other ways to write it


class Neuron:
    """micrograd's neuron, without labels."""

    def __init__(self, rng: np.random.Generator, n: int) -> None:
        self.w = [Value(x) for x in rng.uniform(-1, 1, n)]
        self.b = Value(0.1)

    def __call__(self, x: Any) -> Any:
        return sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b).tanh()


def test_neurons_in_the_style_of_micrograd_become_matrices(rng):
    layers = [[Neuron(rng, 3) for _ in range(4)], [Neuron(rng, 4) for _ in range(4)], [Neuron(rng, 4)]]

    def f(x: Any) -> Any:
        for layer in layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    program = agrees(f, rng.normal(size=3))

    assert products_in(program) == 3
    for layer in layers:
        for neuron in layer:
            neuron.b.data = neuron.b.data + 0.5
            neuron.w[0].data = 0.3
    x = rng.normal(size=3)
    assert program(x) == pytest.approx(f(x).data, rel=AGREE)


def test_values_that_nobody_named_have_a_float_each_in_the_order_of_their_creation(rng):
    neurons = [Neuron(rng, 2) for _ in range(3)]
    f = lambda x: sum([neuron(x) * (k + 1.0) for k, neuron in enumerate(neurons)])  # noqa: E731
    program = as_matrices(record(f, [0.3, -0.2], node=Value))

    _, gradient = program.value_and_grad([0.3, -0.2])

    found = backward(f([0.3, -0.2]))
    expected = [found[node] for neuron in neurons for node in (*neuron.w, neuron.b)]
    assert all(type(g) is float for g in gradient)
    assert gradient == pytest.approx(expected, rel=AGREE)


ONE_BY_ONE: dict[str, Any] = {
    "w[0]*x": lambda w, x: mb.tanh(w[0] * x[0]) + w[1] * x[0] + w[2] * x[1] + w[3],
    "weights in another order": lambda w, x: mb.tanh(w[3] * x[0] + w[0] * x[1]) * mb.tanh(w[2] * x[0] + w[1] * x[1]),
    "the datum first": lambda w, x: mb.tanh(x[0] * w[0] + x[1] * w[1]) + mb.tanh(x[0] * w[2] + x[1] * w[3]),
    "terms in another order": lambda w, x: mb.tanh(w[0] * x[0] + w[1] * x[1]) * mb.tanh(w[3] * x[1] + w[2] * x[0]),
    "a convolution": lambda w, x: sum([mb.tanh(w[0] * x[k] + w[1] * x[k + 1] + w[2]) for k in range(3)], w[3]),
    "one weight in two layers": lambda w, x: w[0] * mb.tanh(w[0] * x[0] + w[1] * x[1]) + w[1] * mb.tanh(w[2] * x[2]),
    "one weight twice in a sum": lambda w, x: mb.sin(w[0] * x[0] + w[0] * x[1] + w[1] * x[0]),
    "one product twice": lambda w, x: mb.sin(w[0] * x[0] + w[0] * x[0]),
    "a product that is used twice": lambda w, x: (lambda q: mb.sin(q + w[1] * x[1]) + mb.cos(q))(w[0] * x[0]),
    "weight decay": lambda w, x: mb.tanh(w[0] * x[0] + w[1] * x[1]) + 0.1 * sum([v * v for v in w]),
    "weights alone": lambda w, x: mb.exp(w[0] + w[1]) + w[2] * w[3] + x[0],
    "a skip connection": lambda w, x: (lambda h: w[2] * h + w[3] * x[0] + x[0])(mb.tanh(w[0] * x[0] + w[1] * x[1])),
    "an input as a constant": lambda w, x: mb.tanh(w[0] * x[0] + x[1]) * x[2] + w[1] * 1.0,
    "inputs of no use": lambda w, x: w[0] * x[3],
    "no parameters": lambda w, x: mb.sin(x[0] * x[1] + x[2] * x[3]),
    "numbers in between": lambda w, x: mb.tanh(2.0 * (w[0] * x[0] + 1.0) - 3.0) / 7.0 + (w[1] - 0.5) ** 2,
    "a sum of many": lambda w, x: sum([*w, *x, *w]) * 1.5 + sum(x),
    "a sum of itself": lambda w, x: (w[0] + w[0]) * (x[0] + x[0]) + mb.sin(x[1] + x[1]),
    "products of data": lambda w, x: mb.sin(x[0] * x[1]) + mb.sin(x[0] * x[2]) * w[0] + mb.sin(x[1] * x[3]),
    "x*x": lambda w, x: x[0] * x[0] + w[0] * w[0] * x[1] * x[1],
    "sums within sums": lambda w, x: mb.sin((w[0] * x[0] + (w[1] * x[1] + (w[2] * x[2] + w[3]))) + (x[3] + 1.0)),
    "a sum that is used twice": lambda w, x: (lambda s: mb.sin(s + x[2]) + s * 2.0)(w[0] * x[0] + w[1] * x[1]),
    "products of sums": lambda w, x: (w[0] * x[0] + w[1]) * (w[2] * x[1] + w[3]) - (w[0] * x[2] + w[1]),
    "differences": lambda w, x: mb.tanh(w[0] * x[0] - w[1] * x[1] - w[2]) - mb.tanh(-(w[3] * x[2])),
    "chosen": lambda w, x: mb.where(mb.greater(x[0], w[0]), w[1] * x[1], mb.maximum(w[2], x[2])) + mb.relu(w[3] * x[3]),
    "logsumexp": lambda w, x: mb.logsumexp(np.array([w[0] * x[0], w[1] * x[1], w[2]])),
    "largest with a number": lambda w, x: mb.max(np.array([w[0] * x[0], w[1] * x[1], Value(0.1, varies=False)])) * 2.0,
    "many largest": lambda w, x: sum([mb.max(np.array([w[k] * x[k], w[k - 1], x[k - 2]])) for k in range(4)], w[0]),
    "softmax": lambda w, x: mb.softmax(np.array([w[0] * x[0], w[1] * x[1], w[2] * x[2]]))[1],
}
"""Functions of four weights and four inputs."""


@pytest.mark.parametrize("name", ONE_BY_ONE)
@pytest.mark.parametrize("is_array", [True, False])
def test_scalars_agree_with_their_matrices_however_they_were_written(name, is_array, rng):
    w = values(rng, 4)
    f = ONE_BY_ONE[name]
    x = np.array([0.7, -0.4, 0.9, 0.31])
    if is_array:
        agrees(lambda x: f(w, x), x, parameters=[w])
    else:
        agrees(lambda a, b, c, d: f(w, [a, b, c, d]), *x)


@settings(max_examples=40)
@given(programs(ANY, length=12), st.lists(numbers, min_size=2, max_size=4), st.lists(numbers, min_size=2, max_size=3))
def test_random_functions_of_parameters_and_inputs_agree_with_their_matrices(
    program: Program, inputs: list[float], weights: list[float]
):
    w = np.array([Value(x) for x in weights], dtype=object)

    def f(x: Any) -> Any:
        return run(program, [*x, *w, sum([a * b for a, b in zip(w, x, strict=False)], w[0])], ANY)

    agrees(f, np.array(inputs), others=[np.array(inputs[::-1])], parameters=[w])


def test_a_batch_of_scalars_written_anyhow_is_that_of_each(rng):
    for name, f in ONE_BY_ONE.items():
        w = values(rng, 4)
        x = np.array([[0.7], [-0.4], [0.9], [0.31]])
        one = record(lambda x, f=f, w=w: f(w, x[:, 0]), x, node=Value, wrt=[w])
        X = x + rng.uniform(-0.05, 0.05, (4, 3))
        value, (gradient,) = as_matrices(one.batch(3, mean=False)).value_and_grad(X)
        for k in range(3):
            y = f(w, [Value(v) for v in X[:, k]])
            found = backward(y)
            assert value[k] == pytest.approx(y.data, rel=1e-11), name
            expected = [found.get(v, 0.0) for v in w]
            np.testing.assert_allclose(gradient[:, k], expected, rtol=1e-10, atol=1e-12, err_msg=name)


def test_weights_lie_in_memory_as_they_are_used():
    w = [Value(0.1 * k) for k in range(6)]

    def f(x: Any) -> Any:
        return np.array([mb.tanh(w[3] * x[0] + w[2] * x[1] + w[5]), mb.tanh(w[1] * x[0] + w[0] * x[1] + w[4])])

    program = as_matrices(record(f, [1.0, 2.0], node=Value))

    assert [line.primitive.name for line in program.matrix_form().lines if line.primitive is not p.reshape] == [
        "matmul",
        "add",
        "tanh",
    ]
    np.testing.assert_allclose(program([1.0, 2.0]), np.tanh([0.3 + 0.4 + 0.5, 0.1 + 0.4]))


def test_neurons_that_add_up_in_other_orders_are_one_layer():
    w = [Value(0.1 * k) for k in range(4)]
    program = as_matrices(
        record(lambda x: np.array([w[0] * x[0] + w[1] * x[1], x[1] * w[3] + w[2] * x[0]]), [1.0, 2.0], node=Value)
    )

    assert products_in(program) == 1
    np.testing.assert_allclose(program([1.0, 2.0]), [0.2, 0.8])


def test_several_results_are_averaged_over_no_examples(rng):
    one = record(lambda x: (mb.sum(x), mb.sum(x * x)), rng.normal(size=(3, 1)), node=Value)
    X = rng.normal(size=(3, 4))

    first, second = as_matrices(one.batch(4))(X)

    np.testing.assert_allclose(first, X.sum(0))
    np.testing.assert_allclose(second, (X * X).sum(0))


def test_a_batch_has_a_gradient_of_its_own(rng):
    net = MLP([2, 3, 1], node=Value, rng=0)
    batch = record(lambda x: net(x)[0, 0], np.ones((2, 1)), node=Value, wrt=net).batch(4)
    X = rng.normal(size=(2, 4))
    value, gradients = batch.value_and_grad(X)

    found = batch.gradient()(X)

    assert found[0] == pytest.approx(value, rel=1e-12)
    for a, b in zip(found[1:], gradients, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_the_gradient_of_each_example_by_itself(rng):
    net = MLP([2, 3, 1], node=Value, rng=0)
    one = record(lambda x: net(x)[0, 0], np.ones((2, 1)), node=Value, wrt=net)
    X = rng.normal(size=(2, 4))

    for mean in (True, False):
        value, gradients = one.batch(4, mean=mean).value_and_grad(X)
        found = one.gradient().batch(4, mean=mean)(X)
        for a, b in zip(found, (value, *gradients), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_the_matrix_form_of_a_batch_gives_the_gradient_of_each_example_too():
    w, v = Value(2.0), Value(0.5)
    X = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    program = record(lambda x: mb.tanh(w * x[0] + v * x[1]), X[:, 0], node=Value, wrt=[w, v]).batch(3, mean=False)

    values, gradients = program.matrix_form().value_and_grad(X)

    z = w.data * X[0] + v.data * X[1]
    np.testing.assert_allclose(values, np.tanh(z), rtol=AGREE)
    np.testing.assert_allclose(np.reshape(gradients, X.shape), (1 - np.tanh(z) ** 2) * X, rtol=AGREE)


def test_examples_of_examples_keep_their_numbers_apart(rng):
    w = values(rng, 2, 3)
    f = lambda x, t: mb.sum(mb.tanh(w @ x + t) * t)  # noqa: E731
    one = record(f, np.ones((3, 2)), 0.5, node=Value, wrt=[w])
    X, T = rng.normal(size=(3, 2, 4)), rng.normal(size=4)

    value, (gradient,) = as_matrices(one.batch(4, mean=False)).value_and_grad(X, T)

    for k in range(4):
        y = f(X[:, :, k], Value(T[k]))
        found = backward(y)
        assert value[k] == pytest.approx(y.data, rel=1e-12)
        np.testing.assert_allclose(gradient[:, :, k].ravel(), [found[node] for node in w.flat], rtol=1e-11)


def test_numbers_of_which_some_are_nan_are_kept():
    program = as_matrices(record(lambda x: x * np.array([np.nan, 3.0, 3.0]), np.ones(3), node=Value))

    assert program([1.0, 2.0, 3.0])[1:].tolist() == [6.0, 9.0]
    assert np.isnan(program([1.0, 2.0, 3.0])[0])


@pytest.mark.parametrize("shape", [(3, 2), (3, 3), (1, 3), (3, 1)])
@pytest.mark.parametrize("is_named", [True, False])
def test_a_matrix_is_used_as_its_transpose_too(shape, is_named, rng):
    w = values(rng, *shape)
    f = lambda x: mb.sum(mb.sin(w.T @ mb.tanh(w @ x)))  # noqa: E731

    program = agrees(f, rng.normal(size=(shape[1], 1)), parameters=[w] if is_named else [])

    assert products_in(program) == (2 if min(shape) > 1 else 1)
    if not is_named:
        for node in w.flat:
            node.data = node.data + 0.1
        x = rng.normal(size=(shape[1], 1))
        assert program(x) == pytest.approx(f(x).data, rel=1e-12)


# ------------------------------------------------------------------------------------- results


def test_results_may_be_parameters_numbers_and_inputs():
    w, u = Value(3.0, "w"), Value(2.0)
    constant = Value(1.0, varies=False)
    f = lambda x: (w, x, x * 2, np.array([w, x * 2, u, constant]))  # noqa: E731
    program = as_matrices(record(f, 1.0))

    a, b, c, d = program(4.0)

    assert (a, b, c, d.tolist()) == (3.0, 4.0, 8.0, [3.0, 8.0, 2.0, 1.0])
    w.data, u.data = 5.0, 6.0
    assert program(4.0)[3].tolist() == [5.0, 8.0, 6.0, 1.0]


def test_a_comparison_with_a_parameter_that_is_used_nowhere_else_is_guarded():
    w = Value(3.0, "w")
    program = as_matrices(record(lambda x: x * 2 if x < w else x, 1.0))

    assert program(2.0) == 4.0
    with pytest.raises(mb.RecordingError, match="x < w held in the .* not hold here, .* compares 4 and 3"):
        program(4.0)
    w.data = 5.0
    assert program(4.0) == 8.0


def test_an_array_of_results_keeps_its_shape(rng):
    w = values(rng, 2, 3)
    program = as_matrices(record(lambda x: (w @ x).T, rng.normal(size=(3, 4)), node=Value))
    x = rng.normal(size=(3, 4))

    np.testing.assert_allclose(program(x), (data_of(w) @ x).T, rtol=1e-13)


def test_a_result_for_each_example_has_them_in_the_last_axis(rng):
    w = values(rng, 2, 3)
    one = record(lambda x: (w @ x, mb.sum(x), w[0, 0]), rng.normal(size=(3, 1)), node=Value)
    X = rng.normal(size=(3, 5))

    z, total, same_for_all = as_matrices(one.batch(5, mean=False))(X)

    np.testing.assert_allclose(z, data_of(w) @ X, rtol=1e-13)
    np.testing.assert_allclose(total, X.sum(0), rtol=1e-13)
    assert same_for_all.tolist() == [w[0, 0].data] * 5


# -------------------------------------------------------------------------------- the parts of it


def test_chains_of_additions_are_sums_of_their_terms():
    x = [Value(k + 1.0) for k in range(4)]
    program = record(lambda a, b, c, d: mb.sin((a + b) + (c + d)), *range(1, 5), node=Value)
    sums = Sums(program)

    assert {k: terms.tolist() for k, terms in sums.terms.items()} == {2: [0, 1, 2, 3]}
    assert sums.is_inside.tolist() == [True, True, False, False]
    assert len(x) == 4


def test_what_is_handed_back_or_compared_is_no_inner_part_of_a_sum():
    w = Value(2.0, "w")

    def f(a: Any, b: Any) -> Any:
        product = w * a
        first = product + b
        return (first if first > 0 else b) + a, product

    sums = Sums(record(f, 1.0, 2.0))

    assert not sums.is_inside.any()


def test_a_product_of_two_parameters_or_of_two_data_is_no_part_of_a_dot_product():
    w, v = Value(2.0, "w"), Value(3.0, "v")
    sums = Sums(record(lambda a, b: mb.sin(w * a + w * v + a * b), 1.0, 2.0))

    assert sums.is_product.sum() == 1


def test_parameters_that_share_a_name_with_an_input_are_told_apart():
    x = Value(2.0, "x")
    program = as_matrices(record(lambda a: mb.sin(x * a) + x, Value(0.5, "x")))

    assert program(1.0) == pytest.approx(np.sin(2.0) + 2.0)
    value, gradient = program.value_and_grad(1.0)
    assert gradient == (pytest.approx(np.cos(2.0) + 1.0),)


def test_zeros_of_both_signs_among_constants_are_told_apart():
    c = [0.0, -0.0, 0.0]

    def f(x):
        return sum((mb.tanh(v / k) * (j + 1) for j, (v, k) in enumerate(zip(x, c, strict=True))), 0.0)

    with np.errstate(all="ignore"):
        program = record(f, np.ones(3), node=Value)

        assert program.matrix_form()(np.ones(3)) == 2.0


# ------------------------------------------------------------------------- data that f holds


def held(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """A network of Values, its cost of data that it holds, number by number, and the same of data that it is given."""
    X, Y = rng.normal(size=(5, 2)).round(1).tolist(), [1.0, 0.0, 1.0, 1.0, 0.0]  # some numbers come twice
    hidden, last = [Neuron(rng, 2) for _ in range(3)], Neuron(rng, 3)

    def cost(X: Any, Y: Any) -> Any:
        losses = [(mb.sigmoid(last([neuron(x) for neuron in hidden])) - y) ** 2 for x, y in zip(X, Y, strict=True)]
        return sum(losses) / 10

    return lambda: cost(X, Y), cost, (X, Y)


def test_data_that_f_holds_are_a_matrix_as_those_that_it_is_given(rng):
    without, given_, data = held(rng)
    of_held, of_given = record(without), record(given_, *data)

    listings = [str(program.matrix_form().gradient()).splitlines() for program in (of_held, of_given)]
    tags = [[line.split("  ")[-1].strip() for line in lines[4:]] for lines in listings]
    assert tags[0] == tags[1] and {"BP1", "BP2", "BP3", "BP4"} < set(tags[0])
    assert "  constants   a1 (2, 5), c" in "\n".join(listings[0])
    assert any(line.endswith("BP4") and "nabla_w2 = delta2 @ a1.T " in line for line in listings[0])
    C, gradient = of_held.value_and_grad()
    expected, gradient_of_given = of_given.value_and_grad(*data)
    assert C == pytest.approx(expected, rel=AGREE)
    np.testing.assert_allclose(gradient, gradient_of_given, rtol=1e-11, atol=1e-14)


def test_the_matrix_form_and_the_batch_of_a_gradient_are_the_gradient_of_these(rng):
    net = MLP([2, 3, 1], node=Value, rng=0)
    program = record(net.cost, rng.normal(size=(2, 1)), np.ones((1, 1)), node=Value, wrt=net)
    x, y = rng.normal(size=(2, 4)), np.ones((1, 4))

    assert str(program.gradient().matrix_form()) == str(program.matrix_form().gradient())
    for mean in (True, False):
        found, expected = program.gradient().batch(4, mean)(x, y), program.batch(4, mean).gradient()(x, y)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_products_with_data_and_with_numbers_are_as_wide_as_the_examples():
    w, v = Value(0.5, "w"), Value(0.3, "v")

    def f(x: Any) -> Any:
        return mb.tanh(w * x[0] + v * 2.0) + mb.tanh(w * x[1] + v * 2.0)

    program = record(f, np.ones(2), node=Value)
    X = np.array([[1.0, 2.0, 3.0], [0.5, 0.25, 0.125]])

    expected = np.mean([f(x).data for x in X.T])
    for batch in (program.batch(3), program.batch(3).matrix_form()):
        assert batch(X) == pytest.approx(expected, rel=AGREE)


def test_an_example_that_f_holds_twice_is_a_column_more():
    w, b = [Value(0.1 * k, f"w_{k}") for k in range(2)], Value(0.1, "b")
    X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 1.0]]

    def f(y: Any) -> Any:
        return sum((mb.tanh(sum((p * a for p, a in zip(w, x, strict=True)), b)) - y) ** 2 for x in X)

    program = agrees(f, 1.0, parameters=[np.array([*w, b])])
    assert products_in(program) == 1
    assert "constants   a1 (2, 6)" in str(program.matrix_form())
