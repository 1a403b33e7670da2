"""Derivatives by complex steps, Im f(x + ih)/h: exact to rounding, wherever the functions are analytic.

A step along the real axis takes the difference of two numbers that are nearly equal, and loses half of their digits; a
step along the imaginary axis takes no difference (Squire & Trapp 1998). What is stepped is a recorded graph: each
operation is computed anew by its row's function on complex arrays. Of a row's partials nothing is used, so this is a
witness against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.graph import Node, recorded
from microbp.kinds import Elementwise, Reduction

STEP = 1e-30
"""h: so small that h² is nothing beside 1."""


class ComplexGraph:
    """A recorded computation, to be computed anew on complex numbers.

    outputs    nodes;  variables  the leaves that are stepped
    """

    def __init__(self, outputs: Sequence[Node], variables: Sequence[Node]) -> None:
        self.outputs, self.variables = outputs, variables
        _, self.operations = recorded(outputs, until=variables)

    def steps(self, variable: Node, index: tuple[int, ...]) -> list[np.ndarray] | None:
        """∂(each output)/∂(one entry of a variable); None where a function has no complex values.

        A function that has them need not be analytic: |x + ih| is real. So these are to be held against differences.
        """
        numbers: dict[Node, Any] = {}
        for x in self.variables:
            numbers[x] = np.array(x._data, complex)
        numbers[variable][index] += 1j * STEP
        try:
            with np.errstate(all="ignore"):
                for node in self.operations:
                    inputs = [numbers[x] if x in numbers else x._data for x in node.inputs]
                    numbers[node] = _computed(node, inputs)
        except (TypeError, ValueError, ArithmeticError):  # numpy's answers for what it has no complex loop for
            return None
        return [np.imag(numbers[y]) / STEP if y in numbers else np.zeros(y.shape) for y in self.outputs]


def _computed(node: Node, inputs: list[Any]) -> Any:
    """What the function of a node's row makes of complex numbers."""
    primitive = node.primitive
    assert primitive is not None
    if isinstance(primitive, Elementwise) and primitive.reduction is not None:
        stacked = np.stack(np.broadcast_arrays(*inputs))
        return primitive.reduction.on_arrays(stacked, axis=0, keepdims=False)
    if isinstance(primitive, Reduction):
        return primitive.on_arrays(*inputs, **{"keepdims": False, **node.params})
    return primitive.on_arrays(*inputs, **node.params)
