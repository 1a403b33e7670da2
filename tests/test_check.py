"""`check`: silent on right networks, and a wrong rate factor is named by the row where it stands."""

from __future__ import annotations

import re

import numpy as np
import pytest

from microbp import primitives as p
from microbp.check import check
from microbp.kinds import Elementwise
from microbp.nn import MLP, Dropout, activations, costs
from microbp.nn.activations import maxout
from microbp.nn.parameters import assign, gradient_of, numbers_of
from microbp.report import WAYS
from microbp.tensor import Tensor
from microbp.value import Value

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])

LEARNING = [name for name in activations.NAMES if name != "step"]  # by a step nothing can be learned


def examples(net, m, cost="quadratic", seed=0):
    """Random inputs and one-hot outputs, −1 for 0 where the cost wants that; one column an example."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(net.sizes[0], m))
    y = np.eye(net.sizes[-1])[:, rng.integers(net.sizes[-1], size=m)]
    return x, 2 * y - 1 if cost == "hinge" else y


def output_for(cost):
    return "softmax" if cost == "log_likelihood" else "sigmoid"


def named(rows):
    return [(row.equation, row.layer) for row in rows]


# -------------------------------------------------------------------------------- all ways agree


@both_nodes
@pytest.mark.parametrize("cost", costs.NAMES)
@pytest.mark.parametrize("activation", LEARNING)
def test_all_ways_to_the_gradient_agree_for_every_activation_and_cost(activation, cost, node):
    net = MLP([3, 4, 2, 2], activation, output_for(cost), node=node, rng=0)

    report = check(net, *examples(net, 3, cost), cost)

    assert report.ok, str(report)
    assert all(row.differences.keys() == WAYS.keys() for row in report.rows if row.equation != "25")


@both_nodes
def test_no_way_finds_a_gradient_through_perceptrons(node):
    net = MLP([3, 4, 2], "step", "sigmoid", node=node, rng=0)
    x, y = examples(net, 3)

    report = check(net, x, y)
    net.cost(x, y).backward()

    assert report.ok, str(report)
    assert not gradient_of(net.layers[0].w).any()
    assert gradient_of(net.layers[1].w).any()


@both_nodes
@pytest.mark.parametrize("pieces", [1, 2, 3])
@pytest.mark.parametrize("cost", costs.NAMES)
def test_all_ways_agree_through_maxout(pieces, cost, node):
    net = MLP([3, 4, 2], maxout(pieces), output_for(cost), node=node, initializer="inverse_sqrt", rng=0)

    report = check(net, *examples(net, 3, cost), cost)

    assert report.ok, str(report)
    assert all(row.differences.keys() == WAYS.keys() for row in report.rows if row.equation != "25")


@both_nodes
def test_all_ways_agree_where_maxout_is_what_a_network_answers(node):
    net = MLP([3, 4, 2], "tanh", "maxout", node=node, rng=0)

    assert check(net, *examples(net, 3)).ok


def test_a_network_that_normalizes_is_checked_as_the_plain_network_that_predicts_the_same(rng):
    net = MLP([3, 4, 2], batch_norm=True, dropout=Dropout(0.8, inverted=False), rng=0)
    net.take_statistics(rng.normal(size=(20, 3)))

    with pytest.raises(ValueError, match=r"^check: the book.s equations are of layers .*; pass net.folded\(\)"):
        check(net, *examples(net, 3))

    assert check(net.folded(), *examples(net, 3)).ok


# Beside the first ones, those where softmax saturates, errors cancel, or a relu has its kink within the step.
@pytest.mark.parametrize("seed", [*range(40), 62, 141, 143, 165, 183, 185, 204, 291, 312, 375])
@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_random_networks_of_one_to_five_layers_pass(seed, scale):
    rng = np.random.default_rng(seed)
    depth = 1 + seed % 5
    cost = str(rng.choice(list(costs.NAMES)))
    chosen = rng.choice(LEARNING, size=depth).tolist()
    if cost in ("cross_entropy", "log_likelihood"):
        chosen[-1] = str(rng.choice(["sigmoid", "softmax"]))
    net = MLP(rng.integers(2, 5, depth + 1).tolist(), chosen, node=[Tensor, Value][seed % 2], rng=rng)
    m = 1 + seed % 3
    x = scale * rng.normal(size=(net.sizes[0], m))
    y = np.eye(net.sizes[-1])[:, rng.integers(net.sizes[-1], size=m)]

    report = check(net, x, 2 * y - 1 if cost == "hinge" else y, cost)

    assert report.ok, str(report)


def relu_neuron(node, z):
    """A neuron with the weighted input z, and then another; the slope of the first has a corner at 0."""
    net = MLP([1, 1, 1], ["relu", "linear"], node=node, initializer=lambda rng, n_out, n_in: (np.ones((1, 1)),) * 2)
    return net, [[z - 1]], [[0.0]]


@both_nodes
@pytest.mark.parametrize("z", [0.0, 1e-9, 1e-6, 1e-5, -1e-9])
def test_next_to_a_kink_there_is_no_difference_to_compare(node, z):
    report = check(*relu_neuron(node, z))

    assert report.ok, str(report)
    assert ["quotients" in row.differences for row in report.rows if row.layer == 2] == [False] * 4
    assert "quotients" in report.rows[2].differences  # the error of the output
    below_it = str(report).splitlines()[-4:-1]
    assert all(len(line.split()) == 7 for line in below_it)  # an empty cell


@both_nodes
@pytest.mark.parametrize("z", [1e-4, 1e-2])
def test_a_kink_is_stepped_around_where_a_narrow_step_does_not_reach_it(node, z):
    report = check(*relu_neuron(node, z))

    assert report.ok, str(report)
    assert all("quotients" in row.differences for row in report.rows if row.equation != "25")


@both_nodes
def test_every_equation_has_its_row_in_every_layer_from_the_output_down(node):
    net = MLP([2, 3, 3, 1], "tanh", node=node, rng=0)

    rows = check(net, *examples(net, 2)).rows

    assert named(rows) == [
        ("25", 2), ("25", 3), ("25", 4),
        ("BP1", 4), ("BP3", 4), ("BP4", 4),
        ("BP2", 3), ("BP3", 3), ("BP4", 3),
        ("BP2", 2), ("BP3", 2), ("BP4", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "chosen", "cost", "x", "y"),
    [
        ([2, 3, 2], ["relu", "sigmoid"], "quadratic", [[-9.0], [-9.0]], [[1], [0]]),  # hardly a neuron fires
        ([2, 3, 2], ["tanh", "sigmoid"], "cross_entropy", [[900.0], [-900.0]], [[1], [0]]),  # every neuron saturates
        ([2, 3, 2], ["tanh", "softmax"], "hinge", [[0.5], [-0.5]], [[-1], [-1]]),  # the gradient is 0 by cancellation
        ([2, 3, 2], ["tanh", "linear"], "hinge", [[0.0], [0.0]], [[1], [1]]),
        ([1, 1], ["linear"], "quadratic", [[0.0]], [[0]]),
    ],
)
def test_gradients_of_nothing_but_zeros_and_rounding_pass(sizes, chosen, cost, x, y):
    for node in (Tensor, Value):
        assert check(MLP(sizes, chosen, node=node, rng=0), x, y, cost).ok


SURE = [5.0, 10.0, 15.0, 20.0]


def sure_network(node, output, z):
    """A network that gives the right answer (1, 0, 0) with weighted inputs of about (z, −z, −z), and its examples."""
    net = MLP([2, 3, 3], ["tanh", output], node=node, rng=0)
    assign(net.layers[1].b, numbers_of(net.layers[1].b) + np.array([[z], [-z], [-z]]))
    return net, [[0.5, 0.3], [-0.5, 0.9]], [[1, 1], [0, 0], [0, 0]]


@both_nodes
@pytest.mark.parametrize("z", [*SURE, 30.0, 40.0, 1000.0])
@pytest.mark.parametrize(("output", "cost"), [("sigmoid", "cross_entropy"), ("softmax", "log_likelihood")])
def test_what_rounding_leaves_of_the_error_of_right_answers_is_not_held_against_them(node, output, cost, z):
    report = check(*sure_network(node, output, z), cost)

    assert report.ok, str(report)


@both_nodes
@pytest.mark.parametrize("z", SURE)
@pytest.mark.parametrize(("output", "cost"), [("sigmoid", "cross_entropy"), ("softmax", "log_likelihood")])
def test_a_wrong_rate_is_named_also_where_answers_are_right(node, output, cost, z, monkeypatch):
    monkeypatch.setattr(p.tanh, "partials", (lambda u, y: 1 - y,))

    assert named(check(*sure_network(node, output, z), cost).suspects) == [("BP2", 2)]


def test_a_float32_network_is_looked_at_in_float64():
    net = MLP([3, 4, 2], "tanh", rng=0, dtype=np.float32)
    before = [w.data.tobytes() for w in net.parameters()]

    report = check(net, *examples(net, 2))

    assert report.ok, str(report)
    assert max(row.differences["backward"] for row in report.rows) < 1e-14
    assert [w.data.tobytes() for w in net.parameters()] == before
    assert all(w.grad is None for w in net.parameters())


@pytest.mark.parametrize("entries", [1, 5, 1000])
def test_any_number_of_entries_may_be_tried(entries):
    net = MLP([3, 4, 2], "tanh", rng=0)
    report = check(net, *examples(net, 1), entries=entries)

    assert report.ok
    assert report.entries == entries


def test_the_same_seed_tries_the_same_entries():
    net = MLP([30, 4, 2], "tanh", rng=0)
    x, y = examples(net, 1)

    assert check(net, x, y, rng=3) == check(net, x, y, rng=3) != check(net, x, y, rng=4)


# -------------------------------------------------------------------------------- what it looks like


def layout(report):
    """The printed report with every number made the same, as the last bits differ between machines."""
    return re.sub(r"\d\.\de[-+]\d\d", "x.xe-xx", str(report))


def test_the_table_of_a_small_network():
    net = MLP([2, 2, 1], "tanh", node=Value, rng=0)

    assert layout(check(net, *examples(net, 1))) == "\n".join(
        [
            "eq.  layer               equation     backward        paths      forward    quotients",
            "25       2  a²           x.xe-xx      x.xe-xx",
            "25       3  a³           x.xe-xx      x.xe-xx",
            "BP1      3  δ³           x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
            "BP3      3  ∂C/∂b³       x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
            "BP4      3  ∂C/∂w³       x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
            "BP2      2  δ²           x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
            "BP3      2  ∂C/∂b²       x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
            "BP4      2  ∂C/∂w²       x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
            "All ways to the gradient agree.",
        ]
    )


def test_what_disagrees_is_marked_and_named(monkeypatch):
    monkeypatch.setattr(p.tanh, "partials", (lambda u, y: 1 - y,))
    net = MLP([2, 2, 1], ["tanh", "sigmoid"], rng=0)

    assert layout(check(net, *examples(net, 1))).splitlines() == [
        "eq.  layer               equation     backward        paths      forward    quotients",
        "25       2  a²           x.xe-xx      x.xe-xx",
        "25       3  a³           x.xe-xx      x.xe-xx",
        "BP1      3  δ³           x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
        "BP3      3  ∂C/∂b³       x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
        "BP4      3  ∂C/∂w³       x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx      x.xe-xx",
        "BP2      2  δ²           x.xe-xx!     x.xe-xx!     x.xe-xx!     x.xe-xx!     x.xe-xx",
        "BP3      2  ∂C/∂b²       x.xe-xx      x.xe-xx!     x.xe-xx!     x.xe-xx!     x.xe-xx",
        "BP4      2  ∂C/∂w²       x.xe-xx      x.xe-xx!     x.xe-xx!     x.xe-xx!     x.xe-xx",
        "They differ. Look at BP2 in layer 2.",
    ]


# ------------------------------------------------------------------------- a wrong rate factor is named


def suspects(net, cost="quadratic"):
    """The rows that `check` names, after making sure that it says so."""
    report = check(net, *examples(net, 3, cost), cost)
    rows = named(report.suspects)

    assert report.ok is (not rows)
    verdict = str(report).splitlines()[-1]
    assert verdict == "They differ. Look at " + ", ".join(f"{e} in layer {l}" for e, l in rows) + "."
    return rows


@both_nodes
@pytest.mark.parametrize("layer", [2, 3])
@pytest.mark.parametrize("wrong", [lambda u, y: 1 - y, lambda u, y: 1 + y * y, lambda u, y: (1 - y * y) * (1 + 1e-8)])
def test_a_wrong_tanh_prime_shows_in_bp2_of_its_layer_alone(node, layer, wrong, monkeypatch):
    chosen = ["sigmoid", "sigmoid", "sigmoid"]
    chosen[layer - 2] = "tanh"
    net = MLP([3, 4, 3, 2], chosen, node=node, rng=0)
    monkeypatch.setattr(p.tanh, "partials", (wrong,))

    assert suspects(net) == [("BP2", layer)]


@both_nodes
def test_a_wrong_sigma_prime_of_the_output_shows_in_bp1_alone(node, monkeypatch):
    net = MLP([3, 4, 3, 2], "tanh", "sigmoid", node=node, rng=0)
    monkeypatch.setattr(p.sigmoid, "partials", (lambda u, y: y,))

    assert suspects(net) == [("BP1", 4)]


@pytest.mark.parametrize(
    ("row", "wrong", "output", "cost"),
    [
        (p.square, lambda u, y: u, "sigmoid", "quadratic"),
        (p.div, lambda u, v, y: 2 / v, "sigmoid", "quadratic"),  # the mean over examples, and the half of the cost
        (p.softplus, lambda u, y: p.tanh(u), "sigmoid", "cross_entropy"),
        (p.relu, lambda u, y: 1.0 + 0 * u, "linear", "hinge"),
    ],
)
def test_a_wrong_rate_of_the_cost_shows_in_bp1_alone(row, wrong, output, cost, monkeypatch):
    net = MLP([3, 4, 3, 2], "tanh", output, rng=0)
    monkeypatch.setattr(row, "partials", (wrong, *row.partials[1:]))

    assert suspects(net, cost) == [("BP1", 4)]


@pytest.mark.parametrize(
    ("row", "wrong", "equations"),
    [
        (p.add, (1, 2), {"BP1", "BP2", "BP3", "BP4"}),  # every sum, that of the cost too
        (p.mul, (lambda u, v, y: v, lambda u, v, y: 2 * u), {"BP2"}),  # the activation in w a
        (p.mul, (lambda u, v, y: 2 * v, lambda u, v, y: u), {"BP4"}),  # the weight
        (p.sub, (2, -1), {"BP1"}),  # a − y
    ],
)
def test_a_wrong_rate_of_arithmetic_is_named_among_values_too(row, wrong, equations, monkeypatch):
    monkeypatch.setattr(row, "partials", wrong)

    rows = suspects(MLP([3, 4, 3, 2], "tanh", node=Value, rng=0))

    assert {equation for equation, _ in rows} == equations


def test_a_wrong_rate_of_logsumexp_shows_in_bp1_of_softmax_with_log_likelihood(monkeypatch):
    net = MLP([3, 4, 3, 2], "tanh", "softmax", rng=0)
    monkeypatch.setattr(p.logsumexp, "partial", lambda x, y, axis: 1 + 0 * x)

    assert suspects(net, "log_likelihood") == [("BP1", 4)]


def test_a_wrong_pull_to_the_left_factor_shows_in_bp4_of_every_layer(monkeypatch):
    left, right = p.matmul.transposes
    monkeypatch.setattr(p.matmul, "transposes", (lambda g, a, b: 2 * left(g, a, b), right))

    assert suspects(MLP([3, 4, 3, 2], "tanh", rng=0)) == [("BP4", 4), ("BP4", 3), ("BP4", 2)]


def test_a_wrong_pull_to_the_right_factor_shows_in_bp2_of_every_hidden_layer(monkeypatch):
    left, right = p.matmul.transposes
    monkeypatch.setattr(p.matmul, "transposes", (left, lambda g, a, b: -right(g, a, b)))

    assert suspects(MLP([3, 4, 3, 2], "tanh", rng=0)) == [("BP2", 3), ("BP2", 2)]


def test_a_wrong_rate_of_the_bias_shows_in_bp3_of_every_layer(monkeypatch):
    monkeypatch.setattr(p.add, "partials", (1, 2))

    assert suspects(MLP([3, 4, 3, 2], "tanh", rng=0)) == [("BP3", 4), ("BP3", 3), ("BP3", 2)]


def test_a_wrong_function_shows_in_equation_25_of_its_layer(monkeypatch):
    net = MLP([3, 4, 3, 2], ["tanh", "relu", "sigmoid"], rng=0)
    monkeypatch.setattr(p.relu, "on_arrays", lambda u: np.maximum(u, 0.1))

    assert suspects(net)[0] == ("25", 3)


# --------------------------------------------------------------------------------------- of one's own


def swish(z):
    return z * p.sigmoid(z)


def squared_softmax(z):
    return p.softmax(z, axis=0) ** 2


@both_nodes
@pytest.mark.parametrize("own", [swish, squared_softmax, lambda z: z, np.tanh])
def test_an_activation_of_ones_own_is_checked_also_where_it_couples_neurons(node, own):
    for chosen in ([own, "sigmoid"], ["tanh", own], [own, own]):
        net = MLP([3, 4, 2], chosen, node=node, rng=0)

        assert check(net, *examples(net, 3)).ok


@both_nodes
@pytest.mark.parametrize(
    "terms",
    [
        lambda a, y: (a - y) ** 4,
        lambda a, y: p.log1p(p.square(a - y)),
        lambda a, y: p.max(p.abs(a - y), axis=0),
        lambda a, y: p.max(p.abs(a - y), axis=0, keepdims=True),
    ],
)
def test_a_cost_of_ones_own_is_checked(node, terms):
    net = MLP([3, 4, 3], "tanh", node=node, rng=0)

    assert check(net, *examples(net, 3), costs.Cost("own", terms)).ok


def test_a_cost_of_ones_own_may_take_the_name_of_another():
    net = MLP([3, 4, 3], "tanh", rng=0)

    assert check(net, *examples(net, 3), costs.Cost("quadratic", lambda a, y: (a - y) ** 4)).ok


def test_a_fused_formula_that_differs_from_its_cost_shows_in_bp1():
    cost = costs.Cost("own", lambda a, y: p.square(a - y), fused={activations.linear: lambda z, y: p.square(z - y) / 2})

    assert suspects(MLP([3, 4, 2], "tanh", "linear", rng=0), cost) == [("BP1", 3)]


@both_nodes
@pytest.mark.parametrize(("layer", "equation"), [(2, "BP2"), (3, "BP2"), (4, "BP1")])
def test_a_wrong_row_of_ones_own_is_named_by_finite_differences(node, layer, equation):
    wrong = Elementwise("wrong", np.arctan, np.arctan, lambda u, y: 1 / (1 + u))
    chosen = ["tanh", "tanh", "tanh"]
    chosen[layer - 2] = wrong
    net = MLP([3, 4, 3, 2], chosen, node=node, rng=0)

    report = check(net, *examples(net, 2))

    assert not report.ok
    assert str(report).endswith(f"They differ. Look at {equation} in layer {layer}.")


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("x", "y", "cost", "error", "sentence"),
    [
        (np.ones((5, 3)), np.ones((2, 5)), "quadratic", ValueError, r"MLP: x has shape \(5, 3\), .*so pass x\.T"),
        (np.ones((3, 5)), np.ones((5, 2)), "quadratic", ValueError, r"quadratic: a has shape \(2, 5\), .* pass y\.T"),
        (np.ones((3, 0)), np.ones((2, 0)), "quadratic", ValueError, "there are no examples"),
        (np.ones((3, 1), complex), np.ones((2, 1)), "quadratic", TypeError, "real numbers, but was given complex128"),
        (
            np.full((3, 1), np.nan),
            np.ones((2, 1)),
            "quadratic",
            ValueError,
            "check: the cost is nan, which has no grad",
        ),
        (np.ones((3, 1)), np.ones((2, 1)), "mse", ValueError, "unknown cost 'mse'; there are quadratic, "),
        (np.ones((3, 1)), np.ones((2, 1)), np.square, TypeError, "cost is one of quadratic, .* or a Cost of your own"),
        (np.ones((3, 1)), -np.ones((2, 1)), "cross_entropy", ValueError, "cross_entropy: y holds -1; want values"),
        (np.ones((3, 1)), np.zeros((2, 1)), "hinge", ValueError, "hinge: y holds 0; want −1 or "),
    ],
)
def test_what_cannot_be_checked_is_refused(x, y, cost, error, sentence):
    for node in (Tensor, Value):
        with pytest.raises(error, match=sentence):
            check(MLP([3, 4, 2], node=node, rng=0), x, y, cost)


def test_no_entries_are_too_few():
    net = MLP([3, 2], rng=0)

    with pytest.raises(ValueError, match="check: entries is a whole number of at least 1, not 0"):
        check(net, *examples(net, 1), entries=0)
