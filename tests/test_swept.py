"""Steps that the network computes anew: those of its own loop, whatever it does, and taken whole or taken back."""

from __future__ import annotations

import numpy as np
import pytest
from training import (
    Upper,
    bits,
    both_nodes,
    by_hand,
    dropped,
    every_optimizer,
    frozen,
    numbers,
    problem_of,
    quietly,
    some_examples,
)

from microbp import primitives as p
from microbp.nn import MLP, regularizers
from microbp.nn.optimizers import SGD, Momentum
from microbp.nn.parameters import gradient_of, numbers_of
from microbp.swept import Swept
from microbp.train import train


@both_nodes
@every_optimizer
def test_a_step_is_that_of_the_networks_own_loop(node, optimizer):
    X, Y = some_examples(6)
    nets = [MLP([3, 4, 2], "tanh", node=node, rng=0) for _ in range(2)]
    swept = Swept(problem_of(nets[0], (X, Y), optimizer(0.1)))

    swept.begin()
    order = np.random.default_rng(0).permutation(6)
    total = sum(3 * swept.step(batch) for batch in (order[:3], order[3:]))
    swept.end()

    assert [total / 6] == by_hand(nets[1], X, Y, 1, 3, optimizer(0.1), "quadratic")
    assert bits(nets[0]) == bits(nets[1])


@both_nodes
@every_optimizer
def test_the_last_step_can_be_taken_back(node, optimizer):
    net, taught = MLP([3, 2], node=node, rng=0), optimizer(0.1)
    swept = Swept(problem_of(net, some_examples(), taught))
    swept.step(np.arange(4))
    before, states = bits(net), str(taught.states)
    swept.step(np.arange(4))
    last, last_states = swept.last()

    assert bits(net) != before
    swept.step_back()

    assert bits(net) == before == b"".join(w.tobytes() for w in last)
    assert str(taught.states) == states == str(last_states)


def test_steps_begun_by_another_way_can_be_taken_back_to_what_was_before():
    net, optimizer = MLP([3, 2], rng=0), Momentum(0.1)
    problem = problem_of(net, some_examples(), optimizer)
    first = Swept(problem)
    start = bits(net)
    first.step(np.arange(4))

    Swept(problem, before=first.last()).step_back()

    assert bits(net) == start
    assert optimizer.states == {}


@both_nodes
def test_a_cost_that_is_no_number_moves_nothing(node):
    X, Y = some_examples()
    X[3] = np.nan
    net = MLP([3, 2], node=node, rng=0)
    swept = Swept(problem_of(net, (X, Y), SGD(0.1)))
    swept.step(np.arange(3))
    before, last = bits(net), swept.last()

    assert np.isnan(swept.step(np.arange(4)))

    assert bits(net) == before
    assert swept.last() is last
    assert swept.is_finite()


def by_numbers(z):
    """An activation that looks at its numbers."""
    return p.tanh(z) * float(np.abs(z.data).max() > 0.5)


def test_an_activation_that_looks_at_its_numbers_learns_as_by_its_own_loop():
    X, Y = some_examples(8, 3, 2)
    nets = [MLP([3, 4, 2], by_numbers, rng=0) for _ in range(2)]

    history = quietly(nets[0], (X, Y), epochs=2, batch_size=3, optimizer=Momentum(0.1), replay=None)

    assert history.costs == by_hand(nets[1], X, Y, 2, 3, Momentum(0.1), "quadratic")
    assert bits(nets[0]) == bits(nets[1])


@every_optimizer
def test_an_optimizer_that_is_further_with_some_parameters_goes_on_with_each(optimizer):
    X, Y = some_examples(6, 3, 2)
    nets, optimizers = [MLP([3, 2], rng=0) for _ in range(2)], [optimizer(0.1), optimizer(0.1)]
    for net, taught in zip(nets, optimizers, strict=True):
        taught.step([net.layers[0].b], [np.ones((2, 1))])

    quietly(nets[0], (X, Y), batch_size=2, optimizer=optimizers[0], replay=None)

    by_hand(nets[1], X, Y, 1, 2, optimizers[1], "quadratic")
    assert bits(nets[0]) == bits(nets[1])


@both_nodes
def test_a_parameter_that_is_not_of_the_network_stays_as_it_is(node):
    X, Y = some_examples(6, 3, 2)
    slope = node(0.3, "slope")
    nets = [MLP([3, 4, 2], lambda z: p.tanh(z * slope), node=node, rng=0) for _ in range(2)]

    quietly(nets[0], (X, Y), batch_size=2, optimizer=SGD(0.5), replay=None)

    by_hand(nets[1], X, Y, 1, 2, SGD(0.5), "quadratic")
    assert slope.data == 0.3
    for a, b in zip(numbers(nets[0]), numbers(nets[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def first_frozen(*arguments, **named):
    return frozen(MLP(*arguments, **named), 0)


class Above(MLP):
    """The same by whole arrays."""

    def parameter_arrays(self):
        return super().parameter_arrays()[2:]


@pytest.mark.parametrize("regularizer", [None, regularizers.L2(2.0)])
@pytest.mark.parametrize(
    ("made", "replay"),
    [(first_frozen, None), (first_frozen, True), (first_frozen, False)]
    + [(made, replay) for made in (Upper, Above) for replay in (None, False)],  # True is refused
)
@both_nodes
@every_optimizer
def test_parameters_that_are_frozen_stay_and_the_others_learn(node, optimizer, made, replay, regularizer):
    X, Y = some_examples(9, 3, 2)
    net, own = made([3, 4, 2], node=node, rng=0), MLP([3, 4, 2], node=node, rng=0)
    before = [numbers_of(w).tobytes() for w in (net.layers[0].w, net.layers[0].b)]

    quietly(net, (X, Y), batch_size=3, optimizer=optimizer(0.1), replay=replay, regularizer=regularizer)

    taught, rng = optimizer(0.1), np.random.default_rng(0)
    learned = own.parameter_arrays()[2:]
    order = rng.permutation(9)
    for batch in (order[:3], order[3:6], order[6:]):
        own.zero_grad()
        own.cost(X[batch].T, Y[batch].T).backward()
        gradients = [gradient_of(w) for w in learned]
        if regularizer is not None:
            gradients[0] = gradients[0] + regularizer.gradient(numbers_of(learned[0]), 9)
        taught.step(learned, gradients)
    for w, expected in zip((net.layers[1].w, net.layers[1].b), learned, strict=True):
        np.testing.assert_allclose(numbers_of(w), numbers_of(expected), rtol=1e-12, atol=1e-15)
    assert before == [numbers_of(w).tobytes() for w in (net.layers[0].w, net.layers[0].b)]


def test_dropout_is_drawn_anew_for_each_step():
    X, Y = some_examples(12, 3, 2)
    nets = [MLP([3, 3, 2], [dropped(np.random.default_rng(s)), "sigmoid"], rng=0) for s in (7, 7)]

    train(nets[0], (X, Y), epochs=3, batch_size=3, optimizer=SGD(0.5), progress=False, rng=0)

    by_hand(nets[1], X, Y, 3, 3, SGD(0.5), "quadratic")
    assert bits(nets[0]) == bits(nets[1])


def test_an_optimizer_that_was_given_another_update_is_asked():
    X, Y = some_examples(6, 3, 2)
    net, optimizer = MLP([3, 2], rng=0), SGD(0.5)
    before = bits(net)
    optimizer.update = lambda w, nabla_w, state: (w, state)

    quietly(net, (X, Y), optimizer=optimizer, replay=None)

    assert bits(net) == before
