"""Verifying: a function is recorded again, and what it does otherwise is told."""

from __future__ import annotations

import numpy as np
import pytest

import microbp as mb
from microbp import MLP, RecordingError, Tensor, Value
from microbp.program import record
from microbp.program.watching import compared


def is_one(x):
    """A look at the number in the one place that is not watched."""
    return x._data == 1.0


def test_a_function_that_does_the_same_is_verified():
    net = MLP([3, 4, 2], rng=0)
    program = record(lambda x, y: net.cost(x, y), np.ones((3, 5)), np.ones((2, 5)))

    found = program.verify(np.zeros((3, 5)), np.full((2, 5), 0.5))

    assert found.ok
    assert found
    assert found.differences == []
    assert str(found).endswith(": the program holds for these examples")
    assert repr(found) == "<verification: ok>"


@pytest.mark.parametrize(
    ("f", "other", "sentence"),
    [
        (lambda x: x if x > 2 else -x, 3.0, "x > 2 comes out otherwise in this recording, and another branch may be"),
        (lambda x: mb.sin(x) if is_one(x) else mb.cos(x), 3.0, "line 1 is sin in the program"),
        (lambda x: x * 2.0 if is_one(x) else x * 3.0, 3.0, "the constant 2 is 3 in this recording"),
        (lambda x: x * x * 2.0 if is_one(x) else x * 2.0, 3.0, "line 1, mul, has other inputs or"),
        (lambda x: mb.exp(x) * 2.0 if is_one(x) else mb.exp(x), 3.0, "the number of lines is 2 in the"),
    ],
)
def test_a_function_that_does_otherwise_is_told(f, other, sentence):
    program = record(f, 1.0)

    assert program.verify(1.0).ok
    found = program.verify(other)
    assert not found
    assert len(found.differences) == 1
    assert str(found).startswith(sentence)
    assert repr(found) == "<verification: 1 difference(s)>"


def test_results_in_another_order_are_told():
    def f(x):
        a, b = mb.sin(x), mb.cos(x)
        return (a, b) if is_one(x) else (b, a)

    assert str(record(f, 1.0).verify(2.0)) == "the results are other lines of the program"


@pytest.mark.parametrize("node", [Value, Tensor])
def test_examples_that_the_program_would_not_take_are_told(node):
    def f(x, y=0.0):
        return mb.sum(x * 2.0) + y

    program = record(f, np.ones(3), node=node)

    expected = "x has shape (3,) in the program, (4, 2) in this recording"
    assert str(program.verify(np.ones((4, 2)))) == expected
    assert str(program.verify(np.ones(3), 1.0)) == "the number of inputs is 1 in the program, 2 in this recording"
    assert program.verify(np.zeros(3)).ok


def test_numbers_that_are_drawn_are_told():
    rng = np.random.default_rng(0)
    program = record(lambda x: x * rng.normal(size=3), np.ones(3))

    assert "computes outside of the graph, or draws, is frozen" in str(program.verify(np.ones(3)))


def test_a_number_that_is_computed_elsewhere_is_told_once_it_changes():
    scale = [2.0]
    program = record(lambda x: x * scale[0], np.ones(1))
    assert program.verify(np.ones(1)).ok

    scale[0] = 3.0

    assert str(program.verify(np.ones(1))).startswith("the constant 2 is 3 in this recording")


def test_a_parameter_in_the_place_of_another_is_told():
    holder = [Value(1.0, "w")]
    program = record(lambda x: x * holder[0], 1.0)

    holder[0] = Value(1.0, "w")

    assert not program.verify(1.0).ok


@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_constant_that_became_a_parameter_is_told(node):
    made = []

    def f(x):
        if len(made) < 2:
            made.append(node(2.0))
        return x * made[-1]

    program = record(f, 1.0, node=node)

    assert str(program.verify(1.0)) == "the number of parameters is 0 in the program, 1 in this recording"


def test_other_parameters_of_a_line_are_told():
    program = record(lambda x: x.sum(axis=0 if is_one(x[0, 0]) else 1), np.ones((2, 2)))

    assert str(program.verify(np.zeros((2, 2)))) == "line 1, sum, has other inputs or arguments in this recording"


def test_index_arrays_and_nan_are_compared_by_what_they_hold():
    index = np.array([0, 2])
    program = record(lambda x: x[index] * np.array([np.nan, 1.0]), np.ones(3))

    assert program.verify(np.zeros(3)).ok
    index[1] = 1
    assert not program.verify(np.zeros(3)).ok


def test_reductions_of_forty_counts_are_the_same_in_both_recordings():
    program = record(lambda x: sum([mb.max(np.array([x * float(k) for k in range(n)])) for n in range(1, 41)]), 1.0)

    assert program.verify(2.0).ok


def test_more_comparisons_are_told():
    program = record(lambda x: x if x > 0 and is_one(x) else x if x > -5 else -x, 1.0)

    assert str(program.verify(2.0)) == "the number of comparisons is 1 in the program, 2 in this recording"


@pytest.mark.parametrize("derived", ["batch", "gradient", "matrix_form"])
def test_only_what_was_recorded_can_be_verified(derived):
    program = record(lambda x: x * x, Value(1.0))
    other = program.batch(2) if derived == "batch" else getattr(program, derived)()

    with pytest.raises(RecordingError, match="verify: .* was made of another program; verify the one"):
        other.verify(1.0)


def test_recordings_of_arrays_of_values_are_compared_node_by_node():
    net = MLP([2, 1], node=Value, rng=0)
    first, second = (
        record(lambda x: net(x), np.full((2, 1), number), node=Value, wrt=net) for number in (1.0, 2.0)
    )
    other = MLP([2, 1], node=Value, rng=0)
    third = record(lambda x: other(x), np.ones((2, 1)), node=Value, wrt=other)

    assert compared(first, second).ok
    assert compared(first, third).differences == [
        "w2 is another node in this recording",
        "b2 is another node in this recording",
    ]
