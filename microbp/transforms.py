"""Derivatives as functions: `grad(f)` is to f what ∇f is to f, and can be differentiated again.

Each of these calls the function on fresh nodes, sweeps the graph that this records, and hands back
numbers. Where the derivative itself depends on a node (because one of them is called inside another,
or because f uses a node of your own, such as a network's weights) it is handed back as a node, so
that any nesting of forward and reverse mode gives derivatives of every order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microbp import primitives as p
from microbp import sweeps
from microbp.graph import Node, Operand, recorded
from microbp.shapes import is_object_array, shape_of, zeros_like
from microbp.tensor import Tensor, constant
from microbp.value import Value

Function = Callable[..., Any]


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function x, … ↦ (f(x, …), ∇f(x, …)), by one recording and one backward sweep.

    f        gives a single number: a Value, or a Tensor of one entry
    argnums  which argument, or which several, to differentiate by; for several the gradient is a tuple

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    _need_function("value_and_grad", f, argnums)

    def evaluate(*args: Any) -> tuple[Any, Any]:
        inputs, variables = _with_fresh_nodes(args, argnums)
        y = f(*inputs)
        if not isinstance(y, Node):
            _need_number_or_node(y, "grad")
            return y, _one_or_all(argnums, [_plain(zeros_like(x)) for x in variables])
        as_nodes = _rests_on_others([y], variables)
        cotangents = sweeps.backward(y, wrt=variables, as_nodes=as_nodes)
        _retire(variables)
        return _result(y, as_nodes), _one_or_all(argnums, [_cotangent(cotangents, x, as_nodes) for x in variables])

    return evaluate


def grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The gradient of f as a function of the same arguments.

    f        gives a single number: a Value, or a Tensor of one entry
    argnums  which argument, or which several, to differentiate by; for several the gradient is a tuple

    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    _need_function("grad", f, argnums)
    evaluate = value_and_grad(f, argnums)
    return lambda *args: evaluate(*args)[1]


def jvp(f: Function, primals: Sequence[Operand], tangents: Sequence[Operand]) -> tuple[Any, Any]:
    """f at the primals, and the tangent J·ẋ that a change ẋ of them makes: forward mode.

    ẏ = Σᵢ ∂f/∂xᵢ ẋᵢ                                                        (Nielsen ch. 2, eq. 49)

    tangents  one a primal, of its shape
    """
    _need_function("jvp", f)
    if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
        raise TypeError("jvp: primals and tangents are tuples, one entry an argument of f: jvp(f, (x,), (x_dot,))")
    if len(primals) != len(tangents):
        raise ValueError(f"jvp: {len(primals)} primals need as many tangents, not {len(tangents)}")
    args, variables = _with_fresh_nodes(primals, range(len(primals)))
    directions = [_like(x, t, "jvp: a tangent") for x, t in zip(variables, tangents, strict=True)]
    y = f(*args)
    if not isinstance(y, Node):
        _need_number_or_node(y, "jvp")
        return y, 0.0 * np.asarray(y) if np.ndim(y) else 0.0
    as_nodes = _rests_on_others([y], variables) or any(isinstance(t, Node) for t in directions)
    result = sweeps.forward([y], dict(zip(variables, directions, strict=True)), as_nodes=as_nodes)
    _retire(variables)
    return _result(y, as_nodes), _result(result.get(y, zeros_like(y)), as_nodes, like=y)


def vjp(f: Function, *primals: Operand) -> tuple[Any, Callable[[Operand], tuple[Any, ...]]]:
    """f at the primals, and the function ȳ ↦ (x̄₁, x̄₂, …) that pulls a cotangent back: reverse mode.

    x̄ᵢ = (∂f/∂xᵢ)ᵀ ȳ. The recording is kept, so the function may be called many times.
    """
    from threading import RLock

    _need_function("vjp", f)
    args, variables = _with_fresh_nodes(primals, range(len(primals)))
    y = f(*args)
    if not isinstance(y, Node):
        _need_number_or_node(y, "vjp")
        return y, lambda cotangent: tuple(_plain(zeros_like(x)) for x in variables)
    numbers, turns = [x.number for x in variables], RLock()
    depends = _rests_on_others([y], variables)
    _retire(variables)

    def pull(cotangent: Operand) -> tuple[Any, ...]:
        as_nodes = depends or isinstance(cotangent, Node)
        with turns:  # one thread at a time: for the sweep the variables vary again
            for x, number in zip(variables, numbers, strict=True):
                x.number = number
            try:
                cotangents = sweeps.backward(y, cotangent, wrt=variables, as_nodes=as_nodes)
            finally:
                _retire(variables)
        return tuple(_cotangent(cotangents, x, as_nodes) for x in variables)

    return _result(y, depends), pull


def jacobian(f: Function, argnum: int = 0, mode: str | None = None) -> Function:
    """The matrix ∂yⱼ/∂xₖ of f as a function of the same arguments; its shape is y's and then x's.

    One sweep a row in "reverse" mode or a column in "forward" mode; by default whichever are fewer.
    """
    _need_function("jacobian", f, argnum)
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f'jacobian: mode is "forward", "reverse" or None, not {mode!r}')

    def evaluate(*args: Any) -> Any:
        inputs, (x,) = _with_fresh_nodes(args, [argnum])
        y = f(*inputs)
        if not isinstance(y, Node):
            _need_number_or_node(y, "jacobian")
            shape = np.shape(y) + x.shape
            return np.zeros(shape) if shape else _plain(zeros_like(x))
        as_nodes = _rests_on_others([y], [x])
        if mode == "reverse" or (mode is None and np.prod(y.shape) <= np.prod(x.shape)):
            axis = 0
            parts = [sweeps.pull_back({y: row}, wrt=[x], as_nodes=as_nodes)[x] for row in _units(y)]
        else:
            axis = -1
            parts = [
                sweeps.forward([y], {x: column}, as_nodes=as_nodes).get(y, zeros_like(y)) for column in _units(x)
            ]
        _retire([x])
        shape = y.shape + x.shape
        return _joined(parts, axis, shape, as_nodes) if shape else _result(parts[0], as_nodes, like=x)

    return evaluate


def hessian(f: Function, argnum: int = 0) -> Function:
    """The matrix ∂²f/∂xⱼ∂xₖ of a function of one number, forward over reverse."""
    return jacobian(grad(f, argnum), argnum, mode="forward")


def hvp(f: Function, x: Operand, v: Operand) -> Any:
    """The Hessian of f at x times the vector v, without the Hessian: forward over reverse."""
    return jvp(grad(f), (x,), (v,))[1]


def _with_fresh_nodes(args: Sequence[Any], argnums: int | Sequence[int]) -> tuple[list[Any], list[Node]]:
    """The arguments with nodes in the places of `argnums`, and these nodes.

    A node is given a copy of itself: what is asked for is the derivative by this argument alone, also
    where the function has other ways of getting at the same node.
    """
    args = list(args)
    numbers = [argnums] if isinstance(argnums, int | np.integer) else list(argnums)
    for k, n in enumerate(numbers):
        if not -len(args) <= n < len(args):
            raise ValueError(f"argnums has {n}, but the function was called with {len(args)} argument(s)")
        if (n % len(args)) in [m % len(args) for m in numbers[:k]]:
            raise ValueError(f"argnums names argument {n % len(args)} twice")
        args[n] = _fresh(args[n])
    return args, [args[n] for n in numbers]


def _fresh(x: Any) -> Node:
    if isinstance(x, Node):
        return p.identity(x) if x.number else type(x).leaf(x._data)
    if is_object_array(x):
        raise TypeError("an array of Values is not one argument; stack its numbers into a Tensor")
    return Value(x) if np.ndim(x) == 0 and not isinstance(x, np.ndarray) else Tensor(x)


def _retire(variables: list[Node]) -> None:
    """Make constants of the variables that were made for one derivative, now that it has been taken.

    What it left behind may be differentiated by other nodes, and rests on these no more.
    """
    for x in variables:
        if x.primitive is None:
            x.number = 0


def _rests_on_others(outputs: list[Node], variables: list[Node]) -> bool:
    """Whether a varying node other than the variables has a part in the outputs, or in the variables."""
    leaves, _ = recorded(outputs, until=variables)
    return any(leaf not in variables for leaf in leaves) or any(x.primitive is not None for x in variables)


def _need_function(name: str, f: Any, argnums: Any = 0) -> None:
    if isinstance(f, Node) or not callable(f):
        raise TypeError(f"{name}: takes a function, as in {name}(lambda x: x * x), not {type(f).__name__}")
    numbers = argnums if isinstance(argnums, tuple | list | range) else (argnums,)
    if not all(isinstance(n, int | np.integer) for n in numbers):
        raise TypeError(f"{name}: an argument is named by its number, not {argnums!r}")


def _need_number_or_node(y: Any, name: str) -> None:
    if not isinstance(y, float | int | np.number | np.ndarray) or is_object_array(y):
        raise TypeError(
            f"{name}: the function has to give a Value or a Tensor, but gave {type(y).__name__}"
            + ("; reduce an array of Values to one, or compute with Tensors" if isinstance(y, np.ndarray) else "")
        )


def _like(x: Node, tangent: Operand, what: str) -> Operand:
    if not isinstance(tangent, Node):
        tangent = sweeps.numbers_beside(x, tangent, what)
    if shape_of(tangent) != x.shape:
        raise ValueError(f"{what} has shape {shape_of(tangent)}, but what it changes has shape {x.shape}")
    return tangent


def _cotangent(cotangents: dict[Node, Any], x: Node, as_nodes: bool) -> Any:
    return _result(cotangents[x] if x in cotangents else zeros_like(x), as_nodes, like=x)


def _result(y: Any, as_nodes: bool, like: Node | None = None) -> Any:
    """A node where that was asked for, else its numbers: a float or an array of the reader's own."""
    if as_nodes:
        return y
    data = y._data if isinstance(y, Node) else y
    if isinstance(like, Value):
        return float(data)
    if isinstance(like, Tensor):
        return np.array(np.broadcast_to(data, like.shape), dtype=like.dtype)
    return _plain(data)


def _plain(data: Any) -> Any:
    return np.array(data) if isinstance(data, np.ndarray) else float(data)


def _units(x: Node) -> list[Any]:
    """The unit vectors of x's space, each of the shape of x."""
    if isinstance(x, Value):
        return [1.0]
    return list(np.eye(x._data.size, dtype=x._data.dtype).reshape(x._data.size, *x.shape))


def _joined(parts: list[Any], axis: int, shape: tuple[int, ...], as_nodes: bool) -> Any:
    if not as_nodes:
        parts = [np.asarray(part._data if isinstance(part, Node) else part) for part in parts]
        return np.stack(parts, axis).reshape(shape) if parts else np.zeros(shape)
    nodes = [part if isinstance(part, Tensor) else constant(np.zeros(())) + part for part in parts]
    return p.reshape(p.stack(nodes, axis), shape)


def _one_or_all(argnums: int | Sequence[int], gradients: list[Any]) -> Any:
    return gradients[0] if isinstance(argnums, int) else tuple(gradients)
