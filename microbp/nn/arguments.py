"""What the arguments of `MLP` must be, and the sentence where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

import numpy as np

from microbp.graph import Node
from microbp.nn import activations
from microbp.nn.activations import Activation
from microbp.nn.dropout import Dropout
from microbp.tensor import Tensor
from microbp.value import Value


def checked_dropout(dropout: Any, batch_norm: Any) -> Dropout | None:
    """The dropout there is, or None."""
    if not isinstance(batch_norm, bool | np.bool_):
        raise TypeError(f"MLP: batch_norm is True or False, not {batch_norm!r}")
    if not (dropout is None or isinstance(dropout, Dropout)):
        raise TypeError(f"MLP: dropout is a Dropout, such as mb.Dropout(keep=0.5), not {dropout!r}")
    return dropout


def checked_sizes(sizes: Sequence[int]) -> list[int]:
    """The neurons of each layer, as integers."""
    try:
        checked = [index(n) for n in sizes]
    except TypeError:
        checked = []
    if len(checked) < 2 or any(n < 1 for n in checked):
        raise ValueError(f"MLP: sizes gives the neurons of two layers or more, each at least 1, not {sizes!r}")
    return checked


def checked_node(node: Any, dtype: np.dtype[Any]) -> tuple[type[Node], np.dtype[Any]]:
    """The kind of node, and what its numbers are."""
    if node is not Tensor and node is not Value:
        raise TypeError(f"MLP: node is Tensor or Value, not {node!r}")
    if dtype not in ((np.float32, np.float64) if node is Tensor else (np.float64,)):
        raise TypeError(f"MLP: a {node.__name__} can't be {dtype.name}; want float64, or for Tensors float32")
    return node, dtype


def one_a_layer(activation: Any, output: Any, count: int) -> list[Activation]:
    """An activation for each of so many layers, the last of which may differ."""
    chosen = list(activation) if isinstance(activation, list | tuple) else [activation] * count
    if len(chosen) != count:
        raise ValueError(f"MLP: {count} layers have weights, but {len(chosen)} activations were given")
    if output is not None:
        chosen[-1] = output
    return [activations.activation_of(choice) for choice in chosen]
