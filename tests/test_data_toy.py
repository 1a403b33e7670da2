"""Toy sets: on their curves, balanced, shuffled, reproducible."""

import numpy as np
import pytest

from microbp.data import DataError, blobs, circles, moons, spirals, xor

random_sets = pytest.mark.parametrize("make", [moons, circles, spirals, blobs])


def test_xor_is_one_where_exactly_one_coordinate_is():
    X, labels = xor()

    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert labels.tolist() == [a != b for a, b in X.tolist()]
    assert (X.dtype, labels.dtype) == (np.float64, np.int64)


@random_sets
@pytest.mark.parametrize("n", [200, 201, 3, 17])
def test_points_are_rows_of_the_plane_and_classes_differ_by_one_at_most(make, n):
    X, labels = make(n)
    sizes = np.bincount(labels)

    assert X.shape == (n, 2)
    assert labels.shape == (n,)
    assert (X.dtype, labels.dtype) == (np.float64, np.int64)
    assert np.isfinite(X).all()
    assert sizes.max() - sizes.min() <= 1


@random_sets
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(make):
    first, again, other = make(rng=7), make(rng=7), make(rng=8)

    assert first.X.tobytes() == again.X.tobytes()
    assert first.labels.tobytes() == again.labels.tobytes()
    assert not np.array_equal(first.X, other.X)
    assert not np.array_equal(first.labels, other.labels)


@random_sets
def test_a_seed_is_short_for_its_generator_which_is_drawn_from(make):
    generator = np.random.default_rng(7)

    assert np.array_equal(make(rng=7).X, make(rng=generator).X)
    assert not np.array_equal(make(rng=7).X, make(rng=generator).X)


@random_sets
def test_classes_are_mixed(make):
    _, labels = make(200)
    halves = np.bincount(labels[:100]), np.bincount(labels[100:])

    assert min(map(min, halves)) > 10
    assert np.count_nonzero(np.diff(labels)) > 50


@pytest.mark.parametrize("make", [moons, circles, spirals])
def test_noise_is_the_standard_deviation_on_each_coordinate(make):
    # The generator draws the noise first and shuffles by the same order, so the two sets correspond.
    off = make(20_000, noise=0.3).X - make(20_000, noise=0.0).X

    assert off.std(axis=0) == pytest.approx(0.3, rel=0.02)
    assert off.mean(axis=0) == pytest.approx(0.0, abs=0.01)


def test_moons_without_noise_are_half_circles():
    X, labels = moons(101, noise=0)
    upper, lower = X[labels == 0], X[labels == 1]

    assert np.hypot(*upper.T) == pytest.approx(1)
    assert upper[:, 1].min() >= 0
    assert np.hypot(*(lower - [1, 0.5]).T) == pytest.approx(1)
    assert lower[:, 1].max() <= 0.5
    assert len(upper) == 51


def test_circles_without_noise_have_radius_one_and_factor():
    X, labels = circles(100, noise=0, factor=0.3)

    assert np.hypot(*X[labels == 0].T) == pytest.approx(1)
    assert np.hypot(*X[labels == 1].T) == pytest.approx(0.3)
    assert X.mean(axis=0) == pytest.approx(0, abs=1e-12)


def test_an_arm_of_a_spiral_turns_evenly_with_its_radius():
    turns, classes = 1.5, 3
    X, labels = spirals(300, noise=0, turns=turns, classes=classes)
    r, phi = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])

    wound = phi / (2 * np.pi) - turns * r - labels / classes

    assert np.bincount(labels).tolist() == [100] * 3
    assert r.max() == pytest.approx(1)
    assert r.min() > 0
    assert wound - np.round(wound) == pytest.approx(0, abs=1e-12)


def test_blobs_lie_around_their_centers():
    centers = np.array([[0, 0], [5, -3]])
    X, labels = blobs(20_000, centers, std=0.5)

    for k in (0, 1):
        assert X[labels == k].mean(axis=0) == pytest.approx(centers[k], abs=0.02)
        assert X[labels == k].std(axis=0) == pytest.approx(0.5, rel=0.02)


def test_a_number_of_blobs_stands_evenly_on_the_unit_circle():
    X, labels = blobs(8, centers=4, std=0)

    corners = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    assert X == pytest.approx(corners[labels], abs=1e-12)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: moons(1), "moons: 1 points in 2 classes"),
        (lambda: moons(0), "moons: 0 points"),
        (lambda: moons(10.0), "moons: n is 10.0; pass an integer"),
        (lambda: moons(10, noise=-1), "moons: the standard deviation is -1"),
        (lambda: circles(10, noise=float("nan")), "circles: the standard deviation is nan"),
        (lambda: circles(10, factor=1.0), "circles: factor is 1.0"),
        (lambda: spirals(10, classes=0), "spirals: 10 points in 0 classes"),
        (lambda: spirals(10, classes=11), "spirals: 10 points in 11 classes"),
        (lambda: spirals(10, turns=float("inf")), "spirals: turns is inf"),
        (lambda: moons(rng=None), "moons: rng is None; pass an integer"),
        (lambda: moons(rng=-1), "moons: rng is -1; pass a seed of 0 or more"),
        (lambda: blobs(10, centers=0), "blobs: 10 points in 0 classes"),
        (lambda: blobs(10, centers=2.5), "blobs: centers is 2.5; pass an integer"),
        (lambda: blobs(10, centers=[1, 2]), r"blobs: centers have shape \(2,\)"),
        (lambda: blobs(10, centers=[[1, 2, 3]]), r"blobs: centers have shape \(1, 3\)"),
        (lambda: blobs(10, centers=[[1, np.nan]]), "finite coordinates"),
        (lambda: blobs(10, centers=[["a", "b"]]), "finite coordinates"),
        (lambda: blobs(10, centers=[[1, 2], [3]]), "blobs: centers are rows of different lengths"),
    ],
)
def test_what_makes_no_set_is_refused(make, sentence):
    with pytest.raises(DataError, match=sentence):
        make()
