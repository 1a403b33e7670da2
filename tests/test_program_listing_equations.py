"""A tag in a listing is a claim about the network, and none is made that does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from listings import tags_of

import microbp as mb
from microbp import Tensor, Value
from microbp.program import record
from microbp.program.batching import batched
from microbp.program.listing import equations_in, listing
from microbp.program.transforming import gradient

RNG = np.random.default_rng(0)
W2, B2, W3, B3 = (
    Tensor(RNG.standard_normal(shape), label)
    for shape, label in [((2, 3), "w2"), ((2, 1), "b2"), ((2, 2), "w3"), ((2, 1), "b3")]
)
X, Y = RNG.standard_normal((3, 4)), RNG.random((2, 4))


def layer(w: Any, a: Any, b: Any) -> Any:
    return mb.tanh(w @ a + b)


def plain(x: Any, y: Any) -> Any:
    return mb.sum((layer(W3, layer(W2, x, B2), B3) - y) ** 2) / 8


# What holds in a plain network, and goes on to hold when its parameters have a cost


BACKPROPAGATION = {
    "delta3": "BP1",
    "nabla_b3": "BP3",
    "nabla_w3": "BP4",
    "delta2": "BP2",
    "nabla_b2": "BP3",
    "nabla_w2": "BP4",
}


def of_gradient(found: dict[str, str]) -> dict[str, str]:
    return {name: tag for name, tag in found.items() if name.startswith(("delta", "nabla"))}


def test_a_plain_network_is_backpropagation() -> None:
    assert of_gradient(tags_of(gradient(record(plain, X, Y)))) == BACKPROPAGATION


REGULARIZERS: dict[str, Callable[[Any], Any]] = {
    "decay": lambda w: 0.1 * (w * w).sum(),
    "half the square": lambda w: mb.sum(mb.square(w)) / 2,
    "absolute values": lambda w: 0.01 * mb.sum(abs(w)),
    "fourth power": lambda w: mb.sum(w**4),
    "elastic": lambda w: 0.1 * mb.sum(mb.square(w)) + 0.01 * mb.sum(abs(w)),
    "taken away": lambda w: -mb.sum(mb.sqrt(1 + w * w)),
}


@pytest.mark.parametrize("name", REGULARIZERS)
def test_a_cost_of_the_weights_is_added_to_bp4(name: str) -> None:
    cost = REGULARIZERS[name]

    found = tags_of(gradient(record(lambda x, y: plain(x, y) + cost(W2) + cost(W3), X, Y)))

    assert of_gradient(found) == BACKPROPAGATION | {
        "nabla_w3": "BP4 + regularization",
        "nabla_w2": "BP4 + regularization",
    }


@pytest.mark.parametrize("m", [1, 4])
def test_a_cost_of_the_biases_is_added_to_bp3(m: int) -> None:
    program = record(lambda x, y: plain(x, y) + 0.1 * (B2 * B2).sum() - mb.sum(abs(B3)), X[:, :m], Y[:, :m])

    assert of_gradient(tags_of(gradient(program))) == BACKPROPAGATION | {
        "nabla_b3": "BP3 + regularization",
        "nabla_b2": "BP3 + regularization",
    }


@pytest.mark.parametrize("node", [Tensor, Value])
@pytest.mark.parametrize("m", [1, 4])
@pytest.mark.parametrize(
    ("cost", "error", "c"), [("quadratic", "BP1", "eq. 26"), ("cross_entropy", "eq. 29", None)]
)
def test_weight_decay_in_a_network(node: Any, m: int, cost: str, error: str, c: str | None) -> None:
    net = mb.MLP([3, 2, 1], node=node, rng=0)
    y = Y[:1, :m]
    regularized = record(
        lambda x, y: net.cost(x, y, cost) + sum([0.1 * (w * w).sum() for w in net.weight_arrays()]),
        X[:, :m],
        y,
        node=node,
        wrt=net,
    )

    found = tags_of(gradient(regularized.matrix_form()))

    decay = {"nabla_w3": "BP4 + regularization", "nabla_w2": "BP4 + regularization"}
    assert of_gradient(found) == BACKPROPAGATION | {"delta3": error} | decay
    assert found.get("C") == (c and ("eq. 27" if m == 1 else c))


@pytest.mark.parametrize("node", [Tensor, Value])
def test_weight_decay_in_a_batch_made_of_one_example(node: Any) -> None:
    net = mb.MLP([3, 2, 1], node=node, rng=0)
    one = record(
        lambda x, y: net.cost(x, y) + 0.1 * (net.layers[0].w ** 2).sum(), X[:, :1], Y[:1, :1], node=node, wrt=net
    )

    found = tags_of(one.batch(4).matrix_form().gradient())

    assert of_gradient(found) == BACKPROPAGATION | {"nabla_w2": "BP4 + regularization"}


def test_the_gradients_of_each_example_are_backpropagation_too() -> None:
    def decayed(x: Any, y: Any) -> Any:
        return plain(x, y) + 0.1 * (W2 * W2).sum()

    found = tags_of(batched(gradient(record(decayed, X[:, :1], Y[:, :1])), 4, mean=False))

    assert of_gradient(found) == BACKPROPAGATION | {"nabla_w2": "BP4 + regularization"}


@pytest.mark.parametrize("neurons", [1, 2])
@pytest.mark.parametrize("node", [Tensor, Value])
def test_the_quadratic_cost_is_found_however_it_is_written(neurons: int, node: Any) -> None:
    net = mb.MLP([3, neurons], node=node, rng=0)
    one = record(net.cost, X[:, :1], Y[:neurons, :1], node=node, wrt=net)
    four = record(net.cost, X, Y[:neurons], node=node, wrt=net)

    assert tags_of(one.matrix_form())["C"] == "eq. 27"
    assert tags_of(four.matrix_form())["C"] == "eq. 26"
    assert tags_of(one.batch(4).matrix_form())["C"] == "eq. 26"
    assert tags_of(one.batch(4, mean=False).matrix_form())["C"] == "eq. 27"


def test_parameters_may_be_arguments() -> None:
    program = record(
        lambda w2, b2, w3, b3, x, y: mb.sum((layer(w3, layer(w2, x, b2), b3) - y) ** 2) / 8,
        *[node.data for node in (W2, B2, W3, B3)],
        X,
        Y,
        wrt=(0, 1, 2, 3),
    )

    assert of_gradient(tags_of(gradient(program))) == BACKPROPAGATION


def test_errors_are_found_whatever_the_gradient_is_by() -> None:
    errors = {"delta3": "BP1", "delta2": "BP2"}
    net = mb.MLP([3, 2, 2], rng=0)

    def found(wrt: Any) -> dict[str, str]:
        return of_gradient(tags_of(gradient(record(net.cost, X, Y, wrt=wrt))))

    assert found(0) == errors
    assert found(net.layers[0].w) == errors | {"nabla_w2": "BP4"}
    assert found(net.layers[0].b) == errors | {"nabla_b2": "BP3"}
    assert found(net.layers[1].b) == {"delta3": "BP1", "nabla_b3": "BP3"}


def test_an_error_that_is_the_gradient_by_the_biases_is_bp3_too() -> None:
    w2, b2, w3, b3 = (Tensor(node.data) for node in (W2, B2, W3, B3))
    one = record(lambda x, y: mb.sum((layer(w3, layer(w2, x, b2), b3) - y) ** 2) / 2, X[:, :1], Y[:, :1])

    assert of_gradient(tags_of(gradient(one))) == {
        "nabla_p4": "BP1, BP3",
        "nabla_p3": "BP4",
        "nabla_p2": "BP2, BP3",
        "nabla_p1": "BP4",
    }


def test_a_part_of_an_error_does_not_bear_its_name() -> None:
    net = mb.MLP([3, 2], rng=0)

    def cost(x: Any) -> Any:
        return mb.sum(mb.sin(net(x))) + mb.sum(mb.cos(net(x)))

    of_one, of_four = (gradient(record(cost, X[:, :m], wrt=net)) for m in (1, 4))

    assert "delta" not in listing(of_four)  # which adds up what the parts give to ∂C/∂w
    assert re.findall(r"delta\w*(?= =)", listing(of_one)) == ["delta2"]
    (slot,) = equations_in(of_one).errors
    a = net(X[:, :1])
    whole = (mb.cos(a.data) - mb.sin(a.data)) * a.data * (1 - a.data)
    np.testing.assert_allclose(slots_of(of_one, X[:, :1])[slot], whole, rtol=1e-12)


def test_an_activation_that_is_an_error_too_keeps_its_name_and_tag() -> None:
    def bilinear(x: Any) -> Any:
        a2 = layer(W2, x, B2)
        a2.label = "a2"
        return mb.sum((W3 @ a2 + B3) * a2)

    found = tags_of(gradient(record(bilinear, X)))

    assert found["a2"] == "eq. 25"
    assert of_gradient(found) == {
        "nabla_b3": "BP3",
        "nabla_w3": "BP4",
        "delta2": "eq. 29",
        "nabla_b2": "BP3",
        "nabla_w2": "BP4",
    }


# Networks in which an equation does not hold


def product_used_twice(x: Any, y: Any) -> Any:
    product = W2 @ x
    return mb.sum((layer(W3, mb.tanh(product + B2), B3) - y) ** 2) / 8 + mb.sum(mb.sin(product))


def weights_shared(x: Any, y: Any) -> Any:
    return mb.sum((layer(W3, layer(W3, layer(W2, x, B2), B3), B3) - y) ** 2) / 8


def biases_shared(x: Any, y: Any) -> Any:
    return mb.sum((layer(W3, layer(W2, x, B2), B2) - y) ** 2) / 8


def weights_beside_the_data(x: Any, y: Any) -> Any:
    return plain(x, y) + mb.sum(W2 * x[:, :2].T)


def weights_times_the_cost(x: Any, y: Any) -> Any:
    return plain(x, y) * mb.sum(W2 * W2)


def hidden_activation_used_twice(x: Any, y: Any) -> Any:
    a2 = layer(W2, x, B2)
    return mb.sum((layer(W3, a2, B3) - y) ** 2) / 8 + mb.sum(a2**2)


def residual(x: Any, y: Any) -> Any:
    a2 = layer(W2, x, B2)
    return mb.sum((layer(W3, a2, B3) + a2 - y) ** 2) / 8


def masked(x: Any, y: Any) -> Any:
    return mb.sum((layer(W3, y * layer(W2, x, B2), B3) - y) ** 2) / 8


def without_a_bias(x: Any, y: Any) -> Any:
    return mb.sum((mb.tanh(W3 @ layer(W2, x, B2)) - y) ** 2) / 8


def without_any_bias(x: Any, y: Any) -> Any:
    return mb.sum((mb.tanh(W3 @ mb.tanh(W2 @ x)) - y) ** 2) / 8


def linear_without_a_bias(x: Any, y: Any) -> Any:
    return mb.sum((W3 @ layer(W2, x, B2) - y) ** 2) / 8


def two_products_and_no_bias(x: Any, y: Any) -> Any:
    a2 = layer(W2, x, B2)
    return mb.sum((mb.tanh(W3 @ a2 + W3 @ (a2 * a2)) - y) ** 2) / 8


def scaled_by_parameters(x: Any, y: Any) -> Any:
    return mb.sum((mb.tanh(layer(W2, x, B2) * B3) - y) ** 2) / 8


def shifted_by_parameters(x: Any, y: Any) -> Any:
    return mb.sum((mb.tanh(layer(W2, x, B2) + B3) - y) ** 2) / 8


def compared_with_parameters(x: Any, y: Any) -> Any:
    return mb.sum((layer(W2, x, B2) - B3) ** 2) / 8


def divided_by_another_number(x: Any, y: Any) -> Any:
    return mb.sum((layer(W3, layer(W2, x, B2), B3) - y) ** 2) / 4


def cost_of_a_hidden_layer(x: Any, y: Any) -> Any:
    a2 = layer(W2, x, B2)
    return mb.sum((a2 - y) ** 2) / 8 + mb.sum(layer(W3, a2, B3))


def activated_by_a_product(x: Any, y: Any) -> Any:
    z = W2 @ x + B2
    return mb.sum((layer(W3, z * mb.sigmoid(z), B3) - y) ** 2) / 8


def softmax(x: Any, y: Any) -> Any:
    return mb.sum((mb.softmax(W3 @ layer(W2, x, B2) + B3, axis=0) - y) ** 2) / 8


class Planted(NamedTuple):
    """A network, and the tags of its gradient's lines and of its cost."""

    cost: Callable[[Any, Any], Any]
    tags: dict[str, str]
    is_quadratic: bool = True


