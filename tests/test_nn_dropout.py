"""Dropout: neurons left out at random in training, and the mean of it all to predict by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from training import bits, both_nodes, quietly, some_examples

from microbp.nn import MLP, Dropout
from microbp.nn.parameters import gradient_of, numbers_of
from microbp.tensor import Tensor

REFERENCE = dict(np.load(Path(__file__).parent / "oracles" / "nn_reference.npz"))
both_kinds = pytest.mark.parametrize("inverted", [True, False])


def test_values_and_gradients_are_pytorchs_for_the_same_mask():
    a, mask, p, g = (REFERENCE[f"dropout_{key}"] for key in ("a", "mask", "p", "g"))
    nodes = Tensor(a, "a")

    y = nodes * (mask / float(p))
    (y * g).sum().backward()

    assert y.data == pytest.approx(REFERENCE["dropout_out"], rel=1e-14)
    assert nodes.grad == pytest.approx(REFERENCE["dropout_da"], rel=1e-14)


@both_kinds
def test_a_neuron_stays_with_its_probability_each_by_itself(inverted):
    net = MLP([200, 300, 50, 10], dropout=Dropout(0.5, 0.8, inverted=inverted), rng=0)

    masks = net.dropout_masks(100, rng=0)

    assert [mask.shape for mask in masks] == [(200, 100), (300, 100), (50, 100)]
    for mask, p in zip(masks, (0.8, 0.5, 0.5), strict=True):
        assert set(np.unique(mask)) == {0.0, 1 / p if inverted else 1.0}
        assert (mask > 0).mean() == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / mask.size))
        assert abs(np.corrcoef(mask[0] > 0, mask[1] > 0)[0, 1]) < 0.4


@both_nodes
@both_kinds
def test_what_is_left_out_has_no_part_in_the_output_and_no_gradient(inverted, node, rng):
    net = MLP([3, 4, 2], dropout=Dropout(0.5, inverted=inverted), node=node, rng=0)
    mask = np.array([[1.0], [0.0], [1.0], [0.0]]) * (2.0 if inverted else 1.0)

    net.cost(rng.normal(size=(3, 1)), np.zeros((2, 1)), training=[mask]).backward()

    hidden, output = net.layers
    assert [bool(row.any()) for row in gradient_of(hidden.w)] == [True, False, True, False]
    assert [bool(column.any()) for column in gradient_of(output.w).T] == [True, False, True, False]


@both_kinds
def test_a_prediction_is_the_mean_over_the_masks_where_the_output_is_linear(inverted, rng):
    net = MLP([3, 50, 2], "tanh", "linear", dropout=Dropout(0.6, inverted=inverted), initializer="inverse_sqrt", rng=0)
    x, draws = rng.normal(size=(3, 1)), np.random.default_rng(1)

    outputs = [numbers_of(net.feedforward(x, training=draws)[1][-1]) for _ in range(4000)]

    spread = np.std(outputs, axis=0) / np.sqrt(len(outputs))
    assert (np.abs(np.mean(outputs, axis=0) - net.predict(x.T).T) < 4 * spread).all()


@both_nodes
def test_vanilla_and_inverted_dropout_are_the_same_network_in_other_weights(node, rng):
    p, X = 0.6, rng.normal(size=(5, 3))
    vanilla = MLP([3, 4, 2], dropout=Dropout(p, inverted=False), node=node, rng=0)
    inverted = MLP([3, 4, 2], dropout=Dropout(p), node=node, rng=0)
    from microbp.nn.parameters import assign

    assign(inverted.layers[1].w, p * numbers_of(vanilla.layers[1].w))

    assert inverted.predict(X) == pytest.approx(vanilla.predict(X), rel=1e-14)


@both_nodes
@both_kinds
def test_replayed_steps_draw_what_computed_steps_draw(inverted, node):
    found = []
    for replay in (True, False):
        net = MLP([3, 5, 2], dropout=Dropout(0.5, 0.8, inverted=inverted), node=node, rng=0)
        history = quietly(net, some_examples(23), epochs=3, batch_size=5, replay=replay)
        assert history.replayed == replay
        found.append(np.concatenate([numbers_of(w).ravel() for w in net.parameter_arrays()]))

    if node is Tensor:
        assert found[0].tobytes() == found[1].tobytes()
    assert found[0] == pytest.approx(found[1], rel=1e-13)


def test_the_seed_of_train_is_that_of_its_masks():
    nets = [MLP([3, 5, 2], dropout=Dropout(0.5), rng=0) for _ in range(3)]
    for net, seed in zip(nets, (0, 0, 1), strict=True):
        quietly(net, some_examples(), rng=seed)

    assert bits(nets[0]) == bits(nets[1]) != bits(nets[2])


def test_a_dropout_that_keeps_everything_changes_nothing():
    plain, kept = MLP([3, 5, 2], rng=0), MLP([3, 5, 2], dropout=Dropout(1.0), rng=0)
    for net in (plain, kept):
        quietly(net, some_examples())

    assert bits(plain) == bits(kept)


def test_training_costs_need_something_to_draw_from(rng):
    net = MLP([3, 4, 2], dropout=Dropout(0.5), rng=0)
    x, y = rng.normal(size=(3, 2)), np.zeros((2, 2))

    with pytest.raises(TypeError, match="MLP: dropout draws at random, so pass training=rng, a Generator, or training"):
        net.cost(x, y, training=True)
    with pytest.raises(ValueError, match=r"MLP: the masks of dropout have shapes \(4, 3\); want \(4, 2\)"):
        net.cost(x, y, training=[np.ones((4, 3))])
    with pytest.raises(ValueError, match="want none, as nothing is left out"):
        MLP([3, 4, 2], rng=0).cost(x, y, training=[np.ones((4, 2))])


@pytest.mark.parametrize("p", [0, -0.1, 1.1, float("nan")])
def test_a_probability_is_above_0_and_at_most_1(p):
    with pytest.raises(ValueError, match=f"Dropout: keep is the probability that a neuron stays, .* not {p}"):
        Dropout(p)
    with pytest.raises(ValueError, match="Dropout: keep_input"):
        Dropout(0.5, p)


def test_a_bare_number_is_refused_as_it_may_mean_either():
    with pytest.raises(TypeError, match=r"MLP: dropout is a Dropout, such as mb.Dropout\(keep=0.5\), not 0.5"):
        MLP([3, 4, 2], dropout=0.5)


def test_it_prints_as_it_is_made():
    assert repr(Dropout(0.5)) == "Dropout(keep=0.5)"
    assert repr(Dropout(0.5, 0.8, inverted=False)) == "Dropout(keep=0.5, keep_input=0.8, inverted=False)"


@pytest.mark.parametrize("training", [None, "yes", 0.5, np.ones((2, 3))])
def test_what_is_no_way_to_train_is_named_and_nothing_is_drawn_of_it(training):
    net = MLP([3, 4, 2], dropout=Dropout(0.5), rng=0)

    with pytest.raises(TypeError, match="^MLP: training is a bool, a Generator or a seed, or a list of masks, not "):
        net.feedforward(np.zeros((3, 2)), training=training)


def test_numpys_false_is_false():
    net, x = MLP([3, 4, 2], dropout=Dropout(0.5), rng=0), np.ones((3, 2))

    assert (net.feedforward(x, training=np.False_)[1][-1].data == net(x).data).all()


@pytest.mark.parametrize("m", [0, -1, 2.5, "2"])
def test_masks_are_drawn_for_a_whole_number_of_examples(m):
    with pytest.raises(ValueError, match="^dropout_masks: m is a whole number of at least 1, not "):
        MLP([3, 4, 2], dropout=Dropout(0.5)).dropout_masks(m, 0)


def test_probabilities_are_numbers_and_inverted_a_bool():
    for wrong in ("0.5", None, [0.5], True):
        with pytest.raises(TypeError, match="^Dropout: keep is a number, not "):
            Dropout(wrong)
    with pytest.raises(TypeError, match="^Dropout: inverted is True or False, not 'no'"):
        Dropout(0.5, inverted="no")
