"""A picture as text in Graphviz's DOT language.

Names are n0, n1, … in the order of the boxes, so the same computation always gives the same text. What users
wrote is escaped: it is shown as it is, and can be neither markup nor a field, a port or an escape of DOT.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import isfinite, log10

from microbp.draw.dot_strings import left_justified, quoted, record, tooltip
from microbp.draw.picture import LEGIBLE, Arrow, Box, Kind, Picture
from microbp.draw.rates import Sign
from microbp.draw.texts import short

FONT = "DejaVu Sans,Helvetica,Arial,sans-serif"
INK, GREY, PALE = "#1F2933", "#66727F", "#9AA5B1"

LINES: dict[Sign, tuple[str, str]] = {
    "+": ("#0072B2", "solid"),
    "−": ("#C24E00", "dashed"),
    "±": ("#66727F", "solid"),
    "0": ("#9AA5B1", "dotted"),
    "nan": ("#AA3377", "dotted"),
}
"""Colour and line by sign: who does not see the colour sees the dashes."""

FILLS: dict[Kind, tuple[str, str]] = {
    "constant": ("#E9ECEF", PALE),
    "parameter": ("#DCEBF7", "#52708C"),
    "weight": ("#DCEBF7", "#52708C"),
    "operation": ("#FFFFFF", "#52606D"),
    "rest": ("#FFFFFF", PALE),
}
"""Colour of a box and of its border."""

LIT_FILL = ("#FFE08A", "#8A6100")
SHAPES: dict[Kind, str] = {"constant": "shape=record", "rest": "shape=record, style=dashed"}
"""Of those that aren't rounded."""

MOST = 8
"""Arrows that end at their rate factors in one neuron; where more meet, the box would be too tall."""

LAYER = 'labelloc=t, style="rounded,filled", color="#F2F5F9", fillcolor="#F2F5F9"'
NEURON = 'labelloc=t, style="rounded,filled", penwidth=0.7, color="#9AA5B1", fillcolor="#FFFFFF"'


