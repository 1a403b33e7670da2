"""What the tests of the core share: sample calls of every row of the table, and oracles that import nothing of it.

An oracle is the plain numpy formula of a row, written so that it also takes complex numbers: its
imaginary part at x + ih is the derivative to full precision (the complex step). Where a function has
branches, the formula chooses by the real part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from microbp import Tensor, Value
from microbp.linear import LinearInSequence
from microbp.primitives import TABLE

Array = np.ndarray

# ------------------------------------------------------------------------------------- derivatives


def complex_step(f: Callable[..., Array], inputs: Sequence[Array], i: int) -> Array:
    """∂f/∂(input i) as a matrix, by Im f(x + ih)/h with h = 10⁻³⁰: no difference is taken, none is lost."""
    columns = []
    for n in range(inputs[i].size):
        moved = [x.astype(complex) for x in inputs]
        moved[i].flat[n] += 1e-30j
        columns.append(np.imag(f(*moved)).ravel() / 1e-30)
    return np.array(columns).T.reshape(np.size(f(*inputs)), inputs[i].size)


def five_point(f: Callable[[float], Any], h: float = 1e-3) -> Any:
    """f′(0) by differences at ±h and ±2h; the error is of order h⁴."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


# ---------------------------------------------------------------------------------- plain formulas


def _chosen(x: Array, axis: Any, keepdims: bool, argbest: Callable[..., Array]) -> Array:
    """The entries with the largest or smallest real part over some axes."""
    axes = tuple(range(x.ndim)) if axis is None else tuple(np.atleast_1d(axis) % x.ndim)
    rows = np.moveaxis(x, axes, range(x.ndim - len(axes), x.ndim))
    rows = rows.reshape(*rows.shape[: x.ndim - len(axes)], -1)
    best = np.take_along_axis(rows, argbest(rows.real, axis=-1)[..., None], -1)[..., 0]
    return np.expand_dims(best, axes) if keepdims else best


def _placed(x: Array, index: Any, shape: tuple[int, ...]) -> Array:
    out = np.zeros(shape, x.dtype)
    np.add.at(out, index, x)
    return out


def _summed_to(x: Array, shape: tuple[int, ...]) -> Array:
    while x.ndim > len(shape):
        x = x.sum(0)
    for axis, size in enumerate(shape):
        if size == 1:
            x = x.sum(axis, keepdims=True)
    return x


FORMULAS: dict[str, Callable[..., Array]] = {
    "step": lambda u: np.where(u.real > 0, 1.0, 0.0),
    "sign": lambda u: np.sign(u.real),
    "equal": lambda u, v: np.where(u.real == v.real, 1.0, 0.0),
    "greater": lambda u, v: np.where(u.real > v.real, 1.0, 0.0),
    "identity": lambda u: u,
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v,
    "neg": lambda u: -u,
    "abs": lambda u: np.where(u.real < 0, -u, u),
    "power": lambda u, v: np.exp(v * np.log(u)),
    "exp": np.exp,
    "expm1": lambda u: np.exp(u) - 1,
    "log": np.log,
    "log1p": lambda u: np.log(1 + u),
    "xlogy": lambda u, v: u * np.log(v),
    "square": lambda u: u * u,
    "sqrt": np.sqrt,
    "logaddexp": lambda u, v: np.log(np.exp(u) + np.exp(v)),
    "sin": np.sin,
    "cos": np.cos,
    "tan": lambda u: np.sin(u) / np.cos(u),
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": lambda u: (np.exp(u) - np.exp(-u)) / 2,
    "cosh": lambda u: (np.exp(u) + np.exp(-u)) / 2,
    "tanh": lambda u: (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u)),
    "arcsinh": lambda u: np.log(u + np.sqrt(u * u + 1)),
    "arccosh": lambda u: np.log(u + np.sqrt(u * u - 1)),
    "arctanh": lambda u: np.log((1 + u) / (1 - u)) / 2,
    "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    "softplus": lambda u: np.log(1 + np.exp(u)),
    "relu": lambda u: np.where(u.real > 0, u, 0),
    "leaky_relu": lambda u, slope: np.where(u.real > 0, u, slope * u),
    "maximum": lambda u, v: np.where(u.real > v.real, u, v),
    "minimum": lambda u, v: np.where(u.real < v.real, u, v),
    "where": lambda c, u, v: np.where(c.real != 0, u, v),
    "matmul": np.matmul,
    "sum": np.sum,
    "mean": np.mean,
    "take": lambda x, index: x[index],
    "scatter": _placed,
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "stack": lambda *xs, axis: np.stack(xs, axis),
    "max": lambda x, axis, keepdims: _chosen(x, axis, keepdims, np.argmax),
    "min": lambda x, axis, keepdims: _chosen(x, axis, keepdims, np.argmin),
    "logsumexp": lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
    "sum_to": _summed_to,
    "broadcast_to": np.broadcast_to,
    "reshape": lambda x, shape: np.reshape(x, shape),
    "transpose": np.transpose,
}
"""Every row as a plain formula."""

