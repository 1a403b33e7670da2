"""Baselines: the book's figures, and that each predicts as a network does."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from microbp import baselines
from microbp.data import DataError, blobs, mnist
from microbp.nn import accuracy

every = pytest.mark.parametrize("learn", [baselines.Guess, baselines.ZeroRule, baselines.AverageDarkness])


@pytest.mark.needs_data
def test_average_darkness_has_2225_of_the_test_images_right():
    """With the book's 50,000 images to learn from, whatever the scale of a pixel."""
    digits = mnist()
    X, labels = digits.test

    darkness = baselines.AverageDarkness(*digits.train)

    assert accuracy(darkness, X, labels) * 10_000 == 2225
    assert accuracy(baselines.AverageDarkness(256 * digits.train.X, digits.train.labels), 256 * X, labels) == 0.2225
    assert darkness.means.argmin() == 1
    assert darkness.means.argmax() == 0


@pytest.mark.needs_sklearn
@pytest.mark.needs_data
def test_an_svm_of_a_few_hundred_images_is_far_better_than_their_darkness():
    digits = mnist()
    learned, labels = digits.train.X[:800], digits.train.labels[:800]
    tried = digits.test.X[:500]

    machine = baselines.svm(learned, labels)

    assert machine.machine.gamma == 1 / 784
    assert accuracy(machine, tried, digits.test.labels[:500]) > 0.7
    assert accuracy(baselines.AverageDarkness(learned, labels), tried, digits.test.labels[:500]) < 0.4


@pytest.mark.needs_sklearn
def test_an_svm_predicts_in_columns_of_all_classes():
    X, labels = blobs(60, rng=0)

    machine = baselines.svm(X, labels, 5, gamma=2.0, C=3.0)

    assert (machine.machine.gamma, machine.machine.C) == (2.0, 3.0)
    assert machine.predict(X).shape == (60, 5)
    assert accuracy(machine, X, labels) > 0.9
    assert repr(machine).startswith("<svm of 5 classes, ")
    with pytest.raises(DataError, match="svm: all examples are of one class"):
        baselines.svm(X, np.zeros(60, int))


def test_without_scikit_learn_an_svm_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)

    with pytest.raises(ImportError, match=r'baselines.svm needs scikit-learn: pip install "microbp\[baselines\]"'):
        baselines.svm([[1.0], [2.0]], [0, 1])


def test_guessing_has_one_part_in_as_many_classes_right():
    labels = np.arange(10_000) % 10

    share = accuracy(baselines.Guess(np.zeros((10_000, 3)), labels, rng=1), np.zeros((10_000, 3)), labels)

    assert share == pytest.approx(0.1, abs=4 * np.sqrt(0.1 * 0.9 / 10_000))


def test_a_guess_is_another_each_time_and_the_same_for_the_same_seed():
    X, labels = np.zeros((50, 1)), np.arange(50) % 5
    guess = baselines.Guess(X, labels, rng=3)

    first, second = guess.predict(X), guess.predict(X)

    assert (first.sum(axis=1) == 1).all()
    assert (first != second).any()
    assert (first == baselines.Guess(X, labels, rng=3).predict(X)).all()


def test_the_zero_rule_answers_with_the_most_frequent_class():
    zero = baselines.ZeroRule(np.zeros((6, 2)), [2, 0, 2, 1, 1, 2], classes=4)

    assert zero.predict(np.ones((2, 2))).tolist() == [[0, 0, 1, 0]] * 2
    assert repr(zero) == "<zero rule: class 2 of 4>"
    assert baselines.ZeroRule([[0], [0]], [1, 0]).answer == 0


def test_the_nearest_mean_darkness_is_the_answer_and_a_class_without_images_never():
    X, labels = [[0.0, 0.2], [0.4, 0.2], [0.9, 0.9]], [0, 0, 2]
    darkness = baselines.AverageDarkness(X, labels)

    assert darkness.means == pytest.approx([0.2, np.nan, 0.9], nan_ok=True)
    assert darkness.predict([[0.5, 0.5], [0.6, 0.6], [9, 9]]).argmax(axis=1).tolist() == [0, 2, 2]
    assert accuracy(darkness, X, labels) == 1


@every
def test_what_wont_do_is_named(learn):
    def said(*arguments):
        with pytest.raises(DataError) as error:
            learn(*arguments)
        return str(error.value)

    X, name = np.zeros((3, 2)), learn.__name__
    assert said(X, [0, 1]).startswith(f"{name}: labels have shape (2,) and type int64; want the class of each row of X")
    assert said(X, [0.0, 1.0, 2.0]).startswith(f"{name}: labels have shape (3,) and type float64")
    assert said(X, [0, -1, 1]) == f"{name}: there is a label -1; classes are 0, 1, …"
    assert said(X, [0, 1, 2], 2) == f"{name}: there is a label 2; with classes=2 a label is 0 … 1"
    assert said(X[0], [0, 1]).startswith(f"{name}: X has shape (2,)")
    assert said([[np.nan]], [0]).startswith(f"{name}: X[0, 0] is nan; leave such rows out")
    with pytest.raises(DataError, match="predict: X has 3 columns, want 2"):
        learn(X, [0, 1, 1]).predict(np.zeros((1, 3)))


@every
def test_examples_of_one_class_are_all_right_and_the_class_is_told_from_another(learn):
    X, labels = np.zeros((3, 2)), [0, 0, 0]

    assert learn(X, labels).predict(X).shape == (3, 2)
    with pytest.raises(DataError, match="classes is 1; want 2 or more"):
        learn(X, labels, 1)


def test_the_zero_rule_has_all_right_where_all_are_of_one_class():
    X = np.zeros((4, 2))

    assert accuracy(baselines.ZeroRule(X, [0] * 4), X, [0] * 4) == 1
    assert accuracy(baselines.AverageDarkness(X, [0] * 4), X, [0] * 4) == 1
