"""Random programs: all readings of one graph agree, and all ways of running one program do.

A program is a list of instructions on a stack of registers. It runs on Values, on arrays of Values, on
Tensors, and on plain arrays, so that the same function is differentiated by every route there is.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from helpers import Array, data_of, five_point, grad_of, values_of, weighted_sum
from hypothesis import assume, given
from hypothesis import strategies as st

import microbp as mb
from microbp import Tensor, Value, backward, forward, linearize
from microbp.sweeps import pull_back

AGREE = 1e-10
"""Relative, between readings of one graph: rounding alone."""
DIFFERENCES = 1e-6
"""Relative, between a derivative and five-point differences of functions whose fifth derivative is moderate."""

# Smooth everywhere and bounded or of moderate growth, so that programs of any length stay finite.
UNARY: dict[str, Any] = {
    "tanh": mb.tanh,
    "sin": mb.sin,
    "cos": mb.cos,
    "sigmoid": mb.sigmoid,
    "softplus": mb.softplus,
    "arctan": mb.arctan,
    "exp of tanh": lambda u: mb.exp(mb.tanh(u)),
    "log of 1 + u²": lambda u: mb.log1p(u * u),
    "root of 1 + u²": lambda u: mb.sqrt(1.0 + mb.square(u)),
    "square of half": lambda u: (0.5 * mb.tanh(u)) ** 2,
    "neg": lambda u: -u,
    "rpow": lambda u: 1.5 ** mb.sin(u),
}
BINARY: dict[str, Any] = {
    "add": lambda u, v: u + v,
    "sub": lambda u, v: u - v,
    "mul": lambda u, v: mb.tanh(u) * v,
    "div": lambda u, v: u / (1.5 + mb.cos(v)),
    "logaddexp": mb.logaddexp,
    "power": lambda u, v: (1.0 + mb.sigmoid(u)) ** mb.tanh(v),
    "same twice": lambda u, v: mb.sin(u) * mb.sin(u) + v,
}
KINKED: dict[str, Any] = {
    "maximum": mb.maximum,
    "minimum": mb.minimum,
    "where": lambda u, v: mb.where(mb.step(u), v, mb.relu(u) - v),
    "relu": lambda u, v: mb.relu(u) + mb.abs(v) - mb.leaky_relu(v, 0.1),
}

Program = list[tuple[str, int, int]]


def programs(functions: dict[str, Any], length: int = 10) -> st.SearchStrategy[Program]:
    """Each instruction names a function and, counted back from the latest, its registers."""
    register = st.integers(0, 5)
    return st.lists(st.tuples(st.sampled_from(sorted(functions)), register, register), min_size=1, max_size=length)


def run(program: Program, inputs: list[Any], functions: dict[str, Any]) -> Any:
    """The latest register after the program; the others are added to it, so that all of them count."""
    registers = list(inputs)
    for name, i, j in program:
        u, v = registers[-1 - i % len(registers)], registers[-1 - j % len(registers)]
        registers.append(functions[name](u, v) if name in BINARY or name in KINKED else functions[name](u))
    total = registers[-1]
    for register in registers[:-1]:
        total = total + 0.1 * register
    return total


SMOOTH = UNARY | BINARY
ANY = SMOOTH | KINKED
numbers = st.floats(-2.0, 2.0).map(lambda x: round(x, 6))

SHAPES: list[list[tuple[int, ...]]] = [
    [(2, 3), (3,), (2, 1)],
    [(), (2,), (3, 1)],
    [(1, 1), (), (4,)],
    [(2, 2), (2, 2), (2, 2)],
    [(2, 1, 2), (3, 1), ()],
]


def arrays(shapes: list[tuple[int, ...]], seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1.5, 1.5, shape) for shape in shapes]


seeds = st.integers(0, 2**31)

# ---------------------------------------------------------------------- readings of one graph


@given(programs(ANY), st.lists(numbers, min_size=1, max_size=3))
def test_reverse_forward_paths_and_elimination_agree_on_values(program: Program, inputs: list[float]):
    leaves = [Value(x) for x in inputs]
    y = run(program, leaves, ANY)
    cotangents, graph = backward(y), linearize(y)
    expected = [cotangents[x] for x in leaves]

    assert [forward([y], {x: 1.0})[y] for x in leaves] == pytest.approx(expected, rel=AGREE, abs=1e-12)
    assert [graph.paths(x, y).total for x in leaves] == pytest.approx(expected, rel=AGREE, abs=1e-12)
    for order in ("forward", "reverse", "markowitz"):
        assert graph.eliminate(order).jacobian == pytest.approx(np.array([expected]), rel=AGREE, abs=1e-12)
    small = graph.contract([*leaves, y])
    assert [small.paths(x, y).total for x in leaves] == pytest.approx(expected, rel=AGREE, abs=1e-12)
    y.backward()
    assert [x.grad for x in leaves] == expected


@given(programs(ANY, length=6), st.sampled_from(SHAPES), seeds)
def test_reverse_forward_and_elimination_agree_on_tensors_that_broadcast(program: Program, shapes: Any, seed: int):
    leaves = [Tensor(x) for x in arrays(shapes, seed)]
    y = run(program, leaves, ANY)
    rng = np.random.default_rng(seed)
    g = rng.normal(size=y.shape)
    tangents = {leaf: rng.normal(size=leaf.shape) for leaf in leaves}
    pulled = backward(y, g)
    pushed = forward([y], tangents)[y]

    assert all(np.shape(pulled[leaf]) == leaf.shape for leaf in leaves)
    by_reverse = sum(np.sum(pulled[leaf] * t) for leaf, t in tangents.items())
    scale = sum(np.sum(np.abs(pulled[leaf] * t)) for leaf, t in tangents.items())
    assert np.sum(pushed * g) == pytest.approx(by_reverse, rel=AGREE, abs=AGREE * scale)
    jacobian = linearize(y).eliminate("reverse").jacobian
    flat = np.concatenate([pulled[leaf].ravel() for leaf in leaves])
    assert g.ravel() @ jacobian == pytest.approx(flat, rel=AGREE, abs=AGREE * np.abs(flat).max())


# --------------------------------------------------------------------------- differences, order 2


@given(programs(SMOOTH, length=7), st.lists(numbers, min_size=1, max_size=3), seeds)
def test_first_and_second_derivatives_are_those_of_differences(program: Program, inputs: list[float], seed: int):
    direction = np.random.default_rng(seed).normal(size=len(inputs))
    x = np.array(inputs)

    def f(x: Any) -> Any:
        return run(program, [x[n] for n in range(len(inputs))], SMOOTH)

    gradient = mb.grad(f)(x)
    hessian = mb.hessian(f)(x)
    sizes = [abs(five_point(lambda h: float(f(x + h * direction)), step)) for step in (1e-3, 2e-3)]
    assume(sizes[0] == pytest.approx(sizes[1], rel=1e-7, abs=1e-9))  # else the function is too wild for differences

    assert gradient @ direction == pytest.approx(
        five_point(lambda h: float(f(x + h * direction))), rel=DIFFERENCES, abs=1e-7
    )
    assert hessian @ direction == pytest.approx(
        five_point(lambda h: mb.grad(f)(x + h * direction)), rel=DIFFERENCES, abs=1e-6 * (1 + np.abs(hessian).max())
    )
    assert hessian == pytest.approx(hessian.T, rel=AGREE, abs=AGREE * np.abs(hessian).max())


@given(programs(ANY, length=6), st.sampled_from(SHAPES), seeds)
def test_the_hessian_times_a_vector_agrees_in_every_nesting(program: Program, shapes: Any, seed: int):
    inputs, directions = arrays(shapes, seed), arrays(shapes, seed + 1)
    leaves = [Tensor(x) for x in inputs]
    along = dict(zip(leaves, directions, strict=True))
    y = run(program, leaves, ANY)
    s = (y * np.random.default_rng(seed).normal(size=y.shape)).sum()

    nabla = backward(s, wrt=leaves, as_nodes=True)
    slope = forward([s], along, as_nodes=True)[s]
    slopes = {leaf: g for leaf, g in nabla.items() if leaf in along and isinstance(g, Tensor)}  # else a plain 0
    inner = sum(((g * along[leaf]).sum() for leaf, g in slopes.items()), Tensor(0.0, varies=False))

    pushed = forward(slopes.values(), along)
    forward_over_reverse = [data_of(pushed.get(slopes.get(leaf), np.zeros(leaf.shape))) for leaf in leaves]
    assert inner.data == pytest.approx(slope.data, rel=AGREE, abs=1e-12)
    for outer in (slope, inner):
        found = backward(outer)
        for leaf, expected in zip(leaves, forward_over_reverse, strict=True):
            size = max(np.abs(e).max() for e in forward_over_reverse)
            assert found.get(leaf, np.zeros(leaf.shape)) == pytest.approx(expected, rel=AGREE, abs=AGREE * (1 + size))


@given(programs(SMOOTH, length=5), numbers)
def test_third_derivatives_agree_forward_and_reverse(program: Program, x: float):
    def f(x: Any) -> Any:
        return run(program, [x, 0.3], SMOOTH)

    def forwards(f: Any) -> Any:
        return lambda x: mb.jvp(f, (x,), (1.0,))[1]

    by_reverse = mb.grad(mb.grad(mb.grad(f)))(x)
    assert forwards(forwards(forwards(f)))(x) == pytest.approx(by_reverse, rel=1e-9, abs=1e-9)
    assert forwards(mb.grad(forwards(f)))(x) == pytest.approx(by_reverse, rel=1e-9, abs=1e-9)


# ------------------------------------------------------------------------ ways to run one program


@given(programs(ANY, length=6), st.sampled_from(SHAPES), seeds)
def test_arrays_tensors_and_arrays_of_values_agree(program: Program, shapes: Any, seed: int):
    inputs = arrays(shapes, seed)
    tensors, values = [Tensor(x) for x in inputs], [values_of(x) for x in inputs]
    plain, y, z = (run(program, x, ANY) for x in (inputs, tensors, values))
    g = np.random.default_rng(seed).normal(size=np.shape(plain))
    weighted_sum(y, g).backward()
    weighted_sum(z, g).backward()

    np.testing.assert_allclose(y.data, plain, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(data_of(z), plain, rtol=1e-12, atol=1e-14)
    size = max(np.abs(x.grad).max() for x in tensors)
    for tensor, array in zip(tensors, values, strict=True):
        np.testing.assert_allclose(grad_of(array), tensor.grad, rtol=AGREE, atol=AGREE * size)


@given(programs(ANY, length=8), st.lists(numbers, min_size=2, max_size=3), st.data())
def test_values_tensors_and_a_mixture_of_both_agree(program: Program, inputs: list[float], data: Any):
    kinds = data.draw(st.lists(st.sampled_from([Value, Tensor]), min_size=len(inputs), max_size=len(inputs)))
    by_kind = []
    for row in ([Value] * len(inputs), [Tensor] * len(inputs), kinds):
        nodes = [kind(x) for kind, x in zip(row, inputs, strict=True)]
        y = run(program, nodes, ANY)
        y.backward()
        y.backward()
        by_kind.append([float(y.data), *(float(x.grad) for x in nodes)])
        first = backward(y, as_nodes=True)
        slope = sum(((first[x] * x) for x in nodes), Value(0.0, varies=False))
        by_kind[-1] += [float(data_of(backward(slope).get(x, 0.0))) if slope.varies else 0.0 for x in nodes]

    for other in by_kind[1:]:
        assert other == pytest.approx(by_kind[0], rel=AGREE, abs=1e-10)


MATRIX_PROGRAMS: dict[str, Any] = {
    "matmul": lambda u, v: mb.tanh(mb.matmul(u, v)),
    "swapped": lambda u, v: mb.matmul(mb.transpose(v), u) / 2,
    "softmax": lambda u, v: mb.softmax(u, axis=0) + v,
    "log_softmax": lambda u, v: mb.log_softmax(u, axis=1) * 0.1 * v,
    "largest": lambda u, v: mb.max(u, axis=0, keepdims=True) * v,
    "smallest": lambda u, v: u - mb.min(v, axis=(0, 1), keepdims=True),
    "mean": lambda u, v: u - mb.mean(v, axis=1, keepdims=True),
    "logsumexp": lambda u, v: mb.logsumexp(u, axis=1, keepdims=True) + mb.sin(v),
    "rows": lambda u, v: mb.take(mb.concatenate([u, v], 0), np.array([0, 3, 3])),
    "columns": lambda u, v: mb.take(mb.concatenate([u, v], 1), (slice(None), slice(0, 6, 2))),
    "stacked": lambda u, v: mb.sum(mb.stack([u, v, u]), axis=0) / 3,
    "reshaped": lambda u, v: mb.reshape(mb.reshape(u, (-1,)), (3, 3)) * mb.cos(v),
}


def run_matrices(program: Program, inputs: list[Any]) -> Any:
    registers = list(inputs)
    for name, i, j in program:
        u, v = registers[-1 - i % len(registers)], registers[-1 - j % len(registers)]
        registers.append(MATRIX_PROGRAMS[name](u, v))
    return registers[-1]


@given(programs(MATRIX_PROGRAMS, length=4), seeds)
def test_programs_of_matrices_agree_on_arrays_tensors_and_arrays_of_values(program: Program, seed: int):
    inputs = arrays([(3, 3), (3, 3)], seed)
    tensors, values = [Tensor(x) for x in inputs], [values_of(x) for x in inputs]
    plain, y, z = (run_matrices(program, x) for x in (inputs, tensors, values))
    g = np.random.default_rng(seed).normal(size=np.shape(plain))
    weighted_sum(y, g).backward()
    weighted_sum(z, g).backward()

    np.testing.assert_allclose(y.data, plain, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(data_of(z), plain, rtol=1e-11, atol=1e-12)
    size = max(np.abs(grad_of(x)).max() for x in tensors)
    for tensor, array in zip(tensors, values, strict=True):
        np.testing.assert_allclose(grad_of(array), grad_of(tensor), rtol=AGREE, atol=AGREE * (1 + size))
    directions = arrays([(3, 3), (3, 3)], seed + 1)
    pushed = forward([y], dict(zip(tensors, directions, strict=True))).get(y, np.zeros(y.shape))
    by_reverse = sum(np.sum(grad_of(x) * t) for x, t in zip(tensors, directions, strict=True))
    assert np.sum(pushed * g) == pytest.approx(by_reverse, rel=AGREE, abs=AGREE * (1 + size))


@given(programs(MATRIX_PROGRAMS, length=3), seeds)
def test_programs_of_matrices_have_the_second_derivatives_of_their_gradients(program: Program, seed: int):
    inputs, directions = arrays([(3, 3), (3, 3)], seed), arrays([(3, 3), (3, 3)], seed + 1)
    g = np.random.default_rng(seed).normal(size=(3, 3))

    def f(u: Any, v: Any) -> Any:
        return (run_matrices(program, [u, v]) * g).sum()

    def along(u: Any, v: Any) -> Any:
        by_u, by_v = mb.grad(f, (0, 1))(u, v)
        return (by_u * directions[0]).sum() + (by_v * directions[1]).sum()

    def pushed(u: Any, v: Any) -> Any:
        return mb.jvp(f, (u, v), directions)[1]

    over_reverse, over_forward = (mb.grad(h, (0, 1))(*inputs) for h in (along, pushed))
    size = max(np.abs(h).max() for h in over_reverse)
    for a, b in zip(over_reverse, over_forward, strict=True):
        np.testing.assert_allclose(a, b, rtol=AGREE, atol=AGREE * (1 + size))

    def gradient(h: float) -> Array:
        return np.stack(mb.grad(f, (0, 1))(*(x + h * t for x, t in zip(inputs, directions, strict=True))))

    coarse, fine = five_point(gradient, 2e-4), five_point(gradient, 1e-4)
    assume(np.allclose(coarse, fine, rtol=1e-5, atol=1e-6))  # else a maximum changes hands on the way
    np.testing.assert_allclose(np.stack(over_reverse), fine, rtol=1e-5, atol=1e-5 * (1 + size))


# ------------------------------------------------------------------------------- several outputs


@given(programs(ANY, length=6), st.lists(numbers, min_size=2, max_size=2))
def test_several_outputs_pull_back_as_the_sum_of_each(program: Program, inputs: list[float]):
    leaves = [Value(x) for x in inputs]
    y = run(program, leaves, ANY)
    z = mb.sin(y) * leaves[0]
    together = pull_back({y: 2.0, z: -3.0})

    for x in leaves:
        expected = 2.0 * backward(y)[x] - 3.0 * backward(z)[x]
        assert together[x] == pytest.approx(expected, rel=AGREE, abs=1e-11)
    assert linearize(y, z).eliminate().jacobian == pytest.approx(
        np.array([[backward(out)[x] for x in leaves] for out in (y, z)]), rel=AGREE, abs=1e-11
    )


@given(st.lists(st.sampled_from([0.5, -0.25, 2.0, -1.0, 0.0]), min_size=1, max_size=12))
def test_on_a_ladder_all_paths_are_listed_once_and_the_largest_first(rates: list[float]):
    x = Value(1.0)
    y = x
    for rate in rates:
        y = y * rate + y * 0.75
    found = mb.paths(x, y)
    products = [path.product for path in found]

    assert len(products) == found.count == 2 ** len(rates)
    assert math.fsum(products) == pytest.approx(math.prod(rate + 0.75 for rate in rates), rel=1e-12, abs=1e-15)
    assert found.total == pytest.approx(math.prod(rate + 0.75 for rate in rates), rel=1e-12, abs=1e-15)
    sizes = [abs(p) for p in products]
    assert sizes == pytest.approx(sorted(sizes, reverse=True), rel=1e-14)
