"""Snapshots: the parameters after each epoch, to the bit, and how many of them are kept."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from training import bits, both_nodes, numbers, quietly, some_examples

from microbp import primitives as p
from microbp.nn import MLP
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import nodes_of
from microbp.snapshots import Snapshots, network_with
from microbp.tensor import Tensor

NAMES = ["w2", "b2", "w3", "b3"]

both_ways = pytest.mark.parametrize("replay", [True, False], ids=["replayed", "swept"])


def network(node, sizes=(3, 4, 2)):
    return MLP(list(sizes), "tanh", "sigmoid", node=node, rng=0)


class Interrupting(SGD):
    """Gradient descent during which Ctrl-C is pressed, at the step of that number."""

    def __init__(self, at):
        super().__init__(0.5)
        self.at = at

    def step(self, parameters, gradients=None):
        self.at -= 1
        if self.at < 0:
            raise KeyboardInterrupt
        super().step(parameters, gradients)


@both_nodes
@both_ways
def test_a_snapshot_is_the_network_after_so_many_epochs_bit_for_bit(node, replay):
    net = network(node)
    before = numbers(net)

    history = quietly(net, some_examples(), epochs=5, replay=replay)

    assert list(history.snapshots) == [0, 1, 2, 3, 4, 5]
    for epochs, kept in history.snapshots.items():
        again = network(node)
        if epochs:
            quietly(again, some_examples(), epochs=epochs, replay=replay)
        assert list(kept) == NAMES
        assert b"".join(kept[name].tobytes() for name in NAMES) == bits(again)
    assert all((kept == w).all() for kept, w in zip(history.snapshots[0].values(), before, strict=True))


@both_nodes
def test_a_snapshot_stays_when_the_network_learns_on(node):
    net = network(node)
    history = quietly(net, some_examples())
    kept = pickle.dumps(history.snapshots)

    quietly(net, some_examples(), epochs=3)

    assert pickle.dumps(history.snapshots) == kept


def test_snapshots_are_of_the_networks_dtype():
    net = MLP([3, 2], rng=0, dtype=np.float32)

    assert quietly(net, some_examples()).snapshots[1]["w2"].dtype == np.float32


def test_ctrl_c_leaves_a_snapshot_of_every_whole_epoch():
    net, again = network(Tensor), network(Tensor)

    history = quietly(net, some_examples(), epochs=9, optimizer=Interrupting(5), replay=False)
    quietly(again, some_examples(), epochs=2, replay=False)

    assert (history.interrupted, len(history)) == (True, 2)
    assert list(history.snapshots) == [0, 1, 2]
    assert b"".join(w.tobytes() for w in history.snapshots[2].values()) == bits(again)
    assert bits(net) != bits(again)  # it keeps the step that it took since


@pytest.mark.parametrize(
    "room, kept",
    [
        (30, list(range(14))),
        (13, [0, 2, 4, 6, 8, 10, 12, 13]),
        (8, [0, 2, 4, 6, 8, 10, 12, 13]),
        (7, [0, 4, 8, 12, 13]),
        (4, [0, 8, 13]),
        (2, [0, 13]),
        (1, []),
    ],
)
def test_where_room_is_scarce_every_second_or_fourth_is_kept_and_always_the_first_and_the_last(room, kept):
    net = network(Tensor)
    snapshots = Snapshots(net, limit=room * sum(w.nbytes for w in numbers(net)))

    for epochs in range(14):
        snapshots.keep(epochs)
        assert len(snapshots.kept) <= room
        assert room < 2 or list(snapshots.kept)[-1] == epochs

    assert list(snapshots.kept) == kept


def test_two_inputs_are_kept_to_be_drawn_and_other_examples_are_let_go():
    X, Y = some_examples(n_in=2)

    history = quietly(network(Tensor, (2, 2)), (X, Y))
    X[0] = 9.0

    assert history.examples[0].tobytes() == some_examples(n_in=2)[0].tobytes()
    assert history.examples[1].tobytes() == Y.tobytes()
    assert quietly(network(Tensor), some_examples()).examples is None


@both_nodes
def test_the_network_with_a_snapshot_predicts_as_it_did_then_and_leaves_the_other_as_it_is(node):
    net = network(node)
    X, Y = some_examples()
    was = net.predict(X)
    history = quietly(net, (X, Y), epochs=3)
    after, nodes = bits(net), [nodes_of(w) for w in net.parameter_arrays()]

    then = network_with(net, history.snapshots[0]).predict(X)

    assert then.tobytes() == was.tobytes() != net.predict(X).tobytes()
    assert bits(net) == after
    assert [nodes_of(w) for w in net.parameter_arrays()] == nodes


def test_a_pickled_history_has_its_snapshots_and_leaves_the_network_out():
    history = quietly(MLP([3, 2], lambda z: p.tanh(z), rng=0), some_examples())

    again = pickle.loads(pickle.dumps(history))

    assert again == history
    assert again.snapshots[1]["w2"].tobytes() == history.snapshots[1]["w2"].tobytes()
    assert (again.net, history.net is None) == (None, False)
