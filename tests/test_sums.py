"""Sums of arrays: as numpy's, whichever way they are taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from microbp import Value
from microbp.sums import is_column_of_sums, is_short_sum, ones, sum_over, sum_to_shape

of_every_kind = pytest.mark.parametrize("dtype", [np.float64, np.float32])


@of_every_kind
@pytest.mark.parametrize("shape", [(), (1,), (7,), (10, 10), (1_000,), (1_001,), (2, 3, 4), (0,), (3, 0)])
@pytest.mark.parametrize("layout", [lambda x: x, lambda x: x.T, lambda x: x[..., ::-1] if x.ndim else x])
def test_a_sum_over_all_is_numpys_but_for_rounding(dtype: Any, shape: Any, layout: Any, rng):
    x = layout(rng.normal(size=shape).astype(dtype))
    total = sum_over(x, None, False)

    assert np.asarray(total).dtype == dtype and np.shape(total) == ()
    tolerance = 10 * np.finfo(dtype).eps * float(np.abs(x).sum())
    assert abs(float(total) - float(x.sum(dtype=np.float64))) <= tolerance


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 1), ()])
@pytest.mark.parametrize("keepdims", [False, True])
def test_a_sum_over_some_axes_is_numpys(axis: Any, keepdims: bool, rng):
    x = rng.normal(size=(4, 5))

    np.testing.assert_array_equal(sum_over(x, axis, keepdims), np.sum(x, axis=axis, keepdims=keepdims))


@pytest.mark.parametrize("numbers", [[np.inf, 1.0], [np.inf, -np.inf], [np.nan, 1.0], [-np.inf, 2.0]])
def test_what_is_not_finite_adds_up_as_in_numpy(numbers: list[float]):
    x = np.array(numbers)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(sum_over(x, None, False), np.sum(x))


@of_every_kind
@pytest.mark.parametrize("shape", [(4, 1), (1, 5), (5,), (1, 1), (), (4, 5)])
def test_a_sum_to_a_shape_is_the_sum_over_what_was_stretched_to_x(dtype: Any, shape: Any, rng):
    x = rng.normal(size=(4, 5)).astype(dtype)
    total = np.asarray(sum_to_shape(x, shape))
    extra = x.ndim - len(shape)
    axes = (*range(extra), *[n for n, size in enumerate(shape, extra) if size == 1])

    assert total.shape == shape and total.dtype == dtype
    expected = np.sum(x, axis=axes, keepdims=True, dtype=np.float64).reshape(shape)
    np.testing.assert_allclose(total, expected, rtol=10 * np.finfo(dtype).eps, atol=10 * np.finfo(dtype).eps)


def test_a_product_with_ones_is_taken_of_numbers_that_lie_one_after_the_other():
    x = np.ones((4, 5))

    assert is_column_of_sums(x, (4, 1)) and not is_column_of_sums(x.T, (5, 1)) and not is_column_of_sums(x, (1, 5))
    assert is_short_sum(x, None, False) and not is_short_sum(x.T, None, False)
    assert not is_short_sum(np.ones(1_001), None, False) and not is_short_sum(x.astype(object), None, False)


def test_the_ones_are_not_to_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        ones(3, np.dtype(float))[0] = 2.0


def test_what_is_no_array_is_added_up_as_numpy_does():
    assert sum_over(2.0, None, False) == 2.0
    assert sum_over([1.0, 2.0], None, False) == 3.0
    assert sum_over([Value(1.0), Value(2.0)], None, False).data == 3.0
