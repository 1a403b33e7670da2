"""A formula as text, `tanh(w*x + b)`, made into a recorded graph; nothing else can be run by it."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from microbp import primitives as p
from microbp.kinds import Elementwise
from microbp.value import Value

_OPERATORS = {
    ast.Add: p.add,
    ast.Sub: p.sub,
    ast.Mult: p.mul,
    ast.Div: p.div,
    ast.Pow: p.power,
    ast.USub: p.neg,
}


def recorded_formula(text: str, values: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
    """The node that a formula makes of Values with these names, and the Values.

    text    numbers, names, + − * / **, and functions of the table: `tanh(w*x + b)`
    values  a number for each name in the text

    Raises ValueError for anything else.

    >>> y, nodes = recorded_formula("x**2 + 1", {"x": 3.0})
    >>> y.data
    10.0
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{text!r:.60} is not a formula; write one such as tanh(w*x + b)") from None
    leaves = {name: Value(number, name) for name, number in values.items()}
    try:
        y = _node(tree, leaves)
    except RecursionError:
        raise ValueError("the formula is nested too deeply") from None
    unused = leaves.keys() - {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if unused:
        raise ValueError(f"a number was given for {', '.join(sorted(unused))}, which the formula does not have")
    return y, leaves


def _node(tree: ast.expr, leaves: Mapping[str, Value]) -> Value:
    match tree:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return Value(number, f"{number:g}", varies=False)
        case ast.Name(id=name):
            if name not in leaves:
                raise ValueError(f"the formula has {name}, for which no number was given, as in {name}=2")
            return leaves[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_node(left, leaves), _node(right, leaves))  # type: ignore[no-any-return]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return p.neg(_node(operand, leaves))  # type: ignore[no-any-return]
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _node(operand, leaves)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            function = p.TABLE.get(name)
            if not isinstance(function, Elementwise):
                raise ValueError(f"the formula has the function {name}, which is no function of numbers in the table")
            if len(arguments) != len(function.partials):
                raise ValueError(f"{name} takes {len(function.partials)} number(s), not {len(arguments)}")
            return function(*(_node(argument, leaves) for argument in arguments))  # type: ignore[no-any-return]
    text = f"{ast.unparse(tree):.40}".partition("\n")[0]
    raise ValueError(f"a formula has numbers, names, + - * / ** and functions of the table, but not {text}")
