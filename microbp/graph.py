"""The recorded computation: nodes, the primitives that made them, and their order.

A node is created after its inputs, so creation numbers are a topological order for free: a graph is
sorted, never searched recursively, and a million nodes deep is as good as one. A node holds its
inputs and nothing holds a node but what was computed from it, so there are no cycles and a graph is
freed by reference counting alone, the moment its last output is let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from operator import attrgetter
from typing import Any, ClassVar

Operand = Any
"""What a formula is written over: a float, an ndarray, or a node. The same formula serves them all."""

Entries = tuple[Any, Any, Any]
"""An edge between arrays, entry by entry: arrays of flat source index, flat target index, rate factor."""

next_number: Callable[[], int] = count(1).__next__


class Node:
    """One number, or one array, of a recorded computation.

    The first two inputs, and for scalars the rate factors of their edges, stand in slots of their own
    rather than in tuples: one object a node for the garbage collector to visit. Measured on 100,000
    scalar nodes, record and backward: 0.55 of the time of tuples with the collector on, 0.8 with it off.

    grad       cotangent ∂(output)/∂(this) of the last backward pass, None before any
    label      the name that a reader sees, or None
    primitive  what made it, None for a leaf
    number     creation number: greater than those of its inputs; 0 for a constant
    u, v       the first two inputs, None where there are fewer
    du, dv     their rate factors ∂(this)/∂u and ∂(this)/∂v where those are single numbers, else None
    rest       any further inputs, each with its rate factor
    """

    __slots__ = ("_data", "grad", "label", "primitive", "number", "u", "v", "du", "dv", "rest")

    precedence: ClassVar[int] = 0
    """Where inputs of two classes meet, the result is of the class with the higher precedence."""

    class_of_arrays: ClassVar[Any] = None
    """The class of Tensors that are computed of such a node, where that is not Tensor."""

    _data: Any
    grad: Any
    label: str | None
    primitive: Primitive | None
    number: int
    u: Any
    v: Any
    du: float | None
    dv: float | None
    rest: tuple[tuple[Any, float | None], ...]

    @classmethod
    def record(cls, primitive: Primitive, inputs: tuple[Operand, ...], params: dict[str, Any]) -> Node:
        """The node that `primitive` makes of `inputs`, of which at least one is of this class."""
        raise NotImplementedError

    @classmethod
    def leaf(cls, data: Any, label: str | None = None) -> Node:
        """A node that was not computed, and that the computation may be differentiated by."""
        raise NotImplementedError

    def received(self, cotangent: Any) -> Any:
        """What `grad` is after a backward pass: leaves add up, computed nodes are set anew."""
        raise NotImplementedError

    def keep_demand(self, nodes: Any, check: Callable[[Any], None]) -> bool:
        """True where a recording keeps `check`, to ask it of `nodes`, of which this is one, again at each replay."""
        return False

    def refuse_reading(self, operation: str, way_out: str) -> None:
        """Does nothing; a watched node raises while it is recorded, as the operation takes numbers out of the graph.

        way_out  what to do instead, for the error to say
        """

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        # A copied or unpickled node comes after its inputs, and is numbered where it now is.
        for name, value in state[1].items():
            setattr(self, name, value)
        if self.number:
            self.number = next_number()

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The nodes that this one was computed from, in order; `x * x` has x twice."""
        if self.u is None:
            return ()
        if self.v is None:
            return (self.u,)
        if not self.rest:
            return (self.u, self.v)
        return (self.u, self.v, *(node for node, _ in self.rest))

    @property
    def rates(self) -> tuple[float, ...] | None:
        """The rate factors of the edges from `inputs`, in the same order; None where they are not single numbers."""
        if self.u is None:
            return ()
        if self.du is None:
            return None
        if self.v is None:
            return (self.du,)
        return (self.du, self.dv, *(rate for _, rate in self.rest))  # type: ignore[arg-type]

    @property
    def params(self) -> dict[str, Any]:
        """The arguments of the primitive that are not nodes: an axis, a shape, an index."""
        return {}

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The numbers of the inputs as they were when this node was recorded."""
        return tuple(node._data for node in self.inputs)

    @property
    def varies(self) -> bool:
        """Whether a derivative by this node can be asked for; constants do not vary."""
        return self.number > 0

    @property
    def is_leaf(self) -> bool:
        """Whether this node was given rather than computed."""
        return self.primitive is None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the data; a scalar's is ()."""
        return ()

    @property
    def name(self) -> str:
        """The label, or failing that what kind of node this is."""
        if self.label is not None:
            return self.label
        return type(self).__name__ if self.primitive is None else self.primitive.name


