"""The functions of a recording, each with its formulas."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import CALLS

from microbp import Elementwise, Tensor, Value
from microbp import primitives as p
from microbp.draw.rows import LONGEST, MANY, Rows
from microbp.formulas import arguments, expression, formula
from microbp.kinds import Elementwise as Kind
from microbp.primitives import TABLE


def described(node):
    rows = Rows()
    place = rows.place_of(node)
    return rows.described[place]


@pytest.mark.parametrize("name", sorted({call.name for call in CALLS}))
def test_a_row_says_what_the_table_says(name):
    call = next(call for call in CALLS if call.name == name)
    row = TABLE[name]
    found = described(call(*(Tensor(x) for x in call.inputs)))

    assert found["name"] == name
    assert found["entrywise"] == isinstance(row, Kind)
    assert found["arguments"] == list(arguments(row))
    assert found["expression"] == expression(row)
    assert found["partials"] == [formula(row, i) for i in range(len(arguments(row)))]


@pytest.mark.parametrize("name", sorted(name for name, row in TABLE.items() if isinstance(row, Kind)))
def test_every_function_that_works_entry_by_entry_has_an_expression_and_partials_as_text(name):
    row = TABLE[name]
    names = arguments(row)

    assert isinstance(expression(row), str) and 0 < len(expression(row)) <= LONGEST
    assert any(argument in expression(row) for argument in names)
    for i in range(len(names)):
        text = formula(row, i)
        assert isinstance(text, str) and 0 < len(text) <= LONGEST


def test_functions_are_numbered_as_they_come_and_each_once():
    x = Value(2.0, "x")
    rows = Rows()
    nodes = [x * x, x + x, x * x, x**2.0, x**3.0, x**2.0, x]

    assert [rows.place_of(node) for node in nodes] == [0, 1, 0, 2, 3, 2, -1]
    assert [row["text"] for row in rows.described] == ["×", "+", "(\u2009)²", "(\u2009)³"]


def test_a_plain_number_is_told_with_the_input_that_it_is():
    x = Value(2.0, "x")

    assert described(2.0 * x)["plain"] == {"slot": 0, "value": 2.0}
    assert described(x - 1.5)["plain"] == {"slot": 1, "value": 1.5}
    assert described(1.5 - x)["plain"] == {"slot": 0, "value": 1.5}
    assert described(x * x)["plain"] is None
    assert described(x * float("nan"))["plain"]["value"] == "NaN"
    assert described(x * -float("inf"))["plain"]["value"] == "-Infinity"


def test_of_many_inputs_the_partials_are_left_out():
    values = [Value(float(n)) for n in range(MANY + 1)]

    assert described(p.logsumexp.of_numbers(MANY + 1)(*values))["partials"] == []
    assert len(described(p.logsumexp.of_numbers(MANY)(*values[:MANY]))["partials"]) == MANY


def test_a_users_own_function_that_symbols_cannot_run_has_no_formula():
    x = Value(2.0, "x")
    own = Elementwise("own", lambda u: 2 * u, lambda u: 2 * u, lambda u, y: 2.0)
    numeric = Elementwise("numeric", np.cbrt, np.cbrt, lambda u, y: float(np.cbrt(float(u))) ** -2 / 3)

    assert described(own(x))["partials"] == ["2"]
    assert described(numeric(x))["partials"] == [None]


def test_a_formula_too_long_to_read_is_left_out():
    def partial(u, y):
        for _ in range(40):
            u = p.sin(u) + y
        return u

    long = Elementwise("long", lambda u: u, lambda u: u, partial)

    assert described(long(Value(2.0)))["partials"] == [None]
