"""Simplifying: fewer lines, and not a bit of a result is another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_program_forms import same
from test_properties import ANY, SHAPES, Program, arrays, programs, run, seeds

import microbp as mb
from microbp import Tensor, Value
from microbp.program import record
from microbp.program.forms.numpy_source import NumpySource
from microbp.program.transforming import simplified

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -3.0, 1e300, 7e-310]


def numbers_of(program: Any, *inputs: Any) -> list[Any]:
    """What all outputs are, line by line as it is written."""
    with np.errstate(all="ignore"):
        given_ = [np.asarray(x) for x in inputs] + [leaf.data for leaf in program.leaves[len(inputs) :]]
        values = program.run(given_)
    return [values[output.slots] for output in program.outputs]


def check(f: Any, *inputs: Any, dtypes: Any = (np.float64, np.float32)) -> Any:
    """The simplified program of f, after it has given the same bits as the one it was made of."""
    for dtype in dtypes:
        with np.errstate(all="ignore"):
            typed = [np.asarray(x).astype(dtype) for x in inputs]
            program = record(f, *[np.ones(x.shape, dtype) for x in typed], node=Tensor)
            made = simplified(program)
            compiled = NumpySource(made).compiled()(*typed)
        for before, after, by_source in zip(
            numbers_of(program, *typed), numbers_of(made, *typed), compiled, strict=True
        ):
            assert same(after, before)
            assert same(by_source, before)
            assert np.asarray(after).dtype == np.asarray(before).dtype
    return made


def names(program: Any) -> list[str]:
    return [line.primitive.name for line in program.lines]


RULES: dict[str, tuple[Any, list[str]]] = {
    "1·x": (lambda x: 1.0 * x + x * 1.0, ["mul"]),
    "−1·x": (lambda x: x * -1.0, ["neg"]),
    "−(−x)": (lambda x: mb.sin(mb.neg(-x)), ["sin"]),
    "x + (−y)": (lambda x: x + (-mb.sin(x)), ["sin", "sub"]),
    "(−x) + y": (lambda x: -mb.sin(x) + x, ["sin", "sub"]),
    "x − (−y)": (lambda x: x - (-mb.sin(x)), ["sin", "add"]),
    "x + x": (lambda x: mb.sin(x) + mb.sin(x), ["sin", "mul"]),
    "(x + x) + (x + x)": (lambda x: (x + x) + (x + x), ["mul"]),
    "(−x) + (−x)": (lambda x: -x + -x, ["mul"]),
    "c·(−x)": (lambda x: 3.0 * (-x), ["mul"]),
    "½·(2·x)": (lambda x: mb.sin(0.5 * (2.0 * x)), ["sin"]),
    "4·(0.3·x)": (lambda x: 4.0 * (0.3 * x), ["mul"]),
    "3·(0.3·x)": (lambda x: 3.0 * (0.3 * x), ["mul", "mul"]),
    "x / 2": (lambda x: x / 2.0, ["mul"]),
    "x / 3": (lambda x: x / 3.0, ["div"]),
    "x¹": (lambda x: mb.sin(x**1.0), ["sin"]),
    "x²": (lambda x: x**2.0, ["square"]),
    "x³": (lambda x: x**3.0, ["power"]),
    "0·(x > 1)": (lambda x: 0.0 * mb.greater(x, 1.0) + x, ["add"]),
    "−0·(x > 1)": (lambda x: mb.neg(x * 0.0) + -0.0 * mb.greater(x, 1.0), ["mul", "sub"]),
    "0·step(x)": (lambda x: 0.0 * mb.step(x) + x, ["step", "mul", "add"]),
    "identity": (lambda x: mb.sin(mb.identity(x)), ["sin"]),
    "chosen by a number": (lambda x: mb.where(1.0, mb.sin(x), mb.cos(x)), ["sin"]),
    "not chosen by a number": (lambda x: mb.where(0.0, mb.sin(x), mb.cos(x)), ["cos"]),
    "the same twice": (lambda x: mb.sin(x) * mb.cos(x) + mb.sin(x), ["sin", "cos", "mul", "add"]),
    "nothing of use": (lambda x: (mb.exp(x) * 2.0, mb.sin(x))[1], ["sin"]),
    "a transpose of a vector": (lambda x: mb.sin(x.T), ["sin"]),
    "the same shape": (lambda x: mb.sin(x.reshape(9)) + mb.broadcast_to(x, (9,)), ["reshape", "sin", "add"]),
    "a number for all": (lambda x: x + mb.broadcast_to(Tensor(0.1, varies=False, dtype=x.dtype), (9,)), ["add"]),
    "plus zero": (lambda x: x + 0.0, ["add"]),
    "times zero": (lambda x: x * 0.0, ["mul"]),
    "numbers of both zeros": (lambda x: x + np.array([0.0, -0.0, 0.0] * 3, np.asarray(x._data).dtype), ["add"]),
    "powers of an array of twos": (lambda x: x ** np.full(9, 2.0, x.dtype), ["power"]),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_gives_the_same_bits_and_the_fewest_lines(name):
    f, expected = RULES[name]

    assert names(check(f, SPECIAL)) == expected


def test_transposes_of_matrices_are_undone_in_pairs():
    x = np.arange(6.0).reshape(2, 3)

    assert names(check(lambda x: mb.sin(x.T.T), x)) == ["sin"]
    assert names(check(lambda x: mb.sin(x.T), x)) == ["transpose", "sin"]
    assert names(check(lambda x: mb.sin(mb.transpose(x.T, (0, 1))), x)) == ["transpose", "transpose", "sin"]


def test_what_numpy_broadcasts_by_itself_is_not_stretched():
    x, b = np.arange(6.0).reshape(2, 3), np.ones((2, 1))

    assert names(check(lambda x, b: x + mb.broadcast_to(b, (2, 3)), x, b)) == ["add"]
    assert names(check(lambda x, b: mb.broadcast_to(x[:, :1], (2, 3)) + b, x, b)) == ["take", "broadcast_to", "add"]
    made = check(lambda x, b: x * np.full((2, 3), 0.1, x.dtype) + b, x, b)
    assert [leaf.shape for leaf in made.constants] == [()]


def test_powers_of_two_are_joined_only_where_no_digit_is_lost():
    for c, inner in ((5e-324, 0.1), (0.5, 3e-308), (2.0**-1000, 2.0**-1000), (2.0**1000, 2.0**1000)):
        check(lambda x, c=c, inner=inner: c * (inner * x), [1e300, 1.0, -0.0], dtypes=[np.float64])
    check(lambda x: x / 5e-324, [1e-20, 0.0, np.nan], dtypes=[np.float64])
    check(lambda x: x / 2.0**-149, [1e-20, 0.0, 1e-45], dtypes=[np.float32])


def test_the_same_product_with_a_number_twice_is_one_product():
    x = np.random.default_rng(0).standard_normal(1000)

    assert names(check(lambda x: 0.1 * x + 0.1 * x, x)) == ["mul"]
    assert names(check(lambda x: 0.5 * x + 0.5 * x, x)) == []


def test_a_number_of_another_dtype_is_left_alone():
    x = np.array([0.3, 0.7], np.float32)
    program = record(lambda x: mb.sin(x * np.float64(1.0)), x)

    made = simplified(program)

    assert [dtype.name for dtype in made.dtypes][-1] == [dtype.name for dtype in program.dtypes][-1] == "float64"
    assert same(made(x), np.sin(x.astype(float)))


@pytest.mark.parametrize("node", [Value, Tensor])
def test_nothing_times_a_comparison_is_nothing_but_where_it_may_be_nan(node):
    made = simplified(record(lambda x: (0.0 * mb.greater(x, 1.0), 0.0 * mb.step(x)), 2.0, node=node))

    assert names(made) == ["step", "mul"]
    assert same(made(np.nan), (0.0, np.nan))


def test_lines_are_the_same_only_with_the_same_parameters():
    first, second = np.arange(3000), np.arange(3000)
    second[1500] = 0  # numpy's repr of both is the same
    made = check(lambda x: x[first] * 2.0 + x[second], np.arange(3000.0))

    assert names(made) == ["take", "mul", "take", "add"]
    assert names(check(lambda x: x[[0, 1]] + x[[0, 1]], np.arange(3.0))) == ["take", "mul"]
    assert names(check(lambda x: x.sum(axis=0) + x.sum(axis=1), np.ones((3, 3)))) == ["sum", "sum", "add"]


def test_numbers_that_print_alike_are_told_apart():
    x = np.array([0.0, -0.0, 1.0])

    check(lambda x: (x + 0.0) * 1.0 + (x + -0.0), x)
    check(lambda x: mb.maximum(x, 0.0) / (x + 0.1) + mb.maximum(x, 1.0), x)


@settings(max_examples=30)
@given(programs(ANY, length=8), st.sampled_from(SHAPES), seeds, st.sampled_from([np.float64, np.float32]))
def test_random_programs_keep_their_bits(program: Program, shapes: Any, seed: int, dtype: Any):
    inputs = arrays(shapes, seed)
    for k, x in enumerate(inputs):
        x.ravel()[: 1 + k] = SPECIAL[seed % len(SPECIAL)]

    check(lambda *xs: run(program, list(xs), ANY), *inputs, dtypes=[dtype])


def test_scalars_are_simplified_too():
    made = simplified(record(lambda x: 1.0 * mb.sin(mb.neg(-x)) + mb.sin(x) / 2.0, Value(1.0)))

    assert names(made) == ["sin", "mul", "add"]
    assert made(0.3) == pytest.approx(1.5 * np.sin(0.3))


def test_names_of_results_are_kept():
    def f(x: Any) -> Any:
        y = mb.sin(x) * 1.0
        y.label = "y"
        return y

    made = simplified(record(f, np.ones(2)))

    assert made.outputs[0].label == "y"
    assert names(made) == ["sin"]
