"""What a program is called with: of the recorded shapes and kinds, or refused in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import MLP, RecordingError, Tensor, Value
from microbp.program import record


def program_of(node: Any, dtype: Any = np.float64) -> Any:
    def f(x: Any, y: Any) -> Any:
        return (x * 2.0).sum() * y

    return record(f, np.ones((3, 1), dtype), dtype(1.0), node=node)


both_nodes = pytest.mark.parametrize("node", [Value, Tensor])
X = np.ones((3, 1))


@both_nodes
@pytest.mark.parametrize(
    ("inputs", "error", "sentence"),
    [
        ((), TypeError, r"f: takes 2 inputs \(x of shape \(3, 1\), y a number\), but was given 0"),
        ((X,), TypeError, r"f: takes 2 inputs \(x of shape \(3, 1\), y a number\), but was given 1"),
        ((X, 1.0, 2.0), TypeError, r"f: takes 2 inputs \(.*\), but was given 3"),
        ((X.T, 1.0), ValueError, r"f: x has shape \(1, 3\), but was recorded with shape \(3, 1\); pass x.T"),
        (
            (np.ones((3, 5)), 1.0),
            ValueError,
            r"f: x has shape \(3, 5\), but was recorded with shape \(3, 1\); for 5 examples, one a column, take "
            r"batch\(5\) of the program of one",
        ),
        (
            (np.ones((4, 1)), 1.0),
            ValueError,
            r"f: x has shape \(4, 1\), but was recorded with shape \(3, 1\); record again for other shapes",
        ),
        ((1.0, 1.0), ValueError, r"f: x has shape \(\), but was recorded with shape \(3, 1\); record again"),
        ((X, X), ValueError, r"f: y has shape \(3, 1\), but was recorded with shape \(\); record again"),
        (
            (np.ones(3), 1.0),
            ValueError,
            r"f: x has shape \(3,\), but was recorded with shape \(3, 1\); pass x.reshape\(3, 1\)",
        ),
        (
            (np.ones((5, 3)), 1.0),
            ValueError,
            r"f: x has shape \(5, 3\), but was recorded with shape \(3, 1\); columns are examples: pass x.T, to batch",
        ),
        ((Tensor(X), 1.0), TypeError, "f: x is a node: a program computes with numbers and records nothing; pass its"),
        ((X, Value(1.0)), TypeError, "f: y is a node: a program computes with numbers and records nothing; pass its"),
        ((np.array([[Value(1.0)]] * 3), 1.0), TypeError, "f: x is a node"),
        (([[Value(1.0)]] * 3, 1.0), TypeError, "f: x is a node"),
        ((X, None), TypeError, "f: y: a Tensor holds real numbers, but was given None"),
        ((X, "1"), TypeError, "f: y: a Tensor holds real numbers, but was given str"),
        ((X.astype(str), 1.0), TypeError, "f: x: a Tensor holds real numbers, but was given str"),
        ((X + 0j, 1.0), TypeError, "f: x: a Tensor holds real numbers, but was given complex128 data"),
        ((X, 1j), TypeError, "f: y: a Tensor holds real numbers, but was given complex128 data"),
        (([[1.0], [2.0], []], 1.0), ValueError, "f: x: a Tensor holds an array, but the rows .* differ in length"),
        ((X, 2**53 + 1), ValueError, "f: y: these integers are not exactly float64; round them yourself first"),
        ((X, 10**400), ValueError, "f: y: these integers are not exactly float64; round them yourself first"),
    ],
)
def test_inputs_that_are_not_as_recorded_are_refused(node, inputs, error, sentence):
    program = program_of(node)

    for call in (program, program.value_and_grad):
        with pytest.raises(error, match=f"^{sentence}"):
            call(*inputs)


def test_float64_is_not_rounded_without_being_asked_to():
    program = program_of(Tensor, np.float32)

    assert program(np.ones((3, 1), np.float32), 1.0) == 6.0
    assert program(np.ones((3, 1), int), True) == 6.0
    with pytest.raises(
        TypeError,
        match=r"^f: x is float64, but was recorded as float32, which has fewer digits; pass x.astype\(np.float32\)$",
    ):
        program(X, 1.0)
    with pytest.raises(ValueError, match="^f: x: these integers are not exactly float32"):
        program(np.full((3, 1), 2**24 + 1), 1.0)


@both_nodes
def test_numbers_are_taken_in_every_form_that_is_exact(node):
    program = program_of(node)
    expected = 12.0

    for x in (X, X.tolist(), X.astype(int), X.astype(bool), X.astype(np.float32), X.astype(np.float16), X[::-1]):
        for y in (2.0, 2, np.float64(2.0), np.float32(2.0), np.array(2)):
            assert program(x, y) == expected


def test_inputs_are_left_as_they_were():
    x = np.ones((3, 1))
    x.flags.writeable = False

    assert record(lambda x: ((x * 2.0) * x + x).sum(), X)(x) == 9.0
    assert x.tolist() == X.tolist()


def test_a_batch_says_what_it_takes():
    net = MLP([3, 2], node=Value, rng=0)
    program = record(lambda x: net(x), X, node=Value).batch(4)

    with pytest.raises(ValueError, match=r"but was recorded with shape \(3, 4\); for 1 example, one a column"):
        program(X)


def test_a_parameter_of_another_shape_or_dtype_than_recorded_is_refused():
    w = Tensor(np.ones((3, 1)), "w")
    program = record(lambda x: (x * w).sum(), X)
    w.assign(np.ones((4, 1)))

    with pytest.raises(TypeError, match=r"^w has shape \(4, 1\), but was recorded with shape \(3, 1\); record again$"):
        program(X)

    w.assign(np.ones((3, 1), np.float32))
    with pytest.raises(TypeError, match="^w is float32, but was recorded as float64; record again$"):
        program(X)


@both_nodes
def test_a_replay_within_a_recording_would_freeze_its_parameters_and_is_refused(node):
    w = node(2.0, "w")

    def line(x: Any) -> Any:
        return w * x

    program = record(line, 1.0, node=node)
    for replay in (lambda: program(3.0), lambda: program.value_and_grad(3.0)[0], lambda: program.gradient()(3.0)[0]):
        with pytest.raises(
            RecordingError,
            match="^a replay of line was asked of w while the function was recorded: the numbers would be frozen in "
            "the program; call the function that was recorded, or replay outside$",
        ):
            record(lambda x, replay=replay: x * replay(), 1.0, node=node)

    assert record(lambda x: x * line(3.0), 1.0, node=node)(1.0) == program(3.0) == 6.0


def test_a_replay_within_a_recording_is_a_number_where_it_has_no_parameters():
    square = record(lambda x: x * x, 1.0)

    assert record(lambda x: x * square(3.0), 1.0)(2.0) == 18.0


def test_masks_and_other_kinds_of_arrays_are_taken_as_their_numbers():
    program = record(lambda x: mb.sum(mb.mean(x, axis=0)), np.zeros((2, 1)))

    assert program(np.ma.array([[1.0], [2.0]], mask=[[1], [0]])) == 1.5
    assert program(np.array([[1.0], [2.0]], dtype=object)) == 1.5
    assert record(mb.sum, np.ones((2, 1)))(np.ma.array([[1.0], [2.0]], mask=[[1], [0]])) == 3.0


def test_an_array_for_a_number_is_told_to_be_one():
    with pytest.raises(ValueError, match=r"has shape \(1,\), but was recorded with shape \(\); pass a single number"):
        record(lambda x: x * x, 2.0)(np.ones(1))
