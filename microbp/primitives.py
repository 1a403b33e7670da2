"""The table of primitives: one row a function, its partial derivatives beside it.

A partial is written once, as a formula in the inputs u, v, … and the output y (or as the number that it
always is). Forward and reverse mode, every higher order, the number on an edge and the text in a
drawing all follow from it, because the same formula runs on floats, on arrays and on nodes.
To add a function of your own, write one more row.

Where a function has no derivative, the rate factor is PyTorch's choice: relu, abs and step have 0 at
0, maxima and minima share equally between ties.
"""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from microbp.graph import Operand, Primitive
from microbp.kinds import Elementwise, Reduction
from microbp.linear import REQUIRED, Linear, LinearInSequence, MatrixProduct, unbroadcast
from microbp.linear import broadcast_to as broadcast_to
from microbp.linear import reshape as reshape
from microbp.linear import sum_to as sum_to
from microbp.linear import transpose as transpose
from microbp.shapes import Axis, kept_shape, reduced_axes, shape_of
from microbp.sums import sum_over

# The rows that formulas further up refer to.
where: Elementwise
power: Elementwise
log: Elementwise
cos: Elementwise
cosh: Elementwise
sigmoid: Elementwise
scatter: Linear


@np.errstate(over="ignore")  # e^{−z} = inf gives 1/(1 + inf) = 0, which is right; in a `with` it takes twice as long
def _sigmoids(z: Any) -> Any:
    e = np.exp(-z)
    e += 1
    return 1 / e


# fmt: off

# Comparisons: 1.0 where they hold, else 0.0. Their rate factors are 0; they carry no gradient, but being
# nodes they are computed anew when a recording is replayed.
#                      name         on floats                          on arrays
step    = Elementwise("step",       lambda u: 0.0 if u <= 0 else 1.0 if u > 0 else u,
                                                                       lambda u: np.heaviside(u, 0), 0)
sign    = Elementwise("sign",       lambda u: u if u == 0 or u != u else math.copysign(1.0, u),
                                                                       np.sign, 0)
equal   = Elementwise("equal",      lambda u, v: float(u == v),        lambda u, v: _as_float(np.equal, u, v),
                                    0, 0, symbol="=")
greater = Elementwise("greater",    lambda u, v: float(u > v),         lambda u, v: _as_float(np.greater, u, v),
                                    0, 0, symbol=">")

# Arithmetic
#                      name         on floats         on arrays        ∂y/∂u                  ∂y/∂v
identity = Elementwise("identity",  lambda u: u,      np.positive,     1)
add      = Elementwise("add",       operator.add,     np.add,          1,                     1,  symbol="+")
sub      = Elementwise("sub",       operator.sub,     np.subtract,     1,                     -1, symbol="−")
mul      = Elementwise("mul",       operator.mul,     np.multiply,     lambda u, v, y: v,     lambda u, v, y: u,
                       symbol="×")
div      = Elementwise("div",       operator.truediv, np.divide,       lambda u, v, y: 1 / v, lambda u, v, y: -y / v,
                       symbol="÷")
neg      = Elementwise("neg",       operator.neg,     np.negative,     -1, symbol="−")
abs      = Elementwise("abs",       math.fabs,        np.absolute,     lambda u, y: sign(u))
# v·uᵛ⁻¹ and y·ln u, but 0 where the constant 1 = u⁰ is differentiated at u = 0, and where 0 = 0ᵛ is; nowhere
# else, for what is chosen as a number has no derivative, and ∂²uᵛ/∂u∂v is not 0 where v is.
power    = Elementwise("power",     math.pow,         np.power,
                       lambda u, v, y: where(equal(u, 0) * equal(v, 0), 0.0, v * power(u, v - 1)),
                       lambda u, v, y: where(equal(u, 0) * (greater(v, 0) + equal(v, 0)), 0.0, y * log(u)),
                       symbol="^")

# Exponentials, logarithms, roots
exp      = Elementwise("exp",       math.exp,         np.exp,          lambda u, y: y)
expm1    = Elementwise("expm1",     math.expm1,       np.expm1,        lambda u, y: y + 1)
log      = Elementwise("log",       math.log,         np.log,          lambda u, y: 1 / u)
log1p    = Elementwise("log1p",     math.log1p,       np.log1p,        lambda u, y: 1 / (1 + u))
# u·ln v, with 0·ln 0 = 0: what a probability of 0 adds to an entropy.
xlogy    = Elementwise("xlogy",     lambda u, v: u * math.log(v) if u or v != v else 0.0,
                                                      lambda u, v: _xlogy(u, v),
                       lambda u, v, y: log(v),        lambda u, v, y: where(equal(u, 0) * equal(v, 0), 0.0, u / v))
square   = Elementwise("square",    lambda u: u * u,  np.square,       lambda u, y: 2 * u, symbol="²")
sqrt     = Elementwise("sqrt",      math.sqrt,        np.sqrt,         lambda u, y: 0.5 / y)
logaddexp = Elementwise("logaddexp", lambda u, v: float(np.logaddexp(u, v)), np.logaddexp,
                        lambda u, v, y: sigmoid(u - v), lambda u, v, y: sigmoid(v - u))

