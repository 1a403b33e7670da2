"""Costs, activations, regularizers and initial weights: PyTorch's numbers, which `oracles/nn_reference.py` stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from microbp import equations
from microbp.nn import activations, costs, initializers
from microbp.nn.parameters import gradient_of, numbers_of, parameter
from microbp.nn.regularizers import L1, L2, Elastic, MaxNorm
from microbp.tensor import Tensor
from microbp.value import Value

with np.load(Path(__file__).parent / "oracles" / "nn_reference.npz", allow_pickle=False) as stored:
    TORCH = dict(stored)

SAME = {"rtol": 1e-12, "atol": 1e-15}
both_nodes = pytest.mark.parametrize("node", [Tensor, Value])
every_cost = pytest.mark.parametrize("name", costs.NAMES)
PAIRS = [
    ("cross_entropy_of_sigmoid", "cross_entropy", "sigmoid"),
    ("log_likelihood_of_softmax", "log_likelihood", "softmax"),
    ("log_likelihood_of_softmax_of_labels", "log_likelihood", "softmax"),
]
every_pair = pytest.mark.parametrize(("key", "cost", "sigma"), PAIRS)


def same(found, key):
    np.testing.assert_allclose(found, TORCH[key], **SAME)


# ------------------------------------------------------------------------------------------- costs


@every_cost
def test_the_closed_form_has_the_values_and_gradients_of_costs(name):
    a, y = TORCH[f"{name}_a"], TORCH[f"{name}_y"]
    cost = equations.COSTS[name]

    same(cost.value(a, y).mean(), f"{name}_value")
    same(cost.nabla(a, y) / a.shape[1], f"{name}_da")
    assert np.count_nonzero(TORCH[f"{name}_da"])


@both_nodes
@every_cost
def test_nodes_have_the_values_and_gradients_of_costs(node, name):
    a = parameter(node, TORCH[f"{name}_a"], "a")
    C = costs.NAMES[name](a, TORCH[f"{name}_y"])
    C.backward()

    same(C.data, f"{name}_value")
    same(gradient_of(a), f"{name}_da")


@both_nodes
@every_pair
def test_nodes_have_those_of_a_cost_and_an_activation_in_one(node, key, cost, sigma):
    z, sigma = parameter(node, TORCH[f"{key}_z"], "z"), activations.NAMES[sigma]
    C = costs.NAMES[cost].at_output(z, sigma(z), TORCH[f"{key}_y"], sigma)
    C.backward()

    same(C.data, f"{key}_value")
    same(gradient_of(z), f"{key}_dz")


@every_pair
def test_the_closed_form_has_those_of_a_cost_and_an_activation_in_one(key, cost, sigma):
    z, y = TORCH[f"{key}_z"], TORCH[f"{key}_y"]
    cancels = equations.COSTS[cost].cancels

    same(cancels.value(z, y).mean(), f"{key}_value")
    same(cancels.error(z, y) / z.shape[1], f"{key}_dz")


# ------------------------------------------------------------------------------------- activations


@both_nodes
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "leaky_relu", "softmax"])
def test_nodes_have_the_values_and_gradients_of_activations(node, name):
    z = parameter(node, TORCH["activation_z"], "z")
    a = activations.NAMES[name](z)
    (a * TORCH["activation_g"]).sum().backward()

    same(numbers_of(a), f"{name}_out")
    same(gradient_of(z), f"{name}_dz")


# ------------------------------------------------------------------------------------ regularizers


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("l1", lambda lmbda, _: L1(lmbda)),
        ("l2", lambda lmbda, _: L2(lmbda)),
        ("elastic", Elastic),
    ],
)
def test_regularizers_have_the_values_and_gradients(name, make):
    w, n = TORCH["regularizer_w"], int(TORCH["regularizer_n"])
    lmbda, lmbda2 = float(TORCH["regularizer_lmbda"]), float(TORCH["regularizer_lmbda2"])
    regularizer = make(lmbda, lmbda2)

    same(regularizer.cost(w, n), f"{name}_value")
    same(regularizer.gradient(w, n), f"{name}_dw")


def test_max_norm_is_renorm_but_for_what_that_adds_to_the_length():
    w, c = TORCH["max_norm_w"], float(TORCH["max_norm_c"])
    length = np.linalg.norm(w, axis=1, keepdims=True)
    added = np.where(length > c, 1e-7, 0)  # PyTorch's guard against a division by 0

    same(MaxNorm(c).constrained(w) / (1 + added / np.where(length > c, length, 1)), "max_norm_out")
    assert (length > c).sum() == 2


# ---------------------------------------------------------------------------------- initial weights


@pytest.mark.parametrize("name", ["glorot", "he", "lecun", "small"])
def test_initial_weights_have_the_spread(name):
    """To the last digits, as ours are draws of N(0, 1) times their spread."""
    shape = TORCH["initializer_shape"].tolist()
    w, b = initializers.NAMES[name](np.random.default_rng(5), *shape)
    spread = w / np.random.default_rng(5).standard_normal(shape)

    np.testing.assert_allclose(spread, np.full(shape, TORCH[f"{name}_spread"]), rtol=1e-12)
    assert (b == 0).all()
