"""The training view in a browser: its numbers are the history's, whichever way the reader moves through it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from microbp import data
from microbp.draw import explore
from microbp.history import Epoch, History
from microbp.nn import MLP, accuracy
from microbp.nn.optimizers import SGD
from microbp.snapshots import network_with
from microbp.train import train
from microbp.value import Value

pytestmark = pytest.mark.needs_browser

EPOCHS = 60


def taught(examples, sizes, epochs, **arguments):
    net = MLP(list(sizes), "tanh", "sigmoid", initializer="inverse_sqrt", rng=0)
    return train(net, examples, epochs, 10, SGD(0.5), "cross_entropy", progress=False, rng=0, **arguments)


@pytest.fixture(scope="module")
def moons():
    """The demo's moons, the history of learning them, and its page."""
    learned, unseen = data.moons(400, 0.15, rng=0), data.moons(400, 0.15, rng=1)
    history = taught(learned, [2, 16, 1], EPOCHS, validation=unseen)
    return SimpleNamespace(learned=learned, unseen=unseen, history=history, html=explore(history).html)


@pytest.fixture(scope="module")
def digits():
    """A network of 784-30-10 that has learned a few numbers of no meaning."""
    rng = np.random.default_rng(0)
    X, labels = rng.random((40, 784)), rng.integers(0, 10, 40)
    return taught((X, labels), [784, 30, 10], 2)


def go_to(page, place):
    """Move the slider, as a hand does."""
    page.locator("input[type=range]").evaluate(
        "(slider, n) => { slider.value = n; slider.dispatchEvent(new Event('input')) }", place
    )


def number(page, selector):
    return float(page.locator(selector).get_attribute("value"))


def message(page):
    return page.locator(".message").inner_text()


def weight(page, name):
    """The number that the page gives for the name of a weight."""
    page.locator(".picker input").fill(name)
    return number(page, ".picker data")


def same(expected):
    return pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_every_place_of_the_slider_has_the_numbers_of_its_epoch(moons, open_page):
    page = open_page(moons.html)
    history, net = moons.history, moons.history.net

    for epochs in (0, 1, 12, 37, EPOCHS):
        go_to(page, epochs)
        then = network_with(net, history.snapshots[epochs])
        if epochs:
            assert number(page, ".message .cost") == same(history.costs[epochs - 1])
            assert number(page, ".message .validation") == same(history.accuracies[epochs - 1])
        else:
            assert page.locator(".message .cost").count() == 0
        assert number(page, ".message .taught") == same(accuracy(then, *moons.learned))
        assert number(page, ".region .correct") == round(400 * accuracy(then, *moons.learned))
        assert page.locator(".example.wrong").count() == 400 - number(page, ".region .correct")
        kept = history.snapshots[epochs]
        assert weight(page, "w2_3,1") == same(kept["w2"][2, 0])
        assert weight(page, "b2_16") == same(kept["b2"][15, 0])
        assert weight(page, "w3_1,8") == same(kept["w3"][0, 7])
        assert weight(page, "b3_1") == same(kept["b3"][0, 0])
    assert message(page) == (
        "After 60 epochs: cost 0.02940, 98.75 % of 400 training examples right, 99 % of 400 validation examples right."
    )
    go_to(page, 0)
    assert message(page).startswith("Before training: 50 % of 400 training examples right")


def points_of(page, selector):
    """The points along the path of an SVG, in its own pixels."""
    d = page.locator(selector).first.get_attribute("d")
    return np.array([[float(x) for x in point.split(",")] for point in d.replace("M", "L").split("L") if point])


def ticks_of(page, card, axis):
    """Pixels and numbers of the ticks of the first plot of a card, and the straight line through them."""
    ticks = page.locator(f"{card} .axes").first.locator(".tick.across" if axis == "y" else ".tick:not(.across)")
    found = ticks.evaluate_all(
        "(ticks, at) => ticks.map((t) => [Number(t.querySelector('line').getAttribute(at)), t.textContent])", f"{axis}1"
    )
    pixels = np.array([pixel for pixel, _ in found])
    numbers = np.array([float(text.replace("−", "-")) for _, text in found])
    return np.polyfit(pixels, numbers, 1)


def test_read_off_its_axes_the_cost_curve_is_that_of_the_history(moons, open_page):
    page = open_page(moons.html)

    points = points_of(page, ".cost .future .curve")

    assert np.polyval(ticks_of(page, ".cost", "x"), points[:, 0]) == pytest.approx(np.arange(1, 61), abs=0.01)
    # Paths are rounded to a hundredth of a pixel.
    assert np.polyval(ticks_of(page, ".cost", "y"), points[:, 1]) == pytest.approx(moons.history.costs, abs=1e-4)


