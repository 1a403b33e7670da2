"""Layer statistics: moments, saturated and dead neurons by the activation's own derivative, errors; what starts do."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import equations
from microbp import primitives as p
from microbp.layer_statistics import BELOW, layer_statistics, rates_of
from microbp.nn import MLP, activations
from microbp.nn.parameters import assign, numbers_of
from microbp.tensor import Tensor
from microbp.value import Value

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])


def normal_examples(n=200, n_in=100, seed=1):
    return np.random.default_rng(seed).normal(size=(n, n_in))


def weights_and_biases(net):
    return [numbers_of(layer.w) for layer in net], [numbers_of(layer.b) for layer in net]


def hidden(statistics, field):
    """A field of the hidden layers, from the first to the last."""
    return [getattr(row, field) for row in statistics.rows[1:-1]]


def deep(activation, start, output="linear", depth=10, width=100):
    return MLP([width] * (depth + 1) + [10], activation, output, initializer=start, rng=0)


# ------------------------------------------------------------------------------------- definitions


@both_nodes
def test_moments_are_over_neurons_and_examples(node):
    net, X = MLP([3, 4, 2], "tanh", node=node, rng=0), normal_examples(5, 3)
    zs, a = equations.feedforward(*weights_and_biases(net), X.T, "tanh")

    found = layer_statistics(net, X)

    assert [row.layer for row in found.rows] == [1, 2, 3]
    assert [row.neurons for row in found.rows] == [3, 4, 2]
    assert [row.activation for row in found.rows] == ["", "tanh", "tanh"]
    for row, expected in zip(found.rows, a, strict=True):
        assert (row.a_mean, row.a_variance) == pytest.approx((expected.mean(), expected.var()), rel=1e-12)
    for row, expected in zip(found.rows[1:], zs, strict=True):
        assert (row.z_mean, row.z_variance) == pytest.approx((expected.mean(), expected.var()), rel=1e-12)
    assert found.examples == 5
    assert found.rows[0][3:5] == (None, None) and {row.delta for row in found.rows} == {None}


@pytest.mark.parametrize("name", activations.NAMES)
def test_the_rate_of_a_neuron_is_the_largest_entry_of_its_row_of_the_jacobian(name, rng):
    z = 3 * rng.normal(size=(4, 6))
    jacobians = equations.sigma_prime_matrix(equations.ACTIVATIONS[name].derivative(z))

    assert rates_of(activations.NAMES[name], z) == pytest.approx(np.abs(jacobians).max(axis=2).T, rel=1e-12, abs=1e-16)


def test_of_functions_of_ones_own_it_is_that_too(rng):
    z = rng.normal(size=(4, 5))

    assert (rates_of(lambda z: z, z) == 1).all()
    assert rates_of(lambda z: p.tanh(z) * p.sigmoid(z), z) == pytest.approx(
        np.abs((1 - np.tanh(z) ** 2) * equations.sigmoid(z) + np.tanh(z) * equations.sigmoid_prime(z))
    )
    assert (rates_of(p.step, z) == 0).all()
    assert (rates_of(lambda z: z * 0.0 + Tensor(np.ones((4, 5))), z) == 0).all()
    # Each neuron's own and, twice as much, that of the next one.
    assert (rates_of(lambda z: z + 2 * p.concatenate([z[1:], z[:1]]), z) == 2).all()
    # The larger of two pieces, two neurons of four weighted inputs.
    assert (rates_of(lambda z: p.maximum(z[:2], z[2:]), z) == np.ones((2, 5))).all()


def one_layer(activation, z):
    """A layer of neurons that have the weighted inputs z, on two examples."""
    net = MLP([1, len(z)], activation, rng=0)
    assign(net.layers[0].w, np.zeros((len(z), 1)))
    assign(net.layers[0].b, np.reshape(z, (-1, 1)))
    return layer_statistics(net, np.ones((2, 1))).rows[1]


def test_a_sigmoid_within_about_a_hundredth_of_0_or_1_is_saturated():
    edge = np.log(0.5 + np.sqrt(0.25 - BELOW)) - np.log(0.5 - np.sqrt(0.25 - BELOW))  # where a (1 − a) = 0.01
    row = one_layer("sigmoid", [-edge - 0.01, -edge + 0.01, edge - 0.01, edge + 0.01])

    assert edge == pytest.approx(4.585, abs=1e-3)
    assert row.saturated == 0.5 and row.dead == 0


def test_a_relu_is_saturated_where_it_gives_0_and_a_leaky_relu_nowhere():
    z = [-2.0, -1.0, 0.0, 3.0]

    assert one_layer("relu", z).saturated == 0.75
    assert one_layer("leaky_relu", z).saturated == 0
    assert one_layer("linear", z).saturated == 0


@pytest.mark.parametrize(
    ("activation", "dead"), [("relu", 2), ("leaky_relu", 0), ("tanh", 0), ("sigmoid", 0), ("linear", 0)]
)
def test_a_unit_is_dead_where_no_example_gives_it_a_gradient(activation, dead):
    net = MLP([3, 5, 2], [activation, "linear"], initializer="he", rng=0)
    assign(net.layers[0].b, np.array([[-12.0], [0.0], [0.0], [-12.0], [0.0]]))  # two that stay below 0
    X = normal_examples(50, 3)

    row = layer_statistics(net, X).rows[1]
    net.cost(X.T, np.ones((2, 50))).backward()

    assert (row.dead, row.dead_part) == (dead, dead / 5)
    assert np.count_nonzero((net.layers[0].w.grad == 0).all(axis=1)) == dead


def test_a_tanh_is_dead_where_its_derivative_rounds_to_0_everywhere():
    assert one_layer("tanh", [-40.0, 40.0, 3.0]).dead == 2


@both_nodes
@pytest.mark.parametrize(
    ("cost", "output"), [("quadratic", "tanh"), ("cross_entropy", "sigmoid"), ("squared", "linear")]
)
def test_the_error_is_that_of_bp1_and_bp2(node, cost, output, rng):
    net, X, Y = MLP([3, 4, 2], "tanh", output, node=node, rng=0), rng.normal(size=(5, 3)), rng.uniform(size=(5, 2))
    (weights, biases), sigmas = weights_and_biases(net), ["tanh", output]
    zs, _ = equations.feedforward(weights, biases, X.T, sigmas)
    deltas = equations.errors(weights, zs, Y.T, sigmas, cost)

    found = layer_statistics(net, X, Y, cost)

    assert [row.delta for row in found.rows[1:]] == pytest.approx([np.sqrt((d**2).mean()) for d in deltas], rel=1e-12)
    assert found.rows[0].delta is None


def test_labels_are_desired_outputs_and_nothing_is_changed():
    net, X, labels = MLP([3, 4, 2], rng=0), normal_examples(4, 3), np.array([0, 1, 1, 0])
    before = [w.data.copy() for w in net.parameters()]

    assert layer_statistics(net, X, labels) == layer_statistics(net, X, np.eye(2)[labels])
    assert all((w.data == b).all() and w.grad is None for w, b in zip(net.parameters(), before, strict=True))


# ------------------------------------------------------------------------- what starts do, by layer


def test_with_small_weights_activations_and_errors_die_out_through_ten_layers_of_tanh():
    found = layer_statistics(deep("tanh", "small"), normal_examples(), np.zeros(200, int), "squared")
    variances, errors = hidden(found, "a_variance"), hidden(found, "delta")

    # Each layer multiplies both by n · 0.01² = 0.01.
    assert np.divide(variances[1:], variances[:-1]) == pytest.approx(np.full(9, 0.01), rel=0.1)
    assert np.square(np.divide(errors[:-1], errors[1:])) == pytest.approx(np.full(9, 0.01), rel=0.3)


def test_large_weights_saturate_tanh_and_glorot_keeps_activations_and_errors():
    X, Y = normal_examples(), np.zeros(200, int)
    normal, glorot = (layer_statistics(deep("tanh", start), X, Y, "squared") for start in ("normal", "glorot"))

    assert min(hidden(normal, "saturated")) > 0.7 and max(hidden(glorot, "saturated")) < 0.01
    assert min(hidden(glorot, "a_variance")) > 0.04
    assert max(hidden(glorot, "delta")) < 5 * min(hidden(glorot, "delta"))
    assert hidden(normal, "delta")[0] > 1000 * hidden(normal, "delta")[-1]


def test_through_relu_he_keeps_the_variance_and_glorot_halves_it():
    X = normal_examples()
    he, glorot = (hidden(layer_statistics(deep("relu", start), X), "z_variance") for start in ("he", "glorot"))

    assert he == pytest.approx(np.full(10, 2.0), rel=0.5)
    assert np.divide(glorot, he) == pytest.approx(0.5 ** np.arange(1, 11))
    assert (glorot[-1] / glorot[0]) ** (1 / 9) == pytest.approx(0.5, rel=0.05)


def test_through_sigmoids_the_error_vanishes():
    found = layer_statistics(deep("sigmoid", "lecun"), normal_examples(), np.zeros(200, int))
    errors = hidden(found, "delta")

    # Of N(0, 1/n) weights none is lost; σ′ is at most ¼.
    assert max(np.divide(errors[:-1], errors[1:])) < 0.25
    assert errors[0] < 1e-5 * errors[-1]


def test_what_has_vanished_altogether_is_still_told_from_0():
    net = deep("tanh", "small", depth=140, width=20)
    found = layer_statistics(net, normal_examples(4, 20), np.zeros(4, int), "squared")

    assert 0 < hidden(found, "delta")[0] < 1e-170


# ------------------------------------------------------------------------------------------- table


def test_it_shows_itself_as_a_table_without_columns_that_are_empty():
    net, X = MLP([2, 3, 1], ["relu", "sigmoid"], rng=0), normal_examples(1000, 2)
    table = str(layer_statistics(net, X, np.zeros((1000, 1)))).splitlines()

    assert table[0].split() == "layer neurons σ mean z var z mean a var a saturated dead rms δ".split()
    assert [line.split()[:3] for line in table[2:-1]] == [["2", "3", "relu"], ["3", "1", "sigmoid"]]
    assert len({len(line) for line in table[2:-1]}) == 1  # what is right stands below what is right
    assert table[-1] == "1,000 examples; saturated: a rate below 0.01"
    assert "δ" not in repr(layer_statistics(net, X))


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"X": np.ones((3, 4))}, ValueError, r"layer_statistics: X has shape \(3, 4\), but should be \(examples, 3\)"),
        ({"X": np.ones((0, 3))}, ValueError, "layer_statistics: X is empty"),
        ({"Y": np.ones((3, 2))}, ValueError, r"layer_statistics: Y has shape \(3, 2\), X has 4 rows; want shape"),
        ({"Y": np.array([0, 1, 2, 0])}, ValueError, "layer_statistics: Y: there is a label 2; want 0 to 1"),
        ({"Y": np.zeros(4, int), "cost": "mse"}, ValueError, "unknown cost 'mse'"),
        ({"Y": np.zeros(4, int), "cost": "hinge"}, ValueError, "hinge: y holds 0; want −1 or"),
        ({"below": 0.0}, ValueError, "layer_statistics: below is greater than 0, not 0.0"),
    ],
)
def test_what_does_not_fit_is_said(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        layer_statistics(MLP([3, 2], rng=0), **{"X": np.ones((4, 3))} | arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((None, [[0.0, 0.0, 0.0]]), TypeError, "net is an MLP, not None"),
        ((MLP([3, 2]), [[0.0, np.nan, 0.0]]), ValueError, "X has a value that is nan or inf, in row 0"),
        ((MLP([3, 2]), [[0.0, 0.0, 0.0]], [[0.0, np.inf]]), ValueError, "Y has a value that is nan or inf, in row 0"),
    ],
)
def test_a_table_of_nan_is_not_made(arguments, error, sentence):
    with pytest.raises(error, match=f"^layer_statistics: {sentence}"):
        layer_statistics(*arguments)
    with pytest.raises(TypeError, match="^layer_statistics: below is a number, not 'low'"):
        layer_statistics(MLP([3, 2]), [[0.0, 0.0, 0.0]], below="low")
