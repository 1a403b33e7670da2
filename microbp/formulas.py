"""What a row of the table is in words, and its partials as text.

`formula` runs the very partials that the sweeps run, on symbols; `described` makes the row's docstring of it.

>>> from microbp import primitives as p
>>> formula(p.tanh, 0), formula(p.div, 1), formula(p.matmul, 1)
('1 − y²', '−y/v', 'aᵀ @ g')
"""

from __future__ import annotations

from typing import Any, cast

from microbp.graph import Primitive
from microbp.kinds import Elementwise, Reduction
from microbp.linear import REQUIRED, Linear, LinearInSequence
from microbp.symbols import Symbol, as_symbol, shape_of_result


class _Size(int):
    """A length that stands for any other, under a name."""

    name: str

    @classmethod
    def named(cls, name: str, number: int) -> _Size:
        size = cls(number)
        size.name = name
        return size

    def __repr__(self) -> str:
        return self.name

    def __add__(self, other: int) -> _Size:
        return _Size.named(f"{self} + {other}", int(self) + int(other))

    def __radd__(self, other: int) -> _Size:
        return _Size.named(f"{other} + {self}", other + int(self)) if other else self

    def __rmul__(self, other: int) -> int:
        return self if other == 1 else other * int(self)


def _vector(name: str, number: int = 5) -> tuple[int, ...]:
    return (_Size.named(f"{name}.size", number),)


INDEX = _Size.named("index", 2)

STAND_INS: dict[str, tuple[tuple[tuple[int, ...], ...], dict[str, Any]]] = {
    "matmul": (((2, 3), (3, 5)), {}),
    "take": ((_vector("x"),), {"index": INDEX}),
    "scatter": (((),), {"index": INDEX, "shape": (5,)}),
    "sum_to": ((_vector("x"),), {"shape": ()}),
    "broadcast_to": ((_vector("x"),), {"shape": (2, 5)}),
    "reshape": ((_vector("x", 6),), {"shape": (2, 3)}),
}
"""The shapes of the inputs and the parameters at which a linear row is run for its text, where vectors won't do."""


def arguments(row: Primitive) -> tuple[str, ...]:
    """The names of a row's inputs, in order; two that stand for any number where it takes a sequence."""
    if isinstance(row, Elementwise):
        n = len(row.partials)
        return NAMES.get(row.name) or (("u", "v")[:n] if n <= 2 else tuple(f"u{i}" for i in range(1, n + 1)))
    if isinstance(row, Linear) and len(row.transposes) > 2:
        return tuple(f"x{i}" for i in range(1, len(row.transposes) + 1))
    return ("a", "b") if isinstance(row, LinearInSequence) or len(getattr(row, "transposes", "1")) == 2 else ("x",)


def formula(row: Primitive, i: int) -> str:
    """The rate factor of a row by input i as text, over the inputs and the output y.

    Of a row that works entry by entry, or that reduces, it is ∂y/∂(input i). Of a linear row it is what its
    transposed map makes of a cotangent g of y, in the case of vectors (of matrices, for matmul).
    """
    names = arguments(row)
    if isinstance(row, Elementwise):
        return as_symbol(row.rate(i, tuple(map(Symbol, names)), Symbol("y"))).text
    if isinstance(row, Reduction):
        x = Symbol("x", shape=_vector("x"))
        return as_symbol(row.rate((x,), Symbol("y"), axis=None)).text
    if isinstance(row, Linear):
        shapes, params = STAND_INS.get(row.name, (tuple(map(_vector, names)), {}))
        inputs = tuple(Symbol(name, shape=shape) for name, shape in zip(names, shapes, strict=True))
        params = row.parameters | params
        g = Symbol("g", shape=shape_of_result(row, inputs, params))
        text = as_symbol(row.pull(i, g, inputs, Symbol("y", shape=g.shape), **params)).text
        return text.replace("(x.size,)", "x.shape")  # what holds of a vector's one length holds of any shape
    raise TypeError(f"formula: {row!r} is of no kind that symbols know: Elementwise, Linear or Reduction")


def expression(row: Primitive) -> str:
    """What a row computes of its inputs, as text.

    >>> from microbp import primitives as p
    >>> expression(p.mul), expression(p.tanh), expression(p.matmul)
    ('u·v', 'tanh(u)', 'a @ b')
    """
    names = arguments(row)
    if isinstance(row, Elementwise):
        return as_symbol(row(*map(Symbol, names))).text
    if isinstance(row, LinearInSequence) or row.name not in ("matmul", "sum", "transpose"):
        return f"{row.name}({', '.join(names)})"
    shapes, params = STAND_INS.get(row.name, (tuple(map(_vector, names)), {}))
    symbols = [Symbol(name, shape=shape) for name, shape in zip(names, shapes, strict=True)]
    return as_symbol(row(*symbols, **params)).text


