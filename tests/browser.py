"""A browser for the tests of pages: offline, with reduced motion, in which nothing may go wrong unnoticed."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COMMANDS = ("chromium", "chromium-browser", "google-chrome")

ARGUMENTS = (
    "--no-sandbox",  # as root, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

LOCAL = ("file:", "data:", "blob:", "about:")
"""What a page may load: none of these leaves the machine."""

READY = "body[data-ready]"

PATIENCE = 15_000
"""Milliseconds after which a page that has not come to what was waited for has failed."""


def command() -> str | None:
    """The path of a Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, COMMANDS)), None)


def missing_browser() -> str:
    """What to do about a missing browser, "" when it can be driven."""
    if command() is None:
        return "there is no Chromium on the PATH; get it by apt-get install chromium, or brew install --cask chromium"
    if importlib.util.find_spec("playwright") is None:
        return 'the package playwright drives the browser; get it by pip install -e ".[test]"'
    return ""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=command(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """A function that opens a page of the explorer, and waits until it is ready; the test is marked needs_browser.

    open_page(html_or_path, wait_for=READY, timeout=PATIENCE, **context_options) → Page, of playwright

    html_or_path     the page as text, or the path of its file
    wait_for         what has to be there before the page is handed over, None to wait for nothing
    timeout          milliseconds, for this and for whatever the test waits for
    context_options  of playwright's `new_context`, such as color_scheme="dark"

    The test fails where a page writes an error to the console, raises one, or asks for anything that is not local.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def watch(page: Any) -> None:
        page.on("console", lambda message: message.type == "error" and troubles.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: troubles.append(f"raised: {error}"))

    def watch_request(request: Any) -> None:
        if not request.url.startswith(LOCAL):
            troubles.append(f"asked for {request.url}")

    def opened(
        html_or_path: str | os.PathLike[str],
        *,
        wait_for: str | None = READY,
        timeout: float = PATIENCE,
        **context_options: Any,
    ) -> Any:
        path = html_or_path
        if isinstance(html_or_path, str) and "<" in html_or_path:
            path = tmp_path / f"page-{len(contexts)}.html"
            path.write_text(html_or_path, encoding="utf-8")
        context = chromium.new_context(**{"offline": True, "reduced_motion": "reduce"} | context_options)
        contexts.append(context)
        context.set_default_timeout(timeout)
        context.on("page", watch)
        context.on("request", watch_request)
        page = context.new_page()
        page.goto(Path(path).resolve().as_uri())
        if wait_for is not None:
            try:
                page.wait_for_selector(wait_for, state="attached")
            except Exception as error:
                pytest.fail("\n".join([f"the page did not come to {wait_for}: {error}", *troubles]), pytrace=False)
        return page

    yield opened
    for context in contexts:
        context.close()
    if troubles:
        pytest.fail("the page was not quiet:\n" + "\n".join(troubles), pytrace=False)
