"""What the tests of listings share: a network, and the text of a program taken apart and run."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

import microbp as mb
from microbp import Tensor
from microbp import primitives as p
from microbp.primitives import TABLE
from microbp.program import record
from microbp.program.listing import listing


def network(m: int, cost: str, sizes: Any = (3, 2, 1), **kinds: Any) -> Any:
    """The cost of a network on m examples, as a program."""
    net = mb.MLP(list(sizes), rng=0, **kinds)
    x, y = Tensor(np.ones((sizes[0], m)), "x"), Tensor(np.ones((sizes[-1], m)), "y")
    return record(lambda x, y: net.cost(x, y, cost), x, y, wrt=net)


def text_of(program: Any) -> str:
    """The listing, as it stands between triple quotes on lines of their own."""
    return "\n" + listing(program) + "\n"


def tags_of(program: Any) -> dict[str, str]:
    """What stands to the right of each named line that has a tag."""
    lines = [re.fullmatch(r" +\d+  (\w+) = .*  ((BP\d|eq\. \d+).*)", line) for line in str(program).splitlines()]
    return {line[1]: line[2] for line in lines if line}


NAMESPACE: dict[str, Any] = {
    **{name: row.on_arrays for name, row in TABLE.items()},
    "concatenate": np.concatenate,
    "stack": np.stack,
    "max": np.max,
    "min": np.min,
    "sum": np.sum,
    "logsumexp": lambda x, axis=None, keepdims=False: p.logsumexp.on_arrays(np.asarray(x), axis, keepdims),
    "s_": np.s_,
}


def run_text(program: Any, *inputs: Any) -> Any:
    """What the lines of the listing compute, taken as Python."""
    text = listing(program)
    head, body = text.split("\n\n")
    scope = dict(NAMESPACE)
    for leaf, x in zip(program.inputs, inputs, strict=True):
        scope[leaf.label] = np.asarray(x)
    for leaf in program.parameters:
        scope[leaf.label] = leaf.data.data
    for leaf in program.constants:
        if np.ndim(leaf.data):
            scope[leaf.label or f"c{-leaf.slots}"] = leaf.data
    right = re.compile(r"  +(\([\d, ]*\))?( +(BP\d|eq\. \d+)(, BP3)?( \+ regularization)?)?$")
    return run_lines([right.sub("", line[6:]) for line in body.splitlines()], scope)


def run_lines(lines: list[str], scope: dict[str, Any]) -> Any:
    """What lines return that end with a return."""
    for line in lines[:-1]:
        exec(line, scope)
    return eval(lines[-1].removeprefix("return"), scope)
