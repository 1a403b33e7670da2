"""What is written where it is used, and what has a line of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from listings import run_lines, text_of

import microbp as mb
from microbp import Tensor, Value
from microbp.program import record
from microbp.program.listing import listing
from microbp.program.transforming import gradient


def test_a_value_is_written_where_it_is_used_until_the_line_gets_long() -> None:
    w = [Value(float(i), f"weight{i}") for i in range(12)]
    program = record(lambda x: sum([v * x for v in w[1:]], w[0] * x), 1.0)

    lines = [line[6:] for line in listing(program).split("\n\n")[1].splitlines()]

    assert all(len(line) <= 80 for line in lines)
    assert len(lines) == 5
    assert run_lines(lines, {v.label: v.data for v in w} | {"x": 3.0}) == 3.0 * sum(range(12))


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
