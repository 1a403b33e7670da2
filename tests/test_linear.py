"""Linear primitives: broadcasting, its undoing, and their parameters."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import data_of

import microbp as mb
from microbp import Tensor
from microbp.linear import REQUIRED, Linear, unbroadcast
from microbp.primitives import matmul


@pytest.mark.parametrize(
    ("shape", "wide"),
    [((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((2, 3), (2, 3)), ((1, 3), (4, 2, 3)), ((0,), (2, 0))],
    ids=str,
)
def test_unbroadcast_is_the_transpose_of_broadcasting(shape: tuple[int, ...], wide: tuple[int, ...]):
    """⟨broadcast x, g⟩ = ⟨x, unbroadcast g⟩"""
    rng = np.random.default_rng(0)
    x, g = rng.normal(size=shape), rng.normal(size=wide)

    back = unbroadcast(g, shape)

    assert np.shape(back) == shape
    assert np.sum(np.broadcast_to(x, wide) * g) == pytest.approx(np.sum(x * back), rel=1e-13)
    assert data_of(unbroadcast(Tensor(g), shape)) == pytest.approx(back)


def test_what_was_not_broadcast_is_handed_on_as_it_is():
    g = np.ones((2, 3))

    assert unbroadcast(g, (2, 3)) is g


def test_a_parameter_without_a_default_says_so():
    assert repr(REQUIRED) == "REQUIRED"


def test_a_number_is_broadcast_to_what_numpy_takes_for_a_shape():
    assert mb.broadcast_to(Tensor(1.0), 3).data.tolist() == [1.0] * 3
    with pytest.raises(ValueError, match="broadcast_to"):
        mb.broadcast_to(Tensor(1.0), (-1,))


def test_the_entries_of_a_matrix_product_are_those_that_formal_sums_find(rng):
    a, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))

    for i in (0, 1):
        told = matmul.entries(i, (a, b), a @ b)
        found = Linear.entries(matmul, i, (a, b), a @ b)
        for ours, theirs in zip(told, found, strict=True):
            np.testing.assert_array_equal(ours, theirs)
