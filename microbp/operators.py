"""The operators and methods of a node, each of them a row of the table.

`Value` and `Tensor` have these in common. The methods are named as numpy's functions, so that
`np.tanh` of an array of Values finds `Value.tanh`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from microbp import primitives as p
from microbp import sweeps
from microbp.graph import Node, Operand, Primitive, recorded
from microbp.set_grad import set_grad

Method = Callable[..., Any]


def _operator(primitive: Primitive) -> tuple[Method, Method]:
    """An operator and its reflection, `a + b` where a or where b is the node."""

    def method(self: Differentiable, other: Operand) -> Any:
        if other.__class__ is self.__class__ or self.accepts(other):
            return self.record(primitive, (self, other), {})
        return NotImplemented

    def reflected(self: Differentiable, other: Operand) -> Any:
        return self.record(primitive, (other, self), {}) if self.accepts(other) else NotImplemented

    return method, reflected


def _method(primitive: Primitive) -> Method:
    def method(self: Differentiable) -> Any:
        return self.record(primitive, (self,), {})

    method.__doc__ = f"The same as `mb.{primitive.name}(self)`."
    return method


class Differentiable(Node):
    """A node with arithmetic, the elementary functions, and `backward`."""

    __slots__ = ()

    @classmethod
    def accepts(cls, other: Operand) -> bool:
        """Whether `other` can be the other side of an operator."""
        raise NotImplementedError

    __add__, __radd__ = _operator(p.add)
    __sub__, __rsub__ = _operator(p.sub)
    __mul__, __rmul__ = _operator(p.mul)
    __truediv__, __rtruediv__ = _operator(p.div)
    __pow__, __rpow__ = _operator(p.power)
    __neg__ = _method(p.neg)
    __abs__ = _method(p.abs)

    exp, expm1 = _method(p.exp), _method(p.expm1)
    log, log1p = _method(p.log), _method(p.log1p)
    sqrt = _method(p.sqrt)
    sin, cos, tan = _method(p.sin), _method(p.cos), _method(p.tan)
    arcsin, arccos, arctan = _method(p.arcsin), _method(p.arccos), _method(p.arctan)
    sinh, cosh, tanh = _method(p.sinh), _method(p.cosh), _method(p.tanh)
    arcsinh, arccosh, arctanh = _method(p.arcsinh), _method(p.arccosh), _method(p.arctanh)
    sigmoid, softplus, relu = _method(p.sigmoid), _method(p.softplus), _method(p.relu)
    step, sign = _method(p.step), _method(p.sign)

    def leaky_relu(self, slope: float = 0.01) -> Any:
        """The same as `mb.leaky_relu(self, slope)`."""
        return self.record(p.leaky_relu, (self, slope), {})

    def __pos__(self) -> Any:
        return self

    # Comparisons look at the data: they are for `if`, and are not recorded (`mb.greater` and `mb.step` are).
    # numpy compares to find the maximum of an array of Values, and picks one of them; `mb.max` shares ties.
    # `==` asks, as for any Python object, whether two nodes are the same one.
    def __lt__(self, other: Operand) -> Any:
        return self._data < _data_of(other)

    def __le__(self, other: Operand) -> Any:
        return self._data <= _data_of(other)

    def __gt__(self, other: Operand) -> Any:
        return self._data > _data_of(other)

    def __ge__(self, other: Operand) -> Any:
        return self._data >= _data_of(other)

    def __bool__(self) -> bool:
        return bool(self._data)

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else str(self)

    def __float__(self) -> NoReturn:
        raise TypeError(
            f"float({self.name}) would cut the recorded graph; use {self.name}.data for the number, "
            "or a function of microbp or numpy in place of one of math"
        )

    def backward(self, cotangent: Operand = None) -> None:
        """Pull back a cotangent from here: sets `grad` = ∂(this)/∂(node) on every node this rests on.

        Leaves add it to what they have from earlier passes (clear that with `zero_grad`); the nodes
        between are set anew. If anything raises on the way, no `grad` has changed.

        cotangent  of the shape of this node; 1 where this is a single number and it is left out
        """
        if isinstance(cotangent, Node):
            raise TypeError(
                f"backward: `grad` holds numbers, but the cotangent is the node {cotangent.name}; "
                "use mb.backward(…, as_nodes=True) for a derivative that can be differentiated again"
            )
        set_grad(self, sweeps.seed(self, cotangent))

    def zero_grad(self) -> None:
        """Forget the gradient of earlier backward passes, here and on every node this rests on."""
        leaves, operations = recorded([self])
        for node in leaves + operations:
            node.grad = None
        self.grad = None


def _data_of(x: Operand) -> Any:
    return x._data if isinstance(x, Node) else x
