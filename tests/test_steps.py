"""Runs: whole steps only, whatever happens in between, and on from there the one way or the other."""

from __future__ import annotations

import re

import numpy as np
import pytest
from training import (
    Counting,
    Watched,
    bits,
    both_nodes,
    by_hand,
    every_optimizer,
    flat,
    growing,
    growing_examples,
    nodes_first,
    numbers,
    problem_of,
    quietly,
    some_examples,
)

from microbp import primitives as p
from microbp.nn import MLP, costs
from microbp.nn.optimizers import SGD, Momentum
from microbp.program.descent import Descent
from microbp.steps import Run, TrainingError
from microbp.tensor import Tensor


def until_it_grows(z):
    """An activation that branches by what its numbers have become."""
    return p.tanh(z) if (z * z).sum() < 40.0 else p.sigmoid(z)


def one_by_one(z):
    return np.array([p.tanh(v) if v < 2.0 else p.sigmoid(v) for v in z.flat], dtype=object).reshape(z.shape)


def branching_soon(node):
    return MLP([3, 4, 2], until_it_grows if node is Tensor else one_by_one, "linear", node=node, rng=0)


@pytest.mark.parametrize(
    ("made", "data", "eta", "epoch"),
    [(branching_soon, some_examples(8), 0.2, r"\d+"), (growing, growing_examples(), 0.02, r"[1-9]\d?")],
)
@both_nodes
@every_optimizer
def test_a_branch_that_changes_in_mid_training_is_taken(node, optimizer, made, data, eta, epoch):
    nets, optimizers = [made(node) for _ in range(2)], [optimizer(eta) for _ in range(2)]
    run = Run(problem_of(nets[0], data, optimizers[0]), 3, replay=True)
    assert isinstance(run.way, Descent)
    rng = np.random.default_rng(0)
    with pytest.warns(RuntimeWarning, match="train: steps are not replayed, but computed anew, .*another branch"):
        found = [run.epoch(j, rng.permutation(8), lambda: None) for j in range(12)]

    assert not isinstance(run.way, Descent)
    assert re.match(rf"from epoch {epoch}, mini-batch \d on: .*another branch", run.why_not)
    assert found == pytest.approx(by_hand(nets[1], *data, 12, 3, optimizers[1], "quadratic"), rel=1e-9)
    for a, b in zip(numbers(nets[0]), numbers(nets[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
    pairs = list(zip(optimizers, nets, strict=True))
    states = [[taught.states.get(node) for node in nodes_first(net)] for taught, net in pairs]
    np.testing.assert_allclose(flat(states[0]), flat(states[1]), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
@every_optimizer
@both_nodes
def test_whatever_ends_training_network_and_optimizer_are_between_two_steps(node, optimizer, error):
    X, Y = some_examples(9, 3, 2)
    after = []
    for steps in range(1, 6):
        net, taught = MLP([3, 2], node=node, rng=0), optimizer(0.1)
        run = Run(problem_of(net, (X, Y), taught), 2, replay=True)
        left = iter(range(steps - 1))

        def stop(left=left):
            if next(left, None) is None:
                raise error

        with pytest.raises(error):
            run.epoch(0, np.arange(9), stop)
        own, own_optimizer = MLP([3, 2], node=node, rng=0), optimizer(0.1)
        for k in range(steps):
            own.zero_grad()
            own.cost(X[2 * k : 2 * k + 2].T, Y[2 * k : 2 * k + 2].T).backward()
            own_optimizer.step(own.parameter_arrays())
        for a, b in zip(numbers(net), numbers(own), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)
        states = [[o.states[node] for node in nodes_first(n)] for o, n in ((taught, net), (own_optimizer, own))]
        np.testing.assert_allclose(flat(states[0]), flat(states[1]), rtol=1e-11, atol=1e-15)
        after.append(bits(net))

    assert len(set(after)) == 5


def test_a_change_between_two_epochs_is_noticed_where_replay_was_asked_for():
    run = Run(problem_of(Counting([3, 3, 2], rng=0), some_examples(12), SGD(0.5)), 3, replay=True)
    assert isinstance(run.way, Descent)

    with pytest.warns(RuntimeWarning, match="from epoch 4, mini-batch 0 on: line 7 is sub in the"):
        for j in range(6):
            run.epoch(j, np.arange(12), lambda: None)

    assert not isinstance(run.way, Descent)
    assert run.why_not == "from epoch 4, mini-batch 0 on: line 7 is sub in the program, and mul in this recording"


# ------------------------------------------------------------------------------- when it is no number any more


def trap(calls):
    """The quadratic cost, but nan the time after so many."""
    left = [calls]

    def terms(a, y):
        left[0] -= 1
        return p.square(a - y) * (1.0 if left[0] >= 0 else np.nan)

    return costs.Cost("trap", terms)


@both_nodes
def test_a_cost_of_nan_is_reported_with_its_place_and_the_last_good_parameters_are_kept(node):
    net, optimizer = MLP([3, 2], node=node, rng=0), Watched(0.5)

    with pytest.raises(TrainingError, match="the cost became nan at epoch 2, mini-batch 1; .* smaller learning rate"):
        quietly(net, some_examples(n=4), epochs=9, batch_size=2, optimizer=optimizer, cost=trap(5), replay=None)

    assert len(optimizer.after) == 5
    for w, expected in zip(numbers(net), optimizer.after[3], strict=True):  # the fifth step led to the nan
        assert np.array_equal(w, expected)


@both_nodes
def test_after_a_cost_of_nan_the_optimizer_goes_on_from_where_it_was_good(node):
    def nan_below(limit):
        """The quadratic cost, but nan where its terms add up to less."""

        def terms(a, y):
            squares = p.square(a - y) / 2
            return squares * p.where(p.greater(p.sum(squares), limit), 1.0, np.nan)

        return costs.Cost("trap", terms)

    def trained(cost, epochs):
        net, optimizer = MLP([3, 2], node=node, rng=0), Momentum(0.1)
        data = some_examples(n=1)
        try:
            history = quietly(net, data, epochs=epochs, batch_size=1, optimizer=optimizer, cost=cost)
        except TrainingError:
            history = None
        return history, [*numbers(net), *optimizer.states.values()]

    history, _ = trained("quadratic", 9)
    limit = (history[4].cost + history[3].cost) / 2  # reached by the fourth step

    stopped, kept = trained(nan_below(limit), 9)
    _, expected = trained("quadratic", 3)

    assert stopped is None
    for w, right in zip(kept, expected, strict=True):
        assert w == pytest.approx(right, rel=1e-9)


def test_a_first_cost_of_nan_leaves_the_network_as_it_was():
    net = MLP([3, 2], rng=0)
    before = bits(net)

    with pytest.raises(TrainingError, match="at epoch 0, mini-batch 0"):
        quietly(net, some_examples(), cost=trap(0))

    assert bits(net) == before


@both_nodes
@every_optimizer
def test_far_too_large_a_learning_rate_diverges_into_an_error_and_not_into_the_network(node, optimizer):
    net = MLP([3, 4, 2], "linear", node=node, rng=0)

    with pytest.raises(TrainingError, match=r"became (nan|inf) at epoch \d+, mini-batch \d+;.*\(eta=1e\+100\)"):
        quietly(net, some_examples(), epochs=100, optimizer=optimizer(1e100))

    assert all(np.isfinite(w).all() for w in numbers(net))


@both_nodes
def test_a_last_step_that_ends_in_nan_is_reported_too(node):
    def initializer(rng, n_out, n_in):
        return np.ones((n_out, n_in)), np.zeros((n_out, 1))

    distance = costs.Cost("distance", lambda a, y: p.sqrt(p.square(a - y)))  # 0 at a = y, but its rate is ∞·0
    net = MLP([1, 1], "linear", node=node, initializer=initializer)
    before = bits(net)

    with pytest.raises(TrainingError, match="a parameter became nan or inf at epoch 0, mini-batch 0"):
        quietly(net, ([[1.0]], [[1.0]]), cost=distance)

    assert bits(net) == before
