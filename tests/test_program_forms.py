"""Replay: a program gives what the function gives, for every row of the table and for random functions."""

from __future__ import annotations

import sys
import threading
from typing import Any

import numpy as np
import pytest
from helpers import CALLS, Array, Call, data_of, grad_of, values_of
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import (
    ANY,
    MATRIX_PROGRAMS,
    SHAPES,
    Program,
    arrays,
    numbers,
    programs,
    run,
    run_matrices,
    seeds,
)

import microbp as mb
from microbp import MLP, RecordingError, Tensor, Value, backward
from microbp.kinds import Elementwise
from microbp.nn.parameters import numbers_of
from microbp.primitives import TABLE
from microbp.program import record
from microbp.program.forms.python_form import PythonForm

AGREE = 1e-12
"""Relative, between scalars and the arrays that they became: sums in another order."""

DTYPES = [np.float64, np.float32]


def eager(f: Any, inputs: list[Array]) -> tuple[Any, list[Any]]:
    """f of these arrays as Tensors, and its gradient by each."""
    leaves = [Tensor(x) for x in inputs]
    y = f(*leaves)
    cotangents = backward(y)
    return y.data, [cotangents.get(leaf, np.zeros_like(leaf.data)) for leaf in leaves]


def same(found: Any, expected: Any) -> bool:
    """Whether two results are of one shape and of the same bits; nan is nan."""
    found, expected = np.asarray(found), np.asarray(expected)
    equal = found.shape == expected.shape and np.array_equal(found, expected, equal_nan=True)
    return equal and np.array_equal(np.signbit(found[found == 0]), np.signbit(expected[found == 0]))


def moved(inputs: list[Array]) -> list[Array]:
    """Other inputs, near by and so in the same domain, laid out in memory as these."""
    return [(x * 0.97 + (x > 0) * 0.01).astype(x.dtype) for x in inputs]


# ------------------------------------------------------------------------------------ same bits for Tensors


def one_number(call: Call) -> Any:
    """A function with the call in it that ends in a single number, and whose cotangents are all different."""
    return lambda *xs: (mb.sin(call(*xs)) * 1.3).sum()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("call", CALLS, ids=str)
def test_each_row_is_replayed_with_the_same_bits_at_inputs_of_its_own_and_at_others(call: Call, dtype: Any):
    inputs = [x.astype(dtype) for x in call.inputs]
    program = record(call, *map(Tensor, inputs))
    summed = record(one_number(call), *map(Tensor, inputs), wrt=list(range(len(inputs))))

    for given_ in (inputs, moved(inputs)):
        assert same(program(*given_), data_of(call(*map(Tensor, given_))))
        value, gradients = summed.value_and_grad(*given_)
        expected, by_sweep = eager(one_number(call), given_)
        assert same(value, expected)
        assert all([same(g, e) for g, e in zip(gradients, by_sweep, strict=True)])


@settings(max_examples=30)
@given(programs(ANY, length=7), st.sampled_from(SHAPES), seeds, st.sampled_from(DTYPES))
def test_random_functions_of_tensors_are_replayed_with_the_same_bits(
    program: Program, shapes: Any, seed: int, dtype: Any
):
    def f(*xs: Any) -> Any:
        return run(program, list(xs), ANY).sum()

    inputs, others = ([x.astype(dtype) for x in arrays(shapes, seed + k)] for k in (0, 1))
    replayed = record(f, *inputs, wrt=[0, 1, 2])

    for given_ in (inputs, others, inputs):
        value, gradients = replayed.value_and_grad(*given_)
        expected, by_sweep = eager(f, given_)
        assert same(replayed(*given_), expected)
        assert same(value, expected)
        assert [g.dtype if np.ndim(g) else None for g in gradients] == [dtype if x.ndim else None for x in inputs]
        assert all([same(g, e) for g, e in zip(gradients, by_sweep, strict=True)])


@settings(max_examples=30)
@given(programs(MATRIX_PROGRAMS, length=4), seeds, st.sampled_from(["C", "F"]))
def test_random_functions_of_matrices_are_replayed_with_the_same_bits(program: Program, seed: int, order: Any):
    def f(u: Any, v: Any) -> Any:
        return (run_matrices(program, [u, v]) * 0.7).sum()

    inputs, others = ([np.asarray(x, order=order) for x in arrays([(3, 3), (3, 3)], seed + k)] for k in (0, 1))
    replayed = record(f, *inputs, wrt=[0, 1])

    for given_ in (inputs, others):
        value, gradients = replayed.value_and_grad(*given_)
        expected, by_sweep = eager(f, given_)
        assert same(value, expected)
        assert all([same(g, e) for g, e in zip(gradients, by_sweep, strict=True)])


