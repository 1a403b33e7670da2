"""What PyTorch says of costs, regularizers, normalization, dropout, maxout and initial weights: nn_reference.npz.

Run it to make the file anew (`python tests/oracles/nn_reference.py`, with torch installed); the tests read the file
and need no torch. Columns are examples, here as in microbp, and costs are means over them. All is in float64.

Keys begin with the thing's name. What follows is what goes in (z, a, y, w, …), `out` or `value` for what comes out,
`g` for the cotangent of `out`, and `da`, `dz`, `dw`, … for gradients of `value`, or of Σ g ⊙ out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

Arrays = dict[str, np.ndarray]
PATH = Path(__file__).with_suffix(".npz")
N, M = 5, 7
"""Neurons and examples."""


def gradients(f: Callable[..., torch.Tensor], *inputs: np.ndarray, g: Any = 1.0) -> list[np.ndarray]:
    """f of these inputs, then for each of them the gradient of Σ g ⊙ f."""
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    out = f(*leaves)
    (torch.as_tensor(g) * out).sum().backward()
    return [out.detach().numpy(), *(leaf.grad.numpy() for leaf in leaves)]


def constant(x: Any) -> torch.Tensor:
    return torch.tensor(x, dtype=torch.float64)


def activations(rng: np.random.Generator) -> Arrays:
    z, g = 2 * rng.normal(size=(N, M)), rng.normal(size=(N, M))
    functions = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": F.relu,
        "leaky_relu": F.leaky_relu,
        "softmax": lambda z: F.softmax(z, dim=0),
    }
    made = {"activation_z": z, "activation_g": g}
    for name, f in functions.items():
        made[f"{name}_out"], made[f"{name}_dz"] = gradients(f, z, g=g)
    return made


def costs(rng: np.random.Generator) -> Arrays:
    """Sums over neurons, means over examples; activations a, or where cost and activation are one formula, z."""
    probability, desired = rng.uniform(0.05, 0.95, (N, M)), rng.uniform(0, 1, (N, M))
    real, any_y = 2 * rng.normal(size=(N, M)), rng.normal(size=(N, M))
    sign, label = np.where(rng.random((N, M)) < 0.5, -1.0, 1.0), rng.integers(0, N, M)
    distribution, one_hot = desired / desired.sum(axis=0), np.eye(N)[:, label]

    def summed(loss: Any, y: np.ndarray, **options: Any) -> Callable[[torch.Tensor], torch.Tensor]:
        return lambda a: loss(a.T, constant(y).T, reduction="sum", **options) / M

    def of_labels(loss: Any, scale: float = 1.0) -> Callable[[torch.Tensor], torch.Tensor]:
        return lambda a: loss(a.T, torch.tensor(label), reduction="sum") * (scale / M)

    rows = {
        "quadratic": (real, any_y, lambda a: summed(F.mse_loss, any_y)(a) / 2),
        "squared": (real, any_y, summed(F.mse_loss, any_y)),
        "absolute": (real, any_y, summed(F.l1_loss, any_y)),
        "cross_entropy": (probability, desired, summed(F.binary_cross_entropy, desired)),
        "log_likelihood": (probability, one_hot, lambda a: of_labels(F.nll_loss)(a.log())),
        "hinge": (real, sign, lambda a: F.relu(1 - constant(sign) * a).sum() / M),
        # PyTorch divides by the number of classes.
        "multiclass_hinge": (real, one_hot, of_labels(F.multi_margin_loss, N)),
        "cross_entropy_of_sigmoid": (real, desired, summed(F.binary_cross_entropy_with_logits, desired)),
        "log_likelihood_of_softmax": (real, distribution, summed(F.cross_entropy, distribution)),
        "log_likelihood_of_softmax_of_labels": (real, one_hot, of_labels(F.cross_entropy)),
    }
    made: Arrays = {}
    for name, (a, y, loss) in rows.items():
        by = "z" if "_of_" in name else "a"
        made |= {f"{name}_{by}": a, f"{name}_y": y}
        made[f"{name}_value"], made[f"{name}_d{by}"] = gradients(loss, a)
    return made


def regularizers(rng: np.random.Generator) -> Arrays:
    w, lmbda, lmbda2, n = rng.normal(size=(N, 4)), 0.7, 1.3, 50
    w[1, 2] = 0.0  # where |w| has its corner
    rows = {
        "l1": lambda w: lmbda / n * w.abs().sum(),
        "l2": lambda w: lmbda / (2 * n) * w.square().sum(),
        "elastic": lambda w: lmbda / n * w.abs().sum() + lmbda2 / (2 * n) * w.square().sum(),
    }
    made = {f"regularizer_{key}": np.array(x) for key, x in dict(w=w, lmbda=lmbda, lmbda2=lmbda2, n=n).items()}
    for name, penalty in rows.items():
        made[f"{name}_value"], made[f"{name}_dw"] = gradients(penalty, w)
    rows_of = w * np.array([[3.0], [0.0], [0.1], [1.0], [20.0]])
    # PyTorch divides by ‖w_j‖ + 1e-7 where ‖w_j‖ > c.
    made |= {"max_norm_w": rows_of, "max_norm_c": np.array(1.5)}
    made["max_norm_out"] = torch.renorm(constant(rows_of), 2, 0, 1.5).numpy()
    return made


def batch_norm(rng: np.random.Generator) -> Arrays:
    z, gamma, beta = 3 * rng.normal(size=(N, M)) + 1, rng.uniform(0.5, 2, (N, 1)), rng.normal(size=(N, 1))
    g, mean, var, eps = rng.normal(size=(N, M)), rng.normal(size=(N, 1)), rng.uniform(0.5, 2, (N, 1)), 1e-5
    named = dict(z=z, gamma=gamma, beta=beta, eps=eps, g=g, mean=mean, var=var)
    made = {f"batch_norm_{key}": np.array(x) for key, x in named.items()}

    def training(z: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
        return F.batch_norm(z.T, None, None, gamma[:, 0], beta[:, 0], training=True, eps=eps).T

    def evaluation(z: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor) -> torch.Tensor:
        held = constant(mean[:, 0]), constant(var[:, 0])
        return F.batch_norm(z.T, *held, gamma[:, 0], beta[:, 0], training=False, eps=eps).T

    for mode, f in (("", training), ("eval_", evaluation)):
        found = gradients(f, z, gamma, beta, g=g)
        made |= {f"batch_norm_{mode}{key}": x for key, x in zip(("out", "dz", "dgamma", "dbeta"), found, strict=True)}
    return made


def dropout(rng: np.random.Generator) -> Arrays:
    """Inverted dropout: what is kept, with probability p, is divided by p."""
    a, g, p = rng.uniform(0.1, 1, (N, M)), rng.normal(size=(N, M)), 0.8
    torch.manual_seed(0)
    out, da = gradients(lambda a: F.dropout(a, 1 - p), a, g=g)
    named = dict(a=a, mask=(out != 0).astype(float), p=p, out=out, g=g, da=da)
    return {f"dropout_{key}": np.array(x) for key, x in named.items()}


def maxout(rng: np.random.Generator) -> Arrays:
    """The largest of k pieces; piece i is rows i·n to (i + 1)·n, and z has those of k = 3, of which k = 2 takes 2·n."""
    z = rng.normal(size=(3 * N, M))
    made = {"maxout_z": z}
    for k in (2, 3):
        g = rng.normal(size=(N, M))
        out, dz = gradients(lambda z, k=k: z.reshape(k, N, M).amax(dim=0), z[: k * N], g=g)
        made |= {f"maxout_k{k}_{key}": x for key, x in (("out", out), ("g", g), ("dz", dz))}
    return made


def initializers(n_out: int = 30, n_in: int = 20) -> Arrays:
    """The standard deviation that each start has: its draws beside those of N(0, 1) from the same seed."""

    def spread(start: Callable[..., Any], **options: Any) -> np.ndarray:
        draws = [torch.empty(n_out, n_in, dtype=torch.float64) for _ in range(2)]
        for w, f, chosen in zip(draws, (start, torch.nn.init.normal_), (options, {}), strict=True):
            torch.manual_seed(0)
            f(w, **chosen)
        return (draws[0] / draws[1]).mean().numpy()

    return {
        "initializer_shape": np.array([n_out, n_in]),
        "glorot_spread": spread(torch.nn.init.xavier_normal_),
        "he_spread": spread(torch.nn.init.kaiming_normal_, nonlinearity="relu"),
        "lecun_spread": spread(torch.nn.init.kaiming_normal_, nonlinearity="linear"),
        "small_spread": spread(torch.nn.init.normal_, std=0.01),
    }


def reference() -> Arrays:
    makers = (activations, costs, regularizers, batch_norm, dropout, maxout)
    made = initializers()
    for seed, make in enumerate(makers):
        made |= make(np.random.default_rng(seed))
    return made


if __name__ == "__main__":
    arrays = reference()
    np.savez_compressed(PATH, **arrays)
    print(f"{PATH.name}: {len(arrays)} arrays by PyTorch {torch.__version__}, {PATH.stat().st_size:,} bytes")
