"""`MLP`: a network of layers, one code for Tensors and for arrays of Values.

Inside, one column is one example, as in the book: w has shape (n_out, n_in), b (n_out, 1), z = w @ a + b.
Data sets come in rows and are transposed once, in `predict` and in `train`. Layers are counted from 1,
the input; the first layer with weights is layer 2, and its parts are named w2, b2, z2, a2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from microbp import primitives as p
from microbp.arguments import generator, whole_number
from microbp.data.files import FilePath
from microbp.data.npz_format import write_npz
from microbp.graph import Node
from microbp.nn import costs, initializers
from microbp.nn.activations import Activation, pieces_of
from microbp.nn.arguments import checked_dropout, checked_node, checked_sizes, one_a_layer
from microbp.nn.costs import Cost
from microbp.nn.dropout import Dropout
from microbp.nn.examples import as_array, as_rows, need_finite
from microbp.nn.initializers import Initializer, Start
from microbp.nn.layers import Layer
from microbp.nn.named import named
from microbp.nn.normalization import BatchNorm
from microbp.nn.parameters import Parameter, assign, name_nodes, nodes_of, numbers_of, parameter
from microbp.nn.saving import as_arrays
from microbp.shapes import is_object_array, shape_of
from microbp.tensor import Tensor

NO_DROPOUT = Dropout(keep=1.0)

Training: TypeAlias = "bool | np.random.Generator | int | list[Any] | tuple[Any, ...]"
"""Whether a network computes as it does while it learns, and what dropout is drawn from, or has drawn."""


class MLP:
    """A network of fully connected layers.

    sizes        neurons in each layer, the input layer first: [784, 30, 10]
    activation   a name ("sigmoid", "tanh", "relu", "leaky_relu", "linear", "softmax", "maxout", "step") or a function
                 of z; or a list of these, one a layer from the second on
    output       activation of the last layer, where it differs
    node         Tensor, or Value for a graph of scalars; the layers are the same
    initializer  a name ("normal", "inverse_sqrt", "lecun", "glorot", "he", "small", "sparse") or a function
                 (rng, n_out, n_in) → (w, b), such as initializers.with_bias("he", 0.01)
    rng          a numpy Generator, or a seed for one
    dtype        float64 or float32
    batch_norm   whether the hidden layers normalize what their weights make of a mini-batch (`BatchNorm`)
    dropout      a Dropout, which leaves out neurons at random while the network learns; None for none

    The network computes as it predicts, by `net(x)`, `feedforward`, `cost` and `predict` alike. What batch
    normalization and dropout do while it learns comes with training=…, as `train` asks for it.

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
        batch_norm: bool = False,
        dropout: Dropout | None = None,
    ) -> None:
        self.sizes = checked_sizes(sizes)
        self.node, self.dtype = checked_node(node, np.dtype(dtype))
        self.dropout = checked_dropout(dropout, batch_norm)
        start = named("initializer", initializer, initializers.NAMES)
        rng = generator("MLP", rng)
        self.layers: list[Layer] = []
        functions = one_a_layer(activation, output, len(self.sizes) - 1)
        pairs = zip(self.sizes, self.sizes[1:], functions, strict=False)
        for number, (n_in, n_out, function) in enumerate(pairs, start=2):
            w, b = self._started(start, rng, n_out, n_in, pieces_of(function))
            w, b = parameter(node, w, f"w{number}"), parameter(node, b, f"b{number}")
            norm = None
            if batch_norm and number < len(self.sizes):
                gamma = parameter(node, np.ones(b.shape, self.dtype), f"gamma{number}")
                norm = BatchNorm.before_learning(gamma)
            self.layers.append(Layer(w, b, function, number, norm))

    def _started(self, start: Initializer, rng: np.random.Generator, n_out: int, n_in: int, pieces: int) -> Start:
        """Initial w and b of a layer; each piece of maxout begins as a layer of its own would."""
        started = []
        for _ in range(pieces):
            made = start(rng, n_out, n_in)
            if not isinstance(made, tuple | list) or len(made) != 2:
                raise TypeError(f"MLP: the initializer gave {type(made).__name__}; want a pair w, b of arrays")
            w, b = (as_array(numbers, "MLP: what the initializer gave").astype(self.dtype) for numbers in made)
            if (w.shape, b.shape) != ((n_out, n_in), (n_out, 1)):
                raise ValueError(
                    f"MLP: the initializer gave w of shape {w.shape} and b of shape {b.shape}; "
                    f"want ({n_out}, {n_in}) and ({n_out}, 1)"
                )
            started.append((w, b))
        ws, bs = zip(*started, strict=True)
        return np.concatenate(ws), np.concatenate(bs)

    def __repr__(self) -> str:
        names = [getattr(layer.activation, "name", getattr(layer.activation, "__name__", "?")) for layer in self.layers]
        count = sum(w.size for w in self.parameter_arrays())
        kind = ", ".join(dict.fromkeys("linear" if name == "identity" else name for name in names))
        norm = ", batch norm" if self.normalizes else ""
        dropout = f", {self.dropout!r}" if self.dropout else ""
        return f"MLP({'-'.join(map(str, self.sizes))}, {kind}{norm}{dropout}, {count:,} parameters)"

    @property
    def normalizes(self) -> bool:
        """Whether it has batch normalization, so that the examples of a mini-batch are not apart while it learns."""
        return any(layer.norm is not None for layer in self.layers)

    def __call__(self, x: Any) -> Any:
        """The activations of the last layer on inputs of shape (n_1, m), one column an example."""
        return self.feedforward(x)[1][-1]

    def feedforward(self, x: Any, *, training: Training = False) -> tuple[list[Any], list[Any]]:
        """Weighted inputs z², …, zᴸ and activations a¹, …, aᴸ, each of shape (n_l, m), as named nodes.

        training  False: as the network predicts. True: batch normalization by these m examples. With dropout, a
                  Generator to draw its masks, or the masks (`dropout_masks`); the activations are those that are left
        """
        if isinstance(training, np.bool_):
            training = bool(training)
        a = self._as_input(x)
        masks = self._masks(training, shape_of(a)[1])
        a = self._dropped(a, 1, masks)
        zs, activations_ = [], [a]
        for layer in self.layers:
            z = layer.weighted_input(a) if training is False else layer.weighted_input(a, training=True)
            z = name_nodes(z, f"z{layer.number}")
            a = self._dropped(name_nodes(_activated(layer, z), f"a{layer.number}"), layer.number, masks)
            zs.append(z)
            activations_.append(a)
        return zs, activations_

    def cost(self, x: Any, y: Any, cost: str | Cost = "quadratic", *, training: Training = False) -> Any:
        """C on inputs x of shape (n_1, m) and desired outputs y of shape (n_L, m): a node named C.

        training  as in `feedforward`
        """
        # Without the keyword where it says nothing, for a feedforward of one's own that doesn't know it.
        zs, activations_ = self.feedforward(x) if training is False else self.feedforward(x, training=training)
        function = named("cost", cost, costs.NAMES, Cost)
        c = function.at_output(zs[-1], activations_[-1], self._as_constant(y, "y"), self.layers[-1].activation)
        c.label = "C"
        return c

    def dropout_masks(self, m: int, rng: np.random.Generator | int) -> list[np.ndarray]:
        """What dropout multiplies the activations of m examples by, shapes (n_l, m): of each layer that it thins.

        Give them as training=masks to compute the same twice. Empty where there is no dropout.
        """
        m = whole_number("dropout_masks", "m", m)
        return (self.dropout or NO_DROPOUT).masks(self.sizes, m, self.dtype, generator("dropout_masks", rng))

    def take_statistics(self, X: Any) -> None:
        """Have batch normalization predict by the means and variances of these examples, in rows (n, n_1).

        They are found layer by layer, each after those before it normalize as they will to predict. `train` does this
        after each epoch, with the training set.
        """
        X = as_rows(X, self.sizes[0], "take_statistics: X")
        need_finite(X, "take_statistics: X")
        a = self._kept(X.astype(self.dtype, copy=False).T, 1)
        with np.errstate(over="ignore"):
            for layer in self.layers:
                if layer.norm is not None:
                    layer.norm.take(numbers_of(layer.w) @ a)
                a = self._kept(layer.activation(layer.with_numbers().weighted_input(a)), layer.number)

    def folded(self) -> MLP:
        """A network of plain layers that predicts the same: what is fixed in prediction is put into weights and biases.

        γ(w a − μ)/√(v + ε) + b = w′ a + b′ with w′ = γ w / √(v + ε) and b′ = b − γ μ / √(v + ε); and the p of vanilla
        dropout goes into the weights that its activations meet.
        """
        net = MLP(self.sizes, [layer.activation for layer in self.layers], node=self.node, dtype=self.dtype, rng=0)
        for its, layer in zip(net.layers, self.layers, strict=True):
            layer, share = layer.with_numbers(), self._share(layer.number - 1)
            w, b = layer.w * share, layer.b
            if layer.norm is not None:
                w, b = layer.norm.scale() * w, b - layer.norm.scale() * layer.norm.mean
            assign(its.w, w)
            assign(its.b, np.array(b))
        return net

    def predict(self, X: Any) -> np.ndarray:
        """The activations of the last layer on examples in rows: (n, n_1) in, (n, n_L) out; nothing is recorded."""
        a = as_rows(X, self.sizes[0], "predict: X").astype(self.dtype, copy=False).T
        for w in self.parameter_arrays():
            first = w.flat[0] if isinstance(w, np.ndarray) else w
            if isinstance(first, Node):
                first.refuse_reading("predict", "call the network itself, or predict outside of the function")
        with np.errstate(over="ignore"):
            a = self._kept(a, 1)
            for layer in self.layers:
                a = self._kept(layer.activation(layer.with_numbers().weighted_input(a)), layer.number)
        return np.asarray(a).T

    def parameters(self) -> list[Any]:
        """Every node that is learned: Tensors w2, b2, w3, …, or all the Values in them."""
        return [node for w in self.parameter_arrays() for node in nodes_of(w)]

    def parameter_arrays(self) -> list[Parameter]:
        """w², b², w³, b³, … as they stand in the layers, and γ where a layer normalizes."""
        return [w for layer in self.layers for w in layer.parameters().values()]

    def weight_arrays(self) -> list[Parameter]:
        """w², w³, … without the biases: what a regularizer keeps small."""
        return [layer.w for layer in self.layers]

    def save(self, path: FilePath) -> None:
        """Write the network to a file, which `mb.load` makes it of again: to the bit, and without pickle.

        It is an npz file, whatever its name, of sizes, activations by name, kind of node and parameters; what a
        function of your own does can't be written down, so `load` has to be given that. The file is there wholly
        or, where the program is stopped before, is what it was. Raises DataError where it can't be written.
        """
        write_npz("save", path, as_arrays(self.sizes, self.layers, self.node, self.dtype, self.dropout))

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

    def _masks(self, training: Training, m: int) -> dict[int, Any]:
        """The masks of dropout by layer; empty where it predicts."""
        dropout = self.dropout or NO_DROPOUT
        if training is False:
            return {}
        if isinstance(training, list | tuple):
            masks = list(training)
        elif not isinstance(training, bool | int | np.integer | np.random.Generator):
            raise TypeError(f"MLP: training is a bool, a Generator or a seed, or a list of masks, not {training!r}")
        elif training is True and dropout.thinned(self.sizes):
            raise TypeError("MLP: dropout draws at random, so pass training=rng, a Generator, or training=masks")
        else:
            masks = [] if training is True else self.dropout_masks(m, training)
        dropout.need_masks(self.sizes, m, masks)
        thinned = dropout.thinned(self.sizes)
        return {l: self._as_constant(mask, f"r{l}") for l, mask in zip(thinned, masks, strict=True)}

    def _dropped(self, a: Any, l: int, masks: Mapping[int, Any]) -> Any:
        """What dropout leaves of a layer's activations: by its mask in training, and by p where it is to predict."""
        return name_nodes(a * masks[l], f"ã{l}") if l in masks else self._kept(a, l)

    def _kept(self, a: Any, l: int) -> Any:
        share = self._share(l)
        return a if share == 1 else a * share

    def _share(self, l: int) -> float:
        """What a prediction multiplies the activations of a layer by: p, where vanilla dropout thins it."""
        dropout = self.dropout or NO_DROPOUT
        return 1.0 if dropout.inverted or l not in dropout.thinned(self.sizes) else dropout.of(l)

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
    n, m = shape_of(z)
    if shape_of(a) != (n // pieces_of(layer.activation), m) or not all([isinstance(node, Node) for node in nodes]):
        raise ValueError(
            f"MLP: the activation of layer {layer.number} makes {type(a).__name__} of shape {shape_of(a)} of "
            f"z with shape {shape_of(z)}; want nodes in the shape of z, by functions of microbp"
        )
    return a if all([node.label is None for node in nodes]) else p.identity(a)
