"""The network of Nielsen's book, under the names of its program `network.py`.

Sigmoid neurons, quadratic cost, stochastic gradient descent by mini-batches; the gradient is that of
`equations`, and nothing else of microbp is used. Under the same seeds of `random` and `numpy.random` it
draws, shuffles and steps as the book's program does, and so ends with the same weights. It departs from the
book where wrong data went through without a word, above all an input of shape (n,): that is a ValueError.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from microbp import equations
from microbp.equations import COSTS, Array, Cost, sigmoid, sigmoid_prime

__all__ = ["Network", "sigmoid", "sigmoid_prime"]


class Network:
    """Sigmoid neurons in layers, which learn the quadratic cost away by gradient descent.

    sizes        neurons of each layer, the input first, as in [784, 30, 10]
    matrix_form  whether a mini-batch is one matrix, a column an example, instead of one example after the
                 other: the same step but for rounding, and sooner. Many steps at a large η enlarge rounding:
                 on MNIST with η = 3 the weights of the two forms are 1e-14 apart after 1,000 mini-batches,
                 and far apart after 10,000, just as when one weight starts different in its last bit.

    num_layers   how many sizes there are
    biases       of layers 2 … L, shapes (n_l, 1), drawn from N(0, 1), all of them before the weights
    weights      of layers 2 … L, shapes (n_l, n_{l−1}), drawn from N(0, 1)
    """

    def __init__(self, sizes: Sequence[int], *, matrix_form: bool = False) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"Network: sizes are {sizes}; want two layers or more, none without a neuron")
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.matrix_form = matrix_form
        self.biases: list[Array] = [np.random.randn(n, 1) for n in sizes[1:]]
        self.weights: list[Array] = [np.random.randn(*shape) for shape in zip(sizes[1:], sizes, strict=False)]

    def feedforward(self, a: npt.ArrayLike) -> Array:
        """Output activations a^L, shape (n_L, m), for the input a, shape (n_1, m)"""
        _, activations = equations.feedforward(self.weights, self.biases, a)
        return activations[-1]

    def SGD(
        self,
        training_data: Iterable[tuple[Any, Any]],
        epochs: int,
        mini_batch_size: int,
        eta: float,
        test_data: Iterable[tuple[Any, Any]] | None = None,
    ) -> None:
        """Learn by stochastic gradient descent, and print a line an epoch.

        training_data  pairs (x, y) of shapes (n_1, 1) and (n_L, 1); a list is shuffled in place
        test_data      pairs of x and the index of the output neuron that is right; with it, each line counts
                       how many are recognised

        Ctrl-C leaves biases and weights as they were after the last whole mini-batch.
        """
        import random  # when it is needed: `import microbp` need not wait for it

        examples = training_data if isinstance(training_data, list) else list(training_data)
        tests = [] if test_data is None else list(test_data)
        if not examples:
            raise ValueError("SGD: training_data is empty; want pairs (x, y)")
        if mini_batch_size < 1:
            raise ValueError(f"SGD: mini_batch_size is {mini_batch_size}; want at least 1")
        for j in range(epochs):
            random.shuffle(examples)
            for start in range(0, len(examples), mini_batch_size):
                self.update_mini_batch(examples[start : start + mini_batch_size], eta)
            print(f"Epoch {j}: {self.evaluate(tests)} / {len(tests)}" if tests else f"Epoch {j} complete")

    def update_mini_batch(self, mini_batch: Sequence[tuple[Any, Any]], eta: float) -> None:
        """One step of gradient descent.

        w → w − (η/m) Σ_x ∂C_x/∂w,  b → b − (η/m) Σ_x ∂C_x/∂b           (Nielsen 2015, ch. 1, 20, 21)
        """
        if not mini_batch:
            raise ValueError("update_mini_batch: the mini-batch is empty; want pairs (x, y)")
        if self.matrix_form:
            nablas, rate = self._mean_gradient("update_mini_batch", mini_batch), eta
        else:
            nablas, rate = self._summed_gradient(mini_batch), eta / len(mini_batch)
        parameters = zip(chain(self.biases, self.weights), nablas, strict=True)
        moved = [parameter - rate * nabla for parameter, nabla in parameters]
        # Both at once, in a single call, so that Ctrl-C can't come between biases and weights.
        vars(self).update(biases=moved[: self.num_layers - 1], weights=moved[self.num_layers - 1 :])

    def backprop(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[list[Array], list[Array]]:
        """Gradient of the cost of one example.

        x  shape (n_1, 1);  y  shape (n_L, 1)
        Returns nabla_b and nabla_w, of the shapes of biases and weights.
        """
        nablas = self._mean_gradient("backprop", [(x, y)])  # the mean of one is the one
        return nablas[: self.num_layers - 1], nablas[self.num_layers - 1 :]

    def evaluate(self, test_data: Iterable[tuple[Any, Any]]) -> int:
        """How many of the pairs (x, index) have the largest output activation at that index"""
        pairs = list(test_data)
        for _, index in pairs:
            if np.ndim(index) != 0:
                raise ValueError(
                    f"evaluate: y has shape {np.shape(index)}; want the index of the right output, argmax(y)"
                )
        batches = [pairs] if self.matrix_form and pairs else [[pair] for pair in pairs]
        right = 0
        for batch in batches:
            a = self.feedforward(_columns("evaluate", "x", [x for x, _ in batch], self.sizes[0]))
            right += int(np.count_nonzero(a.argmax(axis=0) == [index for _, index in batch]))
        return right

    def cost_derivative(self, output_activations: Array, y: Array) -> Array:
        """∇ₐC = a^L − y; a subclass with another cost overrides this"""
        nabla_a: Array = COSTS["quadratic"].nabla(output_activations, y)
        return nabla_a

    def _summed_gradient(self, mini_batch: Sequence[tuple[Any, Any]]) -> list[Array]:
        """Σ_x ∇C_x by the biases, then by the weights: one example after the other"""
        sums = [np.zeros(parameter.shape) for parameter in chain(self.biases, self.weights)]
        for x, y in mini_batch:
            for total, nabla in zip(sums, chain(*self.backprop(x, y)), strict=True):
                total += nabla
        return sums

    def _mean_gradient(self, operation: str, mini_batch: Sequence[tuple[Any, Any]]) -> list[Array]:
        """(1/m) Σ_x ∇C_x by the biases, then by the weights: all examples as the columns of one matrix"""
        x = _columns(operation, "x", [x for x, _ in mini_batch], self.sizes[0])
        y = _columns(operation, "y", [y for _, y in mini_batch], self.sizes[-1])
        cost = Cost("cost_derivative", COSTS["quadratic"].value, self.cost_derivative)
        return list(chain(*equations.backprop(self.weights, self.biases, x, y, "sigmoid", cost)))


def _columns(operation: str, name: str, columns: Sequence[npt.ArrayLike], n: int) -> npt.NDArray[Any]:
    """The examples side by side, shape (n, m)"""
    for column in columns:
        if np.shape(column) != (n, 1):
            raise ValueError(
                f"{operation}: {name} has shape {np.shape(column)}, want ({n}, 1): one example is one column"
            )
    return np.array(columns)[:, :, 0].T
