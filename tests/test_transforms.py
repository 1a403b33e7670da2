"""Derivatives as functions: of every order, in every nesting, of every shape."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import Tensor, Value

RNG = np.random.default_rng(10)
A = RNG.normal(size=(3, 3))
X = np.array([0.3, -0.7, 1.1])
EYE = np.eye(3)


def quadratic(x: Any) -> Any:
    """½ xᵀAx, with gradient ½(A + Aᵀ)x."""
    return 0.5 * (x * (A @ x)).sum()


# ---------------------------------------------------------------------------- one of each


def test_grad_is_a_plain_number_or_array_of_the_argument_s_shape():
    slope = mb.grad(lambda x: x * mb.sin(x))(0.5)
    gradient = mb.grad(quadratic)(X)

    assert type(slope) is float
    assert slope == pytest.approx(math.sin(0.5) + 0.5 * math.cos(0.5), rel=1e-15)
    assert type(gradient) is np.ndarray
    assert gradient == pytest.approx(0.5 * (A + A.T) @ X, rel=1e-14)
    assert type(mb.grad(lambda x: x * x)(3)) is float
    assert type(mb.grad(lambda x: x * x)(np.float64(3))) is float
    assert mb.grad(lambda x: x * x)(np.array(3.0)).shape == ()
    assert mb.grad(lambda x: (x * x).sum())([1, 2]).tolist() == [2.0, 4.0]


def test_value_and_grad_gives_both_by_one_recording():
    calls = []

    def f(x: Any) -> Any:
        calls.append(x)
        return x**3

    value, slope = mb.value_and_grad(f)(2.0)

    assert (value, slope) == (8.0, 12.0)
    assert type(value) is type(slope) is float
    assert len(calls) == 1
    assert type(mb.value_and_grad(quadratic)(X)[0]) is np.ndarray


def test_argnums_names_the_arguments_to_differentiate_by():
    def f(x: Any, y: Any, z: Any) -> Any:
        return x * y * y + mb.exp(z)

    assert mb.grad(f, 1)(2.0, 3.0, 0.0) == 12.0
    assert mb.grad(f, -1)(2.0, 3.0, 0.0) == 1.0
    assert mb.grad(f, (0, 2))(2.0, 3.0, 0.0) == (9.0, 1.0)
    assert mb.grad(f, [2, 0])(2.0, 3.0, 0.0) == (1.0, 9.0)
    assert mb.value_and_grad(f, (0, 1, 2))(2.0, 3.0, 0.0) == (19.0, (9.0, 12.0, 1.0))
    W, b = np.ones((2, 3)), np.zeros(2)
    by_W, by_b = mb.grad(lambda W, b: ((W @ X) + b).sum(), (0, 1))(W, b)
    np.testing.assert_allclose(by_W, [X, X])
    np.testing.assert_allclose(by_b, [1, 1])


def test_other_arguments_are_handed_on_as_they_are():
    seen = []

    def f(x: Any, options: Any, y: Any) -> Any:
        seen.extend([options, y])
        return x * y

    assert mb.grad(f)(2.0, {"a": 1}, 3) == 3.0
    assert seen == [{"a": 1}, 3]


def test_jvp_and_vjp_are_transposes():
    """⟨J t, g⟩ = ⟨t, Jᵀ g⟩"""

    def f(x: Any, w: Any) -> Any:
        return mb.tanh(A @ x) * w + mb.logsumexp(x)

    t, s, g = RNG.normal(size=(3, 3))
    y, pushed = mb.jvp(f, (X, 0.5), (t, 2.0))
    z, pull = mb.vjp(f, X, 0.5)
    by_x, by_w = pull(g)

    assert type(y) is type(pushed) is type(by_x) is np.ndarray
    assert type(by_w) is float
    np.testing.assert_array_equal(y, z)
    assert np.sum(pushed * g) == pytest.approx(np.sum(t * by_x) + 2.0 * by_w, rel=1e-13)
    np.testing.assert_allclose(pull(2 * g)[0], 2 * by_x, rtol=1e-15)  # as often as one likes
    np.testing.assert_array_equal(pull(g)[0], by_x)
    assert pull(s)[1] != by_w


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: A @ x, X, A),
        (lambda x: x * x, X, np.diag(2 * X)),
        (lambda x: x.sum(), X, np.ones(3)),
        (lambda x: x.reshape(3, 1) * x, X, np.einsum("ik,j->ijk", EYE, X) + np.einsum("jk,i->ijk", EYE, X)),
        (lambda x: x * Tensor([1.0, 2.0], varies=False), 3.0, np.array([1.0, 2.0])),
        (lambda x: x * x, 3.0, 6.0),
        (lambda x: x.T, np.ones((2, 3)), np.einsum("il,jk->ijkl", np.eye(3), np.eye(2))),
        (lambda x: x[:0], X, np.zeros((0, 3))),
        (lambda x: mb.step(x), X, np.zeros((3, 3))),
        (lambda x: 5.0, X, np.zeros(3)),
        (lambda x: np.ones(2), X, np.zeros((2, 3))),
        (lambda x: x, X, np.eye(3)),
        (lambda x: x, 2.0, 1.0),
    ],
    ids=range(13),
)
def test_the_jacobian_has_the_shape_of_y_and_then_of_x_in_either_mode(f: Any, x: Any, expected: Any, mode: Any):
    jacobian = mb.jacobian(f, mode=mode)(x)

    assert type(jacobian) is (float if np.ndim(expected) == 0 else np.ndarray)
    assert np.shape(jacobian) == np.shape(expected)
    np.testing.assert_allclose(jacobian, expected, rtol=1e-14, atol=1e-15)


def test_by_default_the_jacobian_takes_the_mode_with_fewer_sweeps():
    sweeps = []
    counted = mb.Elementwise("counted", float, np.positive, lambda u, y: sweeps.append(1) or 1.0)

    for outputs, inputs in ((1, 4), (4, 1), (3, 3)):
        matrix = np.ones((outputs, inputs))
        sweeps.clear()
        mb.jacobian(lambda x, matrix=matrix: counted(matrix @ x))(np.ones(inputs))
        assert len(sweeps) == min(outputs, inputs)
        sweeps.clear()
        mb.jacobian(lambda x, matrix=matrix: counted(matrix @ x), mode="reverse")(np.ones(inputs))
        assert len(sweeps) == outputs


def test_the_jacobian_by_another_argument():
    assert mb.jacobian(lambda a, b: a @ b, argnum=1)(A, X).tolist() == A.tolist()
    with pytest.raises(ValueError, match='mode is "forward", "reverse" or None, not \'both\''):
        mb.jacobian(mb.sin, mode="both")


def test_hessian_and_hvp():
    H = mb.hessian(lambda x: mb.logsumexp(A @ x))(X)
    p = mb.softmax(A @ X)

    np.testing.assert_allclose(H, A.T @ (np.diag(p) - np.outer(p, p)) @ A, rtol=1e-12)
    np.testing.assert_allclose(mb.hvp(lambda x: mb.logsumexp(A @ x), X, X), H @ X, rtol=1e-12)
    np.testing.assert_allclose(mb.hessian(quadratic)(X), 0.5 * (A + A.T), rtol=1e-14)
    assert mb.hessian(mb.sin)(0.5) == -math.sin(0.5)
    assert type(mb.hessian(mb.sin)(0.5)) is float
    assert mb.hvp(mb.sin, 0.5, 2.0) == -2 * math.sin(0.5)
    assert mb.hessian(lambda x, w: (w * x * x).sum(), argnum=1)(X, 2.0) == 0.0
    assert mb.hessian(lambda x: x.sum())(X).tolist() == np.zeros((3, 3)).tolist()


# -------------------------------------------------------------------------------- every order


def test_derivatives_of_sine_up_to_the_fifth_are_the_cycle():
    f: Any = mb.sin
    x = 0.7
    for expected in (math.cos(x), -math.sin(x), -math.cos(x), math.sin(x), math.cos(x)):
        f = mb.grad(f)
        assert type(f(x)) is float
        assert f(x) == pytest.approx(expected, rel=1e-14)


def derivative_forward(f: Any) -> Any:
    return lambda x: mb.jvp(f, (x,), (1.0,))[1]


def derivative_by_vjp(f: Any) -> Any:
    return lambda x: mb.vjp(f, x)[1](1.0)[0]


MODES = {
    "grad": mb.grad,
    "jvp": derivative_forward,
    "vjp": derivative_by_vjp,
    "jacobian": mb.jacobian,
    "jacobian forward": lambda f: mb.jacobian(f, mode="forward"),
}


@pytest.mark.parametrize("order", list(itertools.product(MODES, repeat=3)), ids=lambda order: " of ".join(order))
@pytest.mark.parametrize("kind", [float, np.array], ids=["float", "array"])
def test_third_derivatives_agree_in_every_nesting(order: tuple[str, ...], kind: Any):
    """f = eˣ sin 2x + x³, whose derivatives are eˣ times a rotation of (sin, cos) by the matrix ((1, −2), (2, 1))."""
    f: Any = lambda x: mb.exp(x) * mb.sin(2 * x) + x**3  # noqa: E731
    x = 0.4
    turn = np.array([[1.0, -2.0], [2.0, 1.0]])
    for n, name in enumerate(reversed(order), 1):
        f = MODES[name](f)
        a, b = np.linalg.matrix_power(turn, n) @ [1.0, 0.0]
        power = (3 * x * x, 6 * x, 6.0)[n - 1]
        expected = math.exp(x) * (a * math.sin(2 * x) + b * math.cos(2 * x)) + power

        assert f(kind(x)) == pytest.approx(expected, rel=1e-13)
    assert type(f(kind(x))) is (float if kind is float else np.ndarray)


@pytest.mark.parametrize("modes", list(itertools.product(["forward", "reverse"], repeat=3)), ids="-".join)
def test_third_derivatives_of_an_array_agree_in_every_nesting(modes: tuple[str, ...]):
    """f = Σ (aᵢ·x)⁴/24 over the rows of A: ∂³f = Σ (aᵢ·x) aᵢ⊗aᵢ⊗aᵢ."""
    f: Any = lambda x: ((A @ x) ** 4).sum() / 24  # noqa: E731
    for mode in modes:
        f = mb.jacobian(f, mode=mode)

    np.testing.assert_allclose(f(X), np.einsum("i,ij,ik,il->jkl", A @ X, A, A, A), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("modes", list(itertools.product(["forward", "reverse"], repeat=3)), ids="-".join)
def test_derivatives_that_are_constant_or_zero_keep_their_shape_in_every_nesting(modes: tuple[str, ...]):
    inner, middle, outer = modes
    linear, square = (lambda x: A @ x), (lambda x: (x * x).sum())

    def jacobian(f: Any, mode: str) -> Any:
        return mb.jacobian(f, mode=mode)

    np.testing.assert_array_equal(jacobian(jacobian(linear, inner), middle)(X), np.zeros((3, 3, 3)))
    np.testing.assert_array_equal(jacobian(jacobian(square, inner), middle)(X), 2 * np.eye(3))
    np.testing.assert_array_equal(jacobian(jacobian(jacobian(square, inner), middle), outer)(X), np.zeros((3, 3, 3)))
    w = Tensor([1.0, 2.0, 3.0])
    by_x = jacobian(lambda x: x * 2.0 + w, inner)(X)
    np.testing.assert_array_equal(np.asarray(getattr(by_x, "data", by_x)), 2 * np.eye(3))


# ----------------------------------------------------------------------- perturbation confusion


def test_inner_and_outer_derivatives_are_not_confused():
    """d/dx [x · d/dy (x + y)] at 1 is 1, not 2 (Siskind & Pearlmutter 2005)."""
    for outer, inner in itertools.product(MODES.values(), repeat=2):
        assert outer(lambda x, inner=inner: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
        assert outer(lambda x, inner=inner: x * inner(lambda y: x * y)(2.0))(3.0) == 6.0
        assert outer(lambda x, inner=inner: inner(lambda y: x * y * y)(x))(3.0) == pytest.approx(4 * 3.0)
        assert outer(lambda x, inner=inner: inner(lambda y: y * y)(x) * x)(3.0) == 12.0


def test_the_derivative_is_by_the_argument_alone_also_where_the_same_node_comes_in_otherwise():
    x = Value(3.0)
    slope = mb.grad(lambda y: x * y)(x)  # ∂(x·y)/∂y = x, not 2x

    assert slope.data == 3.0
    assert mb.grad(lambda x: mb.grad(lambda y: x * y)(x))(3.0) == 1.0
    assert mb.grad(lambda x: mb.grad(lambda x: x * x)(x))(3.0) == 2.0


def test_a_derivative_inside_a_function_may_depend_on_its_other_arguments():
    def penalty(w: Any, x: Any) -> Any:
        return mb.grad(lambda x: mb.tanh(w * x))(x) ** 2

    w, x, h = 0.8, 0.3, 1e-3
    by_w = (8 * (penalty(w + h, x) - penalty(w - h, x)) - (penalty(w + 2 * h, x) - penalty(w - 2 * h, x))) / (12 * h)

    assert mb.grad(penalty)(w, x) == pytest.approx(by_w, rel=1e-9)
    assert type(mb.grad(penalty)(w, x)) is float


@pytest.mark.parametrize("node", [Value, Tensor])
def test_where_a_function_uses_a_node_of_ones_own_the_derivative_is_a_node_of_it(node: Any):
    w = node(2.0)

    for d in MODES.values():
        slope = d(lambda x: w * x * x)(3.0)
        assert isinstance(slope, Value | Tensor)
        assert slope.data == 12.0
        assert mb.backward(slope)[w] == 6.0
    second = mb.hessian(lambda x: w * x**3)(3.0)
    assert mb.backward(second)[w] == 18.0
    (slope, value) = mb.value_and_grad(lambda x: w * x)(3.0)
    assert mb.backward(slope)[w] == 3.0
    assert mb.backward(value)[w] == 1.0


def test_a_function_s_own_backward_does_not_disturb():
    w = Value(2.0)

    def f(x: Any) -> Any:
        y = w * x
        y.backward()
        return x * x

    assert mb.grad(f)(3.0) == 6.0
    assert w.grad == 3.0


def test_arguments_are_left_as_they_were():
    x, v = Tensor([1.0, 2.0]), Value(3.0)
    result = mb.grad(lambda x, v: (x * x).sum() * v, (0, 1))(x, v)

    assert [r.data.tolist() for r in result[:1]] == [[6.0, 12.0]]
    assert x.grad is v.grad is None
    assert x.varies
    assert v.varies
    source = np.array([1.0, 2.0])
    gradient = mb.grad(lambda x: x.sum())(source)
    gradient[0] = 99.0
    value, back = mb.vjp(lambda x: x, source)
    value[0] = 99.0
    assert source.tolist() == [1.0, 2.0]
    assert back([1.0, 2.0])[0].tolist() == [1.0, 2.0]


def test_an_exception_in_the_function_goes_through_and_leaves_everything_usable():
    w = Value(2.0)

    def f(x: Any) -> Any:
        if x > 5.0:
            raise RuntimeError("too large")
        return w * x

    with pytest.raises(RuntimeError, match="too large"):
        mb.grad(f)(6.0)
    assert mb.grad(f)(1.0).data == 2.0


# -------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mb.grad(lambda x: x)(X), ValueError, r"shape \(3,\), so its derivative needs a cotangent"),
        (lambda: mb.grad(3.0), TypeError, r"^grad: takes a function, as in grad\("),
        (lambda: mb.value_and_grad(3.0), TypeError, r"^value_and_grad: takes a function, as in value_and_grad\("),
        (lambda: mb.grad(lambda x: "a")(1.0), TypeError, "grad: the function has to give a Value .*, but gave str"),
        (lambda: mb.grad(lambda x: None)(1.0), TypeError, "but gave NoneType"),
        (lambda: mb.grad(lambda x: (x, x))(1.0), TypeError, "but gave tuple"),
        (lambda: mb.jvp(lambda x: [x], (1.0,), (1.0,)), TypeError, "jvp: .* but gave list"),
        (lambda: mb.jacobian(lambda x: np.array([x, x]))(1.0), TypeError, "ndarray; reduce an array of Values to one"),
        (lambda: mb.grad(mb.sin, 1)(1.0), ValueError, r"argnums has 1, but .* called with 1 argument\(s\)"),
        (lambda: mb.grad(mb.mul, (0, 0))(1.0, 2.0), ValueError, "argnums names argument 0 twice"),
        (lambda: mb.grad(mb.mul, (0, -2))(1.0, 2.0), ValueError, "argnums names argument 0 twice"),
        (lambda: mb.grad(mb.sin)("a"), TypeError, "was given str 'a'"),
        (lambda: mb.grad(mb.sin)(1j), TypeError, "complex number 1j"),
        (lambda: mb.grad(mb.sin)(np.array([1j])), TypeError, "complex128"),
        (lambda: mb.grad(mb.sum)(np.array([Value(1.0)])), TypeError, "an array of Values is not one argument"),
        (lambda: mb.jvp(mb.sin, (1.0,), (1.0, 2.0)), ValueError, "1 primals need as many tangents, not 2"),
        (lambda: mb.jvp(mb.sin, (X,), (np.ones(2),)), ValueError, r"a tangent has shape \(2,\), .* has shape \(3,\)"),
        (lambda: mb.jvp(mb.sin, (1.0,), (np.ones(2),)), ValueError, r"a tangent has shape \(2,\), .* has shape \(\)"),
        (lambda: mb.jvp(mb.sin, (1.0,), (1j,)), TypeError, "real numbers, not complex128"),
        (lambda: mb.vjp(mb.sin, X)[1](np.ones(2)), ValueError, r"cotangent has shape \(2,\), but sin has shape \(3,\)"),
    ],
    ids=range(20),
)
def test_what_does_not_fit_is_refused_in_one_sentence(call: Any, error: Any, message: str):
    with pytest.raises(error, match=message):
        call()


def test_a_function_that_gives_a_plain_number_has_derivative_zero():
    assert mb.value_and_grad(lambda x: 5.0)(1.0) == (5.0, 0.0)
    assert mb.grad(lambda x: 5)(X).tolist() == [0.0, 0.0, 0.0]
    assert mb.grad(lambda x, y: y * 1.0, 0)(1.0, 2.0) == 0.0
    assert mb.jvp(lambda x: 5.0, (1.0,), (1.0,)) == (5.0, 0.0)
    assert mb.jvp(lambda x: np.ones(2), (1.0,), (1.0,))[1].tolist() == [0.0, 0.0]
    assert mb.vjp(lambda x: 5.0, X)[1](1.0)[0].tolist() == [0.0, 0.0, 0.0]
    assert mb.hessian(lambda x: 5.0)(X).tolist() == np.zeros((3, 3)).tolist()
    assert mb.grad(lambda x: Value(5.0))(1.0) == 0.0  # a node of one's own, in which x has no part
    assert mb.grad(lambda x: Value(5.0, varies=False))(1.0) == 0.0
