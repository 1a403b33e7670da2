"""Where a function finds its parameters, so that one put in the place of another is noticed.

A program reads its parameters from the nodes that they were at recording. Where the function would by
now find other nodes (a variable bound anew, a layer given another w), the program is out of date.

The function leads to them by a chain of places: a variable holds a network, an attribute of that a list,
the list a layer, an attribute of that w. At each call every place on such a chain is looked at again.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import is_
from types import CodeType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from microbp.graph import Node, Primitive
from microbp.nn.parameters import nodes_of
from microbp.program.lines import Leaf, RecordingError, StraightLine

Read = Callable[[], list[Any]]
"""What gives the things that stand in a place at the time."""

CLOSED = (Node, Primitive, np.generic, ModuleType, str, bytes, int, float, complex, type(None))
"""What holds no parameters: a node is one or none, and a module is not looked into."""

MOST = 10_000
"""How many things are looked into: enough for any model, and far less than all that a program may hold."""


class Place(NamedTuple):
    """A variable, an attribute, an entry of a dict, or the entries of a list, a set or an array.

    holder  the thing that the place is in
    found   what stood there when the function was recorded
    """

    name: str
    holder: Any
    read: Read
    found: list[Any]

    def check(self) -> None:
        """A RecordingError where something else stands there by now."""
        now = self.read()
        if len(now) != len(self.found) or not all(map(is_, now, self.found)):
            raise RecordingError(
                f"{self.name} was replaced after the recording, and the program still rests on what was there before; "
                "record again, or give the old parameters other data"
            )


def checks_of(f: Callable[..., Any], wrt: Any, parameters: Sequence[Leaf]) -> list[Callable[[], None]]:
    """For each place on the way from f to its parameters, a check that raises where other things are there."""
    places = _places_from([f, *(wrt if isinstance(wrt, list | tuple) else [wrt])])
    leading = {id(node) for leaf in parameters for node in nodes_of(leaf.data)}
    while True:  # each round goes one place back on the way
        holders = {id(place.holder) for place in places if _meets(place.found, leading)}
        if holders <= leading:
            return [place.check for place in places if _meets(place.found, leading)]
        leading |= holders


def held_by(f: Callable[..., Any], wrt: Any) -> list[Node]:
    """The nodes that f can find by itself, as far as that can be seen from outside, and those of wrt."""
    roots = [f, *(wrt if isinstance(wrt, list | tuple) else [wrt])]
    things = [x for place in _places_from(roots) for x in place.found]
    return [x for x in [*roots, *things] if isinstance(x, Node)]


def _meets(things: list[Any], identities: set[int]) -> bool:
    return not identities.isdisjoint(map(id, things))


def _places_from(roots: list[Any]) -> list[Place]:
    """All places that can be reached, the nearest first."""
    places: list[Place] = []
    things = [("a parameter", x) for x in roots]
    seen = set(map(id, roots))
    for name, holder in things:  # which grows on the way
        for place_name, read in _places_in(name, holder):
            place = Place(place_name, holder, read, read())
            places.append(place)
            for x in place.found:
                if not _is_closed(x) and id(x) not in seen and len(seen) < MOST:
                    seen.add(id(x))
                    things.append((place_name, x))
    return places


def _is_closed(x: Any) -> bool:
    return isinstance(x, CLOSED) or (isinstance(x, np.ndarray) and x.dtype != object)


def _places_in(name: str, x: Any) -> Iterator[tuple[str, Read]]:
    if isinstance(x, FunctionType):
        yield from _variables_of(x)
    elif isinstance(x, MethodType):
        yield name, lambda: [x.__func__, x.__self__]
    elif isinstance(x, functools.partial):
        yield name, lambda: [x.func, *x.args, *x.keywords.values()]
    elif isinstance(x, dict):
        for key in x:
            yield f"{name}[{_key_text(key)}]", functools.partial(_value, x, key)
    elif isinstance(x, set | frozenset):
        yield name, lambda: sorted(x, key=id)
    elif isinstance(x, StraightLine):  # what a program checks are whole modules
        yield f"a parameter of {x.name}", lambda: [leaf.data for leaf in x.parameters]
    elif isinstance(x, list | tuple | deque | np.ndarray):
        yield name, lambda: x.ravel().tolist() if isinstance(x, np.ndarray) else list(x)
    elif isinstance(x, type):
        for attribute in _class_attributes(x):
            yield f"{x.__name__}.{attribute}", functools.partial(_first, [*map(vars, x.__mro__)], attribute)
    else:
        (call,) = _first([*map(vars, type(x).__mro__)], "__call__")
        if isinstance(call, FunctionType):
            yield from _variables_of(call)
        yield from _attributes_of(x)


def _key_text(key: Any) -> str:
    """A plain key as one writes it, and of any other the kind: a node's text is refused within another recording."""
    return repr(key) if isinstance(key, str | bytes | int | float) else type(key).__name__


def _attributes_of(x: Any) -> Iterator[tuple[str, Read]]:
    """What an object holds in its dict and in its slots, and what its class holds for it."""
    name, own, classes = type(x).__name__, getattr(x, "__dict__", {}), [*map(vars, type(x).__mro__)]
    for attribute in own:
        yield f"{name}.{attribute}", functools.partial(_value, own, attribute)
    for attribute in _class_attributes(type(x)):
        if attribute not in own:
            yield f"{name}.{attribute}", functools.partial(_first, [own, *classes], attribute)
    for attribute, slot in [pair for things in classes for pair in things.items()]:
        if isinstance(slot, MemberDescriptorType):
            yield f"{name}.{attribute}", functools.partial(_in_slot, x, slot)


def _class_attributes(cls: type) -> list[str]:
    """The names of what classes hold themselves, and not for their objects as methods and properties."""
    return [
        attribute
        for part in cls.__mro__
        for attribute, x in vars(part).items()
        if not attribute.startswith("__") and not hasattr(type(x), "__get__")
    ]


def _first(places: Sequence[Mapping[str, Any]], attribute: str) -> list[Any]:
    """An attribute in the first of the places that have it, as Python looks for it."""
    return [next((things[attribute] for things in places if attribute in things), None)]


def _in_slot(x: Any, slot: MemberDescriptorType) -> list[Any]:
    try:
        return [slot.__get__(x)]
    except AttributeError:  # nothing was put there yet, or it was deleted
        return []


def _variables_of(function: FunctionType) -> Iterator[tuple[str, Read]]:
    """Variables that a function closes over, globals that it names, and its defaults."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, functools.partial(_content, cell)
    for name in sorted(_names_in(function.__code__)):
        if name in function.__globals__:
            yield name, functools.partial(_value, function.__globals__, name)
    default = f"a default of {function.__name__}"
    yield default, lambda: [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _names_in(code: CodeType) -> set[str]:
    """The global names in a function, and in what is defined in it."""
    from dis import get_instructions

    own = {step.argval for step in get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return own.union(*[_names_in(part) for part in code.co_consts if isinstance(part, CodeType)])


def _value(things: dict[Any, Any], key: Any) -> list[Any]:
    return [things.get(key)]


def _content(cell: Any) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:  # not bound yet, or not any more
        return []
