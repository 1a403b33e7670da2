"""What a program prints as is what a student can read, and what it does."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest
from helpers import CALLS, Call

import microbp as mb
from microbp import Tensor, Value
from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.primitives import TABLE
from microbp.program import record
from microbp.program.batching import batched
from microbp.program.listing import listing
from microbp.program.listing.page import Page
from microbp.program.transforming import gradient


def network(m: int, cost: str, sizes: Any = (3, 2, 1), **kinds: Any) -> Any:
    """The cost of a network on m examples, as a program."""
    net = mb.MLP(list(sizes), rng=0, **kinds)
    x, y = Tensor(np.ones((sizes[0], m)), "x"), Tensor(np.ones((sizes[-1], m)), "y")
    return record(lambda x, y: net.cost(x, y, cost), x, y, wrt=net)


def text_of(program: Any) -> str:
    return "\n" + listing(program) + "\n"


def tags_of(program: Any) -> dict[str, str]:
    """The equation of each named line that has one."""
    lines = [re.fullmatch(r" +\d+  (\w+) = .*  (BP\d|eq\. \d+)", line) for line in listing(program).splitlines()]
    return {line[1]: line[2] for line in lines if line}


# Whole listings


def test_a_neuron_of_values() -> None:
    w, b = Value(2.0, "w"), Value(1.0, "b")
    program = record(lambda x: mb.tanh(w * x + b), 0.5)

    assert text_of(program) == """
f(x)
  inputs      x
  parameters  w, b

   1  t1 = tanh(w * x + b)
      return t1
"""


def test_the_gradient_of_a_neuron_of_values() -> None:
    w, b = Value(2.0, "w"), Value(1.0, "b")
    program = gradient(record(lambda x: mb.tanh(w * x + b), 0.5))

    assert text_of(program) == """
f(x)
  inputs      x
  parameters  w, b

   1  C = tanh(w * x + b)
   2  nabla_b = 1 - C * C
   3  nabla_w = nabla_b * x
      return C, [nabla_w, nabla_b]
"""


def test_a_network_on_one_example_is_backpropagation() -> None:
    assert text_of(gradient(network(1, "quadratic"))) == """
f(x, y)
  inputs      x (3, 1), y (1, 1)
  parameters  w2 (2, 3), b2 (2, 1), w3 (1, 2), b3 (1, 1)

   1  z2 = w2 @ x + b2                            (2, 1)  eq. 25
   2  a2 = sigmoid(z2)                            (2, 1)  eq. 25
   3  z3 = w3 @ a2 + b3                           (1, 1)  eq. 25
   4  a3 = sigmoid(z3)                            (1, 1)  eq. 25
   5  nabla_a3 = a3 - y                           (1, 1)
   6  C = sum(nabla_a3**2) / 2                            eq. 27
   7  delta3 = nabla_a3 * (a3 * (1 - a3))         (1, 1)  BP1
   8  nabla_b3 = delta3                           (1, 1)  BP3
   9  nabla_w3 = delta3 @ a2.T                    (1, 2)  BP4
  10  delta2 = (w3.T @ delta3) * (a2 * (1 - a2))  (2, 1)  BP2
  11  nabla_b2 = delta2                           (2, 1)  BP3
  12  nabla_w2 = delta2 @ x.T                     (2, 3)  BP4
      return C, nabla_w2, nabla_b2, nabla_w3, nabla_b3
"""


def test_a_network_on_several_examples_sums_over_them() -> None:
    assert text_of(gradient(network(4, "quadratic"))) == """
