"""`load`: a network as it was saved, once all that the file says of it was checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from microbp.data.errors import DataError
from microbp.data.files import FilePath, quoted
from microbp.data.npz_format import read_npz
from microbp.graph import Node
from microbp.nn import activations
from microbp.nn.activations import Activation, Maxout, pieces_of
from microbp.nn.dropout import Dropout
from microbp.nn.initializers import Start
from microbp.nn.network import MLP
from microbp.nn.normalization import BatchNorm
from microbp.nn.parameters import parameter
from microbp.nn.saving import BATCH_NORM, DESCRIPTION, DROPOUT, MARK, OWN, VERSION, shapes_of
from microbp.tensor import Tensor
from microbp.value import Value

NODES: Mapping[str, type[Node]] = {"Tensor": Tensor, "Value": Value}
MAXOUT = re.compile(r"maxout\(([1-9]\d{0,5})\)", re.ASCII)
DTYPES = {"Tensor": ("float64", "float32"), "Value": ("float64",)}


def load(
    path: FilePath,
    activation: Activation | Sequence[str | Activation] | None = None,
    *,
    node: type[Node] | None = None,
) -> MLP:
    """The network that `net.save(path)` saved, the same to the bit.

    activation  where the network was made with a function as activation, not with a name, as no file can hold one:
                that function, or a list of one for each layer from the second on
    node        Value or Tensor, where it should not be what it was saved as: to look at the single numbers of a
                network that was trained on Tensors, say

    Raises DataError where the file is missing, is damaged, or holds anything else than a network.

    >>> import os, tempfile
    >>> net = MLP([2, 3, 1], activation="tanh", rng=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     net.save(os.path.join(folder, "net.npz"))
    ...     load(os.path.join(folder, "net.npz"))
    MLP(2-3-1, tanh, 13 parameters)
    """
    file = _File(path)
    sizes, dtype = file.sizes(), file.dtype()
    functions = _functions(file, len(sizes) - 1, activation)
    epsilons, dropout = file.epsilons(len(sizes) - 1), file.dropout()
    pieces = [1 if isinstance(function, str) else pieces_of(function) for function in functions]
    numbers, constants = file.numbers(sizes, pieces, epsilons, dtype), file.words("constants")
    if unknown := [name for name in constants if name not in numbers or not name.startswith(("w", "b", "gamma"))]:
        raise file.error(f"calls {min(unknown)!r:.40} a constant, which is none of its parameters")

    if node is None:
        node = file.node()
    elif node is Value:
        dtype = np.dtype(float)  # in which float32 is exact
    net = MLP(sizes, functions, node=node, dtype=dtype, dropout=dropout, initializer=_zeros)
    for layer, epsilon in zip(net.layers, epsilons, strict=True):
        names = [f"{letter}{layer.number}" for letter in (["w", "b", "gamma"] if epsilon else ["w", "b"])]
        layer.w, layer.b, *gamma = [
            parameter(node, numbers[name].astype(dtype), name, varies=name not in constants) for name in names
        ]
        if epsilon:
            mean, variance = (numbers[f"{letter}{layer.number}"].astype(dtype) for letter in ("mean", "variance"))
            layer.norm = BatchNorm(gamma[0], mean, variance, epsilon)
    return net


def _zeros(rng: Any, n_out: int, n_in: int) -> Start:
    return np.zeros((n_out, n_in)), np.zeros((n_out, 1))


class _File:
    """What a file holds; its methods give a part of it, or raise a DataError that says what is wrong with that."""

    def __init__(self, path: FilePath) -> None:
        self.name, self.arrays = quoted(path), read_npz("load", path)
        if MARK not in self.arrays:
            raise self.error("holds no network")
        version = self.integers(MARK)
        if version != [VERSION]:
            found = ", ".join(map(str, version))
            raise self.error(f"holds a network in version {found:.40}, and this microbp reads {VERSION}")
        if missing := [key for key in DESCRIPTION if key not in self.arrays]:
            raise self.error(f"has no {missing[0]}")

    def error(self, what: str) -> DataError:
        """What is wrong, as one sentence."""
        return DataError(f"load: {self.name} {what}; want a file that net.save wrote")

    def integers(self, key: str) -> list[int]:
        """A single integer or a row of them."""
        array = self.arrays[key]
        if array.dtype.kind not in "iu" or array.ndim > 1:
            raise self.error(f"has {key} of shape {array.shape} and type {array.dtype}, not integers in a row")
        return [int(n) for n in array.flat]

    def words(self, key: str) -> list[str]:
        """A single text or a row of them."""
        array = self.arrays[key]
        if array.dtype.kind != "U" or array.ndim > 1:
            raise self.error(f"has {key} of shape {array.shape} and type {array.dtype}, not texts in a row")
        return [str(text) for text in array.flat]

    def word(self, key: str, known: Iterable[str]) -> str:
        """One of the texts that are known."""
        words = self.words(key)
        if len(words) != 1 or words[0] not in known:
            raise self.error(f"has {key} {', '.join(words)!r:.40}, which is none of {', '.join(known)}")
        return words[0]

    def sizes(self) -> list[int]:
        """The neurons of each layer."""
        sizes = self.integers("sizes")
        if len(sizes) < 2 or min(sizes) < 1:
            raise self.error(f"has sizes {sizes!r:.40}, not the neurons of two layers or more")
        return sizes

    def node(self) -> type[Node]:
        """Value or Tensor."""
        return NODES[self.word("node", NODES)]

    def dtype(self) -> np.dtype[Any]:
        """Of the parameters."""
        return np.dtype(self.word("dtype", DTYPES[self.word("node", NODES)]))

    def epsilons(self, count: int) -> list[float]:
        """ε of batch normalization in each layer, 0 where there is none."""
        if BATCH_NORM not in self.arrays:
            return [0.0] * count
        epsilons = self.floats(BATCH_NORM)
        if len(epsilons) != count or not all(0 <= epsilon < np.inf for epsilon in epsilons):
            raise self.error(f"has {BATCH_NORM} {epsilons!r:.60}, not a number for each of {count} layers with weights")
        return epsilons

    def dropout(self) -> Dropout | None:
        """What neurons are left out by, None where it says nothing of that."""
        if DROPOUT not in self.arrays:
            return None
        numbers = self.floats(DROPOUT)
        try:
            keep, keep_input, inverted = numbers
            if inverted not in (0, 1):
                raise ValueError
            return Dropout(keep, keep_input, inverted=bool(inverted))
        except ValueError:
            raise self.error(f"has {DROPOUT} {numbers!r:.60}, not two probabilities and 0 or 1") from None

    def floats(self, key: str) -> list[float]:
        """A row of numbers."""
        array = self.arrays[key]
        if array.dtype != np.float64 or array.ndim != 1:
            raise self.error(f"has {key} of shape {array.shape} and type {array.dtype}, not numbers in a row")
        return [float(number) for number in array]

    def numbers(
        self, sizes: Sequence[int], pieces: Sequence[int], epsilons: Sequence[float], dtype: np.dtype[Any]
    ) -> dict[str, np.ndarray]:
        """What a network of these sizes consists of, w², b², w³, b³, …; there is nothing else in the file."""
        shapes = shapes_of(sizes, pieces, [epsilon > 0 for epsilon in epsilons])
        if strange := self.arrays.keys() - shapes.keys() - {*DESCRIPTION, BATCH_NORM, DROPOUT}:
            raise self.error(f"has {min(strange)!r:.40}, which belongs to no network of sizes {[*sizes]!r:.60}")
        for name, shape in shapes.items():
            if name not in self.arrays:
                raise self.error(f"has no {name}, which a network of sizes {[*sizes]!r:.60} has")
            array = self.arrays[name]
            if array.shape != shape or array.dtype.newbyteorder("=") != dtype:
                found = f"{name} of shape {array.shape} and {array.dtype.newbyteorder('=')}"
                raise self.error(f"has {found}, where its sizes and type ask for {shape} and {dtype}")
        return {name: self.arrays[name].astype(dtype) for name in shapes}


def _functions(file: _File, count: int, given: Any) -> list[str | Activation]:
    """The activation of each layer: as the file names it, or as it is given where it was the user's own."""
    names = file.words("activations")
    if len(names) != count:
        raise file.error(f"has {len(names)} activations for {count} layers with weights")
    own = {l: name.removeprefix(OWN) for l, name in enumerate(names) if name.startswith(OWN)}
    for l, name in enumerate(names):
        if l not in own and name not in activations.NAMES and not MAXOUT.fullmatch(name):
            raise file.error(f"has an activation {name!r:.40}, which is none of {', '.join(activations.EVERY_NAME)}")
    named: list[str | Activation] = [
        Maxout(int(match[1])) if (match := MAXOUT.fullmatch(name)) else name for name in names
    ]
    if not own:
        if given is None:
            return named
        raise ValueError(f"load: all activations in {file.name} have names; leave out activation=")
    by_layer = list(given) if isinstance(given, list | tuple) else [given] * count
    if len(by_layer) != count:
        raise ValueError(f"load: {file.name} has {count} layers with weights, but activation= lists {len(by_layer)}")
    if given is None:
        l, name = next(iter(own.items()))
        raise DataError(
            f"load: the activation of layer {l + 2} in {file.name} is {name!r:.40}, a function that no file can hold; "
            "pass it as activation="
        )
    if not isinstance(given, list | tuple) and len(set(own.values())) > 1:
        several = ", ".join(own.values())
        raise ValueError(f"load: {file.name} has the activations {several:.80}; pass a list, one for each layer")
    return [by_layer[l] if l in own else name for l, name in enumerate(named)]
