"""JAX in float64: a compiled step, and a compiled loop of a hundred steps."""

from __future__ import annotations

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp

from microbp.bench import Ready
from microbp.bench.digits import Digits, flat

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")

SCANNED = 100
"""Steps in one compiled loop."""


def cost_of(parameters, x, y):
    """C on examples in columns."""
    a = x
    for w, b in zip(parameters[::2], parameters[1::2], strict=True):
        a = jax.nn.sigmoid(w @ a + b)
    return jnp.sum((a - y) ** 2) / (2 * x.shape[1])


def moved(parameters, X, Y, rows, eta):
    """The parameters after a step, and the cost before it; where nobody wants the cost, XLA leaves it out."""
    cost, gradients = jax.value_and_grad(cost_of)(parameters, X[rows].T, Y[rows].T)
    return [p - eta * g for p, g in zip(parameters, gradients, strict=True)], cost


class State:
    """The parameters, which are handed on from step to step, and k, the step it is."""

    def __init__(self, task: Digits) -> None:
        self.parameters = [jnp.asarray(array) for array in task.start]
        self.k = jnp.asarray(0)
        self.X, self.Y, self.batches = (jnp.asarray(array) for array in (task.X, task.Y, task.batches))

    def numbers(self) -> np.ndarray:
        return flat([np.asarray(p) for p in self.parameters])

    def wait(self) -> None:
        jax.block_until_ready(self.parameters)


def stepwise(task: Digits) -> Ready:
    """One call a step. Which mini-batch it is, is counted inside, so that nothing has to be handed over."""
    state, eta = State(task), task.eta

    def step_of(parameters, k, X, Y, batches):
        rows = batches[k % len(batches)]
        return moved(parameters, X, Y, rows, eta)[0], k + 1

    compiled = jax.jit(step_of, donate_argnums=(0, 1))

    def step():
        state.parameters, state.k = compiled(state.parameters, state.k, state.X, state.Y, state.batches)

    return Ready(step, result=state.numbers, tried=50, finish=state.wait)


def scanned(task: Digits, *, cost: bool = False) -> Ready:
    """A hundred steps a call.

    cost  whether the cost of each mini-batch is handed back, as training reports it
    """
    state, eta = State(task), task.eta

    def steps_of(parameters, k, X, Y, batches):
        def body(parameters, rows):
            parameters, c = moved(parameters, X, Y, rows, eta)
            return parameters, c if cost else None

        some = lax.dynamic_slice_in_dim(batches, k % len(batches), SCANNED)
        parameters, costs = lax.scan(body, parameters, some)
        return parameters, k + SCANNED, costs

    compiled = jax.jit(steps_of, donate_argnums=(0, 1))

    def step():
        state.parameters, state.k, _ = compiled(state.parameters, state.k, state.X, state.Y, state.batches)

    return Ready(step, SCANNED, state.numbers, tried=1, finish=state.wait, note=f"{SCANNED} steps a call")


def scanned_with_cost(task: Digits) -> Ready:
    """`scanned`, and the cost of each mini-batch."""
    return scanned(task, cost=True)


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    parameters = [jnp.asarray(array) for array in task.start]
    x, y = map(jnp.asarray, task.first)
    value = jax.jit(cost_of)
    both = jax.jit(jax.value_and_grad(cost_of))

    def gradient() -> np.ndarray:
        return flat([np.asarray(g) for g in both(parameters, x, y)[1]])

    return (
        Ready(lambda: jax.block_until_ready(value(parameters, x, y))),
        Ready(lambda: jax.block_until_ready(both(parameters, x, y)), result=gradient),
    )


CONTESTANTS = {
    "digits": {"jax jit": stepwise, "jax scan": scanned, "jax scan, with C": scanned_with_cost},
    "gradient": {"jax jit": cost_and_gradient},
}