f(x, y)
  inputs      x (3, 4), y (1, 4)
  parameters  w2 (2, 3), b2 (2, 1), w3 (1, 2), b3 (1, 1)

   1  z2 = w2 @ x + b2                               (2, 4)  eq. 25
   2  a2 = sigmoid(z2)                               (2, 4)  eq. 25
   3  z3 = w3 @ a2 + b3                              (1, 4)  eq. 25
   4  a3 = sigmoid(z3)                               (1, 4)  eq. 25
   5  t1 = a3 - y                                    (1, 4)
   6  C = sum(t1**2) / 8                                     eq. 26
   7  nabla_a3 = 0.25 * t1                           (1, 4)
   8  delta3 = nabla_a3 * (a3 * (1 - a3))            (1, 4)  BP1
   9  nabla_b3 = sum(delta3, axis=1, keepdims=True)  (1, 1)  BP3
  10  nabla_w3 = delta3 @ a2.T                       (1, 2)  BP4
  11  delta2 = (w3.T @ delta3) * (a2 * (1 - a2))     (2, 4)  BP2
  12  nabla_b2 = sum(delta2, axis=1, keepdims=True)  (2, 1)  BP3
  13  nabla_w2 = delta2 @ x.T                        (2, 3)  BP4
      return C, nabla_w2, nabla_b2, nabla_w3, nabla_b3
"""


def test_with_cross_entropy_the_rate_factor_of_the_last_layer_cancels() -> None:
    assert text_of(gradient(network(1, "cross_entropy"))) == """
f(x, y)
  inputs      x (3, 1), y (1, 1)
  parameters  w2 (2, 3), b2 (2, 1), w3 (1, 2), b3 (1, 1)

   1  z2 = w2 @ x + b2                            (2, 1)  eq. 25
   2  a2 = sigmoid(z2)                            (2, 1)  eq. 25
   3  z3 = w3 @ a2 + b3                           (1, 1)  eq. 25
   4  C = sum(softplus(z3) - y * z3)
   5  delta3 = sigmoid(z3) - y                    (1, 1)  eq. 29
   6  nabla_b3 = delta3                           (1, 1)  BP3
   7  nabla_w3 = delta3 @ a2.T                    (1, 2)  BP4
   8  delta2 = (w3.T @ delta3) * (a2 * (1 - a2))  (2, 1)  BP2
   9  nabla_b2 = delta2                           (2, 1)  BP3
  10  nabla_w2 = delta2 @ x.T                     (2, 3)  BP4
      return C, nabla_w2, nabla_b2, nabla_w3, nabla_b3
"""


def test_cross_entropy_of_several_examples() -> None:
    assert text_of(gradient(network(4, "cross_entropy"))) == """
f(x, y)
  inputs      x (3, 4), y (1, 4)
  parameters  w2 (2, 3), b2 (2, 1), w3 (1, 2), b3 (1, 1)

   1  z2 = w2 @ x + b2                               (2, 4)  eq. 25
   2  a2 = sigmoid(z2)                               (2, 4)  eq. 25
   3  z3 = w3 @ a2 + b3                              (1, 4)  eq. 25
   4  C = sum(softplus(z3) - y * z3) / 4
   5  delta3 = 0.25 * sigmoid(z3) - 0.25 * y         (1, 4)  eq. 29
   6  nabla_b3 = sum(delta3, axis=1, keepdims=True)  (1, 1)  BP3
   7  nabla_w3 = delta3 @ a2.T                       (1, 2)  BP4
   8  delta2 = (w3.T @ delta3) * (a2 * (1 - a2))     (2, 4)  BP2
   9  nabla_b2 = sum(delta2, axis=1, keepdims=True)  (2, 1)  BP3
  10  nabla_w2 = delta2 @ x.T                        (2, 3)  BP4
      return C, nabla_w2, nabla_b2, nabla_w3, nabla_b3
"""


def test_the_gradient_of_each_example() -> None:
    assert text_of(batched(gradient(network(1, "quadratic")), 4, mean=False)) == """
f(x, y)
  inputs      x (3, 4), y (1, 4)
  parameters  w2 (2, 3), b2 (2, 1), w3 (1, 2), b3 (1, 1)

   1  z2 = w2 @ x + b2                                                            (2, 4)     eq. 25
   2  a2 = sigmoid(z2)                                                            (2, 4)     eq. 25
   3  z3 = w3 @ a2 + b3                                                           (1, 4)     eq. 25
   4  a3 = sigmoid(z3)                                                            (1, 4)     eq. 25
   5  nabla_a3 = a3 - y                                                           (1, 4)
   6  C = 0.5 * sum(nabla_a3**2, axis=0)                                          (4,)       eq. 27
   7  delta3 = nabla_a3 * (a3 * (1 - a3))                                         (1, 4)     BP1
   8  delta2 = (w3.T @ delta3) * (a2 * (1 - a2))                                  (2, 4)     BP2
   9  nabla_w2 = transpose(delta2.T[:, :, None] * x.T[:, None], axes=(1, 2, 0))   (2, 3, 4)  BP4
  10  nabla_b2 = delta2[:, None]                                                  (2, 1, 4)  BP3
  11  nabla_w3 = transpose(delta3.T[:, :, None] * a2.T[:, None], axes=(1, 2, 0))  (1, 2, 4)  BP4
  12  nabla_b3 = delta3                                                           (1, 1, 4)  BP3
      return C, nabla_w2, nabla_b2, nabla_w3, nabla_b3
