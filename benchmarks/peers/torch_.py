"""PyTorch, CPU: layers and an optimizer, the leanest way by hand, and torch.compile."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import torch
from torch.nn.functional import linear, mse_loss

from microbp.bench import Missing, Ready
from microbp.bench.digits import Digits, flat
from microbp.bench.scalars import Chain, Mixed

torch.set_num_threads(1)


def scalar(x: float) -> torch.Tensor:
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def mixed(task: Mixed) -> Ready:
    """Mixed nodes on tensors of no dimension."""
    gradient = []

    def recorded():
        leaves = [scalar(x) for x in task.leaves]
        task.record(leaves, torch.relu).backward()
        gradient[:] = [leaf.grad.item() for leaf in leaves]

    return Ready(recorded, task.n, lambda: gradient, tried=1)


def chain(task: Chain) -> Ready:
    """A chain."""
    gradient = [0.0]

    def recorded():
        x = scalar(task.leaf)
        task.record(x).backward()
        gradient[0] = x.grad.item()

    return Ready(recorded, task.n, lambda: gradient, tried=1)


def data(task: Digits):
    """X, Y and the rows of one mini-batch after another."""
    batches = cycle(list(torch.from_numpy(task.batches)))
    return torch.from_numpy(task.X), torch.from_numpy(task.Y), batches


def parameters(task: Digits) -> list[torch.Tensor]:
    """w², b², w³, b³, …, the biases of shape (n_out,)."""
    shaped = (array if array.shape[1] > 1 else array.ravel() for array in task.start)
    return [torch.from_numpy(array.copy()).requires_grad_() for array in shaped]


def cost_of(x: torch.Tensor, y: torch.Tensor, *parameters: torch.Tensor) -> torch.Tensor:
    a = x
    for w, b in zip(parameters[::2], parameters[1::2], strict=True):
        a = torch.sigmoid(linear(a, w, b))
    return mse_loss(a, y, reduction="sum") / (2 * len(x))


def numbers(parameters) -> np.ndarray:
    return flat([p.detach().numpy() for p in parameters])


def eager(task: Digits) -> Ready:
    """A Sequential of Linear and Sigmoid, and optim.SGD."""
    layers = []
    for n_in, n_out in zip(task.sizes, task.sizes[1:], strict=False):
        layers += [torch.nn.Linear(n_in, n_out, dtype=torch.float64), torch.nn.Sigmoid()]
    net = torch.nn.Sequential(*layers)
    with torch.no_grad():
        for p, start in zip(net.parameters(), parameters(task), strict=True):
            p.copy_(start)
    optimizer = torch.optim.SGD(net.parameters(), task.eta)
    X, Y, batches = data(task)

    def step():
        rows = next(batches)
        optimizer.zero_grad()
        loss = mse_loss(net(X[rows]), Y[rows], reduction="sum") / (2 * task.m)
        loss.backward()
        optimizer.step()

    return Ready(step, result=lambda: numbers(net.parameters()), tried=50)


def by_hand(task: Digits, cost=cost_of) -> Ready:
    """Without Module and optimizer: torch.autograd.grad, and an update in place."""
    weights, (X, Y, batches) = parameters(task), data(task)

    def step():
        rows = next(batches)
        gradients = torch.autograd.grad(cost(X.index_select(0, rows), Y.index_select(0, rows), *weights), weights)
        with torch.no_grad():
            for p, g in zip(weights, gradients, strict=True):
                p.add_(g, alpha=-task.eta)

    return Ready(step, result=lambda: numbers(weights), tried=50)


def compiled(task: Digits) -> Ready:
    """The same with cost and gradient through torch.compile; it needs a C++ compiler."""
    torch._dynamo.reset()
    try:
        return by_hand(task, torch.compile(cost_of, dynamic=False))
    except RuntimeError as error:
        raise Missing(f"torch.compile failed: {str(error).splitlines()[0]}") from error


def cost_and_gradient(task: Digits) -> tuple[Ready, Ready]:
    weights = parameters(task)
    x, y = (torch.from_numpy(np.ascontiguousarray(array.T)) for array in task.first)

    @torch.no_grad
    def value():
        return cost_of(x, y, *weights)

    def value_and_gradient():
        cost = cost_of(x, y, *weights)
        return cost, torch.autograd.grad(cost, weights)

    return Ready(value), Ready(value_and_gradient, result=lambda: numbers(value_and_gradient()[1]))


CONTESTANTS = {
    "mixed": {"torch": mixed},
    "chain": {"torch": chain},
    "digits": {"torch eager": eager, "torch by hand": by_hand, "torch.compile": compiled},
    "gradient": {"torch": cost_and_gradient},
}
