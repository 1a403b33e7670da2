"""`gradient_spread`: how far the gradient of a mini-batch is from that of all examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbp import sweeps
from microbp.arguments import generator, whole_number
from microbp.data.bars import progress_bar
from microbp.nn.costs import Cost
from microbp.nn.examples import as_examples
from microbp.nn.network import MLP
from microbp.nn.parameters import cotangent_of
from microbp.problem import Problem
from microbp.program import RecordingError
from microbp.replaying import recorded

Array = NDArray[np.float64]

CHUNK = 500
"""Examples at a time for the gradient over all. 784-30-10 on 50,000: 0.18 s by 500, 0.32 by 100, 0.26 by 2,000."""


class GradientSpread(NamedTuple):
    """Mini-batch estimates of ∇C beside ∇C itself; prints what they come to.

    The n learned parameters are in one row: w², b², w³, b³, …, each read row by row.

    nabla        shape (n,): ∇C, over all examples
    mean         shape (n,): the mean of the estimates
    deviations   shape (n,): the standard deviation of each entry over the estimates
    distances    shape (batches,): ‖∇C_X − ∇C‖ of each estimate
    cosines      shape (batches,): of the angle between each estimate and ∇C; 1 is the same direction, 0 a right angle
    batch_size   m, the examples in a mini-batch
    examples     N, those there are
    interrupted  whether it was ended by Ctrl-C after the estimates that are here
    """

    nabla: Array
    mean: Array
    deviations: Array
    distances: Array
    cosines: Array
    batch_size: int
    examples: int
    interrupted: bool = False

    @property
    def slope(self) -> float:
        """‖∇C‖."""
        return float(np.linalg.norm(self.nabla))

    @property
    def spread(self) -> float:
        """The root of the mean of ‖∇C_X − ∇C‖²: the standard deviation of an estimate, all entries together."""
        return float(np.sqrt(np.mean(self.distances**2)))

    def __repr__(self) -> str:
        return f"<{len(self.cosines):,} estimates of ∇C by {self.batch_size:,} examples, spread {self.spread:.3g}>"

    def __str__(self) -> str:
        low, median, high = np.percentile(self.cosines, [5, 50, 95])
        times = f" = {self.spread / self.slope:.3g} ‖∇C‖" if self.slope else ""
        lines = [
            f"∇C by {len(self.nabla):,} parameters, {len(self.cosines):,} estimates by {self.batch_size:,} of "
            f"{self.examples:,} examples",
            f"  slope   ‖∇C‖ = {self.slope:.3g}",
            f"  spread  {self.spread:.3g}{times}",
            f"  cosine  {median:.3f}, nine of ten between {low:.3f} and {high:.3f}",
            f"  mean    {np.linalg.norm(self.mean - self.nabla):.3g} from ∇C",
        ]
        return "\n".join(lines + ["  interrupted"] * self.interrupted).replace("-", "−")


def gradient_spread(
    net: MLP,
    data: tuple[Any, Any],
    batch_size: int,
    batches: int = 100,
    cost: str | Cost = "quadratic",
    *,
    progress: bool = True,
    rng: np.random.Generator | int | None = None,
) -> GradientSpread:
    """How well a mini-batch estimates the gradient of the cost: ∇C ≈ (1/m) Σ ∇C_X  (Nielsen ch. 1, eqs 18, 19).

    The mini-batches are those of a training epoch: the examples are shuffled and cut into pieces of m; when they are
    used up, they are shuffled anew. So the estimates are right on average, and the mean over the pieces of one epoch
    is ∇C. An estimate is away from ∇C by

        spread² = σ²/m · (N − m)/(N − 1),    σ² = (1/N) Σ_x ‖∇C_x − ∇C‖²

    in the mean square: four times the examples halve the spread, until m comes near the number N of all examples.

    net         what it is by are its learned parameters; they stay as they are
    data        X, Y with examples in rows: X (N, n_1), and Y (N, n_L) or labels (N,)
    batch_size  m, the examples in a mini-batch; at most N
    batches     how many estimates are made
    cost        a name ("quadratic", "cross_entropy", …) or a Cost
    progress    whether a bar is shown, on a terminal or in a notebook, of what takes more than a second
    rng         a numpy Generator, or a seed, for the shuffling

    The cost is recorded once and replayed where it can be; a network with functions of your own that can't be recorded
    computes each anew. Ctrl-C ends it with the estimates that there are, marked `interrupted`.

    Raises ValueError where data don't fit the network, an argument is out of range, or the network has batch
    normalization or dropout, with which ∇C is no mean over examples; TypeError where an argument is of another kind.
    """
    _need_a_mean(net)
    X, Y = _rows(net, data)
    m = whole_number("gradient_spread", "batch_size", batch_size)
    batches = whole_number("gradient_spread", "batches", batches)
    if m > len(X):
        raise ValueError(f"gradient_spread: batch_size is {m}, but there are {len(X)} examples; want that many at most")
    rng = generator("gradient_spread", rng)
    chunks = [np.arange(k, min(k + CHUNK, len(X))) for k in range(0, len(X), CHUNK)]
    gradient = _gradient(Problem.of(net, X, Y, cost, None, None), {m, *map(len, chunks)})
    distances, cosines = np.zeros(batches), np.zeros(batches)
    interrupted = False
    with progress_bar(len(chunks) + batches, "batch", progress, brief=True) as bar:
        nabla: Array = np.zeros(())
        for rows in chunks:
            nabla = nabla + len(rows) / len(X) * gradient(rows)
            bar.update()
        sums = _Sums(0, np.zeros_like(nabla), np.zeros_like(nabla))
        try:
            for k, rows in enumerate(_mini_batches(len(X), m, batches, rng)):
                estimate = gradient(rows)
                distances[k] = np.linalg.norm(estimate - nabla)
                cosines[k] = _cosine(estimate, nabla)
                sums = sums.and_(estimate)  # in one assignment, which Ctrl-C can't come into
                bar.update()
        except KeyboardInterrupt:
            if not sums.number:
                raise
            interrupted = True
    made, deviations = slice(sums.number), np.sqrt(sums.squares / sums.number)
    return GradientSpread(nabla, sums.mean, deviations, distances[made], cosines[made], m, len(X), interrupted)


class _Sums(NamedTuple):
    """Mean, and sum of squared distances from it, of so many arrays, which needn't be kept (Welford 1962)."""

    number: int
    mean: Array
    squares: Array

    def and_(self, array: Array) -> _Sums:
        """The same with one more."""
        off = array - self.mean
        mean = self.mean + off / (self.number + 1)
        return _Sums(self.number + 1, mean, self.squares + off * (array - mean))


