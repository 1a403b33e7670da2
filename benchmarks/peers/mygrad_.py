"""mygrad: drop-in automatic differentiation for numpy; https://github.com/rsokl/MyGrad.

Its guard against writing to recorded arrays is off, as its documentation advises where speed counts.
"""

from __future__ import annotations

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu, sigmoid

from microbp.bench import Ready
from microbp.bench.digits import Digits, flat
from microbp.bench.scalars import Chain, Mixed

mg.turn_memory_guarding_off()


def mixed(task: Mixed) -> Ready:
    """Mixed nodes on tensors of no dimension."""
    gradient = []

    def recorded():
        leaves = [mg.tensor(x) for x in task.leaves]
        task.record(leaves, relu).backward()
        gradient[:] = [float(leaf.grad) for leaf in leaves]

    return Ready(recorded, task.n, lambda: gradient, tried=1)


def chain(task: Chain) -> Ready:
    """A chain of a tenth of the nodes, for the sake of time."""
    short = Chain(task.n // 10)
    gradient = [0.0]

    def recorded():
        x = mg.tensor(task.leaf)
        short.record(x).backward()
        gradient[0] = float(x.grad)

    return Ready(recorded, short.n, lambda: gradient, tried=1, note=f"{short.n:,} nodes")


def cost_of(parameters, x, y):
    """C on examples in columns."""
    a = x
    for w, b in zip(parameters[::2], parameters[1::2], strict=True):
        a = sigmoid(mg.matmul(w, a) + b)
    return mg.sum((a - y) ** 2) / (2 * x.shape[1])


def digits(task: Digits) -> Ready:
    """Backward pass, and an update of the data in place."""
    parameters, batches = [mg.tensor(array) for array in task.start], task.endless_batches()

    def step():
        rows = next(batches)
        cost_of(parameters, task.X[rows].T, task.Y[rows].T).backward()
        for p in parameters:
            p.data -= task.eta * p.grad
            p.null_grad()

    return Ready(step, result=lambda: flat([p.data for p in parameters]), tried=50)


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    parameters, (x, y) = [mg.tensor(array) for array in task.start], task.first

    @mg.no_autodiff
    def value():
        return cost_of(parameters, x, y)

    def backward():
        for p in parameters:
            p.null_grad()
        cost_of(parameters, x, y).backward()

    def gradient() -> np.ndarray:
        backward()
        return flat([p.grad for p in parameters])

    return Ready(value), Ready(backward, result=gradient)


CONTESTANTS = {
    "mixed": {"mygrad": mixed},
    "chain": {"mygrad": chain},
    "digits": {"mygrad": digits},
    "gradient": {"mygrad": cost_and_gradient},
}
