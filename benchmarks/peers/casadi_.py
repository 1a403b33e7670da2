"""CasADi: expressions of scalars (SX), differentiated by source, run by its virtual machine; https://web.casadi.org.

The network is built for one example, number by number, and mapped over the mini-batch; the sum over examples
is taken inside. The arrays are handed over through CasADi's buffers, which spares the copies.
"""

from __future__ import annotations

from time import perf_counter

import casadi as ca
import numpy as np

from microbp.bench import Ready
from microbp.bench.digits import Digits, flat


def gradient_of(task: Digits) -> ca.Function:
    """∂C/∂(parameters), summed over the mini-batch, as a function of parameters, x and y in columns."""
    shapes = [array.shape for array in task.start]
    parameters = [ca.SX.sym(f"p{k}", *shape) for k, shape in enumerate(shapes)]
    x, y = ca.SX.sym("x", task.sizes[0]), ca.SX.sym("y", task.sizes[-1])
    a = x
    for w, b in zip(parameters[::2], parameters[1::2], strict=True):
        a = 1 / (1 + ca.exp(-(ca.mtimes(w, a) + b)))
    cost = ca.sumsqr(a - y) / 2
    row = ca.vertcat(*map(ca.vec, parameters))
    one = ca.Function("one", [row, x, y], [ca.gradient(cost, row)])
    return one.map("all", "serial", task.m, [0], [0])


def digits(task: Digits) -> Ready:
    """The gradient by CasADi, gather and update by numpy; CasADi's matrices are column by column."""
    X, Y, m, batches = task.X, task.Y, task.m, task.endless_batches()
    start = perf_counter()
    function = gradient_of(task)
    row, gradient = flat([array.T for array in task.start]), np.empty(sum(array.size for array in task.start))
    x, y = np.empty((m, task.sizes[0])), np.empty((m, task.sizes[-1]))
    buffer, evaluate = function.buffer()
    for k, array in enumerate((row, x, y)):
        buffer.set_arg(k, memoryview(array))
    buffer.set_res(0, memoryview(gradient))
    prepared = perf_counter() - start

    def step():
        rows = next(batches)
        X.take(rows, 0, x, "clip")
        Y.take(rows, 0, y, "clip")
        evaluate()
        np.multiply(gradient, task.eta / m, gradient)
        np.subtract(row, gradient, row)

    step.alive = function, buffer, x, y  # `evaluate` only has their addresses

    def numbers() -> np.ndarray:
        ends = np.cumsum([array.size for array in task.start])[:-1]
        pieces = zip(np.split(row, ends), task.start, strict=True)
        return flat([piece.reshape(array.shape[::-1]).T for piece, array in pieces])

    return Ready(step, result=numbers, tried=5, facts={"prepared, ms": 1_000 * prepared})


CONTESTANTS = {"digits by scalars": {"casadi": digits}}
