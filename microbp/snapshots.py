"""`Snapshots`: a network's parameters as they were after each epoch of training."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from microbp.nn.network import MLP
from microbp.nn.normalization import BatchNorm
from microbp.nn.parameters import numbers_of

LIMIT = 64_000_000
"""Bytes that the snapshots of one training run may take."""

Parameters = dict[str, np.ndarray]
"""Arrays of numbers by name: w2, b2, w3, b3, …"""


class Snapshots:
    """Parameters after each epoch, as long as there is room; then after every 2nd, every 4th, …

    The first and the latest are always kept, and nothing at all where these two would not find room.

    kept   parameters by how many epochs were done when they were so
    every  how many epochs lie between two that are kept
    """

    def __init__(self, net: MLP, limit: int = LIMIT) -> None:
        self.net = net
        self.every = 1
        size = sum(w.size for w in parameters_of(net).values()) * net.dtype.itemsize
        self.room = limit // max(size, 1)
        self.kept: dict[int, Parameters] = {}

    def keep(self, epochs: int) -> None:
        """Keep the parameters as they are, after so many epochs."""
        if self.room < 2:
            return
        self.kept[epochs] = parameters_of(self.net)
        self._thin(epochs)
        while len(self.kept) > self.room:
            self.every *= 2
            self._thin(epochs)

    def _thin(self, latest: int) -> None:
        for epochs in list(self.kept):
            if epochs % self.every and epochs != latest:
                del self.kept[epochs]


def parameters_of(net: MLP) -> Parameters:
    """The numbers of a network's parameters, and what batch normalization predicts by, copied."""
    found: Parameters = {}
    for layer in net.layers:
        parts = layer.parameters()
        if layer.norm is not None:
            parts |= {"mean": layer.norm.mean, "variance": layer.norm.variance}
        found |= {f"{letter}{layer.number}": numbers_of(w).copy() for letter, w in parts.items()}
    return found


def network_with(net: MLP, parameters: Mapping[str, np.ndarray]) -> MLP:
    """The same network with other numbers, to predict by; `net` itself stays as it is.

    Its layers hold plain arrays instead of nodes, so nothing that it does is recorded.
    """
    other = copy.copy(net)
    other.layers = [copy.copy(layer) for layer in net.layers]
    for layer in other.layers:
        layer.w, layer.b = parameters[f"w{layer.number}"], parameters[f"b{layer.number}"]
        if layer.norm is not None:
            gamma, mean, variance = (parameters[f"{letter}{layer.number}"] for letter in ("gamma", "mean", "variance"))
            layer.norm = BatchNorm(gamma, mean, variance, layer.norm.epsilon)
    return other


def are_all(net: Any) -> bool:
    """Whether a network's parameters are those of its layers, which is all that a snapshot holds."""
    held = {id(w) for layer in net.layers for w in layer.parameters().values()}
    return all(id(w) in held for w in net.parameter_arrays())
