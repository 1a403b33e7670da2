"""Networks to teach and examples for them, and the training loop that a user would write by hand."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import primitives as p
from microbp.nn import MLP
from microbp.nn.optimizers import SGD, Adam, Momentum
from microbp.nn.parameters import assign, gradient_of, nodes_of, numbers_of, parameter
from microbp.problem import Problem
from microbp.tensor import Tensor
from microbp.train import train
from microbp.value import Value

both_nodes = pytest.mark.parametrize("node", [Tensor, Value])
every_optimizer = pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])


def quietly(net, examples, **arguments):
    return train(net, examples, **{"epochs": 1, "progress": False, "rng": 0, "replay": True} | arguments)


def numbers(net):
    return [numbers_of(w).copy() for w in net.parameter_arrays()]


def bits(net):
    return b"".join(w.tobytes() for w in numbers(net))


def some_examples(n=20, n_in=3, n_out=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, n_in)), rng.uniform(0, 1, (n, n_out))


def problem_of(net, examples, optimizer, cost="quadratic", regularizer=None):
    """What `train` makes of its arguments."""
    X, Y = (array.astype(net.dtype) for array in examples)
    return Problem.of(net, X, Y, cost, optimizer, regularizer)


def by_hand(net, X, Y, epochs, m, optimizer, cost, regularizer=None, seed=0):
    """The network's own loop: cost, backward, step; the mean cost of each epoch.

    Of plain gradient descent the learning rate is the cotangent of the cost.
    """
    is_plain = type(optimizer) is SGD and regularizer is None
    rng, costs_of_epochs, parameters = np.random.default_rng(seed), [], net.parameter_arrays()
    X, Y = X.astype(net.dtype), Y.astype(net.dtype)
    for _ in range(epochs):
        order, total = rng.permutation(len(X)), 0.0
        for k in range(0, len(X), m):
            batch = order[k : k + m]
            net.zero_grad()
            c = net.cost(X[batch].T, Y[batch].T, cost)
            c.backward(optimizer.eta if is_plain else 1.0)
            gradients = [gradient_of(w) for w in parameters]
            if regularizer is not None:
                for i in range(0, len(gradients), 2):
                    gradients[i] = gradients[i] + regularizer.gradient(numbers_of(parameters[i]), len(X))
            (SGD(1.0) if is_plain else optimizer).step(parameters, gradients)
            for layer in net.layers if regularizer is not None else ():
                assign(layer.w, regularizer.constrained(numbers_of(layer.w)))
            total += len(batch) * float(c.data)
        costs_of_epochs.append(total / len(X))
    return costs_of_epochs


def flat(states):
    """What optimizers remember, as one list of numbers."""
    parts = [part for state in states for part in (state if isinstance(state, tuple) else (state,))]
    parts = [part for part in parts if part is not None]
    return np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)


def nodes_first(net):
    return [nodes_of(w)[0] for w in net.parameter_arrays()]


def frozen(net, k):
    """The network with the parameters of its layer number k as constants."""
    layer = net.layers[k]
    layer.w, layer.b = (parameter(net.node, numbers_of(w), "frozen", varies=False) for w in (layer.w, layer.b))
    return net


class Watched(SGD):
    """Gradient descent that keeps what the parameters were after each step."""

    def __init__(self, eta):
        super().__init__(eta)
        self.after = []

    def step(self, parameters, gradients=None):
        super().step(parameters, gradients)
        self.after.append([numbers_of(w).copy() for w in parameters])


def dropped(rng):
    """An activation with dropout: it draws a mask anew at each call."""
    return lambda z: p.sigmoid(z) * ((rng.random((3, 1)) < 0.9) / 0.9)


class Counting(MLP):
    """A network that does something else after some time."""

    calls = 0

    def feedforward(self, x):
        self.calls += 1
        zs, activations_ = super().feedforward(x)
        return (zs, activations_) if self.calls < 9 else (zs, [*activations_[:-1], activations_[-1] * 0.5])


class Upper(MLP):
    """A network that names only the parameters of its last layer."""

    def parameters(self):
        return [node for w in (self.layers[-1].w, self.layers[-1].b) for node in nodes_of(w)]


def outgrown(z):
    """An activation that takes another branch once its numbers have grown."""
    return z * 2.0 if (z < 1.0).all() else z * 1.5


def growing(node=Tensor):
    """A network whose outputs start at 0 and, taught 4, outgrow that branch after some steps."""
    return MLP([3, 2], outgrown, node=node, initializer=lambda rng, *shape: (np.zeros(shape), np.zeros((shape[0], 1))))


def growing_examples(n=8):
    X, _ = some_examples(n)
    return X, np.full((n, 2), 4.0)
