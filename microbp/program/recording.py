"""`record`: run a function once, and keep what it did.

The function is called on nodes that compute as any Value or Tensor does, and besides notice what a
recording can't hold: a number that is read out of the graph, which would be frozen, is refused; a
comparison, on which the function may branch, is noted, and looked at again at each replay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from microbp.graph import Node
from microbp.names import stem
from microbp.nn.parameters import name_nodes, nodes_of
from microbp.program.lines import INPUT, PARAMETER, Guard, RecordingError, as_nodes, is_nodes
from microbp.program.program import Program
from microbp.program.watching import called, checks_of, demands_on_inputs, demands_on_parameters
from microbp.tensor import Tensor
from microbp.value import Value


def record(
    f: Callable[..., Any],
    *examples: Any,
    node: type[Node] | None = None,
    wrt: Any = None,
) -> Program:
    """f as a program: what it computes of the examples, to be replayed on other numbers without a graph.

    >>> w = Value(3.0, "w")
    >>> def f(x):
    ...     return (w * x).tanh() + x
    >>> program = record(f, 0.5)
    >>> print(program)
    f(x)
      inputs      x
      parameters  w
    <BLANKLINE>
       1  t1 = tanh(w * x) + x
          return t1

    f         any function of nodes; the varying nodes that it holds, such as the weights of a network, are
              the parameters of the program, and are read anew at each call
    examples  numbers, arrays or nodes: one an argument of f, in the shapes that the program will take
    node      what plain arrays are handed to f as: Tensor, or Value for an array of Values
    wrt       what `value_and_grad` differentiates by: parameters (Tensors, Values, arrays of Values), an
              object that has them, such as a network, or numbers of arguments, as in `mb.grad`; by default
              all parameters or, where f holds none, argument 0. By what f does not use the gradient is 0, as
              `mb.grad` and `mb.backward` give it

    What f decides by looking at numbers is decided here, once: a branch that was not taken is not in the
    program. Comparisons of nodes are looked at again at each call, and one that comes out otherwise is a
    RecordingError. `verify` records again on other examples, and compares.

    Raises RecordingError where f reads numbers out of the graph, or gives no node.
    """
    if isinstance(f, Node) or not callable(f):
        raise TypeError(f"record: takes a function and examples of its arguments, not {type(f).__name__}")
    if node is not None and not (isinstance(node, type) and issubclass(node, Value | Tensor)):
        raise TypeError(f"record: node is mb.Value or mb.Tensor, not {node!r}")
    call = called(f, examples, node, wrt)
    arguments = call.arguments
    for x, name in zip(arguments, _names_of_arguments(f, len(arguments)), strict=True):
        if _label_of(x) is None:
            name_nodes(x, name)
    is_scalar = all([isinstance(x, Value) for nodes in call.outputs for x in nodes_of(nodes)])
    asked = _asked_for(wrt, arguments, is_scalar)
    leaves = [(INPUT, _label_of(x), x) for x in arguments] + [(PARAMETER, _label_of(w), w) for w in asked.groups]
    guards, name = [_told(note, call.constants) for note in call.notes], getattr(f, "__name__", "f")
    program = Program(call.outputs, leaves, guards, name=name, returns_tuple=call.returns_tuple, walk=call.walk)
    _need_single(program)
    if asked.leaves is not None:
        program.wrt, program.gradient_is_tuple = asked.leaves, asked.is_tuple
    if asked.is_loose:
        program.leaves[len(arguments)] = program.leaves[len(arguments)]._replace(label=None, is_loose=True)
    own = call.constants.union(*map(nodes_of, arguments))
    program.checks = checks_of(f, wrt, program.parameters) + demands_on_parameters(call.notes, own)
    program.demands = demands_on_inputs(call.notes, arguments)
    program.record_again = partial(record, f, node=node, wrt=wrt)
    return program


def _names_of_arguments(f: Any, count: int) -> list[str]:
    """What f calls its arguments."""
    code = getattr(getattr(f, "__func__", f), "__code__", None)
    names = () if code is None else code.co_varnames[: code.co_argcount]
    if hasattr(f, "__self__"):
        names = names[1:]
    if len(names) >= count:
        return list(names[:count])
    return ["x"] if count == 1 else [f"x{k + 1}" for k in range(count)]


class _Asked(NamedTuple):
    """What to differentiate by.

    groups    parameters, each a leaf of its own
    leaves    the numbers of the leaves, arguments first; None where nothing was said
    is_tuple  whether several things were asked for, and not one by itself
    is_loose  whether the one group is of single Values that were asked for
    """

    groups: list[Any]
    leaves: list[int] | None
    is_tuple: bool
    is_loose: bool = False


def _asked_for(wrt: Any, arguments: Sequence[Any], is_scalar: bool) -> _Asked:
    if wrt is None:
        return _Asked([], None, False)
    if callable(getattr(wrt, "parameter_arrays", None)):
        wrt = wrt.parameter_arrays()
    elif callable(getattr(wrt, "parameters", None)):
        wrt = wrt.parameters()
    is_tuple = isinstance(wrt, tuple | list)
    are_values = is_tuple and len(wrt) > 1 and all([isinstance(w, Value) for w in wrt]) and len(set(wrt)) == len(wrt)
    if are_values and is_scalar:  # laid out as they are used
        return _asked_for(as_nodes(wrt), arguments, is_scalar)._replace(is_tuple=True, is_loose=True)
    groups: list[Any] = []
    leaves: list[int] = []
    for w in wrt if is_tuple else [wrt]:
        if isinstance(w, int | np.integer) and not isinstance(w, bool):
            if not -len(arguments) <= w < len(arguments):
                raise ValueError(f"record: wrt has {w}, but the function was called with {len(arguments)} argument(s)")
            leaves.append(int(w) % len(arguments))
        elif is_nodes(w):
            number = next((k for k, group in enumerate(groups) if group is w), len(groups))
            if number == len(groups):
                groups.append(w)
            leaves.append(len(arguments) + number)
        else:
            hint = "…; make one array of Values of it, by np.array" if isinstance(w, list | tuple) else ""
            raise TypeError(
                "record: wrt is made of parameters (Tensors, Values, arrays of Values) or of numbers of arguments, "
                f"not {type(w).__name__} {w!r:.40}" + hint
            )
    seen: set[Node] = set()
    for x in [node for w in groups for node in nodes_of(w)]:
        if x.primitive is not None or not x.number:
            raise ValueError(f"record: wrt holds {x.name}, which is no parameter: it was computed, or is a constant")
        if x in seen:
            raise RecordingError(f"record: wrt holds {x.name} in two places; give each parameter one place")
        seen.add(x)
    return _Asked(groups, leaves, is_tuple)


def _need_single(program: Program) -> None:
    """A RecordingError where an array of Values is an argument or a parameter of a function of Tensors."""
    if program.is_scalar:
        return
    for leaf in program.given:
        if isinstance(leaf.slots, np.ndarray):
            name = leaf.label or ("an argument" if leaf.kind == INPUT else "wrt")
            raise RecordingError(
                f"record: {name} is an array of Values, and the function computes with Tensors; make it a Tensor, or "
                "name its Values one by one"
            )


def _told(note: Guard, constants: set[Node]) -> Guard:
    """A comparison in words, once all that is compared has its name."""

    def told(node: Node) -> str:
        is_number = not node.shape and (not node.number or node in constants)
        return node.label or (f"{float(node._data):.4g}" if is_number else "a value")

    return note._replace(text=f"{told(note.left)} {note.sign} {told(note.right)}")


def _label_of(x: Any) -> str | None:
    """The label of a node; what the labels of an array of Values have in common."""
    return stem([node.label for node in x.flat]) if isinstance(x, np.ndarray) else x.label
