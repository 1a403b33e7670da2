"""Cross-validation: each row is judged once, by what was learned from rows of other folds, and from them alone."""

from __future__ import annotations

import math
import signal
import threading

import numpy as np
import pytest

from microbp import data
from microbp.baselines import ZeroRule
from microbp.cross_validation import CrossValidation, Fold, cross_validate
from microbp.data import folds
from microbp.data.preprocessing import Center, Chain, MinMax, Standardize
from microbp.nn import MLP, accuracy
from microbp.train import train


class Remembering:
    """Knows the class of the rows that it learned from, by heart, and of no other."""

    def __init__(self, X, labels):
        self.known = {tuple(row): label for row, label in zip(X, labels, strict=True)}
        self.asked = []

    def predict(self, X):
        self.asked += [tuple(row) for row in X]
        return np.array([np.eye(2)[self.known[tuple(row)]] if tuple(row) in self.known else [-1, -2] for row in X])


def taught(X, labels):
    net = MLP([2, 4, 1], "tanh", "sigmoid", rng=0)
    train(net, (X, labels), epochs=5, progress=False, rng=0)
    return net


def test_each_row_is_asked_for_once_of_what_learned_from_all_rows_but_its_fold(rng):
    X, labels = rng.normal(size=(23, 2)), rng.integers(2, size=23)

    result = cross_validate(Remembering, X, labels, 4, rng=1)

    rows = [tuple(row) for row in X]
    assert sorted(row for fold in result for row in fold.predictor.asked) == sorted(rows)
    for fold in result:
        assert fold.predictor.asked == [rows[i] for i in fold.rows]
        assert set(fold.predictor.known) == set(rows) - set(fold.predictor.asked)
    assert result.scores == [np.mean(labels[fold.rows] == 0) for fold in result]


def test_the_folds_are_those_of_data_folds_with_the_classes_or_without(rng):
    X, labels = rng.normal(size=(20, 2)), np.repeat([0, 1], 10)

    for stratified in (True, False):
        result = cross_validate(ZeroRule, X, labels, 5, rng=3, stratified=stratified)

        parts = folds(20, 5, 3, labels if stratified else None)
        assert [fold.rows.tolist() for fold in result] == [part.tolist() for part in parts]


def test_a_network_is_judged_as_accuracy_judges_it():
    X, labels = data.moons(60, rng=0)

    result = cross_validate(taught, X, labels, 3)

    for fold in result:
        others = np.setdiff1d(np.arange(60), fold.rows)
        net = taught(X[others], labels[others])
        assert fold.score == accuracy(net, X[fold.rows], labels[fold.rows])
    assert result.mean > 0.7


def test_labels_of_minus_one_and_one_are_parted_at_0_also_in_folds_of_one_class():
    class Constant:
        def __init__(self, X, labels):
            pass

        def predict(self, X):
            return np.full((len(X), 1), 0.2)

    X = np.zeros((4, 1))

    assert cross_validate(Constant, X, [-1, -1, 1, 1], 4).mean == 0.5
    assert cross_validate(Constant, X, [0, 1, 1, 1], 4).scores.count(1.0) == 1


# ---------------------------------------------------------------------------------- preprocessing


def test_preprocessing_is_learned_in_each_fold_from_the_rows_to_learn_from(rng):
    X, labels = rng.normal(size=(20, 2)), rng.integers(2, size=20)
    step = Chain(MinMax(), Center())

    result = cross_validate(Remembering, X, labels, 5, preprocess=step)

    assert step.width is None
    for fold in result:
        others = np.setdiff1d(np.arange(20), fold.rows)
        alone = Chain(MinMax(), Center()).fit(X[others])
        assert fold.predictor.asked == [tuple(row) for row in alone.transform(X[fold.rows])]
        assert set(fold.predictor.known) == {tuple(row) for row in alone.transform(X[others])}
        assert (fold.preprocess.transform(X) == alone.transform(X)).all()


def test_a_row_that_is_held_back_has_no_influence_on_what_is_learned(rng):
    """However far off it is: scaled with all rows, an outlier would squeeze those that are learned from."""
    X, labels = rng.normal(size=(20, 2)), rng.integers(2, size=20)
    outlier = X.copy()
    outlier[7] = 1e6

    def known(X):
        result = cross_validate(Remembering, X, labels, 5, rng=0, preprocess=Standardize())
        (fold,) = [fold for fold in result if 7 in fold.rows]
        return fold.predictor.known

    assert known(X) == known(outlier)


