"""Recording: what a function does is kept, and what can't be kept is refused in one sentence."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import MLP, RecordingError, Tensor, Value
from microbp.graph import Node
from microbp.nn.parameters import parameter
from microbp.primitives import TABLE
from microbp.program import Program, record
from microbp.program.lines import CONSTANT, INPUT, PARAMETER
from microbp.program.watching.holders import held_by
from microbp.program.watching.watched import RecordedTensor, RecordedValue
from microbp.value import METHODS, OPERATORS

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])


def leaves_of(program: Program) -> list[tuple[str, str | None]]:
    return [(leaf.kind, leaf.label) for leaf in program.leaves]


# ------------------------------------------------------------------------------------ what is kept


def test_the_function_is_called_once():
    calls = []

    def f(x: Any) -> Any:
        calls.append(x)
        return x * 2.0

    record(f, 1.0)

    assert len(calls) == 1


def test_leaves_are_inputs_parameters_and_constants_in_this_order():
    w = Tensor([2.0], "w")
    program = record(lambda x, y: x * w * 3.0 + y, np.ones(1), np.ones(1))

    assert leaves_of(program) == [(INPUT, "x"), (INPUT, "y"), (PARAMETER, "w"), (CONSTANT, None)]
    assert program.constants[0].data == 3.0
    assert program.name == "<lambda>"


@both_nodes
def test_a_line_is_a_primitive_its_input_slots_and_its_parameters(node):
    w = node(2.0, "w")
    program = record(lambda x: mb.tanh(w * x) - x, 1.0, node=node)

    assert [(line.primitive.name, line.inputs) for line in program.lines] == [
        ("mul", (-2, -1)),
        ("tanh", (0,)),
        ("sub", (1, -1)),
    ]
    assert program.outputs[0].slots == 2


def test_numbers_are_values_and_arrays_are_tensors_unless_said_otherwise():
    kinds: list[Any] = []

    def f(*xs: Any) -> Any:
        kinds.append([type(x) for x in xs])
        return xs[0] * 1.0

    record(f, 1.0, 2, np.float64(3.0), np.ones(2), [1.0, 2.0], np.array(3.0))
    record(f, 1.0, np.ones(2), node=Tensor)
    record(f, 1.0, np.ones(2), node=Value)
    record(f, Value(1.0), Tensor(1.0), np.array([Value(1.0)]))

    assert kinds[0] == [RecordedValue] * 3 + [RecordedTensor] * 3
    assert kinds[1] == [RecordedTensor] * 2
    assert kinds[2] == [RecordedValue, np.ndarray]
    assert kinds[3] == [RecordedValue, RecordedTensor, np.ndarray]


def test_examples_that_are_nodes_lend_their_names_and_numbers_only():
    x = Value(3.0, "height")
    program = record(lambda x: x * 2.0, x)

    assert leaves_of(program)[0] == (INPUT, "height")
    assert program(5.0) == 10.0
    assert x.grad is None


def test_float32_is_recorded_as_float32():
    program = record(lambda x: x * 2.0, np.ones(2, np.float32))

    assert program(np.ones(2, np.float32)).dtype == np.float32


def test_what_rests_on_no_output_is_not_kept():
    program = record(lambda x: (mb.exp(x), mb.sin(x))[1], 1.0)

    assert [line.primitive.name for line in program.lines] == ["sin"]


def test_a_function_without_arguments_rests_on_its_parameters():
    w = Value(3.0, "w")
    program = record(lambda: w * w)

    assert (program(), program.value_and_grad()) == (9.0, (9.0, (6.0,)))


def test_the_program_says_its_name_and_length():
    assert repr(record(lambda x: x * 2.0 + 1.0, 1.0)) == "<program <lambda>: 2 lines>"


# --------------------------------------------------------------------------------------- wrt


def test_by_default_the_gradient_is_by_all_parameters_and_else_by_the_first_argument():
    w, v = Value(3.0, "w"), Value(5.0, "v")

    assert record(lambda x, y: w * x * v * y, 1.0, 2.0).value_and_grad(1.0, 2.0) == (30.0, (10.0, 6.0))
    assert record(lambda x, y: x * x * y, 3.0, 2.0).value_and_grad(3.0, 2.0) == (18.0, 12.0)


@pytest.mark.parametrize(
    ("wrt", "expected"),
    [
        (0, 30.0),
        (1, 15.0),
        (-1, 15.0),
        (np.int64(1), 15.0),
        ((0,), (30.0,)),
        ([1, 0], (15.0, 30.0)),
        ([0, 0], (30.0, 30.0)),
        ([], ()),
    ],
)
def test_wrt_names_arguments_by_their_numbers(wrt, expected):
    w, v = Value(3.0), Value(5.0)

    assert record(lambda x, y: w * x * v * y, 1.0, 2.0, wrt=wrt).value_and_grad(1.0, 2.0) == (30.0, expected)


@both_nodes
def test_by_what_is_not_used_the_gradient_is_zero_as_it_is_eagerly(node):
    w, u = node(3.0, "w"), node(5.0, "u")
    array = parameter(node, np.ones((2, 1)), "v")

    def f(x: Any, y: Any) -> Any:
        return w * x

    x, y = node(2.0), node(7.0)
    eager = mb.backward(f(x, y), wrt=[u, y])

    assert eager[u] == eager[y] == mb.grad(f, 1)(2.0, 7.0) == 0.0
    assert record(f, x, y, wrt=u).value_and_grad(2.0, 7.0) == (6.0, 0.0)
    assert record(f, x, y, wrt=(w, u)).value_and_grad(2.0, 7.0) == (6.0, (2.0, 0.0))
    assert record(f, x, y, wrt=1).value_and_grad(2.0, 7.0) == (6.0, 0.0)
    assert record(f, x, y, wrt=array).value_and_grad(2.0, 7.0)[1].tolist() == [[0.0], [0.0]]


def test_wrt_names_parameters_by_themselves():
    w, v, other = Value(3.0), Value(5.0), Value(1.0)
    f = lambda x: w * x * v  # noqa: E731

    assert record(f, 2.0, wrt=w).value_and_grad(2.0) == (30.0, 10.0)
    assert record(f, 2.0, wrt=[v, 0, w]).value_and_grad(2.0) == (30.0, (6.0, 15.0, 10.0))
    assert record(f, 2.0, wrt=[w, w]).value_and_grad(2.0) == (30.0, (10.0, 10.0))
    assert record(f, 2.0, wrt=[other, v]).value_and_grad(2.0) == (30.0, (0.0, 6.0))
    _, (by_array, by_x) = record(f, 2.0, wrt=[np.array([[v, w, other]]), 0]).value_and_grad(2.0)
    assert (by_array.tolist(), by_x) == ([[6.0, 10.0, 0.0]], 15.0)


@both_nodes
def test_wrt_may_be_a_network(node):
    net = MLP([2, 3, 1], node=node, rng=0)
    x, y = np.ones((2, 1)), np.ones((1, 1))

    value, gradients = record(lambda x, y: net.cost(x, y), x, y, node=node, wrt=net).value_and_grad(x, y)

    net.cost(x, y).backward()
    assert [g.shape for g in gradients] == [w.shape for w in net.parameter_arrays()]
    expected = np.concatenate([np.ravel(w.grad) for w in net.parameters()])
    assert np.concatenate([g.ravel() for g in gradients]) == pytest.approx(expected, rel=1e-12)


W = Value(3.0, "w")


@pytest.mark.parametrize(
    ("wrt", "error", "sentence"),
    [
        ("w", TypeError, "record: wrt is made of parameters .* or of numbers of arguments, not str 'w'"),
        (2.0, TypeError, "record: wrt is made of parameters .* not float 2.0"),
        (True, TypeError, "record: wrt is made of parameters .* not bool True"),
        ([[W]], TypeError, "record: wrt is made of parameters .* not list"),
        ({"w": W}, TypeError, "record: wrt is made of parameters .* not dict"),
        (1, ValueError, r"record: wrt has 1, but the function was called with 1 argument\(s\)"),
        (-2, ValueError, r"record: wrt has -2, but the function was called with 1 argument\(s\)"),
        (W * 2, ValueError, "record: wrt holds mul, which is no parameter: it was computed, or is a constant"),
        (Value(1.0, "c", varies=False), ValueError, "record: wrt holds c, which is no parameter"),
        ([W, np.array([W])], RecordingError, "record: wrt holds w in two places; give each parameter one place"),
        (np.array([W, W]), RecordingError, "record: wrt holds w in two places"),
    ],
)
def test_a_wrt_that_makes_no_sense_is_refused(wrt, error, sentence):
    with pytest.raises(error, match=sentence):
        record(lambda x: W * x, 1.0, wrt=wrt)


# ------------------------------------------------------------------------- what can't be kept


FROZEN = "the number would be frozen in the program; .* decide by mb.where, .* outside of the function"


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x: x * x.data, "an argument.data was read"),
        (lambda x: x * mb.sum(x * 2.0).data, r"sum\(…\)\.data was read"),
        (lambda x: x * mb.sum(x).item(), r"sum\(…\)\.data was read"),
        (lambda x: x * float(x), r"float\(an argument\) was asked for"),
        (lambda x: x * int(x), r"int\(an argument\) was asked for"),
        (lambda x: x * math.sin(x), r"float\(an argument\) was asked for"),
        (lambda x: x * np.asarray(x), "an argument was turned into a numpy array"),
        (lambda x: np.array([x.sum(), x.sum()]), r"sum\(…\) was turned into a numpy array"),
    ],
)
def test_a_number_that_is_taken_out_of_a_tensor_is_refused(f, what):
    with pytest.raises(RecordingError, match=f"^{what} while the function was recorded: {FROZEN}$"):
        record(f, np.ones(1))


@pytest.mark.parametrize("f", [lambda x: x.data, float, int, math.sin, lambda x: np.array([x * 2.0], float)])
def test_a_number_that_is_taken_out_of_a_value_is_refused(f):
    with pytest.raises(RecordingError, match=f"while the function was recorded: {FROZEN}"):
        record(lambda x: x * f(x), 1.0)


DERIVED = {
    "mb.backward": lambda x, y: mb.backward(y)[x],
    "mb.forward": lambda x, y: mb.forward(y, {x: 1.0})[y],
    "mb.linearize": lambda x, y: mb.linearize(y).edges[0].rate,
    "mb.paths": lambda x, y: mb.paths(x, y).total,
}


@pytest.mark.parametrize("name", DERIVED)
@both_nodes
def test_the_numbers_of_a_derivative_are_refused(name, node):
    w = node(2.0, "w")
    sentence = r"^mb\.(backward|forward|linearize) was asked of mul\(…\) while the function was recorded: the num"

    with pytest.raises(RecordingError, match=sentence):
        record(lambda x: x * DERIVED[name](x, w * x), 3.0, node=node)

    assert DERIVED[name](w, w * 3.0) == 3.0


@both_nodes
def test_derivatives_as_nodes_are_part_of_the_program(node):
    w = node(2.0, "w")
    program = record(lambda x: x * mb.backward(w * x * x, as_nodes=True)[x], 3.0, node=node)
    inside = record(lambda x: w * mb.grad(lambda u: u * u * u)(x), node(3.0))

    assert program(5.0) == 100.0
    assert inside(5.0) == 150.0


@both_nodes
def test_a_derivative_of_the_functions_own_numbers_is_a_number_of_its_own(node):
    c = node(3.0, "c")

    def f(x: Any) -> Any:
        u = node(5.0)
        return x * mb.backward(u * u)[u] * mb.grad(lambda u: u * 4.0)(2.0) + c

    assert record(f, 3.0, node=node)(1.0) == 43.0


@pytest.mark.parametrize("text", [repr, str, "{}".format, "{:.3f}".format, "{!r}".format])
@both_nodes
def test_what_is_written_as_text_is_refused(text, node):
    w = node(2.0, "w")

    for read in (lambda x: w, lambda x: x, lambda x: w * x):
        with pytest.raises(RecordingError, match=f"^.* was written as text while the function was recorded: {FROZEN}$"):
            record(lambda x, read=read: x * len(text(read(x))), 3.0, node=node)
    assert "2." in text(w.data)


@both_nodes
def test_a_gradient_left_from_before_is_refused_and_stays(node):
    w = node(2.0, "w")
    (w * w).backward()

    with pytest.raises(RecordingError, match=f"^w.grad was read while the function was recorded: {FROZEN}$"):
        record(lambda x: x * w * w.grad, 3.0, node=node)

    assert w.grad == 4.0


@both_nodes
def test_what_a_network_predicts_is_refused_and_not_what_another_did_before(node):
    net = MLP([1, 2, 1], node=node, rng=0)
    known = net.predict([[0.5]])

    with pytest.raises(RecordingError, match="^predict was asked of w2.* while the function was recorded: the numb"):
        record(lambda x: net(x) * net.predict([[0.5]]), np.ones((1, 1)), node=node)
    assert net.predict([[0.5]]) == known
    assert record(lambda x: net(x) * known, np.ones((1, 1)), node=node)([[0.5]]) == pytest.approx(known * known)


def test_rate_factors_are_refused():
    with pytest.raises(RecordingError, match=r"^mul\(…\)\.rates was read while"):
        record(lambda x: x * (x * x).rates[0], 3.0)


def test_the_name_of_what_was_read_is_said():
    with pytest.raises(RecordingError, match="^height.data was read while"):
        record(lambda x: x * x.data, Value(1.0, "height"))


@pytest.mark.parametrize("name", [*OPERATORS, *METHODS])
def test_whatever_is_computed_from_an_argument_is_watched_as_it_is(name):
    def computed(x: Any) -> Any:
        return getattr(x, f"__{name}__")(2.0) if name in OPERATORS else getattr(x, name)()

    seen: list[Any] = []
    with np.errstate(all="ignore"):
        program = record(lambda x: (seen.append(computed(x)), x * (1.0 if seen[-1] > 0.1 else 2.0))[1], 0.5)

    assert type(seen[0]) is RecordedValue
    assert len(program.guards) == 1
    assert seen[0].data is seen[0]._data  # afterwards it is as any other


@pytest.mark.parametrize("node", [Value, Tensor])
@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "power", "maximum", "logaddexp"])
def test_what_a_parameter_and_an_argument_give_together_is_watched(name, node):
    w = node(2.0, "w")
    for pair in (lambda x: (w, x), lambda x: (x, w), lambda x: (x, 2.0), lambda x: (2.0, x)):
        program = record(lambda x, pair=pair: x if TABLE[name](*pair(x)) > 0.1 else -x, 0.5, node=node)
        assert len(program.guards) == 1


@pytest.mark.parametrize("node", [Value, Tensor])
@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "**"])
def test_what_operators_make_of_a_parameter_and_an_argument_is_watched(sign, node):
    w = node(2.0, "w")
    operate = eval(f"lambda a, b: a {sign} b")
    for pair in (lambda x: (w, x), lambda x: (x, w), lambda x: (x, 2.0), lambda x: (2.0, x)):
        program = record(lambda x, pair=pair: x if operate(*pair(x)) > 0.1 else -x, 0.5, node=node)
        assert len(program.guards) == 1


@pytest.mark.parametrize("f", [lambda w, x: w * x, lambda w, x: x * w, lambda w, x: mb.tanh(mb.maximum(w, x + 1.0))])
def test_a_value_beside_tensors_is_watched_too(f):
    w = Tensor([1.0, 2.0], "w")

    for node in (None, Tensor):
        program = record(lambda x: f(w, x), 0.5, node=node)
        assert program(0.75).tolist() == f(w, Tensor(0.75)).data.tolist()
        with pytest.raises(RecordingError):
            record(lambda x: f(w, x) * f(w, x).data, 0.5, node=node)


def parameters_read(w):
    return {
        "data": lambda x: x * w.data,
        "data of what rests on it": lambda x: x * (2.0 * w).data,
        "float": lambda x: x * float(w),
        "item": lambda x: x * (w + 1.0).item() if isinstance(w, Tensor) else x * float(w),
        "data changed": lambda x: setattr(w, "data", 1.0) or x * w,
        "backward": lambda x: (x * w).backward() or x * w,
        "copied": lambda x: x * copy.copy(w),
    }


@pytest.mark.parametrize("what", parameters_read(Value(1.0)))
@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_parameter_is_watched_as_an_argument_is(node, what):
    w = node(2.0, "w")

    with pytest.raises(RecordingError, match="while the function was recorded: "):
        record(parameters_read(w)[what], 3.0, node=node)

    assert type(w) is node
    assert w.data == 2.0
    assert w.grad is None


@pytest.mark.parametrize("node", [Value, Tensor])
@pytest.mark.parametrize("decide", [lambda w, x: w > 0, lambda w, x: 2.0 * w > x * 0 + 1, lambda w, x: bool(w - 1.0)])
def test_a_comparison_of_parameters_is_looked_at_again(node, decide):
    w = node(2.0, "w")
    program = record(lambda x: x * w if decide(w, x) else -x, 3.0, node=node)
    assert program(2.0) == 4.0

    w.data = 1.0 if decide(node(1.0), node(3.0)) is False else -5.0

    if not decide(w, node(3.0)):
        with pytest.raises(RecordingError, match="so it may take another branch"):
            program(2.0)
    assert len(program.guards) >= 1


def test_what_is_refused_is_refused_also_where_the_function_goes_on():
    def f(x: Any) -> Any:
        try:
            return x * x.data
        except TypeError:
            return x * 0.0

    with pytest.raises(RecordingError, match="x.data was read|an argument.data was read"):
        record(f, 3.0)


@pytest.mark.parametrize("example", [3.0, [3.0]])
def test_what_is_refused_is_refused_also_where_the_function_makes_another_error_of_it(example):
    def f(x: Any) -> Any:
        try:
            return x * x.item()
        except RecordingError as error:
            raise KeyError("no number") from error

    with pytest.raises(RecordingError, match="^an argument.data was read while the function was recorded"):
        record(f, example)


@pytest.mark.parametrize("compare", [np.less, np.less_equal, np.greater, np.greater_equal])
def test_comparisons_by_numpy_are_noted(compare):
    for f in (
        lambda x: mb.sum(mb.where(compare(np.zeros(2), x), x, 0.1 * x)),
        lambda x: mb.sum(mb.where(compare(x, np.zeros(2)), x, 0.1 * x)),
    ):
        program = record(f, np.array([1.0, 2.0]))
        assert program([3.0, 4.0]) == f(Tensor([3.0, 4.0])).data
        with pytest.raises(RecordingError):
            program([-1.0, 2.0])


def test_what_a_function_begins_with_is_a_number_and_no_parameter():
    w = Value(2.0, "w")

    def f(x: Any) -> Any:
        total = Value(0.5)
        for k in range(3):
            total = total + k * x * w
        return total

    program = record(f, 3.0)

    assert [leaf.kind for leaf in program.leaves].count(PARAMETER) == 1
    assert program.value_and_grad(2.0) == (12.5, (6.0,))
    assert program.verify(1.0).ok


@both_nodes
def test_what_a_function_makes_and_keeps_varies_afterwards_as_it_did(node):
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(node(2.0, "w"))
        return kept[-1] * x

    program = record(f, 3.0, node=node)
    w = kept[-1]

    assert [leaf.kind for leaf in program.leaves] == [INPUT, CONSTANT]
    assert mb.backward(w * 3.0)[w] == 3.0
    another = record(lambda x: w * x, 3.0, node=node)
    w.data = 5.0
    assert another.value_and_grad(3.0) == (15.0, (3.0,))
    assert program(3.0) == 6.0


def test_a_parameter_that_is_made_at_the_first_call_is_one():
    made: list[Value] = []

    def f(x: Any) -> Any:
        if not made:
            made.append(Value(2.0, "w"))
        return made[0] * x

    program = record(f, 3.0)
    made[0].data = 5.0

    assert program.value_and_grad(2.0) == (10.0, (2.0,))


@pytest.mark.parametrize(
    ("f", "what"),
    [
        (lambda x: None, "NoneType"),
        (lambda x: 3.0, "float"),
        (lambda x: np.ones(2), "an array of float64"),
        (lambda x: "x", "str"),
        (lambda x: [], "list"),
        (lambda x: {"y": x * 2.0}, "dict"),
        (lambda x: [x * 2.0, 3.0], "float"),
        (lambda x: (x * 2.0, None), "NoneType"),
        (lambda x: [x, [x]], "list"),
        (lambda x: np.array([x * 2.0, 3.0]), "an array of object"),
    ],
)
def test_a_result_that_is_no_node_is_refused(f, what):
    with pytest.raises(
        RecordingError,
        match=f"^record: the function gave {what}, not a node: there is nothing recorded to replay; "
        "let it return the Value or Tensor that it computes$",
    ):
        record(f, 1.0)


@pytest.mark.parametrize("constant", [Value(1.0, varies=False), Tensor([1.0], varies=False)])
def test_a_constant_is_nothing_to_replay(constant):
    with pytest.raises(RecordingError, match="^record: the function gave a constant: it rests neither on an argument"):
        record(lambda x: constant, 1.0)


@pytest.mark.parametrize("f", [3.0, None, "f", np.ones(2), Value(1.0), [abs]])
def test_what_is_no_function_is_refused(f):
    with pytest.raises(TypeError, match="^record: takes a function and examples of its arguments, not "):
        record(f, 1.0)


@pytest.mark.parametrize("node", ["Value", 3, MLP, Node, RecordingError])
def test_a_node_that_is_none_is_refused(node):
    with pytest.raises(TypeError, match="^record: node is mb.Value or mb.Tensor, not "):
        record(lambda x: x, 1.0, node=node)


@pytest.mark.parametrize(
    ("example", "error", "sentence"),
    [
        ("a", TypeError, "a Tensor holds real numbers, but was given str"),
        (None, TypeError, "a Tensor holds real numbers, but was given None"),
        (1j, TypeError, "a Tensor holds real numbers, but was given complex128"),
        ([[1, 2], [3]], ValueError, "a Tensor holds an array, but the rows it was given differ in length"),
        (2**53 + 1, ValueError, "these integers are not exactly float64; round them yourself first"),
        ([object()], TypeError, "a Tensor holds real numbers"),
    ],
)
@pytest.mark.parametrize("node", [None, Value, Tensor])
def test_an_example_that_is_no_array_of_numbers_is_refused_by_its_number(example, error, sentence, node):
    with pytest.raises(error, match=f"^record: example 2: {sentence}"):
        record(lambda x, y: x, 1.0, example, node=node)


def test_what_the_function_raises_comes_through():
    with pytest.raises(ZeroDivisionError, match="^division by zero$"):
        record(lambda x: 1 / 0, 1.0)


@pytest.mark.parametrize("example", [3.0, [3.0]])
@pytest.mark.parametrize("is_said", [True, False])
def test_what_the_function_raises_keeps_its_cause(example, is_said):
    def f(x: Any) -> Any:
        try:
            return {}["w"]
        except KeyError as error:
            if is_said:
                raise ValueError("no w") from error
            raise ValueError("no w")  # noqa: B904

    with pytest.raises(ValueError, match="^no w$") as raised:
        record(f, example)

    assert isinstance(raised.value.__context__, KeyError)
    assert raised.value.__cause__ is (raised.value.__context__ if is_said else None)
    assert raised.value.__suppress_context__ is is_said


class Odd:
    """What can't even be asked for its class."""

    __class__ = property(lambda self: 1 // 0)  # type: ignore[assignment]


def test_what_fails_after_the_function_was_called_is_no_reason_to_call_it_with_values():
    called_with: list[Any] = []

    def f(x: Any) -> Any:
        called_with.append(type(x))
        return Odd()

    with pytest.raises(ZeroDivisionError):
        record(f, [3.0])

    assert called_with == [RecordedTensor]


# -------------------------------------------------------------------------------- comparisons


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda x: x if x > 1 else -x, "x > 1"),
        (lambda x: x if 1 > x else -x, "x < 1"),
        (lambda x: x if x >= 0.25 else -x, "x ≥ 0.25"),
        (lambda x: x if x <= W else -x, "x ≤ w"),
        (lambda x: x if W < x else -x, "x > w"),
        (lambda x: x if x * 2 < x else -x, "a value < x"),
        (lambda x: x if x else -x, "x ≠ 0"),
        (lambda x: x if x < Value(0.75) else -x, "x < 0.75"),
        (lambda x: max(x, W), "w > x"),
    ],
)
def test_a_comparison_is_noted_in_words(f, text):
    (guard,) = record(f, 0.5).guards

    assert guard.text in (text, text.replace("w > x", "x < w"), text.replace("x > w", "w < x"))