"""


def test_comparisons_are_asserted() -> None:
    w = Tensor([1.0, 2.0], "w")

    def f(x: Any) -> Any:
        if (x < w).all() and not (x < 0).any() and not (w * x)[0] > 2:
            return mb.sum(w * x)
        return x

    assert text_of(record(f, Tensor([0.5, 0.5], "x"))) == """
f(x)
  inputs      x (2,)
  parameters  w (2,)

      assert (x < w).all()
      assert not (x < 0).any()
   1  t1 = (w * x)[0]
      assert not t1 > 2
   2  t2 = sum(w * x)
      return t2
"""


def test_constants_and_outputs_that_are_leaves() -> None:
    program = record(lambda x: (x, mb.Tensor([1.0, 2.0], "c", varies=False) * x + np.array([3.0, 4.0])), Tensor([1.0]))

    assert text_of(program) == """
f(x)
  inputs      x (1,)
  constants   c (2,), c3 (2,)

   1  t1 = c * x + c3  (2,)
      return x, t1
"""


# Equations


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


def test_an_activation_whose_partial_cannot_be_looked_up_is_no_error() -> None:
    odd = Elementwise("odd", np.tanh, np.tanh, lambda u, y: 1 - y * y if u._data.ndim else 0.0)

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
    assert tags_of(gradient(program)) == {"t1": "eq. 25", "delta2": "eq. 29", "nabla_b2": "BP3"}


def test_an_error_and_a_cost_have_lines_for_their_tags() -> None:
    w, b = Tensor(np.ones((2, 2)), "W"), Tensor(np.ones((2, 1)), "c")
    x, y = Tensor(np.ones((2, 4)), "x"), Tensor(np.ones((2, 4)), "y")

    def cost(x: Any, y: Any) -> Any:
        return mb.sum(mb.square(mb.tanh(w @ x + b) - y)) / 8 + mb.sum(mb.square(w))

    assert text_of(gradient(record(cost, x, y, wrt=w))) == """
cost(x, y)
  inputs      x (2, 4), y (2, 4)
  parameters  W (2, 2), c (2, 1)

   1  t1 = tanh(W @ x + c)            (2, 4)  eq. 25
   2  t2 = t1 - y                     (2, 4)
   3  t3 = sum(t2**2) / 8                     eq. 26
   4  C = t3 + sum(W**2)
   5  t4 = 0.25 * t2 * (1 - t1 * t1)  (2, 4)  BP1
   6  nabla_W = 2 * W + t4 @ x.T      (2, 2)  BP4 + regularization
      return C, nabla_W
