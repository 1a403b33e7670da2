"""Optimizers: the recurrences of their sources; a whole step or none."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.nn.optimizers import SGD, Adam, Momentum
from microbp.nn.parameters import numbers_of, parameter
from microbp.tensor import Tensor
from microbp.value import Value

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])
every_optimizer = pytest.mark.parametrize("make", [SGD, Momentum, Adam])


def sgd(w, gradients, eta):
    for g in gradients:
        w = w - eta * g
    return w


def momentum(w, gradients, eta, mu):
    v = np.zeros_like(w)
    for g in gradients:
        v = mu * v - eta * g
        w = w + v
    return w


def adam(w, gradients, eta, beta1, beta2, epsilon):
    m = v = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        w = w - eta * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + epsilon)
    return w


RECURRENCES = [
    (lambda: SGD(0.3), lambda w, g: sgd(w, g, 0.3)),
    (lambda: Momentum(0.3), lambda w, g: momentum(w, g, 0.3, 0.9)),
    (lambda: Momentum(0.3, 0.5), lambda w, g: momentum(w, g, 0.3, 0.5)),
    (lambda: Adam(), lambda w, g: adam(w, g, 0.001, 0.9, 0.999, 1e-8)),
    (lambda: Adam(0.1, 0.5, 0.9, 1e-4), lambda w, g: adam(w, g, 0.1, 0.5, 0.9, 1e-4)),
]


@both_nodes
@pytest.mark.parametrize(("make", "recurrence"), RECURRENCES)
def test_ten_steps_are_those_of_the_recurrence(node, make, recurrence, rng):
    start_w, start_b = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
    gradients = [(rng.normal(size=(2, 3)), rng.normal(size=(2, 1))) for _ in range(10)]
    w, b, optimizer = parameter(node, start_w, "w2"), parameter(node, start_b, "b2"), make()

    for pair in gradients:
        optimizer.step([w, b], pair)

    assert numbers_of(w) == pytest.approx(recurrence(start_w, [g for g, _ in gradients]), rel=1e-13)
    assert numbers_of(b) == pytest.approx(recurrence(start_b, [g for _, g in gradients]), rel=1e-13)


@both_nodes
def test_left_to_itself_a_step_goes_against_what_grad_holds(node):
    w = parameter(node, np.array([[1.0, -2.0]]), "w2")
    (w * w).sum().backward()

    SGD(0.1).step([w])

    assert numbers_of(w) == pytest.approx(np.array([[0.8, -1.6]]))


def test_single_values_are_parameters_too():
    x, y = Value(1.0, "x"), Value(-2.0, "y")
    optimizer = Momentum(0.1)
    for _ in range(200):
        cost = x * x + x * y + y * y * 2
        cost.zero_grad()
        cost.backward()
        optimizer.step([x, y])

    assert (x.data, y.data) == pytest.approx((0, 0), abs=1e-3)


@pytest.mark.parametrize("k", range(-3, 4))
def test_adams_first_step_is_eta_whatever_the_size_of_the_gradient(k):
    w = Tensor([1.0, 1.0], "w")

    Adam(0.01).step([w], [np.array([10.0**k, -(10.0**k)])])

    assert w.data == pytest.approx(np.array([0.99, 1.01]), rel=1e-6)


def test_momentum_without_memory_is_gradient_descent(rng):
    w, v = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    plain, heavy = SGD(0.3), Momentum(0.3, mu=0)
    for g in rng.normal(size=(5, 2)):
        plain.step([w], [g])
        heavy.step([v], [g])

    assert np.array_equal(w.data, v.data)


@every_optimizer
def test_what_is_remembered_is_the_parameters_own(make, rng):
    """One optimizer may teach two networks, in turns and in any order of their parameters."""
    g = rng.normal(size=(4, 2))
    together, apart = make(0.1), [make(0.1), make(0.1)]
    shared, single = ([Tensor([1.0, 1.0]), Tensor([2.0, 2.0])] for _ in range(2))

    together.step(shared, [g[0], g[1]])
    together.step(shared[::-1], [g[2], g[3]])
    for k, gradients in enumerate([(g[0], g[3]), (g[1], g[2])]):
        for gradient in gradients:
            apart[k].step([single[k]], [gradient])

    for a, b in zip(shared, single, strict=True):
        assert np.array_equal(a.data, b.data)


@every_optimizer
def test_float32_parameters_stay_float32(make):
    w, optimizer = Tensor(np.ones(2, np.float32)), make(0.1)
    for dtype in (np.float32, np.float64, np.float32):
        optimizer.step([w], [np.ones(2, dtype)])

        assert w.dtype == np.float32


@every_optimizer
def test_a_step_makes_new_arrays(make):
    w = Tensor([1.0, 2.0], "w")
    held = w.data
    make(0.1).step([w], [np.ones(2)])

    assert held.tolist() == [1.0, 2.0]


# -------------------------------------------------------------------------------- a whole step or none


@both_nodes
@every_optimizer
def test_a_step_without_a_gradient_is_an_error_and_changes_nothing(node, make):
    w, b = parameter(node, np.ones((2, 1)), "w2"), parameter(node, np.ones((2, 1)), "b2")
    (w * w).sum().backward()
    optimizer = make(0.1)

    with pytest.raises(ValueError, match=r"b2(_1)? has no gradient yet; call backward\(\)"):
        optimizer.step([w, b])

    assert np.array_equal(numbers_of(w), np.ones((2, 1)))
    assert optimizer.states == {}


@both_nodes
@pytest.mark.parametrize(
    ("gradients", "sentence"),
    [
        ([np.ones((2, 3))], "SGD: 2 parameters, but 1 gradients; want one for each"),
        ([np.ones((2, 3)), np.ones(2)], r"SGD: gradients\[1\] has shape \(2,\), but its parameter has \(2, 1\)"),
        ([np.ones((3, 2)), np.ones((2, 1))], r"SGD: gradients\[0\] has shape \(3, 2\), but its parameter has \(2, 3\)"),
    ],
)
def test_gradients_that_do_not_fit_are_an_error_and_change_nothing(node, gradients, sentence):
    parameters = [parameter(node, np.ones((2, 3)), "w2"), parameter(node, np.ones((2, 1)), "b2")]

    with pytest.raises(ValueError, match=sentence):
        SGD(0.1).step(parameters, gradients)

    assert all(np.array_equal(numbers_of(w), np.ones(w.shape)) for w in parameters)


class Unwilling(Value):
    """A Value that is interrupted when it is given other data for the first time."""

    __slots__ = ("interrupted",)

    @property
    def data(self):
        return self._data

    @data.setter
    def data(self, data):
        if not hasattr(self, "interrupted"):
            self.interrupted = True
            raise KeyboardInterrupt
        self._data = data


@every_optimizer
def test_ctrl_c_between_two_parameters_takes_the_whole_step_back(make):
    parameters = [Value(1.0), Value(2.0), Unwilling(3.0), Value(4.0)]
    optimizer = make(0.1)

    with pytest.raises(KeyboardInterrupt):
        optimizer.step(parameters, [np.array(1.0)] * 4)

    assert [w.data for w in parameters] == [1.0, 2.0, 3.0, 4.0]
    assert optimizer.states == {}


# -------------------------------------------------------------------------------- arguments and names


@every_optimizer
@pytest.mark.parametrize("eta", [0.0, -1.0, np.nan, np.inf])
def test_a_learning_rate_is_a_number_greater_than_0(make, eta):
    with pytest.raises(ValueError, match=f"{make.__name__}: the learning rate eta is greater than 0, not {eta}"):
        make(eta)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Momentum(0.1, mu=1), "Momentum: mu is at least 0 and less than 1, not 1"),
        (lambda: Momentum(0.1, mu=-0.1), "Momentum: mu .* not -0.1"),
        (lambda: Adam(beta1=1), "Adam: beta1 and beta2 are at least 0 and less than 1, not 1 and 0.999"),
        (lambda: Adam(beta2=np.nan), "Adam: beta1 and beta2 .* not 0.9 and nan"),
    ],
)
def test_memory_fades(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_optimizers_show_their_learning_rate():
    assert [repr(make(0.5)) for make in (SGD, Momentum, Adam)] == ["SGD(eta=0.5)", "Momentum(eta=0.5)", "Adam(eta=0.5)"]


@pytest.mark.parametrize("after", range(1, 4))
def test_a_step_that_is_broken_off_leaves_parameters_and_memory_together(after, monkeypatch):
    parameters = [Tensor([float(k)], f"p{k}") for k in range(3)]
    optimizer = Adam(0.1)
    gradients = [np.ones(1)] * 3
    optimizer.step(parameters, gradients)
    before = [p.data.copy() for p in parameters], dict(optimizer.states)
    calls = iter(range(10))
    assign = Tensor.assign

    def interrupted(self, array):
        if next(calls) + 1 == after:
            raise KeyboardInterrupt
        assign(self, array)

    with monkeypatch.context() as patch:
        patch.setattr(Tensor, "assign", interrupted)
        with pytest.raises(KeyboardInterrupt):
            optimizer.step(parameters, gradients)

    assert [p.data.tolist() for p in parameters] == [w.tolist() for w in before[0]]
    assert optimizer.states == before[1]


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: SGD("0.5"), TypeError, "SGD: eta is a number, not '0.5'"),
        (lambda: Momentum(0.5, None), TypeError, "Momentum: mu is a number, not None"),
        (lambda: Adam(beta2="a"), TypeError, "Adam: beta2 is a number, not 'a'"),
        (lambda: Adam(epsilon=0), ValueError, "Adam: epsilon is greater than 0, and finite, not 0"),
    ],
)
def test_what_is_no_rate_is_named(make, error, sentence):
    with pytest.raises(error, match=f"^{sentence}"):
        make()
