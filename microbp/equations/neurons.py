"""A network neuron by neuron: lists of numbers in place of matrices, and one example at a time.

So it stands in many a text that builds backpropagation "from scratch": a network is a list of layers, a layer a list
of neurons, a neuron its weights and a bias; it goes forward, then backward, then each neuron takes its step. It is the
book's algorithm with m = 1 and the quadratic cost, of sigmoid neurons, whose slope σ′(z) = a (1 − a) needs their
output only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from numpy.typing import ArrayLike

from microbp.equations.shapes import fit, floats, number


class PlainNeuron:
    """One sigmoid neuron, which remembers what it put out last and what its error was.

    w      its weights, one for each input;  b  its bias
    a      its activation, 0 before the first pass
    delta  its error δ, 0 before the first pass
    """

    def __init__(self, w: Sequence[float], b: float) -> None:
        self.w, self.b = list(w), b
        self.a = self.delta = 0.0

    def __repr__(self) -> str:
        return f"<neuron of {len(self.w)} inputs, a = {self.a:.3g}, δ = {self.delta:.3g}>"

    def weighted_input(self, inputs: Sequence[float]) -> float:
        """z = Σ_k w_k a_k + b"""
        return sum(w * a for w, a in zip(self.w, inputs, strict=True)) + self.b

    def transfer(self, z: float) -> float:
        """a = σ(z) = 1/(1 + e^{−z})"""
        return 1 / (1 + math.exp(-z)) if z > -700 else math.exp(z)  # e^{−z} overflows beyond

    def transfer_derivative(self) -> float:
        """σ′(z) = a (1 − a)"""
        return self.a * (1 - self.a)


class PlainNetwork:
    """A network of `PlainNeuron`s.

    layers  lists of neurons, from layer 2 on

    >>> xor_like = PlainNetwork([[[1, 1], [-1, -1]], [[1, 1]]], [[[0], [1]], [[0]]])
    >>> xor_like.forward([1.0, 0.0])  # doctest: +ELLIPSIS
    [0.77...]
    """

    def __init__(self, weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]) -> None:
        """Of the book's matrices: weights of layers 2 … L, shapes (n_l, n_{l−1}), biases (n_l, 1)."""
        if not len(weights) or len(weights) != len(biases):
            raise ValueError(
                f"PlainNetwork: {len(weights)} weights and {len(biases)} biases; want one each for layers 2 … L"
            )
        fitted = fit(
            "PlainNetwork",
            *((f"weights[{i}]", w, f"n_{i + 2} n_{i + 1}") for i, w in enumerate(weights)),
            *((f"biases[{i}]", b, f"n_{i + 2} 1") for i, b in enumerate(biases)),
        )
        L = len(weights)
        self.layers = [
            [PlainNeuron(row.tolist(), float(bias)) for row, bias in zip(w, b[:, 0], strict=True)]
            for w, b in zip(fitted[:L], fitted[L:], strict=True)
        ]

    def forward(self, x: ArrayLike) -> list[float]:
        """The outputs for one example x, shape (n_1,): each layer's activations are the inputs of the next."""
        inputs = self._numbers("forward", "x", x, len(self.layers[0][0].w))
        for layer in self.layers:
            for neuron in layer:
                neuron.a = neuron.transfer(neuron.weighted_input(inputs))
            inputs = [neuron.a for neuron in layer]
        return inputs

    def backward(self, y: ArrayLike) -> None:
        """The error of every neuron, from the outputs of the last `forward` and what they should be, shape (n_L,).

        δ_j = (a_j − y_j) a_j (1 − a_j)  at the output,  δ_j = (Σ_q w_qj δ_q) a_j (1 − a_j)  before it
        """
        desired = self._numbers("backward", "y", y, len(self.layers[-1]))
        for neuron, y_j in zip(self.layers[-1], desired, strict=True):
            neuron.delta = (neuron.a - y_j) * neuron.transfer_derivative()
        for layer, behind in zip(self.layers[-2::-1], self.layers[:0:-1], strict=True):
            for j, neuron in enumerate(layer):
                error = sum(q.w[j] * q.delta for q in behind)
                neuron.delta = error * neuron.transfer_derivative()

    def update(self, x: ArrayLike, eta: float) -> None:
        """A step of every weight and bias, by the errors of the last `backward`.

        w_jk → w_jk − η δ_j a_k,  b_j → b_j − η δ_j
        """
        inputs = self._numbers("update", "x", x, len(self.layers[0][0].w))
        eta = number("PlainNetwork: update", "eta", eta)
        for layer in self.layers:
            for neuron in layer:
                neuron.w = [w - eta * neuron.delta * a for w, a in zip(neuron.w, inputs, strict=True)]
                neuron.b -= eta * neuron.delta
            inputs = [neuron.a for neuron in layer]

    def learn(self, examples: Iterable[tuple[ArrayLike, ArrayLike]], eta: float) -> float:
        """Online learning: forward, backward and a step for each example x, y in turn.

        Returns the sum of the errors ½ ‖y − a‖² that it met, each before its step.
        """
        total = 0.0
        for x, y in examples:
            outputs = self.forward(x)
            self.backward(y)
            desired = self._numbers("learn", "y", y, len(outputs))
            total += sum((y_j - a_j) ** 2 for y_j, a_j in zip(desired, outputs, strict=True)) / 2
            self.update(x, eta)
        return total

    def _numbers(self, operation: str, name: str, values: ArrayLike, count: int) -> list[float]:
        numbers = floats(f"PlainNetwork: {operation}", name, values)
        if numbers.shape != (count,):
            raise ValueError(f"PlainNetwork: {operation}: {name} has shape {numbers.shape}, want ({count},)")
        listed: list[float] = numbers.tolist()
        return listed
