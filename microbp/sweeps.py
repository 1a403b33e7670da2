"""Reverse mode and forward mode: two ways to add up the products of rate factors along all paths.

The backward sweep visits the nodes from the last to the first; it pulls the cotangent of each through
the rate factors of its edges and adds up what arrives at its inputs. The forward sweep visits them from
the first to the last and pushes tangents. Each touches every edge once.

Both work on numbers, or on nodes: then what they do is itself recorded, and can be differentiated again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

import numpy as np

from microbp.graph import Node, Operand, recorded
from microbp.shapes import shape_of, zeros_like

ZERO = 0.0
"""Nothing has arrived yet: told from a sum that happens to be zero by being this very object."""


class StaleGraphError(RuntimeError):
    """A graph was to be differentiated after the data of one of its leaves had been replaced."""


def backward(
    output: Node, cotangent: Operand = None, *, wrt: Node | Iterable[Node] = (), as_nodes: bool = False
) -> dict[Node, Any]:
    """The cotangents ∂(output)/∂(node) of all nodes that the output rests on.

    x̄ = Σ over the edges x → y of ȳ · ∂y/∂x                                          (chain rule)

    cotangent  of the output; may be left out where the output is a single number, and is 1 then
    wrt        the nodes whose cotangents are wanted; none for all. What lies behind them is not visited
    as_nodes   whether the cotangents are nodes, for derivatives of higher order
    """
    wrt = [wrt] if isinstance(wrt, Node) else list(wrt)
    _need_nodes("backward", (output, *wrt))
    if not as_nodes:
        _ask("mb.backward", output)
    return pull_back({output: seed(output, cotangent)}, wrt=wrt, as_nodes=as_nodes)


def _need_nodes(operation: str, nodes: Iterable[Any]) -> None:
    for node in nodes:
        if not isinstance(node, Node):
            raise TypeError(f"{operation}: takes Values and Tensors, not {type(node).__name__}")


def _ask(operation: str, *outputs: Node) -> None:
    for output in outputs:
        output.refuse_reading(operation, "pass as_nodes=True for derivatives that are part of the program")


def seed(output: Node, cotangent: Operand = None) -> Operand:
    """The cotangent to begin with: 1 for a single number, else the one that was given."""
    shape = output.shape
    if cotangent is None:
        if prod(shape) != 1:
            raise ValueError(
                f"backward: {output.name} has shape {shape}, so its derivative needs a cotangent of that shape; "
                f"or reduce it to one number first, such as {output.name}.sum()"
            )
        return 1.0 if isinstance(output._data, float) else np.ones(shape, output._data.dtype)
    if not isinstance(cotangent, Node):
        cotangent = numbers_beside(output, cotangent, "backward: the cotangent")
    given = shape_of(cotangent)
    if given != shape:
        raise ValueError(f"backward: the cotangent has shape {given}, but {output.name} has shape {shape}")
    return cotangent


def numbers_beside(node: Node, data: Any, what: str) -> Any:
    """Data for a tangent or cotangent of `node`, copied: an array of its dtype, or a float beside a float."""
    numbers = np.array(data)
    if numbers.dtype.kind not in "fiub":
        raise TypeError(f"{what} holds real numbers, not {numbers.dtype.name} data")
    if isinstance(node._data, float):
        return numbers if numbers.ndim else float(numbers)
    return numbers.astype(node._data.dtype, copy=False)


def pull_back(
    seeds: Mapping[Node, Operand], *, wrt: Iterable[Node] = (), as_nodes: bool = False
) -> dict[Node, Any]:
    """`backward` from several outputs at once, each with its own cotangent."""
    operations, cotangents = _visited(seeds, wrt)
    cotangent_of = cotangents.get
    for node, cotangent in seeds.items():
        if node.number:
            cotangents[node] = _beside(node, cotangent) if as_nodes else cotangent
    with np.errstate(all="ignore"):
        for node in reversed(operations):
            g = cotangents[node]
            du = node.du
            if du is not None and not as_nodes:
                # Not `+=`: beside Tensors a cotangent may be an array that other nodes have too.
                u, v = node.u, node.v
                so_far = cotangent_of(u)
                if so_far is not None:
                    cotangents[u] = so_far + g * du
                if v is not None:
                    so_far = cotangent_of(v)
                    if so_far is not None:
                        cotangents[v] = so_far + g * node.dv
                    for w, dw in node.rest:
                        so_far = cotangent_of(w)
                        if so_far is not None:
                            cotangents[w] = so_far + g * dw
            elif g is not ZERO:
                _pull(node, g, cotangents, as_nodes)
    untouched = [node for node, g in cotangents.items() if g is ZERO and node.du is None]
    for node in untouched:  # Tensors to which no edge leads that could carry anything
        cotangents[node] = _beside(node, zeros_like(node)) if as_nodes else zeros_like(node)
    return cotangents


def _pull(node: Node, g: Operand, cotangents: dict[Node, Any], as_nodes: bool) -> None:
    """Add what the cotangent g of `node` pulls back to the cotangents of its inputs."""
    primitive = node.primitive
    assert primitive is not None
    inputs, params = node.inputs, node.params
    arguments, y = _as_recorded(node, inputs) if as_nodes else (node.arguments, node._data)
    for i, x in enumerate(inputs):
        so_far = cotangents.get(x)
        if so_far is not None:
            pulled = primitive.pull(i, g, arguments, y, **params)
            if pulled is not None:
                cotangents[x] = pulled if so_far is ZERO else so_far + pulled


def forward(
    outputs: Node | Iterable[Node], tangents: Mapping[Node, Operand], *, as_nodes: bool = False
) -> dict[Node, Any]:
    """The tangents of all nodes between the nodes of `tangents` and the outputs.

    ẏ = Σ over the edges x → y of ∂y/∂x · ẋ                              (Nielsen ch. 2, eqs 48–52)

    An output that rests on none of the nodes of `tangents` is not among the result: it does not change.
    """
    if isinstance(outputs, Node):
        outputs = [outputs]
    outputs = list(outputs)
    if not isinstance(tangents, Mapping):
        raise TypeError(f"forward: takes a tangent for each node, as in {{w: 0.01}}, not {type(tangents).__name__}")
    _need_nodes("forward", (*outputs, *tangents))
    if not as_nodes:
        _ask("mb.forward", *outputs)
    operations, visited = _visited(outputs, tangents)
    result: dict[Node, Any] = {
        node: _beside(node, tangent) if as_nodes else tangent for node, tangent in tangents.items() if node in visited
    }
    with np.errstate(all="ignore"):
        for node in operations:
            du = node.du
            if du is not None and not as_nodes:
                # An input that does not change is left out: 0 times an infinite rate factor is not 0.
                u, v = node.u, node.v
                tangent = result[u] * du if u in result else 0.0
                if v in result:
                    tangent = tangent + result[v] * node.dv
                for w, dw in node.rest:
                    if w in result:
                        tangent = tangent + result[w] * dw
                result[node] = tangent
            else:
                result[node] = _push(node, result, as_nodes)
    return result


def _push(node: Node, tangents: dict[Node, Any], as_nodes: bool) -> Operand:
    """What the tangents of its inputs push to `node`."""
    primitive = node.primitive
    assert primitive is not None
    inputs, params = node.inputs, node.params
    arguments, y = _as_recorded(node, inputs) if as_nodes else (node.arguments, node._data)
    total: Operand = None
    for i, x in enumerate(inputs):
        if x in tangents:
            pushed = primitive.push(i, tangents[x], arguments, y, **params)
            if pushed is not None:
                total = pushed if total is None else total + pushed
    if total is None:
        return _beside(node, zeros_like(node)) if as_nodes else zeros_like(node)
    return total


def _beside(node: Node, number: Operand) -> Operand:
    """A cotangent or tangent of `node` that formulas over nodes can take: an array as a constant of node's class.

    An array times a Value would be numpy's affair, and an array of Values.
    """
    if isinstance(number, Node) or isinstance(node._data, float):
        return number
    constant = type(node).leaf(number)
    constant.number = 0
    return constant


def _as_recorded(node: Node, inputs: tuple[Node, ...]) -> tuple[tuple[Node, ...], Node]:
    """The inputs and the node, for formulas over nodes: an error where they hold other numbers than at recording."""
    for x, argument in zip(inputs, node.arguments, strict=True):
        if x.number > node.number or not (argument is x._data or np.array_equal(argument, x._data, equal_nan=True)):
            raise StaleGraphError(
                f"{x.name} was given other data after {node.name} was computed from it, "
                f"so a derivative of higher order can't be recorded; compute {node.name} again"
            )
    return inputs, node


def _visited(outputs: Iterable[Node], wrt: Iterable[Node]) -> tuple[list[Node], dict[Node, Any]]:
    """The operations to visit, in order, and a ZERO for each of them and for each leaf."""
    wanted = list(wrt)
    leaves, operations = recorded(outputs, wanted)
    if not wanted:
        return operations, dict.fromkeys(leaves + operations, ZERO)
    between: dict[Node, Any] = dict.fromkeys((node for node in wanted if node.number), ZERO)
    kept = []
    for node in operations:
        if any(x in between for x in node.inputs):
            between[node] = ZERO
            kept.append(node)
    return kept, between
