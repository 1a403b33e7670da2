"""Equations 22 to 25: activations, from one layer to the next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.activations import AnyActivation, activation_named
from microbp.equations.shapes import Array, fit, floats


def neuron_activation(w: ArrayLike, a: ArrayLike, b: float, activation: AnyActivation = "sigmoid") -> Array:
    """Activation of a single neuron.

    a′ = σ(w·a + b)                                       (Nielsen 2015, ch. 1, 4 and one row of 22)

    w  shape (n,): one weight an input;  a  shape (n, m);  b  a number
    Returns shape (m,).
    """
    sigma = activation_named("neuron_activation", activation)
    w, a, _ = fit("neuron_activation", ("w", w, "n"), ("a", a, "n m"), ("b", b, ""))
    a_out: Array = sigma(w[np.newaxis, :] @ a + float(b))[0]
    return a_out


def activation_by_components(
    w: ArrayLike, a: ArrayLike, b: ArrayLike, activation: AnyActivation = "sigmoid"
) -> Array:
    """Activations a^l of a layer, weight by weight and example by example: slow, and nothing is hidden.

    a^l_j = σ(Σ_k w^l_jk a^{l−1}_k + b^l_j)                             (Nielsen 2015, ch. 2, 23)

    Shapes as in layer_activation.
    """
    sigma = activation_named("activation_by_components", activation)
    w, a, b = fit("activation_by_components", ("w", w, "n_l n_{l−1}"), ("a", a, "n_{l−1} m"), ("b", b, "n_l 1"))
    z = np.empty((w.shape[0], a.shape[1]), np.result_type(w, a, b))
    for j, x in np.ndindex(z.shape):
        z[j, x] = sum(w[j, k] * a[k, x] for k in range(w.shape[1])) + b[j, 0]
    return sigma(z)


def apply_elementwise(f: Callable[[float], float], v: ArrayLike) -> Array:
    """A function of one number, applied to every element: f "vectorized".

    f(v)_j = f(v_j)                                                     (Nielsen 2015, ch. 2, 24)

    >>> apply_elementwise(lambda x: x**2, [2, 3])
    array([4., 9.])
    """
    v = floats("apply_elementwise", "v", v)
    f_v = floats("apply_elementwise", "f(v)", [f(v_j) for v_j in v.ravel().tolist()])
    return f_v.astype(v.dtype).reshape(v.shape)


def weighted_input(w: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    """Weighted inputs z^l of a layer.

    z^l = w^l a^{l−1} + b^l                                         (Nielsen 2015, ch. 2, in 25)

    w  shape (n_l, n_{l−1});  a  a^{l−1}, shape (n_{l−1}, m);  b  shape (n_l, 1)
    Returns shape (n_l, m).
    """
    w, a, b = fit("weighted_input", ("w", w, "n_l n_{l−1}"), ("a", a, "n_{l−1} m"), ("b", b, "n_l 1"))
    return w @ a + b


def layer_activation(w: ArrayLike, a: ArrayLike, b: ArrayLike, activation: AnyActivation = "sigmoid") -> Array:
    """Activations a^l of a layer.

    a^l = σ(w^l a^{l−1} + b^l)                              (Nielsen 2015, ch. 2, 25; ch. 1, 22)

    w  shape (n_l, n_{l−1});  a  a^{l−1}, shape (n_{l−1}, m);  b  shape (n_l, 1)
    Returns shape (n_l, m).
    """
    sigma = activation_named("layer_activation", activation)
    return sigma(weighted_input(w, a, b))
