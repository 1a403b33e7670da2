"""The pictures of the explorer in the docs, made anew: python docs/pictures.py, with playwright and a Chromium.

Each is what a reader sees after the few clicks that are written down here.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import microbp as mb

FOLDER = Path(__file__).parent / "pictures"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def network() -> mb.Value:
    """The cost of a 2-3-2-1 network."""
    net = mb.MLP([2, 3, 2, 1], activation="tanh", node=mb.Value, rng=0)
    return net.cost([[0.5], [-1.0]], [[1.0]])


def moons() -> mb.History:
    """The training of the tour."""
    net = mb.MLP([2, 16, 1], activation="tanh", output="sigmoid", initializer="inverse_sqrt", rng=0)
    sgd = mb.optimizers.SGD(0.5)
    return mb.train(net, mb.data.moons(400, 0.15, rng=0), 60, 10, sgd, "cross_entropy", progress=False, rng=0)


def box(page: Any, name: str) -> Any:
    return page.locator(".box").filter(has_text=name).first


def press(page: Any, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=name, exact=True).click()


def path(page: Any) -> None:
    press(page, "operations")
    box(page, "w2_1,1").click()


def backward(page: Any) -> None:
    press(page, "neurons")
    press(page, "a step back", 4)


def jacobian(page: Any) -> None:
    press(page, "layers")
    page.get_by_role("button", name="from layer 2 to layer 3").dispatch_event("click")


def game(page: Any) -> None:
    press(page, "neurons")
    page.locator(".box.neuron").first.click()
    press(page, "w2_1,1")
    press(page, "take out nodes")
    press(page, "reverse order", 2)


def region(page: Any) -> None:
    page.get_by_role("slider").fill("12")


PICTURES: dict[str, tuple[Callable[[], Any], str, Callable[[Any], None]]] = {
    "path": (network, "light", path),
    "backward": (network, "dark", backward),
    "jacobian": (network, "light", jacobian),
    "game": (network, "light", game),
    "training": (moons, "light", region),
}


def main() -> None:
    """Make them all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for name, (shown, scheme, clicks) in PICTURES.items():
            file = FOLDER / f"{name}.html"
            mb.explore(shown()).save(file)
            size = {"width": 1400, "height": 760}
            page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
            page.goto(file.resolve().as_uri())
            page.wait_for_selector("body[data-ready]")
            clicks(page)
            page.mouse.move(700, 20)
            page.screenshot(path=FOLDER / f"{name}.png")
            file.unlink()
        browser.close()


if __name__ == "__main__":
    main()