# ------------------------------------------------------------------------------------------ calls


@dataclass(frozen=True)
class Call:
    """One call of one row: its inputs, all distinct numbers away from any kink, and its parameters."""

    name: str
    inputs: tuple[Array, ...]
    params: dict[str, Any] = field(default_factory=dict)

    def __call__(self, *inputs: Any) -> Any:
        """The row at these inputs: numbers, arrays or nodes."""
        row = TABLE[self.name]
        return row(inputs, **self.params) if isinstance(row, LinearInSequence) else row(*inputs, **self.params)

    def formula(self, *inputs: Any) -> Any:
        """The plain formula at these inputs."""
        return FORMULAS[self.name](*inputs, **self.params)

    def __str__(self) -> str:
        described = [*(x.shape for x in self.inputs), *(f"{key}={value}" for key, value in self.params.items())]
        return f"{self.name} {' '.join(str(part).replace(' ', '') for part in described)}".replace("\n", "")


PAIRS = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((3, 1, 2), (2, 1)), ((), ())]
TRIPLES = [((2, 3), (2, 3), (2, 3)), ((2, 1), (3,), ()), ((), (2, 2), (1, 2))]
SINGLES = [((2, 3),), ((),)]
ANYWHERE = (-1.93, 1.61)

ELEMENTWISE: dict[str, tuple[list[Any], list[tuple[float, float]]]] = {
    **{name: (SINGLES, [ANYWHERE]) for name in "step sign identity neg abs exp expm1 square sin cos arctan".split()},
    **{name: (SINGLES, [ANYWHERE]) for name in "sinh cosh tanh arcsinh sigmoid softplus relu".split()},
    **{name: (SINGLES, [(0.23, 2.9)]) for name in ("log", "sqrt")},
    **{name: (SINGLES, [(-0.61, 0.63)]) for name in ("arcsin", "arccos", "arctanh")},
    "log1p": (SINGLES, [(-0.71, 1.9)]),
    "tan": (SINGLES, [(-1.2, 1.3)]),
    "arccosh": (SINGLES, [(1.2, 3.1)]),
    **{
        name: (PAIRS, [ANYWHERE, ANYWHERE])
        for name in "equal greater add sub mul logaddexp leaky_relu maximum minimum".split()
    },
    "div": (PAIRS, [ANYWHERE, (-2.3, -0.4)]),
    "power": (PAIRS, [(0.6, 2.2), ANYWHERE]),
    "xlogy": (PAIRS, [ANYWHERE, (0.31, 2.2)]),
    "where": (TRIPLES, [(0.0, 2.0), ANYWHERE, ANYWHERE]),
}
"""The shapes and the domain of the inputs of each row that works entry by entry."""

