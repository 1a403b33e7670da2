"""The page's own tests, where there is Node to run them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).with_name("page")


@pytest.mark.needs_node
def test_the_modules_of_the_page_pass_their_tests() -> None:
    files = sorted(map(str, PAGE.glob("*.test.js")))

    run = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=300)

    assert files
    assert run.returncode == 0, run.stdout + run.stderr
