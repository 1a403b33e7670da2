"""Demands: what a cost asks of its numbers when it is recorded is asked of those of each replay, in the same words."""

from __future__ import annotations

import numpy as np
import pytest

import microbp as mb
from microbp import MLP, RecordingError, Tensor, Value
from microbp.nn.costs import cross_entropy, hinge, multiclass_hinge
from microbp.program import record

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])

X = np.random.default_rng(0).normal(size=(3, 2))
WRONG = np.array([[0.0, 0.5], [1.0, 1.5]])
SENTENCE = "cross_entropy: y holds 1.5; want values from 0 to 1"

OF_THE_SAME = {
    "itself": lambda program, _, y: program(X, y),
    "its gradient": lambda program, _, y: program.value_and_grad(X, y),
    "the program of its gradient": lambda program, _, y: program.gradient()(X, y),
    "its matrix form": lambda program, _, y: program.matrix_form()(X, y),
    "a batch": lambda _, one, y: one.batch(2)(X, y),
    "a batch of each": lambda _, one, y: one.batch(2, mean=False)(X, y),
    "the matrix form of a batch": lambda _, one, y: one.batch(2).matrix_form()(X, y),
}


@both_nodes
@pytest.mark.parametrize("replayed", OF_THE_SAME.values(), ids=OF_THE_SAME)
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_desired_outputs_out_of_range_are_refused_at_a_replay_as_they_are_by_the_cost(node, replayed, output):
    net = MLP([3, 4, 2], "tanh", output, node=node, rng=0)

    def f(x, y):
        return net.cost(x, y, "cross_entropy")

    programs = [record(f, X[:, :m], np.zeros((2, m)), node=node) for m in (2, 1)]

    with pytest.raises(ValueError, match=SENTENCE):
        f(X, WRONG)
    with pytest.raises(ValueError, match=SENTENCE):
        replayed(*programs, WRONG)
    assert programs[0](X, WRONG / 2) == pytest.approx(f(X, WRONG / 2).data, rel=1e-14)


@both_nodes
@pytest.mark.parametrize("replayed", OF_THE_SAME.values(), ids=OF_THE_SAME)
def test_columns_that_are_not_one_hot_are_refused_at_a_replay(node, replayed):
    net = MLP([3, 4, 2], "tanh", "linear", node=node, rng=0)

    def f(x, y):
        return net.cost(x, y, "multiclass_hinge")

    programs = [record(f, X[:, :m], np.eye(2)[:, :m], node=node) for m in (2, 1)]

    for wrong, column in ((np.ones((2, 2)), "1, 1"), (np.array([[1.0, 0.0], [0.0, 0.0]]), "0, 0")):
        with pytest.raises(ValueError, match=f"multiclass_hinge: y has a column {column}; want a single 1, in the pl"):
            replayed(*programs, wrong)
    assert programs[0](X, np.eye(2)[::-1]) == pytest.approx(f(X, np.eye(2)[::-1]).data, rel=1e-14)


@both_nodes
@pytest.mark.parametrize("m", [1, 2])
def test_of_a_transposed_argument_the_columns_are_those_that_the_function_sees(node, m):
    net = MLP([3, 2], "linear", node=node, rng=0)
    y = np.array([[0.0, 1.0], [0.0, 1.0]])[:m]  # both examples of the second class: as columns not one-hot
    program = record(lambda x, y: net.cost(x.T, y.T, "multiclass_hinge"), X.T[:m], np.eye(2)[:m], node=node)

    assert program(X.T[:m], y) == pytest.approx(net.cost(X[:, :m], y.T, "multiclass_hinge").data, rel=1e-14)
    with pytest.raises(ValueError, match="multiclass_hinge: y has a column 1, 1; want a single 1"):
        program(X.T[:m], np.ones((m, 2)))
    if m == 1:
        with pytest.raises(ValueError, match="multiclass_hinge: y has a column 1, 1; want a single 1"):
            program.batch(5)(np.ones((1, 3, 5)), np.ones((1, 2, 5)))