ORDERS: dict[str, Any] = {
    "a transpose": lambda x: (x.T * 1.1).sum(),
    "a transpose, column by column": lambda x: ((x.T * 1.1).sum(axis=0) * 0.3).sum(),
    "a product with its transpose": lambda x: (mb.tanh(x.T) @ x).sum(),
    "itself and its transpose": lambda x: (mb.sin(x @ x.T) + (x @ x.T).T).sum(),
    "columns taken": lambda x: mb.tanh(x[:, np.array([1, 1, 2])]).sum(),
    "every other row": lambda x: (x[::2, ::3] @ x.T[::3, 1:4]).sum(),
    "identity of a slice": lambda x: mb.identity(x[::2, ::3]).sum(),
    "a slice times 1": lambda x: (x[::2, ::3] * 1.0).sum(),
    "minus minus a slice": lambda x: mb.neg(-x[::2, ::3]).sum(),
    "transposes joined": lambda x: mb.tanh(mb.concatenate([x.T, x.T])).sum(),
    "softmax of a transpose": lambda x: (mb.softmax(x.T * 1.3) ** 2).sum(),
    "mean of a transpose": lambda x: mb.mean(x.T * 1.3),
    "an outer product": lambda x: (x[:, :1] @ x[:1]).sum(),
    "a row times a matrix": lambda x: (x[:1] @ x.T).sum(),
    "a matrix times a column": lambda x: (x @ x.T[:, :1]).sum(),
    "a matrix times a vector": lambda x: (x @ x[0]).sum(),
    "a transpose times an array of one number": lambda x: (x.T * np.full((29, 37), 0.1)).sum(axis=1).sum(),
    "a transpose minus a sine": lambda x: (x.T + mb.sin(x.T) * np.full((29, 37), -1.0)).sum(),
    "an array used up in another order": lambda x: (
        (mb.sin(x[:29]) @ x[:29].T).sum() + (mb.cos(x[:29].T) * 0.1).sum() + (x[:29].T * 1.1).sum()
    ),
    "squares by a power": lambda x: (x**2 + x ** np.full(x.shape, 2.0)).sum(),
    "axes in another order": lambda x: (x.reshape(37, 29, 1).transpose(2, 0, 1) * 1.7).sum(axis=1).sum(),
    "repeated rows": lambda x: mb.broadcast_to(x[:1], (37, 29)).T.sum(),
    "a constant beside": lambda x: (x.T * np.full((29, 37), 0.1) + 1.0).sum(),
}
"""Functions whose sums go over arrays that lie in memory in every way there is."""


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", ORDERS)
def test_sums_have_the_same_bits_in_whatever_order_arrays_lie_in_memory(name: str, order: Any):
    x = np.asarray(np.random.default_rng(0).normal(size=(37, 29)), order=order)
    value, gradient = record(ORDERS[name], x).value_and_grad(x)
    expected, (by_sweep,) = eager(ORDERS[name], [x])

    assert same(value, expected)
    assert same(gradient, by_sweep)


def test_an_input_with_gaps_is_taken_as_a_tensor_would_take_it(rng):
    x = rng.normal(size=(74, 58))[::2, ::2]
    program = record(lambda x: (x @ x[0] + mb.tanh(x @ x.T)[0, 0]).sum(), x)

    value, gradient = program.value_and_grad(x)

    expected, (by_sweep,) = eager(lambda x: (x @ x[0] + mb.tanh(x @ x.T)[0, 0]).sum(), [x])
    assert same(value, expected)
    assert same(gradient, by_sweep)


def test_what_is_not_a_number_is_replayed_too():
    f = lambda x: mb.log(x) / x + mb.sqrt(x) - mb.relu(x) * mb.step(x)  # noqa: E731
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, 5e-324])
    with np.errstate(all="ignore"):
        expected = f(Tensor(x)).data
        by_sweep = eager(lambda x: f(x).sum(), [x])[1][0]

    assert same(record(f, np.ones(7))(x), expected)
    assert same(record(lambda x: f(x).sum(), np.ones(7)).value_and_grad(x)[1], by_sweep)


