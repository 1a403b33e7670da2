"""The decision region: on the grid stands what the network predicted then, and the network is left as it is."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from training import bits, both_nodes, quietly

from microbp import data
from microbp import primitives as p
from microbp.draw.region import POINTS, SIDE, Answers, coded, region_of
from microbp.nn import MLP, accuracy
from microbp.nn.parameters import parameter
from microbp.snapshots import network_with


def numbers(text, dtype, frames):
    return np.frombuffer(base64.b64decode(text), dtype).reshape(frames, -1)


def taught(examples, sizes=(2, 4, 1), output="sigmoid", epochs=3, **arguments):
    net = MLP(list(sizes), "tanh", output, rng=0, **arguments)
    return net, quietly(net, examples, epochs=epochs)


def grid_of(region):
    """The points of the grid, the first row at the smallest y."""
    x, y = (np.linspace(*region[axis], SIDE) for axis in "xy")
    return np.array([(x[i], y[j]) for j in range(SIDE) for i in range(SIDE)])


def clearness_of(region, frames):
    """Codes as the page reads them: s |s|, where s is the 127th part."""
    s = numbers(region["clearness"], np.int8, frames) / 127
    return s * np.abs(s)


@both_nodes
def test_on_the_grid_stands_what_the_network_predicted_after_each_epoch(node):
    net, history = taught(data.moons(40, rng=0), node=node)

    region = region_of(history, list(history.snapshots))

    for k, kept in enumerate(history.snapshots.values()):
        outputs = network_with(net, kept).predict(grid_of(region))[:, 0]
        clearness = clearness_of(region, 4)[k]
        # A step of the code is 1/127 on the root.
        assert np.sqrt(np.abs(clearness)) == pytest.approx(np.sqrt(np.abs(2 * outputs - 1)), abs=0.5 / 127 + 1e-12)
        assert (np.sign(clearness) == np.sign(outputs - 0.5))[np.abs(outputs - 0.5) > 1e-4].all()
    last = net.predict(grid_of(region))[:, 0]
    assert coded(2 * last - 1).tobytes() == numbers(region["clearness"], np.int8, 4)[-1].tobytes()


def test_of_several_outputs_there_is_the_largest_and_how_far_it_is_from_the_second():
    net, history = taught(data.blobs(60, 3, rng=0), (2, 4, 3), "softmax")

    region = region_of(history, list(history.snapshots))

    outputs = np.sort(net.predict(grid_of(region)), axis=1)
    assert (numbers(region["classes"], np.uint8, 4)[-1] == net.predict(grid_of(region)).argmax(axis=1)).all()
    assert clearness_of(region, 4)[-1] == pytest.approx(outputs[:, -1] - outputs[:, -2], abs=2 / 127)
    assert region["labels"] == ["0", "1", "2"]


@pytest.mark.parametrize("name", ["moons", "blobs"])
def test_as_many_examples_are_right_as_accuracy_says(name):
    X, labels = examples = getattr(data, name)(60, rng=0)
    net, history = taught(examples, (2, 4, 1 if name == "moons" else 3), "sigmoid")

    region = region_of(history, list(history.snapshots))

    said = [accuracy(network_with(net, kept), X, labels) for kept in history.snapshots.values()]
    assert [right / 60 for right in region["correct"]] == said
    assert len(set(said)) > 1
    right = np.unpackbits(numbers(region["right"], np.uint8, 4), axis=1)[:, :60]
    assert right.sum(axis=1).tolist() == region["correct"]
    assert np.column_stack([region["points"]["x"], region["points"]["y"]]) == pytest.approx(X, rel=1e-6)
    assert region["points"]["class"] == labels.tolist()


def test_labels_of_minus_one_and_one_part_at_0_and_other_outputs_have_no_classes():
    assert Answers.to(np.array([[-1.0], [1.0]])) == (["−1", "+1"], 0.0, 1.0, True)
    assert Answers.to(np.array([[0.0], [1.0]])) == (["0", "1"], 0.5, 0.5, True)
    assert Answers.to(np.array([[1.0], [5.0]])) == (["below 3", "above 3"], 3.0, 2.0, False)
    assert Answers.to(np.array([[2.0]])).spread == 1.0


def test_at_most_a_thousand_examples_are_drawn_the_same_each_time_and_all_are_counted():
    X, labels = examples = data.moons(POINTS + 500, rng=0)
    net, history = taught(examples, epochs=1)

    region = region_of(history, [1])

    assert len(region["points"]["x"]) == POINTS
    assert region["points"]["total"] == POINTS + 500
    assert region["correct"] == [round(accuracy(net, X, labels) * (POINTS + 500))]
    assert region_of(history, [1]) == region


def test_a_region_leaves_the_network_as_it_is_even_when_interrupted():
    net, history = taught(data.moons(40, rng=0))
    parameters, was = net.parameter_arrays(), bits(net)
    region_of(history, [0, 1])

    def interrupted(z):
        raise KeyboardInterrupt

    net.layers[1].activation = interrupted
    with pytest.raises(KeyboardInterrupt):
        region_of(history, [0, 1])

    assert bits(net) == was
    assert all(w is before for w, before in zip(net.parameter_arrays(), parameters, strict=True))


def test_where_there_is_no_region_it_says_why():
    _, history = taught(data.moons(40, rng=0))
    assert region_of(history, [])["left_out"] == "the history has no parameters in it"
    history.net = None
    assert region_of(history, [0])["left_out"] == "the history came without its network and examples"

    _, three = taught((np.zeros((4, 3)), np.zeros((4, 1))), (3, 1))
    assert region_of(three, [0])["left_out"] == "the network has 3 inputs, and a plane is drawn for two"

    net, history = taught(data.moons(40, rng=0))
    net.layers[0].activation = lambda z: z @ np.ones((7, 1))
    assert "the network can't answer for the plane: ValueError: matmul" in region_of(history, [0])["left_out"]


class Scaled(MLP):
    """A network with a parameter beside its layers."""

    def __init__(self, *arguments, **others):
        super().__init__(*arguments, **others)
        self.scale = parameter(self.node, np.ones((1, 1)), "s")

    def feedforward(self, x):
        zs, activations = super().feedforward(x)
        return zs, [*activations[:-1], p.mul(activations[-1], self.scale)]

    def parameter_arrays(self):
        return [*super().parameter_arrays(), self.scale]


def test_a_network_with_parameters_beside_its_layers_has_no_region():
    history = quietly(Scaled([2, 1], rng=0), data.moons(40, rng=0), replay=False)

    assert region_of(history, [0])["left_out"] == "the network has parameters beside the w and b of its layers"
