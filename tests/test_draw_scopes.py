"""Which layer and which neuron a node belongs to."""

from __future__ import annotations

import pytest

from microbp.draw.scopes import Role, Scope, in_order, role_of, scopes_of
from microbp.primitives import exp, tanh
from microbp.value import Value


def neuron(layer, j, inputs):
    """z and a of a tanh neuron, labelled in the book's indices."""
    z = Value(0.1, f"b{layer}_{j}")
    for k, x in enumerate(inputs, start=1):
        z = z + Value(0.5, f"w{layer}_{j},{k}") * x
    z.label = f"z{layer}_{j}"
    a = tanh(z)
    a.label = f"a{layer}_{j}"
    return z, a


def named(scopes, label):
    return next(scope for node, scope in scopes.items() if node.label == label)


# ---------------------------------------------------------------------------------------- labels


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("w2_1,3", Role("w", Scope(2, 1), 3)),
        ("w2_1", Role("w", Scope(2, 1))),  # of a layer with a single input
        ("z2_1,7", Role("z", Scope(2, 1), 7)),  # of the seventh example
        ("b12_30", Role("b", Scope(12, 30))),
        ("a3", Role("a", Scope(3))),
    ],
)
def test_a_label_in_the_books_indices_says_layer_neuron_and_second_index(label, role):
    assert role_of(label) == role


@pytest.mark.parametrize("label", [None, "", "x", "w", "w0", "w2_", "w2_0", "a2_1,2,3", "A2", "δ2", "w2 ", "w²", "b٢"])
def test_any_other_label_says_nothing(label):
    assert role_of(label) is None


def test_a_label_with_thousands_of_digits_says_nothing():
    assert role_of("w" + "9" * 10_000) is None


# ----------------------------------------------------------------------------------------- order


def test_nodes_come_after_their_inputs_and_once_each():
    x, y = Value(1.0), Value(2.0)
    product = x * y
    output = product + x * x

    order = in_order([output])

    assert [order.index(node) for node in output.inputs] < [order.index(output)] * 2
    assert len(order) == len(set(order)) == 5
    assert order[:3] == [x, y, product]


def test_the_order_does_not_depend_on_when_leaves_were_made_or_changed():
    x, y = Value(1.0), Value(2.0)
    output = y * x
    before = in_order([output])

    y.data = 3.0

    assert in_order([output]) == before == [y, x, output]


# ---------------------------------------------------------------------------------------- scopes


def test_a_neuron_has_its_parameters_and_all_operations_up_to_its_activation():
    x = Value(1.0, "x", varies=False), Value(2.0, "x_2")
    z, a = neuron(2, 1, x)

    scopes = scopes_of(in_order([a]))

    assert set(scopes.values()) == {Scope(2, 1)}
    assert {node.label for node in scopes} == {"b2_1", "w2_1,1", "w2_1,2", "z2_1", "a2_1", None}
    assert len(scopes) == 8
    assert x[0] not in scopes and x[1] not in scopes


def test_products_belong_to_the_neuron_that_they_lead_to_not_to_the_one_they_come_from():
    x = Value(1.0, "x", varies=False)
    (_, a1), (_, a2) = neuron(2, 1, [x]), neuron(2, 2, [x])
    _, output = neuron(3, 1, [a1, a2])

    scopes = scopes_of(in_order([output]))

    products = [node for node in scopes if node.label is None and a1 in node.inputs]
    assert [scopes[node] for node in products] == [Scope(3, 1)]
    assert scopes[a1] == Scope(2, 1) and scopes[a2] == Scope(2, 2)


def test_the_cost_and_what_is_fed_belong_to_no_neuron():
    x = Value(1.0, "x", varies=False)
    scaled = x * Value(0.5, "scale")
    _, a = neuron(2, 1, [scaled])
    cost = (a - 1) ** 2

    scopes = scopes_of(in_order([cost]))

    assert not {x, scaled, cost, cost.u} & scopes.keys()


def test_an_activation_written_by_hand_belongs_to_its_neuron():
    z, _ = neuron(2, 1, [Value(1.0, "x")])
    a = 1 / (1 + exp(-z))
    a.label = "a2_1"

    scopes = scopes_of(in_order([a * 2]))

    assert {scopes[node] for node in (a.v, a.v.v, a.v.v.u)} == {Scope(2, 1)}


def test_what_neurons_of_a_layer_share_belongs_to_the_layer():
    x = Value(1.0, "x")
    z1, z2 = neuron(2, 1, [x])[0], neuron(2, 2, [x])[0]
    e1, e2 = exp(z1), exp(z2)
    total = e1 + e2
    a1, a2 = e1 / total, e2 / total
    a1.label, a2.label = "a2_1", "a2_2"

    scopes = scopes_of(in_order([a1 * a2]))

    assert scopes[total] == Scope(2)
    assert [scopes[e1], scopes[e2]] == [Scope(2, 1), Scope(2, 2)]


def test_two_examples_share_the_neurons_of_their_weights():
    w, x, y = Value(0.5, "w2_1"), Value(1.0, "x"), Value(2.0, "y")
    z1, z2 = w * x, w * y
    z1.label, z2.label = "z2_1,1", "z2_1,2"

    scopes = scopes_of(in_order([z1 + z2]))

    assert scopes == {w: Scope(2, 1), z1: Scope(2, 1), z2: Scope(2, 1)}


@pytest.mark.parametrize("labels", [("a1", "a2"), ("w1", "b1"), ("z1", "z2"), ("x", "y")])
def test_a_graph_without_weight_and_weighted_input_has_no_layers(labels):
    x, y = (Value(1.0, label) for label in labels)

    assert scopes_of(in_order([x * y + 1])) == {}