# Trigonometric and hyperbolic functions and their inverses
sin      = Elementwise("sin",       math.sin,         np.sin,          lambda u, y: cos(u))
cos      = Elementwise("cos",       math.cos,         np.cos,          lambda u, y: -sin(u))
tan      = Elementwise("tan",       math.tan,         np.tan,          lambda u, y: 1 + y * y)
arcsin   = Elementwise("arcsin",    math.asin,        np.arcsin,       lambda u, y: 1 / sqrt((1 - u) * (1 + u)))
arccos   = Elementwise("arccos",    math.acos,        np.arccos,       lambda u, y: -1 / sqrt((1 - u) * (1 + u)))
arctan   = Elementwise("arctan",    math.atan,        np.arctan,       lambda u, y: 1 / (1 + u * u))
sinh     = Elementwise("sinh",      math.sinh,        np.sinh,         lambda u, y: cosh(u))
cosh     = Elementwise("cosh",      math.cosh,        np.cosh,         lambda u, y: sinh(u))
tanh     = Elementwise("tanh",      math.tanh,        np.tanh,         lambda u, y: 1 - y * y)
arcsinh  = Elementwise("arcsinh",   math.asinh,       np.arcsinh,      lambda u, y: 1 / sqrt(1 + u * u))
arccosh  = Elementwise("arccosh",   math.acosh,       np.arccosh,      lambda u, y: 1 / (sqrt(u - 1) * sqrt(u + 1)))
arctanh  = Elementwise("arctanh",   math.atanh,       np.arctanh,      lambda u, y: 1 / ((1 - u) * (1 + u)))

# What neurons are made of
sigmoid    = Elementwise("sigmoid",  lambda u: _sigmoid(u),      lambda u: _sigmoids(u),  lambda u, y: y * (1 - y))
softplus   = Elementwise("softplus", lambda u: _softplus(u),     lambda u: np.logaddexp(0, u),
                                                                                          lambda u, y: sigmoid(u))
relu       = Elementwise("relu",     lambda u: 0.0 if u <= 0 else u,
                                                                 lambda u: np.maximum(u, 0), lambda u, y: step(u))
leaky_relu = Elementwise("leaky_relu", lambda u, slope: u if u > 0 else slope * u,
                                                                 lambda u, slope: np.where(u > 0, u, slope * u),
                         lambda u, slope, y: where(step(u), 1.0, slope),
                         lambda u, slope, y: where(step(u), 0.0, u))
maximum    = Elementwise("maximum",  lambda u, v: u if u >= v or u != u else v, np.maximum,
                         lambda u, v, y: greater(u, v) + 0.5 * equal(u, v),
                         lambda u, v, y: greater(v, u) + 0.5 * equal(u, v), symbol="max")
minimum    = Elementwise("minimum",  lambda u, v: u if u <= v or u != u else v, np.minimum,
                         lambda u, v, y: greater(v, u) + 0.5 * equal(u, v),
                         lambda u, v, y: greater(u, v) + 0.5 * equal(u, v), symbol="min")
where      = Elementwise("where",    lambda c, u, v: u if c else v,
                                                                 lambda c, u, v: np.where(np.not_equal(c, 0), u, v),
                         0, lambda c, u, v, y: 1 - equal(c, 0), lambda c, u, v, y: equal(c, 0))

# Linear in each input: a cotangent g is pulled back by the transposed map.
matmul = MatrixProduct("matmul", np.matmul, lambda g, a, b: _pull_left(g, a, b), lambda g, a, b: _pull_right(g, a, b),
                       symbol="@")
sum  = Linear("sum",  sum_over, lambda g, x, axis, keepdims: _spread(g, x, axis),
              symbol="Σ", axis=None, keepdims=False)
mean = Linear("mean", np.mean, lambda g, x, axis, keepdims: _spread(g, x, axis) / _count(x, axis),
              axis=None, keepdims=False)
take = Linear("take", lambda x, index: x[index],
              lambda g, x, index: scatter(g, index=index, shape=shape_of(x)), symbol="[ ]", index=REQUIRED)
scatter = Linear("scatter", lambda x, index, shape: _scatter(x, index, shape),
                 lambda g, x, index, shape: take(g, index=index), index=REQUIRED, shape=REQUIRED)
concatenate = LinearInSequence("concatenate", lambda *xs, axis: np.concatenate(xs, axis),
                               lambda g, i, *xs, axis: _slice_of(g, i, xs, axis), axis=0)
stack = LinearInSequence("stack", lambda *xs, axis: np.stack(xs, axis),
                         lambda g, i, *xs, axis: take(g, index=_along(axis, len(shape_of(g)), i)), axis=0)

