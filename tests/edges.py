"""The edge table: what value and gradients are where a function has a pole, a kink, a tie, or no value.

The answers are those of PyTorch 2.13 in float64, written down; where microbp gives others, they stand
beside them with the reason. The sign of a zero is not compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import microbp as mb


@dataclass(frozen=True)
class Edge:
    """One point of one function.

    inputs  numbers, or lists of numbers for arrays
    value   PyTorch's value
    grads   PyTorch's gradients, one an input
    warns   whether numpy's RuntimeWarning comes with the value
    ours    our value and gradients, where they are others
    why     the reason for the difference
    """

    name: str
    f: Callable[..., Any]
    inputs: list[Any]
    value: float
    grads: list[Any]
    warns: bool = False
    ours: tuple[float, list[Any]] | None = None
    why: str = ""


def leaky(u: Any) -> Any:
    return mb.leaky_relu(u, 0.1)


def first_share(x: Any) -> Any:
    return mb.softmax(x)[0]


def log_if_positive(x: Any) -> Any:
    return mb.where(mb.step(x), mb.log(x), 0.0)


def safe_log_if_positive(x: Any) -> Any:
    return mb.where(mb.step(x), mb.log(mb.where(mb.step(x), x, 1.0)), 0.0)


# fmt: off
EDGES = [
    Edge("log at 0", mb.log, [0.0], -inf, [inf], warns=True),
    Edge("log at −1", mb.log, [-1.0], nan, [-1.0], warns=True),
    Edge("log at ∞", mb.log, [inf], inf, [0.0]),
    Edge("log at nan", mb.log, [nan], nan, [nan]),
    Edge("log1p at −1", mb.log1p, [-1.0], -inf, [inf], warns=True),
    Edge("log1p at −2", mb.log1p, [-2.0], nan, [-1.0], warns=True),
    Edge("log1p at nan", mb.log1p, [nan], nan, [nan]),
    Edge("sqrt at 0", mb.sqrt, [0.0], 0.0, [inf]),
    Edge("sqrt at −1", mb.sqrt, [-1.0], nan, [nan], warns=True),
    Edge("sqrt at ∞", mb.sqrt, [inf], inf, [0.0]),
    Edge("sqrt at nan", mb.sqrt, [nan], nan, [nan]),
    Edge("exp at 1000", mb.exp, [1000.0], inf, [inf], warns=True),
    Edge("exp at −1000", mb.exp, [-1000.0], 0.0, [0.0]),
    Edge("exp at −∞", mb.exp, [-inf], 0.0, [0.0]),
    Edge("exp at nan", mb.exp, [nan], nan, [nan]),
    Edge("expm1 at 1000", mb.expm1, [1000.0], inf, [inf], warns=True),
    Edge("expm1 at −1000", mb.expm1, [-1000.0], -1.0, [0.0]),
    Edge("expm1 at nan", mb.expm1, [nan], nan, [nan]),
    Edge("square at 0", mb.square, [0.0], 0.0, [0.0]),
    Edge("square at 1e+200", mb.square, [1e+200], inf, [2e+200], warns=True),
    Edge("square at nan", mb.square, [nan], nan, [nan]),
    Edge("abs at 0", mb.abs, [0.0], 0.0, [0.0]),
    Edge("abs at −0", mb.abs, [-0.0], 0.0, [0.0]),
    Edge("abs at −∞", mb.abs, [-inf], inf, [-1.0]),
    Edge("abs at nan", mb.abs, [nan], nan, [0.0],
         ours=(nan, [nan]), why="nan in, nan out"),
    Edge("sign at 0", mb.sign, [0.0], 0.0, [0.0]),
    Edge("sign at −3", mb.sign, [-3.0], -1.0, [0.0]),
    Edge("sign at nan", mb.sign, [nan], 0.0, [0.0],
         ours=(nan, [0.0]), why="nan in, nan out, as numpy"),
    Edge("sin at ∞", mb.sin, [inf], nan, [nan], warns=True),
    Edge("sin at nan", mb.sin, [nan], nan, [nan]),
    Edge("cos at ∞", mb.cos, [inf], nan, [nan], warns=True),
    Edge("cos at nan", mb.cos, [nan], nan, [nan]),
    Edge("tan at ∞", mb.tan, [inf], nan, [nan], warns=True),
    Edge("tan at nan", mb.tan, [nan], nan, [nan]),
    Edge("arcsin at 1", mb.arcsin, [1.0], 1.5707963267948966, [inf]),
    Edge("arcsin at −1", mb.arcsin, [-1.0], -1.5707963267948966, [inf]),
    Edge("arcsin at 2", mb.arcsin, [2.0], nan, [nan], warns=True),
    Edge("arcsin at nan", mb.arcsin, [nan], nan, [nan]),
    Edge("arccos at 1", mb.arccos, [1.0], 0.0, [-inf]),
    Edge("arccos at −1", mb.arccos, [-1.0], 3.141592653589793, [-inf]),
    Edge("arccos at 2", mb.arccos, [2.0], nan, [nan], warns=True),
    Edge("arccos at nan", mb.arccos, [nan], nan, [nan]),
    Edge("arctan at ∞", mb.arctan, [inf], 1.5707963267948966, [0.0]),
    Edge("arctan at nan", mb.arctan, [nan], nan, [nan]),
    Edge("sinh at 1000", mb.sinh, [1000.0], inf, [inf], warns=True),
    Edge("sinh at nan", mb.sinh, [nan], nan, [nan]),
    Edge("cosh at 1000", mb.cosh, [1000.0], inf, [inf], warns=True),
    Edge("cosh at nan", mb.cosh, [nan], nan, [nan]),
    Edge("tanh at 1000", mb.tanh, [1000.0], 1.0, [0.0]),
    Edge("tanh at −1000", mb.tanh, [-1000.0], -1.0, [0.0]),
    Edge("tanh at ∞", mb.tanh, [inf], 1.0, [0.0]),
    Edge("tanh at nan", mb.tanh, [nan], nan, [nan]),
    Edge("arcsinh at ∞", mb.arcsinh, [inf], inf, [0.0]),
    Edge("arcsinh at nan", mb.arcsinh, [nan], nan, [nan]),
    Edge("arccosh at 1", mb.arccosh, [1.0], 0.0, [inf]),
    Edge("arccosh at 0", mb.arccosh, [0.0], nan, [nan], warns=True),
    Edge("arccosh at nan", mb.arccosh, [nan], nan, [nan]),
    Edge("arctanh at 1", mb.arctanh, [1.0], inf, [inf], warns=True),
    Edge("arctanh at −1", mb.arctanh, [-1.0], -inf, [inf], warns=True),
    Edge("arctanh at 2", mb.arctanh, [2.0], nan, [-0.3333333333333333], warns=True),
    Edge("arctanh at nan", mb.arctanh, [nan], nan, [nan]),
    Edge("sigmoid at 0", mb.sigmoid, [0.0], 0.5, [0.25]),
    Edge("sigmoid at 1000", mb.sigmoid, [1000.0], 1.0, [0.0]),
    Edge("sigmoid at −1000", mb.sigmoid, [-1000.0], 0.0, [0.0]),
    Edge("sigmoid at ∞", mb.sigmoid, [inf], 1.0, [0.0]),
    Edge("sigmoid at −∞", mb.sigmoid, [-inf], 0.0, [0.0]),
    Edge("sigmoid at nan", mb.sigmoid, [nan], nan, [nan]),
    Edge("softplus at 0", mb.softplus, [0.0], 0.6931471805599453, [0.5]),
    Edge("softplus at 1000", mb.softplus, [1000.0], 1000.0, [1.0]),
    Edge("softplus at −1000", mb.softplus, [-1000.0], 0.0, [0.0]),
    Edge("softplus at ∞", mb.softplus, [inf], inf, [1.0]),
    Edge("softplus at −∞", mb.softplus, [-inf], 0.0, [0.0]),
    Edge("softplus at nan", mb.softplus, [nan], nan, [nan], warns=True),
    Edge("relu at 0", mb.relu, [0.0], 0.0, [0.0]),
    Edge("relu at −0", mb.relu, [-0.0], 0.0, [0.0]),
    Edge("relu at −1", mb.relu, [-1.0], 0.0, [0.0]),
    Edge("relu at ∞", mb.relu, [inf], inf, [1.0]),
    Edge("relu at nan", mb.relu, [nan], nan, [1.0],
         ours=(nan, [nan]), why="nan in, nan out"),
    Edge("leaky_relu at 0", leaky, [0.0], 0.0, [0.1]),
    Edge("leaky_relu at −1", leaky, [-1.0], -0.1, [0.1]),
    Edge("leaky_relu at ∞", leaky, [inf], inf, [1.0]),
    Edge("leaky_relu at nan", leaky, [nan], nan, [0.1],
         ours=(nan, [1.0]), why="neither slope is right, the first is taken"),
    Edge("x^0 at 0, constant exponent", lambda x: x ** 0, [0.0], 1.0, [0.0]),
    Edge("x^1 at 0, constant exponent", lambda x: x ** 1, [0.0], 0.0, [1.0]),
    Edge("x^2 at 0, constant exponent", lambda x: x ** 2, [0.0], 0.0, [0.0]),
    Edge("x^0.5 at 0, constant exponent", lambda x: x ** 0.5, [0.0], 0.0, [inf]),
    Edge("x^−1 at 0, constant exponent", lambda x: x ** -1, [0.0], inf, [-inf], warns=True),
    Edge("−2^3, constant exponent", lambda x: x ** 3, [-2.0], -8.0, [12.0]),
    Edge("−2^0.5, constant exponent", lambda x: x ** 0.5, [-2.0], nan, [nan], warns=True),
    Edge("−2^0, constant exponent", lambda x: x ** 0, [-2.0], 1.0, [0.0]),
    Edge("−2^−1, constant exponent", lambda x: x ** -1, [-2.0], -0.5, [-0.25]),
    Edge("nan^0, constant exponent", lambda x: x ** 0, [nan], 1.0, [0.0],
         ours=(1.0, [nan]), why="nan in, nan out"),
    Edge("nan^2, constant exponent", lambda x: x ** 2, [nan], nan, [nan]),
    Edge("0^0, constant base", lambda v: 0.0 ** v, [0.0], 1.0, [0.0]),
    Edge("0^2, constant base", lambda v: 0.0 ** v, [2.0], 0.0, [0.0]),
    Edge("0^−1, constant base", lambda v: 0.0 ** v, [-1.0], inf, [-inf], warns=True),
    Edge("−2^3, constant base", lambda v: (-2.0) ** v, [3.0], -8.0, [nan]),
    Edge("2^3, constant base", lambda v: 2.0 ** v, [3.0], 8.0, [5.545177444479562]),
    Edge("0^0, both nodes", mb.power, [0.0, 0.0], 1.0, [0.0, 0.0]),
    Edge("0^1, both nodes", mb.power, [0.0, 1.0], 0.0, [1.0, 0.0]),
    Edge("0^0.5, both nodes", mb.power, [0.0, 0.5], 0.0, [inf, 0.0]),
    Edge("0^−1, both nodes", mb.power, [0.0, -1.0], inf, [-inf, -inf], warns=True),
    Edge("−2^3, both nodes", mb.power, [-2.0, 3.0], -8.0, [12.0, nan]),
    Edge("−2^2, both nodes", mb.power, [-2.0, 2.0], 4.0, [-4.0, nan]),
    Edge("−2^0.5, both nodes", mb.power, [-2.0, 0.5], nan, [nan, nan], warns=True),
    Edge("−2^0, both nodes", mb.power, [-2.0, 0.0], 1.0, [0.0, nan]),
    Edge("1^∞, both nodes", mb.power, [1.0, inf], 1.0, [inf, 0.0]),
    Edge("∞^0, both nodes", mb.power, [inf, 0.0], 1.0, [0.0, inf]),
    Edge("nan^0, both nodes", mb.power, [nan, 0.0], 1.0, [0.0, nan],
         ours=(1.0, [nan, nan]), why="nan in, nan out"),
    Edge("0^nan, both nodes", mb.power, [0.0, nan], nan, [nan, nan]),
    Edge("1^nan, both nodes", mb.power, [1.0, nan], 1.0, [nan, 0.0]),
    Edge("nan^2, both nodes", mb.power, [nan, 2.0], nan, [nan, nan]),
    Edge("1 ÷ 0", mb.div, [1.0, 0.0], inf, [inf, -inf], warns=True),
    Edge("−1 ÷ 0", mb.div, [-1.0, 0.0], -inf, [inf, inf], warns=True),
    Edge("0 ÷ 0", mb.div, [0.0, 0.0], nan, [inf, nan], warns=True),
    Edge("0 ÷ 1", mb.div, [0.0, 1.0], 0.0, [1.0, 0.0]),
    Edge("1 ÷ ∞", mb.div, [1.0, inf], 0.0, [0.0, 0.0]),
    Edge("∞ ÷ ∞", mb.div, [inf, inf], nan, [0.0, nan], warns=True),
    Edge("nan ÷ 1", mb.div, [nan, 1.0], nan, [1.0, nan]),
    Edge("1 ÷ nan", mb.div, [1.0, nan], nan, [nan, nan]),
    Edge("0 × ∞", mb.mul, [0.0, inf], nan, [inf, 0.0], warns=True),
    Edge("nan × 0", mb.mul, [nan, 0.0], nan, [0.0, nan]),
    Edge("∞ − ∞", mb.sub, [inf, inf], nan, [1.0, -1.0], warns=True),
    Edge("xlogy of 0 and 2", mb.xlogy, [0.0, 2.0], 0.0, [0.6931471805599453, 0.0]),
    Edge("xlogy of 0 and 0", mb.xlogy, [0.0, 0.0], 0.0, [0.0, nan],
         ours=(0.0, [-inf, 0.0]), why="log v is −∞ there; and 0·log v is 0 for all v"),
    Edge("xlogy of 0 and −1", mb.xlogy, [0.0, -1.0], 0.0, [0.0, 0.0],
         ours=(0.0, [nan, 0.0]), why="log v is no number there"),
    Edge("xlogy of 0 and nan", mb.xlogy, [0.0, nan], nan, [nan, nan]),
    Edge("xlogy of 2 and 0", mb.xlogy, [2.0, 0.0], -inf, [-inf, inf]),
    Edge("xlogy of nan and 1", mb.xlogy, [nan, 1.0], nan, [0.0, nan]),
    Edge("maximum of 1 and 1", mb.maximum, [1.0, 1.0], 1.0, [0.5, 0.5]),
    Edge("maximum of ∞ and ∞", mb.maximum, [inf, inf], inf, [0.5, 0.5]),
    Edge("maximum of nan and 1", mb.maximum, [nan, 1.0], nan, [1.0, 1.0],
         ours=(nan, [0.0, 0.0]), why="neither is the larger"),
    Edge("maximum of 1 and nan", mb.maximum, [1.0, nan], nan, [1.0, 1.0],
         ours=(nan, [0.0, 0.0]), why="neither is the larger"),
    Edge("minimum of 1 and 1", mb.minimum, [1.0, 1.0], 1.0, [0.5, 0.5]),
    Edge("minimum of ∞ and ∞", mb.minimum, [inf, inf], inf, [0.5, 0.5]),
    Edge("minimum of nan and 1", mb.minimum, [nan, 1.0], nan, [1.0, 1.0],
         ours=(nan, [0.0, 0.0]), why="neither is the smaller"),
    Edge("minimum of 1 and nan", mb.minimum, [1.0, nan], nan, [1.0, 1.0],
         ours=(nan, [0.0, 0.0]), why="neither is the smaller"),
    Edge("maximum of a node and itself", lambda x: mb.maximum(x, x), [2.0], 2.0, [1.0]),
    Edge("logaddexp of 1000 and −1000", mb.logaddexp, [1000.0, -1000.0], 1000.0, [1.0, 0.0]),
    Edge("logaddexp of 1000 and 1000", mb.logaddexp, [1000.0, 1000.0], 1000.6931471805599, [0.5, 0.5]),
    Edge("logaddexp of −∞ and 0", mb.logaddexp, [-inf, 0.0], 0.0, [0.0, 1.0]),
    Edge("logaddexp of −∞ and −∞", mb.logaddexp, [-inf, -inf], -inf, [nan, nan]),
    Edge("logaddexp of ∞ and 0", mb.logaddexp, [inf, 0.0], inf, [1.0, 0.0]),
    Edge("logaddexp of nan and 1", mb.logaddexp, [nan, 1.0], nan, [nan, nan], warns=True),
    Edge("where, nan in the branch not taken", lambda u, v: mb.where(1.0, u, v), [1.0, nan], 1.0, [1.0, 0.0]),
    Edge("where, log of −1 in the branch not taken", log_if_positive, [-1.0], 0.0, [0.0], warns=True),
    Edge("where, log of 0 in the branch not taken", log_if_positive, [0.0], 0.0, [nan], warns=True),
    Edge("where, log of a safe argument in the branch not taken", safe_log_if_positive, [0.0], 0.0, [0.0]),
    Edge("max of [1, 1, 0]", mb.max, [[1.0, 1.0, 0.0]], 1.0, [[0.5, 0.5, 0.0]]),
    Edge("max of [0, −0]", mb.max, [[0.0, -0.0]], 0.0, [[0.5, 0.5]]),
    Edge("max of [∞, ∞, 0]", mb.max, [[inf, inf, 0.0]], inf, [[0.5, 0.5, 0.0]]),
    Edge("max of [−∞, −∞]", mb.max, [[-inf, -inf]], -inf, [[0.5, 0.5]]),
    Edge("max of [nan, 1]", mb.max, [[nan, 1.0]], nan, [[nan, nan]]),
    Edge("max of [5]", mb.max, [[5.0]], 5.0, [[1.0]]),
    Edge("min of [1, 1, 0]", mb.min, [[1.0, 1.0, 0.0]], 0.0, [[0.0, 0.0, 1.0]]),
    Edge("min of [0, −0]", mb.min, [[0.0, -0.0]], 0.0, [[0.5, 0.5]]),
    Edge("min of [∞, ∞, 0]", mb.min, [[inf, inf, 0.0]], 0.0, [[0.0, 0.0, 1.0]]),
    Edge("min of [−∞, −∞]", mb.min, [[-inf, -inf]], -inf, [[0.5, 0.5]]),
    Edge("min of [nan, 1]", mb.min, [[nan, 1.0]], nan, [[nan, nan]]),
    Edge("min of [5]", mb.min, [[5.0]], 5.0, [[1.0]]),
    Edge("logsumexp of [2, 2]", mb.logsumexp, [[2.0, 2.0]],
         2.6931471805599454, [[0.49999999999999994, 0.49999999999999994]]),
    Edge("softmax of [2, 2], its first entry", first_share, [[2.0, 2.0]], 0.5, [[0.25, -0.25]]),
    Edge("logsumexp of [1000, −1000]", mb.logsumexp, [[1000.0, -1000.0]], 1000.0, [[1.0, 0.0]]),
    Edge("softmax of [1000, −1000], its first entry", first_share, [[1000.0, -1000.0]], 1.0, [[0.0, 0.0]]),
    Edge("logsumexp of [1000, 1000]", mb.logsumexp, [[1000.0, 1000.0]],
         1000.6931471805599, [[0.5000000000000275, 0.5000000000000275]]),
    Edge("softmax of [1000, 1000], its first entry", first_share, [[1000.0, 1000.0]], 0.5, [[0.25, -0.25]]),
    Edge("logsumexp of [−∞, 0]", mb.logsumexp, [[-inf, 0.0]], 0.0, [[0.0, 1.0]]),
    Edge("softmax of [−∞, 0], its first entry", first_share, [[-inf, 0.0]], 0.0, [[0.0, 0.0]]),
    Edge("logsumexp of [−∞, −∞]", mb.logsumexp, [[-inf, -inf]], -inf, [[nan, nan]]),
    Edge("softmax of [−∞, −∞], its first entry", first_share, [[-inf, -inf]], nan, [[nan, nan]], warns=True),
    Edge("logsumexp of [0, ∞]", mb.logsumexp, [[0.0, inf]], inf, [[0.0, nan]],
         ours=(inf, [[nan, nan]]), why="the shares are made to add up to 1, and ∞ − ∞ is among them"),
    Edge("logsumexp of [nan, 0]", mb.logsumexp, [[nan, 0.0]], nan, [[nan, nan]]),
    Edge("softmax of [nan, 0], its first entry", first_share, [[nan, 0.0]], nan, [[nan, nan]]),
    Edge("logsumexp of [5]", mb.logsumexp, [[5.0]], 5.0, [[1.0]]),
    Edge("softmax of [5], its first entry", first_share, [[5.0]], 1.0, [[0.0]]),
    Edge("mean of [∞, −∞]", mb.mean, [[inf, -inf]], nan, [[0.5, 0.5]], warns=True),
    Edge("sum of [nan, 1]", mb.sum, [[nan, 1.0]], nan, [[1.0, 1.0]]),
]
# fmt: on


def as_markdown() -> str:
    """The edge table as a page of the documentation."""
    lines = [
        "# At the edges",
        "",
        "What values and rate factors are where a function has a pole, a kink, a tie, or no value, for `Value` and",
        "`Tensor` alike. The last column says where PyTorch 2.13 answers otherwise, and why microbp does not.",
        "This page is made by `python tests/edges.py > docs/edges.md` from the table that the tests hold.",
        "",
        "| at | value | rate factors | PyTorch, and why not |",
        "|---|---|---|---|",
    ]
    for edge in EDGES:
        value, grads = edge.ours or (edge.value, edge.grads)
        theirs = f"{_text(edge.value)}; {_texts(edge.grads)}: {edge.why}" if edge.ours else ""
        lines.append(f"| {edge.name} | {_text(value)} | {_texts(grads)} | {theirs} |".replace("|  |", "| |"))
    return "\n".join([*lines, ""])


def _texts(numbers: list[Any]) -> str:
    return ", ".join(f"[{_texts(x)}]" if isinstance(x, list) else _text(x) for x in numbers)


def _text(x: float) -> str:
    return f"{x + 0.0:.4g}".replace("-", "−").replace("inf", "∞")


if __name__ == "__main__":
    print(as_markdown(), end="")