def test_comparisons_are_noted_in_their_order_and_with_their_outcomes():
    program = record(lambda x: x if x > 1 and x < 5 and not x <= 2 else -x, 3.0)

    assert [(guard.sign, guard.outcome) for guard in program.guards] == [(">", True), ("<", True), ("≤", False)]


def test_two_recordings_keep_their_comparisons_apart():
    inner: list[Program] = []

    def f(x: Any) -> Any:
        inner.append(record(lambda y: y if y > 1 else -y, 3.0))
        return x if x < 2 else -x

    outer = record(f, 1.0)

    assert [guard.text for guard in outer.guards] == ["x < 2"]
    assert [guard.text for guard in inner[0].guards] == ["y > 1"]


class Neuron:
    """As a student writes it."""

    def __init__(self, n: int) -> None:
        self.w, self.b = [Value(0.1 * k) for k in range(n)], Value(0.5)

    def __call__(self, x: Any) -> Any:
        return sum((w * a for w, a in zip(self.w, x, strict=True)), self.b).tanh()

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]


class Own:
    def __init__(self) -> None:
        self.hidden, self.out = [Neuron(2) for _ in range(3)], Neuron(3)

    def __call__(self, x: Any) -> Any:
        return self.out([neuron(x) for neuron in self.hidden])

    def parameters(self) -> list[Value]:
        return [p for neuron in [*self.hidden, self.out] for p in neuron.parameters()]


