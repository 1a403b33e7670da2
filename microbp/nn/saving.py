"""A network as the named arrays that are saved of it.

    microbp_network  the version of this list
    sizes            neurons of each layer, the input layer first
    activations      of each layer from the second on, by name; a function without one there is "own " and its own name
    node             "Tensor" or "Value"
    dtype            "float64" or "float32"
    constants        which of the parameters don't vary
    w2, b2, w3, …    the parameters
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from microbp.graph import Node
from microbp.nn import activations
from microbp.nn.activations import Activation
from microbp.nn.parameters import Parameter, nodes_of, numbers_of

MARK: Final = "microbp_network"
VERSION: Final = 1
DESCRIPTION: Final = (MARK, "sizes", "activations", "node", "dtype", "constants")
OWN: Final = "own "

_NAMES: Mapping[Activation, str] = {function: name for name, function in activations.NAMES.items()}


def shapes_of(sizes: Sequence[int]) -> dict[str, tuple[int, int]]:
    """The parameters of a network by their names, and the shape of each.

    >>> shapes_of([2, 3, 1])
    {'w2': (3, 2), 'b2': (3, 1), 'w3': (1, 3), 'b3': (1, 1)}
    """
    shapes = {}
    for number, (n_in, n_out) in enumerate(zip(sizes, sizes[1:], strict=False), start=2):
        shapes[f"w{number}"] = n_out, n_in
        shapes[f"b{number}"] = n_out, 1
    return shapes


def as_arrays(
    sizes: Sequence[int],
    functions: Sequence[Activation],
    node: type[Node],
    dtype: np.dtype[Any],
    parameters: Sequence[Parameter],
) -> dict[str, np.ndarray]:
    """What is saved of a network.

    Raises ValueError where a parameter is not of the shape that goes with the sizes, or of constants and others.
    """
    arrays = {}
    constants = []
    for (name, shape), w in zip(shapes_of(sizes).items(), parameters, strict=True):
        numbers = numbers_of(w)
        if numbers.shape != shape:
            raise ValueError(f"save: {name} has shape {numbers.shape}; in a network of sizes {[*sizes]} it has {shape}")
        vary = {bool(getattr(x, "varies", False)) for x in nodes_of(w)}
        if len(vary) > 1:
            raise ValueError(f"save: some of {name} are constants; a file says that of all of a layer's w or b")
        if not vary.pop():
            constants.append(name)
        arrays[name] = np.asarray(numbers, dtype)
    names = [_NAMES.get(f) or OWN + str(getattr(f, "name", getattr(f, "__name__", "?"))) for f in functions]
    description = (VERSION, sizes, names, node.__name__, dtype.name, np.array(constants, str))
    return {key: np.asarray(value) for key, value in zip(DESCRIPTION, description, strict=True)} | arrays