MASK = np.array([[True, False, True], [False, True, True]])
INDICES: list[tuple[tuple[int, ...], Any]] = [
    ((4,), 2),
    ((4,), -1),
    ((4,), np.int64(1)),
    ((4,), slice(1, 3)),
    ((5,), slice(None, None, 2)),
    ((5,), slice(3, 0, -2)),
    ((5,), slice(2, 2)),
    ((2, 3), 1),
    ((2, 3), (1, -2)),
    ((2, 3), ()),
    ((2, 3), ...),
    ((2, 3), (..., 0)),
    ((2, 3), (slice(None), 2)),
    ((2, 3), None),
    ((2, 3), (0, None, slice(None, None, -1))),
    ((2, 3), True),
    ((2, 3), False),
    ((2, 3), MASK),
    ((2, 3), np.zeros((2, 3), bool)),
    ((2, 3), (slice(None), np.array([True, False, True]))),
    ((4,), np.array(2)),
    ((4,), np.array([0, 3, 3, -1, 0])),
    ((4,), np.array([[0, 1], [1, 1]])),
    ((4,), np.zeros(0, int)),
    ((2, 3), (np.array([0, 1, 1]), np.array([2, 0, 0]))),
    ((2, 3), (np.array([[0], [1]]), np.array([2, 0]))),
    ((2, 3), (np.array([1, 1]), slice(None))),
    ((2, 3, 4), (np.array([1, 1]), slice(1, None), np.array([0, 0]))),
    ((2, 3, 4), (slice(None), np.array([2, 2]), None, 1)),
    ((2, 3, 4), (..., np.array([3, 0, 3]))),
    ((), ()),
    ((), None),
]
"""A shape, and an index into it: every kind that numpy knows."""

MATMUL_SHAPES = [
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((2, 1), (1, 2)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((1, 2, 3), (4, 3, 2)),
    ((2, 1, 2, 3), (3, 3, 1)),
    ((3,), (4, 3, 2)),
    ((4, 2, 3), (3,)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
]

AXES: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((2, 3), {"axis": None, "keepdims": False}),
    ((2, 3), {"axis": None, "keepdims": True}),
    ((2, 3), {"axis": 0, "keepdims": False}),
    ((2, 3), {"axis": -1, "keepdims": False}),
    ((2, 3), {"axis": 1, "keepdims": True}),
    ((2, 3, 2), {"axis": (0, 2), "keepdims": False}),
    ((2, 3, 2), {"axis": (-1, 0), "keepdims": True}),
    ((2, 3), {"axis": (), "keepdims": False}),
    ((1, 1), {"axis": 0, "keepdims": False}),
    ((), {"axis": None, "keepdims": False}),
]

SHAPED: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "matmul": [(shapes, {}) for shapes in MATMUL_SHAPES],
    **{name: [((shape,), params) for shape, params in AXES] for name in ("sum", "mean", "max", "min", "logsumexp")},
    "take": [((shape,), {"index": index}) for shape, index in INDICES],
    "scatter": [((np.zeros(shape)[index].shape,), {"index": index, "shape": shape}) for shape, index in INDICES],
    "concatenate": [
        (((2,), (3,), (1,)), {"axis": 0}),
        (((2, 3), (1, 3)), {"axis": 0}),
        (((2, 1), (2, 3), (2, 0)), {"axis": -1}),
        (((2, 1, 2), (2, 3, 2)), {"axis": -2}),
        (((2, 2), (3,)), {"axis": None}),
        (((2, 2),), {"axis": 1}),
    ],
    "stack": [
        (((), (), ()), {"axis": 0}),
        (((2, 3), (2, 3)), {"axis": 0}),
        (((2, 3), (2, 3)), {"axis": -1}),
        (((2, 3), (2, 3)), {"axis": -2}),
        (((2,),), {"axis": 1}),
    ],
    "sum_to": [
        (((2, 3),), {"shape": (3,)}),
        (((2, 3),), {"shape": (2, 1)}),
        (((2, 3),), {"shape": ()}),
        (((4, 2, 3),), {"shape": (1, 3)}),
    ],
    "broadcast_to": [
        (((3,),), {"shape": (2, 3)}),
        (((2, 1),), {"shape": (2, 3)}),
        (((),), {"shape": (2,)}),
        (((2, 1, 3),), {"shape": (2, 2, 2, 3)}),
    ],
    "reshape": [
        (((2, 3),), {"shape": (3, 2)}),
        (((2, 3),), {"shape": (-1,)}),
        (((2, 3),), {"shape": (3, -1, 1)}),
        (((1,),), {"shape": ()}),
        (((2, 3),), {"shape": 6}),
    ],
    "transpose": [
        (((2, 3),), {"axes": None}),
        (((2, 3),), {"axes": (0, 1)}),
        (((2, 3, 4),), {"axes": (2, 0, 1)}),
        (((2, 3, 4),), {"axes": (-1, 0, -2)}),
        (((),), {"axes": None}),
    ],
}
"""The shapes and the parameters of the calls of the other rows."""


