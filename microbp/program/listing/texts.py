"""The lines of a program in Python's syntax: `w2 @ a1 + b2`, `sum(delta2, axis=1, keepdims=True)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.kinds import Elementwise
from microbp.linear import LinearInSequence, given_params
from microbp.program.lines import index_text
from microbp.shapes import as_axis, summed_axes

SUM, MATRIX_PRODUCT, PRODUCT, SIGNED, POWER, ATOM = range(6)
"""How tightly a text holds together: an operand that is looser than its place goes into parentheses."""

MANY = 6
"""Of more arguments than this only the first and the last are written."""


class Text(NamedTuple):
    """A text, how tightly it holds together, and of what it is the text.

    shape         of the value
    is_cotangent  whether it is one; in a product it is written before its rate factor
    """

    text: str
    level: int = ATOM
    shape: tuple[int, ...] = ()
    is_cotangent: bool = False


Setting = tuple[str, int]
"""A text and its level."""


def text_of(primitive: Primitive, operands: list[Text], params: dict[str, Any]) -> Setting:
    """A line's right side."""
    return TYPOGRAPHY.get(primitive, _call)(primitive, operands, params)


def number_text(number: Any) -> Text:
    """A number as Python reads it: 0.25, 2."""
    text = str(number).removesuffix(".0")
    return Text(text, SIGNED if text.startswith("-") else ATOM)


def is_unseen(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether a reshape only takes away or adds axes of length 1 in front, as numpy's broadcasting does by itself."""
    return _without_ones_in_front(before) == _without_ones_in_front(after)


def _without_ones_in_front(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[next((n for n, size in enumerate(shape) if size != 1), len(shape)) :]


def new_axes(before: tuple[int, ...], after: tuple[int, ...]) -> str | None:
    """The index that puts axes of length 1 between others, where a reshape does just that.

    None too where there is one in front already, which may have come unseen.

    >>> new_axes((4, 2), (4, 1, 2)), new_axes((4, 2), (4, 2, 1)), new_axes((4, 2), (8, 1))
    (':, None', ':, :, None', None)
    """
    parts, left = [], list(before)
    for size in after:
        if left and left[0] == size:
            parts.append(":")
            left.pop(0)
        elif size == 1:
            parts.append("None")
        else:
            return None
    while parts and parts[-1] == ":":
        parts.pop()
    return ", ".join(parts) if before and before[0] != 1 and parts and not left else None


def minds_axes(primitive: Primitive, params: dict[str, Any]) -> bool:
    """Whether axes are told apart by their numbers, or their count, in what a line takes."""
    return not isinstance(primitive, Elementwise) and primitive is not p.reshape and params.get("axis", 0) is not None


# How each function is set. What is not here is set as a call: cos(u), where(c, u, v).


def _at(level: int, x: Text) -> str:
    return f"({x.text})" if x.level < level else x.text


def _plus(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    u, v = xs
    if v.text.startswith("-") and v.level > SUM:
        return f"{u.text} - {v.text[1:]}", SUM
    if u.text.startswith("-") and u.level > SUM:  # sums of two have the same bits in either order
        return f"{_at(MATRIX_PRODUCT, v)} - {u.text[1:]}", SUM
    return f"{u.text} + {_at(MATRIX_PRODUCT, v)}", SUM


def _minus(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    u, v = xs
    return f"{u.text} - {_at(ATOM if v.text.startswith('-') else MATRIX_PRODUCT, v)}", SUM


def _times(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    u, v = xs
    if v.is_cotangent and not u.is_cotangent:
        u, v = v, u
    return f"{_at(PRODUCT, u)} * {_at(POWER, v)}", PRODUCT


def _over(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return f"{_at(PRODUCT, xs[0])} / {_at(POWER, xs[1])}", PRODUCT


def _minus_sign(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    if xs[0].level == PRODUCT and xs[0].text[0].isdigit():
        return f"-{xs[0].text}", PRODUCT  # the sign of the number in front
    return f"-{_at(POWER, xs[0])}", SIGNED


def _squared(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return f"{_at(ATOM, xs[0])}**2", POWER


def _to_the_power(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return f"{_at(ATOM, xs[0])}**{_at(ATOM, xs[1])}", POWER


def _same(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return xs[0].text, xs[0].level


def _matrix_product(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    u, v = xs
    left = u.text if u.level == MATRIX_PRODUCT else _at(POWER, u)  # (u * a) @ b, though Python needs no parentheses
    return f"{left} @ {_at(POWER, v)}", MATRIX_PRODUCT


def _entries(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return f"{_at(ATOM, xs[0])}[{index_text(params['index'])}]", ATOM


def _placed(_: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return f"scatter({xs[0].text}, s_[{index_text(params['index'])}], shape={params['shape']})", ATOM


def _reshaped(primitive: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    before, after = xs[0].shape, params["shape"]
    if len(before) == len(after) == 2 and 1 in before and before == after[::-1] != after:
        return f"{_at(ATOM, xs[0])}.T", ATOM
    return _same(primitive, xs, params) if is_unseen(before, after) else seen(xs[0], after)


def seen(x: Text, shape: tuple[int, ...]) -> Setting:
    """A value in another shape, as it is written where that is seen."""
    index = new_axes(x.shape, shape)
    return _call(p.reshape, [x], {"shape": shape}) if index is None else (f"{_at(ATOM, x)}[{index}]", ATOM)


def _transposed(primitive: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    return (f"{_at(ATOM, xs[0])}.T", ATOM) if params["axes"] is None else _call(primitive, xs, params)


def _summed_to(primitive: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    """As a sum over axes, where it is one."""
    after = params["shape"]
    extra, stretched = summed_axes(xs[0].shape, after)
    if not extra:
        return _call(p.sum, xs, {"axis": as_axis(stretched), "keepdims": True})
    if not stretched:
        return _call(p.sum, xs, {"axis": as_axis(extra) if after else None, "keepdims": False})
    return _call(primitive, xs, params)


def _call(primitive: Primitive, xs: list[Text], params: dict[str, Any]) -> Setting:
    texts = [x.text for x in xs]
    if len(texts) > MANY:
        texts = [*texts[:2], "…", texts[-1]]
    inputs = ", ".join(texts)
    if isinstance(primitive, LinearInSequence) or getattr(primitive, "reduction", None) is not None:
        inputs = f"[{inputs}]"
    return f"{primitive.name}({', '.join([inputs, *given_params(primitive, params)])})", ATOM


TYPOGRAPHY: dict[Primitive, Callable[[Primitive, list[Text], dict[str, Any]], Setting]] = {
    p.add: _plus,
    p.sub: _minus,
    p.mul: _times,
    p.div: _over,
    p.neg: _minus_sign,
    p.identity: _same,
    p.square: _squared,
    p.power: _to_the_power,
    p.matmul: _matrix_product,
    p.take: _entries,
    p.scatter: _placed,
    p.reshape: _reshaped,  # an axis of length 1 in front comes and goes unseen
    p.transpose: _transposed,
    p.sum_to: _summed_to,
}
