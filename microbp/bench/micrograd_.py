"""micrograd as its users write it: https://github.com/karpathy/micrograd, the scalars that microbp's Values go back to.

micrograd has no sigmoid, so it gets one here, in the way in which its own functions are made. Its backward
pass is recursive; the limit is raised to what the widest sum of a 784-30-10 network needs.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from micrograd.engine import Value
from micrograd.nn import MLP

from microbp.bench.digits import Digits
from microbp.bench.harness import Ready
from microbp.bench.scalars import Chain, Mixed, Moons, bytes_a_node


def mixed(task: Mixed) -> Ready:
    """Record and differentiate mixed scalar nodes."""
    gradient: list[float] = []

    def recorded() -> Any:
        leaves = [Value(x) for x in task.leaves]
        last = task.record(leaves, Value.relu)
        last.backward()
        gradient[:] = [leaf.grad for leaf in leaves]
        return last

    facts = {"bytes a node": bytes_a_node(recorded, task.n)}
    return Ready(recorded, task.n, lambda: gradient, tried=1, facts=facts)


def chain(task: Chain) -> Ready:
    """Record and differentiate a chain: too deep for a recursive backward pass."""
    gradient = [0.0]

    def recorded() -> None:
        x = Value(task.leaf)
        task.record(x).backward()
        gradient[0] = x.grad

    return Ready(recorded, task.n, lambda: gradient, tried=1)


def _network(sizes: list[int], start: list[np.ndarray]) -> Any:
    """micrograd's MLP with these parameters."""
    net = MLP(sizes[0], sizes[1:])
    for layer, w, b in zip(net.layers, start[::2], start[1::2], strict=True):
        for neuron, row, bias in zip(layer.neurons, w.tolist(), b.ravel().tolist(), strict=True):
            neuron.w, neuron.b = list(map(Value, row)), Value(bias)
    return net


def _numbers(net: Any) -> np.ndarray:
    """Its parameters in one row, w², b², w³, b³, …"""
    row: list[float] = []
    for layer in net.layers:
        row += [w.data for neuron in layer.neurons for w in neuron.w]
        row += [neuron.b.data for neuron in layer.neurons]
    return np.array(row)


def moons(task: Moons) -> Ready:
    """The step of its README's demo."""
    net = _network(task.sizes, task.start)

    def step() -> None:
        inputs = [list(map(Value, row)) for row in task.X.tolist()]
        scores = list(map(net, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(task.y.tolist(), scores, strict=True)]
        C: Any = sum(losses) * (1.0 / len(losses)) + task.alpha * sum(p * p for p in net.parameters())
        net.zero_grad()
        C.backward()
        for p in net.parameters():
            p.data -= task.eta * p.grad

    return Ready(step, result=lambda: _numbers(net))


def _sigmoid(z: Any) -> Any:
    a = Value(1.0 / (1.0 + math.exp(-z.data)), (z,), "sigmoid")

    def _backward() -> None:
        z.grad += a.data * (1.0 - a.data) * a.grad

    a._backward = _backward
    return a


@contextmanager
def _deep() -> Iterator[None]:
    """A recursion limit for sums of 784 terms."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 5_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def digits(task: Digits) -> Ready:
    """A step on a network of single numbers, example by example."""
    net = _network(task.sizes, task.start)
    for layer in net.layers:
        for neuron in layer.neurons:
            neuron.nonlin = False
    batches = task.endless_batches()

    def activations(x: list[float]) -> list[Any]:
        a: list[Any] = x
        for layer in net.layers:
            a = [_sigmoid(neuron(a)) for neuron in layer.neurons]
        return a

    def step() -> None:
        rows = next(batches)
        net.zero_grad()
        with _deep():
            for x, y in zip(task.X[rows].tolist(), task.Y[rows].tolist(), strict=True):
                C: Any = sum((a - yj) ** 2 for a, yj in zip(activations(x), y, strict=True)) * 0.5
                C.backward()
        for p in net.parameters():
            p.data -= task.eta / task.m * p.grad

    return Ready(step, result=lambda: _numbers(net), tried=1)


CONTESTANTS: dict[str, dict[str, Callable[..., object]]] = {
    "mixed": {"micrograd": mixed},
    "chain": {"micrograd": chain},
    "moons": {"micrograd": moons},
    "digits by scalars": {"micrograd": digits},
}
"""What there is for each kind of work, by the name in the table."""
