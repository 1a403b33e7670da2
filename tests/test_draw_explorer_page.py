"""The explorer of a recording in a real browser: what a reader does, and the numbers that are read there."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp.draw.explorer import explore

pytestmark = pytest.mark.needs_browser

WIDE = {"viewport": {"width": 1500, "height": 860}}


def network(node: type = mb.Value, **options: Any) -> tuple[mb.MLP, Any]:
    """A 2-3-2-1 network and its cost on one example, differentiated."""
    net = mb.MLP([2, 3, 2, 1], node=node, rng=0, **{"activation": "tanh"} | options)
    C = net.cost([[0.5], [-1.0]], [[1.0]])
    C.backward()
    return net, C


@pytest.fixture
def opened(open_page: Any) -> Any:
    """A function that opens the explorer of an output."""

    def opened_at(output: Any, level: str | None = "operations", path: Any = None, **options: Any) -> Any:
        return open_page(explore(output, path, level).html, **WIDE | options)

    return opened_at


def level(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def box(page: Any, name: str, nth: int = 0) -> Any:
    """The box whose title begins with a name."""
    title = page.locator(".title", has_text=re.compile(f"^{re.escape(name)}( |$)"))
    return page.locator(".box").filter(has=title).nth(nth)


def message(page: Any) -> str:
    text: str = page.locator(".message").inner_text()
    return text


def number_in(page: Any, selector: str) -> float:
    return float(page.locator(selector).first.get_attribute("value"))


def number(text: str) -> float:
    """A number as the page writes it."""
    plain = text.replace("·10", "e").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--"))
    return float(plain.strip("()"))


# ------------------------------------------------------------------------------- values, gradients


@pytest.mark.parametrize("node", [mb.Value, mb.Tensor])
def test_every_parameter_has_the_engines_value_and_gradient(opened: Any, node: type) -> None:
    net, C = network(node)
    page = opened(C)
    if node is mb.Tensor:
        level(page, "entries")
    expected = {}
    for layer in net.layers:
        for array in (layer.w, layer.b):
            entries = mb.linearize(C)._places("test", array)
            for place in entries:
                entry = mb.linearize(C).nodes[place]
                gradient = entry.grad if isinstance(entry, mb.Value) else entry.tensor.grad[entry.at]
                expected[entry.label] = (float(entry.data), float(gradient))

    assert len(expected) == 20
    for name, (value, gradient) in expected.items():
        box(page, name).click()

        assert number_in(page, ".selection .value") == pytest.approx(value, rel=1e-6)
        assert number_in(page, ".selection .gradient") == pytest.approx(gradient, rel=1e-6)
        assert number(page.locator(".selection .gradient").inner_text()) == pytest.approx(gradient, rel=1e-6)
        assert number_in(page, ".paths .total") == pytest.approx(gradient, rel=1e-6)


def test_a_box_shows_name_operation_value_and_gradient(opened: Any) -> None:
    x, w, b = mb.Value(2.0, "x"), mb.Value(-3.0, "w"), mb.Value(6.88, "b")
    a = mb.tanh(w * x + b)
    a.label = "a"
    a.backward()

    page = opened(a)

    texts = {tuple(b.locator("text").all_text_contents()) for b in page.locator(".box").all()}
    assert ("a tanh", "0.706", "∂ 1") in texts
    assert ("w", "−3", "∂ 1.00") in texts
    assert w.grad == pytest.approx(1.0, abs=0.005)
    assert len(texts) == 6


def test_of_several_outputs_a_reader_chooses_whose_gradients_are_shown(opened: Any) -> None:
    net = mb.MLP([2, 3, 2], node=mb.Tensor, rng=0)
    a = net([[0.5], [-1.0]])
    page = opened(a)
    level(page, "entries")
    w = net.layers[0].w
    for name, cotangent in (("a3_1", [[1.0], [0.0]]), ("a3_2", [[0.0], [1.0]])):
        page.get_by_role("combobox", name="gradient of").select_option(name)
        box(page, "w2_1,2").click()

        expected = float(mb.backward(a, cotangent)[w][0, 1])
        assert number_in(page, ".selection .gradient") == pytest.approx(expected, rel=1e-6)
        assert number_in(page, ".paths .total") == pytest.approx(expected, rel=1e-6)


# ------------------------------------------------------------------------------------------ views


def test_levels_show_layers_neurons_or_operations(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    counts = {}
    for name in ("layers", "neurons", "operations"):
        level(page, name)
        counts[name] = page.locator(".box").count()

    operations = len(mb.draw(C, level="operations").picture.boxes)
    assert counts == {"layers": 5, "neurons": 2 + 6 + 1, "operations": operations}


def test_a_group_opens_and_closes_by_itself(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    level(page, "neurons")
    before = page.locator(".box").count()
    page.locator(".opener").first.click()

    assert page.locator(".frame.neuron").count() == 1
    assert page.locator(".box").count() == before - 1 + 8

    page.locator(".frame.neuron .closer").click()
    assert page.locator(".box").count() == before
    page.locator(".frame.layer .closer").first.click()
    assert page.locator(".box").count() == before - 2
    assert page.locator(".box.group.layer").count() == 1


def test_an_edge_to_a_closed_neuron_carries_the_sum_over_all_paths_through_it(opened: Any) -> None:
    net, C = network()
    page = opened(C)
    level(page, "neurons")
    graph = mb.linearize(C)
    a2, a3 = [[n for n in graph.nodes if re.fullmatch(rf"a{layer}_\d", n.label or "")] for layer in (2, 3)]
    contracted = graph.contract(keep=[*a2, *a3])
    rates = [edge.rate for edge in contracted.edges]

    labels = [edge.get_attribute("aria-label") for edge in page.locator(".picture .edge").all()]

    between = [label for label in labels if re.search(r"from neuron \d of layer 2 to neuron \d of layer 3", label)]
    read = [number(re.match(r"×(\S+) rate factor", label)[1]) for label in between]
    assert len(read) == 6
    np.testing.assert_allclose(sorted(read), sorted(rates), rtol=5e-3)


def test_an_edge_to_a_closed_neuron_tells_the_paths_through_it(opened: Any) -> None:
    net, _ = network()
    page = opened(network()[1])
    level(page, "neurons")
    edge = re.compile("from neuron 1 of layer 2 to neuron 2 of layer 3")
    page.get_by_role("button", name=edge).dispatch_event("click")

    product = page.locator(".selection .formula").inner_text().removeprefix("= ")
    factors = [number(text) for text in product.split(" × ")]
    assert factors[0] == pytest.approx(net.layers[1].w[1, 0].data, rel=5e-3)
    assert np.prod(factors) == pytest.approx(number_in(page, ".selection .rate"), rel=1e-2)


def test_between_closed_layers_an_edge_shows_the_jacobian(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    level(page, "layers")
    page.get_by_role("button", name=re.compile("from layer 2 to layer 3")).dispatch_event("click")

    rows = page.locator(".matrix tbody tr").all()
    read = [[number(cell) for cell in row.locator("td").all_inner_texts()] for row in rows]

    graph = mb.linearize(C)
    a2, a3 = [[n for n in graph.nodes if re.fullmatch(rf"a{layer}_\d", n.label or "")] for layer in (2, 3)]
    rate = {(e.source.label, e.target.label): e.rate for e in graph.contract(keep=[*a2, *a3]).edges}
    np.testing.assert_allclose(read, [[rate[s.label, t.label] for s in a2] for t in a3], rtol=5e-3)


def test_the_first_view_is_the_finest_that_is_seen_at_once(opened: Any) -> None:
    _, C = network()
    narrow, wide = ({"viewport": {"width": width, "height": 900}} for width in (1300, 4600))
    for size, name in ((narrow, "neurons"), (wide, "operations")):
        page = opened(C, level=None, **size)

        assert page.get_by_role("button", name=name).get_attribute("aria-pressed") == "true"
        canvas, picture = page.locator(".canvas").bounding_box(), page.locator(".picture").bounding_box()
        assert picture["width"] <= canvas["width"] + 1


def test_a_page_opens_where_it_was_asked_to(opened: Any) -> None:
    net, C = network()
    w = net.layers[0].w[1, 0]
    page = opened(C, "neurons", mb.paths(w, C))

    assert page.locator(".box.group.neuron").count() == 6
    assert page.locator(".paths .says").inner_text() == "2 paths lead from w2_2,1 to C."
    assert box(page, "w2_2,1").get_attribute("aria-pressed") == "true"


def test_fit_shows_the_whole_picture_and_plus_makes_it_larger(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    canvas = page.locator(".canvas").bounding_box()
    before = page.locator(".picture").bounding_box()["width"]
    page.get_by_role("button", name="fit").click()
    fitted = page.locator(".picture").bounding_box()["width"]
    page.get_by_role("button", name="larger").click()

    assert before > canvas["width"] >= fitted - 1
    assert page.locator(".picture").bounding_box()["width"] == pytest.approx(1.25 * fitted, rel=1e-3)


def test_a_picture_that_fits_goes_on_to_when_the_window_changes(opened: Any) -> None:
    page = opened(network()[1], "layers")
    canvas, picture = page.locator(".canvas"), page.locator("svg.picture")

    def widths() -> tuple[float, float]:
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return picture.bounding_box()["width"], canvas.bounding_box()["width"]

    _, room = widths()
    page.set_viewport_size({"width": 1100, "height": 860})
    width, less = widths()
    assert width <= less < room

    page.get_by_role("button", name="larger").click()
    width, _ = widths()
    page.set_viewport_size({"width": 1500, "height": 860})
    assert widths() == (width, room)


def test_in_the_backward_sweep_all_that_changes_is_brought_into_sight(opened: Any) -> None:
    _, C = network()
    page = opened(C, viewport={"width": 1366, "height": 768})
    seen = """() => {
      const inside = document.querySelector('.canvas').getBoundingClientRect();
      const places = [...document.querySelectorAll('.edge.active .line')].map((line) => line.getBoundingClientRect());
      return places.every(({ left, right }) => left >= inside.left - 1 && right <= inside.right + 1);
    }"""
    last = int(page.locator(".stepper input").get_attribute("max"))
    page.get_by_role("slider", name="step").fill(str(last // 2))
    shown = []
    for _ in range(last // 2 - 1):
        page.keyboard.press(".")
        shown.append(page.evaluate(seen))

    assert all(shown)


# ------------------------------------------------------------------------------------------ steps


def test_each_step_says_what_it_does_with_its_numbers(opened: Any) -> None:
    x, w, b = mb.Value(2.0, "x"), mb.Value(-3.0, "w"), mb.Value(6.88, "b")
    a = mb.tanh(w * x + b)
    a.label = "a"
    page = opened(a)
    page.keyboard.press("[")
    said = []
    for _ in range(9):
        said.append(message(page))
        page.keyboard.press(".")

    assert said[0].startswith("Start: what is given has its numbers.")
    assert said[1:8] == [
        "Forward, ×: w·x = −3·2 = −6",
        "Forward, +: [w·x] + b = −6 + 6.88 = 0.880",
        "Forward: a = tanh([+]) = tanh(0.880) = 0.706",
        "All is computed. The backward sweep begins at a: ∂a/∂a = 1.",
        "Backward from tanh a, ∂ = 1: ∂[+] += 0.501 × 1 = 0.501",
        "Backward from +, ∂ = 0.501: ∂[w·x] += 1 × 0.501 = 0.501; ∂b += 1 × 0.501 = 0.501",
        "Backward from ×, ∂ = 0.501: ∂w += 2 × 0.501 = 1.00; ∂x += −3 × 0.501 = −1.50",
    ]
    assert said[8].startswith("Both sweeps are done")


def test_scrubber_buttons_and_keys_take_the_same_steps(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    count, last = page.locator(".stepper .count"), int(page.locator(".stepper input").get_attribute("max"))
    page.get_by_role("button", name="to the start").click()
    assert count.inner_text() == f"0/{last}"
    page.get_by_role("button", name="a step on").click()
    by_button = message(page)
    page.keyboard.press("[")
    page.keyboard.press(".")
    assert message(page) == by_button
    page.get_by_role("slider", name="step").fill("1")
    assert message(page) == by_button
    page.get_by_role("slider", name="step").focus()
    page.keyboard.press("ArrowRight")
    assert count.inner_text() == f"2/{last}"
    page.keyboard.press("End")
    assert count.inner_text() == f"{last}/{last}"
    page.get_by_role("button", name="a step back").click()
    assert count.inner_text() == f"{last - 1}/{last}"


def test_a_sum_is_shown_as_partial_until_it_is_final(opened: Any) -> None:
    x = mb.Value(3.0, "x")
    y = mb.sin(x) + x * x
    y.label = "y"
    y.backward()
    page = opened(y)
    page.keyboard.press("]")
    seen = []
    for _ in range(6):
        seen.append(box(page, "x").locator("text").all_text_contents()[2])
        page.keyboard.press(",")

    assert seen[0] == f"∂ {x.grad:.3g}"
    partial = [text for text in seen if "…" in text]
    assert partial
    assert seen[-1] == "∂ ·"
    assert all(text.startswith(("∂ 6 + …", "∂ −0.99 + …")) for text in partial)


def test_nothing_is_shown_as_computed_before_it_is(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    page.keyboard.press("[")

    assert box(page, "C").locator("text").all_text_contents()[1:3] == ["·", "∂ ·"]
    assert box(page, "w2_1,1").locator("text").all_text_contents()[1:3] == ["0.126", "∂ ·"]


def test_play_goes_to_the_end_and_can_be_paused(opened: Any) -> None:
    x = mb.Value(3.0, "x")
    page = opened(x * x)
    page.clock.install()
    page.get_by_role("button", name="play").click()
    page.clock.run_for(1000)
    assert page.locator(".stepper .count").inner_text() == "1/4"
    page.get_by_role("button", name="pause").click()
    page.clock.run_for(5000)
    assert page.locator(".stepper .count").inner_text() == "1/4"
    page.get_by_role("button", name="play").click()
    page.clock.run_for(9000)
    assert page.locator(".stepper .count").inner_text() == "4/4"
    assert page.get_by_role("button", name="play").count() == 1


# ------------------------------------------------------------------------------------------ edges


def test_an_edge_shows_the_primitives_derivative_as_text_and_as_number(opened: Any) -> None:
    x = mb.Value(0.5, "x")
    y = mb.tanh(x)
    page = opened(y)
    page.get_by_role("button", name=re.compile(" rate factor ")).dispatch_event("click")

    formula = page.locator(".selection .formula").inner_text()
    assert formula == "y = tanh(u), ∂y/∂u = 1 − y² = 1 − 0.462² = 0.786"
    assert number_in(page, ".selection .rate") == pytest.approx(1 - y.data**2, rel=1e-6)


def test_x_times_x_has_two_edges(opened: Any) -> None:
    x = mb.Value(3.0, "x")
    page = opened(x * x)

    assert page.locator(".picture .edge").count() == 2
    assert page.locator(".picture .edge .rate").all_text_contents() == ["×3", "×3"]
    box(page, "x").click()
    assert page.locator(".paths .says").inner_text() == "2 paths lead from x to out."
    assert number_in(page, ".paths .total") == 6.0


def test_sign_shows_without_colour(opened: Any) -> None:
    x = mb.Value(3.0, "x")
    page = opened(mb.sin(x) * 2 - x)
    dashes = page.evaluate(
        "[...document.querySelectorAll('.picture .edge')].map(e => [e.classList.contains('negative'),"
        " getComputedStyle(e.querySelector('.line')).strokeDasharray])"
    )

    assert {negative: dash for negative, dash in dashes} == {True: "7px, 4px", False: "none"}


# ------------------------------------------------------------------------------------------ paths


def test_paths_come_by_size_with_factors_product_and_running_sum(opened: Any) -> None:
    net, C = network()
    w = net.layers[0].w[0, 0]
    ways = mb.paths(w, C)
    page = opened(C)
    box(page, "w2_1,1").click()

    read = [float(v.get_attribute("value")) for v in page.locator(".paths tr.path td:nth-child(2) data").all()]
    sums = [float(v.get_attribute("value")) for v in page.locator(".paths tr.path td:nth-child(3) data").all()]
    np.testing.assert_allclose(read, [path.product for path in ways], rtol=1e-12)
    np.testing.assert_allclose(sums, np.cumsum(read), rtol=1e-12)
    factors = page.locator(".factors").inner_text()
    assert factors.count("×") == len(ways.top(1)[0].rate_factors) - 1
    assert factors.startswith("path 1: w2_1,1 → z2_1 → a2_1 → z3_")


def test_pointing_at_a_path_lights_it(opened: Any) -> None:
    net, C = network()
    ways = mb.paths(net.layers[0].w[0, 0], C).top(2)
    page = opened(C)
    box(page, "w2_1,1").click()
    for n, way in enumerate(ways):
        page.locator(".paths tr.path").nth(n).hover()
        lit = page.locator(".box.lit .title").all_text_contents()

        assert len(lit) == len(way.nodes)
        labelled = {text.split()[0] for text in lit if "_" in text}
        assert labelled | {"C"} == {node.label for node in way.nodes if node.label}
        assert page.locator(".picture .edge.lit").count() == len(way.rate_factors)


def test_of_10_to_the_20_paths_the_largest_come_at_once(opened: Any) -> None:
    x = h = mb.Value(1.1, "x")
    for _ in range(67):
        h = mb.sin(h) + 0.9 * mb.cos(h)
    ways = mb.paths(x, h)
    page = opened(h)
    box(page, "x").click()

    assert page.locator(".paths .says").inner_text().startswith(f"{ways.count:,} paths lead")
    read = [float(v.get_attribute("value")) for v in page.locator(".paths tr.path td:nth-child(2) data").all()]
    np.testing.assert_allclose(read, [path.product for path in ways.top(len(read))], rtol=1e-9)
    assert re.match(r"the other 147,573,952,589,676,412,9\d\d add ", page.locator(".rest").inner_text().strip())
    assert number_in(page, ".paths .total") == pytest.approx(ways.total, rel=1e-9)
    page.get_by_role("button", name="8 more").click()
    assert page.locator(".paths tr.path").count() == 16


def test_paths_between_any_two_nodes(opened: Any) -> None:
    net, C = network()
    page = opened(C)
    box(page, "z3_1").click()
    page.get_by_role("button", name="let paths end here").click()
    assert page.locator(".paths .hint").inner_text() == "Select where the paths that end at z3_1 begin."
    box(page, "w2_1,1").click()

    z = next(n for n in mb.linearize(C).nodes if n.label == "z3_1")
    assert number_in(page, ".paths .total") == pytest.approx(mb.paths(net.layers[0].w[0, 0], z).total, rel=1e-9)
    page.get_by_role("button", name="to C again").click()
    assert number_in(page, ".paths .total") == pytest.approx(net.layers[0].w[0, 0].grad, rel=1e-9)


def test_a_weight_inside_a_closed_neuron_gets_a_box_and_its_paths(opened: Any) -> None:
    net, C = network()
    page = opened(C)
    level(page, "neurons")
    page.locator(".box.neuron").first.click()
    page.get_by_role("button", name="w2_1,2", exact=True).click()

    assert box(page, "w2_1,2").count() == 1
    assert page.locator(".paths .says").inner_text() == "2 paths lead from w2_1,2 to C."
    assert number_in(page, ".paths .total") == pytest.approx(net.layers[0].w[0, 1].grad, rel=1e-9)


# -------------------------------------------------------------------------------------- equations


def lit_equations(page: Any) -> dict[str, str]:
    lit = page.locator(".equations > .lit").all()
    return {item.locator(".name").inner_text(): item.locator(".numbers").inner_text() for item in lit}


@pytest.mark.parametrize(
    ("name", "equation"), [("z4_1", "BP1"), ("z3_2", "BP2"), ("z2_3", "BP2"), ("b3_1", "BP3"), ("w3_2,3", "BP4")]
)
def test_what_is_selected_lights_the_equation_that_defines_it(opened: Any, name: str, equation: str) -> None:
    _, C = network()
    node = next(n for n in mb.linearize(C).nodes if n.label == name)
    page = opened(C)
    box(page, name).click()

    lit = lit_equations(page)

    assert list(lit) == [equation]
    assert number(lit[equation].split("= ")[-1]) == pytest.approx(node.grad, rel=5e-3)


def test_an_equation_is_lit_when_what_it_defines_becomes_final(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    page.keyboard.press("[")
    found = []
    for _ in range(int(page.locator(".stepper input").get_attribute("max"))):
        page.keyboard.press(".")
        found += lit_equations(page)
        if "BP4" in found:
            break

    assert found[0] == "BP1"
    assert "BP3" in found


def test_the_equations_are_mathml_and_left_out_where_nothing_is_a_network(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    assert page.locator(".equations math").count() == 4
    assert page.evaluate("document.querySelector('.equations math').namespaceURI").endswith("MathML")

    page = opened(mb.sin(mb.Value(1.0, "x")))
    assert page.locator(".equations").is_hidden()


# ------------------------------------------------------------------------------------------- game


@pytest.mark.parametrize("order", ["forward", "reverse"])
def test_taking_out_all_nodes_leaves_the_gradient(opened: Any, order: str) -> None:
    net, C = network()
    page = opened(C)
    box(page, "w2_1,1").click()
    page.get_by_role("button", name="take out nodes").click()
    while "left" not in message(page) or "Take out" in message(page):
        page.get_by_role("button", name=f"{order} order").click()

    assert message(page).startswith("One edge is left, and its weight is the gradient: ∂C/∂w2_1,1 = ")
    weight = re.search(r"= (\S+)\. It took", message(page))[1]
    assert number(weight) == pytest.approx(net.layers[0].w[0, 0].grad, rel=1e-6)
    assert page.locator(".game-edges .edge").count() == 1
    assert page.locator(".box:not(.gone, .outside)").count() == 2


def test_a_game_that_is_begun_anew_has_the_edges_of_its_beginning(opened: Any) -> None:
    _, C = network()
    page = opened(C, "neurons")
    page.get_by_role("button", name="take out nodes").click()
    count = page.locator(".game-edges .edge").count()
    for _ in range(2):
        page.get_by_role("button", name="reverse order").click()
        page.get_by_role("button", name="begin anew").click()

        assert page.locator(".game-edges .edge").count() == count
        assert page.locator(".degree").count() == page.locator(".box").count()
    page.get_by_role("button", name="take out nodes").click()
    assert page.locator(".game-edges, .degree, .in-game").count() == 0


@pytest.mark.parametrize("order", ["forward", "reverse", "markowitz"])
def test_the_count_of_multiplications_is_the_engines(opened: Any, order: str) -> None:
    net, C = network()
    page = opened(C)
    page.get_by_role("button", name="take out nodes").click()
    page.get_by_role("checkbox", name=re.compile("^gradient by all")).check()
    says = page.locator(".score").inner_text()

    name = {"forward": "forward order", "reverse": "reverse order", "markowitz": "fewest first"}[order]
    expected = mb.linearize(C).eliminate(order).multiplications
    assert int(re.search(rf"{name} ([\d,]+)", says)[1].replace(",", "")) == expected


def test_a_reader_takes_out_nodes_in_an_order_of_their_own_and_back(opened: Any) -> None:
    x = mb.Value(3.0, "x")
    y = mb.sin(x) * mb.exp(x)
    y.label = "y"
    y.backward()
    page = opened(y)
    page.get_by_role("button", name="take out nodes").click()
    box(page, "exp").click()
    assert message(page).startswith("Taken out: exp, by 1 multiplication: x → y = ")
    page.get_by_role("button", name="undo").click()
    assert number_in(page, ".multiplications") == 0
    box(page, "x").click()
    assert "stays: it is what the gradient is asked by" in message(page)
    box(page, "sin").click()
    box(page, "exp").click()
    assert "x → y +=" in message(page) or "One edge is left" in message(page)
    assert number_in(page, ".multiplications") == 2
    assert number(re.search(r"= (\S+)\. It took", message(page))[1]) == pytest.approx(x.grad, rel=1e-6)


# ------------------------------------------------------------------------ keyboard, looks, export


def test_the_picture_is_walked_by_keyboard_alone(opened: Any) -> None:
    x, w = mb.Value(2.0, "x"), mb.Value(-3.0, "w")
    y = mb.tanh(w * x)
    y.label = "y"
    page = opened(y)

    def focused() -> str:
        label: str = page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")
        return label

    for _ in range(30):
        page.keyboard.press("Tab")
        if focused().startswith("w "):
            break
    assert focused().startswith("w −3 ∂ ")
    page.keyboard.press("ArrowRight")
    assert focused() == "×2 rate factor from w to ×"
    page.keyboard.press("Enter")
    assert page.locator(".selection h2").inner_text() == "w → ×"
    page.keyboard.press("ArrowRight")
    assert focused().startswith("× −6 ")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    assert focused() == "×−3 rate factor from x to ×"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert page.locator(".selection h2").inner_text() == "x"


def test_groups_open_and_close_by_keyboard(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    level(page, "layers")
    page.locator(".box.layer").first.focus()
    page.keyboard.press("+")
    assert page.locator(".frame.layer").count() == 1
    assert "neuron 1" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("-")
    assert page.locator(".frame.layer").count() == 0


def test_everything_that_can_be_pressed_has_a_name(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, [role=button], input, summary')]"
        ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')))"
        ".map(e => e.outerHTML)"
    )

    assert nameless == []


def test_a_box_is_named_by_what_it_shows_and_by_what_is_not_known_yet(opened: Any) -> None:
    x = mb.Value(3.0, "x")
    page = opened(x * x)
    page.keyboard.press("[")
    names = [page.locator(".picture .box").nth(n).get_attribute("aria-label") for n in range(2)]

    assert names == ["x 3 ∂ ·, gradient not known yet", "× · ∂ ·, gradient not known yet"]


def test_dark_mode_has_colours_of_its_own(opened: Any) -> None:
    x = mb.Value(2.0, "x")
    looks = []
    for scheme in ("light", "dark"):
        page = opened(mb.sin(x), color_scheme=scheme)
        looks.append(
            page.evaluate(
                "[getComputedStyle(document.body).backgroundColor,"
                " getComputedStyle(document.querySelector('.picture .edge .line')).stroke]"
            )
        )
    (light_paper, light_line), (dark_paper, dark_line) = looks

    assert light_paper == "rgb(255, 255, 255)"
    assert sum(map(int, re.findall(r"\d+", dark_paper))) < 100
    assert (light_line, dark_line) == ("rgb(194, 78, 0)", "rgb(255, 154, 77)")


def test_nothing_moves_where_less_motion_is_asked_for(opened: Any) -> None:
    _, C = network()
    for motion, running in (("reduce", 0), ("no-preference", 1)):
        page = opened(C, reduced_motion=motion)
        page.keyboard.press(",")
        assert min(page.evaluate("document.getAnimations().length"), 1) == running


def test_the_picture_is_exported_as_it_is_seen(opened: Any) -> None:
    _, C = network()
    page = opened(C)
    with page.expect_download() as download:
        page.get_by_role("button", name="save as SVG").click()
    svg = download.value.path().read_text(encoding="utf-8")

    from xml.etree import ElementTree

    root = ElementTree.fromstring(svg)
    texts = {"".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"w2_1,1", "∂ 0.000988", "×0.5", "layer 2"} <= texts
    assert download.value.suggested_filename == "C and its gradients.svg"
    assert "var(" not in svg
    assert "rgb(0, 114, 178)" in svg


# --------------------------------------------------------------------------------- size, hostility

HOSTILE = [
    "</script><script>window.hacked = 1</script>", "<img src=x onerror='window.hacked = 1'>",
    "\"'&<>`${1}", "w" * 500,
    "🧠👩‍🔬", "a\u2028b\nc\td", "]]>-->", "__proto__", "constructor",
]  # fmt: skip


def test_hostile_labels_are_inert(opened: Any) -> None:
    leaves = [mb.Value(float(n + 1), label) for n, label in enumerate(HOSTILE)]
    y = leaves[0]
    for leaf in leaves[1:]:
        y = mb.tanh(y * leaf)
    y.label = HOSTILE[0]
    page = opened(y)
    for n in range(page.locator(".box").count()):
        page.locator(".box").nth(n).click()
    page.get_by_role("button", name="take out nodes").click()
    page.get_by_role("button", name="reverse order").click()

    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.title() == f"{HOSTILE[0]} and its gradients"


def test_a_graph_of_100_000_nodes_opens_collapsed_and_is_explored(opened: Any) -> None:
    rng = np.random.default_rng(0)
    net = mb.MLP([784, 42, 10], node=mb.Value, rng=0)
    C = net.cost(rng.random((784, 1)), np.eye(10)[:, :1])
    C.backward()
    page = opened(C)

    assert page.locator(".box").count() <= 300
    level(page, "layers")
    assert page.locator(".box").count() == 4
    page.locator(".box.layer").first.focus()
    page.keyboard.press("+")
    page.locator(".box.neuron").first.click()
    page.get_by_role("button", name="w2_1,5", exact=True).click()
    assert number_in(page, ".paths .total") == pytest.approx(net.layers[0].w[0, 4].grad, rel=1e-6)
    page.locator(".box.neuron").first.focus()
    page.keyboard.press("+")
    assert page.locator(".box").count() <= 300
    page.keyboard.press("[")
    page.keyboard.press(".")
    assert message(page).startswith("Forward through ")


def test_the_page_works_in_a_sandboxed_frame_of_a_notebook(open_page: Any) -> None:
    _, C = network()
    bundle = explore(C)._repr_mimebundle_()
    page = open_page(f"<!DOCTYPE html><html><body>{bundle['text/html']}</body></html>", wait_for="iframe", **WIDE)
    frame = page.frame_locator("iframe")
    frame.locator("body[data-ready]").wait_for()
    frame.get_by_role("button", name="operations").click()

    frame.locator(".box").filter(has_text="w2_1,1").first.click()
    assert frame.locator(".selection h2").inner_text() == "w2_1,1"
    assert page.locator("iframe").get_attribute("sandbox") == "allow-scripts allow-downloads"


def test_what_a_box_comes_to_hold_stays_inside_of_it(opened: Any) -> None:
    page = opened(network()[1], "neurons")
    last = int(page.locator(".stepper input").get_attribute("max"))
    outside = """() => [...document.querySelectorAll('.picture .box')].filter((box) => {
      const right = box.querySelector('rect').getBoundingClientRect().right;
      return [...box.querySelectorAll('text')].some((text) => text.getBoundingClientRect().right > right);
    }).map((box) => box.textContent)"""
    for _ in range(last):
        page.keyboard.press(",")

        assert page.evaluate(outside) == []
