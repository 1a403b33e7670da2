"""What the tests share: what a test needs of the machine, seeded randomness, hypothesis profiles.

MICROBP_REQUIRE    needs that must be met here, as "dot,data,browser": a test with such a need fails instead of
                   being skipped. Once it is set, even to "", every skip for another reason fails too.
MICROBP_HYPOTHESIS "long" for many random examples, new ones each time; else a few, always the same.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from browser import chromium, missing_browser, open_page

__all__ = ["chromium", "open_page"]  # fixtures

os.environ.setdefault("MPLBACKEND", "agg")  # no window opens during a test
collect_ignore = ["oracles"]  # its scripts need the libraries that they ask; the tests read what was stored

hypothesis.settings.register_profile("fast", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("MICROBP_HYPOTHESIS") or "fast")

# ------------------------------------------------------------------------------------------ needs


def missing_dot() -> str:
    """What to do about a missing dot, "" when it is there."""
    if shutil.which("dot"):
        return ""
    return "Graphviz's dot is not on the PATH; get it by apt-get install graphviz, or brew install graphviz"


def missing_node() -> str:
    """What to do about missing Node, "" when it is there."""
    if shutil.which("node"):
        return ""
    return "Node (18 or newer) is not on the PATH; get it by apt-get install nodejs, or brew install node"


WHEAT = "wheat-seeds/wheat-seeds.csv"


def missing_data() -> str:
    """What to do about missing data, "" when they are there."""
    folder = os.environ.get("MICROBP_DATA", "")
    if folder and Path(folder, "mnist").is_dir():
        return ""
    named = f"MICROBP_DATA is {folder!r}" if folder else "MICROBP_DATA is not set"
    return f"{named}; let it name a folder with MNIST's four files (train-images-idx3-ubyte.gz, …) in mnist/"


def missing_wheat() -> str:
    """What to do about missing wheat seeds, "" when they are there."""
    folder = os.environ.get("MICROBP_DATA", "")
    if folder and Path(folder, WHEAT).is_file():
        return ""
    return f"MICROBP_DATA is {folder!r}; let it name a folder with the wheat seeds, 210 rows of CSV, in {WHEAT}"


def missing_sklearn() -> str:
    """What to do about missing scikit-learn, "" when it is there."""
    return "" if find_spec("sklearn") else 'scikit-learn is not installed; get it by pip install "microbp[baselines]"'


MISSING = {
    "dot": missing_dot,
    "browser": missing_browser,
    "node": missing_node,
    "data": missing_data,
    "wheat": missing_wheat,
    "sklearn": missing_sklearn,
}
REQUIRED = os.environ.get("MICROBP_REQUIRE")
allowed_skip = pytest.StashKey[bool]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for need, missing in MISSING.items():
        if item.get_closest_marker(f"needs_{need}") and (reason := missing()):
            if need in (REQUIRED or "").split(","):
                pytest.fail(f"{reason} (MICROBP_REQUIRE={REQUIRED})", pytrace=False)
            item.stash[allowed_skip] = True
            pytest.skip(reason)


class NoOtherSkips:
    """A plugin under which a skipped test, doctest or module fails, unless a need allowed it."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report = yield
        if report.skipped and not hasattr(report, "wasxfail") and not item.stash.get(allowed_skip, False):
            fail(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Iterator[None]:
        report = yield
        if report.skipped:
            fail(report)
        return report


def fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    *_, reason = report.longrepr if isinstance(report.longrepr, tuple) else [str(report.longrepr)]
    report.outcome = "failed"
    report.longrepr = f"{reason} (a skip fails here: MICROBP_REQUIRE is set)"


def pytest_configure(config: pytest.Config) -> None:
    if REQUIRED is None:
        return
    if unknown := set(REQUIRED.split(",")) - {"", *MISSING}:
        known = ", ".join(MISSING)
        raise pytest.UsageError(f"MICROBP_REQUIRE: no such need as {min(unknown)!r}; there are {known}")
    config.pluginmanager.register(NoOtherSkips())


# --------------------------------------------------------------------------------------- fixtures


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in the background, where a shell has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def data_folder() -> Path:
    """The folder of the real data; the test is marked needs_data."""
    return Path(os.environ["MICROBP_DATA"])


@pytest.fixture(scope="session")
def wheat_seeds() -> Path:
    """The wheat seeds' CSV file; the test is marked needs_wheat."""
    return Path(os.environ["MICROBP_DATA"], WHEAT)
