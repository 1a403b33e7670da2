"""microbp with the computation recorded once and replayed: what `mb.record` makes, and the steps that `train` takes."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from microbp.bench.digits import Array, Digits, flat
from microbp.bench.eager import cost_by_neurons, network
from microbp.bench.harness import Ready
from microbp.bench.scalars import Moons
from microbp.graph import Node
from microbp.nn import optimizers
from microbp.problem import Problem
from microbp.program.recording import record
from microbp.replaying import replayed
from microbp.tensor import Tensor
from microbp.value import Value


def _steps(task: Digits, node: type[Node]) -> Ready:
    """Steps as `train` takes them and makes them ready; making the network isn't part of preparing it."""
    net = network(task.sizes, task.start, node)
    problem = Problem.of(net, task.X, task.Y, "quadratic", optimizers.SGD(task.eta), None)
    start = perf_counter()
    descent = replayed(problem, task.m)
    prepared = perf_counter() - start
    descent.begin()
    batches = task.endless_batches()

    def step() -> None:
        descent.step(next(batches))

    def result() -> Array:
        return flat(descent.places[descent.now].parts)

    return Ready(step, result=result, tried=50, facts={"prepared, ms": 1_000 * prepared})


def digits(task: Digits) -> Ready:
    """A step that was recorded on Tensors."""
    return _steps(task, Tensor)


def from_scalars(task: Digits) -> Ready:
    """A step that was recorded on Values, on one example."""
    return _steps(task, Value)


def moons(task: Moons) -> Ready:
    """micrograd's step by its own lines, recorded once: its 337 parameters stay Values, moved one by one."""
    parameters, cost = cost_by_neurons(task)
    start = perf_counter()
    program = record(cost, task.X, task.y, node=Value)
    program.value_and_grad(task.X, task.y)
    prepared = perf_counter() - start

    def step() -> None:
        _, gradient = program.value_and_grad(task.X, task.y)
        for p, g in zip(parameters, gradient, strict=True):
            p.data -= task.eta * g

    return Ready(step, result=lambda: [p.data for p in parameters], facts={"prepared, ms": 1_000 * prepared})


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    """C on one mini-batch, and C with its gradient, by a program of the Tensor graph."""
    net = network(task.sizes, task.start, Tensor)
    x, y = task.first
    program = record(net.cost, x, y, wrt=net)

    def result() -> Array:
        return flat(program.value_and_grad(x, y)[1])

    return Ready(lambda: program(x, y)), Ready(lambda: program.value_and_grad(x, y), result=result)


CONTESTANTS: dict[str, dict[str, Callable[..., object]]] = {
    "moons": {"microbp replayed": moons},
    "digits": {"microbp replayed": digits},
    "digits by scalars": {"microbp matrix form": from_scalars},
    "gradient": {"microbp replayed": cost_and_gradient},
}
"""What there is for each kind of work, by the name in the table."""
