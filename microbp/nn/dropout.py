"""`Dropout`: neurons left out at random while a network learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from microbp.arguments import real_number
from microbp.shapes import shape_of


class Dropout:
    """Dropout: in each step of training every neuron stays with probability p, else its activation is 0.

    inverted   ã = a ⊙ r / p in training, and nothing to predict by               (CS231n)
    vanilla    ã = a ⊙ r     in training, and ã = p a to predict by               (Srivastava et al. 2014)

    r is drawn anew for each neuron, example and step: 1 with probability p, else 0.

    keep        p of the hidden layers
    keep_input  p of the input layer
    inverted    which of the two
    """

    def __init__(self, keep: float = 0.5, keep_input: float = 1.0, *, inverted: bool = True) -> None:
        for name, p in (("keep", keep), ("keep_input", keep_input)):
            if not 0 < real_number("Dropout", name, p) <= 1:
                raise ValueError(
                    f"Dropout: {name} is the probability that a neuron stays, above 0 and at most 1, not {p}"
                )
        if not isinstance(inverted, bool | np.bool_):
            raise TypeError(f"Dropout: inverted is True or False, not {inverted!r}")
        self.keep, self.keep_input, self.inverted = float(keep), float(keep_input), bool(inverted)

    def __repr__(self) -> str:
        input_ = f", keep_input={self.keep_input:g}" if self.keep_input < 1 else ""
        return f"Dropout(keep={self.keep:g}{input_}{'' if self.inverted else ', inverted=False'})"

    def of(self, layer: int) -> float:
        """p of a hidden layer, or of the input layer, which is layer 1."""
        return self.keep_input if layer == 1 else self.keep

    def thinned(self, sizes: Sequence[int]) -> list[int]:
        """The layers of such a network that neurons are left out of, from 1, the input; never the last."""
        return [layer for layer in range(1, len(sizes)) if self.of(layer) < 1]

    def masks(self, sizes: Sequence[int], m: int, dtype: Any, rng: np.random.Generator) -> list[np.ndarray]:
        """r, or r / p where the dropout is inverted, for m examples: shapes (n_l, m), of each layer that is thinned."""
        masks = []
        for layer in self.thinned(sizes):
            stays = rng.random((sizes[layer - 1], m)) < self.of(layer)
            masks.append((stays / self.of(layer) if self.inverted else stays).astype(dtype))
        return masks

    def need_masks(self, sizes: Sequence[int], m: int, masks: Sequence[Any]) -> None:
        """A ValueError where these are no masks for m examples."""
        given, wanted = [shape_of(mask) for mask in masks], [(sizes[layer - 1], m) for layer in self.thinned(sizes)]
        if given != wanted:
            raise ValueError(
                f"MLP: the masks of dropout have shapes {_listed(given) or 'none'}; "
                f"want {_listed(wanted) or 'none, as nothing is left out'}"
            )


def _listed(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(map(str, shapes))
