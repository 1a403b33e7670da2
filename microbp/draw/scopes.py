"""Which layer and which neuron a node of a network belongs to, read from its label and its neighbours.

Labels are in the book's indices, as networks of microbp write them: `w2_1,3` is the weight from neuron 3 of
layer 1 to neuron 1 of layer 2, `b2_1`, `z2_1` and `a2_1` are bias, weighted input and activation of the latter.
Where a Tensor holds a whole layer these are `w2`, `b2`, `z2` and `a2`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from microbp.graph import Node


class Scope(NamedTuple):
    """A layer, or one neuron of it; both count from 1."""

    layer: int
    neuron: int | None = None


class Role(NamedTuple):
    """What a label says: "w", "b", "z" or "a", of which layer and neuron, and its second index.

    second  the neuron that a weight comes from, or the example that a z or an a is of; None where there is none
    """

    letter: str
    scope: Scope
    second: int | None = None


BOOK_LABEL = re.compile(r"([wbza])([1-9]\d{0,5})(?:_([1-9]\d{0,5})(?:,([1-9]\d{0,5}))?)?", re.ASCII)


def role_of(label: str | None) -> Role | None:
    """What a label in the book's indices says; None for any other.

    >>> role_of("w2_1,3")
    Role(letter='w', scope=Scope(layer=2, neuron=1), second=3)
    >>> role_of("z2")
    Role(letter='z', scope=Scope(layer=2, neuron=None), second=None)
    """
    match = BOOK_LABEL.fullmatch(label or "")
    if match is None:
        return None
    letter, layer, neuron, index = match.groups()
    return Role(letter, Scope(int(layer), _integer(neuron)), _integer(index))


def _integer(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def in_order(outputs: Iterable[Node]) -> list[Node]:
    """All nodes that the outputs rest on, constants too, each after its inputs.

    The order follows from how the nodes hang together, not from when they were made: the inputs of each
    from first to last. So the same computation is always drawn the same.
    """
    order: list[Node] = []
    opened: set[Node] = set()
    closed: set[Node] = set()
    waiting = [*reversed(list(outputs))]
    while waiting:
        node = waiting.pop()
        if node in closed:
            continue
        if node in opened:
            closed.add(node)
            order.append(node)
            continue
        opened.add(node)
        waiting.append(node)
        waiting.extend(x for x in reversed(node.inputs) if x not in opened)
    return order


def scopes_of(nodes: Sequence[Node]) -> dict[Node, Scope]:
    """The layer and neuron of each node that belongs to one; `nodes` are in topological order.

    A layer is there when a weight and a weighted input are labelled as its own. Besides what is labelled,
    a neuron has the operations that only it makes use of, and that make use of something of it: the products
    and sums between its weights and its z, whatever stands between its z and its a.
    """
    roles = {node: role for node in nodes if (role := role_of(node.label)) is not None}
    weights = {role.scope.layer for role in roles.values() if role.letter == "w"}
    weighted = {role.scope.layer for node, role in roles.items() if role.letter == "z" and not node.is_leaf}
    labelled = {
        node: role.scope
        for node, role in roles.items()
        if role.scope.layer in weights & weighted and not (role.letter == "a" and node.is_leaf)
    }
    if not labelled:
        return {}

    # From the outputs back: what is used in one neuron only, or in one layer only.
    used_in: dict[Node, set[Scope | None]] = {}
    user: dict[Node, Scope] = {}
    for node in reversed(nodes):
        scope = labelled.get(node) or _common(used_in.get(node, {None}))
        if scope is not None:
            user[node] = scope
        for x in node.inputs:
            used_in.setdefault(x, set()).add(scope)

    # And forth: of these, what uses something of that neuron itself. Data that feed a single neuron do not.
    scopes: dict[Node, Scope] = {}
    for node in nodes:
        if node in labelled:
            scopes[node] = labelled[node]
        elif node in user and not node.is_leaf:
            layer, neuron = user[node]
            own = {scopes[x].neuron for x in node.inputs if x in scopes and scopes[x].layer == layer}
            neurons = own - {None}
            if neuron is None and len(neurons) == 1:
                (neuron,) = neurons
            if own:
                scopes[node] = Scope(layer, neuron if neuron in neurons else None)
    return scopes


def _common(scopes: set[Scope | None]) -> Scope | None:
    """The scope that all of these lie in: a neuron, else a layer, else none."""
    one = next(iter(scopes))
    if one is None or len(scopes) == 1:
        return one if len(scopes) == 1 else None
    return Scope(one.layer) if all(scope and scope.layer == one.layer for scope in scopes) else None