@pytest.mark.parametrize("how", [{}, {"node": Value}, {"wrt": "net"}, {"wrt": "parameters"}])
def test_a_network_of_ones_own_is_recorded_as_it_is(how, rng):
    net = Own()
    wrt = {"net": net, "parameters": net.parameters(), None: None}[how.get("wrt")]
    X, y = rng.normal(size=(4, 2)), rng.normal(size=4)

    def cost(X: Any, y: Any) -> Any:
        return sum((net(x) - t) ** 2 for x, t in zip(X, y, strict=True))

    program = record(cost, X, y, **(how | {"wrt": wrt}))

    value, gradient = program.value_and_grad(X, y)
    C = cost(X, y)
    C.backward()
    order = net.parameters() if wrt is not None else sorted(net.parameters(), key=lambda p: p.number)
    assert value == pytest.approx(C.data, rel=1e-12)
    assert gradient == pytest.approx([p.grad for p in order], rel=1e-9)
    assert "z2 = w2 @ X.T + b2" in str(program.matrix_form())


@pytest.mark.parametrize("wrt", [None, "W, u, v", "u, v", "v", "all but W"])
def test_values_beside_tensors_are_parameters_one_by_one(wrt):
    W, u, v = Tensor([[1.0], [2.0]], "W"), Value(3.0, "u"), Value(5.0, "v")
    named = {None: None, "W, u, v": (W, u, v), "u, v": (u, v), "v": v, "all but W": [v, u]}[wrt]
    program = record(lambda x: mb.sum(W * x) * u + v * x.sum(), np.ones((2, 1)), node=Tensor, wrt=named)

    value, gradient = program.value_and_grad(np.array([[2.0], [1.0]]))

    assert value == 4.0 * 3.0 + 5.0 * 3.0
    by = {"W": [[6.0], [3.0]], "u": 4.0, "v": 3.0}
    order = {None: "Wuv", "W, u, v": "Wuv", "u, v": "uv", "v": "v", "all but W": "vu"}[wrt]
    found = gradient if isinstance(gradient, tuple) else (gradient,)
    assert [g.tolist() if isinstance(g, np.ndarray) else g for g in found] == [by[name] for name in order]


