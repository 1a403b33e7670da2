"""HIPS autograd: numpy's functions, recorded; https://github.com/HIPS/autograd."""

from __future__ import annotations

import autograd.numpy as np
from autograd import grad, value_and_grad

from microbp.bench import Ready
from microbp.bench.digits import Digits, flat
from microbp.bench.scalars import Chain, Mixed


def relu(x):
    return np.where(x > 0.0, x, 0.0)  # np.maximum would share the derivative at a tie


def mixed(task: Mixed) -> Ready:
    """Mixed nodes, as a function of a list of leaves."""
    gradient_of = grad(lambda leaves: task.record(leaves, relu))
    gradient = []

    def recorded():
        gradient[:] = gradient_of(task.leaves)

    return Ready(recorded, task.n, lambda: gradient, tried=1)


def chain(task: Chain) -> Ready:
    """A chain of a tenth of the nodes, for the sake of time."""
    short = Chain(task.n // 10)
    gradient_of, gradient = grad(short.record), [0.0]

    def recorded():
        gradient[0] = gradient_of(task.leaf)

    return Ready(recorded, short.n, lambda: gradient, tried=1, note=f"{short.n:,} nodes")


def cost_of(parameters, x, y):
    """C on examples in columns."""
    a = x
    for w, b in zip(parameters[::2], parameters[1::2], strict=True):
        a = 1.0 / (1.0 + np.exp(-(np.dot(w, a) + b)))
    return np.sum((a - y) ** 2) / (2 * x.shape[1])


def digits(task: Digits) -> Ready:
    """grad of the cost, and an update in place."""
    parameters, batches = [array.copy() for array in task.start], task.endless_batches()
    gradient = grad(cost_of)

    def step():
        rows = next(batches)
        for p, g in zip(parameters, gradient(parameters, task.X[rows].T, task.Y[rows].T), strict=True):
            p -= task.eta * g

    return Ready(step, result=lambda: flat(parameters), tried=50)


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    both, (x, y) = value_and_grad(cost_of), task.first
    return (
        Ready(lambda: cost_of(task.start, x, y)),
        Ready(lambda: both(task.start, x, y), result=lambda: flat(both(task.start, x, y)[1])),
    )


CONTESTANTS = {
    "mixed": {"autograd": mixed},
    "chain": {"autograd": chain},
    "digits": {"autograd": digits},
    "gradient": {"autograd": cost_and_gradient},
}
