"""The proofs of BP1 to BP4, each line a function that computes it: equal to the line before.

BP1 by eqs 36 to 39 and BP2 by eqs 40 to 45 are the book's (Nielsen 2015, ch. 2); BP3 and BP4 are its exercise. A line's
rates are sums over paths in the recorded graph, ∂C/∂z say, with as many steps between as the line has factors: so
nothing that a line says is taken for granted by it. σ′ comes from the activation's own derivative.

Each takes a network, one example x, y of shapes (n_1, 1) and (n_L, 1), where it is about any layer its l, and a cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from microbp.book.recording import Recording, column
from microbp.names import number_text
from microbp.nn.activations import Activation
from microbp.nn.costs import Cost
from microbp.nn.network import MLP
from microbp.nn.parameters import numbers_of
from microbp.transforms import grad

AnyCost = str | Cost

# BP1


def line_36(net: MLP, x: Any, y: Any, cost: AnyCost = "quadratic") -> np.ndarray:
    """δᴸⱼ = ∂C/∂zᴸⱼ: the definition of the error."""
    r = Recording("line_36", net, x, y, cost)
    return r.gradient(r.z(r.L))


def line_37(net: MLP, x: Any, y: Any, cost: AnyCost = "quadratic") -> np.ndarray:
    """δᴸⱼ = Σₖ ∂C/∂aᴸₖ ∂aᴸₖ/∂zᴸⱼ: the chain rule, by way of all activations of the last layer."""
    r = Recording("line_37", net, x, y, cost)
    nabla_a, da_dz = r.gradient(r.a(r.L)), r.rates(r.a(r.L), r.z(r.L))
    return np.array([sum(nabla_a[k] * da_dz[k, j] for k in range(len(nabla_a))) for j in range(len(nabla_a))])


def line_38(net: MLP, x: Any, y: Any, cost: AnyCost = "quadratic") -> np.ndarray:
    """δᴸⱼ = ∂C/∂aᴸⱼ ∂aᴸⱼ/∂zᴸⱼ: aᴸₖ depends on zᴸₖ alone, so one term of the sum is left, k = j."""
    r = Recording("line_38", net, x, y, cost)
    nabla_a, da_dz = r.gradient(r.a(r.L)), _uncoupled(r, r.L)
    return np.array([nabla_a[j] * da_dz[j, j] for j in range(len(nabla_a))])


def line_39(net: MLP, x: Any, y: Any, cost: AnyCost = "quadratic") -> np.ndarray:
    """δᴸⱼ = ∂C/∂aᴸⱼ σ′(zᴸⱼ), which is BP1 by components: aᴸⱼ = σ(zᴸⱼ)."""
    r = Recording("line_39", net, x, y, cost)
    _uncoupled(r, r.L)
    delta: np.ndarray = r.gradient(r.a(r.L)) * _sigma_prime(r.layer(r.L).activation, column(r.z(r.L)))
    return delta


# BP2


def line_40(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """δˡⱼ = ∂C/∂zˡⱼ: the definition of the error, in any layer."""
    r = Recording("line_40", net, x, y, cost)
    return r.gradient(r.z(l))


def line_41(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """δˡⱼ = Σₖ ∂C/∂zˡ⁺¹ₖ ∂zˡ⁺¹ₖ/∂zˡⱼ: the chain rule, by way of all weighted inputs of the next layer."""
    r = _before_the_last("line_41", net, x, y, l, cost)
    dC_dz, dz_dz = r.gradient(r.z(l + 1)), r.rates(r.z(l + 1), r.z(l))
    return np.array([sum(dC_dz[k] * dz_dz[k, j] for k in range(len(dC_dz))) for j in range(dz_dz.shape[1])])


def line_42(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """δˡⱼ = Σₖ ∂zˡ⁺¹ₖ/∂zˡⱼ δˡ⁺¹ₖ: the factors exchanged, and the first of them is an error."""
    r = _before_the_last("line_42", net, x, y, l, cost)
    dz_dz, delta = r.rates(r.z(l + 1), r.z(l)), r.delta(l + 1)
    return np.array([sum(dz_dz[k, j] * delta[k] for k in range(len(delta))) for j in range(dz_dz.shape[1])])


def line_43(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """zˡ⁺¹ₖ = Σⱼ wˡ⁺¹ₖⱼ σ(zˡⱼ) + bˡ⁺¹ₖ: what the next layer's weighted inputs are of this layer's; shape (n_{l+1},)."""
    r = _before_the_last("line_43", net, x, y, l, cost)
    w, b, z = numbers_of(r.layer(l + 1).w), column(r.layer(l + 1).b), numbers_of(r.z(l))
    a = np.asarray(r.layer(l).activation(z)).ravel()
    return np.array([sum(w[k, j] * a[j] for j in range(len(a))) + b[k] for k in range(len(b))])


def line_44(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂zˡ⁺¹ₖ/∂zˡⱼ = wˡ⁺¹ₖⱼ σ′(zˡⱼ): the derivative of 43; shape (n_{l+1}, n_l), [k, j]."""
    r = _before_the_last("line_44", net, x, y, l, cost)
    _uncoupled(r, l)
    rates: np.ndarray = numbers_of(r.layer(l + 1).w) * _sigma_prime(r.layer(l).activation, column(r.z(l)))
    return rates


