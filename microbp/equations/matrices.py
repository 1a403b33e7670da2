"""Equations 33 to 35: the errors once more, as products with the square matrix Σ′(z)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from microbp.equations.shapes import Array, fit, floats


def sigma_prime_matrix(sigma_prime_z: ArrayLike) -> Array:
    """Σ′(z), the square matrix with σ′(z_j) on its diagonal and zeros off it.

    sigma_prime_z  shape (n, m); Jacobians, shape (m, n, n), are Σ′ already and are handed back
    Returns shape (m, n, n): one matrix an example.
    """
    sigma_prime_z = floats("sigma_prime_matrix", "sigma_prime_z", sigma_prime_z)
    coupled = sigma_prime_z.ndim == 3
    (rates,) = fit("sigma_prime_matrix", ("sigma_prime_z", sigma_prime_z, "m n n" if coupled else "n m"))
    return rates if coupled else rates.T[:, :, np.newaxis] * np.eye(len(rates), dtype=rates.dtype)


def output_error_by_matrix(sigma_prime: ArrayLike, nabla_a: ArrayLike) -> Array:
    """Error δᴸ of the output layer as a product of matrices.

    δᴸ = Σ′(zᴸ) ∇ₐC                                                     (Nielsen 2015, ch. 2, 33)

    The book's Σ′ is diagonal, so it is its own transpose; for a full Jacobian it is Σ′(zᴸ)ᵀ ∇ₐC.

    sigma_prime  Σ′(zᴸ), shape (m, n_L, n_L): one matrix an example, as of sigma_prime_matrix
                 (with maxout, whose neurons have several weighted inputs, as many times n_L columns)
    nabla_a      shape (n_L, m)
    Returns shape (n_L, m): a row for each weighted input.
    """
    sigma_prime, nabla_a = fit(
        "output_error_by_matrix",
        ("sigma_prime", sigma_prime, _axes_of_rates("n_L", sigma_prime)), ("nabla_a", nabla_a, "n_L m"),
    )
    return _transposed_times(sigma_prime, nabla_a)


def backpropagate_error_by_matrix(sigma_prime: ArrayLike, w_next: ArrayLike, delta_next: ArrayLike) -> Array:
    """Error δ^l of a layer from the error of the next, as a product of matrices.

    δ^l = Σ′(z^l) (w^{l+1})ᵀ δ^{l+1}                                    (Nielsen 2015, ch. 2, 34)

    sigma_prime  Σ′(z^l), shape (m, n_l, n_l), transposed as in output_error_by_matrix
    w_next       w^{l+1}, shape (n_{l+1}, n_l);  delta_next  δ^{l+1}, shape (n_{l+1}, m)
    Returns shape (n_l, m): a row for each weighted input.
    """
    sigma_prime, w_next, delta_next = fit(
        "backpropagate_error_by_matrix",
        ("sigma_prime", sigma_prime, _axes_of_rates("n_l", sigma_prime)),
        ("w_next", w_next, "n_{l+1} n_l"), ("delta_next", delta_next, "n_{l+1} m"),
    )
    return _transposed_times(sigma_prime, w_next.T @ delta_next)


def unrolled_error(sigma_primes: Sequence[ArrayLike], weights: Sequence[ArrayLike], nabla_a: ArrayLike) -> Array:
    """Error δ^l of a layer, unrolled up to the output.

    δ^l = Σ′(z^l) (w^{l+1})ᵀ … Σ′(z^{L−1}) (w^L)ᵀ Σ′(z^L) ∇ₐC           (Nielsen 2015, ch. 2, 35)

    The matrices come first here, ∇ₐC last. From the right it would be 34 over and over, and cheaper: a matrix
    times a column, never a matrix times a matrix.

    sigma_primes  Σ′(z^l) … Σ′(z^L), shapes (m, n, n), transposed as in output_error_by_matrix
    weights       w^{l+1} … w^L: one fewer, none when l = L
    nabla_a       shape (n_L, m)
    Returns shape (n_l, m).
    """
    if len(sigma_primes) != len(weights) + 1:
        raise ValueError(
            f"unrolled_error: {len(sigma_primes)} matrices Σ′ and {len(weights)} weights; "
            "want one weight fewer than matrices, w^{l+1} … w^L between Σ′(z^l) … Σ′(z^L)"
        )
    n = [f"n_{{l+{i}}}" for i in range(len(sigma_primes))]
    *matrices, nabla_a = fit(
        "unrolled_error",
        *((f"sigma_primes[{i}]", s, f"m {n[i]} {n[i]}") for i, s in enumerate(sigma_primes)),
        *((f"weights[{i}]", w, f"{n[i + 1]} {n[i]}") for i, w in enumerate(weights)),
        ("nabla_a", nabla_a, f"{n[-1]} m"),
    )
    # Multiplied here in the transposed order, which is that of ∂a^L/∂z^l = Σ′(z^L) w^L … w^{l+1} Σ′(z^l).
    rate = matrices[0]
    for w, sigma_prime in zip(matrices[len(n) :], matrices[1 : len(n)], strict=True):
        rate = sigma_prime @ w @ rate
    return _transposed_times(rate, nabla_a)


def _axes_of_rates(n: str, sigma_prime: ArrayLike) -> str:
    """The letters of Σ′: square, but with maxout a multiple of n columns, one for each weighted input."""
    shape = np.shape(sigma_prime)
    several = len(shape) == 3 and shape[1] and shape[2] > shape[1] and shape[2] % shape[1] == 0
    return f"m {n} pieces·{n}" if several else f"m {n} {n}"


def _transposed_times(matrices: Array, columns: Array) -> Array:
    """The transpose of each example's matrix times its column."""
    products: Array = np.einsum("xjk,jx->kx", matrices, columns)
    return products