def without(*names: str, **others: str) -> dict[str, str]:
    return {name: tag for name, tag in (BACKPROPAGATION | others).items() if name not in names}


FIRST_ONLY = {"delta2": "eq. 29", "nabla_b2": "BP3", "nabla_w2": "BP4"}

PLANTED = [
    Planted(product_used_twice, without("nabla_w2")),
    Planted(weights_shared, without("delta3", "nabla_w3", "nabla_b3", delta2="eq. 29")),
    Planted(biases_shared, without("nabla_b3", "nabla_b2")),
    Planted(weights_beside_the_data, without("nabla_w2")),
    Planted(weights_times_the_cost, without("nabla_w2", delta3="eq. 29"), False),
    Planted(hidden_activation_used_twice, without(delta2="eq. 29")),
    Planted(residual, without(delta3="eq. 29", delta2="eq. 29"), False),
    Planted(masked, without(delta2="eq. 29")),
    Planted(without_a_bias, without("nabla_b3")),
    Planted(without_any_bias, without("nabla_b2", "nabla_b3")),
    Planted(linear_without_a_bias, without("nabla_b3", delta3="eq. 29")),
    Planted(two_products_and_no_bias, without("delta3", "nabla_w3", "nabla_b3", delta2="eq. 29"), False),
    Planted(scaled_by_parameters, FIRST_ONLY, False),
    Planted(shifted_by_parameters, FIRST_ONLY, False),
    Planted(compared_with_parameters, FIRST_ONLY, False),
    Planted(divided_by_another_number, BACKPROPAGATION, False),
    Planted(cost_of_a_hidden_layer, without(delta2="eq. 29", delta3="eq. 29"), False),
    Planted(activated_by_a_product, without(delta2="eq. 29")),
    Planted(softmax, without(delta3="eq. 29"), False),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.cost.__name__)
