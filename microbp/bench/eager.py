"""microbp as its users write it: a graph recorded anew for every step, then a backward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microbp.bench.digits import Array, Digits, flat
from microbp.bench.harness import Ready
from microbp.bench.scalars import Chain, Mixed, Moons, bytes_a_node
from microbp.graph import Node
from microbp.linearized import linearize
from microbp.nn import MLP, activations, optimizers
from microbp.nn.parameters import numbers_of
from microbp.primitives import relu
from microbp.primitives import sum as sum_of
from microbp.tensor import Tensor
from microbp.value import Value


def network(sizes: Sequence[int], start: Sequence[Array], node: type[Node], activation: Any = "sigmoid") -> MLP:
    """An MLP with these parameters w², b², w³, b³, …"""
    given = iter(start)
    output = None if activation == "sigmoid" else activations.NAMES["linear"]
    return MLP(sizes, activation, output, node=node, initializer=lambda rng, n_out, n_in: (next(given), next(given)))


def mixed(task: Mixed) -> Ready:
    """Record and differentiate mixed scalar nodes."""
    gradient: list[float] = []

    def recorded() -> Value:
        leaves = [Value(x) for x in task.leaves]
        last: Value = task.record(leaves, relu)
        last.backward()
        gradient[:] = [leaf.grad or 0.0 for leaf in leaves]  # None where nothing leads to it
        return last

    facts = {"bytes a node": bytes_a_node(recorded, task.n)}
    return Ready(recorded, task.n, lambda: gradient, tried=1, facts=facts)


def chain(task: Chain) -> Ready:
    """Record and differentiate a chain."""
    gradient = [0.0]

    def recorded() -> None:
        x = Value(task.leaf)
        task.record(x).backward()
        gradient[0] = float(x.grad)

    return Ready(recorded, task.n, lambda: gradient, tried=1)


def moons(task: Moons) -> Ready:
    """micrograd's step by microbp's layers."""
    net = network(task.sizes, task.start, Value, "relu")
    parameters, x, y = net.parameters(), task.X.T, task.y[None, :]

    def step() -> None:
        C = net.cost(x, y, "hinge") + task.alpha * sum(sum_of(w * w) for w in net.parameter_arrays())
        C.backward()
        for p in parameters:
            p.data -= task.eta * p.grad
            p.grad = None

    return Ready(step, result=lambda: flat([numbers_of(w) for w in net.parameter_arrays()]))


def cost_by_neurons(task: Moons) -> tuple[list[Value], Callable[[Any, Any], Value]]:
    """micrograd's parameters one by one, and its cost of inputs and labels by its own lines, product by product."""
    start = [np.vectorize(Value, otypes=[object])(array) for array in task.start]
    layers = list(zip(start[::2], start[1::2], strict=True))
    parameters = [p for array in start for p in array.flat]

    def score(x: list[Any]) -> Any:
        for l, (w, b) in enumerate(layers, start=2):
            x = [sum((wi * xi for wi, xi in zip(row, x, strict=True)), bias) for row, (bias,) in zip(w, b, strict=True)]
            if l < len(task.sizes):
                x = [relu(z) for z in x]
        return x[0]

    def cost(inputs: Any, labels: Any) -> Value:
        losses = [relu(1 + -yi * score(x)) for yi, x in zip(labels, inputs, strict=True)]
        C: Any = sum(losses) * (1.0 / len(losses)) + task.alpha * sum(p * p for p in parameters)
        return C  # type: ignore[no-any-return]

    return parameters, cost


def moons_by_neurons(task: Moons) -> Ready:
    """micrograd's step by micrograd's own lines: neuron by neuron, product by product."""
    parameters, cost = cost_by_neurons(task)

    def step() -> None:
        inputs = [list(map(Value, row)) for row in task.X.tolist()]
        C = cost(inputs, task.y.tolist())
        C.backward()
        for p in parameters:
            p.data -= task.eta * p.grad
            p.grad = None

    return Ready(step, result=lambda: [p.data for p in parameters])


def digits(task: Digits) -> Ready:
    """A step on Tensors, as in the README's loop, with an optimizer."""
    net = network(task.sizes, task.start, Tensor)
    parameters, optimizer, batches = net.parameters(), optimizers.SGD(task.eta), task.endless_batches()

    def step() -> None:
        rows = next(batches)
        net.zero_grad()
        net.cost(task.X[rows].T, task.Y[rows].T).backward()
        optimizer.step(parameters)

    return Ready(step, result=lambda: flat([w.data for w in parameters]), tried=50)


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    """C on one mini-batch, and C with its gradient."""
    net = network(task.sizes, task.start, Tensor)
    x, y = task.first

    def value_and_gradient() -> Array:
        net.zero_grad()
        net.cost(x, y).backward()
        return flat([w.grad for w in net.parameters()])

    def backward() -> None:
        net.zero_grad()
        net.cost(x, y).backward()

    return Ready(lambda: net.cost(x, y)), Ready(backward, result=value_and_gradient)


def grown(n: int) -> tuple[Value, Value]:
    """A leaf and the last of n mixed nodes."""
    task = Mixed(n)
    leaves = [Value(x) for x in task.leaves]
    return leaves[0], task.record(leaves, relu)


def growth() -> dict[str, Callable[[int], Ready]]:
    """For each way to read a graph of n mixed nodes, what to time."""

    def recorded(n: int) -> Ready:
        return mixed(Mixed(n))._replace(facts={}, result=None)

    def linearized(n: int) -> Ready:
        _, last = grown(n)
        return Ready(lambda: linearize(last), work=n)

    def eliminated(n: int, order: str) -> Ready:
        graph = linearize(grown(n)[1])
        return Ready(lambda: graph.eliminate(order), work=n)

    def over_paths(n: int, quantity: str) -> Ready:
        leaf, last = grown(n)
        graph = linearize(last)
        return Ready(lambda: getattr(graph.paths(leaf, last), quantity), work=n)

    return {
        "record + backward": recorded,
        "linearize": linearized,
        "eliminate forward": lambda n: eliminated(n, "forward"),
        "eliminate reverse": lambda n: eliminated(n, "reverse"),
        "count paths": lambda n: over_paths(n, "count"),
        "total of paths": lambda n: over_paths(n, "total"),
    }


CONTESTANTS: dict[str, dict[str, Callable[..., object]]] = {
    "mixed": {"microbp": mixed},
    "chain": {"microbp": chain},
    "moons": {"microbp": moons, "microbp, neuron by neuron": moons_by_neurons},
    "digits": {"microbp eager": digits},
    "gradient": {"microbp eager": cost_and_gradient},
}
"""What there is for each kind of work, by the name in the table."""
