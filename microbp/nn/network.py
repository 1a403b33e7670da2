"""`MLP`: layers of neurons, one code for Tensors and for arrays of Values.

Inside, one column is one example, as in the book: w has shape (n_out, n_in), b (n_out, 1), z = w @ a + b.
Data sets come in rows and are transposed once, in `predict` and in `train`. Layers are counted from 1,
the input; the first layer with weights is layer 2, and its parts are named w2, b2, z2, a2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp.data.files import FilePath
from microbp.data.npz_format import write_npz
from microbp.graph import Node
from microbp.nn import activations, costs, initializers
from microbp.nn.activations import Activation
from microbp.nn.costs import Cost
from microbp.nn.examples import as_rows
from microbp.nn.initializers import Initializer
from microbp.nn.named import named
from microbp.nn.parameters import Parameter, name_nodes, nodes_of, numbers_of, parameter
from microbp.nn.saving import as_arrays
from microbp.shapes import is_object_array, shape_of
from microbp.tensor import Tensor
from microbp.value import Value


class Neuron:
    """One neuron of a layer: a′ = σ(w·a + b), a view of the layer's row.

    >>> net = MLP([3, 2], rng=0)
    >>> net.layers[0].neurons[1](np.ones((3, 1))).shape
    (1,)
    """

    def __init__(self, layer: Layer, j: int) -> None:
        self.layer, self.j = layer, j

    def __repr__(self) -> str:
        return f"<neuron {self.j + 1} of {self.layer!r}>"

    @property
    def w(self) -> Any:
        """The weights of its inputs, shape (n_in,)."""
        return self.layer.w[self.j]

    @property
    def b(self) -> Any:
        """Its bias, shape (1,)."""
        return self.layer.b[self.j]

    def __call__(self, a: Any) -> Any:
        """Its activation on inputs of shape (n_in, m): shape (m,)."""
        return self.layer(a)[self.j]  # out of the whole layer, whose neurons may be coupled, as by softmax


class Layer:
    """A layer of neurons, a = σ(w a_in + b) (Nielsen ch. 2, eq. 25).

    w  shape (n_out, n_in), w[j, k] from neuron k of the layer before to neuron j
    b  shape (n_out, 1)
    number  its place in the network, counted from 1 for the input layer
    """

    def __init__(self, w: Parameter, b: Parameter, activation: Activation, number: int) -> None:
        self.w, self.b, self.activation, self.number = w, b, activation, number

    def __repr__(self) -> str:
        n_out, n_in = self.shape
        return f"<layer {self.number}: {n_in} inputs, {n_out} neurons>"

    @property
    def shape(self) -> tuple[int, int]:
        """(n_out, n_in)."""
        n_out, n_in = self.w.shape
        return n_out, n_in

    @property
    def neurons(self) -> list[Neuron]:
        """The neurons one by one."""
        return [Neuron(self, j) for j in range(self.shape[0])]

    def weighted_input(self, a: Any) -> Any:
        """z = w a + b, of shape (n_out, m)."""
        return self.w @ a + self.b

    def __call__(self, a: Any) -> Any:
        """Its activations on inputs of shape (n_in, m): shape (n_out, m)."""
        return self.activation(self.weighted_input(a))


class MLP:
    """A network of fully connected layers.

    sizes        neurons in each layer, the input layer first: [784, 30, 10]
    activation   a name ("sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax") or a function of z;
                 or a list of these, one a layer from the second on
    output       activation of the last layer, where it differs
    node         Tensor, or Value for a graph of scalars; the layers are the same
    initializer  a name ("normal", "inverse_sqrt", "lecun", "glorot", "he", "small", "sparse") or a function
                 (rng, n_out, n_in) → (w, b), such as initializers.with_bias("he", 0.01)
    rng          a numpy Generator, or a seed for one
    dtype        float64 or float32

    >>> net = MLP([2, 3, 1], activation="tanh", rng=0)
    >>> net
    MLP(2-3-1, tanh, 13 parameters)
    >>> net.predict([[0.0, 1.0], [1.0, 1.0]]).shape
    (2, 1)
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Activation | Sequence[str | Activation] = "sigmoid",
        output: str | Activation | None = None,
        *,
        node: type[Node] = Tensor,
        initializer: str | Initializer = "normal",
        rng: np.random.Generator | int | None = None,
        dtype: Any = np.float64,
    ) -> None:
        self.sizes = _checked_sizes(sizes)
        self.node, self.dtype = _checked_node(node, np.dtype(dtype))
        start = named("initializer", initializer, initializers.NAMES)
        rng = np.random.default_rng(rng)
        self.layers: list[Layer] = []
        functions = _one_a_layer(activation, output, len(self.sizes) - 1)
        pairs = zip(self.sizes, self.sizes[1:], functions, strict=False)
        for number, (n_in, n_out, function) in enumerate(pairs, start=2):
            w, b = (np.asarray(numbers, self.dtype) for numbers in start(rng, n_out, n_in))
            if (w.shape, b.shape) != ((n_out, n_in), (n_out, 1)):
                raise ValueError(
                    f"MLP: the initializer gave w of shape {w.shape} and b of shape {b.shape}; "
                    f"want ({n_out}, {n_in}) and ({n_out}, 1)"
                )
            w, b = parameter(node, w, f"w{number}"), parameter(node, b, f"b{number}")
            self.layers.append(Layer(w, b, function, number))

    def __repr__(self) -> str:
        names = [getattr(layer.activation, "name", getattr(layer.activation, "__name__", "?")) for layer in self.layers]
        count = sum(layer.w.size + layer.b.size for layer in self.layers)
        kind = ", ".join(dict.fromkeys("linear" if name == "identity" else name for name in names))
        return f"MLP({'-'.join(map(str, self.sizes))}, {kind}, {count:,} parameters)"

    def __call__(self, x: Any) -> Any:
        """The activations of the last layer on inputs of shape (n_1, m), one column an example."""
        return self.feedforward(x)[1][-1]

    def feedforward(self, x: Any) -> tuple[list[Any], list[Any]]:
        """Weighted inputs z², …, zᴸ and activations a¹, …, aᴸ, each of shape (n_l, m), as named nodes."""
        a = self._as_input(x)
        zs, activations_ = [], [a]
        for layer in self.layers:
            z = name_nodes(layer.weighted_input(a), f"z{layer.number}")
            a = name_nodes(_activated(layer, z), f"a{layer.number}")
            zs.append(z)
            activations_.append(a)
        return zs, activations_

    def cost(self, x: Any, y: Any, cost: str | Cost = "quadratic") -> Any:
        """C on inputs x of shape (n_1, m) and desired outputs y of shape (n_L, m): a node named C."""
        zs, activations_ = self.feedforward(x)
        function = named("cost", cost, costs.NAMES, Cost)
        c = function.at_output(zs[-1], activations_[-1], self._as_constant(y, "y"), self.layers[-1].activation)
        c.label = "C"
        return c

    def predict(self, X: Any) -> np.ndarray:
        """The activations of the last layer on examples in rows: (n, n_1) in, (n, n_L) out; nothing is recorded."""
        a = as_rows(X, self.sizes[0], "predict: X").astype(self.dtype, copy=False).T
        for w in self.parameter_arrays():
            first = w.flat[0] if isinstance(w, np.ndarray) else w
            if isinstance(first, Node):
                first.refuse_reading("predict", "call the network itself, or predict outside of the function")
        with np.errstate(over="ignore"):
            for layer in self.layers:
                a = layer.activation(numbers_of(layer.w) @ a + numbers_of(layer.b))
        return np.asarray(a).T

    def parameters(self) -> list[Any]:
        """Every node that is learned: Tensors w2, b2, w3, …, or all the Values in them."""
        return [node for w in self.parameter_arrays() for node in nodes_of(w)]

    def parameter_arrays(self) -> list[Parameter]:
        """w², b², w³, b³, … as they stand in the layers."""
        return [w for layer in self.layers for w in (layer.w, layer.b)]

    def weight_arrays(self) -> list[Parameter]:
        """w², w³, … without the biases: what a regularizer keeps small."""
        return [layer.w for layer in self.layers]

    def save(self, path: FilePath) -> None:
        """Write the network to a file, which `mb.load` makes it of again: to the bit, and without pickle.

        It is an npz file, whatever its name, of sizes, activations by name, kind of node and parameters; what a
        function of your own does can't be written down, so `load` has to be given that. The file is there wholly
        or, where the program is stopped before, is what it was. Raises DataError where it can't be written.
        """
        functions = [layer.activation for layer in self.layers]
        write_npz("save", path, as_arrays(self.sizes, functions, self.node, self.dtype, self.parameter_arrays()))

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for node in self.parameters():
            node.grad = None

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def _as_input(self, x: Any) -> Any:
        x = self._as_constant(x, "a1")
        n, shape = self.sizes[0], shape_of(x)
        if len(shape) != 2 or shape[0] != n:
            right = "x.reshape(-1, 1)" if shape == (n,) else "x.T" if shape[1:] == (n,) else f"shape ({n}, m)"
            raise ValueError(
                f"MLP: x has shape {shape}, the input layer has {n} neurons; one column is one example, so pass {right}"
            )
        return x

    def _as_constant(self, x: Any, label: str) -> Any:
        """Numbers as constants of the network's node; nodes as they are, named where they have no name."""
        if isinstance(x, Node) or is_object_array(x):
            return x if any(getattr(node, "label", "") is not None for node in nodes_of(x)) else name_nodes(x, label)
        numbers = Tensor(x, varies=False, dtype=self.dtype)
        numbers.label = label
        return numbers if issubclass(self.node, Tensor) else parameter(self.node, numbers.data, label, varies=False)


