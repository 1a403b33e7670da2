"""Nodes, their order, and how long they live."""

from __future__ import annotations

import copy
import functools
import gc
import math
import pickle
import subprocess
import sys
import tracemalloc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import Node, Primitive, Tensor, Value
from microbp.graph import from_the_last, recorded
from microbp.operators import Differentiable
from microbp.primitives import TABLE

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])


@both_nodes
def test_a_node_holds_its_inputs_in_order_and_the_same_one_twice(node: Any):
    x, y = node(2.0), node(3.0)

    assert (x - y).inputs == (x, y)
    assert (x * x).inputs == (x, x)
    assert mb.where(x, y, x).inputs == (x, y, x)
    assert mb.tanh(x).inputs == (x,)
    assert x.inputs == ()


@both_nodes
def test_x_times_x_has_two_edges(node: Any):
    x = node(3.0)
    y = x * x
    y.backward()

    assert [edge.rate for edge in mb.linearize(y).edges] == [3.0, 3.0]
    assert x.grad == 6.0


@both_nodes
def test_creation_numbers_are_a_topological_order(node: Any):
    x = node(0.5)
    y = mb.tanh(x * x + mb.sin(x)) * x
    leaves, operations = recorded([y])

    assert leaves == [x]
    assert [op.primitive.name for op in operations] == ["mul", "sin", "add", "tanh", "mul"]
    for op in operations:
        assert all(input.number < op.number for input in op.inputs)


@both_nodes
def test_constants_are_not_recorded(node: Any):
    x, c = node(2.0), node(5.0, varies=False)
    y = x * c + 1.0
    folded = c * c + 1.0

    leaves, operations = recorded([y])
    assert leaves == [x]
    assert len(operations) == 2
    assert folded.data == 26.0
    assert not folded.varies
    assert folded.is_leaf
    assert recorded([folded]) == ([], [])


def test_nothing_behind_the_nodes_in_until_is_looked_at():
    x = Value(2.0)
    h = x * x
    y = h + h * x

    assert recorded([y], until=[h])[0] == [x, h]
    assert [op.primitive.name for op in recorded([y], until=[h])[1]] == ["mul", "add"]


