"""The tour that `microbp demo` gives: record, add up the paths, draw, save, check, train."""

from __future__ import annotations

import os
from collections.abc import Callable
from shlex import quote

import numpy as np

from microbp import data
from microbp.check import check
from microbp.draw import DrawingError, draw, explore
from microbp.linearized import paths
from microbp.names import number_text
from microbp.nn import MLP, accuracy, optimizers, regularizers
from microbp.primitives import tanh
from microbp.train import train
from microbp.value import Value


def demo(folder: str | os.PathLike[str], progress: bool, say: Callable[[str], None]) -> bool:
    """Run the tour, writing its picture and network into a folder; whether everything came out as it should."""
    rng = np.random.default_rng(0)
    _neuron(say)
    net = MLP([2, 2, 2, 1], activation="tanh", node=Value, rng=rng)
    x, y = np.array([[0.5], [-1.0]]), np.array([[1.0]])
    return all(
        [
            _paths(net, x, y, os.path.join(folder, "microbp-demo"), say),
            _check(net, x, y, say),
            _moons(os.path.join(folder, "microbp-demo-moons.html"), progress, say),
            _digits(progress, say),
        ]
    )


def _neuron(say: Callable[[str], None]) -> None:
    say("1. A neuron, and every gradient in it\n")
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.88, "b")
    a = tanh(w * x + b)
    a.backward()
    say(f"   a = tanh(w·x + b) = {a.data:.4f} at x = {x.data:g}, w = {w.data:g}, b = {b.data:g}")
    say("   " + ",  ".join(f"∂a/∂{node.label} = {node.grad:.4f}" for node in (x, w, b)))


def _paths(net: MLP, x: np.ndarray, y: np.ndarray, picture: str, say: Callable[[str], None]) -> bool:
    say("\n2. A gradient is a sum over paths (eq. 53), here in a 2-2-2-1 network\n")
    cost = net.cost(x, y)
    cost.backward()
    w = net.layers[0].w[0, 1]
    ways = paths(w, cost)
    say("   " + str(ways).replace("\n", "\n   "))
    agrees = bool(np.isclose(sum(way.product for way in ways), w.grad, rtol=1e-12, atol=0))
    says = "the backward sweep says" if agrees else "they differ: the backward sweep says"
    say(f"   and {says} {number_text(w.grad)}, without listing any of them")
    drawing = draw(cost, path=ways.top(1)[0])
    try:
        kind, note = "svg", "the whole graph, with the largest path marked"
        drawing.save(f"{picture}.{kind}")
    except DrawingError as error:
        kind, note = "dot", f"as DOT text: {error}"
        drawing.save(f"{picture}.{kind}")
    say(f"\n   Drawn in {picture}.{kind}: {note}")
    explore(cost, title=str(net)).save(f"{picture}.html")
    say(f"   To be gone through step by step in {picture}.html: open it in a browser")
    net.save(f"{picture}.npz")
    say(f"   Saved in {picture}.npz, to be drawn or explored anew, with other numbers:")
    say(f"   microbp draw network.svg --net {quote(picture + '.npz')} --x 0.5 -1 --y 1 --level neurons")
    say(f"   microbp explore network.html --net {quote(picture + '.npz')} --x 0.5 -1 --y 1")
    return agrees


def _check(net: MLP, x: np.ndarray, y: np.ndarray, say: Callable[[str], None]) -> bool:
    say("\n3. Backpropagation's four equations, held against every other way to the gradient\n")
    report = check(net, x, y)
    say("   The largest relative difference in each equation and layer; 1e-16 is rounding.\n")
    say("   " + str(report).replace("\n", "\n   "))
    return report.ok


def _moons(page: str, progress: bool, say: Callable[[str], None]) -> bool:
    say("\n4. Two moons, a 2-16-1 network\n")
    learned, unseen = data.moons(400, 0.15, rng=0), data.moons(400, 0.15, rng=1)
    net = MLP([2, 16, 1], activation="tanh", output="sigmoid", initializer="inverse_sqrt", rng=0)
    history = train(net, learned, 60, 10, optimizers.SGD(0.5), "cross_entropy", progress=progress, rng=0)
    right = accuracy(net, *unseen)
    say(f"   {right:.1%} of 400 points that it has not seen are on the right side")
    explore(history).save(page)
    say(f"   How it came to that, epoch by epoch: {page}")
    return right > 0.95


def _digits(progress: bool, say: Callable[[str], None]) -> bool:
    say("\n5. Handwritten digits, a 784-30-10 network\n")
    try:
        digits = data.mnist(mirrors=())
    except data.DataError as error:
        say(f"   Left out, as there are no digits to learn from: {error}")
        return True
    net = MLP([784, 30, 10], initializer="inverse_sqrt", rng=0)
    history = train(
        net, digits.train, 3, 10, optimizers.SGD(0.5), "cross_entropy",
        regularizer=regularizers.L2(5.0), validation=digits.test, progress=progress, rng=0,
    )  # fmt: skip
    say("   " + str(history).replace("\n", "\n   "))
    return max(history.accuracies) > 0.93
