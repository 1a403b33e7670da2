"""`gradcheck`: right gradients pass, and every wrong one is named by input, entry and both numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from helpers import ELEMENTWISE

from microbp import primitives as p
from microbp.gradcheck import gradcheck
from microbp.kinds import Elementwise
from microbp.linear import Linear
from microbp.nn import MLP
from microbp.primitives import TABLE
from microbp.probing import GradientError
from microbp.tensor import Tensor
from microbp.value import Value

FLAT = {"step", "sign", "equal", "greater"}  # their derivative is 0 wherever there is one
ROWS = [name for name in ELEMENTWISE if name not in FLAT]


def point(name, shape=(), seed=0):
    """Inputs of a row, within its domain; of `where` the condition is left to `row_of`."""
    _, domains = ELEMENTWISE[name]
    rng = np.random.default_rng(seed)
    return [np.sort(rng.uniform(low, high, shape)) if shape else rng.uniform(low, high) for low, high in domains]


def row_of(name):
    """A row as a function of inputs that have derivatives: of `where` the condition is given."""
    row = TABLE[name]
    if name == "where":
        return lambda u, v: p.where(1.0, u, v) * u + p.where(0.0, u, v) * v
    return row


def inputs_of(name, shape=(), seed=0):
    found = point(name, shape, seed)
    if name in ("relu", "abs"):
        return [np.abs(x) + 0.1 for x in found]
    if name == "leaky_relu":
        return [-np.abs(found[0]) - 0.1, found[1]]  # where its slope counts
    return found[1:] if name == "where" else found


# ---------------------------------------------------------------------------------- what is right


@pytest.mark.parametrize("name", ROWS)
def test_every_row_passes_on_numbers_and_on_arrays_in_every_shape(name):
    f = row_of(name)
    if name in ("maximum", "minimum"):  # of a single pair one has no part in it
        f = lambda u, v: TABLE[name](u, v) * u + TABLE[name](u, v) * v  # noqa: E731

    single = gradcheck(f, *inputs_of(name), order=2)
    arrays = gradcheck(f, *inputs_of(name, (2, 3)), order=2, broadcast=True)

    assert single.derivatives
    assert arrays.shapes == 1 + 6 * len(inputs_of(name))
    assert {d.input for d in arrays.derivatives if " " not in d.input[6:]} == {
        f"input {k}" for k in range(len(inputs_of(name)))
    }


def test_analytic_functions_are_held_against_complex_steps_and_others_against_differences():
    x = [0.7, -1.2, 0.4]

    assert all(d.exact for d in gradcheck(lambda x: p.tanh(x) * p.exp(x), x).derivatives)
    assert not any(d.exact for d in gradcheck(lambda x: p.abs(x) * p.exp(x), x).derivatives)
    assert not any(d.exact for d in gradcheck(p.softplus, x).derivatives)


def test_reductions_matrix_products_indexing_and_joining_pass():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))

    def f(w, x):
        z = w @ x
        joined = p.concatenate([z, p.softmax(z, axis=0)], axis=1)
        return p.logsumexp(joined, axis=1), joined[1:, 0].mean(), p.max(z), z.T.reshape(-1)

    assert gradcheck(f, w, x, order=2)


def test_a_whole_network_passes_by_its_parameters():
    net = MLP([2, 3, 1], "tanh", rng=0)

    def cost(w2, w3):
        a = p.tanh(w2 @ np.array([[0.5], [-1.0]]))
        return ((w3 @ a - 1.0) ** 2).sum()

    found = gradcheck(cost, net.layers[0].w, net.layers[1].w, order=2)

    assert {d.input for d in found.derivatives} >= {"w2", "w3", "w2 of the gradient by w3"}
    assert "derivatives up to order 2 agree: backward sweep, forward sweep, complex steps" in str(found)


def test_values_and_python_branches_pass():
    def f(x):
        return x**3 if x > 0 else p.sin(x)

    assert gradcheck(f, 1.3, order=2)
    assert gradcheck(f, Value(-0.4, "x"), order=2).derivatives[0].input == "x"


def test_the_same_node_given_twice_counts_twice():
    found = gradcheck(lambda x: [x, x], 2.0)

    assert len(found.derivatives) == 1


# ---------------------------------------------------------------------------------- what is wrong

FAULTS = {
    "a hundredth too large": lambda rate: 1.01 * rate,
    "of the other sign": lambda rate: -1.0 * rate,
    "nothing": lambda rate: 0.0 * rate,
    "always one": lambda rate: 1.0 + 0.0 * rate,
    "moved": lambda rate: rate + 0.001,
}


def faulty(name, i, fault):
    """A row with one of its partials wrong."""
    row = TABLE[name]
    partials = list(row.partials)
    right = partials[i]
    partials[i] = (lambda *at: fault(right(*at))) if callable(right) else fault(float(right))
    return Elementwise(name, row.on_floats, row.on_arrays, *partials)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", [name for name in ROWS if name != "where"])
def test_every_fault_in_every_partial_of_every_row_is_caught(name, fault):
    for i in range(len(TABLE[name].partials)):
        right = TABLE[name].partials[i]
        if fault == "always one" and (right == 1 or name in ("maximum", "minimum", "relu", "abs")):
            continue  # that is what it is, at least on a side
        row = faulty(name, i, FAULTS[fault])
        for inputs in (inputs_of(name), inputs_of(name, (2, 3))):
            if name in ("maximum", "minimum"):
                inputs = [np.array([0.3, -0.2]), np.array([-0.1, 0.4])]
            with pytest.raises(GradientError, match=rf"gradcheck: .*(input {i}|all derivatives by input)"):
                gradcheck(row, *inputs)


def test_the_message_names_input_entry_and_both_numbers():
    square = Elementwise("square", lambda u: u * u, lambda u: u * u, lambda u, y: 2.5 * u)

    with pytest.raises(GradientError) as caught:
        gradcheck(lambda w, x: (w * square(x)).sum(), [1.0, 1.0], Tensor([2.0, 3.0], "x"), rng=1)

    found = re.fullmatch(
        r"gradcheck: the derivative by x\[0\] is (\S+) by the backward sweep, but (\S+) by a complex step",
        str(caught.value),
    )
    assert found
    assert float(found[1]) / float(found[2]) == pytest.approx(1.25)


def test_a_fault_of_forward_mode_alone_and_one_of_reverse_mode_alone_are_told_apart():
    class Pushed(Linear):
        def push(self, i, tangent, inputs, y, **params):
            return 1.1 * tangent

    pushed = Pushed("pushed", lambda x: 1.0 * x, lambda g, x: g)
    pulled = Linear("pulled", lambda x: 1.0 * x, lambda g, x: 1.1 * g)

    for row, sweep in ((pushed, "forward"), (pulled, "backward")):
        with pytest.raises(GradientError, match=f"by the {sweep} sweep, but .* by a complex step"):
            gradcheck(row, [1.0, 2.0])


def test_a_fault_of_the_second_order_alone_is_found_by_order_2_alone():
    # Its partial is right as a number; on nodes it is a constant, with no derivative of its own.
    cut = Elementwise("cut", lambda u: u**3, lambda u: u**3, lambda u, y: 3 * getattr(u, "data", u) ** 2)

    assert gradcheck(cut, 2.0)
    with pytest.raises(GradientError):
        gradcheck(lambda x: cut(x) + x * x, 2.0, order=2)


def test_a_gradient_that_is_wrong_where_shapes_broadcast_is_found_there():
    class Careless(Elementwise):
        def pull(self, i, cotangent, inputs, y, **params):
            pulled = super().pull(i, cotangent, inputs, y, **params)
            return pulled if inputs[0].shape == inputs[1].shape else 2.0 * pulled

    times = Careless("times", lambda u, v: u * v, np.multiply, lambda u, v, y: v, lambda u, v, y: u)
    a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])

    assert gradcheck(times, a, b)
    with pytest.raises(GradientError, match="backward sweep"):
        gradcheck(times, a, b, broadcast=True)


# ------------------------------------------------------------------------ what can't be passed by accident


def test_an_input_whose_derivatives_are_all_0_proves_nothing():
    with pytest.raises(GradientError, match="all derivatives by input 0 are 0 at these inputs, in every way"):
        gradcheck(p.relu, [-1.0, -2.0])
    with pytest.raises(GradientError, match="all derivatives by input 1 are 0"):
        gradcheck(lambda x, unused: x * x, 2.0, 3.0)


def test_what_rests_on_no_input_has_no_gradient():
    for f in (lambda x: 3.0, lambda x: x.data * 2.0, lambda x: Value(2.0)):
        with pytest.raises(GradientError, match="rests on none of its inputs|all derivatives by input 0 are 0"):
            gradcheck(f, 1.0)


@pytest.mark.parametrize("f", [p.relu, p.abs, lambda x: p.maximum(x, 0.0), lambda x: p.where(p.greater(x, 0.0), x, -x)])
def test_a_kink_is_named(f):
    with pytest.raises(GradientError, match="can't be measured by input 0 at 0, where it has a kink or bends"):
        gradcheck(f, 0.0)


def test_a_function_that_is_no_number_is_named():
    for f, x in ((p.log, -1.0), (p.log, 0.0), (lambda x: p.exp(1000 * x), 1.0)):
        with pytest.raises(GradientError, match="f is nan or inf at these inputs; choose others"):
            gradcheck(f, x)


def test_arguments_that_will_not_do_are_named():
    for call, kind, sentence in [
        (lambda: gradcheck(3.0, 1.0), TypeError, "takes a function and its inputs, not float"),
        (lambda: gradcheck(p.tanh), TypeError, "there are no inputs; pass numbers or arrays"),
        (lambda: gradcheck(p.tanh, "one"), TypeError, "input 0 holds no numbers: 'one'"),
        (lambda: gradcheck(p.tanh, [1.0, np.nan]), ValueError, "input 0 holds nan or inf"),
        (lambda: gradcheck(p.tanh, np.array([Value(1.0)])), TypeError, "input 0 is an array of Values"),
        (lambda: gradcheck(p.tanh, 1.0, order=3), ValueError, "order is 1 or 2, not 3"),
        (lambda: gradcheck(p.tanh, 1.0, rng="a"), ValueError, "rng is 'a'; pass a numpy Generator"),
        (lambda: gradcheck(lambda x: "y", 1.0), TypeError, "f gives a Value, a Tensor or several of these, not str"),
    ]:
        with pytest.raises(kind, match=f"gradcheck: {sentence}"):
            call()
