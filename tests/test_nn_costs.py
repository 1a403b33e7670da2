"""Costs: the closed form's for both nodes, stable where neurons saturate, clear about what they take."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import equations
from microbp import primitives as p
from microbp.nn import activations, costs
from microbp.nn.parameters import gradient_of, numbers_of, parameter
from microbp.tensor import Tensor
from microbp.value import Value

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])
every_cost = pytest.mark.parametrize("name", costs.NAMES)
FUSED = [("cross_entropy", "sigmoid"), ("log_likelihood", "softmax")]
every_fused_pair = pytest.mark.parametrize(("cost", "activation"), FUSED)


def outputs(rng, n=3, m=4):
    """Activations between 0 and 1 and desired outputs, one column an example."""
    return rng.uniform(0.05, 0.95, (n, m)), rng.uniform(0, 1, (n, m))


def desired(name, y):
    """Desired outputs that the cost takes, made of numbers from 0 to 1."""
    if name == "hinge":
        return np.sign(y - 0.5)
    return (y == y.max(axis=0)).astype(float) if name == "multiclass_hinge" else y


# --------------------------------------------------------------------------------- the closed form


def test_the_closed_form_has_the_same_costs():
    assert costs.NAMES.keys() == equations.COSTS.keys()
    for name, closed in equations.COSTS.items():
        cancels = {activations.NAMES[closed.cancels.activation.name]} if closed.cancels else set()
        assert set(costs.NAMES[name].fused) == cancels


@every_cost
@pytest.mark.parametrize("m", [1, 4])
def test_a_cost_is_the_mean_over_examples_of_the_closed_form(name, m, rng):
    a, y = outputs(rng, m=m)
    y = desired(name, y)
    expected = equations.COSTS[name].value(a, y).mean()

    assert costs.NAMES[name](a, y) == pytest.approx(expected, rel=1e-14)
    for node in (Tensor, Value):
        assert numbers_of(costs.NAMES[name](parameter(node, a, "a"), y)) == pytest.approx(expected, rel=1e-13)


@both_nodes
@every_cost
@pytest.mark.parametrize("m", [1, 4])
def test_its_gradient_is_nabla_a(node, name, m, rng):
    a, y = outputs(rng, m=m)
    y = desired(name, y)
    nodes = parameter(node, a, "a")
    costs.NAMES[name](nodes, y).backward()

    assert m * gradient_of(nodes) == pytest.approx(equations.COSTS[name].nabla(a, y), rel=1e-12, abs=1e-14)


@both_nodes
@every_cost
def test_desired_outputs_may_be_numbers_lists_or_nodes(node, name):
    a, cost = parameter(node, np.array([[0.2, 0.9], [0.7, 0.1]]), "a"), costs.NAMES[name]
    y = desired(name, np.array([[1, 0], [0, 1]])).astype(int).tolist()
    found = [cost(a, y), cost(a, np.array(y)), cost(a, parameter(node, np.array(y, float), "y", varies=False))]

    assert {float(numbers_of(c)) for c in found} == {float(numbers_of(found[0]))}


# ------------------------------------------------------------------------- what the formulas come to


def test_multiclass_hinge_is_the_example_of_cs231n():
    """Scores 13, −7, 11, the first class right and the margin 10: max(0, −7 − 13 + 10) + max(0, 11 − 13 + 10) = 8."""
    a, y = np.array([[13.0], [-7.0], [11.0]]), np.array([[1.0], [0.0], [0.0]])

    assert costs.multiclass_hinge(a, y) == 0
    assert 10 * costs.multiclass_hinge(a / 10, y) == pytest.approx(8)  # the margin 10 at a is the margin 1 at a/10
    assert 10 * equations.COSTS["multiclass_hinge"].value(a / 10, y) == pytest.approx([8])


def test_multiclass_hinge_does_not_see_what_is_added_to_all_outputs_nor_outputs_that_are_far_below(rng):
    a, y = rng.normal(size=(4, 3)), np.eye(4)[:, :3]
    a[3] = -9.0
    nodes = Tensor(a, "a")
    costs.multiclass_hinge(nodes, y).backward()

    assert costs.multiclass_hinge(a + 5.0, y) == pytest.approx(costs.multiclass_hinge(a, y))
    assert nodes.grad.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-15)
    assert (nodes.grad[3] == 0).all() and (np.diagonal(nodes.grad) < 0).any()


@both_nodes
def test_at_their_corners_multiclass_hinge_and_absolute_have_the_rate_0(node):
    y = np.array([[1.0], [0.0]])
    for name, at in (("multiclass_hinge", [[1.5], [0.5]]), ("absolute", y)):
        a = parameter(node, np.array(at), "a")
        costs.NAMES[name](a, y).backward()

        assert (gradient_of(a) == 0).all()
        assert (equations.COSTS[name].nabla(np.array(at), y) == 0).all()


def test_squared_is_twice_the_quadratic_cost(rng):
    a, y = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))

    assert costs.squared(a, y) == pytest.approx(2 * costs.quadratic(a, y), rel=1e-15)


# ----------------------------------------------------------------------------------- fused formulas


@both_nodes
@every_fused_pair
def test_the_fused_formula_is_the_unfused_one_where_that_is_finite(node, cost, activation, rng):
    z, y = 4 * rng.normal(size=(3, 5)), rng.uniform(0, 1, (3, 5))
    cost, sigma = costs.NAMES[cost], activations.NAMES[activation]
    fused_z, unfused_z = parameter(node, z, "z"), parameter(node, z, "z")

    fused = cost.at_output(fused_z, sigma(fused_z), y, sigma)
    unfused = cost(sigma(unfused_z), y)
    fused.backward()
    unfused.backward()

    assert numbers_of(fused) == pytest.approx(numbers_of(unfused), rel=1e-12)
    assert gradient_of(fused_z) == pytest.approx(gradient_of(unfused_z), rel=1e-9, abs=1e-12)


@both_nodes
@every_fused_pair
@pytest.mark.parametrize("scale", [1.0, 40.0, 1000.0])
def test_saturated_outputs_keep_the_error_a_minus_y(node, cost, activation, scale):
    numbers = scale * np.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]])
    y = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    z, sigma = parameter(node, numbers, "z"), activations.NAMES[activation]
    a = sigma(z)
    C = costs.NAMES[cost].at_output(z, a, y, sigma)
    C.backward()

    assert 4 * gradient_of(z) == pytest.approx(numbers_of(a) - y, rel=1e-12, abs=1e-15)
    if scale > 1:  # two of four examples are wrong, each for 2·scale; the others cost nothing
        assert numbers_of(C) == pytest.approx(scale)


@both_nodes
def test_right_answers_of_saturated_neurons_cost_nothing_without_a_fused_formula(node):
    a = parameter(node, np.array([[1.0], [0.0]]), "a")
    for cost in (costs.cross_entropy, costs.log_likelihood):
        C = cost(a, np.array([[1.0], [0.0]]))
        C.backward()

        assert numbers_of(C) == 0
        assert np.isfinite(gradient_of(a)).all()


def test_only_the_activation_that_cancels_is_fused(rng):
    z, y = rng.normal(size=(3, 2)), rng.uniform(0, 1, (3, 2))
    a = activations.softmax(z)

    assert costs.cross_entropy.at_output(z, a, y, activations.softmax) == costs.cross_entropy(a, y)
    assert costs.quadratic.at_output(z, a, y, activations.softmax) == costs.quadratic(a, y)


# ------------------------------------------------------------------------------------------ of one's own


def test_a_cost_of_ones_own_is_its_terms():
    fourth_power = costs.Cost("fourth_power", lambda a, y: (a - y) ** 4)
    largest = costs.Cost("largest", lambda a, y: p.max(p.abs(a - y), axis=0))
    a, y = np.array([[1.0, 2.0], [3.0, 5.0]]), np.zeros((2, 2))

    assert repr(fourth_power) == "<cost fourth_power>"
    assert fourth_power(a, y) == (1 + 16 + 81 + 625) / 2
    assert largest(a, y) == (3 + 5) / 2


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize("kind", [Tensor, Value, None])
@pytest.mark.parametrize(
    ("shape", "y", "sentence"),
    [
        ((2, 3), np.ones((3, 2)), r"quadratic: a has shape \(2, 3\), y has shape \(3, 2\); .*so pass y\.T$"),
        ((2, 3), np.ones((2, 2)), r"a has shape \(2, 3\), y has shape \(2, 2\); y has a row for each .*, as a has$"),
        ((2, 1), np.ones(2), r"y has shape \(2,\); columns are examples, so pass y\.reshape\(2, 1\)$"),
        ((1, 3), [1, 1, 1], r"y has shape \(3,\); columns are examples, so pass y\.reshape\(1, 3\)$"),
        ((2, 2), 1.0, r"a has shape \(2, 2\), y has shape \(\); y has a row for each output neuron .*$"),
        ((2,), np.ones(2), r"a has shape \(2,\), .*columns are examples, so both have shape \(n_L, m\)$"),
        ((2, 0), np.ones((2, 0)), r"y has shape \(2, 0\); there are no examples$"),
    ],
)
def test_shapes_that_differ_are_refused_with_the_remedy(kind, shape, y, sentence):
    a = np.ones(shape) if kind is None else parameter(kind, np.ones(shape), "a")

    with pytest.raises(ValueError, match=sentence):
        costs.quadratic(a, y)


@pytest.mark.parametrize("y_node", [Tensor, Value, None])
@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("hinge", 0.0, "hinge: y holds 0; want −1 or \\+1, so pass 2 \\* y − 1 for 0 and 1"),
        ("cross_entropy", -1.0, "cross_entropy: y holds -1; want values from 0 to 1"),
        ("log_likelihood", 1.5, "log_likelihood: y holds 1.5; want values from 0 to 1"),
    ],
)
def test_desired_outputs_out_of_range_are_refused_also_by_fused_formulas(y_node, name, wrong, sentence):
    y = np.array([[1.0], [wrong]])
    z = parameter(Tensor if y_node is None else y_node, np.array([[0.1], [0.2]]), "z")
    if y_node is not None:
        y = parameter(y_node, y, "y", varies=False)

    for activation in (activations.sigmoid, activations.softmax):
        with pytest.raises(ValueError, match=sentence):
            costs.NAMES[name].at_output(z, activation(z), y, activation)


@pytest.mark.parametrize("y_node", [Tensor, Value, None])
@pytest.mark.parametrize(
    ("column", "numbers"), [([0, 1, 1], "0, 1, 1"), ([0, 0, 0], "0, 0, 0"), ([0.5, 0.5, 0], "0.5, 0.5, 0")]
)
def test_columns_that_are_not_one_hot_are_refused_by_the_multiclass_hinge(y_node, column, numbers):
    a, y = np.zeros((3, 2)), np.column_stack([[1.0, 0.0, 0.0], column])
    sentence = f"multiclass_hinge: y has a column {numbers}; want a single 1, in the place of what is right, and 0 else"

    with pytest.raises(ValueError, match=sentence):
        equations.COSTS["multiclass_hinge"].value(a, y)
    if y_node is not None:
        y = parameter(y_node, y, "y", varies=False)
    with pytest.raises(ValueError, match=sentence):
        costs.multiclass_hinge(a, y)


@pytest.mark.parametrize("name", ["cross_entropy", "log_likelihood"])
@pytest.mark.parametrize("wrong", [-0.25, 1.25])
def test_activations_that_are_no_probabilities_are_refused(name, wrong):
    for node in (Tensor, Value):
        with pytest.raises(ValueError, match=f"{name}: a holds {wrong}; want values from 0 to 1"):
            costs.NAMES[name](parameter(node, np.array([[0.5], [wrong]]), "a"), np.ones((2, 1)))


def test_a_nan_is_not_called_out_of_range():
    with np.errstate(invalid="ignore"):
        assert np.isnan(costs.cross_entropy(np.array([[np.nan]]), np.ones((1, 1))))
