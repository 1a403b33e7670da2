"""Rate factors as text: what a symbol makes of each row's partials."""

from __future__ import annotations

import math
import pydoc
import re
from typing import Any

import numpy as np
import pytest
from helpers import CALLS, Call

import microbp as mb
from microbp import primitives as p
from microbp.formulas import STAND_INS, WORDS, arguments, described, document, formula
from microbp.kinds import Elementwise, Reduction
from microbp.linear import Linear
from microbp.primitives import TABLE
from microbp.symbols import Symbol


class Total:
    """`total**x` is Σx: ** binds as tightly as the sign does."""

    def __pow__(self, x: Any) -> Any:
        return np.sum(x)


PLAIN = {
    "total": Total(),
    **{name: getattr(np, name) for name in "sqrt exp log sin cos sinh cosh sign where".split()},
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "step": lambda u: np.heaviside(u, 0),
}
"""What the names in a text mean, in numpy alone."""

TIES = [np.array([0.0, 0.0, 1.0, 2.0, -1.0, 0.0]), np.array([0.0, 2.0, 1.0, 0.0, -1.0, -1.0])]
"""Where brackets hold: inputs that are equal, or 0."""


def python_of(text: str) -> str:
    """The text in Python's notation instead of the page's."""
    text = re.sub(r"\[(\w+) = (\w+)\]", r"np.equal(\1, \2).astype(float)", text)
    text = re.sub(r"\[(\w+) > (\w+)\]", r"np.greater(\1, \2).astype(float)", text)
    for sign, meaning in {"−": "-", "·": "*", "²": "**2", "^": "**", "√": "sqrt", "ᵀ": ".T", "Σ": "total**"}.items():
        text = text.replace(sign, meaning)
    return text


def evaluated(text: str, **names: Any) -> Any:
    with np.errstate(all="ignore"):
        return eval(python_of(text), {"np": np, **PLAIN}, names)


def of_kind(kind: type) -> list[str]:
    return [name for name, row in TABLE.items() if isinstance(row, kind)]


# ------------------------------------------------------------------------------- what a text says

ELEMENTWISE_CALLS = [call for call in CALLS if isinstance(TABLE[call.name], Elementwise)]


@pytest.mark.parametrize("call", ELEMENTWISE_CALLS, ids=str)
def test_the_text_of_a_rate_factor_says_what_the_row_computes(call: Call):
    row = TABLE[call.name]
    assert isinstance(row, Elementwise)
    y = call(*call.inputs)

    for i in range(len(call.inputs)):
        said = evaluated(formula(row, i), y=y, **dict(zip(arguments(row), call.inputs, strict=True)))

        assert said == pytest.approx(np.asarray(row.rate(i, call.inputs, y)), rel=1e-12, abs=0)


@pytest.mark.parametrize("name", [name for name in of_kind(Elementwise) if len(TABLE[name].partials) == 2])
def test_the_text_says_it_at_ties_and_zeros_too(name: str):
    row = TABLE[name]
    with np.errstate(all="ignore"):
        y = row(*TIES)
        rates = [row.rate(i, tuple(TIES), y) for i in range(2)]

    for i, rate in enumerate(rates):
        said = evaluated(formula(row, i), y=y, **dict(zip(arguments(row), TIES, strict=True)))

        np.testing.assert_allclose(said, rate, rtol=1e-12)


@pytest.mark.parametrize("name", of_kind(Linear))
def test_the_text_of_a_linear_row_says_what_it_pulls_back(name: str):
    row = TABLE[name]
    names, rng = arguments(row), np.random.default_rng(0)
    shapes, params = STAND_INS.get(name, ([(5,)] * len(names), {}))
    params = row.parameters | params
    inputs = tuple(rng.normal(size=shape) for shape in shapes)
    y = row.on_arrays(*inputs, **params)
    g = rng.normal(size=np.shape(y))

    for i in range(len(names)):
        text = formula(row, i)
        said = eval(python_of(text), dict(TABLE), {"g": g, **dict(zip(names, inputs, strict=True)), **params})

        np.testing.assert_allclose(said, row.pull(i, g, inputs, y, **params), rtol=1e-12)


@pytest.mark.parametrize("name", of_kind(Reduction))
def test_the_text_of_a_reduction_says_what_it_computes(name: str):
    row = TABLE[name]
    x = np.array([0.5, 2.0, -1.0, 2.0, -1.0])
    y = row(x)

    np.testing.assert_allclose(evaluated(formula(row, 0), x=x, y=y), row.rate((x,), y, axis=None), rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "texts"),
    {
        "add": ["1", "1"],
        "sub": ["1", "−1"],
        "mul": ["v", "u"],
        "div": ["1/v", "−y/v"],
        "log": ["1/u"],
        "cos": ["−sin(u)"],
        "tanh": ["1 − y²"],
        "sigmoid": ["y·(1 − y)"],
        "sqrt": ["0.5/y"],
        "arccos": ["−1/√((1 − u)·(1 + u))"],
        "arcsinh": ["1/√(1 + u²)"],
        "power": ["where([u = 0]·[v = 0], 0, v·u^(v − 1))", "where([u = 0]·([v > 0] + [v = 0]), 0, y·log(u))"],
        "maximum": ["[u > v] + 0.5·[u = v]", "[v > u] + 0.5·[u = v]"],
        "leaky_relu": ["where(step(u), 1, slope)", "where(step(u), 0, u)"],
        "where": ["0", "1 − [c = 0]", "[c = 0]"],
        "matmul": ["g @ bᵀ", "aᵀ @ g"],
        "sum": ["broadcast_to(g, x.shape)"],
        "mean": ["broadcast_to(g, x.shape)/x.size"],
        "take": ["scatter(g, index, x.shape)"],
        "concatenate": ["g[0:a.size]", "g[a.size:a.size + b.size]"],
        "max": ["[x = y]/Σ[x = y]"],
        "logsumexp": ["exp(x − y)/Σexp(x − y)"],
    }.items(),
    ids=str,
)
def test_texts_as_on_the_page(name: str, texts: list[str]):
    row = TABLE[name]

    assert [formula(row, i) for i in range(len(texts))] == texts
    assert len(arguments(row)) == len(texts)