"""


# The text is what the program does


NAMESPACE: dict[str, Any] = {
    **{name: row.on_arrays for name, row in TABLE.items()},
    "concatenate": np.concatenate,
    "stack": np.stack,
    "max": np.max,
    "min": np.min,
    "sum": np.sum,
    "logsumexp": lambda x, axis=None, keepdims=False: p.logsumexp.on_arrays(np.asarray(x), axis, keepdims),
    "s_": np.s_,
}


def run_text(program: Any, *inputs: Any) -> Any:
    """What the lines of the listing compute, taken as Python."""
    text = listing(program)
    head, body = text.split("\n\n")
    scope = dict(NAMESPACE)
    for leaf, x in zip(program.inputs, inputs, strict=True):
        scope[leaf.label] = np.asarray(x)
    for leaf in program.parameters:
        scope[leaf.label] = leaf.data.data
    for leaf in program.constants:
        if np.ndim(leaf.data):
            scope[leaf.label or f"c{-leaf.slots}"] = leaf.data
    for line in body.splitlines():
        code = re.sub(r"  +(\([\d, ]*\))?( +(BP\d|eq\. \d+)(, BP3)?( \+ regularization)?)?$", "", line[6:])
        if code.startswith("return"):
            return eval(code.removeprefix("return"), scope)
        exec(code, scope)
    raise AssertionError("nothing was returned")


@pytest.mark.parametrize("call", [call for call in CALLS if call.name != "reshape"], ids=str)
def test_a_line_is_python_for_its_row(call: Call) -> None:
    labels = [f"x{i + 1}" for i in range(len(call.inputs))]
    program = record(lambda *xs: call(*xs), *map(Tensor, call.inputs, labels))

    np.testing.assert_array_equal(run_text(program, *call.inputs), call(*call.inputs))


def test_signs_stand_where_they_read_best() -> None:
    x, y = Tensor([1.0, 2.0], "x"), Tensor([3.0, 4.0], "y")

    def f(x: Any, y: Any) -> Any:
        return -3.0 * x + y, x * -(0.25 * y), -x + -y, -(x + y) + x * y

    rows = re.findall(r" t\d = (.*?)  ", listing(record(f, x, y)))
    assert rows == ["y - 3 * x", "x * (-0.25 * y)", "-x - y", "x * y - (x + y)"]
    np.testing.assert_array_equal(run_text(record(f, x, y), x.data, y.data), record(f, x, y)(x.data, y.data))


def test_axes_that_come_and_go_are_seen_where_axes_count() -> None:
    """Where a matrix is wanted, a sum is over an axis, or axes change places."""
    w = Tensor([[1.0], [2.0]], "w")

    def f(x: Any) -> Any:
        row = mb.reshape(x, (1, 3))
        return w @ row, mb.max(row, axis=0), mb.sum(mb.reshape(row, (1, 1, 3)), axis=1), 1 + row

    text = listing(record(f, Tensor([1.0, 2.0, 3.0], "x")))

    assert "= w @ x[None] " in text
    assert "= max(x[None], axis=0) " in text
    assert "= sum(reshape(x, (1, 1, 3)), axis=1) " in text
    assert "= 1 + x " in text
    for found, expected in zip(
        run_text(record(f, Tensor([1.0, 2.0, 3.0], "x")), [1.0, 2.0, 3.0]), f(Tensor([1.0, 2.0, 3.0])), strict=True
    ):
        np.testing.assert_array_equal(np.ravel(found), np.ravel(expected.data))


@pytest.mark.parametrize("cost", ["quadratic", "log_likelihood"])
@pytest.mark.parametrize(("sizes", "m"), [((3, 2), 1), ((1, 1), 1), ((2, 3, 1), 1), ((1, 1), 3), ((2, 3, 1), 3)])
def test_the_listing_of_scalars_as_matrices_computes_their_gradient(cost: str, sizes: Any, m: int) -> None:
    net = mb.MLP(sizes, "tanh", "softmax", node=Value, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((sizes[0], m)), rng.random((sizes[-1], m))
    program = gradient(record(lambda x, y: net.cost(x, y, cost), x, y, node=Value, wrt=net).matrix_form())
    page = Page(program)
    scope = NAMESPACE | {"a1": x, "y": y}
    scope |= {leaf.label: np.array([[w.data for w in row] for row in leaf.data]) for leaf in program.parameters}
    scope |= {page.names[leaf.slots]: leaf.data for leaf in program.constants}
    lines = [row.text for row in page.rows()]
    assert "…" not in "".join(lines)  # which stands for what is left out
    for found, expected in zip(run_lines(lines, scope), program(x, y), strict=True):
        np.testing.assert_allclose(np.reshape(found, np.shape(expected)), expected, rtol=1e-12, atol=1e-15)


OPERATORS = {
    "+": lambda u, v: u + v,
    "-": lambda u, v: u - v,
    "*": lambda u, v: u * v,
    "/": lambda u, v: u / v,
    "@": lambda u, v: u @ v,
    "power": lambda u, v: mb.exp(u) ** v,
    "neg": lambda u, v: -u,
    "square": lambda u, v: mb.square(u),
    "transpose": lambda u, v: v.T,
    "number": lambda u, v: u * -1.5,
    "plus number": lambda u, v: u + -0.5,
    "minus number": lambda u, v: -0.5 - u,
}


@pytest.mark.parametrize("seed", range(200))
def test_parentheses_stand_where_python_needs_them(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0.5, 1.5, (2, 2)), rng.uniform(0.5, 1.5, (2, 2))
    names = rng.choice(list(OPERATORS), 6)
    orders = rng.integers(0, 2, 6)

    def f(x: Any, y: Any) -> Any:
        z = mb.tanh(x)
        for name, order in zip(names, orders, strict=True):
            u, v = (z, y) if order else (y, z)
            z = OPERATORS[name](u, mb.tanh(v)) if seed % 2 else OPERATORS[name](u, v)
        return z + 0 * x

    program = record(f, Tensor(x, "x"), Tensor(y, "y"))

    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(run_text(program, x, y), f(Tensor(x), Tensor(y)).data)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax"])
@pytest.mark.parametrize("m", [1, 5])
def test_the_listing_of_a_network_computes_its_gradient(activation: str, m: int) -> None:
    net = mb.MLP([4, 3, 2], activation=activation, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((4, m)), rng.random((2, m))
    program = gradient(record(lambda x, y: net.cost(x, y), Tensor(x, "x"), Tensor(y, "y"), wrt=net))

    value, *gradients = run_text(program, x, y)

    net.cost(x, y).backward()
    for w, g in zip(net.parameters(), gradients, strict=True):
        np.testing.assert_allclose(g, w.grad, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "softmax"])
def test_the_listing_of_the_gradients_of_each_example_computes_them(activation: str) -> None:
    net = mb.MLP([4, 3, 2], activation=activation, rng=0)
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((4, 5)), rng.random((2, 5))
    one = record(lambda x, y: net.cost(x, y), Tensor(x[:, :1], "x"), Tensor(y[:, :1], "y"), wrt=net)

    program = batched(gradient(one), 5, mean=False)

    for text, result in zip(run_text(program, x, y), program(x, y), strict=True):
        np.testing.assert_allclose(text.reshape(result.shape), result, rtol=1e-13, atol=1e-16)


# Names


def test_labels_become_identifiers_that_differ() -> None:
    a, b, c = Value(1.0, "w_1,1"), Value(2.0, "w_1,1"), Value(3.0, "sum")

    def f(x: Any) -> Any:
        t = a * x
        t.label = "1st"
        u = b * t
        u.label = "t1"
        return (u + c) * (u - c)

    assert text_of(record(f, Value(1.0, "lambda"))) == """
