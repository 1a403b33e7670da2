"""The book's networks on MNIST, trained with microbp, one line a run: best and last epoch of thirty.

    python benchmarks/digits.py                  # the three networks, seeds 0 to 2: a few minutes
    python benchmarks/digits.py quadratic-30 --seeds 0 1 2 3 4 5

MNIST is looked for as `mb.data.mnist()` does: in $MICROBP_DATA, in the cache, then on the net.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import microbp as mb

NETWORKS = {
    "quadratic-30": dict(hidden=30, initializer="normal", eta=3.0, cost="quadratic", lmbda=0.0),
    "cross-entropy-30": dict(hidden=30, initializer="inverse_sqrt", eta=0.5, cost="cross_entropy", lmbda=5.0),
    "cross-entropy-100": dict(hidden=100, initializer="inverse_sqrt", eta=0.5, cost="cross_entropy", lmbda=5.0),
}


def run(name: str, seed: int, epochs: int, digits: mb.data.Split, progress: bool) -> mb.History:
    choice = NETWORKS[name]
    rng = np.random.default_rng(seed)
    net = mb.MLP([784, choice["hidden"], 10], initializer=choice["initializer"], rng=rng)
    return mb.train(
        net,
        digits.train,
        epochs,
        10,
        mb.optimizers.SGD(choice["eta"]),
        choice["cost"],
        regularizer=mb.regularizers.L2(choice["lmbda"]),
        validation=digits.test,
        progress=progress,
        rng=rng,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", default=list(NETWORKS), help=", ".join(NETWORKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    digits = mb.data.mnist()
    for name in options.networks:
        for seed in options.seeds:
            start = time.perf_counter()
            history = run(name, seed, options.epochs, digits, not options.quiet)
            took = time.perf_counter() - start
            best, last = history[history.best], history[-1]
            print(
                f"{name}, seed {seed}: best {best.accuracy:.2%} (epoch {history.best}), "
                f"last {last.accuracy:.2%}, {took:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
