"""The errors of layers are found by what the gradient is made of, whatever they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from listings import network, tags_of, text_of

import microbp as mb
from microbp import Tensor
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.program import record
from microbp.program.batching import batched
from microbp.program.listing import listing
from microbp.program.transforming import gradient

KINDS = ["sigmoid", "tanh", "relu", "leaky_relu", lambda z: p.sin(z)]


@pytest.mark.parametrize("activation", KINDS)
def test_every_activation_has_the_four_equations(activation: Any) -> None:
    found = tags_of(gradient(network(5, "quadratic", (4, 3, 3, 2), activation=activation)))

    assert found == {
        **{f"{letter}{n}": "eq. 25" for letter in "za" for n in (2, 3, 4)},
        "C": "eq. 26",
        "delta4": "BP1",
        "delta3": "BP2",
        "delta2": "BP2",
        **{f"nabla_b{n}": "BP3" for n in (2, 3, 4)},
        **{f"nabla_w{n}": "BP4" for n in (2, 3, 4)},
    }


def test_a_batch_made_of_one_example_has_the_same_equations() -> None:
    of_one, of_many = network(1, "quadratic"), network(4, "quadratic")

    assert listing(gradient(batched(of_one, 4))) == listing(gradient(of_many))


@pytest.mark.parametrize("has_axes", [lambda u: u._data.ndim, lambda u: len(u._data)], ids=["attribute", "type"])
def test_an_activation_whose_partial_cannot_be_looked_up_is_no_error(has_axes: Any) -> None:
    odd = Elementwise("odd", np.tanh, np.tanh, lambda u, y: 1 - y * y if has_axes(u) else 0.0)

    found = tags_of(gradient(network(4, "quadratic", activation=odd)))

    assert (found["delta2"], found["nabla_w2"]) == ("eq. 29", "BP4")


def test_linear_neurons_have_bp2_without_a_rate_factor() -> None:
    found = tags_of(gradient(network(5, "quadratic", activation="linear")))

    assert (found["delta2"], found["delta3"]) == ("BP2", "eq. 29")


def test_names_are_not_asked() -> None:
    W, c, V, d = (Tensor(np.ones(s), n) for s, n in [((2, 3), "W"), ((2, 1), "c"), ((1, 2), "V"), ((1, 1), "d")])
    x = Tensor(np.ones((3, 4)), "x")
    program = gradient(record(lambda x: mb.sum(mb.square(mb.tanh(V @ mb.tanh(W @ x + c) + d))), x))

    assert text_of(program) == """
f(x)
  inputs      x (3, 4)
  parameters  W (2, 3), c (2, 1), V (1, 2), d (1, 1)

   1  t1 = tanh(W @ x + c)                      (2, 4)  eq. 25
   2  t2 = tanh(V @ t1 + d)                     (1, 4)  eq. 25
   3  C = sum(t2**2)
   4  t3 = 2 * t2 * (1 - t2 * t2)               (1, 4)  BP1
   5  nabla_d = sum(t3, axis=1, keepdims=True)  (1, 1)  BP3
   6  nabla_V = t3 @ t1.T                       (1, 2)  BP4
   7  t4 = (V.T @ t3) * (1 - t1 * t1)           (2, 4)  BP2
   8  nabla_c = sum(t4, axis=1, keepdims=True)  (2, 1)  BP3
   9  nabla_W = t4 @ x.T                        (2, 3)  BP4
      return C, nabla_W, nabla_c, nabla_V, nabla_d
"""


def test_a_cost_that_is_no_network_has_no_equations() -> None:
    w = Tensor([1.0, 2.0], "w2")

    def cost(x: Any) -> Any:
        z = w * x
        z.label = "z2"
        c = mb.sum(mb.square(z))
        c.label = "C"
        return c

    assert tags_of(gradient(record(cost, Tensor([1.0, 2.0], "x")))) == {}


def test_names_alone_do_not_make_an_equation() -> None:
    w, b = Tensor(np.ones((2, 2)), "w2"), Tensor(np.ones((2, 1)), "b2")

    def impostor(x: Any) -> Any:
        z = w @ x + b
        delta, nabla_w, nabla_b = mb.sin(z) * x, w * mb.sum(x), b * 2
        for node, label in zip((z, delta, nabla_w, nabla_b), ("z2", "delta2", "nabla_w2", "nabla_b2"), strict=True):
            node.label = label
        return mb.sum(delta), nabla_w, nabla_b

    program = record(impostor, Tensor(np.ones((2, 1)), "x"))

    assert tags_of(program) == {"z2": "eq. 25"}


def test_weights_that_are_used_twice_are_not_bp4() -> None:
    w, b = Tensor(np.ones((2, 2)), "w"), Tensor(np.ones((2, 1)), "b")
    program = gradient(record(lambda x: mb.sum(mb.tanh(w @ mb.tanh(w @ x + b) + b)), Tensor(np.ones((2, 3)))))

    assert set(tags_of(program).values()) == {"eq. 25"}


def test_an_activation_that_is_used_elsewhere_has_an_error_but_not_bp2() -> None:
    w2, b2, w3, b3 = (Tensor(np.ones((2, n)), name) for n, name in [(2, "w2"), (1, "b2"), (2, "w3"), (1, "b3")])

    def cost(x: Any) -> Any:
        a2 = mb.tanh(w2 @ x + b2)
        return mb.sum(mb.tanh(w3 @ a2 + b3) + a2)

    found = tags_of(gradient(record(cost, Tensor(np.ones((2, 3))))))

    assert found["delta2"] == "eq. 29"
    assert (found["nabla_w2"], found["nabla_w3"]) == ("BP4", "BP4")


def test_a_regularized_cost_has_more_than_bp4() -> None:
    w, b = Tensor(np.ones((2, 2)), "w2"), Tensor(np.ones((2, 1)), "b2")
    program = record(lambda x: mb.sum(mb.tanh(w @ x + b)) + mb.sum(mb.square(w)), Tensor(np.ones((2, 3)), "x"))

    text = listing(gradient(program))

    assert "nabla_w2 = 2 * w2 + delta2 @ x.T               (2, 2)  BP4 + regularization\n" in text
    assert tags_of(gradient(program)) == {
        "t1": "eq. 25",
        "delta2": "eq. 29",
        "nabla_b2": "BP3",
        "nabla_w2": "BP4 + regularization",
    }