def test_no_line_is_called_an_equation_that_it_is_not(planted: Planted) -> None:
    program = gradient(record(planted.cost, X, Y))

    found = tags_of(program)

    assert of_gradient(found) == planted.tags
    assert ("eq. 26" in found.values()) == planted.is_quadratic


# Networks drawn at random: the numbers in the lines are those that the tags speak of


class Built(NamedTuple):
    """A layer of a network of one's own: its parameters, nodes, and activation."""

    w: Any
    b: Any
    a_in: Any
    z: Any
    a: Any


def irregular(seed: int) -> Callable[[Any, Any, list[Built]], Any]:
    """The cost of a network of four layers with oddities drawn at random; it adds its layers to a list."""
    rng = np.random.default_rng(seed)
    n = 3
    weights = [Tensor(rng.standard_normal((n, n)), f"w{k}") for k in (2, 3, 4)]
    biases = [Tensor(rng.standard_normal((n, 1)), f"b{k}") for k in (2, 3, 4)]
    which_w, which_b = ([k if rng.random() < 0.8 else int(rng.integers(3)) for k in range(3)] for _ in range(2))
    oddities = rng.random((3, 7)) < 0.15
    functions = [[mb.tanh, mb.sigmoid, mb.sin, mb.relu][int(rng.integers(4))] for _ in range(3)]
    decays, entropy = rng.random(6) < 0.25, rng.random() < 0.3

    def cost(x: Any, y: Any, built: list[Built]) -> Any:
        a, more = x, []
        for k in range(3):
            product_again, activation_again, masked, residual, linear, bias_again, unbiased = oddities[k]
            w, b, a_in = weights[which_w[k]], biases[which_b[k]], a
            product = w @ a_in
            z = product * 1.0 if unbiased and product_again else product if unbiased else product + b
            z.label = f"z{k + 2}"
            a = z if linear else functions[k](z)
            built.append(Built(w, w if unbiased else b, a_in, z, a))
            if product_again:
                more.append(mb.sum(mb.cos(product)))
            if activation_again:
                more.append(mb.sum(a * y))
            if bias_again:
                more.append(mb.sum(mb.sin(b * y)))
            if masked:
                a = a * y
            if residual:
                a = a + a_in
        c = mb.sum(mb.softplus(a) - y * a) / 5 if entropy else mb.sum(mb.square(a - y)) / 10
        for part in more:
            c = c + part
        for w, decayed in zip([*weights, *biases], decays, strict=True):
            if decayed:
                c = c + 0.1 * (w * w).sum()
        return c

    return cost