# ------------------------------------------------------------------------------------- typography


def test_parentheses_stand_where_they_are_needed_and_only_there():
    a, b, c = map(Symbol, "abc")
    A = Symbol("A", shape=(2, 2))

    texts = {
        (a + b) + c: "a + b + c",
        a - (b - c): "a − (b − c)",
        a - b - c: "a − b − c",
        (a + b) * c: "(a + b)·c",
        a * b + c: "a·b + c",
        a / (b * c): "a/(b·c)",
        a / b / c: "a/b/c",
        a * -b: "a·(−b)",
        -a * b: "−a·b",
        a + -b: "a − b",
        a - -b: "a − (−b)",
        -(a + b): "−(a + b)",
        p.neg(-a): "−(−a)",
        (a + b) * (a + b): "(a + b)²",
        (-a) ** 2: "(−a)²",
        (a**b) ** c: "(a^b)^c",
        2**-a: "2^(−a)",
        p.square(a * b): "(a·b)²",
        (A @ A.T) * c: "(A @ Aᵀ)·c",
        -(A @ A) @ A: "(−(A @ A)) @ A",
        p.sqrt(a + b): "√(a + b)",
    }

    assert [str(text) for text in texts] == list(texts.values())


@pytest.mark.parametrize(
    ("number", "text"),
    [(2, "2"), (2.0, "2"), (-0.5, "−0.5"), (np.float64(3), "3"), (1e300, "1e+300"), (math.inf, "inf")],
    ids=str,
)
def test_a_number_is_set_as_a_numeral(number: float, text: str):
    assert str(1 / (Symbol("u") + number)) == (f"1/(u + {text})" if number > 0 else "1/(u − 0.5)")


def test_parameters_are_set_where_they_are_not_the_default():
    x = Symbol("x", shape=(2, 3))

    assert str(p.sum(x)) == "Σx"
    assert str(p.sum(x, axis=1)) == "sum(x, axis=1)"
    assert str(p.max(x, axis=1)) == "max(x, axis=1)"
    assert str(p.take(x, index=(0, slice(1, None), ...))) == "x[0, 1:, …]"
    assert str(p.reshape(x, shape=(3, 2))) == "reshape(x, (3, 2))"
    assert str(p.transpose(x, axes=(1, 0))) == "transpose(x, axes=(1, 0))"
    assert p.sum(x, axis=1).shape == (2,)


def test_a_nodes_name_stands_for_it():
    assert str(Symbol("u") * mb.Value(2.0, "w")) == "u·w"


def test_the_largest_of_single_numbers_has_a_text_for_each():
    largest = p.max.of_numbers(2)

    assert [formula(largest, i) for i in range(2)] == ["[u = y]/([u = y] + [v = y])", "[v = y]/([u = y] + [v = y])"]


# ------------------------------------------------------------------------------------- docstrings


def test_a_row_is_described_by_its_call_its_meaning_and_its_partials():
    assert described(p.tanh) == "y = tanh(u): hyperbolic tangent, entry by entry.\n\n∂y/∂u = 1 − y²"
    assert described(p.max).startswith("y = max(x, axis=None, keepdims=False): largest entry over an axis")
    assert described(p.take).startswith("y = take(x, index): ")
    assert described(p.concatenate).startswith("y = concatenate(xs, axis=0): ")


def test_every_row_of_the_table_has_words_and_every_word_a_row():
    assert WORDS.keys() == TABLE.keys()


@pytest.mark.parametrize("name", TABLE)
def test_the_description_of_a_row_has_the_text_of_each_input(name: str):
    row = TABLE[name]
    text = described(row)

    assert text.startswith(f"y = {name}({'xs' if name in ('concatenate', 'stack') else ', '.join(arguments(row))}")
    for i, argument in enumerate(arguments(row)):
        said = formula(row, i)
        line = f"    {said}  to {argument}" if isinstance(row, Linear) else f"∂y/∂{argument} = {said}"
        assert line in text.splitlines()


def test_a_row_of_ones_own_is_described_too():
    swish = Elementwise("swish", lambda u: u / (1 + math.exp(-u)), lambda u: u / (1 + np.exp(-u)),
                        lambda u, y: y + mb.sigmoid(u) * (1 - y))  # fmt: skip
    diagonal = Linear("diagonal", np.diagonal, lambda g, x: g)  # needs a matrix, and the stand-in is a vector

    assert described(swish).endswith("∂y/∂u = y + sigmoid(u)·(1 − y)")
    assert described(diagonal) == "y = diagonal(x): a function of your own."


def test_a_documented_kind_describes_its_rows_and_itself():
    class Own(Elementwise):
        """A kind."""

    row = Own("tanh", math.tanh, np.tanh, lambda u, y: 1 - y * y)

    document(Own)
    document(Own)

    assert (Own.__doc__, row.__doc__) == ("A kind.", described(p.tanh))
    assert described(p.tanh) in pydoc.render_doc(row, renderer=pydoc.plaintext).replace("\n    ", "\n")
    row.__doc__ = "Other words."
    assert row.__doc__ == "Other words."
