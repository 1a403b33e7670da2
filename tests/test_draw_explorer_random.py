"""The explorer under a reader who does anything at all: after each of many random actions all that is shown agrees."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microbp as mb
from microbp.draw.explorer import explore
from microbp.draw.operations import shown
from microbp.draw.scopes import in_order
from microbp.draw.texts import number_at
from microbp.graph import recorded
from microbp.names import entries_of

pytestmark = pytest.mark.needs_browser

ACTIONS = 60
"""Random actions a recording."""

# ---------------------------------------------------------------------------------- the recordings


def neuron() -> list[Any]:
    x, w, b = mb.Value(2.0, "x"), mb.Value(-3.0, "w"), mb.Value(6.88, "b")
    return [mb.tanh(w * x + b)]


def network_of_values() -> list[Any]:
    net = mb.MLP([2, 3, 2, 1], node=mb.Value, activation="tanh", rng=0)
    return [net.cost([[0.5], [-1.0]], [[1.0]])]


def network_of_tensors() -> list[Any]:
    net = mb.MLP([2, 3, 2], node=mb.Tensor, rng=0)
    return [net.cost(np.random.default_rng(0).normal(size=(2, 3)), np.eye(2)[:, [0, 1, 0]])]


def softmax() -> list[Any]:
    net = mb.MLP([2, 3, 3], node=mb.Value, output="softmax", rng=0)
    return [net.cost([[0.5], [-1.0]], np.eye(3)[:, :1], "log_likelihood")]


def cube() -> list[Any]:
    x = mb.Value(1.5, "x")
    return [x * x * x]


def random_graph() -> list[Any]:
    rng = random.Random(4)
    nodes = [mb.Value(rng.uniform(-1, 1), f"x{n}") for n in range(6)]
    for _ in range(60):
        u, v = rng.choices(nodes[-12:], k=2)
        nodes.append(
            rng.choice([lambda u, v: u * v, lambda u, v: u + v, lambda u, v: mb.sin(u), lambda u, v: u - v])(u, v)
        )
    return [sum(nodes[-12:], mb.Value(0.5))]


def several_outputs() -> list[Any]:
    x, y = mb.Value(0.5, "x"), mb.Value(-1.5, "y")
    u = mb.sin(x * y)
    return [u, u * x, y * y, x]


def residual() -> list[Any]:
    net = mb.MLP([2, 2], node=mb.Value, activation="tanh", rng=0)
    once = net([[0.5], [-1.0]])
    twice = net(once) + once
    return [(twice * twice).sum()]


def unlabelled() -> list[Any]:
    rng = random.Random(1)
    nodes: list[Any] = [mb.Value(rng.uniform(-1, 1)) for _ in range(20)]
    for _ in range(2000):
        u, v = rng.choices(nodes[-40:], k=2)
        nodes.append(mb.tanh(u + 0.5 * v))
    return [sum(nodes[-40:], mb.Value(0.0))]


RECORDINGS = [
    neuron, network_of_values, network_of_tensors, softmax, cube, random_graph, several_outputs, residual, unlabelled,
]  # fmt: skip

# ------------------------------------------------------------------------------------- invariants


def gradients(outputs: list[Any]) -> list[list[float | None]]:
    """By the engine: of each output the gradients by all numbers, in the page's order; None by a constant."""
    nodes = shown(in_order([*recorded(outputs)[1], *outputs]))
    found = []
    for output in outputs:
        cotangents = mb.backward(output)
        found.append([
            float(number_at(entry, cotangents[node])) if node in cotangents else None
            for node in nodes
            for entry in entries_of(node)
        ])  # fmt: skip
    return found