def _activated(layer: Layer, z: Any) -> Any:
    """The activations of a layer, in nodes that have no name yet."""
    a = layer.activation(z)
    nodes = nodes_of(a)
    if shape_of(a) != shape_of(z) or not all([isinstance(node, Node) for node in nodes]):
        raise ValueError(
            f"MLP: the activation of layer {layer.number} makes {type(a).__name__} of shape {shape_of(a)} of "
            f"z with shape {shape_of(z)}; want nodes in the shape of z, by functions of microbp"
        )
    return a if all([node.label is None for node in nodes]) else p.identity(a)


def _checked_sizes(sizes: Sequence[int]) -> list[int]:
    try:
        checked = [index(n) for n in sizes]
    except TypeError:
        checked = []
    if len(checked) < 2 or any(n < 1 for n in checked):
        raise ValueError(f"MLP: sizes gives the neurons of two layers or more, each at least 1, not {sizes!r}")
    return checked


def _checked_node(node: Any, dtype: np.dtype[Any]) -> tuple[type[Node], np.dtype[Any]]:
    if node is not Tensor and node is not Value:
        raise TypeError(f"MLP: node is Tensor or Value, not {node!r}")
    if dtype not in ((np.float32, np.float64) if node is Tensor else (np.float64,)):
        raise TypeError(f"MLP: a {node.__name__} can't be {dtype.name}; want float64, or for Tensors float32")
    return node, dtype


def _one_a_layer(activation: Any, output: Any, count: int) -> list[Activation]:
    chosen = list(activation) if isinstance(activation, list | tuple) else [activation] * count
    if len(chosen) != count:
        raise ValueError(f"MLP: {count} layers have weights, but {len(chosen)} activations were given")
    if output is not None:
        chosen[-1] = output
    found = [named("activation", choice, activations.NAMES) for choice in chosen]
    return [activations.OF_ROWS.get(function, function) for function in found]