def _distinct(rng: np.random.Generator, shapes: Iterable[tuple[int, ...]], low: float, high: float) -> list[Array]:
    """Arrays of numbers that all differ from each other, by far more than a difference quotient moves them."""
    shapes = list(shapes)
    sizes = [int(np.prod(shape)) for shape in shapes]
    numbers = rng.permutation(np.linspace(low, high, sum(sizes) + 1)[:-1])
    return [part.reshape(shape) for part, shape in zip(np.split(numbers, np.cumsum(sizes)[:-1]), shapes, strict=True)]


def _samples() -> list[Call]:
    rng = np.random.default_rng(46)
    calls = []
    for name, (all_shapes, domains) in ELEMENTWISE.items():
        for shapes in all_shapes:
            if len(set(domains)) == 1:
                inputs = _distinct(rng, shapes, *domains[0])
            else:
                inputs = [_distinct(rng, [shape], *domain)[0] for shape, domain in zip(shapes, domains, strict=True)]
            if name == "where":
                inputs[0] = np.round(inputs[0])
            calls.append(Call(name, tuple(inputs)))
    for name, cases in SHAPED.items():
        calls += [Call(name, tuple(_distinct(rng, shapes, *ANYWHERE)), params) for shapes, params in cases]
    return calls


CALLS = _samples()
"""Sample calls of every row."""

# ------------------------------------------------------------------------------------------- nodes


def values_of(x: Any) -> Array:
    """An array of Values with the numbers of x."""
    return np.array([Value(number) for number in np.ravel(x)], dtype=object).reshape(np.shape(x))


def data_of(y: Any) -> Array:
    """The numbers of a Value, a Tensor, an array of Values, or of plain numbers."""
    if isinstance(y, Value | Tensor):
        return np.asarray(y.data)
    if isinstance(y, np.ndarray) and y.dtype == object:
        return np.array([data_of(node) for node in y.flat], float).reshape(y.shape)
    return np.asarray(y)


def grad_of(x: Any) -> Array:
    """The gradient of a Value, of a Tensor, or of each of an array of Values; 0 where there is none."""
    if isinstance(x, np.ndarray):
        return np.array([grad_of(node) for node in x.flat], float).reshape(x.shape)
    return np.zeros(x.shape) if x.grad is None else np.asarray(x.grad)


def weighted_sum(y: Any, weights: Array) -> Any:
    """Σ yⱼ·weightsⱼ as one node: its gradient is what the weights pull back as a cotangent of y."""
    if isinstance(y, Tensor):
        return (y * weights).sum()
    total = Value(0.0, varies=False)
    for node, weight in zip(np.asarray(y, dtype=object).flat, weights.flat, strict=True):
        total = total + node * float(weight)
    return total
