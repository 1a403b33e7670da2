"""The explorer for any reader: by keyboard alone, read aloud, printed, in a small window, in few colours."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

import microbp as mb
from microbp.draw.explorer import explore

pytestmark = pytest.mark.needs_browser

FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


def network() -> Any:
    net = mb.MLP([2, 3, 2, 1], node=mb.Value, activation="tanh", rng=0)
    return net.cost([[0.5], [-1.0]], [[1.0]])


def neuron() -> Any:
    x, w, b = mb.Value(2.0, "x"), mb.Value(-3.0, "w"), mb.Value(6.88, "b")
    a = mb.tanh(w * x + b)
    a.label = "a"
    return a


@pytest.fixture
def opened(open_page: Any) -> Any:
    """A function that opens the explorer of an output."""
    return lambda output, **options: open_page(
        explore(output).html, **{"viewport": {"width": 1300, "height": 800}} | options
    )


def message(page: Any) -> str:
    text: str = page.locator(".message").inner_text()
    return text


# --------------------------------------------------------------------------------------- keyboard


def test_the_game_is_played_by_keyboard_alone(opened: Any) -> None:
    page = opened(neuron())
    page.locator(".box").filter(has_text="w").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="take out nodes").focus()
    page.keyboard.press("Enter")
    for _ in range(8):  # past zoom and export into the picture
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.picture .box')"):
            break
    seen = [page.evaluate(FOCUSED).split(" ")[0]]
    for key in ["ArrowLeft"] * 6 + ["ArrowRight"] * 6:
        page.keyboard.press(key)
        seen.append(page.evaluate(FOCUSED).split(" ")[0])
    assert set(seen) == {"w", "x", "×", "b", "+", "a"}

    for name in ("×", "+"):
        for key in ["ArrowLeft"] * 6 + ["ArrowRight"] * 6:
            page.keyboard.press(key)
            if page.evaluate(FOCUSED).startswith(f"{name} "):
                break
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.matches('.picture .box:not(.gone)')")
    gradient = 2 * (1 - math.tanh(0.88) ** 2)
    assert message(page) == f"One edge is left, and its weight is the gradient: ∂a/∂w = {gradient:.7g}."


def test_a_game_begun_anew_shows_nothing_of_the_last_one(opened: Any) -> None:
    page = opened(neuron())
    page.get_by_role("button", name="take out nodes").click()
    page.get_by_role("button", name="forward order").click()
    page.get_by_role("button", name="begin anew").click()
    page.get_by_role("checkbox", name="by all inputs").check()

    assert page.locator(".game-edges").count() == 1
    assert page.locator(".game-edges .edge").count() == 5
    assert page.locator(".box .degree").count() == page.locator(".box").count()


def test_steps_rest_during_a_game(opened: Any) -> None:
    page = opened(neuron())
    page.get_by_role("button", name="take out nodes").click()
    said = message(page)
    for key in (",", "[", "p", "."):
        page.keyboard.press(key)

    assert message(page) == said
    assert page.locator(".box").filter(has_text="×").first.get_attribute("aria-label") == "× −6 ∂ 0.501 1×1"


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (lambda: mb.Value(1.0, "x"), "∂x/∂x = 1: there is nothing to take out."),
        (lambda: (mb.Value(1.0, "x") * 2.0).inputs[1], "Nothing here can vary, so there is no gradient to be found."),
    ],
)
def test_where_there_is_nothing_to_take_out_the_game_says_so(opened: Any, output: Any, says: str) -> None:
    page = opened(output())
    page.get_by_role("button", name="take out nodes").click()

    assert message(page) == says


def test_of_an_output_that_the_chosen_number_does_not_lead_to_the_game_says_so(opened: Any) -> None:
    x, y = mb.Value(1.0, "x"), mb.Value(2.0, "y")
    outputs = [mb.sin(x), mb.cos(y)]
    page = opened(outputs)
    page.locator(".box").filter(has_text="y").first.click()
    page.get_by_role("button", name="take out nodes").click()

    assert message(page) == "No path leads to sin: there is nothing to take out."


def test_the_game_asks_to_open_the_group_that_a_number_stands_within(opened: Any) -> None:
    page = opened(network())
    page.locator(".box").filter(has_text="z3_1").click()
    page.get_by_role("button", name="layers", exact=True).click()
    page.get_by_role("button", name="take out nodes").click()

    assert message(page) == "z3_1 stands in a closed group: open it first."


def test_the_focus_stays_where_the_keyboard_is_at_work(opened: Any) -> None:
    h = mb.Value(1.1, "x")
    for _ in range(4):
        h = mb.sin(h) + 0.9 * mb.cos(h)
    page = opened(h)
    page.locator(".box").filter(has_text="x").first.click()
    page.get_by_role("button", name="8 more").focus()
    page.keyboard.press(".")
    page.keyboard.press("Enter")
    assert page.locator(".paths tr.path").count() == 16  # all there are: the button is gone
    assert page.evaluate("document.activeElement.matches('.paths')")
    page.get_by_role("button", name="list paths that end at x").focus()
    page.keyboard.press(",")
    assert page.evaluate(FOCUSED) == "list paths that end at x"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('.selection')")


def test_a_path_of_no_edges_fades_nothing(opened: Any) -> None:
    page = opened(neuron())
    page.locator(".box").filter(has_text="a tanh").click()

    assert page.locator(".paths .says").inner_text() == "1 path leads from a to a."
    assert page.locator(".some-lit").count() == 0


# -------------------------------------------------------------------------------------- read aloud


def test_each_control_is_named_and_each_step_is_announced_once(opened: Any) -> None:
    page = opened([network(), mb.Value(1.0, "x")])
    session = page.context.new_cdp_session(page)

    def nodes() -> list[dict[str, Any]]:
        found = session.send("Accessibility.getFullAXTree")["nodes"]
        return [node for node in found if not node.get("ignored")]

    def named(role: str) -> list[str]:
        return [node.get("name", {}).get("value", "") for node in nodes() if node["role"]["value"] == role]

    page.get_by_role("button", name="take out nodes").click()
    assert "by all inputs" in named("checkbox")
    page.get_by_role("button", name="take out nodes").click()
    for role in ("button", "slider", "combobox"):
        assert named(role)
        assert "" not in [name.strip() for name in named(role)]

    live = """() => {
      const regions = [...document.querySelectorAll("[aria-live], output, [role=status]")];
      return Object.fromEntries(regions.map((region) => [region.className, region.textContent]));
    }"""
    before = page.evaluate(live)
    page.get_by_role("slider", name="step").focus()
    page.keyboard.press("ArrowLeft")
    after = page.evaluate(live)
    assert [name for name in after if after[name] != before[name]] == ["message"]
    assert re.fullmatch(r"step \d+ of \d+", page.get_by_role("slider", name="step").get_attribute("aria-valuetext"))


# ----------------------------------------------------------------------------- windows and colours


@pytest.mark.parametrize(("width", "height"), [(320, 640), (600, 400), (750, 430)])
def test_in_a_small_window_nothing_but_the_picture_is_scrolled_sideways(opened: Any, width: int, height: int) -> None:
    page = opened(network(), viewport={"width": width, "height": height})

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.get_by_role("button", name="a step back").is_visible()
    assert page.locator(".canvas").bounding_box()["height"] > 150
    title = page.locator("h1")
    assert title.evaluate("(h1) => h1.scrollWidth <= h1.clientWidth")


def test_in_forced_colours_what_is_lit_and_what_is_pressed_stand_out(opened: Any) -> None:
    page = opened(network(), forced_colors="active")
    page.locator(".box").filter(has_text="z3_1").click()
    outlines = page.locator(".equations > li").evaluate_all(
        "(all) => all.map((one) => [one.classList.contains('lit'), getComputedStyle(one).outlineStyle])"
    )
    assert outlines == [[False, "none"], [True, "solid"], [False, "none"], [False, "none"]]
    colour = "(e) => getComputedStyle(e).backgroundColor"
    level = page.get_by_role("button", name="operations", exact=True).evaluate(colour)
    assert level != page.get_by_role("button", name="layers", exact=True).evaluate(colour)


def test_on_paper_the_whole_picture_is_seen_and_no_buttons(opened: Any) -> None:
    page = opened(network())
    page.locator(".box").filter(has_text="w2_1,1").first.click()
    page.emulate_media(media="print")

    whole = page.locator(".canvas").bounding_box()
    for nth in range(page.locator(".box").count()):
        box = page.locator(".box").nth(nth).bounding_box()
        assert whole["x"] <= box["x"] <= box["x"] + box["width"] <= whole["x"] + whole["width"]
    assert page.locator("button:visible, input:visible").count() == 0
    assert page.locator(".message").is_visible()
    assert page.locator(".paths .total").is_visible()


# -------------------------------------------------------------------------------- where it is read


def test_a_page_is_read_from_a_path_of_any_signs(open_page: Any, tmp_path: Path) -> None:
    folder = tmp_path / "a b#c?d%20é ü"
    folder.mkdir()
    explore(neuron()).save(folder / "x #1?.html")

    assert open_page(folder / "x #1?.html").locator(".box").count() == 6


def test_two_explorers_in_a_notebook_do_not_meet(open_page: Any) -> None:
    frames = "".join(explore(output)._repr_mimebundle_()["text/html"] for output in (network(), neuron()))
    page = open_page(f"<!DOCTYPE html><html><body>{frames}</body></html>", wait_for="iframe")
    one, two = [page.frame_locator("iframe").nth(n) for n in (0, 1)]
    for frame in (one, two):
        frame.locator("body[data-ready]").wait_for()
    one.locator(".box").first.click()
    page.keyboard.press("[")

    assert one.locator(".count").inner_text().startswith("0/")
    assert two.locator(".count").inner_text() == "8/8"


def test_without_scripts_the_page_says_what_it_needs(open_page: Any) -> None:
    page = open_page(explore(neuron()).html, wait_for=None, java_script_enabled=False)

    page.locator(".late").wait_for(state="visible")
    assert "This page is drawn by a script." in page.locator(".late").inner_text()


def test_scripts_that_are_not_the_pages_own_are_not_run_and_nothing_is_asked_for(chromium: Any, tmp_path: Path) -> None:
    explore(neuron()).save(tmp_path / "page.html")
    page = chromium.new_context(offline=True).new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_selector("body[data-ready]")
    blocked = page.evaluate(
        """async () => {
          const blocked = [];
          document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
          const added = document.createElement("div");
          added.innerHTML = '<img src="data:," onerror="hacked = 1"><a href="javascript:hacked = 2">a</a>';
          document.body.append(added);
          added.querySelector("a").click();
          const script = document.createElement("script");
          script.textContent = "window.hacked = 3";
          document.body.append(script);
          await fetch("https://example.invalid/").catch(() => null);
          await new Promise((resolve) => setTimeout(resolve, 200));
          return [window.hacked, blocked.sort()];
        }"""
    )
    page.context.close()

    assert blocked == [None, ["connect-src", "script-src-attr", "script-src-elem", "script-src-elem"]]


def test_200_changes_of_level_keep_no_nodes_and_less_than_500_kb(opened: Any) -> None:
    page = opened(network())
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def kept(changes: int) -> dict[str, float]:
        page.evaluate(
            """(changes) => {
              const levels = [...document.querySelectorAll("[aria-label=level] button")];
              for (let n = 0; n < changes; n++) levels[n % levels.length].click();
            }""",
            changes,
        )
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
        return {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}

    kept(90)
    before = kept(90)
    after = kept(201)
    assert after["Nodes"] == before["Nodes"]
    assert after["JSEventListeners"] == before["JSEventListeners"]
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 500_000
