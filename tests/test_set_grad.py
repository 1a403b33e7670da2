"""`backward()`: the cotangents of the backward sweep, left in the nodes; for all of them or for none."""

from __future__ import annotations

import math
import sys
import threading
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp import Tensor, Value, backward, forward
from microbp.graph import recorded

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])


@both_nodes
def test_a_second_pass_adds_exactly_once_more_at_leaves_and_sets_inner_nodes_anew(node: Any):
    x = node(0.7)
    h = mb.sin(x)
    y = h * h
    y.backward()
    once = {n: float(n.grad) for n in (x, h, y)}
    y.backward()

    assert float(x.grad) == 2 * once[x]
    assert float(h.grad) == once[h]
    assert float(y.grad) == once[y] == 1.0
    (h * 1.0).backward()
    assert float(x.grad) == 2 * once[x] + math.cos(0.7)
    assert float(h.grad) == 1.0


def nodes_behind(y: Any) -> list[Any]:
    leaves, operations = recorded([y])
    return leaves + operations


def tangle(seed: int) -> Any:
    """A graph of 200 Values: shared nodes, edges of both kinds, several edges between two nodes, many inputs."""
    rng = np.random.default_rng(seed)
    nodes: list[Any] = [Value(float(number)) for number in rng.uniform(0.5, 1.5, 6)]
    for _ in range(190):
        u, v = (nodes[int(i)] for i in len(nodes) - 1 - rng.integers(0, min(len(nodes), 12), 2))
        many = mb.logsumexp(np.array(nodes[-5:]))
        made = (u * v, u + v, u - 0.5 * v, u / 2, u * u, 2 - u, mb.maximum(u, v), many)
        nodes.append(mb.tanh(made[int(rng.integers(len(made)))]))
    return sum(nodes[-20:])


@pytest.mark.parametrize("seed", range(5))
def test_the_pass_that_sets_grad_on_scalars_gives_what_the_backward_sweep_returns(seed: int):
    y = tangle(seed)
    cotangents = backward(y, 0.3)
    y.backward(0.3)

    assert set(cotangents) == set(nodes_behind(y))
    assert {x: x.grad for x in cotangents} == cotangents
    assert {type(x.grad) for x in cotangents} == {float}
    y.backward(0.3)
    assert {x: x.grad for x in cotangents} == {x: g * (2 if x.is_leaf else 1) for x, g in cotangents.items()}


@pytest.mark.parametrize("seed", range(5))
def test_beside_tensors_it_gives_what_the_backward_sweep_returns(seed: int, rng):
    scalar = tangle(seed)
    W, x = Tensor(rng.normal(size=(3, 4))), Tensor(rng.normal(size=(4, 2)))
    h = mb.tanh(W @ x * scalar) + scalar
    y = (h * h[::-1] + mb.where(h > 0.1, h, 0.0)).sum() / scalar
    cotangents = backward(y, 0.3)

    y.backward(0.3)

    assert set(cotangents) == set(nodes_behind(y))
    for node, g in cotangents.items():
        np.testing.assert_array_equal(node.grad, g)


def test_a_scalar_beside_tensors_keeps_the_rate_factors_it_was_recorded_with():
    x, T = Value(2.0), Tensor([1.0, 2.0])
    y = (x * x * T).sum()
    x.data = -100.0

    y.backward()

    assert x.grad == 12.0


def test_where_no_edge_can_carry_anything_the_gradient_is_zero():
    x = Tensor([1.0, 2.0])
    h = x * 3.0
    s = mb.step(h)
    s.sum().backward()

    assert [node.grad.tolist() for node in (x, h, s)] == [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]
    y = mb.step(h).sum() + (h * h).sum()
    x.zero_grad()
    y.backward()
    assert x.grad.tolist() == [18.0, 36.0]


@both_nodes
def test_a_leaf_and_a_constant_have_their_own_gradient(node: Any):
    x, constant = node(2.0), node(3.0, varies=False)
    x.backward()
    constant.backward()

    assert (x.grad, constant.grad) == (1.0, None)


class Interrupting:
    """A rate factor at which somebody presses Ctrl-C."""

    def __rmul__(self, other: float) -> float:
        raise KeyboardInterrupt


@pytest.mark.parametrize("second", [False, True], ids=["first pass", "second pass"])
def test_when_a_pass_over_scalars_is_interrupted_no_gradient_has_changed(second: bool):
    y = tangle(0)
    if second:
        y.backward()
    nodes = nodes_behind(y)
    before = [x.grad for x in nodes]
    for node in nodes[10::40]:
        if node.is_leaf:
            continue
        rate, node.du = node.du, Interrupting()
        with pytest.raises(KeyboardInterrupt):
            y.backward()
        node.du = rate

        assert [x.grad for x in nodes] == before


@both_nodes
def test_zero_grad_forgets_on_every_node_behind(node: Any):
    x, bystander = node(0.7), node(1.0)
    h = mb.sin(x)
    y = h * h
    y.backward()
    bystander.backward()
    y.zero_grad()

    assert [n.grad for n in (x, h, y)] == [None] * 3
    assert bystander.grad == 1.0
    y.backward()
    assert float(x.grad) == pytest.approx(math.sin(1.4), rel=1e-15)
    constant = node(1.0, varies=False)
    constant.zero_grad()
    assert constant.grad is None


def test_leaf_gradients_are_arrays_of_their_own():
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    (a + b).sum().backward()
    a.grad[0] = 99.0

    assert b.grad.tolist() == [1.0, 1.0]


class Boom(RuntimeError):
    """What the row below raises."""


def raise_boom(*_: Any) -> Any:
    raise Boom("in a rate factor")


@pytest.mark.parametrize("second", [False, True], ids=["first pass", "second pass"])
def test_when_a_rate_factor_raises_no_gradient_has_changed(second: bool):
    broken = mb.Elementwise("broken", lambda u: u, np.positive, raise_boom)
    x, w = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    h = w * x
    y = (broken(h) * w).sum()
    if second:
        (h * w).sum().backward()
    before = [None if n.grad is None else n.grad.copy() for n in (x, w, h, y)]

    with pytest.raises(Boom):
        y.backward()

    for n, grad in zip((x, w, h, y), before, strict=True):
        np.testing.assert_array_equal(n.grad, grad)
    with pytest.raises(Boom):
        forward([y], {x: np.ones(2)})
    with pytest.raises(Boom):
        broken(Value(1.0))


def test_a_leaf_that_another_thread_gives_other_data_meanwhile_gets_its_whole_gradient():
    w, is_over = Value(1.0), threading.Event()

    def move() -> None:
        while not is_over.is_set():
            w.data = 1.0

    interval, mover = sys.getswitchinterval(), threading.Thread(target=move)
    sys.setswitchinterval(1e-5)
    mover.start()
    try:
        for _ in range(10):
            y = sum((w * 1.0 for _ in range(2_000)), Value(0.0))
            w.grad = None
            y.backward()
            assert w.grad == 2_000.0
    finally:
        is_over.set()
        mover.join()
        sys.setswitchinterval(interval)
