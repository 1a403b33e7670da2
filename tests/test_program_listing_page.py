"""What a program prints as is what a student can read."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
from listings import network, text_of

import microbp as mb
from microbp import Tensor, Value
from microbp.program import record
from microbp.program.batching import batched
from microbp.program.listing import listing
from microbp.program.transforming import gradient


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
  constants   c (2,), c1 (2,)

   1  t1 = c * x + c1  (2,)
      return x, t1
"""


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

    assert time.perf_counter() - start < 2  # measured: 0.15 s
    assert "parameters  w2 (23,520), b2 (30), w3 (300), b3 (10)" in text
    assert len(text) < 5_000


def test_the_parameters_of_a_deep_network_take_several_lines() -> None:
    head, body = listing(gradient(network(1, "quadratic", [3] * 9))).split("\n\n")

    assert head.splitlines()[2:] == [
        "  parameters  w2 (3, 3), b2 (3, 1), w3 (3, 3), b3 (3, 1), w4 (3, 3), b4 (3, 1), w5 (3, 3), b5 (3, 1),",
        "              w6 (3, 3), b6 (3, 1), w7 (3, 3), b7 (3, 1), w8 (3, 3), b8 (3, 1), w9 (3, 3), b9 (3, 1)",
    ]
    assert body.splitlines()[-1].strip() == "return C, nabla_w2, nabla_b2, …, nabla_b9"


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


def test_constant_arrays_without_a_name_are_numbered_as_they_come():
    A, B = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    text = str(record(lambda x: A @ x * 2.0 + (B @ x) + (x.T @ A.T).T, np.ones((3, 1))))

    assert "  constants   c1 (2, 3), c2 (3,)" in text and "x.T @ c1.T" in text
