"""What a program is written in: lines in columns, leaves by their slots."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import Tensor, Value
from microbp.primitives import TABLE
from microbp.program import record
from microbp.program.lines import ABSENT, CONSTANT, INPUT, PARAMETER, as_nodes, index_parts, index_text, is_nodes
from microbp.program.lines.parts import Line
from microbp.program.lines.writing import Writing


def f(x: Any, y: Any) -> Any:
    return mb.where(x, y, mb.tanh(x) * 3.0).sum(axis=0)


def test_lines_are_made_when_they_are_asked_for():
    lines = record(f, np.ones((2, 3)), np.ones((2, 3))).lines

    assert len(lines) == 4
    assert [line.primitive.name for line in lines] == ["tanh", "mul", "where", "sum"]
    assert lines[2] == Line(TABLE["where"], (-1, -2, 1), {})
    assert lines[3] == Line(TABLE["sum"], (2,), {"axis": 0, "keepdims": False})
    assert [line.inputs for line in lines[:2]] == [(-1,), (0, -3)]
    assert lines[1:][0] == lines[1]
    assert (lines.u, lines.v, lines.rest) == ([-1, 0, -1, 2], [ABSENT, -3, -2, ABSENT], {2: (1,)})


@pytest.mark.parametrize("k", [4, -1, 100])
def test_there_is_no_line_beyond_the_last(k):
    with pytest.raises(IndexError, match=f"there is no line {k}: the program has lines 0 to 3"):
        record(f, np.ones((2, 3)), np.ones((2, 3))).lines[k]


def test_leaves_have_the_slots_before_zero_and_arrays_of_values_one_an_entry():
    w = np.array([[Value(1.0, "w_1,1"), Value(2.0, "w_1,2")]])
    program = record(lambda x, y: (w @ x)[0] * y + 5.0, [1.0, 2.0], 3.0, node=Value, wrt=[w])

    assert [(leaf.kind, leaf.label) for leaf in program.leaves] == [
        (INPUT, "x"),
        (INPUT, "y"),
        (PARAMETER, "w"),
        (CONSTANT, None),
    ]
    assert [np.ravel(leaf.slots).tolist() for leaf in program.leaves[:3]] == [[-1, -2], [-3], [-4, -5]]
    assert [leaf.shape for leaf in program.leaves[:3]] == [(2,), (), (1, 2)]
    assert program.leaves[0].flat_slots == [-1, -2]
    assert program.leaves[1].flat_slots == [-3]


def test_values_that_are_found_are_one_leaf_in_the_order_of_their_creation():
    first, second = Value(1.0), Value(2.0)
    program = record(lambda x: second * x + first, 1.0)
    (leaf,) = program.parameters

    assert leaf.is_loose
    assert record(lambda x: second * x + first, 1.0).gradient().parameters[0].is_loose
    assert list(leaf.data) == [first, second]
    assert not record(lambda x: first * x, 1.0, wrt=[np.array([first, second])]).parameters[0].is_loose
    assert not record(lambda x: first * x, 1.0, wrt=[first]).parameters[0].is_loose


def test_the_values_of_slots_and_leaves_are_one_list():
    program = record(lambda x, y: x * y - x, 3.0, 5.0)

    assert program.run([3.0, 5.0]) == [15.0, 12.0, 5.0, 3.0]
    assert program.run([2.0, 7.0])[program.outputs[0].slots] == 12.0


def test_the_same_constant_is_one_leaf_and_equal_constants_are_two():
    half = Value(0.5, varies=False)

    assert len(record(lambda x: x * half + half, 1.0).constants) == 1
    assert len(record(lambda x: x * 0.5 + 0.5, 1.0).constants) == 2


def test_shapes_and_dtypes_are_those_of_the_lines():
    program = record(lambda x: mb.sum(x, axis=0) * 2.0, np.ones((2, 3), np.float32))

    assert list(program.shapes) == [(3,), (3,)]
    assert {dtype.name for dtype in program.dtypes} == {"float32"}
    scalars = record(lambda x: x * x * x, 1.0)
    assert (list(scalars.shapes), len(scalars.dtypes)) == ([(), ()], 2)


def test_long_chains_are_written_without_recursion():
    def chain(x: Any) -> Any:
        for _ in range(30_000):
            x = x + 1.0
        return x

    assert len(record(chain, 1.0).lines) == 30_000


def test_writing_keeps_what_the_outputs_rest_on():
    x, w = Value(1.0, "x"), Value(2.0, "w")
    y, unused = x * w, x + w
    writing = Writing([y], [(INPUT, "x", x)])

    assert writing.nodes == [y]
    assert unused not in writing.slot_of
    assert (writing.slots_of(x), writing.slots_of(w), writing.slots_of(y)) == (-1, -2, 0)
    assert writing.slots_of(np.array([[y, x]])).tolist() == [[0, -1]]


def test_nodes_are_told_from_other_things():
    x = Value(1.0)

    assert all(map(is_nodes, [x, Tensor([1.0]), np.array([x, x])]))
    assert not any(map(is_nodes, [1.0, [x], np.ones(2), np.array([x, 1.0]), np.array([], dtype=object), None]))
    assert as_nodes([x, x], (2, 1)).shape == (2, 1)


@pytest.mark.parametrize(
    "index",
    [0, -1, (), ..., slice(1, None), (slice(None, None, -1), None, 2), (..., slice(0, 2)), [[0, 2], [1, 1]]],
    ids=str,
)
def test_the_text_of_an_index_is_the_index_in_python(index: Any, rng):
    x = rng.normal(size=(3, 4))
    index = np.array(index) if isinstance(index, list) else index

    np.testing.assert_array_equal(eval(f"x[{index_text(index)}]", {"x": x}), x[index])
    np.testing.assert_array_equal(x[index_parts(index)], x[index])


def test_of_many_indices_the_first_and_the_last_are_written():
    assert index_text((slice(None), np.arange(7))) == ":, [0, …, 6]"