class Primitive:
    """A function that is recorded as one node, with all that is known of its derivative.

    What the sweeps, the linearized graph and the programs need to know of a function is exactly this:
    its value, and how a tangent is pushed and a cotangent pulled through each of its inputs. The
    kinds of primitive (`kinds.py`) derive both from the partial derivatives alone.

    name       what errors, drawings and listings call it
    on_arrays  the function on ndarrays
    symbol     the sign in drawings and paths, "×" for "mul"
    """

    def __init__(self, name: str, on_arrays: Callable[..., Any], symbol: str | None = None) -> None:
        self.name = name
        self.on_arrays = on_arrays
        self.symbol = symbol or name
        self.__module__ = "microbp.primitives"  # where pickle finds it again

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str | tuple[Any, ...]:
        # Looked up by name when copied or unpickled: a primitive is compared by identity.
        return self.name

    def __call__(self, *inputs: Operand, **params: Any) -> Any:
        recorder: type[Node] | None = None
        for x in inputs:
            if isinstance(x, Node) and (recorder is None or x.precedence > recorder.precedence):
                recorder = type(x)
        if recorder is not None:
            return recorder.record(self, inputs, params)
        return self.on_numbers(*inputs, **params)

    def on_numbers(self, *inputs: Operand, **params: Any) -> Any:
        """The value where no input is a node."""
        return self.on_arrays(*inputs, **params)

    def push(self, i: int, tangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        """What a tangent of input i adds to the tangent of the output y; None for nothing at all."""
        raise NotImplementedError

    def pull(self, i: int, cotangent: Operand, inputs: tuple[Operand, ...], y: Operand, **params: Any) -> Any:
        """What a cotangent of the output y adds to the cotangent of input i; None for nothing at all."""
        raise NotImplementedError

    def entries(self, i: int, inputs: tuple[Any, ...], y: Any, **params: Any) -> Entries:
        """The edges between the entries of input i and of the output y, at arrays."""
        raise NotImplementedError


def as_label(label: Any) -> str | None:
    """A label as given; a TypeError where it is no text."""
    if label is None or isinstance(label, str):
        return label
    raise TypeError(f"a label is text, not {type(label).__name__} {label!r:.40}")


by_number = attrgetter("number")


def recorded(outputs: Iterable[Node], until: Iterable[Node] = ()) -> tuple[list[Node], list[Node]]:
    """The varying nodes that `outputs` rest on: leaves, and operations in the order of their recording.

    The nodes in `until` are taken as leaves: nothing behind them is looked at. Constants are left out.
    """
    stop = set(until)
    seen: set[Node] = set()
    waiting: list[Node] = []
    leaves: list[Node] = []
    operations: list[Node] = []
    for node in outputs:
        if node.number and node not in seen:
            seen.add(node)
            waiting.append(node)
    while waiting:
        node = waiting.pop()
        u = node.u
        if u is None or (stop and node in stop):
            leaves.append(node)
            continue
        operations.append(node)
        if u.number and u not in seen:
            seen.add(u)
            waiting.append(u)
        v = node.v
        if v is not None:
            if v.number and v not in seen:
                seen.add(v)
                waiting.append(v)
            if node.rest:
                for w, _ in node.rest:
                    if w.number and w not in seen:
                        seen.add(w)
                        waiting.append(w)
    leaves.sort(key=by_number)
    operations.sort(key=by_number, reverse=True)  # found from the last on, so nearly sorted this way: 0.65 of the time
    operations.reverse()
    return leaves, operations


def from_the_last(pending: dict[int, Any]) -> Iterator[Any]:
    """The nodes of `pending`, and those put there meanwhile, from the last number to the first.

    pending  nodes that were computed, by number; a node is put there when one that rests on it has been handed out

    Numbers are counted down: what was recorded at one go has hardly a gap. Where there are many, the nodes are
    collected and sorted.
    """
    take = pending.pop
    last = max(pending)
    gaps = 0
    for number in range(last, 0, -1):
        node = take(number, None)
        if node is not None:
            yield node
        elif not pending:
            return
        else:
            gaps += 1
            if gaps > 1_000 + 4 * (last - number - gaps):
                break
    yield from reversed(recorded(pending.values())[1])
