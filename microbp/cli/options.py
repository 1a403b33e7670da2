"""What commands have in common: the options that name a network or a formula, and the computation they stand for."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from microbp.expression import recorded_formula
from microbp.graph import Node
from microbp.linearized import paths
from microbp.nn import MLP, activations, costs, load
from microbp.paths import Path
from microbp.tensor import Tensor
from microbp.value import Value

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What the commands are added to."""

NODES: Mapping[str, type[Node]] = {"value": Value, "tensor": Tensor}
MADE = ("sizes", "activation", "output")
"""The options that say what network to make, in place of one from a file."""


class Recorded(NamedTuple):
    """A computation that was recorded, with its gradients.

    output  the cost of a network on one example, or what a formula gives
    source  where the path to mark begins: the first weight, or the first name; a node, or a Tensor and an index
    title   what to write above it
    """

    output: Any
    source: Any
    title: str

    def largest_path(self) -> Path | None:
        """Of the paths from the source to the output the one that counts most; None where there is none."""
        return next(iter(paths(self.source, self.output)), None)


def seed(text: str) -> int:
    """The argument of --seed."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is a whole number of 0 or more, not {text}")
    return int(text)


def add_network(parser: argparse.ArgumentParser, sizes: list[int]) -> None:
    """Options for a network, from a file or a random one; what isn't given is None, but for the seed."""
    parser.add_argument("--net", metavar="FILE", help="a network that was saved, in place of a random one")
    shown = " ".join(map(str, sizes))
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help=f"neurons of each layer (default: {shown})")
    parser.add_argument("--activation", choices=activations.EVERY_NAME, help="of the hidden layers (default: tanh)")
    parser.add_argument("--output", choices=activations.EVERY_NAME, help="of the last layer, where it differs")
    parser.add_argument("--node", choices=NODES, help="a graph of scalars or of arrays (default: value, or as saved)")
    parser.add_argument("--cost", choices=costs.NAMES, help="(default: quadratic)")
    parser.add_argument("--seed", type=seed, default=0, help="of what is random (default: %(default)s)")
    parser.set_defaults(default_sizes=sizes, wrong=parser.error)


def add_computation(parser: argparse.ArgumentParser) -> None:
    """Options for a formula, or a network and an example; `recorded` records it."""
    parser.add_argument("--formula", help="this in place of a network's cost")
    parser.add_argument("--at", nargs="+", metavar="NAME=NUMBER", help="the numbers in the formula")
    add_network(parser, [2, 2, 1])
    parser.add_argument("--x", type=float, nargs="+", metavar="NUMBER", help="what it is fed (default: random)")
    parser.add_argument("--y", type=float, nargs="+", metavar="NUMBER", help="its desired output (default: random)")


def recorded(options: argparse.Namespace) -> Recorded:
    """The formula, or the cost of the network on one example, that the options ask for, after its backward pass."""
    source: Any
    if options.formula is not None:
        _refuse_beside("formula", ["net", *MADE, "node", "cost", "x", "y"], options)
        output, names = recorded_formula(options.formula, dict(map(_name_and_number, options.at or ())))
        source, title = next(iter(names.values()), output), options.formula
    else:
        _refuse_without("formula", ["at"], options)
        net, x, y = network_and_examples(options, 1)
        x, y = _given(options.x, "x", x), _given(options.y, "y", y)
        output, title = net.cost(x, y, cost_of(options)), str(net)
        w = net.layers[0].w
        source = w[0, 0] if isinstance(w, np.ndarray) else (w, (0, 0))
    output.backward()
    return Recorded(output, source, title)


def network_and_examples(options: argparse.Namespace, m: int) -> tuple[MLP, np.ndarray, np.ndarray]:
    """The network that the options ask for, and m random examples in columns that suit its cost."""
    rng = np.random.default_rng(options.seed)
    if options.net is not None:
        _refuse_beside("net", MADE, options)
        net = load(options.net, node=NODES.get(options.node))
    else:
        sizes, activation = options.sizes or options.default_sizes, options.activation or "tanh"
        net = MLP(sizes, activation, options.output, node=NODES[options.node or "value"], rng=rng)
    x = rng.uniform(-1, 1, (net.sizes[0], m))
    y = np.eye(net.sizes[-1])[:, rng.integers(net.sizes[-1], size=m)]
    return net, x, 2 * y - 1 if options.cost == "hinge" else y


def cost_of(options: argparse.Namespace) -> str:
    """The name of the cost."""
    return options.cost or "quadratic"


def _given(numbers: list[float] | None, name: str, random: np.ndarray) -> np.ndarray:
    """The numbers of an option as a column, or the random ones where it wasn't given."""
    if numbers is None:
        return random
    if len(numbers) != len(random):
        neurons = "input" if name == "x" else "output"
        raise ValueError(f"--{name} takes {len(random)} number(s), one for each {neurons} neuron, not {len(numbers)}")
    return np.array(numbers)[:, None]


def _refuse_beside(name: str, others: Iterable[str], options: argparse.Namespace) -> None:
    """Wrong usage where an option is given that would mean nothing beside that of this name."""
    for other in others:
        if getattr(options, other) is not None:
            options.wrong(f"argument --{other}: not allowed with argument --{name}")


def _refuse_without(name: str, others: Iterable[str], options: argparse.Namespace) -> None:
    """Wrong usage where an option is given that would mean nothing without that of this name."""
    for other in others:
        if getattr(options, other) is not None:
            options.wrong(f"argument --{other}: not allowed without argument --{name}")


def _name_and_number(text: str) -> tuple[str, float]:
    name, equals, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise ValueError(f"--at takes a name and a number, as in w=-3, not {text!r}") from None