@pytest.mark.parametrize("gap", [1, 7, 100])
def test_from_the_last_hands_out_every_operation_once_whatever_lies_between(gap: int):
    nodes = [Value(0.5)]
    for k in range(600):
        between = [mb.sin(nodes[-1]) for _ in range(gap - 1)]  # not part of the graph
        nodes.append(nodes[-1] * nodes[k // 2] if k % 3 else mb.tanh(nodes[-1]))
        del between
    _, operations = recorded([nodes[-1]])
    pending = {nodes[-1].number: nodes[-1]}

    handed_out = []
    for node in from_the_last(pending):
        handed_out.append(node)
        pending.update({x.number: x for x in node.inputs if not x.is_leaf})

    assert handed_out == operations[::-1]


def test_a_node_tells_its_name_and_what_it_is():
    x = Value(1.5, "x")
    y = mb.tanh(x)

    assert (x.name, y.name, Value(1.0).name, Tensor([1.0]).name) == ("x", "tanh", "Value", "Tensor")
    assert (x.is_leaf, y.is_leaf, x.varies, Value(1.0, varies=False).varies) == (True, False, True, False)
    assert (x.shape, Tensor(np.zeros((2, 3))).shape) == ((), (2, 3))
    y.label = "a"
    assert y.name == "a"
    assert repr(x) == "Value(1.5, 'x')"


def test_nodes_are_compared_and_hashed_as_the_objects_they_are():
    x, twin = Value(1.0), Value(1.0)

    assert x == x
    assert x != twin
    assert len({x, twin}) == 2
    assert len({Tensor([1.0]), Tensor([1.0])}) == 2


def test_a_node_of_a_new_class_says_what_it_has_to_bring():
    class Bare(Node):
        __slots__ = ()

    with pytest.raises(NotImplementedError):
        Bare.leaf(1.0)
    with pytest.raises(NotImplementedError):
        Bare.record(mb.mul, (), {})
    with pytest.raises(NotImplementedError):
        Bare().received(1.0)
    with pytest.raises(NotImplementedError):
        Differentiable.accepts(1.0)
    assert Node.params.fget(Value(1.0)) == {}
    bare = Primitive("bare", np.exp)
    for sweep in (bare.push, bare.pull):
        with pytest.raises(NotImplementedError):
            sweep(0, 1.0, (1.0,), 1.0)


def test_a_primitive_is_the_same_one_after_copying_and_pickling():
    for row in TABLE.values():
        assert copy.copy(row) is copy.deepcopy(row) is pickle.loads(pickle.dumps(row)) is row


def test_a_graph_survives_copying_and_pickling():
    x = Value(0.5, "x")
    W = Tensor([[1.0, 2.0]], "W")
    y = (mb.tanh(W * x)).sum()

    for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        (x2,), (W2,) = ([n for n in recorded([twin])[0] if type(n) is kind] for kind in (Value, Tensor))
        assert (x2.label, W2.label) == ("x", "W")
        assert x2.grad == pytest.approx(sum(w * (1 - np.tanh(w * 0.5) ** 2) for w in (1.0, 2.0)))
        assert x.grad is None


# ----------------------------------------------------------------------------------------- depth


def chain(x: Any, length: int) -> Any:
    y = x
    for _ in range(length // 2):
        y = (y * 1.0) + 0.0
    return y


@pytest.fixture
def without_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    tracemalloc.stop()


@pytest.mark.usefixtures("without_collector")
def test_a_million_values_deep_is_recorded_swept_and_freed_without_recursion_or_collector():
    limit = sys.getrecursionlimit()
    before = len(gc.get_objects())
    x = Value(3.0)
    y = chain(x, 1_000_000)
    y.backward()

    assert x.grad == 1.0
    assert y.data == 3.0
    assert sys.getrecursionlimit() == limit
    assert len(gc.get_objects()) - before >= 1_000_000
    del y
    assert len(gc.get_objects()) - before < 100


@pytest.mark.usefixtures("without_collector")
def test_a_hundred_thousand_tensors_deep_is_recorded_swept_and_freed_without_recursion_or_collector():
    before = len(gc.get_objects())
    x = Tensor([3.0, 4.0])
    y = chain(x, 100_000)
    y.backward([1.0, 10.0])
    tangent = mb.forward([y], {x: np.array([1.0, 2.0])})[y]

    assert x.grad.tolist() == [1.0, 10.0]
    assert tangent.tolist() == [1.0, 2.0]
    del y
    assert len(gc.get_objects()) - before < 100


def test_a_deep_graph_is_walked_by_every_reader_of_it():
    x = Value(1.0)
    y = chain(x, 20_000)  # twenty times the recursion limit

    assert mb.forward([y], {x: 2.0})[y] == 2.0
    assert mb.paths(x, y).total == 1.0
    assert mb.paths(x, y).top(1)[0].product == 1.0
    assert mb.linearize(y).eliminate("markowitz").jacobian.tolist() == [[1.0]]
    assert mb.linearize(y).contract([x, y]).edges[0].rate == 1.0
    assert mb.backward(y, as_nodes=True)[x].data == 1.0
    y.zero_grad()


# ---------------------------------------------------------------------------------------- memory


class Watched(Value):
    """A Value that a weak reference can be held to."""

    __slots__ = ("__weakref__",)


def test_a_node_lives_as_long_as_someone_holds_it():
    x = Watched(2.0)
    seen = weakref.ref(x)
    y = x * x
    del x
    assert seen() is not None  # y rests on it
    y.backward()
    del y
    assert seen() is None


def values_step(parameters: list[Value]) -> None:
    w, b = parameters
    cost = (mb.tanh(w * 0.5 + b) - 0.25) ** 2
    cost.zero_grad()
    cost.backward()
    for p in parameters:
        p.data -= 0.01 * p.grad


def tensors_step(parameters: list[Tensor]) -> None:
    w, b = parameters
    cost = mb.mean((mb.sigmoid(w @ np.ones((3, 4)) + b) - 0.25) ** 2)
    cost.zero_grad()
    cost.backward()
    for p in parameters:
        p.data -= 0.01 * p.grad


def second_order_step(parameters: list[Tensor]) -> None:
    (w,) = parameters
    mb.hvp(lambda u: (mb.exp(u) * u).sum(), w.data, np.ones(3))
    mb.hessian(lambda u: mb.sin(u) * u)(0.5)
    y = (w * w).sum()
    mb.backward(y, as_nodes=True)
    mb.paths((w, 0), y).top(3)


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize(
    ("step", "parameters", "times"),
    [
        (values_step, [Value(0.3), Value(-0.2)], 5_000),
        (tensors_step, [Tensor(np.full((2, 3), 0.1)), Tensor(np.zeros((2, 1)))], 2_000),
        (second_order_step, [Tensor([0.1, 0.2, 0.3])], 200),
    ],
    ids=["Value", "Tensor", "second order"],
)
def test_training_steps_leave_nothing_behind_with_the_collector_off(step: Any, parameters: Any, times: int):
    step(parameters)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(times):
        step(parameters)

    assert gc.collect() == 0  # nothing that waited for the collector
    assert tracemalloc.get_traced_memory()[0] - before < 50_000


# --------------------------------------------------------------------------------------- threads


def test_ten_threads_with_graphs_of_their_own_share_leaves_and_get_exact_cotangents():
    w, W = Value(1.5), Tensor([[1.0, 2.0], [3.0, 4.0]])

    def cotangents(n: int) -> list[Any]:
        found = []
        for k in range(50):
            y = chain(w, 40) * float(n) * w + float(k)
            s = (W @ W * float(n)).sum() * w
            found.append((mb.backward(y)[w], *(mb.backward(s)[x] for x in (w, W)), mb.forward([y], {w: 1.0})[y]))
        return found

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(cotangents, range(1, 11)))

    for n, found in enumerate(results, 1):
        for by_w, s_by_w, s_by_W, pushed in found:
            assert by_w == pushed == 3.0 * n
            assert s_by_w == 54.0 * n
            assert s_by_W.tolist() == [[10.5 * n, 16.5 * n], [13.5 * n, 19.5 * n]]
    assert w.grad is None
    assert W.grad is None


def test_a_graph_unpickled_elsewhere_is_numbered_there():
    """In another process the numbers begin at 1 again, and what is computed there comes after what was loaded."""
    make = "import pickle, microbp as mb; x = [mb.Value(0.5) for _ in range(99)][-1]; "
    make += "u = mb.Tensor([0.5]); print(pickle.dumps((x, mb.sin(x), u, mb.sin(u))).hex())"
    use = "import pickle, sys, microbp as mb; x, y, u, v = pickle.loads(bytes.fromhex(sys.stdin.read())); "
    use += "mb.exp(y * 3.0).backward(); mb.exp(v * 3.0).sum().backward(); "
    use += "d = mb.backward(mb.exp(x), as_nodes=True)[x]; print(x.grad, u.grad[0], d.data)"
    run = functools.partial(subprocess.run, capture_output=True, text=True, check=True)
    loaded = run([sys.executable, "-c", use], input=run([sys.executable, "-c", make]).stdout).stdout

    by_value, by_tensor, exponential = map(float, loaded.split())
    assert by_value == pytest.approx(3 * math.cos(0.5) * math.exp(3 * math.sin(0.5)), rel=1e-12)
    assert by_tensor == pytest.approx(by_value, rel=1e-12)
    assert exponential == pytest.approx(math.exp(0.5))


@pytest.mark.parametrize("node", [Value, Tensor])
def test_a_backward_pass_that_fails_in_the_end_leaves_all_gradients_as_they_were(node):
    x, z = node(1.0, "x"), node(2.0, "z")
    x.grad = "nonsense"

    with pytest.raises((TypeError, ValueError)):
        (z * x).backward()

    assert z.grad is None
    assert x.grad == "nonsense"