@pytest.mark.parametrize("of", ["wrt", "V"])
def test_an_array_of_values_beside_tensors_is_refused(of):
    W, U = Tensor([1.0, 2.0], "W"), np.array([Value(1.0), Value(2.0)])

    with pytest.raises(RecordingError, match=f"record: {of} is an array of Values, and the function computes with Ten"):
        if of == "wrt":
            record(lambda x: (W * x).sum() * U[0], Tensor([1.0, 1.0]), wrt=U)
        else:
            record(lambda V: W.sum() * V[0], U, node=Tensor)


def test_values_that_can_only_be_used_with_tensors_are_refused_beside_them():
    w, W = Value(2.0, "w"), Tensor([1.0, 2.0], "W")

    with pytest.raises(RecordingError, match="holds Values and was given arrays as Tensors, .* make its parameters Te"):
        record(lambda x: mb.matmul(x, W) * w, np.ones(2))


def test_a_value_may_stand_beside_a_tensor_that_the_function_makes():
    program = record(lambda x: mb.sum(Tensor([1.0, 2.0], varies=False) * x), 0.5, wrt=0)

    assert program.value_and_grad(2.0) == (6.0, 3.0)
    assert record(lambda x: mb.mul(x, Tensor([1.0, 2.0])), 2.0)(3.0).tolist() == [3.0, 6.0]
    with pytest.raises(RecordingError, match=r"mul\(…\)\.data was read"):
        record(lambda x: x * float((Tensor([1.0, 2.0]) * x).data[0]), 2.0)


