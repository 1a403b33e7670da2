"""Folds: every row exactly once, balanced, and the classes with them when labels are given."""

import numpy as np
import pytest

from microbp.data import DataError, folds

sizes = pytest.mark.parametrize(("n", "k"), [(10, 2), (10, 3), (11, 5), (7, 7), (210, 5), (2, 2)])


@sizes
@pytest.mark.parametrize("stratified", [False, True])
def test_every_row_is_in_exactly_one_fold_and_sizes_differ_by_one_at_most(n, k, stratified, rng):
    labels = rng.integers(3, size=n) if stratified else None

    parts = folds(n, k, rng, labels)

    counts = [len(part) for part in parts]
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert len(parts) == k
    assert max(counts) - min(counts) <= 1
    assert all((np.diff(part) > 0).all() for part in parts)


@pytest.mark.parametrize("classes", [1, 2, 3, 10])
@pytest.mark.parametrize("k", [2, 5, 9])
def test_with_labels_each_class_is_in_all_folds_alike(classes, k, rng):
    labels = rng.integers(classes, size=103) ** 2 - 1

    parts = folds(103, k, rng, labels)

    for label in set(labels):
        counts = [np.count_nonzero(labels[part] == label) for part in parts]
        assert max(counts) - min(counts) <= 1


def test_without_labels_classes_fall_as_they_may():
    labels = np.repeat([0, 1], 50)

    counts = {np.count_nonzero(labels[part]) for seed in range(10) for part in folds(100, 5, seed)}

    assert len(counts) > 3


def test_the_same_seed_gives_the_same_folds_and_another_others():
    def text(rng):
        return [part.tolist() for part in folds(50, 5, rng, np.arange(50) % 3)]

    assert text(7) == text(7) == text(np.random.default_rng(7))
    assert text(7) != text(8)


def test_each_row_is_in_each_fold_equally_often():
    """Over 400 seeds a row is in a fold of 5 about 80 times, with a standard deviation of 8."""
    counts = np.zeros((5, 12))
    for seed in range(400):
        for i, part in enumerate(folds(12, 5, seed, [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1])):
            counts[i, part] += 1

    for rows in (slice(0, 7), slice(7, 12)):
        assert np.ptp(counts[:, rows], axis=1).max() < 60


def test_what_wont_do_is_named():
    with pytest.raises(DataError, match=r"^folds: 3 rows in 5 folds; want 2 folds or more, and a row for each$"):
        folds(3, 5)
    with pytest.raises(DataError, match="10 rows in 1 folds"):
        folds(10, 1)
    with pytest.raises(DataError, match="k is 2.5; pass an integer"):
        folds(10, 2.5)
    with pytest.raises(DataError, match=r"labels have shape \(2,\); want one for each row, \(10,\)"):
        folds(10, 2, labels=[0, 1])
    with pytest.raises(DataError, match="folds: rng is -1; pass a seed of 0 or more"):
        folds(10, 2, rng=-1)


def test_labels_of_several_kinds_are_named():
    with pytest.raises(DataError, match="^folds: labels of several kinds can't be sorted"):
        folds(3, 3, labels=np.array([1, "a", None], object))