# One input, summed up over axes
max = Reduction("max", np.max, lambda x, y, axis: _share(equal(x, y), axis))
min = Reduction("min", np.min, lambda x, y, axis: _share(equal(x, y), axis))
logsumexp = Reduction("logsumexp", lambda x, axis, keepdims: _logsumexp(x, axis, keepdims),
                      lambda x, y, axis: _share(exp(x - y), axis))

# fmt: on


def softmax(x: Operand, axis: int = -1) -> Any:
    """Softmax along an axis: e^{xⱼ} / Σₖ e^{xₖ}, where logsumexp(x) is taken from x first, so nothing overflows."""
    return _share(exp(x - logsumexp(x, axis=axis, keepdims=True)), axis)


def log_softmax(x: Operand, axis: int = -1) -> Any:
    """Logarithm of softmax along an axis: xⱼ − logsumexp(x)."""
    return x - logsumexp(x, axis=axis, keepdims=True)


def _as_float(compare: Any, u: Any, v: Any) -> Any:
    return compare(u, v).astype(np.result_type(u, v))


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    e = math.exp(z)
    return e / (1 + e)


def _xlogy(u: Any, v: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        product = u * np.log(v)
    return np.where(np.equal(u, 0) & ~np.isnan(v), 0, product)


def _softplus(z: float) -> float:
    return math.log1p(math.exp(-builtins.abs(z))) + (z if z > 0 else 0.0) if z == z else z


def _logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    top = np.max(x, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return total if keepdims else np.squeeze(total, reduced_axes(x.ndim, axis))


def _share(x: Operand, axis: Axis) -> Operand:
    """x divided by its sum. For softmax that is 1 but for rounding, which grows with the size of what was summed."""
    return x / sum(x, axis=axis, keepdims=True)


def _spread(g: Operand, x: Operand, axis: Axis) -> Operand:
    shape = shape_of(x)
    if shape_of(g):  # not a single number, which needs no axes to line up
        g = reshape(g, shape=kept_shape(shape, axis))
    return broadcast_to.apply((g,), {"shape": shape})


def _count(x: Operand, axis: Axis) -> int:
    shape = shape_of(x)
    return math.prod(shape[n] for n in reduced_axes(len(shape), axis))


def _scatter(x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    x = np.asarray(x)
    out = np.zeros(shape, x.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, np.ndarray | list) for part in parts):
        np.add.at(out, index, x[()])  # an entry that was taken twice receives both
    else:
        out[index] = x[()]  # what stands in a 0-d array of objects, not the array
    return out


def _along(axis: int, ndim: int, part: int | slice) -> tuple[Any, ...]:
    return (*[slice(None)] * (axis % ndim), part)


def _slice_of(g: Operand, i: int, xs: tuple[Operand, ...], axis: int | None) -> Operand:
    lengths = [math.prod(shape_of(x)) if axis is None else shape_of(x)[axis] for x in xs]
    start = builtins.sum(lengths[:i])
    part = slice(start, start + lengths[i])
    if axis is None:
        return reshape(take(g, index=part), shape=shape_of(xs[i]))
    return take(g, index=_along(axis, len(shape_of(g)), part))


def _swap(x: Operand) -> Operand:
    """Rows and columns of a matrix, or of each matrix of a stack, exchanged."""
    n = len(shape_of(x))
    return x.T if n == 2 else transpose(x, axes=(*range(n - 2), n - 1, n - 2))


def _as_matrices(g: Operand, a: Operand, b: Operand) -> tuple[Operand, Operand, Operand]:
    """The factors of a product with vectors made rows (left) and columns (right), and g to match."""
    a_shape, b_shape, g_shape = shape_of(a), shape_of(b), shape_of(g)
    if len(b_shape) == 1:
        b, g_shape = reshape(b, shape=(*b_shape, 1)), (*g_shape, 1)
    if len(a_shape) == 1:
        a, g_shape = reshape(a, shape=(1, *a_shape)), (*g_shape[:-1], 1, g_shape[-1])
    return (g if g_shape == shape_of(g) else reshape(g, shape=g_shape)), a, b


def _pull_left(g: Operand, a: Operand, b: Operand) -> Operand:
    if len(shape_of(a)) == len(shape_of(b)) == 2:
        return g @ b.T
    g2, a2, b2 = _as_matrices(g, a, b)
    pulled = unbroadcast(g2 @ _swap(b2), shape_of(a2))
    return pulled if a2 is a else reshape(pulled, shape=shape_of(a))


def _pull_right(g: Operand, a: Operand, b: Operand) -> Operand:
    if len(shape_of(a)) == len(shape_of(b)) == 2:
        return a.T @ g
    g2, a2, b2 = _as_matrices(g, a, b)
    pulled = unbroadcast(_swap(a2) @ g2, shape_of(b2))
    return pulled if b2 is b else reshape(pulled, shape=shape_of(b))


TABLE: dict[str, Primitive] = {row.name: row for row in list(globals().values()) if isinstance(row, Primitive)}
"""Every primitive by its name."""
