"""Steps that replay a recorded one: the bits of the network's own steps, and whole steps only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from microbp import MLP, RecordingError, Tensor, Value
from microbp.nn.optimizers import SGD, Adam, Momentum
from microbp.nn.parameters import gradient_of, numbers_of
from microbp.program import record
from microbp.program.descent import Descent, Flat

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])
every_optimizer = pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])


def started(net: MLP, X: Any, Y: Any, optimizer: Any, sizes: Any = (4,), penalty: Any = None) -> Descent:
    parameters = net.parameter_arrays()
    descent = Descent(parameters, X, Y, optimizer, penalty)
    for m in sizes:
        count = m if net.node is Tensor else 1
        program = record(lambda x, y: net.cost(x, y), X[:count].T, Y[:count].T, node=net.node, wrt=parameters)
        descent.prepare(m, program.batch(m).matrix_form() if program.is_scalar else program)
    return descent


@pytest.fixture
def examples(rng):
    return rng.normal(size=(7, 3)), rng.uniform(0, 1, (7, 2))


def bits(net: MLP) -> bytes:
    return b"".join(numbers_of(w).tobytes() for w in net.parameter_arrays())


def states_of(optimizer: Any, net: MLP) -> list[Any]:
    return [optimizer.states.get(node) for node in net.parameters()]


@both_nodes
@every_optimizer
def test_a_step_is_that_of_the_network_and_the_optimizer(node, optimizer, examples):
    X, Y = examples
    nets = [MLP([3, 4, 2], "tanh", node=node, rng=0) for _ in range(2)]
    optimizers = [optimizer(0.1), optimizer(0.1)]
    descent = started(nets[0], X, Y, optimizers[0], sizes=(4, 3))
    costs = []

    descent.begin()
    for batch in (np.arange(4), np.array([6, 0, 5]), np.array([3, 3, 2, 1])):
        costs.append(descent.step(batch))
        nets[1].zero_grad()
        c = nets[1].cost(X[batch].T, Y[batch].T)
        c.backward()
        parameters = nets[1].parameter_arrays()
        optimizers[1].step(parameters, [gradient_of(w) for w in parameters])
        assert costs[-1] == pytest.approx(float(c.data), rel=1e-12)
    descent.end()

    if node is Tensor:
        assert bits(nets[0]) == bits(nets[1])
    for found, expected in zip(states_of(optimizers[0], nets[0]), states_of(optimizers[1], nets[1]), strict=True):
        if isinstance(expected, tuple):
            assert found[0] == expected[0] == 3
            found, expected = np.stack(found[1:]), np.stack(expected[1:])
        if expected is None:
            assert found is None
        else:
            np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-15)
    for w, v in zip(nets[0].parameter_arrays(), nets[1].parameter_arrays(), strict=True):
        np.testing.assert_allclose(numbers_of(w), numbers_of(v), rtol=1e-11)


@every_optimizer
def test_the_last_step_can_be_taken_back(optimizer, examples):
    net, taught = MLP([3, 2], rng=0), optimizer(0.1)
    descent = started(net, *examples, taught)
    descent.begin()
    for _ in range(2):
        descent.step(np.arange(4))
    descent.end()
    before, states = bits(net), str(states_of(taught, net))
    descent.begin()
    descent.step(np.arange(4))
    last, last_states = descent.last()

    descent.step_back()
    descent.end()

    assert bits(net) == before == b"".join(w.tobytes() for w in last)
    assert str(states_of(taught, net)) == states == str([last_states.get(node) for node in net.parameters()])


def test_a_step_that_comes_to_no_number_leaves_the_one_before_it_to_be_taken_back(examples):
    X, Y = examples
    X = np.vstack([X, np.full(3, np.nan)])
    net = MLP([3, 2], rng=0)
    descent = started(net, X, np.vstack([Y, Y[:1]]), SGD(0.1))
    start = bits(net)
    descent.begin()
    descent.step(np.arange(4))

    assert np.isnan(descent.step(np.array([0, 1, 2, 7])))
    descent.end()
    assert bits(net) != start
    descent.begin()
    assert np.isnan(descent.step(np.array([0, 1, 2, 7])))
    descent.step_back()
    descent.end()

    assert bits(net) == start


def test_parameters_are_the_same_nodes_afterwards_and_their_arrays_their_own(examples):
    net = MLP([3, 2], rng=0)
    nodes, taught = net.parameters(), Momentum(0.5)
    descent = started(net, *examples, taught)
    descent.begin()
    descent.step(np.arange(4))
    descent.end()
    kept = bits(net)

    descent.places[0].array[...] = descent.places[1].array[...] = 7.0
    descent.state[...] = 7.0

    assert bits(net) == kept
    assert all((state != 7.0).all() for state in states_of(taught, net))
    assert all(a is b for a, b in zip(net.parameters(), nodes, strict=True))
    for node in nodes:
        node.data = node.data + 1.0


def test_given_back_are_the_parameters_though_interrupted_in_the_middle(examples, monkeypatch):
    net = MLP([3, 4, 2], rng=0)
    descent = started(net, *examples, SGD(0.5))
    descent.begin()
    descent.step(np.arange(4))
    expected = descent.places[descent.now].array.tobytes()
    calls = iter(range(100))
    assign = Tensor.assign

    def interrupted(self: Any, array: Any) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        assign(self, array)

    monkeypatch.setattr(Tensor, "assign", interrupted)
    with pytest.raises(KeyboardInterrupt):
        descent.end()

    assert bits(net) == expected


def test_a_penalty_is_added_to_the_gradient(examples):
    nets = [MLP([3, 2], rng=0) for _ in range(2)]
    for net, factor in zip(nets, (0.0, 0.25), strict=True):
        descent = started(net, *examples, SGD(0.5), penalty=lambda ws, c=factor: [c * ws[0], None])
        descent.begin()
        descent.step(np.arange(4))
        descent.end()

    start = MLP([3, 2], rng=0)
    np.testing.assert_allclose(nets[1].layers[0].w.data, nets[0].layers[0].w.data - 0.5 * 0.25 * start.layers[0].w.data)
    assert np.array_equal(nets[1].layers[0].b.data, nets[0].layers[0].b.data)


@both_nodes
def test_parameters_that_are_not_to_be_moved_are_refused(node, examples):
    slope = node(0.1, "slope")
    net = MLP([3, 2], lambda z: z * slope, node=node, rng=0)

    with pytest.raises(RecordingError, match="the cost rests on other parameters than those to be moved"):
        started(net, *examples, SGD(0.5))


def test_one_matrix_in_two_layers_is_refused(examples):
    X, _ = examples
    net = MLP([3, 3, 3], rng=0)
    net.layers[1].w = net.layers[0].w

    with pytest.raises(RecordingError, match="the cost rests on other parameters than those to be moved, or on one in"):
        started(net, X, X, SGD(0.5))


def test_an_optimizer_that_has_taken_steps_with_some_only_is_refused(examples):
    for optimizer in (Momentum(0.1), Adam(0.1)):
        net = MLP([3, 2], rng=0)
        optimizer.step([net.layers[0].w], [np.ones((2, 3))])
        with pytest.raises(RecordingError, match="the optimizer has taken other steps with some of the parameters"):
            started(net, *examples, optimizer)
        optimizer.step(net.parameters(), [np.ones((2, 3)), np.ones((2, 1))])
        if isinstance(optimizer, Adam):
            with pytest.raises(RecordingError, match="the optimizer has taken other steps with some of the parameters"):
                started(net, *examples, optimizer)
        else:
            started(net, *examples, optimizer)


def test_only_optimizers_that_treat_each_number_by_itself_are_suited():
    class Own(SGD):
        pass

    assert [Descent.suits(optimizer(0.1)) for optimizer in (SGD, Momentum, Adam, Own)] == [True, True, True, False]


def test_a_step_is_plain_where_nothing_is_added_to_the_gradient_and_nothing_remembered():
    assert Descent.is_plain(SGD(0.1), adds_penalty=False)
    assert not Descent.is_plain(SGD(0.1), adds_penalty=True)
    assert not Descent.is_plain(Momentum(0.1), adds_penalty=False)


def test_flat_parts_are_views_of_one_array():
    flat = Flat([(2, 3), (), (4,)], np.float32)
    flat.parts[2][1] = 5.0
    flat.parts[1][...] = 7.0

    assert [part.shape for part in flat.parts] == [(2, 3), (), (4,)]
    assert flat.array.tolist() == [0.0] * 6 + [7.0, 0.0, 5.0, 0.0, 0.0]
    assert flat.array.dtype == np.float32


def test_a_guard_that_does_not_hold_is_noticed_at_the_step(examples):
    X, Y = examples
    net = MLP([3, 2], lambda z: z * 2.0 if (z > -100.0).all() else z, rng=0)
    descent = started(net, X, Y, SGD(0.5))
    descent.begin()
    descent.step(np.arange(4))

    descent.places[descent.now].array[...] = -1000.0

    with pytest.raises(RecordingError, match="z2 > -100 held in the recording"):
        descent.step(np.arange(4))
