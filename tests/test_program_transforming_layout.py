"""How arrays lie in memory, and how others are made that lie alike."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import Value
from microbp.program import record
from microbp.program.transforming import as_laid_out, empty_text, layout


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1), (1, 2, 0)])
def test_an_empty_array_is_laid_out_as_another(axes, dtype):
    like = np.empty((2, 3, 4), dtype).transpose(axes)

    made = eval(empty_text(like))

    assert layout(made) == layout(like)


def test_layouts_differ_by_shape_dtype_order_and_gaps():
    x = np.zeros((4, 6))
    others = [x[:3], x.astype(np.float32), x.reshape(6, 4).T, np.zeros((8, 6))[::2], np.broadcast_to(x[:1], (4, 6))]

    assert all(layout(x) != layout(other) for other in others)
    assert layout(np.zeros((3, 1))) == layout(np.zeros((1, 3)).T)


def test_a_leaf_is_laid_out_as_it_was_recorded():
    numbers = np.zeros((2, 3), np.float32)
    program = record(lambda x, y: (x.sum() + y.sum()) * 2.0, numbers.T, numbers.T.copy())
    x, y, constant = [as_laid_out(leaf) for leaf in program.leaves]

    assert (x.dtype, x.flags.f_contiguous, y.flags.c_contiguous) == (np.float32, True, True)
    assert constant == 2.0


def test_a_value_beside_tensors_is_a_number_of_no_axes():
    w = Value(2.0, "w")
    value, gradients = record(lambda x: (x * w).sum(), np.ones(3), wrt=[w, 0]).value_and_grad([1.0, 2.0, 3.0])

    assert (value, gradients[0], gradients[1].tolist()) == (12.0, 6.0, [2.0] * 3)