def line_45(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """δˡⱼ = Σₖ wˡ⁺¹ₖⱼ δˡ⁺¹ₖ σ′(zˡⱼ), which is BP2 by components: 44 put into 42."""
    r = _before_the_last("line_45", net, x, y, l, cost)
    _uncoupled(r, l)
    w, delta = numbers_of(r.layer(l + 1).w), r.delta(l + 1)
    sigma_prime = _sigma_prime(r.layer(l).activation, column(r.z(l)))
    n_next, n = w.shape
    return np.array([sum(w[k, j] * delta[k] * sigma_prime[j] for k in range(n_next)) for j in range(n)])


# BP3


def bias_line_1(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂bˡⱼ: a rate of the graph."""
    r = Recording("bias_line_1", net, x, y, cost)
    return r.gradient(r.layer(l).b)


def bias_line_2(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂bˡⱼ = Σₖ ∂C/∂zˡₖ ∂zˡₖ/∂bˡⱼ: the chain rule, by way of the weighted inputs of the layer."""
    r = Recording("bias_line_2", net, x, y, cost)
    sums: np.ndarray = r.gradient(r.z(l)) @ r.rates(r.z(l), r.layer(l).b)
    return sums


def bias_line_3(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂bˡⱼ = ∂C/∂zˡⱼ ∂zˡⱼ/∂bˡⱼ: bˡⱼ has a part in zˡⱼ alone."""
    r = Recording("bias_line_3", net, x, y, cost)
    return r.gradient(r.z(l)) * np.diag(r.rates(r.z(l), r.layer(l).b))


def bias_line_4(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂bˡⱼ = δˡⱼ, which is BP3: in zˡⱼ = Σₖ wˡⱼₖ aˡ⁻¹ₖ + bˡⱼ the bias has the rate 1."""
    return Recording("bias_line_4", net, x, y, cost).delta(l)


# BP4


def weight_line_1(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂wˡⱼₖ: a rate of the graph; shape (n_l, n_{l−1})."""
    r = Recording("weight_line_1", net, x, y, cost)
    return r.gradient(r.layer(l).w).reshape(r.layer(l).shape)


def weight_line_2(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂wˡⱼₖ = Σᵢ ∂C/∂zˡᵢ ∂zˡᵢ/∂wˡⱼₖ: the chain rule, by way of the weighted inputs of the layer."""
    r = Recording("weight_line_2", net, x, y, cost)
    sums: np.ndarray = r.gradient(r.z(l)) @ r.rates(r.z(l), r.layer(l).w)
    return sums.reshape(r.layer(l).shape)


def weight_line_3(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂wˡⱼₖ = ∂C/∂zˡⱼ ∂zˡⱼ/∂wˡⱼₖ: wˡⱼₖ has a part in zˡⱼ alone."""
    r = Recording("weight_line_3", net, x, y, cost)
    n_out, n_in = r.layer(l).shape
    rates = r.rates(r.z(l), r.layer(l).w).reshape(n_out, n_out, n_in)  # [i, j, k] = ∂zᵢ/∂wⱼₖ
    return np.array([r.gradient(r.z(l))[j] * rates[j, j] for j in range(n_out)])


def weight_line_4(net: MLP, x: Any, y: Any, l: int, cost: AnyCost = "quadratic") -> np.ndarray:
    """∂C/∂wˡⱼₖ = aˡ⁻¹ₖ δˡⱼ, which is BP4: in zˡⱼ = Σₖ wˡⱼₖ aˡ⁻¹ₖ + bˡⱼ the weight has the rate aˡ⁻¹ₖ."""
    r = Recording("weight_line_4", net, x, y, cost)
    return np.array([column(r.a(l - 1)) * delta_j for delta_j in r.delta(l)])


PROOFS: Mapping[str, tuple[Callable[..., np.ndarray], ...]] = {
    "BP1": (line_36, line_37, line_38, line_39),
    "BP2": (line_40, line_41, line_42, line_45),
    "BP3": (bias_line_1, bias_line_2, bias_line_3, bias_line_4),
    "BP4": (weight_line_1, weight_line_2, weight_line_3, weight_line_4),
}
"""The lines of each proof that are equal to one another; 43 and 44 are what leads from 42 to 45."""


class Line(NamedTuple):
    """A line of a proof: its number in the book where it has one, what it says, and what it comes to."""

    number: str
    formula: str
    numbers: np.ndarray


class Derivation(NamedTuple):
    """A proof, line by line; print it.

    difference  by how much two of its lines differ at most, relative to the largest number in them
    """

    equation: str
    lines: tuple[Line, ...]

    @property
    def difference(self) -> float:
        numbers = np.array([line.numbers for line in self.lines])
        size = float(np.abs(numbers).max())
        return float(np.ptp(numbers, axis=0).max()) / size if size else 0.0

    def __str__(self) -> str:
        width = max(len(line.formula) for line in self.lines)
        rows = [f"{line.number:>4}  {line.formula:<{width}}  {_numbers(line.numbers)}" for line in self.lines]
        return "\n".join([*rows, f"the lines of {self.equation} differ by {self.difference:.1e} at most"])


def derivation(
    equation: str, net: MLP, x: Any, y: Any, l: int | None = None, cost: AnyCost = "quadratic"
) -> Derivation:
    """The proof of BP1, BP2, BP3 or BP4, each of its lines computed.

    l  the layer that it is about; none for BP1, which is about the last, and by default 2
    """
    if equation not in PROOFS:
        raise ValueError(f"derivation: there is a proof of each of {', '.join(PROOFS)}, not of {equation!r}")
    layer = () if equation == "BP1" else (2 if l is None else l,)
    if equation == "BP1" and l not in (None, len(net.layers) + 1):
        raise ValueError(f"derivation: BP1 is about the last layer, {len(net.layers) + 1}, not layer {l}; leave l out")
    lines = [
        Line(f.__name__.removeprefix("line_") if f.__name__.startswith("line_") else "", _formula(f),
             f(net, x, y, *layer, cost=cost))
        for f in PROOFS[equation]
    ]  # fmt: skip
    return Derivation(equation, tuple(lines))


def _before_the_last(operation: str, net: MLP, x: Any, y: Any, l: int, cost: AnyCost) -> Recording:
    recording = Recording(operation, net, x, y, cost)
    recording.need_layer(l, 2, recording.L - 1)
    return recording


def _uncoupled(r: Recording, l: int) -> np.ndarray:
    """∂aˡₖ/∂zˡⱼ, [k, j], which must be 0 but for k = j."""
    rates = r.rates(r.a(l), r.z(l))
    others = np.argwhere((rates != 0) & ~np.eye(len(rates), dtype=bool))
    if len(others):
        k, j = others[0]
        raise ValueError(
            f"{r.operation}: layer {l} couples its neurons, ∂a_{k + 1}/∂z_{j + 1} = {number_text(rates[k, j])}; "
            "the line holds where each activation depends on its own z, so take another activation than softmax there"
        )
    return rates


def _sigma_prime(activation: Activation, z: np.ndarray) -> np.ndarray:
    """σ′(zⱼ) of each number by itself."""
    return np.array([grad(activation)(float(z_j)) for z_j in z])


def _formula(f: Callable[..., Any]) -> str:
    """What a line says: its docstring up to the words."""
    return (f.__doc__ or "").split(":")[0].split(", which")[0]


def _numbers(numbers: np.ndarray) -> str:
    shown = [number_text(float(x)) for x in numbers.ravel()[:6]]
    return "  ".join(f"{x:>9}" for x in shown) + ("  …" if numbers.size > 6 else "")
