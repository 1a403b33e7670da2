"""Batch normalization: PyTorch's values, the closed form's gradient, and what is left of it to predict by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from training import both_nodes, quietly, some_examples

from microbp import equations
from microbp.nn import MLP, BatchNorm, Dropout
from microbp.nn.parameters import assign, gradient_of, numbers_of, parameter
from microbp.steps import TrainingError

REFERENCE = dict(np.load(Path(__file__).parent / "oracles" / "nn_reference.npz"))


def close(found, expected, tolerance=1e-12):
    return found == pytest.approx(expected, rel=tolerance, abs=tolerance * np.abs(expected).max())


@pytest.fixture(params=["Tensor", "Value"])
def normalized(request):
    """What becomes of the reference's weighted inputs, in training, with the gradient that it asks for."""
    from microbp.tensor import Tensor
    from microbp.value import Value

    node = {"Tensor": Tensor, "Value": Value}[request.param]
    u, gamma, b = (parameter(node, REFERENCE[f"batch_norm_{key}"], key) for key in ("z", "gamma", "beta"))
    norm = BatchNorm.before_learning(gamma)
    norm.epsilon = float(REFERENCE["batch_norm_eps"])
    z = norm(u, training=True) + b
    (z * REFERENCE["batch_norm_g"]).sum().backward()
    return u, gamma, b, z, norm


# ------------------------------------------------------------------------------------- its values


def test_values_and_gradients_are_pytorchs(normalized):
    u, gamma, b, z, _ = normalized

    assert close(numbers_of(z), REFERENCE["batch_norm_out"])
    assert close(gradient_of(u), REFERENCE["batch_norm_dz"], 1e-11)
    assert close(gradient_of(gamma), REFERENCE["batch_norm_dgamma"])
    assert close(gradient_of(b), REFERENCE["batch_norm_dbeta"])


def test_to_predict_it_is_pytorchs_eval_mode(normalized):
    u, _, b, _, norm = normalized
    norm.mean, norm.variance = REFERENCE["batch_norm_mean"], REFERENCE["batch_norm_var"]

    assert close(numbers_of(norm(u) + b), REFERENCE["batch_norm_eval_out"])


def test_the_closed_form_is_pytorchs(rng):
    u, gamma, b, eps, g = (REFERENCE[f"batch_norm_{key}"] for key in ("z", "gamma", "beta", "eps", "g"))

    error, nabla_gamma = equations.batch_normalization_gradient(u, gamma, g, float(eps))

    assert close(equations.batch_normalization(u, gamma, b, float(eps)), REFERENCE["batch_norm_out"])
    assert close(error, REFERENCE["batch_norm_dz"], 1e-11)
    assert close(u.shape[1] * nabla_gamma, REFERENCE["batch_norm_dgamma"])


@both_nodes
def test_weighted_inputs_of_a_mini_batch_have_mean_b_and_variance_gamma_squared(node, rng):
    net = MLP([3, 4, 2], batch_norm=True, node=node, rng=0)
    layer = net.layers[0]
    assign(layer.norm.gamma, np.array([[1.0], [2.0], [0.5], [3.0]]))

    z = numbers_of(net.feedforward(50 * rng.normal(size=(3, 40)), training=True)[0][0])

    assert z.mean(axis=1, keepdims=True) == pytest.approx(numbers_of(layer.b), rel=1e-12)
    assert z.std(axis=1) == pytest.approx([1.0, 2.0, 0.5, 3.0], rel=1e-6)


@both_nodes
def test_neither_the_scale_of_the_weights_nor_a_bias_before_it_changes_anything(node, rng):
    net = MLP([3, 4, 2], batch_norm=True, node=node, rng=0)
    x, w = rng.normal(size=(3, 10)), numbers_of(net.layers[0].w).copy()
    net.layers[0].norm.epsilon = 0.0
    before = numbers_of(net.feedforward(x, training=True)[1][-1])

    assign(net.layers[0].w, 7.0 * w)

    assert numbers_of(net.feedforward(x, training=True)[1][-1]) == pytest.approx(before, rel=1e-12)


# ------------------------------------------------------------------------------- in a network


def test_only_hidden_layers_normalize_and_each_learns_a_gamma():
    net = MLP([4, 3, 3, 2], batch_norm=True, rng=0)

    assert [layer.norm is not None for layer in net.layers] == [True, True, False]
    assert [w.label for w in net.parameters()] == ["w2", "b2", "gamma2", "w3", "b3", "gamma3", "w4", "b4"]
    assert [w.label for w in net.weight_arrays()] == ["w2", "w3", "w4"]
    assert repr(net) == "MLP(4-3-3-2, sigmoid, batch norm, 41 parameters)"


