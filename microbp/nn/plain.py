"""Whether a network is nothing but layers a = σ(w a_in + b), which the book's formulas are about."""

from __future__ import annotations

from typing import Any

from microbp.nn.activations import pieces_of
from microbp.nn.network import MLP


def need_plain(operation: str, net: Any, *, maxout: bool = False) -> None:
    """A sentence where a network is no MLP, or does more than w a + b and one σ to predict.

    maxout  whether neurons of several weighted inputs will do
    """
    if not isinstance(net, MLP):
        raise TypeError(f"{operation}: net is an MLP, not {net!r}")
    if net.normalizes or not (net.dropout is None or net.dropout.inverted):
        more = "batch normalization" if net.normalizes else "the p of vanilla dropout"
        raise ValueError(
            f"{operation}: the book's equations are of layers σ(w a + b), and in this network {more} stands between "
            "them; pass net.folded(), plain layers that predict the same"
        )
    several = [layer.number for layer in net.layers if pieces_of(layer.activation) > 1]
    if several and not maxout:
        raise ValueError(
            f"{operation}: the neurons of layer {several[0]} are of maxout, with several weighted inputs each; "
            "want one z a neuron"
        )
