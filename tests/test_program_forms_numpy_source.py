"""A program of arrays as numpy calls: arrays made beforehand are used again, and never too early."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_program_forms import same
from test_properties import arrays, seeds

import microbp as mb
from microbp import Tensor
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.primitives import TABLE
from microbp.program import record
from microbp.program.forms.numpy_calls import STEPS, is_view, reduced, view_text
from microbp.program.forms.numpy_source import Frame, NumpySource

# ---------------------------------------------------------------------- arrays that are used again

STEP_BY_STEP: dict[str, Any] = {
    "tanh": lambda u, v: mb.tanh(u),
    "sigmoid": lambda u, v: mb.sigmoid(u),
    "add": lambda u, v: u + v,
    "square": lambda u, v: u * u,
    "times its transpose": lambda u, v: u * u.T,
    "plus its transpose": lambda u, v: u + u.T,
    "sigmoid of a transpose": lambda u, v: mb.sigmoid(u.T) - v,
    "transpose": lambda u, v: u.T,
    "rows in reverse": lambda u, v: u[::-1],
    "rows in reverse and as they are": lambda u, v: u[::-1] * u,
    "in another shape": lambda u, v: u.reshape(9).reshape(3, 3),
    "a row for all": lambda u, v: mb.broadcast_to(u[1], (3, 3)),
    "a column for all": lambda u, v: u[:, :1] + v,
    "product": lambda u, v: mb.tanh(u @ v),
    "product with itself": lambda u, v: (u @ u) / 3.0,
    "product with its transpose": lambda u, v: u @ u.T / 3.0,
    "sums": lambda u, v: u.sum(axis=0, keepdims=True) - v,
    "sums one by one": lambda u, v: u - v.sum(axis=1).reshape(3, 1),
    "larger": lambda u, v: mb.maximum(u, v) + mb.relu(u),
    "chosen": lambda u, v: mb.where(mb.step(u), v, u),
    "rows taken": lambda u, v: u[np.array([2, 0, 0])],
    "placed": lambda u, v: mb.concatenate([u[:1], v[1:]]),
    "number": lambda u, v: u * 0.5 + 1.0,
    "parameter": None,
}
W = Tensor(np.arange(9.0).reshape(3, 3) / 9.0, "W")
STEP_BY_STEP["parameter"] = lambda u, v: u * W - W.T

Steps = list[tuple[str, int, int]]
register = st.integers(0, 5)
steps = st.lists(st.tuples(st.sampled_from(sorted(STEP_BY_STEP)), register, register), min_size=1, max_size=9)


def registers_after(instructions: Steps, inputs: list[Any]) -> list[Any]:
    registers = list(inputs)
    for name, i, j in instructions:
        u, v = registers[-1 - i % len(registers)], registers[-1 - j % len(registers)]
        registers.append(STEP_BY_STEP[name](u, v))
    return registers


@settings(max_examples=80)
@given(steps, st.lists(st.integers(0, 11), min_size=1, max_size=4), seeds, st.booleans())
def test_no_array_is_written_over_before_its_last_use(
    instructions: Steps, wanted: list[int], seed: int, is_fixed: bool
):
    """Outputs are any registers, also inputs, views and the same one twice; some go into arrays that are given."""

    def f(*xs: Any) -> Any:
        registers = [*registers_after(instructions, list(xs)), W, W.T, xs[0].T]
        return tuple([registers[k % len(registers)] for k in wanted])

    inputs, others = (arrays([(3, 3), (3, 3)], seed + k) for k in (0, 1))
    program = record(f, *inputs)
    into = {k: np.full((3, 3), np.nan) for k in range(0, len(wanted), 2)}
    places = [np.empty((3, 3)), np.empty((3, 3)).T] if is_fixed else []
    numbers = [x for leaf, x in zip(program.parameters, [W.data.copy()], strict=False)]
    run = NumpySource(program, dict(enumerate(places)), into).compiled()

    for given_ in (inputs, others, inputs):
        for place, x in zip(places, given_, strict=False):
            place[...] = x
        results = run(*([] if is_fixed else given_), *numbers)
        expected = [np.asarray(y._data) for y in f(*map(Tensor, given_))]
        for k, y in enumerate(expected):
            np.testing.assert_allclose(results[k], y, rtol=1e-13, atol=1e-15)
            if k in into:
                assert np.array_equal(into[k], results[k])
        assert not is_fixed or all(np.array_equal(place, x) for place, x in zip(places, given_, strict=True))
        assert all(np.array_equal(x, W.data) for x in numbers)


def test_an_array_that_is_used_up_is_used_again():
    source = NumpySource(record(lambda x: mb.tanh(mb.sin(mb.exp(x))), np.ones(3))).source

    assert source.count("np.empty") == 1
    assert source.count("not needed any more") == 2


def test_an_array_in_memory_in_another_order_is_not_used_again():
    source = NumpySource(record(lambda x: mb.tanh(mb.sin(x) + mb.cos(x.T)).sum(), np.ones((3, 3)))).source

    assert "np.empty((3, 3)).transpose((1, 0))" in source
    assert source.count("np.empty((3, 3))") == 2


def test_a_result_is_written_straight_to_where_it_is_wanted():
    place = np.zeros(3)
    made = NumpySource(record(lambda x: mb.sin(x) * 2.0, np.ones(3)), into={0: place})

    (y,) = made.compiled()(np.full(3, 0.5))

    assert y is place
    assert "copyto" not in made.source
    assert place.tolist() == (np.sin([0.5] * 3) * 2).tolist()


def test_a_result_goes_to_where_it_is_wanted_and_is_added_up_in_its_own_order(rng):
    def f(x: Any) -> Any:
        y = x.T * 1.1
        return y, y.sum()

    x, place = rng.normal(size=(37, 29)), np.zeros((29, 37))
    _, total = NumpySource(record(f, x), into={0: place}).compiled()(x)
    expected, of_tensors = f(Tensor(x))

    assert same(place, expected.data)
    assert same(total, of_tensors.data)


def test_an_array_of_another_dtype_is_not_used_again():
    x = np.array([0.3, 0.7], np.float32)
    program = record(lambda x: ((x * np.float64(2.0)).sum(), mb.sin(x)), x)

    total, sine = NumpySource(program).compiled()(x)

    assert (total.dtype, sine.dtype) == (np.float64, np.float32)
    assert same(sine, np.sin(x))


@pytest.mark.parametrize("f", [lambda x: x, lambda x: x.T, lambda x: x[::-1], lambda x: W])
def test_leaves_and_views_are_copied_to_where_they_are_wanted(f):
    place, x = np.zeros((3, 3)), np.arange(9.0).reshape(3, 3)
    program = record(f, x)

    NumpySource(program, into={0: place}).compiled()(x, *[W.data for _ in program.parameters])

    assert place.tolist() == f(Tensor(x)).data.tolist()


def test_one_result_goes_to_two_places():
    first, second, x = np.zeros(3), np.zeros(3), np.ones(3)

    def f(x: Any) -> Any:
        y = mb.sin(x)
        return y, y

    NumpySource(record(f, x), into={0: first, 1: second}).compiled()(x)

    assert first.tolist() == second.tolist() == np.sin(x).tolist()


def test_a_frame_ends_the_function_before_anything_is_written_to_a_place():
    asked, fixed, last, places = [], np.zeros(3), np.zeros(1), {1: np.zeros(3), 2: np.zeros(3)}

    def f(x: Any) -> Any:
        y = mb.sin(x)
        return y.sum(), y, mb.exp(y)  # y is there before it is asked whether it may be written

    def is_good(total: Any) -> bool:
        asked.append(float(total))
        return bool(total < 2.0)

    scope = {"first": fixed, "copyto": np.copyto, "last": last}
    frame = Frame(["x"], ["copyto(first, x)"], is_good, ["last[:] += 1.0"], scope)
    run = NumpySource(record(f, np.ones(3)), {0: fixed}, places, frame).compiled()

    (total,) = run(np.full(3, 1.5))
    assert asked == [float(total)] and total > 2.0
    assert not any(array.any() for array in (*places.values(), last))

    (total,) = run(np.full(3, 0.5))
    assert asked[1:] == [float(total)] and total < 2.0
    assert same(places[1], np.sin(np.full(3, 0.5))) and same(places[2], np.exp(places[1]))
    assert last.tolist() == [1.0]


@pytest.mark.parametrize("n", [1, 7, 100, 1_000, 1_001])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_sum_of_few_numbers_has_the_bits_of_the_row(n, dtype, rng):
    x = rng.normal(size=(n, 1)).astype(dtype)
    for f in (lambda x: (x * 1.1).sum(), lambda x: x.sum(), lambda x: (x.T * 1.1).sum()):
        program = record(f, x)
        assert same(NumpySource(program).compiled()(x)[0], f(Tensor(x)).data)
        np.testing.assert_allclose(program(x), np.sum(f(Tensor(x)).data), rtol=1e-12)


def test_views_of_fixed_arrays_are_made_once():
    x = np.ones((2, 3))
    made = NumpySource(record(lambda x: mb.sin(x.T), x), {0: x})

    assert "x.T" in made.source.split("def run")[0]
    assert "x.T" not in made.source.split("def run")[1]
    assert "x.T" in NumpySource(record(lambda x: mb.sin(x.T), x)).source.split("def run")[1]


# ------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "label",
    [
        *("np", "run", "TABLE", "sin", "add_reduce", "maximum_reduce", "into0", "c1", "t1", "x2", "mean_3", "axis_3"),
        *("class", "lambda", "nan", "inf", "float", "", "w 2", "δ", "𝑥", "ﬁ", "2x", "None", "print", "__import__"),
    ],
)
def test_a_label_of_any_kind_harms_nothing(label):
    w = Tensor([2.0, 3.0], label)
    fi = Tensor([5.0, 7.0], "fi")

    def f(x: Any) -> Any:
        y = mb.sin(x * w) + fi
        y.label = label
        z = mb.maximum(mb.mean(y), 0.5) + mb.max(x) + (x * 2.0 + 1.0).sum()
        z.label = "x"
        return z, y

    x = np.array([0.25, 0.5])
    program = record(f, x)
    into = {1: np.zeros(2)}
    results = NumpySource(program, into=into).compiled()(x, *[leaf.data.data for leaf in program.parameters])

    for found, expected in zip(results, f(Tensor(x)), strict=True):
        assert same(found, expected.data)
    assert same(program(x)[0], f(Tensor(x))[0].data)


# ------------------------------------------------------------------------------------ constants


@pytest.mark.parametrize(
    "constant",
    [
        np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-310]),
        np.zeros((0, 3)),
        np.arange(6.0).reshape(2, 3).T,
        np.arange(1000.0),
        np.array(0.1, np.float32),
        np.array([[0.1, 0.2]], np.float32),
        np.broadcast_to(0.25, (3, 2)),
    ],
    ids=str,
)
def test_a_constant_keeps_its_bits(constant):
    x = np.ones(constant.shape, constant.dtype)
    program = record(lambda x: x * constant, x)

    (found,) = NumpySource(program).compiled()(x)
    assert same(found, constant)
    assert found.dtype == constant.dtype


def test_many_numbers_are_not_written_out():
    source = NumpySource(record(lambda x: x * np.arange(5000.0), np.ones(5000))).source

    assert "# c1 is a constant of shape (5000,)" in source
    assert len(source) < 500


# -------------------------------------------------------------------------------- the calls


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_calls_of_an_elementwise_row_give_its_bits(row, dtype, rng):
    inputs = [np.abs(rng.normal(size=50)).astype(dtype) for _ in row.partials]
    inputs[0][:4] = [np.nan, np.inf, 0.0, -0.0]
    with np.errstate(all="ignore"):
        found = NumpySource(record(lambda *xs: row(*xs), *inputs)).compiled()(*inputs)[0]
        assert same(found, row.on_arrays(*inputs))


@pytest.mark.parametrize("index", [(), ..., None, slice(1, 3), slice(None, None, -2), (slice(2), None, slice(0, 3, 2))])
def test_a_view_is_written_as_numpy_reads_it(index):
    x = np.arange(12.0).reshape(3, 4)

    assert is_view(TABLE["take"], {"index": index})
    assert np.array_equal(eval(view_text(TABLE["take"], "x", {"index": index})), x[index])


@pytest.mark.parametrize("index", [0, True, np.array([0, 1]), (0, slice(None)), (slice(None), np.array([1]))])
def test_what_is_taken_by_numbers_is_no_view(index):
    assert not is_view(TABLE["take"], {"index": index})


def test_reductions_name_their_axes():
    total, sum_to = TABLE["sum"], TABLE["sum_to"]

    assert reduced(total, (2, 3), {"axis": None, "keepdims": False}) == (None, False)
    assert reduced(total, (2, 3), {"axis": (0, 1), "keepdims": False}) == (None, False)
    assert reduced(total, (2, 3), {"axis": -1, "keepdims": True}) == (1, True)
    assert reduced(sum_to, (2, 3), {"shape": (3,)}) == (0, False)
    assert reduced(sum_to, (2, 3), {"shape": (2, 1)}) == (1, True)
    assert reduced(sum_to, (4, 2, 3), {"shape": (1, 3)}) is None
    assert reduced(TABLE["mean"], (2, 3), {"axis": None, "keepdims": False}) is None


def test_rows_of_oneself_are_called_as_they_are():
    cube = Elementwise("cube", lambda u: u**3, lambda u: u**3, lambda u, y: 3 * u * u)
    x = np.array([1.0, 2.0])
    value, gradient = record(lambda x: cube(x).sum(), x).value_and_grad(x)

    assert (value, gradient.tolist()) == (9.0, [3.0, 12.0])
    assert "cube_1 is a row of your own" in NumpySource(record(lambda x: cube(x), x)).source


def test_the_source_of_a_program_can_be_read_saved_and_run(tmp_path):
    w = Tensor(np.ones((2, 3)), "w")
    program = record(lambda x: mb.sigmoid(w @ x), np.ones((3, 1)))
    program.save(tmp_path / "step.py")
    scope: dict[str, Any] = {}

    exec((tmp_path / "step.py").read_text(encoding="utf-8"), scope)

    head = "# run takes arrays, np.array(2.0) where a shape is (): x (3, 1), w (2, 3). It gives a tuple of arrays.\n"
    assert (tmp_path / "step.py").read_text(encoding="utf-8") == head + program.source
    assert same(scope["run"](np.ones((3, 1)), w.data)[0], program(np.ones((3, 1))))


def test_every_row_can_be_called():
    assert all(isinstance(row, Primitive) for row in STEPS)
    assert {"add", "mul", "exp", "sigmoid", "relu", "greater"} <= {row.name for row in STEPS}


@pytest.mark.parametrize("name", ["my act", "a-b", "2x", "x\nimport os", "'", '"""', "class"])
def test_a_row_or_a_function_of_any_name_harms_nothing(name):
    row = Elementwise(name, lambda u: u * u, lambda u: u * u, lambda u, y: 2 * u)

    def f(x):
        return mb.sum(row(x))

    f.__name__ = name
    program = record(f, np.array([1.0, 2.0]), wrt=0)

    value, gradient = program.value_and_grad(np.array([3.0, 4.0]))
    assert (value, gradient.tolist()) == (25.0, [6.0, 8.0])


def test_a_long_program_is_prepared_in_a_time_that_grows_with_its_length():
    def lines(n):
        def f(x):
            for _ in range(n):
                x = mb.sin(x) + 0.1
            return mb.sum(x)

        source = NumpySource(record(f, np.ones(3)).gradient())
        return len(source.source.splitlines())

    assert lines(400) < 2.1 * lines(200)


def test_a_program_can_be_called_within_its_own_call():
    asked: list[np.ndarray] = []
    inner = []

    def own(u):
        if asked:
            inner.append(program(asked.pop()))
        return u * u

    row = Elementwise("own", lambda u: u * u, own, lambda u, y: 2 * u)
    program = record(lambda x: mb.sum(row(x)), np.ones(2), wrt=0)
    program(np.ones(2))
    asked.append(np.array([5.0, 6.0]))

    assert program(np.array([1.0, 2.0])) == 5.0
    assert inner == [61.0]
