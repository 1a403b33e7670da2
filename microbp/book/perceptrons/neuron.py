"""Perceptrons: neurons that say 0 or 1, by a threshold or by a bias (Nielsen ch. 1, eqs 1 and 2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.arguments import real_number
from microbp.kinds import Elementwise
from microbp.nn.examples import as_array
from microbp.primitives import greater, step
from microbp.shapes import shape_of


def by_threshold(x: Any, w: Any, threshold: Any) -> Any:
    """Output of a perceptron that weighs its inputs against a threshold.

    0 if Σ_j w_j x_j ≤ threshold, else 1                                    (Nielsen 2015, ch. 1, 1)

    x  shape (n,), or (n, m): one column an example;  w  shape (n,);  threshold  a number
    Numbers, Tensors or arrays of Values. Returns 0.0 or 1.0, for m examples shape (m,).

    >>> by_threshold([1, 0, 0], [6, 2, 2], 5)
    1.0
    """
    return _plain(greater(_weighed("by_threshold", w, x), threshold))


def by_bias(x: Any, w: Any, b: Any) -> Any:
    """Output of a perceptron with a bias, b ≡ −threshold: how easily it says 1.

    0 if w·x + b ≤ 0, else 1                                                (Nielsen 2015, ch. 1, 2)

    x  shape (n,), or (n, m): one column an example;  w  shape (n,);  b  a number
    Numbers, Tensors or arrays of Values. Returns 0.0 or 1.0, for m examples shape (m,).

    >>> by_bias([1, 1], [-2, -2], 3)
    0.0
    """
    return _plain(step(_weighed("by_bias", w, x) + b))


class Perceptron:
    """A perceptron with given weights and bias, as a function of its inputs: one box in a drawing.

    Its output is a step of its inputs, so every rate factor is 0: no small change of anything behind a
    perceptron says in which direction it should be changed. That is why perceptrons can't learn by gradients.

    w     one weight an input;  b  the bias;  name  what drawings call it

    >>> NAND = Perceptron([-2, -2], 3, "NAND")
    >>> [NAND(x1, x2) for x1 in (0, 1) for x2 in (0, 1)]
    [1.0, 1.0, 1.0, 0.0]
    """

    def __init__(self, w: Sequence[float], b: float, name: str = "perceptron") -> None:
        self.w = tuple(real_number(name, f"w_{j}", w_j) for j, w_j in enumerate(w, start=1))
        self.b, self.name = real_number(name, "b", b), name
        if not self.w:
            raise ValueError(f"{name}: w is empty; want one weight an input")
        if not np.isfinite([*self.w, self.b]).all():
            raise ValueError(f"{name}: a weight or the bias is nan or inf; want finite numbers")
        self.row = Elementwise(name, self._on_floats, self._on_arrays, *[0] * len(self.w))
        """The row of the table that this perceptron would be: a step, and a rate factor of 0 for each input."""

    def __repr__(self) -> str:
        weights = ", ".join(f"{w_j:g}" for w_j in self.w)
        return f"<{self.name}: w = ({weights}), b = {self.b:g}>"

    def __call__(self, *x: Any) -> Any:
        """Its output on numbers, arrays or nodes, one an input."""
        return _plain(self.row(*x))

    def scaled(self, c: float) -> Perceptron:
        """The perceptron with weights and bias multiplied by c."""
        return Perceptron([c * w_j for w_j in self.w], c * self.b, self.name)

    def _on_floats(self, *x: float) -> float:
        return float(sum(w_j * x_j for w_j, x_j in zip(self.w, x, strict=True)) + self.b > 0)

    def _on_arrays(self, *x: Any) -> Any:
        z = sum(w_j * x_j for w_j, x_j in zip(self.w, x, strict=True)) + self.b
        return np.heaviside(z, 0)


def _weighed(operation: str, w: Any, x: Any) -> Any:
    """w·x, after a look at the shapes."""
    w, x = (v if hasattr(v, "shape") else as_array(v, f"{operation}: {name}") for name, v in (("w", w), ("x", x)))
    if len(shape_of(w)) != 1 or shape_of(x)[:1] != shape_of(w) or len(shape_of(x)) > 2:
        raise ValueError(
            f"{operation}: x has shape {shape_of(x)}, w has shape {shape_of(w)}; "
            "want w of shape (n,), a weight an input, and x of shape (n,) or (n, m), a column an example"
        )
    return w @ x


def _plain(output: Any) -> Any:
    """A number as a float, anything else as it is."""
    return float(output) if isinstance(output, np.generic) else output
