"""How long pages of the explorer take to be made and to open, from nothing to `body[data-ready]`.

    python benchmarks/pages.py                  # playwright and a Chromium are needed: half a minute

The pages take turns, in a fresh context each time.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import microbp as mb

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WINDOW = {"width": 1500, "height": 860}


def network(sizes: list[int], node: type) -> Any:
    """The cost of a random network on one example."""
    net = mb.MLP(sizes, activation="tanh", node=node, rng=0)
    return net.cost(np.random.default_rng(0).random((sizes[0], 1)), np.eye(sizes[-1])[:, :1])


def formula(operations: int) -> Any:
    """A random formula in x without layers."""
    rng = np.random.default_rng(0)
    nodes = [mb.Value(0.3, "x")]
    for _ in range(operations):
        u, v = rng.integers(max(0, len(nodes) - 12), len(nodes), 2)
        nodes.append(mb.sin(nodes[u]) + nodes[v] if rng.random() < 0.5 else nodes[u] * nodes[v])
    return sum(nodes[-5:])


def moons() -> mb.History:
    """The training of the tour."""
    net = mb.MLP([2, 16, 1], activation="tanh", output="sigmoid", initializer="inverse_sqrt", rng=0)
    return mb.train(net, mb.data.moons(400, 0.15, rng=0), 60, progress=False, rng=0)


PAGES: dict[str, Callable[[], Any]] = {
    "2-3-2-1 network of Values": lambda: network([2, 3, 2, 1], mb.Value),
    "8-20-8-4 network of Values, 1,144 nodes": lambda: network([8, 20, 8, 4], mb.Value),
    "formula of 1,000 operations": lambda: formula(1_000),
    "784-42-10 network of Values, 100,972 nodes": lambda: network([784, 42, 10], mb.Value),
    "formula of 66,000 operations": lambda: formula(66_000),
    "784-30-10 network of Tensors": lambda: network([784, 30, 10], mb.Tensor),
    "training on moons, 60 epochs": moons,
}


def main() -> None:
    """Print a line a page."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="How long pages of the explorer take to be made and to open.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each page is opened (default: %(default)s)")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        files: dict[str, tuple[Path, float]] = {}
        for n, (name, shown) in enumerate(PAGES.items()):
            output = shown()
            start = time.perf_counter()
            page = mb.explore(output)
            files[name] = Path(folder, f"{n}.html"), time.perf_counter() - start
            page.save(files[name][0])
        opened: dict[str, list[float]] = {name: [] for name in files}
        for _ in range(rounds):
            for name, (file, _) in files.items():
                context = browser.new_context(viewport=WINDOW, reduced_motion="reduce")
                tab = context.new_page()
                tab.goto(file.as_uri())
                tab.wait_for_selector("body[data-ready]", state="attached", timeout=60_000)
                opened[name].append(tab.evaluate("performance.now()") / 1000)
                context.close()
        browser.close()
        print(f"{'page':45}{'kB':>7}{'made, s':>10}{'opened, s':>12}{'least … most':>16}")
        for name, (file, made) in files.items():
            times = opened[name]
            spread = f"{min(times):.2f} … {max(times):.2f}"
            size = file.stat().st_size / 1000
            print(f"{name:45}{size:7,.0f}{made:10.2f}{median(times):12.2f}{spread:>16}")


if __name__ == "__main__":
    main()