def _mini_batches(n: int, m: int, count: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """So many mini-batches of m rows each, cut from one shuffled epoch after another."""
    order = np.zeros(0, np.int64)
    for _ in range(count):
        if len(order) < m:
            order = rng.permutation(n)
        yield order[:m]
        order = order[m:]


def _gradient(problem: Problem, sizes: set[int]) -> Callable[[NDArray[np.int64]], Array]:
    """∇C over the examples in given rows, in one row; of as many examples as are among the sizes."""
    X, Y, parameters = problem.X, problem.Y, problem.parameters
    try:
        programs = recorded(problem, sizes)
    except RecordingError:

        def swept(rows: NDArray[np.int64]) -> Array:
            cotangents = sweeps.backward(problem.cost_of(X[rows].T, Y[rows].T))
            return _in_a_row([cotangent_of(w, cotangents) for w in parameters])

        return swept

    def replayed(rows: NDArray[np.int64]) -> Array:
        return _in_a_row(programs[len(rows)].value_and_grad(X[rows].T, Y[rows].T)[1])

    return replayed


def _in_a_row(arrays: Iterable[Any]) -> Array:
    return np.concatenate([np.ravel(array) for array in arrays]).astype(float, copy=False)


def _cosine(a: Array, b: Array) -> float:
    """Of the angle between two vectors; 0 where one of them has no direction."""
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else 0.0


def _rows(net: MLP, data: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Examples and desired outputs in rows, of the network's dtype."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError("gradient_spread: data is a pair X, Y with examples in rows")
    X, Y = data
    return as_examples(X, Y, net, "gradient_spread: X", "gradient_spread: Y")


def _need_a_mean(net: Any) -> None:
    """A sentence where the cost of several examples is not the mean of the costs of each, or rests on chance."""
    if not isinstance(net, MLP):
        raise TypeError(f"gradient_spread: net is an MLP, not {net!r}")
    if net.normalizes or net.dropout:
        how = "batch normalization" if net.normalizes else "dropout"
        raise ValueError(
            f"gradient_spread: the network learns by {how}, so that no ∇C is the mean of those of its examples; "
            "pass net.folded(), a network that answers as it does without"
        )
