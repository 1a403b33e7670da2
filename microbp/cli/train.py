"""`microbp train`: a network trained on a data set, and how good it became."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from microbp import data
from microbp.cli.options import Commands, seed
from microbp.draw import explore
from microbp.nn import MLP, Dropout, activations, costs, initializers, optimizers, regularizers
from microbp.train import train

TOY: Mapping[str, Callable[..., data.Examples]] = {
    "moons": data.moons, "circles": data.circles, "spirals": data.spirals, "blobs": data.blobs,
}  # fmt: skip
IMAGES = {"mnist": data.mnist, "fashion_mnist": data.fashion_mnist}
OUTPUTS = {"log_likelihood": "softmax", "multiclass_hinge": "linear"}
"""The activation of the last layer that a cost comes with, where it is not sigmoid; these have a neuron a class."""
COSTS = [name for name in costs.NAMES if name != "hinge"]
"""All but the one that is of labels −1 and +1."""
OPTIMIZERS = {"sgd": optimizers.SGD, "momentum": optimizers.Momentum, "adam": optimizers.Adam}


def add(commands: Commands) -> None:
    """Add the command and its options."""
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
    teach.add_argument("--activation", choices=activations.EVERY_NAME, default="sigmoid", help="of the hidden layers")
    teach.add_argument("--cost", choices=COSTS, default="cross_entropy",
                       help="log_likelihood comes with a softmax layer, multiclass_hinge with a linear one, "
                       "the others with a sigmoid one")  # fmt: skip
    teach.add_argument("--start", choices=initializers.NAMES, default="inverse_sqrt", help="the initial weights")
    teach.add_argument("--optimizer", choices=OPTIMIZERS, default="sgd", help="how a step is made of a gradient")
    teach.add_argument("--eta", type=float, default=0.5, help="learning rate")
    teach.add_argument("--l2", type=float, default=0.0, metavar="LAMBDA", help="weight decay, the book's lambda")
    teach.add_argument("--l1", type=float, default=0.0, metavar="LAMBDA", help="the same, of absolute weights")
    teach.add_argument("--max-norm", type=float, metavar="C", help="bound for the length of a neuron's weights, as 3")
    teach.add_argument("--batch-norm", action="store_true", help="normalize the hidden layers over each mini-batch")
    teach.add_argument("--dropout", type=float, metavar="P", help="probability that a hidden neuron stays, as 0.5")
    teach.add_argument("--epochs", type=int, default=30, help="how often to go through all examples")
    teach.add_argument("--batch", type=int, default=10, metavar="M", help="examples in a mini-batch")
    teach.add_argument("--seed", type=seed, default=0, help="of what is random")
    teach.add_argument("--plot", metavar="FILE", help="write a plot of cost and accuracy (needs matplotlib)")
    teach.add_argument("--explore", metavar="FILE", help="write a page that shows the training epoch by epoch, .html")
    teach.add_argument("--save", metavar="FILE", help="write the trained network, an npz file, for draw --net")
    teach.add_argument("--quiet", action="store_true", help="show no progress bar")
    teach.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, and print what came of it."""
    _refuse_in_vain(options)
    learned, tried, classes = _data(options)
    single = classes == 2 and options.cost not in OUTPUTS
    net = MLP(
        [learned.X.shape[1], *options.hidden, 1 if single else classes],
        options.activation,
        OUTPUTS.get(options.cost, "sigmoid"),
        initializer=options.start,
        rng=options.seed,
        batch_norm=options.batch_norm,
        dropout=None if options.dropout is None else Dropout(options.dropout),
    )
    print(net)
    history = train(
        net, learned, options.epochs, options.batch, OPTIMIZERS[options.optimizer](options.eta), options.cost,
        regularizer=_regularizers(options), validation=tried, progress=not options.quiet, rng=options.seed,
    )  # fmt: skip
    print(history)
    if len(history):
        best = history[history.best]
        which = "that it learned from" if tried is learned else "that it did not learn from"
        print(f"Best: {best.accuracy:.2%} in epoch {history.best}, of {len(tried.X):,} examples {which}")
    if options.save:  # first, as it took the time
        net.save(options.save)
        print(f"Saved in {options.save}")
    if len(history) and options.explore:
        explore(history).save(options.explore)
        print(f"To be explored in {options.explore}")
    if len(history) and options.plot:
        history.plot().figure.savefig(options.plot, bbox_inches="tight")
        print(f"Plotted in {options.plot}")
    return 130 if history.interrupted else 0


def _refuse_in_vain(options: argparse.Namespace) -> None:
    """An error before the training where what is to be written after it could not be."""
    if options.path is not None and options.data not in IMAGES:
        raise ValueError(f"--path is the folder of {' or '.join(IMAGES)}, and means nothing beside {options.data}")
    for name in ("save", "explore", "plot"):
        file = getattr(options, name)
        if file and not Path(file).parent.is_dir():
            raise ValueError(f"--{name} {file} cannot be written: there is no folder {str(Path(file).parent)!r}")
    if options.explore and not options.explore.lower().endswith((".html", ".htm")):
        raise ValueError(f"--explore {options.explore} doesn't end in .html, and by that a browser knows a page")
    if options.plot and find_spec("matplotlib") is None:
        raise ImportError('--plot needs matplotlib: pip install "microbp[plot]"')


def _regularizers(options: argparse.Namespace) -> list[regularizers.Regularizer]:
    """Those that the options ask for."""
    asked = [(regularizers.L1, options.l1 or None), (regularizers.L2, options.l2 or None)]
    return [kind(amount) for kind, amount in [*asked, (regularizers.MaxNorm, options.max_norm)] if amount is not None]


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
