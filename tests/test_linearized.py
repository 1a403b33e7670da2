"""The linearized graph: paths, their count and sum, contraction, elimination and its price."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import numpy as np
import pytest
from helpers import data_of, values_of

import microbp as mb
from microbp import LinearizedGraph, Tensor, Value, backward, linearize, paths
from microbp.names import Entry, name_of, number_text, subscripted


def random_dag(seed: int, size: int = 14, leaves: int = 3) -> tuple[list[Value], Value]:
    """A random graph of Values: each node from one or two of the earlier ones, the last one resting on all ends."""
    rng = np.random.default_rng(seed)
    nodes: list[Any] = [Value(x, f"x{n}") for n, x in enumerate(rng.uniform(-1.5, 1.5, leaves))]
    binary = [mb.add, mb.sub, mb.mul, mb.maximum, mb.logaddexp]
    unary = [mb.tanh, mb.sin, mb.sigmoid, mb.neg, mb.relu, mb.exp]
    unused = set(nodes)
    for _ in range(size):
        u, v = (nodes[int(n)] for n in rng.integers(len(nodes), size=2))
        if rng.random() < 0.6:
            y = binary[int(rng.integers(len(binary)))](u, v)
            unused -= {u, v}
        else:
            y = unary[int(rng.integers(len(unary)))](u * 0.3)
            unused -= {u}
        nodes.append(y)
        unused.add(y)
    return nodes[:leaves], sum(sorted(unused, key=lambda node: node.number), Value(0.0, varies=False))


def all_paths_by_hand(graph: LinearizedGraph, source: Any, target: Any) -> list[float]:
    """The product along each path, by walking every edge."""
    if source is target:
        return [1.0]
    return [
        edge.rate * rest
        for edge in graph.edges
        if edge.source is source
        for rest in all_paths_by_hand(graph, edge.target, target)
    ]


each_seed = pytest.mark.parametrize("seed", range(25))

# --------------------------------------------------------------------------------------- paths


@each_seed
def test_paths_listed_counted_and_summed_agree_with_the_backward_sweep(seed: int):
    leaves, y = random_dag(seed)
    graph, cotangents = linearize(y), backward(y)

    for x in leaves:
        if x not in cotangents:
            continue
        found = graph.paths(x, y)
        products = [path.product for path in found]

        assert sorted(products) == pytest.approx(sorted(all_paths_by_hand(graph, x, y)), rel=1e-12, abs=1e-300)
        assert found.count == len(found) == len(products)
        assert found.total == pytest.approx(cotangents[x], rel=1e-12, abs=1e-14)
        assert math.fsum(products) == pytest.approx(cotangents[x], rel=1e-12, abs=1e-14)


@each_seed
def test_paths_come_by_decreasing_size_and_each_is_a_way_through_the_graph(seed: int):
    leaves, y = random_dag(seed)
    graph = linearize(y)
    edges = {(edge.source, edge.target, edge.rate) for edge in graph.edges}

    for x in leaves:
        if x in graph.nodes:
            listed = list(graph.paths(x, y))
            sizes = [abs(path.product) for path in listed]
            assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(sizes))
            for path in listed:
                assert (path.nodes[0], path.nodes[-1]) == (x, y)
                steps = zip(path.nodes, path.nodes[1:], path.rate_factors, strict=False)
                assert all(step in edges for step in steps)
                assert len(path.rate_factors) == len(path.nodes) - 1
            assert graph.paths(x, y).top(3) == listed[:3]


def doubling(levels: int, rates: tuple[float, float] = (1.0, 1.0)) -> tuple[Value, Value]:
    """A chain of u·a + u·b: two ways on each level, 2^levels paths."""
    x = Value(1.0, "x")
    y = x
    for _ in range(levels):
        y = y * rates[0] + y * rates[1]
    return x, y


def test_the_five_largest_of_2_to_the_67_paths_come_at_once():
    x, y = doubling(67, (0.5, 0.25))
    start = time.perf_counter()
    found = paths(x, y)
    best = found.top(5)

    assert found.count == 2**67  # 1.5 · 10²⁰
    assert [path.product for path in best] == [0.5**67] + [0.5**68] * 4
    assert found.total == pytest.approx(0.75**67, rel=1e-13)
    assert found
    assert time.perf_counter() - start < 1.0


def test_lazily_many_paths_stay_in_order():
    x, y = doubling(30, (0.9, -0.7))

    sizes = [abs(path.product) for path in itertools.islice(paths(x, y), 3_000)]
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(sizes))
    assert sizes[0] == pytest.approx(0.9**30)
    assert sizes[1] == pytest.approx(0.9**29 * 0.7)
    # 1 + 30 + 435 + … paths with 0, 1, 2, … of the lesser factor
    levels = [round(math.log(size / 0.9**30) / math.log(0.7 / 0.9)) for size in sizes]
    assert [levels.count(k) for k in range(3)] == [1, 30, 435]


def test_parallel_edges_are_paths_of_their_own():
    x = Value(3.0, "x")
    y = x * x
    z = y * y

    assert [path.rate_factors for path in paths(x, y)] == [(3.0,), (3.0,)]
    assert paths(x, z).count == 4
    assert paths(x, z).total == 4 * 27.0


def test_a_node_has_one_path_to_itself_and_none_backwards():
    x = Value(3.0, "x")
    y = mb.sin(x)
    graph = linearize(y)

    (path,) = graph.paths(y, y)
    assert (path.nodes, path.product, str(path)) == ((y,), 1.0, "sin:  1 = 1")
    assert graph.paths(y, x).count == 0
    assert graph.paths(y, x).total == 0.0
    assert list(graph.paths(y, x)) == []
    assert not graph.paths(y, x)


def test_a_path_prints_as_a_reader_would_write_it():
    w, x = Value(0.5, "w"), Value(-2.0, "x")
    z = w * x
    z.label = "z"
    a = mb.tanh(z + w)
    a.label = "a"
    first, second = paths(w, a)

    assert str(first) == "w → z → + → a:  −2 × 1 × 0.786 = −1.57"
    assert str(second) == "w → + → a:  1 × 0.786 = 0.786"
    assert str(paths(w, a)) == f"{first}\n{second}\n∂a/∂w = −0.786"
    assert repr(first) == "<path of 3 edges from w to a: -1.5729>"
    assert repr(paths(w, a)) == "<2 paths from w to a, sum −0.786>"
    assert repr(paths(z, a)) == "<1 path from z to a, sum 0.786>"
    assert number_text(-0.5239) == "−0.524"
    assert number_text(1e-7) == "1e−07"


def test_of_many_paths_ten_are_printed_and_the_others_summed_up():
    x, y = doubling(12)

    lines = str(paths(x, y)).splitlines()
    assert len(lines) == 12
    assert lines[10] == "the other 4,086 add 4.09e+03"
    assert lines[11] == "∂+/∂x = 4.1e+03"


NUMBERS = [0.0, math.nan, math.inf, -math.inf, 2.0, -0.5, 1e200]


@pytest.mark.parametrize("rates", list(itertools.product(NUMBERS, repeat=2)), ids=str)
def test_zero_infinite_and_undefined_rates_do_not_stop_the_paths(rates: tuple[float, float]):
    square = mb.Elementwise("odd", lambda u, v: 1.0, lambda u, v: u * v, lambda *_: rates[0], lambda *_: rates[1])
    x = Value(1.0, "x")
    y = square(square(x, x), mb.tanh(x))

    found = paths(x, y)
    products = [path.product for path in found]
    assert len(products) == found.count == 3
    expected = [rates[0] * rates[0], rates[0] * rates[1], rates[1] * (1 - math.tanh(1.0) ** 2)]
    np.testing.assert_array_equal(sorted(products, key=str), sorted(expected, key=str))
    np.testing.assert_allclose(found.total, sum(expected), rtol=1e-15)
    finite = [abs(p) for p in products if not math.isnan(p)]
    assert len(found.top(3)) == 3
    if len(finite) == 3:
        assert finite == sorted(finite, reverse=True)


# --------------------------------------------------------------------------------- nodes, names


def test_nodes_come_after_what_they_were_computed_from_and_constants_are_left_out():
    x, c = Value(2.0, "x"), Value(3.0, "c", varies=False)
    y = mb.exp(x * c + 1.0)
    graph = linearize(y)

    assert [name_of(node) for node in graph.nodes] == ["x", "×", "+", "exp"]
    assert graph.inputs == [x]
    assert graph.outputs == [y]
    assert [edge.rate for edge in graph.edges] == [3.0, 1.0, math.exp(7.0)]
    assert str(graph) == "x → ×:  3\n× → +:  1\n+ → exp:  1.1e+03"
    assert repr(graph) == "<linearized graph: 4 nodes, 3 edges>"


def test_a_tensor_is_there_entry_by_entry():
    W, x = Tensor([[1.0, 2.0], [3.0, 4.0]], "W"), Tensor([[5.0], [6.0]], "x")
    y = W @ x
    y.label = "z"
    graph = linearize(y)

    assert [str(name_of(node)) for node in graph.nodes] == [
        *("W_1,1", "W_1,2", "W_2,1", "W_2,2", "x_1", "x_2", "z_1", "z_2")
    ]
    assert graph.paths((W, (0, 1)), (y, (0, 0))).total == 6.0
    assert graph.paths((W, (0, 1)), (y, (1, 0))).count == 0
    assert graph.paths((x, (-1, 0)), (y, (1, 0))).total == 4.0
    entry = Entry(W, (1, 0))
    assert (entry.data, entry.label) == (3.0, "W_2,1")
    assert graph.paths(entry, (y, (1, 0))).total == 5.0
    assert subscripted("w", (), ()) == "w"
    assert [name_of(node) for node in linearize(Tensor([1.0]) * 2.0).nodes] == ["Tensor_1", "×_1"]


@pytest.mark.parametrize(
    "f",
    [
        lambda W, x: mb.tanh(W @ x),
        lambda W, x: mb.softmax(W @ x, axis=0),
        lambda W, x: mb.logsumexp(W @ x, axis=0, keepdims=True) * x,
        lambda W, x: mb.concatenate([W[:, [0, 2, 0]], x.T + W[1:]], axis=0),
        lambda W, x: mb.where(mb.step(W), W, x.reshape(1, 3)).max(axis=1),
        lambda W, x: mb.stack([W.mean(0), x[:, 0]]).T / 3,
        lambda W, x: mb.broadcast_to(W.sum(keepdims=True), (2, 2)) - mb.square(x[1]),
    ],
    ids=range(7),
)
def test_entries_of_tensors_give_the_jacobian(f: Any):
    rng = np.random.default_rng(3)
    W, x = Tensor(rng.normal(size=(2, 3)), "W"), Tensor(rng.normal(size=(3, 1)), "x")
    y = f(W, x)
    by_W = mb.jacobian(f, 0)(W.data, x.data).reshape(y.size, W.size)
    by_x = mb.jacobian(f, 1)(W.data, x.data).reshape(y.size, x.size)

    graph = linearize(y)
    for order in ("forward", "reverse", "markowitz"):
        np.testing.assert_allclose(graph.eliminate(order).jacobian, np.hstack([by_W, by_x]), rtol=1e-12, atol=1e-14)
    for k, j in itertools.product(range(y.size), range(x.size)):
        assert graph.paths(Entry(x, (j, 0)), Entry(y, np.unravel_index(k, y.shape))).total == pytest.approx(
            by_x[k, j], rel=1e-12, abs=1e-14
        )


def test_values_and_tensors_in_one_graph():
    v, t = Value(2.0, "v"), Tensor([1.0, 3.0], "t")
    y = (t * v).sum() * v
    graph = linearize(y)

    assert graph.paths(v, y).count == 3
    assert graph.paths(v, y).total == 16.0
    assert graph.eliminate().jacobian.tolist() == [[16.0, 4.0, 4.0]]


def test_a_graph_of_derivatives_can_be_read_too():
    x = Tensor([0.5, 2.0, -1.0], "x")
    slope = backward((x[[0, 1, 0]] ** 3).sum(), as_nodes=True)[x]

    np.testing.assert_allclose(linearize(slope).eliminate().jacobian, np.diag([6.0, 12.0, 0.0]))


def test_entries_that_are_constant_are_neither_inputs_nor_in_the_way():
    x = Tensor([2.0, 3.0], "x")
    y = mb.concatenate([x, [5.0]])
    z = y * y
    graph = linearize(z)

    assert graph.inputs == [(x, (0,)), (x, (1,))]
    for order in ("forward", "reverse", "markowitz"):
        assert graph.eliminate(order).jacobian.tolist() == [[4.0, 0.0], [0.0, 6.0], [0.0, 0.0]]
    assert graph.contract([*graph.outputs, (y, 2), (y, 0)]).inputs == [(y, (0,)), (z, (1,))]
    assert graph.paths((y, 2), (z, 2)).count == 0


# ----------------------------------------------------------------------------- contraction


@each_seed
def test_contraction_sums_over_the_paths_between_the_kept(seed: int):
    leaves, y = random_dag(seed)
    graph = linearize(y)
    rng = np.random.default_rng(seed)
    between = [node for node in graph.nodes if node not in graph.inputs and node is not y]
    kept = [node for node in between if rng.random() < 0.3]
    small = graph.contract([y, *kept, *graph.inputs])

    assert small.nodes == [node for node in graph.nodes if node in {*kept, *graph.inputs, y}]
    assert small.outputs == [y]
    for x in graph.inputs:
        assert small.paths(x, y).total == pytest.approx(graph.paths(x, y).total, rel=1e-12, abs=1e-14)
    for edge in small.edges:
        avoiding = graph.contract([edge.source, edge.target, *kept, *graph.inputs, y])
        assert [e.rate for e in avoiding.edges if e[:2] == edge[:2]] == [edge.rate]
    assert len({edge[:2] for edge in small.edges}) == len(small.edges)


def test_kept_activations_have_the_edges_of_equation_53():
    """∂a²ₖ/∂a¹ⱼ = wₖⱼ σ′(zₖ), the factor of a layer in the sum over paths."""
    w, a = Tensor([[0.5, -1.0], [2.0, 0.25]], "w"), Tensor([[0.3], [0.8]], "a1")
    b = mb.sigmoid(w @ a)
    small = linearize(b).contract([*((a, (j, 0)) for j in range(2)), *((b, (k, 0)) for k in range(2))])

    expected = w.data * (b.data * (1 - b.data))
    assert [edge.rate for edge in small.edges] == pytest.approx(expected.T.ravel(), rel=1e-15)
    assert small.eliminate().jacobian == pytest.approx(expected, rel=1e-15)


def test_nodes_are_named_by_reading_them_as_wholes_and_as_arrays():
    w, x = Tensor([[1.0, 2.0], [3.0, 4.0]], "w"), values_of([0.5, 2.0])
    y = (w * w).sum()
    z = mb.logsumexp(x)

    assert paths(w[0, 1], y).total == paths((w, (0, 1)), y).total == 4.0
    assert [edge.rate for edge in linearize(y).contract([w[:, 1], y]).edges] == [4.0, 8.0]
    assert [edge.rate for edge in linearize(y).contract([w, y]).edges] == [2.0, 4.0, 6.0, 8.0]
    assert [edge.rate for edge in linearize(z).contract([x, z]).edges] == pytest.approx(mb.softmax(data_of(x)))


def test_contraction_to_one_node_or_to_unconnected_ones_has_no_edges():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    graph = linearize(x * w)

    assert graph.contract([x]).edges == []
    assert graph.contract([x, w]).edges == []
    assert graph.contract([x, w]).outputs == []


# ------------------------------------------------------------------------------- elimination


@each_seed
def test_every_order_of_elimination_gives_the_same_jacobian(seed: int):
    leaves, y = random_dag(seed)
    graph = linearize(y)
    rng = np.random.default_rng(seed)
    between = [node for node in graph.nodes if node not in graph.inputs and node is not y]
    shuffled = [[between[int(n)] for n in rng.permutation(len(between))] for _ in range(3)]
    cotangents = backward(y)
    expected = [[cotangents[x] for x in graph.inputs]]

    for order in ("forward", "reverse", "markowitz", *shuffled):
        done = graph.eliminate(order)

        np.testing.assert_allclose(done.jacobian, expected, rtol=1e-12, atol=1e-14)
        assert set(done.order) == set(between)
        assert done.multiplications == sum(done.degrees)
        assert done.graph.nodes == [*graph.inputs, y]
    assert graph.eliminate("reverse").order == between[::-1]
    assert graph.eliminate("forward").order == between
    np.testing.assert_allclose(graph.eliminate().jacobian, expected, rtol=1e-12, atol=1e-14)


def test_elimination_leaves_the_graph_as_it_was():
    x = Value(0.5, "x")
    graph = linearize(mb.tanh(mb.sin(x) * x))
    before = graph.edges
    graph.eliminate()

    assert graph.edges == before


def fan(inputs: int, outputs: int) -> LinearizedGraph:
    """Inputs into one node, sin of it, and outputs out of that."""
    xs = [Value(0.1 * n, f"x{n}") for n in range(inputs)]
    h = mb.sin(sum(xs[1:], xs[0]))
    return linearize(*(mb.exp(h * float(k + 1)) for k in range(outputs)))


@pytest.mark.parametrize(
    ("graph", "forward", "reverse"),
    [
        # x₀ + x₁ (2 in, 1 out), + x₂ (then 3 in), sin and ×1 (3 in); in reverse each has its own edges in: 1, 1, 2, 2.
        (fan(3, 1), 2 + 3 + 3 + 3, 1 + 1 + 2 + 2),
        # sin has 1 in and 3 out, then each × has 1 in and 1 out; in reverse the three ×, and then sin with 3 out.
        (fan(1, 3), 3 + 1 + 1 + 1, 1 + 1 + 1 + 3),
        # + has 2 in, 1 out; sin 2 in, 2 out; each × 2 in; in reverse each × 1, sin 1 in, 2 out; + 2 in, 2 out.
        (fan(2, 2), 2 + 4 + 2 + 2, 1 + 1 + 2 + 4),
    ],
    ids=["3 → 1", "1 → 3", "2 → 2"],
)
def test_the_price_of_forward_and_reverse_by_hand(graph: LinearizedGraph, forward: int, reverse: int):
    assert graph.eliminate("forward").multiplications == forward
    assert graph.eliminate("reverse").multiplications == reverse


def ladder(up: int, down: int) -> tuple[list[Tensor], LinearizedGraph]:
    """A product of three matrices with a vector: the sizes decide which order is cheap."""
    rng = np.random.default_rng(0)
    a = Tensor(rng.normal(size=(up, 1)), "a")
    h = mb.tanh(Tensor(rng.normal(size=(2, up)), varies=False) @ a)
    y = mb.sin(Tensor(rng.normal(size=(down, 2)), varies=False) @ h)
    return [a, y], linearize(y)


def test_forward_is_cheap_for_few_inputs_and_reverse_for_few_outputs_to_the_multiplication():
    """Layers n → 2 → 2 → m → m, full, single, full, single edges.

    forward takes out z¹ (n·1 each of 2), a¹ (n·m each of 2), z² (n·1 each of m);
    reverse takes out z² (2·1 each of m), a¹ (1·m each of 2), z¹ (n·m each of 2).
    """
    for n, m in ((5, 1), (1, 5), (4, 4)):
        _, graph = ladder(n, m)

        assert graph.eliminate("forward").multiplications == 2 * n + 2 * n * m + n * m
        assert graph.eliminate("reverse").multiplications == 2 * m + 2 * m + 2 * n * m
    _, many_in = ladder(50, 1)
    _, many_out = ladder(1, 50)
    assert many_in.eliminate("reverse").multiplications < many_in.eliminate("forward").multiplications
    assert many_out.eliminate("forward").multiplications < many_out.eliminate("reverse").multiplications


def test_taking_out_one_node_adds_in_rate_times_out_rate_to_the_bridging_edge():
    x = Value(2.0, "x")
    h = x * x
    y = h * x
    done = linearize(y).eliminate([h])

    # ∂y/∂x = x·∂h/∂x + h with ∂h/∂x = 2x, the two edges of x·x taken as one
    assert [edge.rate for edge in done.graph.edges] == [2.0 * 4.0 + 4.0]
    assert done.degrees == [1]
    assert done.order == [h]


def test_parts_of_a_graph_can_be_taken_out():
    x = Value(0.5, "x")
    h = mb.sin(x)
    k = mb.exp(h)
    y = k * h
    done = linearize(y).eliminate([k])

    assert [name_of(node) for node in done.graph.nodes] == ["x", "sin", "×"]
    with pytest.raises(ValueError, match="the Jacobian is not reached: 1 nodes between inputs and outputs are left"):
        _ = done.jacobian
    again = done.graph.eliminate([h])
    assert again.jacobian[0, 0] == pytest.approx(backward(y)[x], rel=1e-15)


def test_outputs_may_be_inputs_or_rest_on_each_other():
    x, w = Value(2.0, "x"), Value(5.0, "w")
    h = x * x
    y = h * 3.0

    assert linearize(h, y).eliminate().jacobian.tolist() == [[4.0], [12.0]]
    assert linearize(y, h).eliminate().jacobian.tolist() == [[12.0], [4.0]]
    assert linearize(x, y).eliminate("forward").jacobian.tolist() == [[1.0], [12.0]]
    assert linearize(x, w).eliminate().jacobian.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert linearize(x).eliminate().jacobian.tolist() == [[1.0]]
    assert linearize(y * w, h).eliminate("markowitz").jacobian.tolist() == [[60.0, 12.0], [4.0, 0.0]]


def test_infinite_rates_do_not_spread_to_other_columns():
    x, w = Value(0.0, "x"), Value(2.0, "w")
    done = linearize(mb.sqrt(x) + w).eliminate()

    assert done.jacobian.tolist() == [[math.inf, 1.0]]


def test_the_cheapest_order_beats_both_on_a_graph_that_is_narrow_at_both_ends_and_in_the_middle():
    x = [Value(0.1 * n, f"x{n}") for n in range(4)]
    waist = mb.sin(x[0] + x[1] + x[2] + x[3])
    graph = linearize(*(mb.exp(mb.sin(waist * float(k))) for k in range(1, 5)))
    prices = {order: graph.eliminate(order).multiplications for order in ("forward", "reverse", "markowitz")}

    assert prices["markowitz"] < min(prices["forward"], prices["reverse"])


# ------------------------------------------------------------------------------- what is refused


X, W = Value(2.0, "x"), Tensor(np.ones((2, 3)), "W")
Y = X * X
S = (W * W).sum()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: linearize(3.0), TypeError, "linearize: takes Values and Tensors, not float"),
        (lambda: linearize([Y]), TypeError, "linearize: takes Values and Tensors, not list"),
        (lambda: paths(X, 3.0), TypeError, "paths: takes Values, and entries of Tensors such as .*, not float"),
        (lambda: paths("x", Y), TypeError, "not str"),
        (lambda: paths(Value(1.0, "w"), Y), ValueError, "w is not among what × was computed from"),
        (lambda: paths(Value(1.0, "c", varies=False), Y), ValueError, "c is not among what × was computed from"),
        (lambda: paths(Y, X), ValueError, "× is not among .* from; the first of the two is where the paths begin"),
        (lambda: paths(W, S), ValueError, r"W has 6 entries, .* name it by its index, such as W\[0, 0\]"),
        (lambda: paths((W, (2, 0)), S), ValueError, r"W has shape \(2, 3\), and no entry \(2, 0\)"),
        (lambda: paths((W, (0, -4)), S), ValueError, r"W has shape \(2, 3\), and no entry \(0, -4\)"),
        (lambda: paths((W, 0), S), ValueError, r"W has shape \(2, 3\), and no entry \(0,\)"),
        (lambda: linearize(Y).eliminate("sideways"), ValueError, 'order is "forward", "reverse", "markowitz" or nodes'),
        (lambda: linearize(Y).eliminate([X]), ValueError, "x is an input or an output; only nodes between"),
        (lambda: linearize(Y).eliminate([Y]), ValueError, "× is an input or an output"),
        (lambda: linearize(mb.sin(Y)).eliminate([Y, Y]), ValueError, "× is named twice"),
        (lambda: linearize(Y).contract([S]), ValueError, "contract: Σ is not among what × was computed from"),
    ],
    ids=range(16),
)
def test_what_is_not_in_the_graph_is_refused_in_one_sentence(call: Any, error: Any, message: str):
    with pytest.raises(error, match=message):
        call()


def test_tensors_of_one_entry_need_no_index():
    x = Tensor([[2.0]], "x")
    y = x * x

    assert paths(x, y).total == 4.0
    assert paths((x, (0, 0)), (y, (-1, -1))).total == 4.0
    assert linearize(y).contract([x, y]).edges[0].rate == 4.0
