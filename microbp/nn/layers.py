"""`Layer`: neurons that share their inputs, and `Neuron`, a view of one of them."""

from __future__ import annotations

import copy
from typing import Any

from microbp.nn.activations import Activation, pieces_of
from microbp.nn.normalization import BatchNorm
from microbp.nn.parameters import Parameter, numbers_of


class Neuron:
    """One neuron of a layer: a′ = σ(w·a + b), a view of the layer's row.

    j  which of the layer's neurons, counted from 0 as Python does
    """

    def __init__(self, layer: Layer, j: int) -> None:
        self.layer, self.j = layer, j

    def __repr__(self) -> str:
        return f"<neuron {self.j + 1} of {self.layer!r}>"

    @property
    def w(self) -> Any:
        """The weights of its inputs, shape (n_in,); with maxout a row for each piece."""
        return self.layer.w[self._rows]

    @property
    def b(self) -> Any:
        """Its bias, shape (1,); with maxout a row for each piece."""
        return self.layer.b[self._rows]

    def __call__(self, a: Any) -> Any:
        """Its activation on inputs of shape (n_in, m): shape (m,)."""
        return self.layer(a)[self.j]  # out of the whole layer, whose neurons may be coupled, as by softmax

    @property
    def _rows(self) -> int | slice:
        n, _ = self.layer.shape
        return self.j if pieces_of(self.layer.activation) == 1 else slice(self.j, None, n)


class Layer:
    """A layer of neurons, a = σ(w a_in + b) (Nielsen ch. 2, eq. 25).

    w       shape (n_out, n_in), w[j, k] from neuron k of the layer before to neuron j; pieces · n_out rows with maxout
    b       shape (n_out, 1), or pieces · n_out rows
    number  its place in the network, counted from 1 for the input layer
    norm    what is done with w a_in before b is added: batch normalization, or None for nothing
    """

    def __init__(
        self, w: Parameter, b: Parameter, activation: Activation, number: int, norm: BatchNorm | None = None
    ) -> None:
        self.w, self.b, self.activation, self.number, self.norm = w, b, activation, number, norm

    def __repr__(self) -> str:
        n_out, n_in = self.shape
        return f"<layer {self.number}: {n_in} inputs, {n_out} neurons>"

    @property
    def shape(self) -> tuple[int, int]:
        """(n_out, n_in)."""
        rows, n_in = self.w.shape
        return rows // pieces_of(self.activation), n_in

    @property
    def neurons(self) -> list[Neuron]:
        """The neurons one by one."""
        return [Neuron(self, j) for j in range(self.shape[0])]

    def parameters(self) -> dict[str, Parameter]:
        """What is learned: "w", "b", and "gamma" where the layer normalizes."""
        norm = {} if self.norm is None else {"gamma": self.norm.gamma}
        return {"w": self.w, "b": self.b, **norm}

    def weighted_input(self, a: Any, training: bool = False) -> Any:
        """z = w a + b, of shape (n_out, m)."""
        u = self.w @ a
        return (u if self.norm is None else self.norm(u, training)) + self.b

    def __call__(self, a: Any) -> Any:
        """Its activations on inputs of shape (n_in, m): shape (n_out, m)."""
        return self.activation(self.weighted_input(a))

    def with_numbers(self) -> Layer:
        """The same layer with plain numbers in place of nodes, so that nothing it computes is recorded."""
        layer = copy.copy(self)
        layer.w, layer.b = numbers_of(self.w), numbers_of(self.b)
        layer.norm = None if self.norm is None else self.norm.with_numbers()
        return layer