def test_read_off_its_axes_a_weights_line_is_that_of_the_snapshots(moons, open_page):
    page = open_page(moons.html)
    weight(page, "w3_1,8")

    points = points_of(page, ".weights .line.shown")

    expected = [kept["w3"][0, 7] for kept in moons.history.snapshots.values()]
    assert np.polyval(ticks_of(page, ".weights", "y"), points[:, 1]) == pytest.approx(expected, abs=1e-3)
    assert page.locator(".weights .future .line").count() == 65


def test_the_boundary_runs_where_the_networks_output_is_a_half(moons, open_page):
    page = open_page(moons.html)
    x, y = ticks_of(page, ".region", "x"), ticks_of(page, ".region", "y")

    points = points_of(page, ".boundary:not(.halo)")
    on_the_line = np.column_stack([np.polyval(x, points[:, 0]), np.polyval(y, points[:, 1])])

    assert len(points) > 50
    # Between two points of the grid, 1/59 of the plane apart, the line is straight and the network is not.
    outputs = moons.history.net.predict(on_the_line)[:, 0]
    assert np.abs(outputs - 0.5).max() < 0.05
    assert np.abs(outputs - 0.5).mean() < 0.01


def test_keys_move_through_the_epochs_and_buttons_too(moons, open_page):
    page = open_page(moons.html)
    count = page.locator(".count")

    assert count.inner_text() == "60/60"
    for key, expected in {"[": 0, ".": 1, "ArrowRight": 2, ",": 1, "PageUp": 11, "]": 60, "Home": 0}.items():
        page.keyboard.press(key)
        assert count.inner_text() == f"{expected}/60", key
    for name, expected in [("an epoch on", 1), ("to the end", 60), ("an epoch back", 59), ("to the start", 0)]:
        page.get_by_role("button", name=name).click()
        assert count.inner_text() == f"{expected}/60"
    slider = page.get_by_role("slider", name="epochs of training")
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == message(page)
    assert message(page).startswith("After 1 epoch: cost 0.4281, ")
    page.locator(".cost .chart").click(position={"x": 300, "y": 60})
    assert 20 < float(count.inner_text().split("/")[0]) < 40


