"""A network as the named arrays that are saved of it.

    microbp_network  the version of this list
    sizes            neurons of each layer, the input layer first
    activations      of each layer from the second on, by name; a function without one there is "own " and its own name
    node             "Tensor" or "Value"
    dtype            "float64" or "float32"
    constants        which of the parameters don't vary
    w2, b2, w3, …    the parameters

and where there is batch normalization or dropout

    batch_norm       ε of each layer from the second on, 0 where it does not normalize
    gamma2, …        γ of each layer that does, and what it predicts by: mean2, variance2, …
    dropout          the probabilities that a hidden neuron and an input stay, and 1 where it is inverted, else 0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from microbp.graph import Node
from microbp.nn import activations
from microbp.nn.activations import Activation, Maxout, pieces_of
from microbp.nn.dropout import Dropout
from microbp.nn.layers import Layer
from microbp.nn.normalization import checked_epsilon
from microbp.nn.parameters import nodes_of, numbers_of

MARK: Final = "microbp_network"
VERSION: Final = 1
DESCRIPTION: Final = (MARK, "sizes", "activations", "node", "dtype", "constants")
BATCH_NORM: Final = "batch_norm"
DROPOUT: Final = "dropout"
OWN: Final = "own "

_NAMES: Mapping[Activation, str] = {function: name for name, function in activations.NAMES.items()}


def shapes_of(
    sizes: Sequence[int], pieces: Sequence[int] | None = None, normalizes: Sequence[bool] | None = None
) -> dict[str, tuple[int, int]]:
    """The arrays of a network by their names, and the shape of each.

    pieces      of each layer from the second on, how many weighted inputs a neuron has; 1 by default
    normalizes  of each, whether it has batch normalization

    >>> shapes_of([2, 3, 1])
    {'w2': (3, 2), 'b2': (3, 1), 'w3': (1, 3), 'b3': (1, 1)}
    """
    shapes = {}
    for l, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        rows = n_out * (pieces[l] if pieces else 1)
        shapes[f"w{l + 2}"] = rows, n_in
        for letter in ("b", "gamma", "mean", "variance") if normalizes and normalizes[l] else ("b",):
            shapes[f"{letter}{l + 2}"] = rows, 1
    return shapes


def name_of(function: Activation) -> str:
    """What a file calls an activation."""
    if isinstance(function, Maxout):
        return repr(function)
    return _NAMES.get(function) or OWN + str(getattr(function, "name", getattr(function, "__name__", "?")))


def as_arrays(
    sizes: Sequence[int], layers: Sequence[Layer], node: type[Node], dtype: np.dtype[Any], dropout: Dropout | None
) -> dict[str, np.ndarray]:
    """What is saved of a network.

    Raises ValueError where a parameter is not of the shape that goes with the sizes, or of constants and others.
    """
    shapes = shapes_of(
        sizes, [pieces_of(layer.activation) for layer in layers], [layer.norm is not None for layer in layers]
    )
    arrays, constants = {}, []
    for layer in layers:
        for letter, w in layer.parameters().items():
            name = f"{letter}{layer.number}"
            numbers, shape = numbers_of(w), shapes[name]
            if numbers.shape != shape:
                raise ValueError(
                    f"save: {name} has shape {numbers.shape}; in a network of sizes {[*sizes]} it has {shape}"
                )
            vary = {bool(getattr(x, "varies", False)) for x in nodes_of(w)}
            if len(vary) > 1:
                raise ValueError(f"save: some of {name} are constants; a file says that of all of a layer's w or b")
            if not vary.pop():
                constants.append(name)
            arrays[name] = np.asarray(numbers, dtype)
        if layer.norm is not None:
            arrays[f"mean{layer.number}"] = np.asarray(layer.norm.mean, dtype)
            arrays[f"variance{layer.number}"] = np.asarray(layer.norm.variance, dtype)
    names = [name_of(layer.activation) for layer in layers]
    description = (VERSION, sizes, names, node.__name__, dtype.name, np.array(constants, str))
    found = {key: np.asarray(value) for key, value in zip(DESCRIPTION, description, strict=True)} | arrays
    if any(layer.norm for layer in layers):
        found[BATCH_NORM] = np.array([checked_epsilon(layer.norm.epsilon) if layer.norm else 0.0 for layer in layers])
    if dropout is not None:
        found[DROPOUT] = np.array([dropout.keep, dropout.keep_input, dropout.inverted], float)
    return found