def described(row: Primitive) -> str:
    """The docstring of a row: how it is called, what it is, and its partial derivatives.

    >>> from microbp.primitives import div
    >>> print(described(div))
    y = div(u, v): quotient u/v, entry by entry.
    <BLANKLINE>
    ∂y/∂u = 1/v
    ∂y/∂v = −y/v
    """
    names = arguments(row)
    sequence = isinstance(row, LinearInSequence)
    words = WORDS.get(row.name, "a function of your own")
    how = ", entry by entry" if isinstance(row, Elementwise) else ""
    lines = [f"y = {row.name}({', '.join([*(['xs'] if sequence else names), *_parameters(row)])}): {words}{how}.", ""]
    try:
        texts = [formula(row, i) for i in range(len(names))]
    except Exception:  # a row from elsewhere may need shapes that the stand-ins don't have
        return lines[0]
    if isinstance(row, Linear):
        lines.append("A cotangent g of y is pulled back" + (", for xs = (a, b)," if sequence else "") + " as")
        lines += [f"    {text}  to {name}" for name, text in zip(names, texts, strict=True)]
    else:
        lines += [f"∂y/∂{name} = {text}" for name, text in zip(names, texts, strict=True)]
    if any("[u" in text or "[v" in text or "[x" in text or "[c" in text for text in texts):
        lines += ["", "A bracket is 1 where it holds and 0 where it does not."]
    return "\n".join(lines)


def _parameters(row: Primitive) -> list[str]:
    """The arguments that are not inputs, as a signature has them."""
    parameters = getattr(row, "parameters", {})
    return [name if default is REQUIRED else f"{name}={default}" for name, default in parameters.items()]


class Docstring:
    """`__doc__` of a kind of primitive: for the class its own, for a row `described`, made when it is asked for.

    For all rows that takes milliseconds, which `import microbp` does not have to give.
    """

    def __init__(self, of_class: str | None) -> None:
        self.of_class = of_class

    def __get__(self, row: Primitive | None, kind: type[Primitive]) -> str | None:
        return self.of_class if row is None else row.__dict__.get("_doc") or described(row)

    def __set__(self, row: Primitive, text: str | None) -> None:
        row.__dict__["_doc"] = text


def document(*kinds: type[Primitive]) -> None:
    """Let `help` show of each row of these kinds what it is and its partials; twice is as good as once."""
    for kind in kinds:
        kind.__doc__ = cast(Any, Docstring(kind.__doc__))


NAMES = {"leaky_relu": ("u", "slope"), "where": ("c", "u", "v")}
"""The inputs of rows that entry by entry take others than u, or u and v."""

# fmt: off
WORDS = {
    "step":         "1 where u > 0, else 0",
    "sign":         "sign of u, which is −1, 0 or 1",
    "equal":        "1 where u = v, else 0",
    "greater":      "1 where u > v, else 0",
    "identity":     "u itself",
    "add":          "sum u + v",
    "sub":          "difference u − v",
    "mul":          "product u·v",
    "div":          "quotient u/v",
    "neg":          "negative −u",
    "abs":          "absolute value |u|",
    "power":        "power u^v",
    "exp":          "exponential e^u",
    "expm1":        "e^u − 1, exact near 0",
    "log":          "natural logarithm",
    "log1p":        "log(1 + u), exact near 0",
    "xlogy":        "u·log(v), 0 where u = 0",
    "square":       "square u²",
    "sqrt":         "square root √(u)",
    "logaddexp":    "log(e^u + e^v), without overflow",
    "sin":          "sine",
    "cos":          "cosine",
    "tan":          "tangent",
    "arcsin":       "inverse sine",
    "arccos":       "inverse cosine",
    "arctan":       "inverse tangent",
    "sinh":         "hyperbolic sine",
    "cosh":         "hyperbolic cosine",
    "tanh":         "hyperbolic tangent",
    "arcsinh":      "inverse hyperbolic sine",
    "arccosh":      "inverse hyperbolic cosine",
    "arctanh":      "inverse hyperbolic tangent",
    "sigmoid":      "the book's σ, 1/(1 + e^−u)",
    "softplus":     "log(1 + e^u), a smooth relu",
    "relu":         "u where u > 0, else 0",
    "leaky_relu":   "u where u > 0, else slope·u",
    "maximum":      "the larger of u and v",
    "minimum":      "the smaller of u and v",
    "where":        "u where c is not 0, else v",
    "matmul":       "product a @ b of vectors, matrices, or stacks of matrices",
    "sum":          "sum over an axis, several, or all",
    "mean":         "mean over an axis, several, or all",
    "take":         "x[index], for every kind of index that numpy has",
    "scatter":      "zeros of a shape with x added at index",
    "concatenate":  "arrays joined along an axis they have",
    "stack":        "arrays joined along a new axis",
    "max":          "largest entry over an axis, several, or all",
    "min":          "smallest entry over an axis, several, or all",
    "logsumexp":    "log(Σ e^x) over an axis, several, or all, without overflow",
    "sum_to":       "x summed down to a shape, which undoes broadcasting",
    "broadcast_to": "x broadcast to a shape",
    "reshape":      "the same entries in another shape",
    "transpose":    "axes in another order, reversed by default",
}
"""What each row is."""
# fmt: on
