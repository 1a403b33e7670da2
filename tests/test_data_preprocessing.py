"""Preprocessing: learned from the rows to train on, undone by its inverse, and scikit-learn's numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from microbp.data import DataError
from microbp.data.preprocessing import PCA, ZCA, Center, Chain, MinMax, Preprocessing, Standardize, Whiten

ORACLE = Path(__file__).parent / "oracles" / "preprocessing.npz"

STEPS = [Center(), Standardize(), MinMax(), PCA(), Whiten(), Whiten(epsilon=0), ZCA(), Chain(MinMax(), ZCA())]
every = pytest.mark.parametrize("step", STEPS, ids=repr)


@pytest.fixture(scope="module")
def sklearn():
    with np.load(ORACLE) as numbers:
        return dict(numbers)


@pytest.fixture
def X(rng):
    return rng.normal(size=(40, 4)) @ rng.normal(size=(4, 4)) + [5.0, -3.0, 0.0, 100.0]


def covariance(Z):
    centred = Z - Z.mean(axis=0)
    return centred.T @ centred / len(Z)


# ------------------------------------------------------------------------------------- identities


@every
def test_the_inverse_undoes_it_on_rows_that_it_was_fitted_to_and_others(step, X, rng):
    others = 10 * rng.normal(size=(7, 4))
    step.fit(X)

    assert_allclose(step.inverse(step.transform(X)), X, rtol=1e-12, atol=1e-10)
    assert_allclose(step.inverse(step.transform(others)), others, rtol=1e-12, atol=1e-10)


@every
def test_it_is_learned_from_the_rows_to_train_on_alone(step, X, rng):
    """Each row is transformed by itself: what is beside it makes no difference."""
    others = rng.normal(size=(7, 4))
    step.fit(X)

    together = step.transform(np.concatenate([others, 1e3 + others]))

    assert_allclose(together[:7], np.concatenate([step.transform(row[None]) for row in others]), rtol=0, atol=1e-12)
    assert not np.allclose(together[:7].mean(axis=0), 0, atol=1e-3)


@every
def test_the_rows_stay_as_they_are(step, X):
    was = X.copy()

    step.inverse(step.fit(X).transform(X))

    assert_array_equal(X, was)


def test_the_columns_have_mean_0_and_deviation_1_or_go_from_0_to_1(X):
    assert_allclose(Center().fit(X).transform(X).mean(axis=0), 0, atol=1e-13)
    Z = Standardize().fit(X).transform(X)
    assert_allclose(Z.mean(axis=0), 0, atol=1e-13)
    assert_allclose(Z.std(axis=0), 1, rtol=1e-13)
    Z = MinMax().fit(X).transform(X)
    assert (Z.min(axis=0).tolist(), Z.max(axis=0).tolist()) == ([0] * 4, [1] * 4)


def test_the_covariance_of_whitened_rows_is_the_unit_matrix(X):
    for white in (Whiten(epsilon=0), ZCA(epsilon=0), Whiten(3, epsilon=0)):
        Z = white.fit(X).transform(X)

        assert_allclose(covariance(Z), np.eye(Z.shape[1]), atol=1e-12)


def test_an_epsilon_leaves_each_direction_the_variance_lambda_over_lambda_plus_epsilon(X):
    white = Whiten(epsilon=0.5).fit(X)

    variance = white.variance / (white.variance + 0.5)

    assert_allclose(covariance(white.transform(X)), np.diag(variance), atol=1e-12)
    assert variance[-1] < 0.1 < 0.9 < variance[0]


def test_components_are_eigenvectors_of_the_covariance_by_decreasing_variance(X):
    pca = PCA().fit(X)

    assert_allclose(pca.components @ pca.components.T, np.eye(4), atol=1e-13)
    assert_allclose(covariance(X) @ pca.components.T, pca.components.T * pca.variance, atol=1e-11)
    assert (np.diff(pca.variance) < 0).all()
    assert_allclose(pca.explained, pca.variance / np.trace(covariance(X)), rtol=1e-12)
    assert_allclose(covariance(pca.transform(X)), np.diag(pca.variance), atol=1e-11)


def test_what_is_lost_by_keeping_k_components_is_the_variance_of_the_others(X):
    pca, whole = PCA(2).fit(X), PCA().fit(X)

    lost = ((X - pca.inverse(pca.transform(X))) ** 2).sum(axis=1).mean()

    assert pca.transform(X).shape == (40, 2)
    assert lost == pytest.approx(whole.variance[2:].sum(), rel=1e-11)


def test_small_variances_are_not_lost_to_rounding(rng):
    """Out of the covariance, whose entries are 1e8 and more, a variance of 1e-12 would come as noise."""
    X = rng.normal(size=(50, 2)) * [1e4, 1e-6]

    variance = PCA().fit(X).variance

    assert variance[1] == pytest.approx(np.linalg.svd(X - X.mean(axis=0))[1][1] ** 2 / 50, rel=1e-3)
    assert variance[1] == pytest.approx(1e-12, rel=0.5)


def test_zca_changes_rows_less_than_any_other_whitening_of_them(X, rng):
    def distance(Z):
        return ((Z - (X - X.mean(axis=0))) ** 2).sum()

    white = Whiten(epsilon=0).fit(X).transform(X)
    turns = [np.linalg.qr(rng.normal(size=(4, 4)))[0] for _ in range(100)]

    assert distance(ZCA(epsilon=0).fit(X).transform(X)) < min(distance(white @ turn) for turn in turns)


def test_fewer_rows_than_columns_have_one_component_less_than_rows(rng):
    X = rng.normal(size=(5, 9))
    pca = PCA().fit(X)

    assert pca.components.shape == (4, 9)
    assert pca.explained.sum() == pytest.approx(1, rel=1e-12)
    assert_allclose(pca.inverse(pca.transform(X)), X, atol=1e-12)
    assert_allclose(covariance(Whiten(epsilon=0).fit(X).transform(X)), np.eye(4), atol=1e-11)


def test_turning_all_rows_turns_the_components_with_them_but_for_their_sign(X, rng):
    turn = np.linalg.qr(rng.normal(size=(4, 4)))[0]

    products = PCA().fit(X @ turn).components @ turn.T @ PCA().fit(X).components.T

    assert_allclose(np.abs(products), np.eye(4), atol=1e-10)


# ------------------------------------------------------------------------------------ scikit-learn


def test_scaling_is_scikit_learns(sklearn):
    for step in (Standardize(), MinMax()):
        name = type(step).__name__
        step.fit(sklearn["X"])

        assert_allclose(step.transform(sklearn["X"]), sklearn[f"{name}_X"], rtol=1e-12, atol=1e-13)
        assert_allclose(step.transform(sklearn["T"]), sklearn[f"{name}_T"], rtol=1e-12, atol=1e-13)
        assert_allclose(step.inverse(step.transform(sklearn["T"])), sklearn[f"{name}_back"], rtol=1e-12)


def test_components_are_scikit_learns_and_variances_up_to_n_against_n_minus_1(sklearn):
    pca = PCA(3).fit(sklearn["X"])

    assert_allclose(pca.transform(sklearn["X"]), sklearn["PCA_X"], rtol=1e-10, atol=1e-11)
    assert_allclose(pca.transform(sklearn["T"]), sklearn["PCA_T"], rtol=1e-10, atol=1e-11)
    assert_allclose(pca.inverse(pca.transform(sklearn["T"])), sklearn["PCA_back"], rtol=1e-10)
    assert_allclose(pca.explained, sklearn["explained"], rtol=1e-12)
    assert_allclose(pca.variance * 12 / 11, sklearn["variance"], rtol=1e-12)


def test_whitening_is_scikit_learns_up_to_n_against_n_minus_1(sklearn):
    white = Whiten(3, epsilon=0).fit(sklearn["X"])

    assert_allclose(white.transform(sklearn["T"]) * np.sqrt(11 / 12), sklearn["Whiten_T"], rtol=1e-10, atol=1e-11)
    assert_allclose(white.inverse(white.transform(sklearn["T"])), sklearn["Whiten_back"], rtol=1e-10)


# ------------------------------------------------------------------------------------------- chain


def test_a_chain_is_its_steps_each_learned_from_what_the_one_before_makes(X):
    first, second = Standardize().fit(X), PCA(2)
    second.fit(first.transform(X))
    chain = Chain(Standardize(), PCA(2)).fit(X)

    assert_array_equal(chain.transform(X + 1), second.transform(first.transform(X + 1)))
    assert_array_equal(chain.inverse(X[:, :2]), first.inverse(second.inverse(X[:, :2])))
    assert (chain.width, chain.width_out) == (4, 2)


def test_a_chain_leaves_the_steps_it_was_given_as_they_are(X):
    given = Standardize()
    chain = Chain(given, PCA(2)).fit(X)

    assert given.width is None
    assert repr(chain) == "Chain(Standardize(), PCA(2))"


def test_a_chain_in_a_chain_and_one_of_ones_own(X):
    class Log(Preprocessing):
        def _learn(self, X):
            self.low = X.min(axis=0)

        def _forward(self, X):
            return np.log(X - self.low + 1)

        def _back(self, Z):
            return np.exp(Z) - 1 + self.low

    chain = Chain(Log(), Chain(Center(), PCA(4))).fit(X)

    assert_allclose(chain.inverse(chain.transform(X)), X, rtol=1e-10, atol=1e-10)


def test_a_fit_that_fails_leaves_what_was_learned_before(X):
    chain = Chain(Standardize(), PCA(2)).fit(X)
    was = chain.transform(X)

    with pytest.raises(DataError, match="have 1 components at most"):
        chain.fit(X[:2])

    assert_array_equal(chain.transform(X), was)


# ------------------------------------------------------------------------------------------ errors


def said(act):
    with pytest.raises(DataError) as error:
        act()
    return str(error.value)


def test_a_constant_column_is_refused_or_kept_by_those_that_divide():
    X = np.array([[1.0, 0.1], [2.0, 0.1], [4.0, 0.1]])

    assert said(lambda: Standardize().fit(X)) == (
        "Standardize: fit: column 1 is 0.1 in all 3 rows, so there is nothing to divide by; leave it out, or pass "
        'constant="keep"'
    )
    assert "MinMax: fit: column 0 (and 1 more) is 7 in all 2 rows" in said(lambda: MinMax().fit([[7, 8], [7, 8]]))
    assert_allclose(Standardize(constant="keep").fit(X).transform(X + [0, 1])[:, 1], 1.0, rtol=1e-15)
    assert MinMax(constant="keep").fit(X).transform(X)[:, 1].tolist() == [0, 0, 0]
    assert Center().fit([[7.0, 8.0]]).transform([[7, 9]]).tolist() == [[0, 1]]
    assert "all 2 rows are the same" in said(lambda: PCA().fit([[0.1, 7.0], [0.1, 7.0]]))


def test_directions_without_variance_are_refused_by_whitening_without_epsilon(X):
    X = np.column_stack([X, X[:, 0] + X[:, 1]])

    assert said(lambda: Whiten(epsilon=0).fit(X)) == (
        "Whiten: fit: the rows vary in 4 directions only, and there is nothing to divide by in 1 more; pass k=4, or an "
        "epsilon"
    )
    assert_allclose(covariance(Whiten(4, epsilon=0).fit(X).transform(X)), np.eye(4), atol=1e-11)
    assert Whiten().fit(X).width_out == 5


def test_before_fit_it_says_so():
    for step in (Center(), MinMax(), PCA(), Chain(Center())):
        for operation in ("transform", "inverse"):
            sentence = said(lambda step=step, operation=operation: getattr(step, operation)([[1.0]]))
            assert f": {operation} before fit; call fit(X) with the rows to train on first" in sentence


def test_rows_that_wont_do_are_named(X):
    step = Center().fit(X)
    X[3, 1] = np.nan

    assert "Center: fit: X[3, 1] is nan; leave such rows out" in said(lambda: Center().fit(X))
    assert "Center: transform: X[3, 1] is nan" in said(lambda: step.transform(X))
    assert said(lambda: step.transform(X[:, :3])) == "Center: transform: X has 3 columns, want 4"
    assert "columns, want 4; rows are examples, so pass X.T" in said(lambda: step.transform(X.T))
    assert "X has shape (4,); rows are examples, so pass X[None, :] for one row" in said(lambda: step.transform(X[0]))
    assert "X has shape (0, 4), which is empty" in said(lambda: step.fit(X[:0]))
    assert "rows of different lengths" in said(lambda: step.fit([[1.0], [1.0, 2.0]]))
    assert "X is of type <U1; pass an array of numbers" in said(lambda: step.fit([["a"]]))
    assert "Standardize: fit: X has 1 row, want 2 or more" in said(lambda: Standardize().fit(X[:1]))
    assert "PCA: fit: 3 rows of 4 columns have 2 components at most, not 3" in said(lambda: PCA(3).fit(X[:3]))
    assert "PCA: inverse: X has 4 columns, want 2" in said(lambda: PCA(2).fit(X[:3]).inverse(X[:3]))
    for step in (Center(), Standardize(), PCA()):
        assert "too large to add up" in said(lambda step=step: step.fit([[1e308, 1], [1e308, 2], [-1e308, 3]]))


def test_arguments_that_wont_do_are_named():
    assert said(lambda: PCA(0)) == "PCA: k is 0; keep 1 component or more"
    assert said(lambda: PCA(0.5)) == "PCA: k is 0.5; pass an integer"
    assert said(lambda: Whiten(epsilon=-1)) == "Whiten: epsilon is -1; pass a finite number, 0 or more"
    assert said(lambda: MinMax("drop")) == "MinMax: constant is \"refuse\" or \"keep\", not 'drop'"
    assert said(lambda: Chain()) == "Chain: there is nothing to do; pass such as Standardize(), PCA(2)"
    assert "Chain: <class" in said(lambda: Chain(Center))


@pytest.mark.parametrize("step", [Standardize(), MinMax()], ids=repr)
def test_a_column_that_varies_by_next_to_nothing_is_refused_and_not_divided_by_zero(step, X):
    fitted = type(step)().fit(X)
    before = fitted.transform(X)

    with pytest.raises(DataError, match=f"{step._name}: fit: the numbers of column 1 vary too little to divide by"):
        fitted.fit(X * [1.0, 1e-312, 1.0, 1.0])
    assert_array_equal(fitted.transform(X), before)


@every
def test_what_overflows_is_named_and_no_inf_comes_out(step, X):
    if isinstance(step, Center):
        X = X[:1] + 1e308
    elif isinstance(step, Chain | PCA | MinMax | Standardize):
        X = X / 1e6
    fitted = step.fit(X)

    with pytest.raises(DataError, match="transform: row 0 of X is so large that it overflows"):
        fitted.transform(np.full((1, 4), -1.79e308))


@pytest.mark.parametrize("epsilon", ["a", None, True])
def test_an_epsilon_that_is_no_number_is_named(epsilon):
    with pytest.raises(DataError, match="^Whiten: epsilon is .*; pass a number"):
        Whiten(epsilon=epsilon)
