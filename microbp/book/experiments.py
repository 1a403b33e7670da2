"""The book's experiments on MNIST, and those that its exercises ask for: what is run, and what the book has.

`benchmarks/book.py` runs them, and `results` holds what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Experiment(NamedTuple):
    """One of the book's experiments on MNIST (ch. 1), or one that an exercise of it asks for; quadratic cost, N(0, 1).

    name        short: for the command line and the file of results
    sizes       neurons in each layer
    eta         the learning rate η
    batch_size  the examples of a mini-batch, m
    seeds       how many runs there are, of seeds 0, 1, …
    book        what the book has: test images right of 10,000, epoch by epoch or the best; "" where it has no figure
    improved    whether it is by chapter 3's cost and start: cross-entropy, weights N(0, 1/n_in), λ = 5
    epochs      how often it goes through the 50,000 images to learn from
    """

    name: str
    sizes: tuple[int, ...]
    eta: float
    batch_size: int = 10
    seeds: int = 3
    book: str = ""
    improved: bool = False
    epochs: int = 30

    @property
    def cost(self) -> str:
        """The cost, as `train` calls it."""
        return "cross_entropy" if self.improved else "quadratic"

    @property
    def initializer(self) -> str:
        """The start, as `MLP` calls it."""
        return "inverse_sqrt" if self.improved else "normal"

    @property
    def lmbda(self) -> float:
        """λ of weight decay."""
        return 5.0 if self.improved else 0.0

    @property
    def ways(self) -> str:
        """Cost and start, in words."""
        return "cross-entropy, 1/√n, λ = 5" if self.improved else "quadratic, N(0, 1)"

    @property
    def settings(self) -> str:
        """All that its runs rest on, in a line."""
        return f"{list(self.sizes)}, {self.epochs} epochs, m = {self.batch_size}, η = {self.eta:g}, {self.ways}"


EXPERIMENTS = (
    Experiment("quadratic-30", (784, 30, 10), 3.0, seeds=6, book="9129, 9295, 9348, …, 9528, 9542, 9534"),
    Experiment("quadratic-100", (784, 100, 10), 3.0, seeds=10, book="best 9659"),
    Experiment("eta-0.001-30", (784, 30, 10), 0.001),
    Experiment("eta-0.01-30", (784, 30, 10), 0.01),
    Experiment("eta-0.1-30", (784, 30, 10), 0.1),
    Experiment("eta-1-30", (784, 30, 10), 1.0),
    Experiment("eta-10-30", (784, 30, 10), 10.0),
    Experiment("eta-100-30", (784, 30, 10), 100.0, book="1009, …, 982"),
    Experiment("eta-0.001-100", (784, 100, 10), 0.001, book="1139, …, 2142"),
    Experiment("eta-0.01-100", (784, 100, 10), 0.01),
    Experiment("eta-0.1-100", (784, 100, 10), 0.1),
    Experiment("eta-1-100", (784, 100, 10), 1.0),
    Experiment("eta-10-100", (784, 100, 10), 10.0),
    Experiment("eta-100-100", (784, 100, 10), 100.0),
    Experiment("straight-quadratic", (784, 10), 3.0, seeds=5),
    Experiment("straight-cross-entropy", (784, 10), 0.5, improved=True),
    Experiment("online", (784, 30, 10), 3.0, 1),
    Experiment("online-small-steps", (784, 30, 10), 0.3, 1),
    Experiment("batches-of-100", (784, 30, 10), 3.0, 100),
    Experiment("batches-of-100-large-steps", (784, 30, 10), 30.0, 100),
    Experiment("four-outputs", (784, 30, 4), 3.0),
    Experiment("cross-entropy-30", (784, 30, 10), 0.5, improved=True),
    Experiment("cross-entropy-100", (784, 100, 10), 0.5, improved=True),
)


class Baseline(NamedTuple):
    """Answers that take no network, to be better than.

    book  test images right of 10,000 in the book
    """

    name: str
    what: str
    book: str


BASELINES = (
    Baseline("guess", "guessing, each digit as likely as another", "10 %"),
    Baseline("darkness", "the digit that is on average about as dark", "2225"),
    Baseline("svm", "scikit-learn's support vector machine, γ = 1/784", "9435"),
)


class Group(NamedTuple):
    """A part of the table: what it shows, and the experiments in it."""

    title: str
    words: str
    names: Sequence[str]


GROUPS: Mapping[str, Group] = {
    "networks": Group(
        "The book's networks",
        "Some runs with 100 hidden neurons stick: whole digits are never learned. The output neuron of such a digit "
        "was driven to say 0 to all images; z is far below 0, σ′(z) next to nothing, and so is, by BP1, its error δ.",
        ["quadratic-30", "quadratic-100"],
    ),
    "rates": Group(
        "Too small and too large learning rates",
        "With η = 0.001 thirty epochs are only the beginning of the way. With η = 100 the first steps drive neurons so "
        "far into saturation that hardly anything is learned after them.",
        [f"eta-{eta}-{hidden}" for hidden in (30, 100) for eta in ("0.001", "0.01", "0.1", "1", "10", "100")],
    ),
    "straight": Group(
        "No hidden layer",
        "The quadratic cost loses digits here too. The cross-entropy does not: its error at the output is a − y, "
        "without the factor σ′(z) that saturation makes small.",
        ["straight-quadratic", "straight-cross-entropy"],
    ),
    "mini-batches": Group(
        "One example, ten, a hundred in a mini-batch",
        "In an epoch m = 1 takes ten times as many steps as m = 10. With η in proportion to m both come as far; but "
        "η = 30 is too large for the first steps even so, and digits are lost. At the same η = 3, steps by one "
        "example are too noisy to settle, and those by a hundred too few.",
        ["online", "online-small-steps", "quadratic-30", "batches-of-100", "batches-of-100-large-steps"],
    ),
    "outputs": Group(
        "Ten output neurons, or four that give the digit in binary",
        "Of four neurons an image is right where all four bits are. The book's guess why ten do better: a digit has "
        "shapes to look for, the bit of a digit has none.",
        ["quadratic-30", "four-outputs"],
    ),
    "better": Group(
        "Chapter 3's cost and start",
        "The same networks and steps, with a cost that does not saturate, a start that does not, and weight decay.",
        ["cross-entropy-30", "cross-entropy-100"],
    ),
}
"""The parts of the table of results, by short names."""
