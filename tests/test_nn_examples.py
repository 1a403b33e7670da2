"""Examples in rows: how many are right, by the largest neuron or by the middle of the labels."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.nn import MLP, accuracy
from microbp.nn.examples import correct


def identity_network(n, activation="linear"):
    """A network that hands its input on."""
    return MLP([n, n], activation, initializer=lambda rng, n_out, n_in: (np.eye(n), np.zeros((n, 1))))


def test_with_several_output_neurons_the_largest_is_the_answer():
    X = [[0.1, 0.9, 0.0], [0.8, 0.1, 0.1], [0.2, 0.3, 0.5], [0.4, 0.5, 0.1]]
    net = identity_network(3)

    assert accuracy(net, X, [1, 0, 2, 0]) == 0.75
    assert accuracy(net, X, np.eye(3)[[1, 0, 2, 0]]) == 0.75
    assert correct(net, X, [1, 0, 2, 0]) == 3


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear"])
@pytest.mark.parametrize("labels", [[0, 1, 0, 0], [False, True, False, False], [[0], [1], [0], [0]], [0.0, 1, 0, 0]])
def test_one_output_neuron_that_is_taught_0_and_1_answers_by_a_half(activation, labels):
    below, above = {"sigmoid": (-0.1, 0.1), "tanh": (0.4, 0.6), "linear": (0.4, 0.6)}[activation]

    assert accuracy(identity_network(1, activation), [[-2], [above], [below], [3]], labels) == 0.75


@pytest.mark.parametrize("activation", ["tanh", "linear"])
@pytest.mark.parametrize("labels", [[-1, 1, -1, -1], [[-1], [1], [-1], [-1]]])
def test_one_output_neuron_that_is_taught_minus_1_and_1_answers_by_its_sign(activation, labels):
    assert accuracy(identity_network(1, activation), [[-2], [0.1], [-0.1], [3]], labels) == 0.75


def test_labels_of_one_class_are_judged_by_the_middle_of_their_kind():
    net, X = identity_network(1), [[0.4], [0.6], [-0.1], [2]]

    assert accuracy(net, X, [0] * 4) == 0.5
    assert accuracy(net, X, [-1] * 4) == 0.25
    assert accuracy(net, X, [True] * 4) == 0.5
    with pytest.raises(ValueError, match=r"all labels are 1, .* pass middle=0\.5 for the first, middle=0 for the sec"):
        accuracy(net, X, [1] * 4)
    assert accuracy(net, X, [1] * 4, middle=0.5) == 0.5
    assert accuracy(net, X, [1] * 4, middle=0) == 0.75
    assert correct(net, X, [1] * 4, middle=0) == 3


@pytest.mark.parametrize(
    ("X", "labels", "sentence"),
    [
        (np.zeros((3, 5)), [0] * 5, r"predict: X has shape \(3, 5\), but should be \(examples, 3\); rows are examples"),
        (np.zeros(3), [0], r"predict: X has shape \(3,\), but should be \(examples, 3\)$"),
        (np.zeros((0, 3)), [], "predict: X is empty"),
        ([[1, 2, 3], [1, 2]], [0, 0], "predict: X has rows that differ in length"),
        (np.zeros((5, 3)), [0] * 4, r"accuracy: labels have shape \(4,\), X has 5 rows"),
        (np.zeros((5, 3)), np.zeros((5, 1)), r"accuracy: labels have shape \(5, 1\).* want shape \(5,\), or \(5, 3\)"),
        (np.zeros((5, 3)), np.zeros((3, 5)), r"accuracy: labels have shape \(3, 5\)"),
        (np.zeros((5, 3)), 1, r"accuracy: labels have shape \(\)"),
        (np.zeros((5, 3)), [0, 1, 2, 3, 0], "accuracy: there is a label 3; want 0 to 2"),
        (np.zeros((5, 3)), [0, 1, -1, 2, 0], "accuracy: there is a label -1; want 0 to 2"),
        (np.zeros((5, 3)), [0.0] * 5, r"accuracy: labels are integers, not float64; pass labels.astype\(int\)"),
    ],
)
def test_accuracy_refuses_what_it_cannot_compare(X, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        accuracy(identity_network(3), X, labels)


def test_accuracy_refuses_labels_that_one_neuron_cannot_tell_apart():
    with pytest.raises(ValueError, match="labels of one output neuron are 0 and 1, or −1 and \\+1, not 2"):
        accuracy(identity_network(1), [[0.0], [1.0]], [1, 2])
    with pytest.raises(ValueError, match="0 and 1, or −1 and \\+1, not both −1 and 0"):
        accuracy(identity_network(1), [[0.0], [1.0]], [-1, 0])


def test_nan_is_never_right():
    net = MLP([2, 3], rng=0)
    net.layers[0].w.data = np.full((3, 2), np.nan)

    assert accuracy(net, np.ones((4, 2)), [0, 0, 0, 0]) == 0.0
    with pytest.raises(ValueError, match="a label is nan"):
        accuracy(net, np.ones((1, 2)), [[np.nan, 0.0, 1.0]])


class Answering:
    """Something that predicts always the same."""

    def __init__(self, outputs):
        self.outputs = outputs

    def predict(self, X):
        return self.outputs


@pytest.mark.parametrize(
    ("net", "error", "sentence"),
    [
        (None, TypeError, "accuracy: want something with predict, such as an MLP or a baseline, not None"),
        (Answering, TypeError, "accuracy: want something with predict, .*, not <class"),
        (Answering(None), TypeError, "accuracy: what predict gives holds real numbers, not object data"),
        (Answering(np.zeros(3)), ValueError, r"accuracy: predict gives shape \(3,\) for 2 rows; want \(2, n_L\)"),
        (Answering(np.zeros((3, 2))), ValueError, r"accuracy: predict gives shape \(3, 2\) for 2 rows"),
    ],
)
def test_what_predicts_nothing_for_the_rows_is_named(net, error, sentence):
    with pytest.raises(error, match=f"^{sentence}"):
        accuracy(net, np.zeros((2, 2)), [0, 1])