# ----------------------------------------------------------------------------------------- result


def some(*counts):
    return CrossValidation([Fold(np.arange(10), count, None, None) for count in counts])


def test_it_prints_a_line_a_fold_the_mean_and_the_spread():
    result = some(9, 7, 8)

    lines = ["Fold 1: 9 / 10  90.0%", "Fold 2: 7 / 10  70.0%", "Fold 3: 8 / 10  80.0%", "mean 80.0%, spread 10.0%"]
    assert str(result).splitlines() == lines
    assert repr(result) == "<cross-validation of 3 folds, mean 80.0%, spread 10.0%>"
    assert (result.mean, result.spread) == (pytest.approx(0.8), pytest.approx(0.1))
    assert (len(result), result[1].score, [fold.correct for fold in result]) == (3, 0.7, [9, 7, 8])


def test_of_one_fold_there_is_no_spread_and_of_none_no_mean():
    assert math.isnan(some(9).spread)
    assert str(some(9)).endswith("\nmean 90.0%")
    assert (str(some()), repr(some())) == ("no fold was finished", "<cross-validation of 0 folds>")
    with pytest.raises(ValueError, match="no fold was finished, so there is no mean"):
        some().mean  # noqa: B018


# ------------------------------------------------------------------------------------------ Ctrl-C


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("where", ["learn", "train"])
def test_ctrl_c_keeps_the_folds_that_were_finished(where, capsys):
    """Also where it meets `train`, which ends at it and returns a network that has learned half."""
    X, labels = data.moons(60, rng=0)
    started = []

    def learn(X, labels):
        started.append(len(X))
        net = MLP([2, 4, 1], "tanh", "sigmoid", rng=0)
        if len(started) == 3 and where == "learn":
            signal.raise_signal(signal.SIGINT)
        if len(started) == 3:
            net.layers[0].activation = interrupted
        train(net, (X, labels), epochs=3, progress=False, rng=0)
        return net

    def interrupted(z):
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("Ctrl-C did nothing")

    before = signal.getsignal(signal.SIGINT)
    result = cross_validate(learn, X, labels, 5)

    assert (len(result), len(started), result.interrupted) == (2, 3, True)
    assert result.scores == cross_validate(taught_three, X, labels, 5).scores[:2]
    assert signal.getsignal(signal.SIGINT) is before
    assert "Cross-validation was interrupted after 2 of 5 folds." in capsys.readouterr().err


def taught_three(X, labels):
    net = MLP([2, 4, 1], "tanh", "sigmoid", rng=0)
    train(net, (X, labels), epochs=3, progress=False, rng=0)
    return net


def test_in_a_thread_it_runs_as_well():
    results = []
    thread = threading.Thread(target=lambda: results.append(cross_validate(ZeroRule, np.zeros((6, 1)), [0, 1] * 3, 3)))
    thread.start()
    thread.join()

    assert results[0].mean == 0.5


# ------------------------------------------------------------------------------------------ errors


def test_what_wont_do_is_named():
    X, labels = np.zeros((6, 2)), [0, 1] * 3

    with pytest.raises(ValueError, match=r"labels have shape \(2,\), X has 6 rows; want the class of each"):
        cross_validate(ZeroRule, X, [0, 1])
    with pytest.raises(ValueError, match=r"cross_validate: X has shape \(6,\)"):
        cross_validate(ZeroRule, X[:, 0], labels)
    with pytest.raises(ValueError, match="folds: 6 rows in 7 folds"):
        cross_validate(ZeroRule, X, labels, 7)
    with pytest.raises(TypeError, match="learn is a function of X and labels, not 3"):
        cross_validate(3, X, labels)
    with pytest.raises(TypeError, match="learn gives something with predict, not None"):
        cross_validate(lambda X, labels: None, X, labels)
    with pytest.raises(TypeError, match="preprocess is one of data.preprocessing, as MinMax"):
        cross_validate(ZeroRule, X, labels, preprocess=MinMax)


def test_a_class_in_the_place_of_what_it_makes_is_named():
    with pytest.raises(TypeError, match="cross_validate: learn gives something with predict, not <class"):
        cross_validate(lambda X, labels: ZeroRule, np.zeros((4, 1)), [0, 1, 0, 1], 2, progress=False)
