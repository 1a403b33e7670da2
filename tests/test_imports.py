"""What may import what, what `import microbp` loads, and how every module introduces itself."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "microbp").rglob("*.py"))

module_paths = pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(ROOT)) for path in MODULES])


def python(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True)


# ----------------------------------------------------------------------------------------- floors


def lint_imports(folder: Path) -> tuple[bool, str]:
    """Whether the package in that folder keeps the contracts of its setup.cfg, and the report."""
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    run = python("-c", lint, cwd=folder)
    return run.returncode == 0, run.stdout + run.stderr


def test_imports_go_down_the_floors():
    kept, report = lint_imports(ROOT)

    assert kept, report


def test_every_kind_of_import_against_the_floors_is_named(tmp_path):
    offences = {
        "graph": "cli",  # upwards
        "tensor": "value",  # sideways
        "equations": "graph",  # the oracle must not use what it judges
        "network": "graph",  # nor must the book's class
        "data": "equations",
        "sweeps": "",  # through the public names, in a circle
    }
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    shutil.copytree(ROOT / "microbp", tmp_path / "microbp")
    for importer, imported in offences.items():
        path = tmp_path / "microbp" / importer
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        line = f"import microbp.{imported}" if imported else "import microbp"
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    kept, report = lint_imports(tmp_path)

    assert not kept
    for importer, imported in offences.items():
        chain = f"microbp.{importer} -> microbp.{imported}".rstrip(".")
        assert re.search(rf"{re.escape(chain)} \(l\.", report), f"{chain} is not in the report:\n{report}"


# ----------------------------------------------------------------------------------------- weight


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules that `import microbp` loads on top of numpy's own."""
    run = python(
        "-c",
        "import sys, numpy; before = set(sys.modules); import microbp; print(*set(sys.modules) - before)",
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_importing_microbp_loads_nothing_but_numpy_and_the_standard_library(loaded):
    packages = {name.partition(".")[0] for name in loaded}

    assert packages - sys.stdlib_module_names == {"microbp", "numpy"}


def test_importing_microbp_loads_no_slow_part_of_the_standard_library(loaded):
    slow = {"asyncio", "email", "http", "importlib.metadata", "logging", "multiprocessing", "socket", "ssl"}
    slow |= {"dataclasses", "gzip", "pathlib", "random", "threading"}  # 6 of the 15 ms that it may take
    slow |= {"concurrent.futures", "sqlite3", "subprocess", "unittest", "urllib.request", "xml"}

    assert loaded & slow == set()


# ----------------------------------------------------------------------------------------- habits


@module_paths
def test_a_module_opens_with_one_sentence(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first, *_ = docstring.splitlines() or [""]

    assert first.endswith("."), f"the first line is no sentence: {first!r}"
    assert not re.search(r"[.!?] +[A-Z]", first), f"the first line is more than one sentence: {first!r}"


def test_no_file_names_a_folder_of_somebodys_machine():
    texts = [*ROOT.glob("[!.]*.*"), ROOT / "Makefile", ROOT / ".ci" / "run"]
    texts += [path for folder in ("microbp", "tests", "benchmarks", "docs") for path in (ROOT / folder).rglob("*.*")]
    personal = re.compile(rb"(?<![\w.~-])/(?:home|root|Users|work|tmp|mnt)/[\w.-]")

    named = {
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in texts
        if path.is_file() and path.suffix != ".pyc"
        for match in personal.finditer(path.read_bytes())
    }

    assert named == set()
