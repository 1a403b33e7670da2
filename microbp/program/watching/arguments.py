"""What a program is called with: inputs checked against what was recorded, parameters read from their nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from microbp.arrays import as_array
from microbp.graph import Node
from microbp.nn.parameters import nodes_of
from microbp.program.lines import Leaf, StraightLine
from microbp.program.watching.notes import NOTES
from microbp.shapes import is_object_array

_held = attrgetter("_data")


def as_inputs(program: StraightLine, given: Sequence[Any]) -> list[np.ndarray]:
    """The inputs as arrays of the recorded shapes and dtypes; else a sentence that says what differs.

    A RecordingError where this replay takes the numbers of parameters that are watched out of another recording.
    """
    wanted = program.inputs
    if len(given) != len(wanted):
        names = ", ".join(f"{leaf.label} {_shape_text(leaf.shape)}" for leaf in wanted)
        count = f"{len(wanted)} input{'' if len(wanted) == 1 else 's'}"
        raise TypeError(f"{program.name}: takes {count} ({names}), but was given {len(given)}")
    arrays = [_as_input(program, leaf, x) for leaf, x in zip(wanted, given, strict=True)]
    if NOTES:  # asked first, as a replay is short
        for x in [node for leaf in program.parameters for node in nodes_of(leaf.data)]:
            x.refuse_reading(f"a replay of {program.name}", "call the function that was recorded, or replay outside")
    return arrays


def _as_input(program: StraightLine, leaf: Leaf, x: Any) -> np.ndarray:
    if x.__class__ is float and leaf.dtype == np.float64:
        array = np.array(x)
    elif isinstance(x, np.ndarray) and x.dtype == leaf.dtype:
        array = np.asarray(x)  # no mask, no np.matrix
    else:
        what = f"{program.name}: {leaf.label}"
        if _holds_nodes(x):
            raise TypeError(
                f"{what} is a node: a program computes with numbers and records nothing; pass its .data, or call the "
                "function itself to record"
            )
        try:
            array = as_array(x, leaf.dtype)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{what}: {error}") from None
        given = getattr(x, "dtype", leaf.dtype)  # Python's numbers have none, and take that of the array beside them
        if given.kind == "f" and not np.can_cast(given, leaf.dtype):
            raise TypeError(
                f"{what} is {given.name}, but was recorded as {leaf.dtype.name}, which has fewer digits; pass "
                f"{leaf.label}.astype(np.{leaf.dtype.name})"
            )
    if array.shape != leaf.shape:
        shapes = f"has shape {array.shape}, but was recorded with shape {leaf.shape}"
        raise ValueError(f"{program.name}: {leaf.label} {shapes}; {_way_out(leaf, array)}")
    # One with gaps is put together, as a Tensor would: numpy adds up such arrays in other orders.
    return array if array.flags.forc else array.copy(order="K")


def _holds_nodes(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return any(map(_holds_nodes, x))
    return isinstance(x, Node) or (is_object_array(x) and any([isinstance(entry, Node) for entry in x.flat]))


def _way_out(leaf: Leaf, array: np.ndarray) -> str:
    if array.shape == leaf.shape[::-1]:
        return f"pass {leaf.label}.T"
    if array.ndim == len(leaf.shape) > 0 and array.shape[:-1] == leaf.shape[:-1]:
        m = array.shape[-1]
        return f"for {m} example{'s'[: m != 1]}, one a column, take batch({m}) of the program of one"
    if array.ndim == len(leaf.shape) == 2 and array.shape[1] == leaf.shape[0]:
        return f"columns are examples: pass {leaf.label}.T, to batch({array.shape[0]}) of the program of one"
    if array.size == np.prod(leaf.shape):
        return "pass a single number" if leaf.shape == () else f"pass {leaf.label}.reshape{leaf.shape}"
    return "record again for other shapes"


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"of shape {shape}" if shape else "a number"


def reader_of(leaf: Leaf) -> Callable[[], np.ndarray]:
    """What reads the numbers that the nodes of a parameter hold at the time."""
    if isinstance(leaf.data, np.ndarray):
        nodes, shape = leaf.data.ravel().tolist(), leaf.shape
        return lambda: np.fromiter(map(_held, nodes), float, len(nodes)).reshape(shape)
    node, shape, dtype = leaf.data, leaf.shape, leaf.dtype

    def read() -> np.ndarray:
        numbers = np.asarray(node._data)
        if numbers.shape != shape:
            was = f"was recorded with shape {shape}"
            raise TypeError(f"{leaf.label} has shape {numbers.shape}, but {was}; record again")
        if numbers.dtype != dtype:
            raise TypeError(f"{leaf.label} is {numbers.dtype}, but was recorded as {dtype}; record again")
        return numbers

    return read