def test_where_only_some_entries_are_given_each_is_asked_for_itself():
    a, zero = np.array([[Value(0.3)], [Value(0.1)]]), Value(0.0, varies=False)
    program = record(lambda y: multiclass_hinge(a, np.array([[y], [zero]])), 1.0)

    assert program(1.0) == pytest.approx(0.8)
    with pytest.raises(ValueError, match="multiclass_hinge: y holds 0.5; want a single 1, in the place of what is ri"):
        program(0.5)


@both_nodes
def test_a_demand_goes_through_shapes_and_leaves_other_entries_alone(node):
    net = MLP([3, 4, 2], "tanh", "sigmoid", node=node, rng=0)
    program = record(lambda x, y: net.cost(x.T, y.T, "cross_entropy"), X.T, np.zeros((2, 2)), node=node)
    with pytest.raises(ValueError, match=SENTENCE):
        program(X.T, WRONG.T)

    rows = np.array([[Value(0.5)] * 2] * 3)
    some = record(lambda rows: cross_entropy(rows[:1], rows[1:2]) * rows[2, 0], rows)
    assert np.isfinite(some(np.array([[0.5, 0.5], [1.0, 0.0], [7.0, 7.0]])))
    with pytest.raises(ValueError, match=SENTENCE):
        some(np.array([[0.5, 0.5], [1.0, 1.5], [7.0, 7.0]]))


@both_nodes
def test_a_demand_on_a_parameter_is_made_of_what_it_holds_by_then(node):
    if node is Value:
        y = np.array([[Value(0.5)]])
        change = lambda number: setattr(y[0, 0], "data", number)  # noqa: E731
    else:
        y = Tensor([[0.5]])
        change = lambda number: setattr(y, "data", [[number]])  # noqa: E731
    program = record(lambda a: cross_entropy(mb.sigmoid(a), y), np.zeros((1, 1)), node=node)
    change(1.0)
    assert program([[0.0]]) == pytest.approx(np.log(2.0))
    change(1.5)

    with pytest.raises(ValueError, match=SENTENCE):
        program([[0.0]])


def test_of_a_number_that_the_function_makes_nothing_is_demanded_again():
    w, made = Value(0.5, "w"), []

    def f(a):
        made.append(Value(0.5))
        return cross_entropy(np.array([[a], [a]]), np.array([[w], [made[-1]]]))

    program = record(f, 0.5)
    made[-1].data = 1.5
    assert program(0.5) == pytest.approx(2.0 * np.log(2.0))
    w.data = 1.5

    with pytest.raises(ValueError, match=SENTENCE):
        program(0.5)


@both_nodes
def test_what_is_computed_is_compared_at_each_replay(node):
    by_class = record(lambda a, y: hinge(a, 2.0 * y - 1.0), np.zeros((1, 2)), np.array([[0.0, 1.0]]), node=node)
    of_any = record(cross_entropy_of_halves, np.full((1, 2), 0.5), np.zeros((1, 2)), node=node)

    assert by_class(np.zeros((1, 2)), [[1.0, 1.0]]) == 1.0
    with pytest.raises(RecordingError, match=r"a value ≥ 1 held in the .* not hold here, .* compares 0\.5"):
        by_class(np.zeros((1, 2)), [[1.0, 0.75]])
    with pytest.raises(RecordingError, match="a value > 1 did not hold in the .* holds here, .* compares 1.5"):
        of_any(np.array([[1.0, 3.0]]), [[1.0, 1.0]])


def cross_entropy_of_halves(a, y):
    return cross_entropy(a / 2.0, y)


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_of_what_is_a_probability_anyhow_nothing_is_compared(output):
    net = MLP([3, 4, 2], "tanh", output, rng=0)

    for cost in ("cross_entropy", "log_likelihood"):
        assert record(lambda x, y, cost=cost: net.cost(x, y, cost), X, np.zeros((2, 2))).guards == []