f(lambda_)
  inputs      lambda_
  parameters  w_1_1, w_1_1_2, sum_

   1  _1st = w_1_1 * lambda_
   2  t1 = w_1_1_2 * _1st
   3  t1_2 = (t1 + sum_) * (t1 - sum_)
      return t1_2
"""


def test_parameters_without_a_label_have_numbers() -> None:
    w, b = Tensor(np.ones((2, 3))), Value(1.0)

    assert "parameters  p2 (2, 3)" in listing(record(lambda x: w @ x, Tensor(np.ones((3, 1)))))
    assert "parameters  p2\n" in listing(record(lambda x: b * x, 1.0))


def test_entries_of_arrays_of_values_have_their_own_names() -> None:
    w = np.array([Value(1.0, "w_1"), Value(2.0, "w_2")])
    program = record(lambda x: w[0] * x[0, 0] + w[1] * x[1, 0], np.ones((2, 1)), node=Value, wrt=w)

    assert text_of(gradient(program)) == """
f(x)
  inputs      x (2, 1)
  parameters  w (2,)

   1  C = w_1 * x_1 + w_2 * x_2
      return C, [x_1, x_2]
"""


def test_what_is_differentiated_is_called_c_where_nothing_else_is() -> None:
    w, b = Tensor([1.0, 2.0], "w"), Value(1.0, "b")
    vector, of_c = np.array([Value(1.0, "C"), Value(2.0, "D")]), Value(1.0, "C")

    def labelled(x: Any) -> Any:
        y = b * x
        y.label = "y"
        return y * y

    def returns(f: Any, x: Any, wrt: Any = None) -> str:
        return listing(gradient(record(f, x, wrt=wrt))).split("return ")[1].split(",")[0]

    assert returns(lambda x: mb.sum(w * x), Tensor([1.0, 2.0], "x")) == "C"
    assert returns(labelled, 1.0) == "C"
    assert returns(lambda x: b * x * x, Value(1.0, "C")) == "t1"
    assert returns(lambda x: of_c * x * x, 1.0) == "t1"
    assert returns(lambda x: mb.sum(vector * x), 1.0, vector) == "t1"
    assert "return t1" in listing(record(labelled, 1.0))


def test_the_gradient_by_a_parameter_without_a_label_has_its_number() -> None:
    w, b, v = Value(2.0), Value(1.0), Tensor([1.0, 2.0])

    assert text_of(gradient(record(lambda x: mb.tanh(w * x + b), 0.5))) == """
