"""Activations: the same on plain arrays, Tensors and arrays of Values, and the closed form's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from microbp import equations
from microbp.linearized import linearize
from microbp.nn import activations
from microbp.nn.parameters import gradient_of, numbers_of, parameter
from microbp.tensor import Tensor
from microbp.value import Value

REFERENCE = dict(np.load(Path(__file__).parent / "oracles" / "nn_reference.npz"))
both_nodes = pytest.mark.parametrize("node", [Tensor, Value])
every_activation = pytest.mark.parametrize("name", activations.NAMES)


def test_the_closed_form_has_the_same_activations():
    assert activations.NAMES.keys() == equations.ACTIVATIONS.keys()


@every_activation
def test_activations_are_the_closed_forms_on_arrays_tensors_and_values(name, rng):
    z = 2 * rng.normal(size=(4, 3))
    sigma, expected = activations.NAMES[name], equations.ACTIVATIONS[name](z)

    assert sigma(z) == pytest.approx(expected, rel=1e-14)
    for node in (Tensor, Value):
        assert numbers_of(sigma(parameter(node, z, "z"))) == pytest.approx(expected, rel=1e-14)


@both_nodes
@every_activation
def test_their_derivative_is_sigma_prime(node, name, rng):
    z, g = 2 * rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    nodes = parameter(node, z, "z")
    a = activations.NAMES[name](nodes)
    (a * g).sum().backward()

    assert gradient_of(nodes) == pytest.approx(
        equations.output_error(g, equations.ACTIVATIONS[name].derivative(z)), rel=1e-12, abs=1e-15
    )


@both_nodes
@pytest.mark.parametrize(("name", "slope"), [("relu", 0.0), ("leaky_relu", 0.01)])
def test_at_its_corner_a_relu_has_the_slope_of_the_left(node, name, slope):
    z = parameter(node, np.zeros((1, 1)), "z")
    activations.NAMES[name](z).sum().backward()

    assert gradient_of(z) == slope


@both_nodes
@every_activation
def test_large_weighted_inputs_neither_overflow_nor_warn(node, name):
    z = parameter(node, np.array([[1000.0, -1000.0], [-1000.0, 1000.0]]), "z")
    a = activations.NAMES[name](z)
    a.sum().backward()

    limits = {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "relu": (0, 1000), "leaky_relu": (-10, 1000)}
    limits["step"] = (0, 1)
    low, high = limits.get(name, (-1000, 1000))
    assert numbers_of(a) == pytest.approx(np.array([[high, low], [low, high]]))
    assert np.isfinite(gradient_of(z)).all()


@both_nodes
def test_softmax_is_over_the_neurons_of_each_example(node, rng):
    a = activations.softmax(parameter(node, rng.normal(size=(4, 3)), "z"))

    assert numbers_of(a).sum(axis=0) == pytest.approx(np.ones(3), rel=1e-15)


@both_nodes
@every_activation
def test_only_softmax_couples_neurons_and_nothing_couples_examples(node, name, rng):
    z = parameter(node, rng.normal(size=(3, 2)), "z")
    a = activations.NAMES[name](z)
    outputs = [a] if node is Tensor else list(a.flat)
    jacobian = linearize(*outputs).eliminate("reverse").jacobian.reshape(3, 2, 3, 2)

    expected = np.einsum("xjk,xi->jxki", _jacobians(name, numbers_of(z)), np.eye(2))
    assert jacobian == pytest.approx(expected, rel=1e-12)
    assert (np.count_nonzero(jacobian) > 6) == (name == "softmax")


def _jacobians(name, z):
    return equations.sigma_prime_matrix(equations.ACTIVATIONS[name].derivative(z))


# ----------------------------------------------------------------------------------------- maxout


@both_nodes
@pytest.mark.parametrize("pieces", [2, 3])
def test_maxout_is_pytorchs(pieces, node):
    z = parameter(node, REFERENCE["maxout_z"][: 5 * pieces], "z")

    a = activations.maxout(pieces)(z)
    (a * REFERENCE[f"maxout_k{pieces}_g"]).sum().backward()

    assert numbers_of(a) == pytest.approx(REFERENCE[f"maxout_k{pieces}_out"], rel=1e-15)
    assert gradient_of(z) == pytest.approx(REFERENCE[f"maxout_k{pieces}_dz"], rel=1e-15)


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_maxout_has_the_closed_forms_values_and_rates(pieces, rng):
    z, g = rng.integers(-2, 3, size=(4 * pieces, 6)).astype(float), rng.normal(size=(4, 6))
    nodes, sigma = Tensor(z, "z"), equations.maxout(pieces)
    a = activations.maxout(pieces)(nodes)
    (a * g).sum().backward()

    assert np.array_equal(a.data, sigma(z))
    assert nodes.grad == pytest.approx(equations.output_error(g, sigma.derivative(z)), rel=1e-14, abs=1e-15)


@both_nodes
def test_equal_pieces_share_the_rate(node):
    z = parameter(node, np.array([[2.0], [2.0], [1.0]]), "z")
    activations.maxout(3)(z).sum().backward()

    assert gradient_of(z).ravel().tolist() == [0.5, 0.5, 0.0]


def test_relu_and_leaky_relu_are_maxout_of_two_pieces(rng):
    z = rng.normal(size=(3, 5))

    assert np.array_equal(activations.maxout(2)(np.vstack([z, 0 * z])), activations.relu(z))
    assert np.array_equal(activations.maxout(2)(np.vstack([z, 0.01 * z])), activations.leaky_relu(z))


@pytest.mark.parametrize("pieces", [0, -1, 1.5, "two"])
def test_pieces_are_a_whole_number(pieces):
    for maxout in (activations.maxout, equations.maxout):
        with pytest.raises(ValueError, match=f"maxout: pieces is a whole number of at least 1, not {pieces!r}"):
            maxout(pieces)


def test_rows_that_are_no_pieces_of_every_neuron_are_refused():
    with pytest.raises(ValueError, match="maxout: z has 5 rows, which are no 2 pieces of each neuron"):
        activations.maxout(2)(np.zeros((5, 1)))
    with pytest.raises(ValueError, match=r"maxout\(2\): z has shape \(5, 1\); want 2 rows for each neuron"):
        equations.maxout(2)(np.zeros((5, 1)))
