"""Labels as targets."""

import numpy as np
import pytest

from microbp.data import DataError, one_hot


def test_a_row_is_one_at_its_label_and_zero_elsewhere(rng):
    labels = rng.integers(0, 7, 50)

    targets = one_hot(labels, 7)

    assert targets.shape == (50, 7)
    assert targets.dtype == np.float64
    assert np.array_equal(targets.argmax(axis=1), labels)
    assert np.array_equal(targets, targets == 1.0)
    assert np.array_equal(targets.sum(axis=1), np.ones(50))


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.uint64, bool])
def test_labels_are_of_any_integer_type(kind):
    assert one_hot(np.array([1, 0], kind), 2).tolist() == [[0, 1], [1, 0]]


def test_no_labels_give_no_rows():
    assert one_hot([], 3).shape == (0, 3)


@pytest.mark.parametrize(
    ("labels", "classes", "sentence"),
    [
        ([0, 3], 3, "label 3 of example 1 is no class; with classes=3 a label is 0 … 2"),
        ([0, -1], 3, "label -1 of example 1 is no class"),
        ([0.0, 1.0], 2, "type float64; pass one integer an example"),
        (["a"], 2, "pass one integer an example"),
        ([[0, 1]], 2, r"shape \(1, 2\)"),
        (1, 2, r"shape \(\)"),
        ([[0], [1, 2]], 2, "rows of different lengths"),
        ([None], 2, "type object"),
        ([0], 0, "classes is 0"),
        ([0], 2.0, "classes is 2.0; pass an integer"),
    ],
)
def test_what_is_no_label_is_refused(labels, classes, sentence):
    with pytest.raises(DataError, match=sentence):
        one_hot(labels, classes)
