"""numpy by hand: the step of a network as one writes it, as fast as one can write it, and its floor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from microbp.bench.digits import Array, Digits, flat, started, views
from microbp.bench.harness import Ready


def sigmoid(z: Array) -> Array:
    """σ(z) = 1/(1 + e⁻ᶻ)."""
    a: Array = 1.0 / (1.0 + np.exp(-z))
    return a


def fresh(task: Digits) -> Ready:
    """BP1 to BP4 as on the page: every line makes a new array."""
    parameters = [array.copy() for array in task.start]
    X, Y, rate, batches = task.X, task.Y, task.eta / task.m, task.endless_batches()

    def step() -> None:
        rows = next(batches)
        activations = [X[rows].T]
        for w, b in zip(parameters[::2], parameters[1::2], strict=True):
            activations.append(sigmoid(w @ activations[-1] + b))
        a = activations.pop()
        delta = (a - Y[rows].T) * a * (1.0 - a)
        for l in range(len(parameters) - 2, -1, -2):
            a, w = activations.pop(), parameters[l]
            error = delta
            if l:
                delta = (w.T @ error) * a * (1.0 - a)
            w -= rate * (error @ a.T)
            parameters[l + 1] -= rate * error.sum(axis=1, keepdims=True)

    return Ready(step, result=lambda: flat(parameters), tried=50)


def in_place(task: Digits, *, cost: bool = False) -> Ready:
    """The same step without a new array: what a careful hand can get out of numpy.

    All parameters stand in one row, so that the update is one subtraction; the rate η/m is a factor of the
    last layer's error, so that it costs n_L · m multiplications; `take(mode="clip")` writes straight into its
    output, where the default mode makes a copy first; sums over examples are products with ones.

    cost  whether each step also computes C
    """
    row, parameters = started(task)
    nabla_row = np.zeros_like(row)
    nablas = views(nabla_row, task)
    m, rate = task.m, task.eta / task.m
    takes_x, takes_y, batches = task.X.take, task.Y.take, task.endless_batches()
    x, y, ones = np.empty((m, task.sizes[0])), np.empty((m, task.sizes[-1])), np.ones(m)
    outputs = [np.empty((n, m)) for n in task.sizes[1:]]
    deltas = [np.empty_like(a) for a in outputs]
    spare = [np.empty_like(a) for a in outputs]
    forward = list(zip(parameters[::2], parameters[1::2], [x.T, *outputs], outputs, strict=False))
    # Of each layer from the last to the third, what BP2 needs: wᵀ, δ, and of the layer before a, δ′, 1 − a.
    down = list(zip([w.T for w in parameters[2::2]], deltas[1:], outputs, deltas, spare, strict=False))[::-1]
    sources = [x, *(a.T for a in outputs)]
    sums = list(zip(deltas, sources, nablas[::2], [nabla[:, 0] for nabla in nablas[1::2]], strict=False))
    a_last, delta_last, spare_last, y_columns = outputs[-1], deltas[-1], spare[-1], y.T
    error_row = delta_last.reshape(-1)
    dot, add, subtract, multiply = np.dot, np.add, np.subtract, np.multiply
    negative, exp, reciprocal = np.negative, np.exp, np.reciprocal
    costs = [0.0]

    def step() -> None:
        rows = next(batches)
        takes_x(rows, 0, x, "clip")
        takes_y(rows, 0, y, "clip")
        for w, b, a_in, a in forward:
            dot(w, a_in, a)
            add(a, b, a)
            negative(a, a)
            exp(a, a)
            add(a, 1.0, a)
            reciprocal(a, a)
        subtract(a_last, y_columns, delta_last)
        if cost:
            costs[0] = dot(error_row, error_row) / (2 * m)
        multiply(delta_last, a_last, delta_last)
        subtract(1.0, a_last, spare_last)
        multiply(delta_last, spare_last, delta_last)
        multiply(delta_last, rate, delta_last)
        for w_transposed, error, a, delta, rest in down:
            dot(w_transposed, error, delta)
            multiply(delta, a, delta)
            subtract(1.0, a, rest)
            multiply(delta, rest, delta)
        for delta, a, nabla_w, nabla_b in sums:
            dot(delta, a, nabla_w)
            dot(delta, ones, nabla_b)
        subtract(row, nabla_row, row)

    return Ready(step, result=lambda: row, tried=50)


def in_place_with_cost(task: Digits) -> Ready:
    """`in_place`, and the cost of each mini-batch, as training reports it."""
    return in_place(task, cost=True)


def floor(task: Digits) -> Ready:
    """What no step can do without: the mini-batch gathered, the matrix products, the update."""
    row, parameters = started(task)
    nabla_row = np.zeros_like(row)
    nablas = views(nabla_row, task)
    takes_x, takes_y, batches = task.X.take, task.Y.take, task.endless_batches()
    x, y = np.empty((task.m, task.sizes[0])), np.empty((task.m, task.sizes[-1]))
    outputs = [np.empty((n, task.m)) for n in task.sizes[1:]]
    deltas = [np.zeros_like(a) for a in outputs]
    weights = parameters[::2]
    products = list(zip(weights, [x.T, *outputs], outputs, strict=False))
    products += list(zip([w.T for w in weights[1:]], deltas[1:], deltas, strict=False))[::-1]
    products += list(zip(deltas, [x, *(a.T for a in outputs)], nablas[::2], strict=False))
    dot, subtract = np.dot, np.subtract

    def step() -> None:
        rows = next(batches)
        takes_x(rows, 0, x, "clip")
        takes_y(rows, 0, y, "clip")
        for u, v, product in products:
            dot(u, v, product)
        subtract(row, nabla_row, row)

    return Ready(step, note="only gather, matrix products and update")


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    """C on one mini-batch, and C with its gradient."""
    x, y = task.first
    parameters = task.start

    def forward() -> list[Array]:
        activations = [x]
        for w, b in zip(parameters[::2], parameters[1::2], strict=True):
            activations.append(sigmoid(w @ activations[-1] + b))
        return activations

    def value() -> float:
        error = (forward()[-1] - y).ravel()
        return float(error @ error) / (2 * task.m)

    def value_and_gradient() -> tuple[float, list[Array]]:
        *activations, a = forward()
        error = a - y
        cost = float(error.ravel() @ error.ravel()) / (2 * task.m)
        delta = error * a * (1.0 - a) / task.m
        nablas: list[Array] = []
        for w, a in zip(parameters[-2::-2], activations[::-1], strict=True):
            nablas[:0] = [delta @ a.T, delta.sum(axis=1, keepdims=True)]
            if w is not parameters[0]:
                delta = (w.T @ delta) * a * (1.0 - a)
        return cost, nablas

    return Ready(value), Ready(value_and_gradient, result=lambda: flat(value_and_gradient()[1]))


CONTESTANTS: dict[str, dict[str, Callable[..., object]]] = {
    "digits": {"numpy out=": in_place, "numpy out=, with C": in_place_with_cost, "numpy": fresh, "floor": floor},
    "digits by scalars": {"numpy out=": in_place},
    "gradient": {"numpy": cost_and_gradient},
}
"""What there is for each kind of work, by the name in the table."""