def test_one_example_by_itself_cannot_be_normalized(rng):
    net, x = MLP([3, 4, 2], batch_norm=True, rng=0), rng.normal(size=(3, 1))

    with pytest.raises(ValueError, match="batch normalization: a mini-batch of one example is its own mean"):
        net.cost(x, np.zeros((2, 1)), training=True)
    for n, m in ((21, 20), (21, 10), (8, 1)):
        with pytest.raises(ValueError, match=f"train: {n} examples in mini-batches of {m} leave one example by itself"):
            quietly(net, some_examples(n), batch_size=m)


def test_what_is_no_choice_is_refused():
    with pytest.raises(TypeError, match="MLP: batch_norm is True or False, not 'yes'"):
        MLP([2, 2], batch_norm="yes")


@both_nodes
def test_after_training_it_predicts_by_the_statistics_of_the_training_set(node):
    X, Y = some_examples(24)
    net = MLP([3, 4, 3, 2], batch_norm=True, node=node, rng=0)
    quietly(net, (X, Y), batch_size=6, replay=None)

    a = X.T
    for layer in net.layers[:2]:
        u = numbers_of(layer.w) @ a
        assert layer.norm.mean == pytest.approx(u.mean(axis=1, keepdims=True), rel=1e-12)
        assert layer.norm.variance == pytest.approx(u.var(axis=1, keepdims=True), rel=1e-12)
        a = layer.activation(numbers_of(layer.weighted_input(a)))

    assert net.predict(X).T == pytest.approx(numbers_of(net(X.T)), rel=1e-14)
    assert net.predict(X).T == pytest.approx(numbers_of(net.feedforward(X.T, training=True)[1][-1]), rel=1e-9)


def test_where_training_gives_up_it_predicts_by_what_the_parameters_were_put_back_to():
    X, Y = some_examples(24)
    net = MLP([3, 4, 2], "linear", batch_norm=True, rng=0)

    from microbp.nn.optimizers import SGD

    with pytest.raises(TrainingError):
        quietly(net, (X, Y), batch_size=6, epochs=500, optimizer=SGD(1e3))

    u = numbers_of(net.layers[0].w) @ X.T
    assert net.layers[0].norm.mean == pytest.approx(u.mean(axis=1, keepdims=True), rel=1e-12)


@both_nodes
@pytest.mark.parametrize("dropout", [None, Dropout(0.7, 0.8, inverted=False)])
def test_a_folded_network_has_plain_layers_and_predicts_the_same(node, dropout, rng):
    net = MLP([3, 4, 3, 2], "maxout", "tanh", batch_norm=True, dropout=dropout, node=node, rng=0)
    net.take_statistics(rng.normal(size=(30, 3)))
    assign(net.layers[0].norm.gamma, rng.normal(size=(8, 1)))
    X = rng.normal(size=(5, 3))

    plain = net.folded()

    assert [layer.norm for layer in plain.layers] == [None] * 3 and plain.dropout is None
    assert plain.predict(X) == pytest.approx(net.predict(X), rel=1e-12)


def test_it_lets_a_network_learn_whose_inputs_are_far_off():
    X = np.array([[1000.0, 3.0], [1000.2, 3.0], [999.8, 3.001], [1000.1, 3.003]] * 10)
    labels = np.array([0, 1, 0, 1] * 10)
    costs = []
    for batch_norm in (False, True):
        net = MLP([2, 8, 1], "tanh", "sigmoid", batch_norm=batch_norm, initializer="inverse_sqrt", rng=0)
        costs.append(quietly(net, (X, labels), epochs=100, batch_size=8).costs[-1])

    assert costs[1] < costs[0] / 3


def test_an_epsilon_of_zero_is_refused_and_not_saved_as_no_normalization(tmp_path):
    with pytest.raises(ValueError, match="batch normalization: epsilon is greater than 0, and finite, not 0"):
        BatchNorm(np.ones((2, 1)), np.zeros((2, 1)), np.ones((2, 1)), 0)
    net = MLP([3, 2, 2], batch_norm=True, rng=0)
    net.layers[0].norm.epsilon = 0.0
    with pytest.raises(ValueError, match="epsilon is greater than 0"):
        net.save(tmp_path / "net.npz")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_statistics_of_what_is_no_number_are_not_taken(wrong):
    net = MLP([3, 2, 2], batch_norm=True, rng=0)

    with pytest.raises(ValueError, match="take_statistics: X has a value that is nan or inf, in row 1"):
        net.take_statistics([[1.0, 2.0, 3.0], [1.0, wrong, 3.0]])
    assert (net.layers[0].norm.mean == 0).all() and (net.layers[0].norm.variance == 1).all()


def test_the_closed_form_divides_by_no_zero():
    u, one = np.ones((2, 3)), np.ones((2, 1))

    assert (equations.batch_normalization(u, one, one) == 1).all()
    with pytest.raises(ValueError, match="a row of u is the same in all columns; want an epsilon greater than 0"):
        equations.batch_normalization(u, one, one, 0)
    with pytest.raises(ValueError, match="^batch normalization: epsilon is -1; want a number of 0 or more"):
        equations.batch_normalization_gradient(u, one, u, -1)