def slots_of(program: Any, *inputs: np.ndarray) -> list[Any]:
    """The numbers in all slots of a program."""
    given = iter(inputs)
    leaves = [next(given) if leaf.kind == "input" else getattr(leaf.data, "data", leaf.data) for leaf in program.leaves]
    return program.run(leaves)


@pytest.mark.parametrize("seed", range(250))
def test_numbers_bear_the_tags_out(seed: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    m = 1 if seed % 3 else 5
    cost = irregular(seed)
    x, y = rng.standard_normal((3, m)), rng.random((3, m))
    recorded = record(lambda x, y: cost(x, y, []), x, y)
    if seed >= 150:
        recorded.wrt = sorted(rng.choice(recorded.wrt, 2, replace=False).tolist()) if seed % 2 else [0]
    program = gradient(recorded)
    found = equations_in(program)
    numbers = slots_of(program, x, y)
    layers: list[Built] = []
    cotangents = mb.backward(cost(Tensor(x), y, layers))
    errors = [cotangents[built.z] for built in layers]
    rates = [1 if a is z else mb.jvp(a.primitive, (z.data,), (np.ones((3, m)),))[1] for _, _, _, z, a in layers]

    for slot, name in found.errors.items():
        k = int(name.removeprefix("delta")) - 2
        np.testing.assert_allclose(numbers[slot], errors[k], rtol=1e-9, atol=1e-12)
        if found.tags[slot] == "BP1":
            assert k == 2  # of the output layer
            np.testing.assert_allclose(cotangents[layers[k].a] * rates[k], errors[k], rtol=1e-9, atol=1e-12)
        if found.tags[slot] == "BP2":
            pulled = layers[k + 1].w.data.T @ errors[k + 1]
            np.testing.assert_allclose(pulled * rates[k], errors[k], rtol=1e-9, atol=1e-12)
    for i, output in zip(program.wrt, program.outputs[1:], strict=True):
        if program.leaves[i].kind == "input":
            continue
        tag = found.tags.get(output.slots, "")
        (label,) = [program.leaves[i].label]
        here = [k for k, built in enumerate(layers) if label in (built.w.label, built.b.label)]
        if tag.startswith(("BP3", "BP4")):
            (k,) = here
            right = errors[k] @ layers[k].a_in.data.T if tag[:3] == "BP4" else errors[k].sum(axis=1, keepdims=True)
            decay = 0.2 * program.leaves[i].data.data if tag.endswith("regularization") else 0.0
            np.testing.assert_allclose(numbers[output.slots], right + decay, rtol=1e-9, atol=1e-12)
