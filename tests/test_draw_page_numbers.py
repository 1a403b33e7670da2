"""What the page's modules compute of a recording is what the engine computes, to rounding."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from scalar_graphs import random_graph

import microbp as mb
from microbp import Tensor, Value
from microbp.draw.columns import columns_of
from microbp.draw.operations import shown
from microbp.draw.scopes import in_order
from microbp.graph import Node, recorded
from microbp.names import Entry, NodeOrEntry, entries_of
from microbp.nn import MLP
from microbp.primitives import concatenate, scatter

SCRIPT = Path(__file__).parent / "page" / "numbers.mjs"

swish = mb.Elementwise("swish", lambda u: u * mb.sigmoid(u), lambda u: u * mb.sigmoid(u), lambda u, y: mb.sigmoid(u) * (1 + u - y))
"""A row of a user's own, which is not in the table."""


class Case(NamedTuple):
    """A recording, what is asked of the page about it, and what the page answered."""

    outputs: list[Any]
    nodes: list[NodeOrEntry]
    ends: list[tuple[int, int]]
    kept: list[int]
    page: dict[str, Any]

    @property
    def output(self) -> NodeOrEntry:
        return next(entry for y in self.outputs for entry in entries_of(y))


def network(sizes: list[int], node: type[Node], cost: str, m: int, **options: Any) -> Any:
    rng = np.random.default_rng(7)
    net = MLP(sizes, node=node, rng=1, **options)
    y = np.eye(sizes[-1])[:, rng.integers(sizes[-1], size=m)]
    return net.cost(rng.normal(size=(sizes[0], m)), 2 * y - 1 if cost == "hinge" else y, cost)


def expressions() -> dict[str, Any]:
    rng = np.random.default_rng(3)
    a, b, c = Tensor(rng.normal(size=(2, 3)), "a"), Tensor(rng.normal(size=3), "b"), Tensor(rng.normal(size=(3, 2)), "c")
    t = Tensor(rng.normal(size=(2, 3, 2)), "t")
    x, y = Value(0.3, "x"), Value(-1.2, "y")
    residual = MLP([2, 2, 2], node=Value, rng=2, activation="tanh")
    column = np.array([[0.4], [-0.7]])
    used_twice = residual(residual(column))
    skipping = residual.layers[0](column) + column
    return {
        "broadcast": mb.tanh(a * b + 2.0).sum(),
        "matmul": ((a @ c) * (a @ c)).mean(),
        "reductions": a.max(axis=0).sum() + mb.logsumexp(t, axis=(0, 2)).sum() + t.mean(),
        "take": (a[0, 1:] * a[1, :2]).sum() + a[[0, 0, 1], [2, 2, 0]].sum(),
        "own": swish(x * y) + swish(a).sum(),
        "constants": (a * np.arange(3.0) + (Tensor(np.ones(3), varies=False) * 2.0)).sum(),
        "several entries": mb.sin(a) @ c,
        "joined with constants": mb.tanh(concatenate([b * 2.0, np.ones(2)], axis=0)).sum(),
        "scattered": mb.square(scatter(b, index=slice(1, 4), shape=(6,)) + 1.0).sum(),
        "zero-dimensional": mb.tanh(Tensor(0.3, "s") * Tensor(-2.0, "r")),
        "squares": x * x + y**2.0 * x,
        "leaf": x,
        "used twice": used_twice[0, 0] * used_twice[1, 0],
        "residual": (residual.layers[1](skipping) + skipping).sum(),
        "several outputs": [mb.tanh(x * y), x * x * y],
    }