INVARIANTS = """
({ gradients, byKeyboard }) => {
  const broken = [];
  const say = (isFine, text) => isFine || broken.push(text);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const isSeen = (element) => element.getClientRects().length > 0;
  const plain = (letter) => "0123456789--"["⁰¹²³⁴⁵⁶⁷⁸⁹⁻−".indexOf(letter)];
  const numberIn = (text) => Number(text.replace("·10", "e").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁻−]/g, plain));
  const near = (x, y, precision) => Math.abs(x - y) <= precision * Math.max(Math.abs(x), Math.abs(y)) + 1e-12;

  const boxes = all(".picture .box");
  say(boxes.length <= 300, `${boxes.length} boxes`);
  const stops = all(".picture .box, .picture [data-edge]").filter((e) => e.tabIndex === 0);
  say(stops.length === 1 && isSeen(stops[0]), `${stops.length} tab stops in the picture, seen: ${stops.map(isSeen)}`);
  say(new Set(all("[id]").map(({ id }) => id)).size === all("[id]").length, "ids are not unique");
  const odd = document.body.innerText.match(/.{0,20}(undefined|NaN|\\[object|null)/);
  say(odd === null, `odd text: ${odd}`);
  say(!byKeyboard || document.activeElement !== document.body, `focus is lost`);
  say(document.querySelector(".message").textContent !== "", "the message is empty");

  for (const box of boxes) {
    const name = box.getAttribute("aria-label");
    for (const text of all("text", box)) {
      say(!isSeen(text) || name.includes(text.textContent), `box named ${name} shows ${text.textContent}`);
    }
  }
  const selected = all(".picture .selected");
  const pressed = all(".picture [aria-pressed=true]");
  const isOne = selected.length <= 1 && pressed.length === selected.length && pressed[0] === selected[0];
  say(isOne, `${selected.length} selected`);
  const isLit = all(".picture .box.lit").length > 0;
  say(isLit === (document.querySelector(".picture.some-lit") !== null), "some are lit, or none");

  const [step, last] = document.querySelector(".count").textContent.split("/").map(Number);
  const inGame = document.querySelector(".picture.in-game") !== null;
  say(inGame === isSeen(document.querySelector(".game")), "game panel");
  const choice = document.querySelector("header select");
  const expected = gradients[choice ? choice.selectedIndex : 0];
  if (step === last) {
    for (const box of boxes) {
      const node = /^box-n(\\d+)$/.exec(box.id)?.[1];
      const shown = /∂ (.*)/.exec(box.querySelector(".gradient")?.textContent ?? "")?.[1];
      if (node === undefined || shown === undefined) continue;
      const wanted = expected[node];
      if (shown === "·") say(!wanted, `box ${box.id} shows no gradient, ${wanted} by the engine`);
      else say(near(numberIn(shown), wanted, 6e-3), `box ${box.id} shows ${shown}, ${wanted} by the engine`);
    }
  }
  const total = document.querySelector(".paths .total");
  if (total) {
    const products = all(".paths tr.path td:nth-child(2) data").map((data) => Number(data.value));
    const sum = products.reduce((one, other) => one + other, 0);
    const rest = document.querySelector(".paths .rest td:nth-child(2)");
    const left = rest ? numberIn(rest.textContent.trim().split(" ").at(-1)) : 0;
    const size = products.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const slack = 6e-3 * Math.abs(left) + 1e-9 * size + 1e-12;
    say(Math.abs(sum + left - Number(total.value)) <= slack, `paths: ${sum} + ${left} is not ${total.value}`);
    const isSmaller = (x, n) => n === 0 || Math.abs(x) <= Math.abs(products[n - 1]) * (1 + 1e-12);
    say(products.every(isSmaller), "paths are not by size");
    const gradient = document.querySelector(".selection .gradient.final");
    const isToOutput = !all(".paths button").some((button) => / again$/.test(button.textContent));
    if (isToOutput && gradient && gradient.matches("p > data")) {
      say(near(Number(gradient.value), Number(total.value), 1e-9), `total ${total.value}, gradient ${gradient.value}`);
    }
  }
  return broken;
}
"""

# ---------------------------------------------------------------------------------------- actions


def clicks(selector: str) -> Callable[[Any, random.Random], str]:
    """An action: press one of what a selector finds and is seen, as a mouse does."""

    def act(page: Any, rng: random.Random) -> str:
        said: str = page.evaluate(
            """([selector, choice]) => {
              const found = [...document.querySelectorAll(selector)].filter((e) => e.getClientRects().length);
              if (!found.length) return "nothing to press";
              const one = found[Math.floor(choice * found.length)];
              one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
              return `${selector}: ${one.getAttribute("aria-label") ?? one.dataset.open ?? one.textContent}`;
            }""",
            [selector, rng.random()],
        )
        return said

    return act


def keys(page: Any, rng: random.Random) -> str:
    """An action: some keys, from wherever the focus is in the picture."""
    page.evaluate(
        """() => {
          const stops = [...document.querySelectorAll(".picture [tabindex='0']")];
          if (!document.activeElement.closest(".picture")) stops.find((e) => e.getClientRects().length)?.focus();
        }"""
    )
    some = rng.choices(
        ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Enter", " ", "+", "-", ".", ",", "[", "]", "Escape"],
        weights=[6, 6, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1],
        k=rng.randint(1, 6),
    )
    for key in some:
        page.keyboard.press(key)
    return f"keys {' '.join(some)}"


def slides(page: Any, rng: random.Random) -> str:
    slider = page.locator(".stepper input")
    if not slider.is_visible():
        return "no slider"
    step = rng.randint(0, int(slider.get_attribute("max")))
    slider.fill(str(step))
    return f"step {step}"


def chooses(page: Any, rng: random.Random) -> str:
    select = page.locator("header select")
    if not select.count():
        return "no choice"
    select.select_option(index=rng.randrange(select.locator("option").count()))
    return "another output"


def resizes(page: Any, rng: random.Random) -> str:
    size = {"width": rng.randint(320, 1600), "height": rng.randint(300, 1000)}
    page.set_viewport_size(size)
    return f"resized {size}"


def plays(page: Any, rng: random.Random) -> str:
    page.keyboard.press("p")
    page.clock.run_for(rng.randint(0, 3000))
    return "p"


DEEDS: list[tuple[int, Callable[[Any, random.Random], str]]] = [
    (6, clicks("main .box")),
    (4, clicks("main [data-edge]")),
    (4, clicks("main .opener")),
    (2, clicks("main .closer")),
    (2, clicks("header button:not([aria-label='save as SVG'])")),
    (3, clicks(".stepper button")),
    (4, clicks(".game button, .game input")),
    (4, clicks("aside button")),
    (8, keys),
    (3, slides),
    (2, chooses),
    (1, resizes),
    (1, plays),
]


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.__name__)
def test_whatever_a_reader_does_all_that_is_shown_agrees(open_page: Any, recording: Any) -> None:
    outputs = recording()
    expected = gradients(outputs)
    page = open_page(explore(outputs).html, viewport={"width": 1300, "height": 800})
    page.clock.install()
    rng = random.Random(recording.__name__)
    done: list[str] = []
    for _ in range(ACTIONS):
        (deed,) = rng.choices([deed for _, deed in DEEDS], [weight for weight, _ in DEEDS])
        done.append(deed(page, rng))

        broken = page.evaluate(INVARIANTS, {"gradients": expected, "byKeyboard": deed is keys})
        assert not broken, f"{broken} after {done[-6:]}"
