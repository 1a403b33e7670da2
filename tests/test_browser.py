"""The browser of the tests: nothing that goes wrong in a page is missed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

BODIES = {
    "quiet": "<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>",
    "console": "<script>console.error('no such weight')</script>",
    "raised": "<script>missing()</script>",
    "asked_for": "<img alt='' src='https://example.invalid/a.png'>",
    "did_not_come": "<script>delete document.body.dataset.ready</script>",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> str:
    """What pytest says of a test a body, each of which only opens a page of it."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "conftest.py").write_text("from browser import chromium, open_page")
    test = "def test_{}(open_page):\n    open_page({!r}, **{!r}).wait_for_timeout(50)\n"
    (folder / "test_pages.py").write_text(
        "\n".join(
            test.format(
                name,
                f"<!DOCTYPE html><html lang='en'><title>a page</title><body data-ready='yes'>{body}</body></html>",
                {"timeout": 1000} if name == "did_not_come" else {},
            )
            for name, body in BODIES.items()
        )
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "MICROBP"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "--rootdir", folder],
        env=environment | {"PYTHONPATH": str(TESTS)}, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    return run.stdout


@pytest.mark.needs_browser
def test_nothing_that_goes_wrong_in_a_page_is_missed(report):
    assert "PASSED test_pages.py::test_quiet" in report
    assert "ERROR test_pages.py::test_quiet" not in report
    for name, trouble in {
        "console": "console: no such weight",
        "raised": "raised: missing is not defined",
        "asked_for": "asked for https://example.invalid/a.png",
    }.items():
        assert f"ERROR test_pages.py::test_{name}" in report, report
        assert trouble in report
    assert "FAILED test_pages.py::test_did_not_come" in report
    assert "the page did not come to body[data-ready]" in report