def test_parameters_are_read_anew_at_each_call(rng):
    w, b = Tensor(rng.normal(size=(2, 3)), "w"), Tensor(np.zeros((2, 1)), "b")
    f = lambda x: mb.sum(mb.tanh(w @ x + b))  # noqa: E731
    x = rng.normal(size=(3, 4))
    program = record(f, x)
    program(x)

    w.data[0, 0] = 5.0
    b.data = np.ones((2, 1))

    assert same(program(x), f(x).data)
    assert same(program.value_and_grad(x)[1][1], backward(f(x))[b])


# ------------------------------------------------------------------------------------ float32 beside float64


@pytest.mark.parametrize("of_x", DTYPES)
@pytest.mark.parametrize("of_b", DTYPES)
@pytest.mark.parametrize("of_w", DTYPES)
def test_a_gradient_is_of_the_dtype_of_what_it_is_by_with_the_bits_that_backward_leaves_there(of_w, of_b, of_x, rng):
    w, b = Tensor(rng.normal(size=(2, 3)).astype(of_w), "w"), Tensor(of_b(0.3), "b")
    numbers = rng.normal(size=(3, 4)).astype(of_x)
    x = Tensor(numbers)
    program = record(lambda x: mb.sum(mb.square(mb.tanh(w @ x + b))) / 3.0, numbers, wrt=(w, b, 0))

    y = mb.sum(mb.square(mb.tanh(w @ x + b))) / 3.0
    y.backward()

    assert program(numbers) == y.data
    for found in (program.value_and_grad(numbers)[1], program.gradient()(numbers)[1:]):
        for g, leaf in zip(found, (w, b, x), strict=True):
            assert same(g, leaf.grad)
            assert getattr(g, "dtype", leaf.dtype) == leaf.dtype


# -------------------------------------------------------------------------------------- scalars


@settings(max_examples=40)
@given(programs(ANY, length=9), st.lists(numbers, min_size=1, max_size=3), st.lists(numbers, min_size=3, max_size=3))
def test_random_functions_of_values_are_replayed(program: Program, inputs: list[float], others: list[float]):
    def f(*xs: Any) -> Any:
        return run(program, list(xs), ANY)

    replayed = record(f, *inputs, wrt=list(range(len(inputs))))

    for given_ in (inputs, others[: len(inputs)]):
        leaves = [Value(x) for x in given_]
        y = f(*leaves)
        cotangents = backward(y)
        value, gradients = replayed.value_and_grad(*given_)
        expected = [cotangents.get(x, 0.0) for x in leaves]
        assert replayed(*given_) == pytest.approx(y.data, rel=AGREE, abs=AGREE)
        assert value == pytest.approx(y.data, rel=AGREE, abs=AGREE)
        assert list(gradients) == pytest.approx(expected, rel=AGREE, abs=1e-11)


OF_VALUES = [
    call
    for call in CALLS
    if 0 not in [*map(np.size, call.inputs), np.size(call.formula(*call.inputs))]
    and (isinstance(TABLE[call.name], Elementwise) or all(np.shape(x) for x in call.inputs))
]
"""Calls on arrays of Values, which have axes; a Value by itself is for rows that work entry by entry."""


@pytest.mark.parametrize("call", OF_VALUES, ids=str)
def test_each_row_over_values_is_replayed(call: Call):
    def f(*xs: Any) -> Any:
        entries = np.ravel(np.asarray(call(*xs), dtype=object))
        return sum([mb.sin(node) * (0.3 + k) for k, node in enumerate(entries)], Value(0.0, varies=False))

    program = record(f, *call.inputs, node=Value, wrt=list(range(len(call.inputs))))

    for given_ in (call.inputs, moved(list(call.inputs))):
        nodes = [values_of(x)[()] for x in given_]
        y = f(*nodes)
        y.backward()
        value, gradients = program.value_and_grad(*given_)
        assert value == pytest.approx(y.data, rel=AGREE, abs=AGREE)
        for x, gradient in zip(nodes, gradients, strict=True):
            np.testing.assert_allclose(gradient, grad_of(np.asarray(x, dtype=object)), rtol=1e-11, atol=1e-11)


# ------------------------------------------------------------------------------------- results