def dot_text(picture: Picture, title: str | None = None) -> str:
    """The picture in the DOT language, with a title above it and its caption below."""
    lines = [
        "digraph microbp {",
        f"  graph [rankdir=LR, {_layout(picture)}, bgcolor=white, {_font(16, INK)}]",
        f'  node [shape=Mrecord, style=filled, margin="0.09,0.03", width=0.4, height=0.3, {_font(10, INK)}]',
        f"  edge [arrowsize=0.6, {_font(9, INK)}]",
    ]
    if title:
        lines.append(f"  labelloc=t; label={quoted(short(title, 120))}")
    entered = _entered(picture)
    ports = picture.level == "neurons"
    lines += [
        "  subgraph cluster {",
        f"    graph [penwidth=0, margin=4, labelloc=b, labeljust=l, {_font(9, GREY)}]",
        f"    label={left_justified([*picture.caption, *legend(picture)])}",
        *(f"    n{n} {_box(box, entered.get(n, []), ports)}" for n, box in enumerate(picture.boxes)),
        *_frames(picture.boxes),
        "  }",
        *(_in_ports(picture, entered) if ports else _arrows(picture)),
        *_boundaries(picture),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _layout(picture: Picture) -> str:
    if not any(box.scope for box in picture.boxes):
        layout = "newrank=true, nodesep=0.3, ranksep=0.4"
        # An x that is used in 50 places has long arrows: dot takes 7 minutes to bend those of 250 boxes, this 2 s.
        return layout if len(picture.boxes) <= LEGIBLE else f"{layout}, nslimit=3, splines=line"
    # Few passes over the crossings keep the order of the boxes, and so the neurons of a layer from first to last.
    layout = "newrank=true, mclimit=0.1"
    if picture.level != "neurons":
        return f"{layout}, nodesep=0.2, ranksep=0.4"
    tallest = max(Counter(box.scope.layer for box in picture.boxes if box.scope).values())
    lines = "" if _leap(picture) else ", splines=line"
    return f"{layout}, nodesep=0.3, ranksep={min(0.6 + 0.2 * tallest, 2):.1f}{lines}"


def _leap(picture: Picture) -> bool:
    """Whether an arrow passes by what stands between its ends, so that a straight line would cut through it."""
    rank = [0] * len(picture.boxes)
    for arrow in sorted(picture.arrows, key=lambda arrow: arrow.target):
        rank[arrow.target] = max(rank[arrow.target], rank[arrow.source] + 1)
    return any(rank[arrow.target] > rank[arrow.source] + 1 for arrow in picture.arrows)


def legend(picture: Picture) -> list[str]:
    """How to read the arrows, where they have signs."""
    signs = {arrow.rate.sign for arrow in picture.arrows if arrow.rate}
    if not signs - {"±"}:
        return []
    mixed = ", grey of both signs" if "±" in signs else ""
    where = " where its arrow ends" if _entered(picture) else ""
    lines = [f"× rate factor{where}: solid blue positive, dashed orange negative{mixed}, thicker is larger"]
    if picture.level == "neurons" and any(n > MOST for n in _fan_in(picture).values()):
        lines.append(f"where more than {MOST} arrows meet, point at one to read its rate factor")
    return lines


def _fan_in(picture: Picture) -> Counter[int]:
    """How many arrows with a rate factor lead to each box."""
    return Counter(arrow.target for arrow in picture.arrows if arrow.rate)


def _entered(picture: Picture) -> dict[int, list[Arrow]]:
    """The arrows to each neuron that end at their rate factors, fields of its box that no line crosses.

    Where more than MOST meet, there are none.
    """
    few = [target for target, n in _fan_in(picture).items() if n <= MOST and picture.level == "neurons"]
    return {target: [arrow for arrow in picture.arrows if arrow.target == target and arrow.rate] for target in few}


# Boxes and the frames around them


def _box(box: Box, entered: list[Arrow], ports: bool) -> str:
    fill, border = LIT_FILL if box.highlighted else FILLS[box.kind]
    rates = [arrow.rate.text for arrow in entered if arrow.rate]
    attributes = [f"label={record(box.rows, rates, ports and not rates)}"]
    if box.kind in SHAPES:
        attributes.append(SHAPES[box.kind])
    attributes.append(f'fillcolor="{fill}", color="{border}"')
    if box.is_output:
        attributes.append("penwidth=2")
    if box.hint:
        attributes.append(f"tooltip={tooltip(box.hint)}")
    return f"[{', '.join(attributes)}]"


def _frames(boxes: list[Box]) -> Iterator[str]:
    """The boxes of each layer in a frame, and in it those of each neuron; the weights stand before it."""
    members: dict[int, dict[int, list[int]]] = {}
    for n, box in enumerate(boxes):
        if box.scope is not None and box.kind != "weight":
            members.setdefault(box.scope.layer, {}).setdefault(box.scope.neuron or 0, []).append(n)
    for layer, neurons in sorted(members.items()):
        yield f'    subgraph cluster_{layer} {{ graph [label="layer {layer}", {LAYER}]'
        for neuron, places in sorted(neurons.items()):
            names = _names(places)
            if neuron:
                names = f'subgraph cluster_{layer}_{neuron} {{ graph [label="neuron {neuron}", {NEURON}] {names} }}'
            yield f"      {names}"
        yield "    }"


# Arrows


def _arrows(picture: Picture) -> Iterator[str]:
    """From box to box."""
    boxes, faded = picture.boxes, _is_faded(picture)
    for arrow in picture.arrows:
        source, target = boxes[arrow.source], boxes[arrow.target]
        enters = target.scope is not None and source.scope != target.scope and source.kind != "weight"
        line = _line(arrow, faded) + (", weight=2" if enters else "")
        yield f"  n{arrow.source} -> n{arrow.target} [{line}]"


def _in_ports(picture: Picture, entered: dict[int, list[Arrow]]) -> Iterator[str]:
    """Each to its rate factor in a box, or where there are none, to one of the box's rows."""
    faded = _is_faded(picture)
    into: dict[int, list[Arrow]] = {}
    for arrow in picture.arrows:
        into.setdefault(arrow.target, []).append(arrow)
    for target, arrows in into.items():
        rows, entry = len(picture.boxes[target].rows), 0
        spare = max(rows - len(arrows), 0)
        for n, arrow in enumerate(arrows):
            if target not in entered:
                port = f":r{(spare + 1) // 2 + (n if len(arrows) <= rows else n * rows // len(arrows))}"
            elif arrow.rate:
                port, entry = f":e{entry}", entry + 1
            else:
                port = ""
            yield f"  n{arrow.source}:e -> n{target}{port}:w [{_line(arrow, faded, labelled=False)}]"


def _is_faded(picture: Picture) -> bool:
    """Whether what isn't lit is shown paler."""
    return any(arrow.highlighted for arrow in picture.arrows)


def _line(arrow: Arrow, faded: bool, labelled: bool = True) -> str:
    if arrow.rate is None:
        return f'color="{PALE}", penwidth=0.8'
    color, style = LINES[arrow.rate.sign]
    ink, width = color, penwidth(arrow.rate.size)
    if arrow.highlighted:
        width += 1.4
    elif faded:
        ink, color = GREY, f"{color}70"
    attributes = [f"label={quoted(arrow.rate.text)}"] if labelled and arrow.rate.text else []
    attributes.append(f'color="{color}", fontcolor="{ink}", style={style}, penwidth={width:.2g}')
    if arrow.hint:
        attributes.append(f"tooltip={tooltip(arrow.hint)}, labeltooltip={tooltip(arrow.hint)}")
    return ", ".join(attributes)


def penwidth(size: float) -> float:
    """Width of a line by |rate factor|: 1.6 points at 1, 0.7 more for every tenfold, from 0.6 to 3.

    >>> penwidth(1.0), penwidth(10.0), penwidth(0.0), penwidth(float("inf"))
    (1.6, 2.3, 0.6, 3.0)
    """
    if not isfinite(size):
        return 3.0
    return min(max(1.6 + 0.7 * log10(size), 0.6), 3.0) if size else 0.6


def _boundaries(picture: Picture) -> Iterator[str]:
    """Invisible edges by which a layer begins to the right of all that feeds it."""
    boxes = picture.boxes
    reached = [box.scope.layer if box.scope else 0 for box in boxes]
    for arrow in sorted(picture.arrows, key=lambda arrow: arrow.target):
        reached[arrow.target] = max(reached[arrow.target], reached[arrow.source])
    feeding: dict[int, set[int]] = {}
    weights: dict[int, set[int]] = {}
    for arrow in picture.arrows:
        source, scope = boxes[arrow.source], boxes[arrow.target].scope
        if scope is not None and source.kind == "weight":
            weights.setdefault(scope.layer, set()).add(arrow.source)
        elif scope is not None and reached[arrow.source] < scope.layer:
            feeding.setdefault(scope.layer, set()).add(arrow.source)
    for layer in sorted(feeding.keys() & weights.keys()):
        yield f"  layer{layer} [shape=point, style=invis]"
        ends = f"{{{_names(feeding[layer])}}} -> layer{layer} -> {{{_names(weights[layer])}}}"
        yield f"  {ends} [style=invis, weight=0]"


def _names(places: Iterable[int]) -> str:
    return " ".join(f"n{n}" for n in sorted(places))


def _font(size: int, color: str) -> str:
    return f'fontname="{FONT}", fontsize={size}, fontcolor="{color}"'
