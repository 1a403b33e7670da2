"""Where a function finds its parameters, so that one put in the place of another is noticed.

A program reads its parameters from the nodes that they were at recording. Where the function would by
now find other nodes (a variable bound anew, a layer given another w), the program is out of date.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from microbp.graph import Node, Primitive
from microbp.program.lines import Leaf, RecordingError
from microbp.program.writing import each_node

Ask = Callable[[], Any]
"""What asks for that which stands in a place now."""

CLOSED = (Node, Primitive, np.ndarray, np.generic, ModuleType, type, str, bytes, int, float)
"""What is not looked into for other things."""

DEEPEST, MOST = 7, 10_000
"""How far to look, a network → its layers → a layer → its neurons → a neuron → its weights; and at how many things."""


def checks_of(f: Callable[..., Any], wrt: Any, parameters: Sequence[Leaf]) -> list[Callable[[], None]]:
    """For each place in which f finds parameters, a check that raises where other ones are found there."""
    search = _Search({id(node) for leaf in parameters for node in each_node(leaf.data)})
    search.look("the function", lambda: f)
    for w in wrt if isinstance(wrt, list | tuple) else [wrt]:
        search.look("a parameter", _given(w))
    return search.checks


class _Search:
    """A search for places that hold nodes.

    known   identities of the nodes that are looked for
    checks  of each place where one is, a check that it is there still
    """

    def __init__(self, known: set[int]) -> None:
        self.known = known
        self.checks: list[Callable[[], None]] = []
        self.leads: dict[int, bool] = {}  # by identity: whether a thing leads to one of the nodes

    def look(self, name: str, ask: Ask, depth: int = 0) -> bool:
        """Whether what stands in a place is, or leads to, one of the nodes."""
        x = ask()
        nodes = _nodes_in(x)
        if leads := any([id(node) in self.known for node in nodes]):
            self.checks.append(_check_of_one(name, ask, x) if x is nodes[0] else _check_of_many(name, ask, nodes))
        if isinstance(x, CLOSED) or x is None:
            return leads
        if id(x) not in self.leads:
            self.leads[id(x)] = leads
            if depth < DEEPEST and len(self.leads) < MOST:
                found = [self.look(*place, depth + 1) for place in _places_in(name, ask)]
                self.leads[id(x)] = leads or any(found)
        elif self.leads[id(x)] and not nodes:  # by another way
            self.checks.append(_check_of_one(name, ask, x))
        return self.leads[id(x)]


def _check_of_one(name: str, ask: Ask, x: Any) -> Callable[[], None]:
    def check() -> None:
        if ask() is not x:
            raise _out_of_date(name)

    return check


def _check_of_many(name: str, ask: Ask, nodes: list[Any]) -> Callable[[], None]:
    def check() -> None:
        now = _nodes_in(ask())
        if len(now) != len(nodes) or not all(map(operator.is_, now, nodes)):
            raise _out_of_date(name)

    return check


def _out_of_date(name: str) -> RecordingError:
    return RecordingError(
        f"{name} was bound to another node after the recording, and the program still rests on the old one; "
        "record again, or give the old one other data"
    )


def _nodes_in(x: Any) -> list[Any]:
    """The node that x is, or the nodes in an array or a list."""
    if isinstance(x, Node):
        return [x]
    if isinstance(x, np.ndarray):
        return x.ravel().tolist() if x.dtype == object else []
    if isinstance(x, list | tuple):
        return [node for node in x if isinstance(node, Node)]
    return []


def _places_in(name: str, ask: Ask) -> Iterator[tuple[str, Ask]]:
    """The places in a function, a list, a dict or an object, each asked for by way of the place of that."""
    x = ask()
    if isinstance(x, FunctionType):
        yield from _variables_of(x)
    elif isinstance(x, MethodType):
        yield name, lambda: ask().__func__
        yield f"a parameter of {type(x.__self__).__name__}", lambda: ask().__self__
    elif isinstance(x, functools.partial):
        yield name, lambda: ask().func
        yield "an argument", lambda: ask().args
        yield "an argument", lambda: ask().keywords
    elif isinstance(x, dict):
        for key, part in x.items():
            if _is_worth_a_look(part):
                yield f"{name}[{key!r}]", _by_key(ask, key)
    elif isinstance(x, list | tuple):
        for k, part in enumerate(x):
            if _is_worth_a_look(part) and not isinstance(part, Node):
                yield f"{name}[{k}]", _by_key(ask, k)
    else:
        call = vars(type(x)).get("__call__")
        if isinstance(call, FunctionType):
            yield from _variables_of(call)
        for attribute, part in getattr(x, "__dict__", {}).items():
            if _is_worth_a_look(part):
                yield f"{type(x).__name__}.{attribute}", _by_name(ask, attribute)


def _variables_of(function: FunctionType) -> Iterator[tuple[str, Ask]]:
    """Variables that a function closes over, globals that it names, and its defaults."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, functools.partial(_content, cell)
    for name in sorted(_names_in(function.__code__)):
        if _is_worth_a_look(function.__globals__.get(name)):
            yield name, functools.partial(function.__globals__.get, name)
    yield f"a default of {function.__name__}", lambda: function.__defaults__
    yield f"a default of {function.__name__}", lambda: function.__kwdefaults__


def _names_in(code: CodeType) -> set[str]:
    """The names in a function, and in what is defined in it."""
    return {*code.co_names}.union(*[_names_in(part) for part in code.co_consts if isinstance(part, CodeType)])


def _is_worth_a_look(x: Any) -> bool:
    return isinstance(x, Node) or (isinstance(x, np.ndarray) and x.dtype == object) or not isinstance(x, CLOSED)


def _given(x: Any) -> Ask:
    return lambda: x


def _by_name(ask: Ask, name: str) -> Ask:
    return lambda: getattr(ask(), name, None)


def _by_key(ask: Ask, key: Any) -> Ask:
    return lambda: _at(ask(), key)


def _at(x: Any, key: Any) -> Any:
    try:
        return x[key]
    except (LookupError, TypeError):
        return None


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not bound yet, or not any more
        return None
