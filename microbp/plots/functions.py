"""An activation function with its derivative, as the library computes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from microbp.arguments import real_number
from microbp.nn.activations import Activation, activation_of, pieces_of
from microbp.plots.axes import BLUE, ORANGE, axes_for
from microbp.tensor import Tensor

COUNT = 1_001


def activation(function: str | Activation, low: float = -6.0, high: float = 6.0, axes: Any = None) -> Any:
    """An activation function a = σ(z), and its derivative σ′(z), which a backward pass computes.

    function   a name of activations ("sigmoid", "tanh", "relu", …), or a function of z made of microbp's functions
    low, high  the range of z
    axes       matplotlib's axes to draw on; None: a new figure
    Returns the axes.

    Where σ or σ′ jumps, the line is broken.
    """
    sigma = activation_of(function)
    if pieces_of(sigma) > 1:
        raise ValueError("activation: a neuron of maxout has several weighted inputs, so that there is no one curve")
    low, high = real_number("activation", "low", low), real_number("activation", "high", high)
    if not -np.inf < low < high < np.inf:
        raise ValueError(f"activation: z goes from low to high, not from {low:g} to {high:g}")
    z = np.linspace(low, high, COUNT)
    a, slope = _with_slope(sigma, z)
    axes = axes_for("activation", axes, figsize=(5, 3.2))
    name = function if isinstance(function, str) else getattr(function, "name", getattr(function, "__name__", ""))
    axes.axhline(0, color="#999999", linewidth=0.8)
    axes.axvline(0, color="#999999", linewidth=0.8)
    axes.plot(z, _broken(a), color=BLUE, linewidth=2, label="$\\sigma(z)$")
    axes.plot(z, _broken(slope), color=ORANGE, linewidth=2, linestyle="--", label="$\\sigma\\,'(z)$")
    axes.set(xlabel="$z$", xlim=(low, high))
    axes.set_title("" if name == "<lambda>" else str(name).replace("_", " "), fontsize="medium")
    axes.legend(fontsize="small")
    return axes


def _with_slope(sigma: Activation, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """σ(z) and σ′(z), each z an example of its own."""
    node = Tensor(z[None, :])
    with np.errstate(all="ignore"):
        a = sigma(node)
        if not isinstance(a, Tensor) or a.shape != node.shape:
            raise ValueError("activation: the function makes no Tensor of the shape of z; want microbp's functions")
        a.sum().backward()
        beside = sigma(Tensor(np.vstack([z, z + 1.0]), varies=False)).data[0]
    if not np.array_equal(a.data[0], beside, equal_nan=True):
        raise ValueError("activation: neurons depend on each other here, as in softmax, so that there is no one curve")
    slope = np.zeros_like(z) if node.grad is None else node.grad[0]
    return a.data[0], slope


def _broken(numbers: np.ndarray) -> np.ndarray:
    """The numbers, but nan where they jump, so that no line is drawn up there."""
    steps = np.abs(np.diff(numbers))
    broken = numbers.copy()
    # A continuous function that goes up all its range in the width of ten steps is steeper than any activation.
    broken[:-1][steps > 0.1 * (np.nanmax(numbers) - np.nanmin(numbers) or 1.0)] = np.nan
    return broken
