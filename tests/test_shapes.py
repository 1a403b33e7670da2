"""Shapes of numbers, arrays and nodes."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import Tensor, Value
from microbp.shapes import as_axis, is_object_array, kept_shape, reduced_axes, shape_of, summed_axes, zeros_like


def test_the_shape_of_a_number_is_that_of_a_scalar():
    assert [shape_of(x) for x in (1, 2.0, np.float64(3.0), Value(4.0))] == [()] * 4
    assert [shape_of(x) for x in (np.ones((2, 3)), Tensor(np.ones((2, 3))))] == [(2, 3)] * 2


def test_an_array_of_values_is_told_from_one_of_numbers():
    assert is_object_array(np.array([Value(1.0)]))
    assert not any(map(is_object_array, (np.ones(2), Tensor([1.0]), Value(1.0), 1.0)))


def test_reduced_axes_are_counted_from_the_front_and_have_to_exist():
    assert reduced_axes(3, None) == (0, 1, 2)
    assert reduced_axes(3, -1) == (2,)
    assert reduced_axes(3, (2, -3)) == (0, 2)
    assert reduced_axes(3, ()) == ()
    assert kept_shape((2, 3, 4), (0, -1)) == (1, 3, 1)
    for axis in (3, -4, (0, 3)):
        with pytest.raises(ValueError, match="does not exist: the array has 3 axes"):
            reduced_axes(3, axis)


def test_the_axes_of_a_sum_to_a_shape_are_those_that_are_gone_and_those_of_length_1_after_it():
    assert summed_axes((5, 4, 3), (4, 1)) == ((0,), (2,))
    assert summed_axes((4, 3), (1, 1)) == ((), (0, 1))
    assert summed_axes((4, 1), (4, 1)) == ((), ())
    assert summed_axes((4, 3), ()) == ((0, 1), ())


def test_a_single_axis_is_a_number_as_numpy_has_it():
    assert [as_axis(axes) for axes in ((2,), (0, 2), ())] == [2, (0, 2), ()]


def test_zeros_like_has_the_shape_and_dtype_of_what_it_is_given():
    assert zeros_like(3.0) == zeros_like(Value(3.0)) == 0.0
    assert zeros_like(Tensor(np.ones((2, 1), np.float32))).dtype == np.float32
    assert zeros_like(np.ones((2, 1))).shape == (2, 1)
