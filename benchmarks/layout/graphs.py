"""The graphs that layouts are compared on, as `microbp.draw` draws them at operations level, each as a small JSON file.

`python -m benchmarks.layout.graphs` writes them anew into the folder of this module.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

import microbp as mb
from microbp.draw.picture import Picture

GRAPHS: dict[str, Callable[[], mb.Value]] = {}


def graph(make: Callable[[], mb.Value]) -> Callable[[], mb.Value]:
    GRAPHS[make.__name__.replace("_", "-")] = make
    return make


@graph
def neuron() -> mb.Value:
    x1, x2, w1, w2, b = (mb.Value(v, name) for v, name in [(2, "x1"), (0, "x2"), (-3, "w1"), (1, "w2"), (6.88, "b")])
    return mb.tanh(w1 * x1 + w2 * x2 + b)


def mlp(*sizes: int) -> mb.Value:
    net = mb.MLP(list(sizes), activation="tanh", node=mb.Value, rng=0)
    rng = np.random.default_rng(0)
    a = net(np.array([[mb.Value(v, f"x{k}", varies=False)] for k, v in enumerate(rng.normal(size=sizes[0]), 1)]))
    y = rng.choice([-1.0, 1.0], size=(sizes[-1], 1))
    return mb.costs.quadratic(a, y)


@graph
def mlp_2_2_2_1() -> mb.Value:
    return mlp(2, 2, 2, 1)


@graph
def mlp_2_3_2_1() -> mb.Value:
    return mlp(2, 3, 2, 1)


@graph
def mlp_4_4_3_2() -> mb.Value:
    return mlp(4, 4, 3, 2)


@graph
def waves() -> mb.Value:
    x, y = mb.Value(0.3, "x"), mb.Value(0.7, "y")
    u = mb.sin(x * y) + mb.cos(x)
    v = mb.sin(u) * mb.cos(y) - u
    return mb.exp(mb.sin(v * u) + mb.cos(u * x)) * x


@graph
def softmax_cost() -> mb.Value:
    z = [mb.Value(v, f"z{j}") for j, v in enumerate([0.2, -1.0, 0.7, 0.1], 1)]
    e = [mb.exp(v) for v in z]
    total = e[0] + e[1] + e[2] + e[3]
    a = [v / total for v in e]
    y = [0.0, 0.0, 1.0, 0.0]
    terms = [mb.Value(t, f"y{j}", varies=False) * mb.log(p) for j, (p, t) in enumerate(zip(a, y, strict=True), 1)]
    return -(terms[0] + terms[1] + terms[2] + terms[3])


@graph
def polynomial() -> mb.Value:
    x, y = mb.Value(1.2, "x"), mb.Value(-0.4, "y")
    s, p = x + y, x * y
    square, cube = s * s, s * s * s
    quartic = square * square
    return quartic - 4 * p * square + 2 * p * p + cube * p - 3 * s * p + square * cube


@graph
def recurrence() -> mb.Value:
    h, w, b = mb.Value(0.0, "h"), mb.Value(0.8, "w"), mb.Value(0.1, "b")
    for step in range(1, 21):
        h = mb.tanh(h * w + mb.Value(0.1 * step, f"x{step}", varies=False) + b)
    return h


def random_graph(nodes: int) -> mb.Value:
    """Operations of one or two inputs, mostly of nodes made shortly before; what nothing uses is added up."""
    rng = np.random.default_rng(nodes)
    made = [mb.Value(float(v), f"x{i}") for i, v in enumerate(rng.normal(size=nodes // 5))]
    used: set[int] = set()

    def unused() -> list[mb.Value]:
        return [v for v in made if id(v) not in used]

    while len(made) + len(unused()) < nodes + 1:
        recent = rng.random() < 0.8
        low = max(0, len(made) - nodes // 6) if recent else 0
        picks = [made[int(rng.integers(low, len(made)))] for _ in range(1 + (rng.random() < 0.65))]
        free = unused()
        if rng.random() < 0.5 and free:
            picks[0] = free[int(rng.integers(len(free)))]
        used.update(map(id, picks))
        made.append(mb.sin(picks[0]) if len(picks) == 1 else picks[0] * picks[1])
    free = unused()
    total = free[0]
    for v in free[1:]:
        total = total + v
    return total


@graph
def random_60() -> mb.Value:
    return random_graph(60)


@graph
def random_150() -> mb.Value:
    return random_graph(150)


@graph
def random_300() -> mb.Value:
    return random_graph(300)


def as_json(picture: Picture) -> str:
    """Sizes in px of boxes of the explorer, about: a letter is 7 px wide, a row 15 px high."""
    boxes = []
    for box in picture.boxes:
        lines = [line for row in box.rows for line in row.split("\n")]
        boxes.append([max(44, 7 * max(map(len, lines)) + 14), 15 * len(lines) + 8, box.rows[0]])
    arrows = [[arrow.source, arrow.target] for arrow in picture.arrows]
    return json.dumps({"boxes": boxes, "edges": arrows}, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    for name, make in GRAPHS.items():
        output = make()
        output.backward()
        picture = mb.draw(output, level="operations").picture
        print(f"{name}: {len(picture.boxes)} boxes, {len(picture.arrows)} edges")
        Path(__file__).with_name(f"{name}.json").write_text(as_json(picture), encoding="utf-8")