NAME = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  return element.getAttribute("aria-label") ?? element.labels?.[0]?.firstChild.textContent ?? element.textContent;
}"""


def test_all_is_reached_by_the_tab_key_and_has_a_name(moons, open_page):
    page = open_page(moons.html)
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        names.append(page.evaluate(NAME).strip())

    assert names[0] == "show"
    assert names[1].startswith("Weights and biases after 60 epochs: w2 from −4.29 to 3.48, b2 from")
    assert names[2:] == [
        "weight", "to the start", "an epoch back", "play", "an epoch on", "to the end", "epochs of training",
    ]  # fmt: skip


def test_every_chart_has_its_numbers_as_text(moons, open_page):
    page = open_page(moons.html)
    go_to(page, 12)

    cost, weights, region, _ = [chart.get_attribute("aria-label") for chart in page.locator("[role=img]").all()]

    assert f"After 12 epochs: training cost {moons.history.costs[11]:.5f}." in cost
    assert "training cost by epoch: 0.4281 in the first, 0.02940 in the last" in cost.lower()
    assert "32 in w2, 16 in b2, 16 in w3, 1 in b3" in weights
    right = round(400 * accuracy(network_with(moons.history.net, moons.history.snapshots[12]), *moons.learned))
    assert f"Decision region after 12 epochs. {right} of 400 training examples are right." in region
    assert page.locator(".message").get_attribute("role") == "status"
    assert page.locator(".message").get_attribute("aria-live") == "polite"


def test_pointing_at_a_line_names_its_weight_and_a_click_keeps_it_lit(moons, open_page):
    page = open_page(moons.html, viewport={"width": 1500, "height": 900})
    weight(page, "w3_1,8")
    x, y = points_of(page, ".weights .line.shown")[40]
    page.keyboard.press("Escape")
    assert page.locator(".weights .line.shown:not([hidden])").count() == 0
    chart = page.locator(".weights .chart")
    scale = chart.bounding_box()["width"] / 640

    chart.hover(position={"x": x * scale, "y": y * scale})
    assert page.locator(".picker b").inner_text() == "w3_1,8"
    chart.click(position={"x": x * scale, "y": y * scale})
    page.mouse.move(5, 5)

    assert page.locator(".picker b").inner_text() == "w3_1,8"
    assert page.locator(".picker input").input_value() == "w3_1,8"
    assert page.locator(".map i.selected").is_visible()
    go_to(page, 30)
    assert number(page, ".picker data") == same(moons.history.snapshots[30]["w3"][0, 7])


def test_the_arrow_keys_walk_from_cell_to_cell_and_from_name_to_name(moons, open_page):
    page = open_page(moons.html)
    cells, field = page.locator("canvas.cells"), page.locator(".picker input")

    keys = ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"]
    for key, name in zip(keys, ["w2_1,1", "w2_2,1", "w2_2,2", "w2_2,2"], strict=True):
        cells.press(key)
        assert field.input_value() == name
        assert page.locator(".count").inner_text() == "60/60"
    for key, name in [("ArrowDown", "w2_3,1"), ("ArrowUp", "w2_2,2")]:
        field.press(key)
        assert field.input_value() == name
    field.fill("w2_17,1")
    assert field.get_attribute("aria-invalid") == "true"
    told = page.locator(".picker .told").inner_text()
    assert told.startswith("there is no such weight; there are w2_1,1 to w2_16,2, b2_1 to b2_16, w3_1,1")


def test_pointing_at_a_cell_names_its_weight(moons, open_page):
    page = open_page(moons.html)
    weight(page, "w3_1,8")
    box = page.locator(".map i.selected").bounding_box()
    page.keyboard.press("Escape")

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    assert page.locator(".picker b").inner_text() == "w3_1,8"


def test_playing_goes_from_the_start_to_the_end_and_takes_few_steps_where_less_motion_is_wanted(moons, open_page):
    for motion, steps in [("no-preference", 1), ("reduce", 6)]:
        page = open_page(moons.html, reduced_motion=motion)
        page.wait_for_timeout(300)
        assert page.locator(".count").inner_text() == "60/60"  # nothing moves by itself
        page.clock.install(time=0)
        page.clock.pause_at(60_000)
        page.get_by_role("button", name="play").click()
        assert page.locator(".count").inner_text() == "0/60"
        assert page.locator(".message").get_attribute("aria-live") == "off"
        page.clock.run_for(1250 if motion == "reduce" else 140)
        assert page.locator(".count").inner_text() == f"{steps}/60"
        page.keyboard.press("p")
        page.clock.run_for(5000)
        assert page.locator(".count").inner_text() == f"{steps}/60"
        assert page.locator(".message").get_attribute("aria-live") == "polite"
        page.keyboard.press("p")
        page.clock.run_for(20_000)
        assert page.locator(".count").inner_text() == "60/60"
        assert page.get_by_role("button", name="play").is_visible()


def pixels(page, selector):
    """Red, green, blue and opacity of a canvas, summed over all its pixels."""
    return page.locator(selector).evaluate(
        "(c) => { const { data } = c.getContext('2d').getImageData(0, 0, c.width, c.height); const sum = [0, 0, 0, 0];"
        " for (let n = 0; n < data.length; n += 1) sum[n % 4] += data[n]; return sum }"
    )


def test_the_region_changes_with_the_epoch_and_with_the_readers_colours(moons, open_page):
    page = open_page(moons.html, color_scheme="light")
    last = pixels(page, "canvas.field")
    go_to(page, 0)
    assert pixels(page, "canvas.field") != last
    go_to(page, EPOCHS)
    assert pixels(page, "canvas.field") == last
    page.emulate_media(color_scheme="dark")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert pixels(page, "canvas.field") != last
    assert pixels(page, "canvas.field") == pixels(open_page(moons.html, color_scheme="dark"), "canvas.field")


def test_only_numbers_of_one_sign_are_shown_where_the_reader_wants_it(moons, open_page):
    page = open_page(moons.html)
    both = pixels(page, "canvas.cells")

    page.get_by_label("show").select_option("only −")

    assert pixels(page, "canvas.cells") != both


def test_several_classes_have_a_shape_each_and_boundaries_between_them(open_page):
    examples = data.blobs(150, 3, 0.3, rng=0)
    history = taught(examples, [2, 8, 3], 5)
    page = open_page(explore(history).html)

    assert page.locator(".region .legend").inner_text().split() == ["class", "0", "class", "1", "class", "2", "wrong"]
    for k in range(3):
        assert page.locator(f".example .class-{k}").count() == 50
    shapes = page.locator(".example .point").evaluate_all("(all) => all.map((point) => point.getAttribute('d'))")
    assert len(set(shapes)) == 3
    for epochs in range(6):
        go_to(page, epochs)
        then = network_with(history.net, history.snapshots[epochs])
        assert number(page, ".region .correct") == round(150 * accuracy(then, *examples))


def test_no_two_of_ten_classes_look_alike(open_page):
    history = taught(data.blobs(60, 10, 0.05, rng=0), [2, 4, 10], 1)
    page = open_page(explore(history).html)

    looks = page.locator(".example .point").evaluate_all(
        "(all) => all.map((point) => point.getAttribute('class') + point.getAttribute('d'))"
    )

    assert len(set(looks)) == 10


def test_desired_outputs_that_are_no_labels_are_drawn_without_being_judged(open_page):
    X = np.random.default_rng(0).uniform(-1, 1, (1500, 2))
    net = MLP([2, 4, 1], "tanh", "linear", rng=0)
    history = train(net, (X, X[:, :1] + 2), 2, 10, SGD(0.01), progress=False, rng=0)
    page = open_page(explore(history).html)

    assert message(page) == f"After 2 epochs: cost {history.costs[1]:.4g}."
    assert page.locator(".region .told").inner_text().startswith("1,000 of 1,500 are drawn, chosen at random.")
    assert page.locator(".example").count() == 1000
    assert page.locator(".example.wrong").count() == 0


def test_values_and_labels_of_minus_one_and_one_are_shown_too(open_page):
    X, labels = data.xor()
    net = MLP([2, 2, 1], "tanh", node=Value, rng=1)
    history = train(net, (X, 2 * labels - 1), 20, 4, SGD(0.5), progress=False, rng=0)
    page = open_page(explore(history).html)

    assert weight(page, "w2_2,1") == same(net.layers[0].w[1, 0].data)
    assert page.locator(".region .legend").inner_text().split() == ["class", "−1", "class", "+1", "wrong"]


def test_many_weights_are_bands_and_any_of_them_a_line_when_asked_for(digits, open_page):
    page = open_page(explore(digits).html)

    assert "the decision region is left out: the network has 784 inputs" in page.locator(".note").inner_text()
    assert page.locator(".region").count() == 0
    assert page.locator(".weights .future .band").count() == 8
    assert page.locator(".weights .line.shown:not([hidden])").count() == 0
    for epochs in (2, 0):
        go_to(page, epochs)
        assert weight(page, "w2_30,784") == same(digits.snapshots[epochs]["w2"][29, 783])
    assert page.locator("path.line.shown:not([hidden])").count() == 1
    w2_median = points_of(page, ".weights .future .median")
    expected = [np.median(kept["w2"]) for kept in digits.snapshots.values()]
    assert np.polyval(ticks_of(page, ".weights", "y"), w2_median[:, 1]) == pytest.approx(expected, abs=1e-3)


def test_one_epoch_an_interrupted_run_and_a_history_by_hand_have_what_there_is(open_page):
    one = taught(data.moons(40, rng=0), [2, 3, 1], 1)
    page = open_page(explore(one).html)
    assert page.locator(".count").inner_text() == "1/1"
    page.keyboard.press("[")
    assert message(page).startswith("Before training")

    one.interrupted = True
    assert open_page(explore(one).html).locator(".note").inner_text() == "1 epoch, then training was interrupted."

    page = open_page(explore(History([Epoch(0.5, 6, 10), Epoch(0.25, 8, 10)])).html)
    assert message(page) == "After 2 epochs: cost 0.25, 80 % of 10 validation examples right."
    assert page.locator(".card").count() == 1
    assert "the decision region is left out: the history has no parameters in it" in page.locator(".note").inner_text()

    page = open_page(explore(History([Epoch(float("nan"), None, 0)])).html)
    assert message(page) == "After 1 epoch."


def test_a_notebooks_sandbox_shows_it_too(moons, open_page):
    page = open_page(explore(moons.history)._repr_mimebundle_()["text/html"], wait_for="iframe")
    frame = page.frame_locator("iframe")

    frame.get_by_role("button", name="to the start").click()

    assert frame.locator(".message").inner_text().startswith("Before training: 50 %")


def test_a_hostile_title_is_inert(open_page):
    title = "</script><script>missing()</script>\"'<img src=x onerror=missing()>🦊"

    page = open_page(explore(History([Epoch(0.5, None, 0)]), title=title).html)

    assert page.locator("h1").inner_text() == title


@pytest.mark.parametrize("width", [700, 1500])
def test_nothing_is_wider_than_the_window(moons, digits, open_page, width):
    for html in (moons.html, explore(digits).html):
        page = open_page(html, viewport={"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
