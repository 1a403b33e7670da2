"""The command line: `microbp demo | train | check | draw | bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np

from microbp import data
from microbp.check import check
from microbp.demo import demo
from microbp.draw import DrawingError, draw
from microbp.expression import recorded_formula
from microbp.linearized import paths
from microbp.nn import MLP, activations, costs, initializers, optimizers, regularizers
from microbp.steps import TrainingError
from microbp.tensor import Tensor
from microbp.train import train
from microbp.value import Value

TOY: Mapping[str, Callable[..., data.Examples]] = {
    "moons": data.moons, "circles": data.circles, "spirals": data.spirals, "blobs": data.blobs,
}  # fmt: skip
IMAGES = {"mnist": data.mnist, "fashion_mnist": data.fashion_mnist}
OPTIMIZERS = {"sgd": optimizers.SGD, "momentum": optimizers.Momentum, "adam": optimizers.Adam}

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What the commands are added to."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0 when it did what it should, 1 when not, 2 for wrong usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, TypeError, OSError, TrainingError, DrawingError, ImportError) as error:
        print(f"microbp {options.command}: {error}", file=sys.stderr)
        return 1
    except MemoryError:
        print(f"microbp {options.command}: this needs more memory than the machine has", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nmicrobp {options.command}: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="microbp", description="See how neural networks learn, one rate factor at a time."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo | train | check | draw | bench")
    for add in (_add_demo, _add_train, _add_check, _add_draw, _add_bench):
        add(commands)
    return parser


# ------------------------------------------------------------------------------------------- demo


def _add_demo(commands: Commands) -> None:
    tour = commands.add_parser("demo", help="a tour in under a minute: record, add up paths, check, draw, train")
    tour.add_argument("--folder", default=".", help="where its picture goes (default: here)")
    tour.add_argument("--quiet", action="store_true", help="show no progress bars")
    tour.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    return 0 if demo(options.folder, not options.quiet, print) else 1


# ------------------------------------------------------------------------------------------ train


def _add_train(commands: Commands) -> None:
    teach = commands.add_parser(
        "train",
        help="train a network on a data set",
        description="Train a network, print each epoch as the book does, and say how good it became.",
        epilog="Example, the book's first network: microbp train mnist --hidden 30 --cost quadratic --eta 3 "
        "--start normal --l2 0",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    teach.add_argument("data", metavar="DATA", help=f"{', '.join([*IMAGES, 'xor', *TOY])}, or a CSV file")
    teach.add_argument("--path", help="folder of the image files (else MICROBP_DATA, the cache, a download)")
    teach.add_argument("--target", default="-1", help="column of a CSV file with the classes, by name or number")
    teach.add_argument("--hidden", type=int, nargs="*", default=[30], metavar="N", help="neurons of each hidden layer")
    teach.add_argument("--activation", choices=activations.NAMES, default="sigmoid", help="of the hidden layers")
    teach.add_argument("--cost", choices=["quadratic", "cross_entropy", "log_likelihood"], default="cross_entropy",
                       help="log_likelihood comes with a softmax layer, the others with a sigmoid one")  # fmt: skip
    teach.add_argument("--start", choices=initializers.NAMES, default="inverse_sqrt", help="the initial weights")
    teach.add_argument("--optimizer", choices=OPTIMIZERS, default="sgd")
    teach.add_argument("--eta", type=float, default=0.5, help="learning rate")
    teach.add_argument("--l2", type=float, default=0.0, metavar="LAMBDA", help="weight decay, the book's lambda")
    teach.add_argument("--epochs", type=int, default=30)
    teach.add_argument("--batch", type=int, default=10, metavar="M", help="examples in a mini-batch")
    teach.add_argument("--seed", type=_seed, default=0)
    teach.add_argument("--plot", metavar="FILE", help="write a plot of cost and accuracy (needs matplotlib)")
    teach.add_argument("--quiet", action="store_true", help="show no progress bar")
    teach.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> int:
    learned, tried, classes = _data(options)
    single = classes == 2 and options.cost != "log_likelihood"
    net = MLP(
        [learned.X.shape[1], *options.hidden, 1 if single else classes],
        options.activation,
        "softmax" if options.cost == "log_likelihood" else "sigmoid",
        initializer=options.start,
        rng=options.seed,
    )
    print(net)
    regularizer = regularizers.L2(options.l2) if options.l2 else None
    history = train(
        net, learned, options.epochs, options.batch, OPTIMIZERS[options.optimizer](options.eta), options.cost,
        regularizer=regularizer, validation=tried, progress=not options.quiet, rng=options.seed,
    )  # fmt: skip
    print(history)
    if len(history):
        best = history[history.best]
        which = "that it learned from" if tried is learned else "that it did not learn from"
        print(f"Best: {best.accuracy:.2%} in epoch {history.best}, of {len(tried.X):,} examples {which}")
        if options.plot:
            history.plot().figure.savefig(options.plot, bbox_inches="tight")
    return 130 if history.interrupted else 0


def _data(options: argparse.Namespace) -> tuple[data.Examples, data.Examples, int]:
    """What to learn from, what to try the network on, and how many classes there are."""
    rng = np.random.default_rng(options.seed)
    if options.data in IMAGES:
        images = IMAGES[options.data](options.path, progress=not options.quiet)
        learned, tried = images.train, images.test
        return learned, tried, int(max(learned.labels.max(), tried.labels.max())) + 1
    if options.data == "xor":
        points = data.xor()  # all the points there are
        return points, points, 2
    if options.data in TOY:
        learned, tried = TOY[options.data](rng=rng), TOY[options.data](rng=rng)
        return learned, tried, int(learned.labels.max()) + 1
    if not options.data.lower().endswith((".csv", ".txt", ".tsv")):
        known = ", ".join([*IMAGES, "xor", *TOY])
        raise ValueError(f"no data set {options.data!r}; there are {known}, or name a CSV file")
    table = _table(options.data, options.target)
    if len(table.X) < 2 or len(table.classes) < 2:
        raise ValueError(
            f"{options.data!r} has {len(table.X)} row(s) of {len(table.classes)} class(es); "
            "want two rows or more, to learn from one and try the other, and two classes or more"
        )
    order = rng.permutation(len(table.X))
    X, labels = table.X[order], table.labels[order]
    cut = max(1, len(X) // 5)
    lowest, highest = X[cut:].min(axis=0), X[cut:].max(axis=0)
    X = (X - lowest) / np.where(highest > lowest, highest - lowest, 1)
    return data.Examples(X[cut:], labels[cut:]), data.Examples(X[:cut], labels[:cut]), len(table.classes)


def _table(path: str, target: str) -> data.Table:
    """The table in a file; a target that is a number is the name in the header, or else the index, of a column."""
    if not target.removeprefix("-").isdecimal():
        return data.csv(path, target)
    try:
        return data.csv(path, int(target))
    except data.DataError:
        # A header with a number in it, as 2020, was taken for an example, whose other cells are no numbers.
        with suppress(data.DataError):
            table = data.csv(path, target, header=True)
            if not all(map(_is_number, table.columns)):
                return table
        raise


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------------------------------ check


def _add_check(commands: Commands) -> None:
    prove = commands.add_parser(
        "check",
        help="hold a network's gradient against the equations BP1 to BP4",
        description="Compare the backward sweep, the closed form BP1 to BP4, the sum over paths, the forward sweep "
        "and finite differences on a random network. Exit code 1 when they differ.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    _network_options(prove, [4, 3, 3, 2])
    prove.add_argument("--examples", type=int, default=3, metavar="M", help="examples in the mini-batch")
    prove.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    net, x, y = _random_network(options, options.examples)
    report = check(net, x, y, options.cost)
    print(net)
    print(report)
    return 0 if report.ok else 1


# ------------------------------------------------------------------------------------------- draw


def _add_draw(commands: Commands) -> None:
    picture = commands.add_parser(
        "draw",
        help="draw the graph of a network's cost",
        description="Draw a formula, or the graph of a small network's cost on one example, with values, gradients "
        "and rate factors. The path that counts most, from the first name or weight, is marked.",
        epilog='Example: microbp draw neuron.svg --formula "tanh(w*x + b)" --at w=-3 x=2 b=6.88',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    picture.add_argument("file", metavar="FILE", help="what to write: .svg, .pdf or .png (need Graphviz), or .dot")
    picture.add_argument("--formula", help="draw this in place of a network's cost")
    picture.add_argument("--at", nargs="+", default=[], metavar="NAME=NUMBER", help="the numbers in the formula")
    _network_options(picture, [2, 2, 1])
    picture.add_argument("--level", choices=["operations", "neurons", "layers"], help="else chosen by size")
    picture.add_argument("--plain", action="store_true", help="mark no path")
    picture.set_defaults(run=_draw)


def _draw(options: argparse.Namespace) -> int:
    first: Any
    if options.formula is not None:
        output, names = recorded_formula(options.formula, dict(map(_name_and_number, options.at)))
        first, title = next(iter(names.values()), output), options.formula
    else:
        net, x, y = _random_network(options, 1)
        output, title = net.cost(x, y, options.cost), str(net)
        w = net.layers[0].w
        first = w[0, 0] if isinstance(w, np.ndarray) else (w, (0, 0))
    output.backward()
    marked = None if options.plain else next(iter(paths(first, output)), None)
    draw(output, path=marked, level=options.level, title=title).save(options.file)
    print(f"Drawn in {options.file}")
    return 0


def _name_and_number(text: str) -> tuple[str, float]:
    name, equals, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise ValueError(f"--at takes a name and a number, as in w=-3, not {text!r}") from None


# ------------------------------------------------------------------------------------------ bench


def _add_bench(commands: Commands) -> None:
    contest = commands.add_parser(
        "bench",
        help="time microbp against numpy written by hand, and against micrograd where it is installed",
        description="The quick part of the benchmarks, under a minute: all take turns in many short rounds, and the "
        "ratios of their times are given with their spread. With all peers: python -m benchmarks, in a clone.",
    )
    contest.add_argument("--only", nargs="+", default=[], metavar="WORD",
                         help="workloads with such a word in the name (default: all)")
    contest.add_argument("--rounds", type=int, default=20, help="rounds of those that are short (default: %(default)s)")
    contest.add_argument("--seconds", type=float, default=1.0,
                         help="for each contestant in all its rounds (default: %(default)s)")
    contest.add_argument("--out", metavar="FOLDER", help="write results.md, .csv and a plot there (default: nowhere)")
    contest.add_argument("--quiet", action="store_true", help="show no progress bars")
    contest.set_defaults(run=_bench)


def _bench(options: argparse.Namespace) -> int:
    from microbp.bench.race import race
    from microbp.bench.suite import SMALL, chosen, peers, quick

    found, left_out = peers(SMALL)
    done = race(
        chosen(quick(found), options.only), left_out,
        rounds=options.rounds, seconds=options.seconds, out=options.out, progress=not options.quiet,
    )  # fmt: skip
    if not done:
        print("microbp bench: interrupted; that is what was measured so far", file=sys.stderr)
    return 0 if done else 130


# ----------------------------------------------------------------------------------------- shared


def _network_options(parser: argparse.ArgumentParser, sizes: list[int]) -> None:
    parser.add_argument("--sizes", type=int, nargs="+", default=sizes, metavar="N", help="neurons of each layer")
    parser.add_argument("--activation", choices=activations.NAMES, default="tanh", help="of the hidden layers")
    parser.add_argument("--output", choices=activations.NAMES, default=None, help="of the last layer, where it differs")
    parser.add_argument("--cost", choices=costs.NAMES, default="quadratic")
    parser.add_argument("--node", choices=["value", "tensor"], default="value", help="a graph of scalars or of arrays")
    parser.add_argument("--seed", type=_seed, default=0)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is a whole number of 0 or more, not {text}")
    return int(text)


def _random_network(options: argparse.Namespace, m: int) -> tuple[MLP, np.ndarray, np.ndarray]:
    """A network of the options, and m random examples in columns that suit its cost."""
    rng = np.random.default_rng(options.seed)
    node = Value if options.node == "value" else Tensor
    net = MLP(options.sizes, options.activation, options.output, node=node, rng=rng)
    x = rng.uniform(-1, 1, (net.sizes[0], m))
    y = np.eye(net.sizes[-1])[:, rng.integers(net.sizes[-1], size=m)]
    return net, x, 2 * y - 1 if options.cost == "hinge" else y


class _Version(argparse.Action):
    """Looks the version up when it is asked for, as that takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print("microbp", version("microbp"))
        except PackageNotFoundError:
            print("microbp, not installed")
        parser.exit()