def test_results_are_the_callers_own():
    program = record(lambda x: (x * 2, x, mb.transpose(x)), np.ones((2, 2)))
    x = np.ones((2, 2))
    first = program(x)
    second = program(np.zeros((2, 2)))
    second[0][...] = 7.0

    assert [y.tolist() for y in first] == [[[2.0, 2.0]] * 2, [[1.0, 1.0]] * 2, [[1.0, 1.0]] * 2]
    first[1][...] = 5.0
    assert x.tolist() == [[1.0, 1.0]] * 2
    assert program(x)[0].tolist() == [[2.0, 2.0]] * 2


def test_gradients_of_two_calls_are_not_one_array():
    w = Tensor(np.ones((2, 2)), "w")
    program = record(lambda x: (w * x).sum(), np.ones((2, 2)))
    _, (first,) = program.value_and_grad(np.ones((2, 2)))

    _, (second,) = program.value_and_grad(np.full((2, 2), 3.0))

    assert first.tolist() == [[1.0, 1.0]] * 2
    assert second.tolist() == [[3.0, 3.0]] * 2


def test_a_result_that_is_a_parameter_is_a_copy_of_it():
    w = Tensor(np.ones(3), "w")
    (y, _) = record(lambda x: (w, x * w), np.ones(3))(np.ones(3))

    y[...] = 9.0

    assert w.data.tolist() == [1.0] * 3


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: x, [1.0, 2.0]),
        (lambda x: [x], ([1.0, 2.0],)),
        (lambda x: (x, x), ([1.0, 2.0], [1.0, 2.0])),
        (lambda x: (x[0], x.sum()), (1.0, 3.0)),
        (lambda x: (x * 0 + 1, Tensor([5.0], varies=False)), ([1.0, 1.0], [5.0])),
        (lambda x: (mb.tanh(x) * 0, x.reshape(2, 1).T), ([0.0, 0.0], [[1.0, 2.0]])),
    ],
)
def test_results_come_as_the_function_gave_them(f, expected):
    y = record(f, np.zeros(2))(np.array([1.0, 2.0]))

    if isinstance(expected, tuple):
        assert isinstance(y, tuple)
        assert tuple(part if isinstance(part, float) else part.tolist() for part in y) == expected
    else:
        assert y.tolist() == expected


@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_single_number_is_a_float(node):
    w = node(3.0, "w")
    program = record(lambda x: w * x, 2.0, node=node)
    value, (gradient,) = program.value_and_grad(2.0)

    assert [type(x) for x in (program(2.0), value, gradient)] == [float] * 3
    assert (program(2.0), value, gradient) == (6.0, 6.0, 2.0)


@pytest.mark.parametrize("node", [Value, Tensor])
def test_threads_that_share_a_program_get_their_own_results(node):
    w = node(0.5, "w")
    f = lambda x: mb.sum(mb.tanh(mb.sin(x * w) * x) + mb.exp(x) * x)  # noqa: E731
    program = record(f, np.ones(50), node=node)
    inputs = [np.full(50, k / 7) for k in range(8)]
    expected = [program.value_and_grad(x) for x in inputs]
    wrong: list[Any] = []

    def work(k: int) -> None:
        for _ in range(40):
            if program.value_and_grad(inputs[k]) != expected[k] or program(inputs[k]) != expected[k][0]:
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert not wrong
    assert len({value for value, _ in expected}) == 8


# ---------------------------------------------------------------------------------------- saved


def saved(program: Any, path: Any) -> tuple[str, Any]:
    """What the file says before all else, and its function."""
    program.save(path)
    text = path.read_text(encoding="utf-8")
    scope: dict[str, Any] = {}
    exec(text, scope)
    head = [line for line in text.splitlines() if line.startswith("# ")]
    return " ".join(line[2:] for line in head), scope["run"]


def test_what_was_saved_of_scalars_says_that_it_takes_flat_lists(tmp_path):
    net = MLP([2, 3, 1], node=Value, rng=0)
    x = np.random.default_rng(0).normal(size=(2, 2))
    program = record(net, x, node=Value, wrt=net)
    assert program.form.name == "Python"

    head, run = saved(program, tmp_path / "scalars.py")

    shapes = "a1 (2, 2), w2 (3, 2), b2 (3, 1), w3 (1, 3), b3 (1, 1)."
    assert f"a float where a shape is (), else a flat list of floats, as x.ravel().tolist(): {shapes}" in head
    flat = [numbers_of(w).ravel().tolist() for w in net.parameter_arrays()]
    assert np.reshape(run(x.ravel().tolist(), *flat), (1, 2)).tolist() == program(x).tolist()


