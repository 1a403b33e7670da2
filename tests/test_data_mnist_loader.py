"""The book's loader: its shapes, its order, its numbers."""

import numpy as np
import pytest
from data.idx_files import FILES, small_set, write_set

from microbp.data import DataError, mnist
from microbp.data.mnist_loader import load_data, load_data_wrapper, vectorized_result


@pytest.fixture
def folder(tmp_path):
    return write_set(tmp_path, small_set(train=60, test=10))


def test_load_data_gives_three_pairs_of_images_and_labels(folder):
    loaded, split = load_data(folder), mnist(folder)

    assert [(images.shape, labels.shape) for images, labels in loaded] == [
        ((50, 784), (50,)),
        ((10, 784), (10,)),
        ((10, 784), (10,)),
    ]
    for (images, labels), part in zip(loaded, split, strict=True):
        assert np.array_equal(images, part.X)
        assert np.array_equal(labels, part.labels)


def test_the_wrapper_gives_columns_with_targets_to_train_on_and_digits_to_judge_by(folder):
    training, validation, test = load_data_wrapper(folder)
    split = mnist(folder)

    assert [len(part) for part in (training, validation, test)] == [50, 10, 10]
    for i, (x, y) in enumerate(training):
        assert x.shape == (784, 1)
        assert y.shape == (10, 1)
        assert np.array_equal(x[:, 0], split.train.X[i])
        assert y.argmax() == split.train.labels[i]
        assert y.sum() == 1
    for part, examples in ((validation, split.validation), (test, split.test)):
        for i, (x, y) in enumerate(part):
            assert x.shape == (784, 1)
            assert np.array_equal(x[:, 0], examples.X[i])
            assert y == examples.labels[i]
            assert np.ndim(y) == 0


def test_the_targets_of_two_examples_are_not_one_array(folder):
    training, _, _ = load_data_wrapper(folder)
    training[0][1][:] = 7

    assert all(y.max() == 1 for _, y in training[1:])


def test_vectorized_result_is_the_jth_unit_column():
    columns = [vectorized_result(j) for j in range(10)]

    assert np.array_equal(np.hstack(columns), np.eye(10))
    assert np.array_equal(vectorized_result(np.uint8(3)), columns[3])


@pytest.mark.parametrize("j", [-1, 10, 3.0, None, "3"])
def test_what_is_no_digit_has_no_unit_column(j):
    with pytest.raises(DataError, match="is no digit; pass an integer 0 … 9"):
        vectorized_result(j)


def test_a_label_beyond_nine_is_refused(tmp_path):
    arrays = small_set() | {FILES[1]: np.full(60, 26, np.uint8)}

    with pytest.raises(DataError, match="26.* is no digit"):
        load_data_wrapper(write_set(tmp_path, arrays))


@pytest.mark.needs_data
def test_the_books_first_digit_is_a_five(data_folder):
    training, validation, test = load_data_wrapper(data_folder / "mnist")

    assert [len(part) for part in (training, validation, test)] == [50_000, 10_000, 10_000]
    assert training[0][1].argmax() == 5
    assert (validation[0][1], test[0][1]) == (3, 7)
