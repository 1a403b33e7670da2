"""What the values of a program are called in its listing."""

from __future__ import annotations

from typing import Any

import numpy as np
from listings import text_of

import microbp as mb
from microbp import Tensor, Value
from microbp.program import record
from microbp.program.listing import listing
from microbp.program.transforming import gradient


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

    assert "parameters  p1 (2, 3)" in listing(record(lambda x: w @ x, Tensor(np.ones((3, 1)))))
    assert "parameters  p1\n" in listing(record(lambda x: b * x, 1.0))


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
  parameters  p1, p2

   1  C = tanh(p1 * x + p2)
   2  nabla_p2 = 1 - C * C
   3  nabla_p1 = nabla_p2 * x
      return C, [nabla_p1, nabla_p2]
"""
    assert "nabla_p1 = x * cos(t1)" in listing(gradient(record(lambda x: mb.sum(mb.sin(v * x)), Tensor([1.0, 2.0]))))