def test_what_was_saved_of_scalars_in_matrix_form_says_which_arrays_it_takes(tmp_path):
    net = MLP([20, 30, 10], node=Value, rng=0)
    x, y = np.random.default_rng(0).normal(size=(20, 1)), np.zeros((10, 1))
    program = record(net.cost, x, y, node=Value)
    assert program.form.name == "matrix form"

    head, run = saved(program, tmp_path / "matrices.py")

    assert "a1 (20, 1), y (10, 1), w2 (30, 20), b2 (30, 1), w3 (10, 30), b3 (10, 1). It gives a tuple" in head
    assert "as program.matrix_form().parameters has them in data" in head
    parameters = [numbers_of(leaf.data) for leaf in program.matrix_form().parameters]
    assert float(run(x, y, *parameters)[0]) == program(x, y)


def test_what_takes_one_example_at_a_time_is_not_saved_for_several(tmp_path):
    w = Value(3.0, "w")
    program = record(lambda x: mb.sin(w * x), 0.5).batch(2)
    program.form = PythonForm(program)

    with pytest.raises(RecordingError, match=r"its text takes one example at a time; save matrix_form\(\) instead"):
        program.save(tmp_path / "never.py")
    _, run = saved(program.matrix_form(), tmp_path / "two.py")
    assert run(np.array([0.5, 1.0]), np.array([[3.0]]))[0] == pytest.approx(program([0.5, 1.0]), rel=1e-15)


# ---------------------------------------------------------------------------------------- guards


def branching(x: Any) -> Any:
    return x * 2 if x > 1 else -x


@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_branch_that_would_not_be_taken_is_refused_with_both_numbers(node):
    program = record(branching, 3.0, node=node)

    assert program(1.5) == 3.0
    for call in (program, program.value_and_grad):
        with pytest.raises(
            mb.RecordingError,
            match="^branching: x > 1 held in the recording and does not hold here, where it compares 0.5 and 1, so it "
            "may take another branch; record again with such inputs, or let the graph choose, as mb.where",
        ):
            call(0.5)
    assert program(1.5) == 3.0


def test_a_comparison_that_did_not_hold_and_holds_is_told_so():
    with pytest.raises(mb.RecordingError, match="^branching: x > 1 did not hold in the recording and holds here, "):
        record(branching, 0.5)(3.0)


def test_nan_is_compared_as_python_compares_it():
    program = record(branching, 0.5)

    assert np.isnan(program(np.nan))


def test_guards_hold_for_each_example_of_a_batch():
    program = record(branching, 3.0).batch(3)

    assert program([2.0, 3.0, 4.0]) == pytest.approx(6.0)
    with pytest.raises(mb.RecordingError, match="x > 1 held in the .* not hold here, .* compares 0.5 and 1"):
        program([2.0, 0.5, 4.0])


def test_the_largest_of_values_by_numpy_is_guarded():
    program = record(lambda x: np.max(x) * 2, np.array([1.0, 3.0, 2.0]), node=Value)

    assert program([1.0, 4.0, 2.0]) == 8.0
    with pytest.raises(mb.RecordingError, match="record again with such inputs"):
        program([5.0, 4.0, 2.0])


def test_a_comparison_of_parameters_and_arrays_is_guarded():
    w = Tensor([1.0, 2.0], "w")
    program = record(lambda x: x * 2 if (x > w).all() else x, np.array([2.0, 3.0]))
    w.data = [1.0, 5.0]

    with pytest.raises(mb.RecordingError, match="x > w held in the .* not hold here, .* compares 3 and 5"):
        program([2.0, 3.0])


def test_a_truth_value_is_guarded():
    program = record(lambda x: x * 2 if x else x + 1, 1.0)

    assert program(3.0) == 6.0
    with pytest.raises(mb.RecordingError, match="x ≠ 0 held in the recording"):
        program(0.0)


def test_a_form_says_why_it_was_chosen_in_times_as_one_says_them():
    w = Value(0.5, "w")

    def deep(x):
        for _ in range(3000):
            x = mb.sin(x) * w + x
        return x

    assert str(record(deep, 1.0).form) == (
        "Python: 9,000 lines on scalars should take, for value and gradient, 640 µs as Python, 38 ms level by level"
    )
