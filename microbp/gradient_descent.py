"""`gradient_descent`: a function of some numbers is made small by steps against its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.arguments import real_number, whole_number
from microbp.data.bars import progress_bar
from microbp.graph import Node
from microbp.nn.examples import as_array
from microbp.trajectory import Trajectory
from microbp.transforms import Function, value_and_grad

Array = NDArray[np.float64]


def gradient_descent(
    f: Function, v: Any, eta: float, steps: int, *, normalized: bool = False, progress: bool = True
) -> Trajectory:
    """Make C = f(v) small, from a point v on: v → v − η ∇C, again and again  (Nielsen ch. 1, eqs 7–11, 12–15).

    A step Δv changes C by ΔC ≈ ∇C·Δv (9, 12), so Δv = −η∇C (10, 14) changes it by about −η‖∇C‖² ≤ 0. It may still go
    up, where η is so large that ≈ does not hold.

    f           C as a function of one argument, made of microbp's functions, as for `grad`: of a Tensor v of shape
                (n,), which may be taken apart, `v1, v2 = v`; or of a Value, where v is a single number
    v           where to start: a list of n numbers, or a single one
    eta         the learning rate η
    steps       how many there are to be
    normalized  whether every step has the same length, ε = eta: Δv = −ε∇C/‖∇C‖ (`steepest_step`)
    progress    whether a bar is shown, on a terminal or in a notebook, of what takes more than a second

    Returns the Trajectory: steps + 1 points with C and ∇C at each. It ends early before a point where C or ∇C is not
    finite, and is then marked `diverged`; and on Ctrl-C, `interrupted`.

    Raises ValueError where f is not finite at the start, and where an argument is out of range; TypeError where one is
    of another kind.

    >>> print(gradient_descent(lambda v: (v * v).sum(), [3.0, 4.0], eta=0.25, steps=3))
    gradient descent, η = 0.25
    step       C  ‖∇C‖  v
       0      25    10  (3, 4)
       1    6.25     5  (1.5, 2)
       2   1.562   2.5  (0.75, 1)
       3  0.3906  1.25  (0.375, 0.5)
    """
    start = _start(v)
    _need_positive("eta", eta)
    steps = whole_number("gradient_descent", "steps", steps)
    evaluate = _evaluation(f, start)
    found: list[tuple[Array, float, Array]] = []
    here, diverged, interrupted = start.reshape(-1), False, False
    try:
        with progress_bar(steps, "step", progress, brief=True) as bar:
            while True:
                with np.errstate(all="ignore"):
                    C, nabla = evaluate(here)
                if not (np.isfinite(C) and np.isfinite(nabla).all()):
                    diverged = True
                    break
                found.append((here, C, nabla))
                if len(found) > steps:
                    break
                with np.errstate(over="ignore"):
                    here = here + (steepest_step(nabla, eta) if normalized else -eta * nabla)
                bar.update()
    except KeyboardInterrupt:
        if not found:
            raise
        interrupted = True
    if not found:
        raise ValueError(f"gradient_descent: at the start C is {C} and ∇C is {nabla}; start where both are finite")
    points, values, gradients = zip(*found, strict=True)
    stride = f"{'ε' if normalized else 'η'} = {eta:g}"
    return Trajectory(np.array(points), np.array(values), np.array(gradients), stride, diverged, interrupted)


def steepest_step(nabla: ArrayLike, epsilon: float) -> Array:
    """The step of length ε that makes C smaller than any other of that length, to first order.

    Δv = −ε∇C/‖∇C‖                                                        (Nielsen ch. 1, an exercise)

    By Cauchy and Schwarz |∇C·Δv| ≤ ‖∇C‖‖Δv‖, so no step of length ε changes C ≈ ∇C·Δv by less than −ε‖∇C‖,
    and this one does by just that.

    nabla  ∇C, any shape
    Returns the shape of nabla; zeros where ∇C is 0, and no direction is better than another.

    >>> steepest_step([3.0, 4.0], epsilon=0.5)
    array([-0.3, -0.4])
    """
    _need_positive("epsilon", epsilon, "steepest_step")
    nabla = as_array(nabla, "steepest_step: nabla").astype(float)
    if not np.isfinite(nabla).all():
        raise ValueError("steepest_step: nabla has a value that is nan or inf, and so no direction")
    largest = np.abs(nabla).max(initial=0.0)
    if largest == 0:
        return np.zeros_like(nabla)
    direction = nabla / largest  # so that squares neither overflow nor vanish
    return np.asarray(-epsilon * (direction / np.linalg.norm(direction)))


def _evaluation(f: Function, start: Array) -> Callable[[Array], tuple[float, Array]]:
    """v ↦ C, ∇C, of shapes (n,)."""
    both = value_and_grad(f)

    def evaluate(v: Array) -> tuple[float, Array]:
        C, nabla = both(v if start.ndim else float(v[0]))
        C, nabla = (getattr(result, "_data", result) for result in (C, nabla))  # nodes where f rests on others
        if np.ndim(C):
            raise ValueError(f"gradient_descent: f gives C of shape {np.shape(C)}; want a single number, such as a sum")
        return float(C), np.reshape(np.asarray(nabla, float), -1)

    return evaluate


def _start(v: Any) -> Array:
    start = as_array(v._data if isinstance(v, Node) else v, "gradient_descent: v").astype(float)
    if start.ndim > 1 or not start.size:
        raise ValueError(f"gradient_descent: v has shape {start.shape}; want a list of numbers, or a single one")
    if not np.isfinite(start).all():
        raise ValueError("gradient_descent: v has a value that is nan or inf; start at a point")
    return start


def _need_positive(name: str, x: Any, operation: str = "gradient_descent") -> None:
    if not 0 < real_number(operation, name, x) < np.inf:
        raise ValueError(f"{operation}: {name} is greater than 0, and finite, not {x}")
