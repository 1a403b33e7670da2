"""The error by two cases, as Wikipedia's article on backpropagation derives it, and the delta rule of one layer.

Its letters beside the book's, for one example: o_j is a_j, net_j is z_j, φ is σ, t is y, E is C, α is η. Its w_ij leads
*from i to j*, so that a layer's matrix is the book's w transposed, one column a neuron; and a bias is the weight from
one more neuron, the last row here, whose output is always 1:

    book  w^l, shape (n_l, n_{l−1}), b^l, shape (n_l, 1)        here  w, shape (n_{l−1} + 1, n_l) = [w^l b^l]ᵀ

Vectors are of shape (n,): the derivation goes neuron by neuron, and example by example.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.activations import AnyActivation, activation_named
from microbp.equations.shapes import Array, fit, number


def squared_error(t: ArrayLike, y: ArrayLike) -> float:
    """E = ½ Σ_j (t_j − y_j)²,  of targets t and outputs y, shape (n_L,): the book's 27."""
    t, y = fit("squared_error", ("t", t, "n_L"), ("y", y, "n_L"))
    return float(((t - y) ** 2).sum()) / 2


def net_input(w: ArrayLike, o: ArrayLike) -> Array:
    """net_j = Σ_i w_ij o_i: what enters each neuron of a layer, the book's z_j.

    w  shape (n_i, n_j), w[i, j] from neuron i to neuron j;  o  shape (n_i,)
    Returns shape (n_j,).
    """
    w, o = fit("net_input", ("w", w, "n_i n_j"), ("o", o, "n_i"))
    net: Array = o @ w
    return net


def delta_of_output(o: ArrayLike, t: ArrayLike, phi_prime: ArrayLike) -> Array:
    """δ_j = (o_j − t_j) φ′(net_j),  if j is an output neuron: the first case, the book's BP1.

    o, t, phi_prime  shape (n_j,)
    """
    o, t, phi_prime = fit("delta_of_output", ("o", o, "n_j"), ("t", t, "n_j"), ("phi_prime", phi_prime, "n_j"))
    return (o - t) * phi_prime


def delta_of_inner(w: ArrayLike, delta_next: ArrayLike, phi_prime: ArrayLike) -> Array:
    """δ_j = (Σ_ℓ w_jℓ δ_ℓ) φ′(net_j),  if j is an inner neuron: the second case, the book's BP2.

    w           shape (n_j, n_ℓ), w[j, ℓ] from neuron j on to neuron ℓ of the next layer
    delta_next  shape (n_ℓ,);  phi_prime  shape (n_j,)
    Returns shape (n_j,).
    """
    w, delta_next, phi_prime = fit(
        "delta_of_inner", ("w", w, "n_j n_ℓ"), ("delta_next", delta_next, "n_ℓ"), ("phi_prime", phi_prime, "n_j")
    )
    delta: Array = (w @ delta_next) * phi_prime
    return delta


def weight_change(o: ArrayLike, delta: ArrayLike, alpha: float) -> Array:
    """Δw_ij = −α o_i δ_j,  because ∂E/∂w_ij = o_i δ_j: the book's BP4.

    o  shape (n_i,);  delta  shape (n_j,);  alpha  α, the learning rate
    Returns shape (n_i, n_j), as w has it.
    """
    o, delta = fit("weight_change", ("o", o, "n_i"), ("delta", delta, "n_j"))
    change: Array = -number("weight_change", "alpha", alpha) * np.outer(o, delta)
    return change


def two_case_changes(
    weights: Sequence[ArrayLike], x: ArrayLike, t: ArrayLike, alpha: float, activation: AnyActivation = "sigmoid"
) -> list[Array]:
    """The step Δw of every layer of a network, for one example, by the two cases.

    weights     of layers 2 … L, shapes (n_{l−1} + 1, n_l), the last row from a neuron whose output is always 1
    x           shape (n_1,);  t  shape (n_L,)
    activation  φ, of every layer
    Returns Δw of the shapes of weights.
    """
    phi = activation_named("two_case_changes", activation)
    (x,) = fit("two_case_changes", ("x", x, "n_1"))
    outputs, nets = [x], []
    for w in weights:
        nets.append(net_input(w, _with_one(outputs[-1])))
        outputs.append(phi(nets[-1]))
    if not nets:
        raise ValueError("two_case_changes: there are no weights; want one matrix each for layers 2 … L")

    deltas = [delta_of_output(outputs[-1], t, phi.derivative(nets[-1]))]
    for w, net in zip(weights[:0:-1], nets[-2::-1], strict=True):
        # No error goes back to the neuron that is always 1: nothing leads to it.
        deltas.append(delta_of_inner(np.asarray(w)[:-1], deltas[-1], phi.derivative(net)))
    return [weight_change(_with_one(o), d, alpha) for o, d in zip(outputs[:-1], deltas[::-1], strict=True)]


def delta_rule(
    w: ArrayLike, x: ArrayLike, t: ArrayLike, alpha: float, activation: AnyActivation = "sigmoid"
) -> Array:
    """The delta rule: the step of one layer, of neurons without any behind them.

    Δw_ji = α (t_j − y_j) g′(h_j) x_i,  h_j = Σ_i w_ji x_i,  y_j = g(h_j)

    Its text has *w_ji from i to j*, as the book, so that a row is a neuron.

    w  shape (n_j, n_i);  x  shape (n_i,);  t  shape (n_j,)
    Returns shape (n_j, n_i).
    """
    g = activation_named("delta_rule", activation)
    w, x, t = fit("delta_rule", ("w", w, "n_j n_i"), ("x", x, "n_i"), ("t", t, "n_j"))
    h = w @ x
    (slope,) = fit("delta_rule", ("g′(h)", g.derivative(h), "n_j"))
    change: Array = number("delta_rule", "alpha", alpha) * np.outer((t - g(h)) * slope, x)
    return change


def _with_one(o: Array) -> Array:
    """The outputs of a layer, and that of the neuron which is always 1."""
    return np.append(o, np.ones(1, o.dtype))
