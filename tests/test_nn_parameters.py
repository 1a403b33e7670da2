"""The numbers and gradients of a parameter, whichever node it is made of."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import sweeps
from microbp.nn.parameters import assign, cotangent_of, gradient_of, name_nodes, nodes_of, numbers_of, parameter
from microbp.tensor import Tensor
from microbp.value import Value

NUMBERS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])


@both_nodes
def test_a_parameter_holds_its_numbers_under_its_name(node):
    w = parameter(node, NUMBERS, "w2")

    assert w.shape == (2, 3)
    assert np.array_equal(numbers_of(w), NUMBERS)
    names = [n.label for n in nodes_of(w)]
    assert names == (["w2"] if node is Tensor else ["w2_1,1", "w2_1,2", "w2_1,3", "w2_2,1", "w2_2,2", "w2_2,3"])
    assert all(n.varies for n in nodes_of(w))
    assert not any(n.varies for n in nodes_of(parameter(node, NUMBERS, "a1", varies=False)))


def test_a_single_value_is_a_parameter_too():
    w = Value(3.0, "w")
    (w * w).backward()

    assert nodes_of(w) == [w]
    assert numbers_of(w) == 3.0
    assert gradient_of(w) == 6.0
    assign(w, np.array(2.5))
    assert w.data == 2.5


def test_plain_numbers_are_their_own():
    assert np.array_equal(numbers_of(NUMBERS), NUMBERS)
    assert np.array_equal(numbers_of(np.array([Value(1.0), 2.0], dtype=object)), [1, 2])


@both_nodes
def test_a_column_is_named_by_its_neurons(node):
    b = name_nodes(parameter(node, np.zeros((2, 1)), "b2"), "z7")

    assert [n.label for n in nodes_of(b)] == (["z7"] if node is Tensor else ["z7_1", "z7_2"])


@both_nodes
def test_gradients_come_in_the_shape_of_the_parameter(node):
    w = parameter(node, NUMBERS, "w2")
    C = (w * w).sum()
    C.backward()

    assert np.array_equal(gradient_of(w), 2 * NUMBERS)
    assert np.array_equal(cotangent_of(w, sweeps.backward(C)), 2 * NUMBERS)


@both_nodes
def test_what_the_cost_does_not_rest_on_has_the_cotangent_zero(node):
    w, other = parameter(node, NUMBERS, "w2"), parameter(node, NUMBERS, "w3")

    found = cotangent_of(other, sweeps.backward((w * w).sum()))

    assert np.array_equal(found, np.zeros((2, 3)))


@both_nodes
def test_without_a_backward_pass_there_is_no_gradient(node):
    with pytest.raises(ValueError, match=r"w2(_1,1)? has no gradient yet; call backward\(\) on the cost first"):
        gradient_of(parameter(node, NUMBERS, "w2"))


@both_nodes
def test_new_numbers_leave_what_was_computed_from_the_old_ones(node):
    w = parameter(node, NUMBERS, "w2")
    C = (w * w).sum()
    assign(w, NUMBERS + 1)

    assert np.array_equal(numbers_of(w), NUMBERS + 1)
    assert np.array_equal(cotangent_of(w, sweeps.backward(C)), 2 * NUMBERS)


def test_a_float32_parameter_stays_float32():
    w = parameter(Tensor, NUMBERS.astype(np.float32), "w2")
    assign(w, NUMBERS + 0.1)

    assert w.dtype == np.float32
    assert numbers_of(w) == pytest.approx(NUMBERS + 0.1, rel=1e-7)
