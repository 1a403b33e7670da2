"""What a function demands of the numbers that it is given, such as a cost of desired outputs: demanded at each replay.

A check was asked of nodes when the function was recorded. It is asked again of the numbers that stand in the
places of these by then: of inputs as they are handed over, of parameters as they are. Numbers that are not a
whole argument or parameter, or this with rows and columns exchanged, are asked about one after the other, in a flat
array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from microbp.graph import Node
from microbp.nn.parameters import nodes_of, numbers_of
from microbp.program.lines import as_nodes
from microbp.program.watching.notes import Check, Notes


def demands_on_inputs(notes: Notes, arguments: Sequence[Any]) -> list[Callable[[Sequence[np.ndarray]], None]]:
    """What was demanded of entries of arguments: each a check of all inputs together."""
    found: list[Callable[[Sequence[np.ndarray]], None]] = []
    for nodes, check in notes.demands:
        wanted = set(nodes_of(nodes))
        for number, x in enumerate(arguments):
            if _is_the_same(nodes, x):
                found.append(partial(_ask_input, check, number))
                continue
            if isinstance(nodes, np.ndarray) and nodes.ndim == 2 and _is_the_same(nodes.T, x):
                found.append(partial(_ask_turned, check, number))
                continue
            if isinstance(x, np.ndarray):
                entries = np.array([k for k, node in enumerate(x.flat) if node in wanted], int)
                size = x.size
            else:
                size = int(np.prod(x.shape))
                entries = np.arange(size if x in wanted else 0)
            if entries.size:
                found.append(partial(_ask_entries, check, number, size, entries))
    return found


def demands_on_parameters(notes: Notes, own: set[Node]) -> list[Callable[[], None]]:
    """What was demanded of varying leaves that are parameters.

    own  the leaves that are none: arguments, and what the function made itself
    """
    found: list[Callable[[], None]] = []
    for nodes, check in notes.demands:
        others = [node for node in nodes_of(nodes) if node.number and node not in own]
        if others:
            found.append(partial(_ask, check, as_nodes(others) if isinstance(nodes, np.ndarray) else nodes))
    return found


def _is_the_same(nodes: Any, x: Any) -> bool:
    """Whether these are the nodes of an argument in its shape."""
    if isinstance(nodes, np.ndarray) and isinstance(x, np.ndarray) and nodes.shape == x.shape:
        return all([node is other for node, other in zip(nodes.flat, x.flat, strict=True)])
    return nodes is x


def _ask_input(check: Check, number: int, inputs: Sequence[np.ndarray]) -> None:
    check(inputs[number])


def _ask_turned(check: Check, number: int, inputs: Sequence[np.ndarray]) -> None:
    check(np.swapaxes(inputs[number], 0, 1))


def _ask_entries(
    check: Check, number: int, size: int, entries: np.ndarray, inputs: Sequence[np.ndarray]
) -> None:
    """size  of the input where it was recorded; a batch has as many examples of each entry"""
    check(inputs[number].reshape(size, -1)[entries].ravel())


def _ask(check: Check, nodes: Any) -> None:
    check(numbers_of(nodes))