def test_values_that_are_compared_as_a_tensor_are_refused():
    def f(x: Any) -> Any:
        return x * x if mb.max(Tensor([1.0, 2.0]) * x) < 6.0 else 10.0 * x

    with pytest.raises(RecordingError, match="the function gives Values, and compares the Tensor .*; pass node=mb.Ten"):
        record(f, 2.0)
    with pytest.raises(RecordingError, match="held in the recording and does not hold here"):
        record(f, 2.0, node=Tensor)(5.0)


@pytest.mark.parametrize("begin", [lambda: Value(0.0), lambda: Value(0.0, varies=False)])
def test_a_number_that_the_function_begins_with_hides_nothing(begin):
    def branching(x: Any) -> Any:
        return x * x if mb.add(begin(), x) < 3.0 else 6.0 * x - 9.0

    with pytest.raises(RecordingError, match="held in the recording and does not hold here"):
        record(branching, 2.0)(5.0)
    with pytest.raises(RecordingError, match=r"add\(…\)\.data was read"):
        record(lambda x: x * mb.add(begin(), x).data, 2.0)


class OwnValue(Value):
    """A class of a user's own."""

    __slots__ = ()


def test_nodes_of_a_class_of_ones_own_are_refused():
    w = OwnValue(2.0, "w")

    with pytest.raises(RecordingError, match="record: w is of OwnValue, which is a class of your own, and can"):
        record(lambda x: x * x if w > 0 else -x * x, 3.0)
    with pytest.raises(RecordingError, match="record: x is of OwnValue, which is a class of your own"):
        record(lambda x: x * x, OwnValue(1.0, "x"))


def test_what_is_made_with_a_class_of_ones_own_is_refused():
    def f(x: Any) -> Any:
        z = OwnValue(1.0, varies=False) + x
        return z if z > 0 else z * 5

    for function in (f, lambda x: x * (OwnValue(1.0, varies=False) + x).data):
        with pytest.raises(RecordingError, match="^OwnValue was asked of an argument while .*; compute with Values"):
            record(function, 2.0)


def test_a_function_that_holds_a_program_does_not_hold_the_module_it_was_written_in():
    w = Value(0.5, "w")
    held = record(lambda a: a * w, 1.0)

    program = record(lambda a: a * w if held else a, 2.0)

    assert held_by(lambda: held, ()) == [w]
    assert program(3.0) == 1.5
