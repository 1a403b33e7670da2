"""The work on graphs of scalars: mixed nodes, a long chain, micrograd's moons.

Each is written once, over whatever has +, − and ×, and every library runs the same lines.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from microbp import data

Scalar = Any
"""A number of any library that records what is done with it."""

MUL, ADD, SUB, RELU = range(4)


class Mixed:
    """Products, sums, differences and relus in random order, 45 %, 40 %, 7 % and 8 %.

    Blocks of 99 operations each go on from the result before, and from leaves or results of their own block;
    the blocks are added up in pairs. So no path is longer than about a hundred edges, which recursion can take.

    blocks  how many there are; n  operations in all
    leaves  the numbers to begin with
    """

    def __init__(self, n: int) -> None:
        self.n, self.leaves = n, np.linspace(-1.0, 1.0, 50).tolist()
        rng = np.random.default_rng(0)
        self.blocks = [_block(rng) for _ in range(max(1, (n + 1) // 100))]

    def record(self, leaves: Sequence[Scalar], relu: Callable[[Scalar], Scalar]) -> Scalar:
        """The last node of the computation from these leaves."""
        results = []
        for k, block in enumerate(self.blocks):
            last = leaves[k % len(leaves)]
            recent = [last]
            for operation, j in block:
                if operation == MUL:
                    last = last * leaves[j]
                elif operation == ADD:
                    last = last + recent[j]
                elif operation == SUB:
                    last = last - recent[j]
                else:
                    last = relu(last)
                recent.append(last)
            results.append(last)
        while len(results) > 1:
            odd = results[len(results) & ~1 :]
            results = [a + b for a, b in zip(results[::2], results[1::2], strict=False)] + odd
        return results[0]

    def expected(self, _: int) -> np.ndarray:
        """The gradient by all leaves, by pushing all their tangents forward at once."""
        tangents = np.eye(len(self.leaves))
        leaves = [Dual(x, tangent) for x, tangent in zip(self.leaves, tangents, strict=True)]
        return np.asarray(self.record(leaves, Dual.relu).tangent)


def _block(rng: np.random.Generator) -> list[tuple[int, int]]:
    operations = rng.choice(4, size=99, p=[0.45, 0.40, 0.07, 0.08]).tolist()
    leaf = rng.integers(50, size=99).tolist()
    recent = [int(rng.integers(k + 1)) for k in range(99)]
    return [(op, leaf[k] if op == MUL else recent[k]) for k, op in enumerate(operations)]


class Dual:
    """A number with its derivatives by all leaves: forward mode, in the fewest words."""

    __slots__ = ("number", "tangent")

    def __init__(self, number: float, tangent: np.ndarray) -> None:
        self.number, self.tangent = number, tangent

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.number + other.number, self.tangent + other.tangent)

    def __sub__(self, other: Dual) -> Dual:
        return Dual(self.number - other.number, self.tangent - other.tangent)

    def __mul__(self, other: Dual) -> Dual:
        return Dual(self.number * other.number, self.tangent * other.number + other.tangent * self.number)

    def relu(self) -> Dual:
        """max(0, x); its derivative at 0 is 0."""
        return self if self.number > 0 else Dual(0.0, np.zeros_like(self.tangent))


class Chain:
    """n operations one after another, h → h · rate + shift, from one leaf."""

    rate, shift, leaf = 0.999999, 1e-6, 0.5

    def __init__(self, n: int) -> None:
        self.n = n

    def record(self, x: Scalar) -> Scalar:
        """The end of the chain that begins at x."""
        for _ in range(self.n // 2):
            x = x * self.rate + self.shift
        return x

    def expected(self, n: int) -> np.ndarray:
        """∂(end)/∂x for a chain of n operations."""
        return np.array([self.rate ** (n // 2)])


class Moons:
    """A step of micrograd's demo: a 2-16-16-1 network, relu, hinge cost, weight decay, 100 points of two moons.

    X, y   shapes (100, 2) and (100,), y in {−1, +1}
    start  w², b², w³, b³, w⁴, b⁴, of shapes (n_out, n_in) and (n_out, 1)
    C = mean(max(0, 1 − y·score)) + α Σ p², over all parameters p
    """

    alpha, eta, sizes = 1e-4, 0.05, [2, 16, 16, 1]

    @cached_property
    def X(self) -> np.ndarray:
        """The points, shape (100, 2)."""
        return data.moons(100, 0.1, rng=0).X

    @cached_property
    def y(self) -> np.ndarray:
        """On which moon each point is, −1 or +1, shape (100,)."""
        return 2.0 * data.moons(100, 0.1, rng=0).labels - 1.0

    @cached_property
    def start(self) -> list[np.ndarray]:
        """w from −1 to 1 and b = 0, as in micrograd."""
        rng = np.random.default_rng(0)
        shapes = zip(self.sizes, self.sizes[1:], strict=False)
        return [p for n_in, n_out in shapes for p in (rng.uniform(-1, 1, (n_out, n_in)), np.zeros((n_out, 1)))]

    def expected(self, steps: int) -> np.ndarray:
        """All parameters in one row after so many steps."""
        w2, b2, w3, b3, w4, b4 = self.start
        for _ in range(steps):
            z2 = w2 @ self.X.T + b2
            z3 = w3 @ np.maximum(z2, 0) + b3
            score = w4 @ np.maximum(z3, 0) + b4
            d4 = -self.y * (self.y * score < 1) / len(self.y)
            d3 = w4.T @ d4 * (z3 > 0)
            d2 = w3.T @ d3 * (z2 > 0)
            sources = (self.X.T, np.maximum(z2, 0), np.maximum(z3, 0))
            nablas = [g for d, a in zip((d2, d3, d4), sources, strict=True) for g in (d @ a.T, d.sum(1, keepdims=True))]
            w2, b2, w3, b3, w4, b4 = (
                p - self.eta * (g + 2 * self.alpha * p)
                for p, g in zip((w2, b2, w3, b3, w4, b4), nablas, strict=True)
            )  # fmt: skip
        return np.concatenate([p.ravel() for p in (w2, b2, w3, b3, w4, b4)])


def bytes_a_node(record: Callable[[], Scalar], n: int) -> float:
    """What Python allocates for a graph of n nodes that `record` makes and returns, for each node."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        graph = record()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del graph
    return (after - before) / n
