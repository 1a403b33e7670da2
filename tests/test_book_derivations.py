"""Each line of the proofs of BP1 to BP4 comes to the same numbers as the line before it."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import equations
from microbp.book import derivations
from microbp.book.derivations import PROOFS, derivation, line_37, line_38, line_42, line_43, line_44, line_45
from microbp.closed_form import ClosedForm
from microbp.nn import MLP, costs
from microbp.nn.parameters import numbers_of
from microbp.tensor import Tensor
from microbp.value import Value

nodes = pytest.mark.parametrize("node", [Value, Tensor])


def example(rng, sizes=(3, 4, 3, 2), activation=("tanh", "leaky_relu", "sigmoid"), node=Tensor):
    net = MLP(sizes, activation, node=node, rng=rng)
    return net, rng.normal(size=(sizes[0], 1)), rng.uniform(size=(sizes[-1], 1))


@nodes
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("equation", PROOFS)
def test_all_lines_of_a_proof_are_equal_and_its_last_is_the_equation(rng, equation, cost, node):
    net, x, y = example(rng, node=node)
    closed = ClosedForm(net, x, y, costs.NAMES[cost])
    nabla_b, nabla_w = equations.backprop(closed.weights, closed.biases, x, y, closed.sigmas, closed.cost)
    for l in [4] if equation == "BP1" else [2, 3] if equation == "BP2" else [2, 3, 4]:
        proof = derivation(equation, net, x, y, None if equation == "BP1" else l, cost)

        expected = {"BP1": closed.deltas, "BP2": closed.deltas, "BP3": nabla_b, "BP4": nabla_w}[equation][l - 2]
        assert len(proof.lines) == 4
        assert proof.difference < 1e-13
        for line in proof.lines:
            assert line.numbers == pytest.approx(expected if equation == "BP4" else expected[:, 0], rel=1e-10)


@nodes
def test_43_is_the_next_weighted_input_and_44_its_derivative(rng, node):
    net, x, y = example(rng, node=node)
    zs, _ = net.feedforward(x)
    for l in (2, 3):
        z, z_next = numbers_of(zs[l - 2]), numbers_of(zs[l - 1])
        w, b, sigma = numbers_of(net.layers[l - 1].w), numbers_of(net.layers[l - 1].b), net.layers[l - 2].activation

        quotients = [
            (w @ sigma(z + 1e-6 * e) - w @ sigma(z - 1e-6 * e)).ravel() / 2e-6 for e in np.eye(len(z))[:, :, None]
        ]

        assert line_43(net, x, y, l) == pytest.approx(z_next.ravel(), rel=1e-14)
        assert line_43(net, x, y, l) == pytest.approx((w @ sigma(z) + b).ravel(), rel=1e-14)
        assert line_44(net, x, y, l) == pytest.approx(np.transpose(quotients), rel=1e-6)


def test_where_neurons_are_coupled_the_sum_of_37_keeps_all_its_terms(rng):
    net, x, y = example(rng, activation=("tanh", "tanh", "softmax"))

    delta = line_37(net, x, y)

    assert delta == pytest.approx(ClosedForm(net, x, y, costs.quadratic).deltas[-1][:, 0])
    with pytest.raises(ValueError, match=r"line_38: layer 4 couples its neurons, ∂a_\d/∂z_\d = "):
        line_38(net, x, y)


def test_a_derivation_prints_a_line_a_line(rng):
    printed = str(derivation("BP1", *example(rng)))

    assert [line.split()[0] for line in printed.splitlines()] == ["36", "37", "38", "39", "the"]
    assert "δᴸⱼ = Σₖ ∂C/∂aᴸₖ ∂aᴸₖ/∂zᴸⱼ  " in printed
    assert "δᴸⱼ = ∂C/∂aᴸⱼ σ′(zᴸⱼ)  " in printed


def test_what_a_proof_is_not_about_is_refused_in_a_sentence(rng):
    net, x, y = example(rng)

    with pytest.raises(ValueError, match="a proof of each of BP1, BP2, BP3, BP4, not of 'BP5'"):
        derivation("BP5", net, x, y)
    with pytest.raises(ValueError, match="BP1 is about the last layer, 4, not layer 2; leave l out"):
        derivation("BP1", net, x, y, 2)
    for line in (line_42, line_45):
        with pytest.raises(ValueError, match=f"{line.__name__}: l is 4; want a layer of 2 … 3, counted from 1"):
            line(net, x, y, 4)
    with pytest.raises(ValueError, match=r"line_37: x has 2 columns; .* pass x\[:, :1\]"):
        line_37(net, np.hstack([x, x]), np.hstack([y, y]))


def test_every_line_says_what_it_is():
    for number in range(36, 46):
        assert "=" in getattr(derivations, f"line_{number}").__doc__