def recordings() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for seed in range(12):
        f, _ = random_graph(seed, 30)
        found[f"random {seed}"] = f(np.array([Value(0.4, "x_1"), Value(-1.1, "x_2")], dtype=object))
    kinds = [("sigmoid", "quadratic", 1), ("tanh", "quadratic", 3), ("relu", "hinge", 2), ("sigmoid", "cross_entropy", 1)]
    for node in (Value, Tensor):
        for activation, cost, m in kinds:
            found[f"{activation} {cost} {node.__name__}"] = network([2, 3, 2], node, cost, m, activation=activation)
        for cost, m in (("log_likelihood", 1), ("log_likelihood", 2), ("quadratic", 1), ("cross_entropy", 2)):
            options = {"activation": "tanh", "output": "softmax"}
            found[f"softmax {cost} {m} {node.__name__}"] = network([3, 4, 3], node, cost, m, **options)
    return found | expressions()


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """Every recording with what one run of the page's modules made of it."""
    asked, prepared = [], {}
    for name, output in recordings().items():
        outputs = output if isinstance(output, list) else [output]
        nodes = [entry for node in shown(in_order([*recorded(outputs)[1], *outputs])) for entry in entries_of(node)]
        columns = columns_of(outputs)
        varying = [n for n, node in enumerate(nodes) if owner(node).varies]
        leaves = [n for n in varying if owner(nodes[n]).is_leaf]
        ends = [(n, columns["outputs"][0]) for n in leaves[:6]]
        units = [n for n in varying if (nodes[n].label or "")[:1] in ("a", "z")]
        kept = sorted({*leaves[:5], *(units or varying[::3]), *columns["outputs"]} & set(varying))
        prepared[name] = (outputs, nodes, ends, kept)
        asked.append({"columns": columns, "ends": ends, "kept": kept})
    path = tmp_path_factory.mktemp("page") / "recordings.json"
    path.write_text(json.dumps(asked))
    run = subprocess.run(["node", SCRIPT, path], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return {name: Case(*parts, page) for (name, parts), page in zip(prepared.items(), json.loads(run.stdout), strict=True)}


def owner(node: NodeOrEntry) -> Node:
    return node.tensor if isinstance(node, Entry) else node


def numbers(texts: list[Any]) -> np.ndarray:
    """Numbers as the page gave them, nan and inf among them."""
    return np.array([float(x) for x in texts])


def near(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-12, abs=1e-14, nan_ok=True)


def engine_gradients(case: Case) -> np.ndarray:
    """∂(first output)/∂(node) by the engine's backward sweep; 0 for what does not vary, or has no part in it."""
    output = case.outputs[0]
    seed = np.zeros(output.shape)
    seed.flat[0] = 1.0
    cotangents = mb.sweeps.backward(output, float(seed) if isinstance(output, Value) else seed) if output.varies else {}
    found = []
    for node in case.nodes:
        cotangent = cotangents.get(owner(node), 0.0)
        found.append(float(np.broadcast_to(cotangent, owner(node).shape)[node.at] if isinstance(node, Entry) else cotangent))
    return np.array(found)


@pytest.mark.needs_node
def test_gradients_are_those_of_the_engines_backward_sweep(cases: dict[str, Case]) -> None:
    for name, case in cases.items():
        expected = engine_gradients(case)

        assert numbers(case.page["gradient"]) == near(expected), name
        for stepped in case.page["stepped"]:
            assert numbers(stepped) == near(expected), name


@pytest.mark.needs_node
def test_paths_are_counted_summed_and_ranked_as_by_the_engine(cases: dict[str, Case]) -> None:
    for name, case in cases.items():
        graph = mb.linearize(*case.outputs)
        for (source, target), found in zip(case.ends, case.page["paths"], strict=True):
            paths = graph.paths(case.nodes[source], case.nodes[target])
            assert int(found["count"]) == paths.count, name
            assert float(found["total"]) == near(paths.total), name
            assert numbers(found["products"]) == near([path.product for path in paths.top(5)]), name


@pytest.mark.needs_node
def test_contracted_edges_are_the_engines(cases: dict[str, Case]) -> None:
    for name, case in cases.items():
        whole = mb.linearize(*case.outputs)
        constant = set(case.nodes) - set(whole.inputs) - {edge.target for edge in whole.edges}
        sums: dict[tuple[NodeOrEntry, NodeOrEntry], float] = {}
        for source, target, rate in case.page["contracted"]:
            ends = case.nodes[source], case.nodes[target]
            if ends[0] not in constant:  # as the zeros beside what was scattered
                sums[ends] = sums.get(ends, 0.0) + float(rate)
        graph = whole.contract(case.nodes[n] for n in case.kept)
        expected: dict[tuple[NodeOrEntry, NodeOrEntry], float] = {}
        for x, y, rate in graph.edges:
            expected[x, y] = expected.get((x, y), 0.0) + rate

        assert sums.keys() == expected.keys(), name
        for ends, rate in expected.items():
            assert sums[ends] == near(rate), name


@pytest.mark.needs_node
@pytest.mark.parametrize("order", ["forward", "reverse", "markowitz"])
def test_elimination_takes_as_many_multiplications_as_the_engines(cases: dict[str, Case], order: str) -> None:
    for name, case in cases.items():
        expected = mb.linearize(*case.outputs).eliminate(order).multiplications
        assert case.page["multiplications"][order] == expected, name


@pytest.mark.needs_node
def test_bp1_to_bp4_give_the_engines_gradients(cases: dict[str, Case]) -> None:
    told = set()
    for name, case in cases.items():
        expected = engine_gradients(case)
        for node, equation, total in case.page["equations"]:
            told.add((equation, name))
            assert total == near(expected[node]), (name, equation, case.nodes[node])
    for name, case in cases.items():
        labels = {(node.label or " ")[0] for node in case.nodes}
        if name.startswith(("sigmoid", "tanh", "relu", "softmax")):
            assert {"w", "b", "z"} <= labels
            assert {equation for equation, other in told if other == name} == {"BP1", "BP2", "BP3", "BP4"}, name