f(x)
  inputs      x
  parameters  p2, p3

   1  C = tanh(p2 * x + p3)
   2  nabla_p3 = 1 - C * C
   3  nabla_p2 = nabla_p3 * x
      return C, [nabla_p2, nabla_p3]
"""
    assert "nabla_p2 = x * cos(t1)" in listing(gradient(record(lambda x: mb.sum(mb.sin(v * x)), Tensor([1.0, 2.0]))))


# Length


def test_a_value_is_written_where_it_is_used_until_the_line_gets_long() -> None:
    w = [Value(float(i), f"weight{i}") for i in range(12)]
    program = record(lambda x: sum([v * x for v in w[1:]], w[0] * x), 1.0)

    lines = [line[6:] for line in listing(program).split("\n\n")[1].splitlines()]

    assert all(len(line) <= 80 for line in lines)
    assert len(lines) == 5
    assert run_lines(lines, {v.label: v.data for v in w} | {"x": 3.0}) == 3.0 * sum(range(12))


def run_lines(lines: list[str], scope: dict[str, Any]) -> Any:
    for line in lines[:-1]:
        exec(line, scope)
    return eval(lines[-1].removeprefix("return"), scope)


def test_of_a_long_program_the_beginning_and_the_end_are_shown() -> None:
    def f(x: Any) -> Any:
        for k in range(1000):
            x = mb.sin(x)
            x.label = f"x{k + 1}"
        return x

    lines = listing(record(f, 1.0)).split("\n\n")[1].splitlines()

    assert len(lines) == 40 + 1 + 20 + 1
    assert lines[39].split() == ["40", "x40", "=", "sin(x39)"]
    assert lines[40].strip() == "… 940 lines more"
    assert lines[41].split() == ["981", "x981", "=", "sin(x980)"]
    assert lines[60].split() == ["1000", "x1000", "=", "sin(x999)"]


def test_numbers_count_what_is_not_shown() -> None:
    w = [Value(1.0, f"w{i}") for i in range(1000)]
    program = record(lambda x: sum([v * x for v in w[1:]], w[0] * x), 1.0)

    lines = listing(program).split("\n\n")[1].splitlines()

    *_, last, _ = lines
    number, name, before = re.fullmatch(r" *(\d+)  t(\d+) = t(\d+) .*", last).groups()  # type: ignore[union-attr]
    assert int(number) == int(name) == int(before) + 1
    hidden = re.fullmatch(r" *… (\d+) lines more", lines[40])
    assert hidden and int(hidden[1]) == int(number) - 60


def test_a_network_of_scalars_prints_at_once() -> None:
    net = mb.MLP([784, 30, 10], node=Value, rng=0)
    program = record(lambda x, y: net.cost(x, y), np.ones((784, 1)), np.ones((10, 1)), node=Value)
    assert len(program.lines) > 47_000
    start = time.perf_counter()

    text = listing(program)

    assert time.perf_counter() - start < 2  # measured: 0.07 s
    assert "parameters  w2 (23,520), b2 (30), w3 (300), b3 (10)" in text
    assert len(text) < 5_000


def test_a_function_with_many_inputs_is_cut() -> None:
    net = [Value(float(i), f"a_{i}") for i in range(50)]
    program = record(lambda x: mb.logsumexp(np.array([v * x for v in net])), 1.0)

    assert max(map(len, listing(program).splitlines())) < 100
    assert "logsumexp([t1, t2, …, t50])" in listing(program)


def test_large_indices_are_cut() -> None:
    program = record(lambda x: x[np.arange(100)], Tensor(np.ones(100), "x"))

    assert "t1 = x[[0, …, 99]]" in listing(program)


def test_the_parameters_of_a_deep_network_take_several_lines() -> None:
    head, body = listing(gradient(network(1, "quadratic", [3] * 9))).split("\n\n")

    assert head.splitlines()[2:] == [
        "  parameters  w2 (3, 3), b2 (3, 1), w3 (3, 3), b3 (3, 1), w4 (3, 3), b4 (3, 1), w5 (3, 3), b5 (3, 1),",
        "              w6 (3, 3), b6 (3, 1), w7 (3, 3), b7 (3, 1), w8 (3, 3), b8 (3, 1), w9 (3, 3), b9 (3, 1)",
    ]
    assert body.splitlines()[-1].strip() == "return C, nabla_w2, nabla_b2, …, nabla_b9"


# Views


def test_axes_of_length_1_in_front_come_and_go_unseen() -> None:
    w = Tensor([[1.0, 2.0]], "w")
    x = Tensor([1.0, 2.0], "x")
    program = record(lambda x: mb.reshape(w, (2,)) * x + mb.reshape(x, (1, 1, 2)) * w + mb.reshape(w, (-1, 1)), x)

    assert "1  t1 = w * x + x * w + w.T  (1, 2, 2)" in listing(program)
    np.testing.assert_array_equal(run_text(program, x.data)[None], program(x.data))


def test_an_axis_of_length_1_that_numpy_would_miss_is_seen() -> None:
    w = Tensor([[1.0], [2.0]], "w")
    x = Tensor([1.0, 2.0], "x")
    program = record(lambda x: mb.reshape(w, (2,)) * x + mb.reshape(x, (2, 1)), x)

    assert "1  t1 = reshape(w, (2,)) * x + x[:, None]  (2, 2)" in listing(program)
    np.testing.assert_array_equal(run_text(program, x.data), program(x.data))


def test_other_reshapes_are_seen() -> None:
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], "w")

    assert "1  t1 = reshape(w, (4,)) * x  (4,)" in listing(record(lambda x: mb.reshape(w, -1) * x, Tensor(2.0, "x")))


def test_transposes_and_reshapes_of_a_value_are_written_wherever_they_are_used() -> None:
    w = Tensor([[1.0, 2.0]], "w")

    def f(x: Any) -> Any:
        turned = mb.tanh(w * x).T
        return mb.exp(turned) + mb.sin(turned)

    assert text_of(record(f, Tensor([[1.0, 2.0]], "x"))) == """
