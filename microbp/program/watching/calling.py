"""`called`: a function called on watched nodes, and all that is known of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from microbp.arrays import as_array
from microbp.graph import Node, next_number, recorded
from microbp.nn.parameters import nodes_of
from microbp.program.lines import RecordingError, Walk, as_nodes, is_nodes
from microbp.program.watching.holders import held_by
from microbp.program.watching.notes import Notes
from microbp.program.watching.watched import as_watched, need_no_own_class
from microbp.program.watching.watchers import recording
from microbp.tensor import Tensor
from microbp.value import Value


class Call(NamedTuple):
    """What a function was called with, and what came of it.

    arguments      nodes and arrays of Values
    outputs        the same; returns_tuple: whether it gave them in a tuple
    notes          the comparisons that it made
    walk           the leaves and operations that outputs and comparisons rest on
    constants      leaves that the function made itself: numbers that it begins with, and not in the walk
    """

    arguments: list[Any]
    outputs: list[Any]
    returns_tuple: bool
    notes: Notes
    walk: Walk
    constants: set[Node]


class _RaisedError(Exception):
    """What the function itself raised, so that it is told from a mistake of ours."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def called(f: Callable[..., Any], examples: Sequence[Any], node: type[Node] | None, wrt: Any) -> Call:
    """f called with plain arrays as `node` says or, where nothing is said, as Tensors if f can use these.

    Raises RecordingError where f reads numbers out of the graph, or gives no node, and what f raises.
    """
    has_choice = node is None and any(
        [isinstance(x, np.ndarray | list | tuple) and not is_nodes(x) for x in examples]
    )
    try:
        return _on_tensors_or_values(f, examples, wrt) if has_choice else _needed(_called(f, examples, node, wrt))
    except _RaisedError as raised:
        error = raised.error
    try:
        raise error  # out here, where it keeps the causes that f gave it
    finally:
        del error  # whose traceback holds this frame


def _on_tensors_or_values(f: Callable[..., Any], examples: Sequence[Any], wrt: Any) -> Call:
    """f called with plain arrays as Tensors; as arrays of Values where it fails with these, or holds Values."""
    try:
        call = _called(f, examples, None, wrt)
    except _RaisedError as raised:
        try:
            return _needed(_called(f, examples, Value, wrt))
        except (_RaisedError, RecordingError):
            raise raised from None
    if not (_gives_tensors(call) and any([isinstance(leaf._data, float) for leaf in call.walk[0]])):
        return _needed(call)
    try:
        return _needed(_called(f, examples, Value, wrt))
    except (_RaisedError, RecordingError) as failed:
        error = failed.error if isinstance(failed, _RaisedError) else failed
        raise RecordingError(
            "record: the function holds Values and was given arrays as Tensors, and with arrays of Values it fails "
            f"({error}); make its parameters Tensors"
        ) from error


def _called(f: Callable[..., Any], examples: Sequence[Any], node: type[Node] | None, wrt: Any) -> Call:
    """f called on watched arguments, with its parameters watched too.

    Parameters are looked for beforehand. Where f has others besides, it is called once more; what it makes itself,
    and makes anew each time, are no parameters but numbers that it begins with.
    """
    parameters = dict.fromkeys(held_by(f, wrt))
    is_again = False
    while True:
        begun = next_number()
        arguments = _arguments(examples, node)
        own = {x for nodes in arguments for x in nodes_of(nodes)}
        try:
            with recording(parameters) as notes:
                y = f(*arguments)
        except RecordingError:
            raise
        except Exception as error:
            raise _RaisedError(error) from None
        outputs = _outputs(y)
        compared = [x for note in notes for x in (note.left, note.right)]
        leaves, operations = recorded([x for nodes in outputs for x in nodes_of(nodes)] + compared)
        found = [x for x in leaves if x not in own and x not in parameters]
        if not found or is_again:
            constants = {x for x in found if x.number > begun}
            walk = [x for x in leaves if x not in constants], operations
            return Call(arguments, outputs, isinstance(y, tuple | list), notes, walk, constants)
        parameters |= dict.fromkeys(found)
        is_again = True


def _arguments(examples: Sequence[Any], node: type[Node] | None) -> list[Any]:
    arguments = []
    for k, x in enumerate(examples, start=1):
        try:
            arguments.append(_argument(x, node))
        except (TypeError, ValueError) as error:
            raise type(error)(f"record: example {k}: {error}") from None
    return arguments


def _argument(x: Any, node: type[Node] | None) -> Any:
    """An example as what f is called with: a node, or an array of Values."""
    if isinstance(x, Node):
        need_no_own_class(x)
        return as_watched(type(x), x._data, x.label)
    try:
        array = np.asarray(x)
    except ValueError:
        array = as_array(x)  # which says why not
    if is_nodes(array):
        return as_nodes([as_watched(Value, v._data, v.label) for v in array.flat], array.shape)
    if node is None:
        node = Tensor if array.ndim or isinstance(x, np.ndarray) else Value
    if issubclass(node, Tensor):
        return as_watched(Tensor, x, None)
    numbers = as_array(x, np.float64)
    return as_nodes([as_watched(Value, float(v), None) for v in numbers.flat], numbers.shape)[()]


def _outputs(y: Any) -> list[Any]:
    """What f gave, each a node or an array of Values; a RecordingError where that is nothing to replay."""
    outputs = list(y) if isinstance(y, tuple | list) else [y]
    for output in outputs or [y]:
        if not is_nodes(output):
            what = f"an array of {output.dtype.name}" if isinstance(output, np.ndarray) else f"{type(output).__name__}"
            raise RecordingError(
                f"record: the function gave {what}, not a node: there is nothing recorded to replay; "
                "let it return the Value or Tensor that it computes"
            )
    return outputs


def _gives_tensors(call: Call) -> bool:
    return any([isinstance(x, Tensor) for nodes in call.outputs for x in nodes_of(nodes)])


def _needed(call: Call) -> Call:
    """The call; a RecordingError where its result can't be replayed, or was not seen being made."""
    if not any([x.number and x not in call.constants for nodes in call.outputs for x in nodes_of(nodes)]):
        raise RecordingError(
            "record: the function gave a constant: it rests neither on an argument nor on a parameter, so there is "
            "nothing to replay"
        )
    arrays = [x for note in call.notes for x in (note.left, note.right) if isinstance(x, Tensor)]
    if arrays and not _gives_tensors(call):
        raise RecordingError(
            f"record: the function gives Values, and compares the Tensor {arrays[0].name} that it computed of some; "
            "pass node=mb.Tensor"
        )
    return call