f(x)
  inputs      x (1, 2)
  parameters  w (1, 2)

   1  t1 = tanh(w * x)            (1, 2)
   2  t2 = exp(t1.T) + sin(t1.T)  (2, 1)
      return t2
"""


def test_a_row_of_ones_own_is_set_as_a_call() -> None:
    cube = Elementwise("cube", lambda u: u**3, lambda u: u**3, lambda u, y: 3 * u * u)

    assert "t1 = cube(x + 1)" in listing(record(lambda x: cube(x + 1), Tensor(1.0, "x")))


def test_a_batch_of_what_was_recorded_on_a_batch_is_listed(rng):
    net = mb.MLP([2, 3, 1], rng=0)
    program = record(net.cost, rng.normal(size=(2, 4)), np.ones((1, 4)), wrt=net)

    for batch in (program.batch(3), program.batch(3, mean=False)):
        assert "z2 = " in str(batch) and "nabla_w2" in str(batch.gradient())


def test_a_batch_of_scalars_says_what_becomes_of_its_examples():
    w = Value(2.0, "w")
    program = record(lambda x: w * x, 0.5)

    heads = [str(made).splitlines()[0] for made in (program, program.batch(4), program.batch(4, mean=False))]
    assert heads == ["f(x)", "f(x)   for each of 4 examples, then their mean", "f(x)   for each of 4 examples"]
