"""The command for all benchmarks, and the names that its peers and goals share; no peer needs to be installed."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from microbp.bench.suite import OWN, peers, workloads

ROOT = Path(__file__).parent.parent
PEERS = sorted((ROOT / "benchmarks" / "peers").glob("[!_]*_.py"))


def benchmarks(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=120, env=os.environ | environment,
    )  # fmt: skip


def names_of(path):
    """The kinds of work in the table CONTESTANTS of a module, with the names of the contestants."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        target = statement.target if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [None])[0]
        if isinstance(target, ast.Name) and target.id == "CONTESTANTS":
            kinds = [ast.literal_eval(key) for key in statement.value.keys]
            tables = [[ast.literal_eval(key) for key in table.keys] for table in statement.value.values]
            return dict(zip(kinds, tables, strict=True))
    raise AssertionError(f"{path.name} has no CONTESTANTS")


def test_every_peer_is_listed_and_every_one_that_is_listed_is_there():
    from benchmarks.peers import MODULES

    listed = {ROOT / Path(*module.split(".")).with_suffix(".py") for module in MODULES.values()}

    assert listed == {*PEERS, ROOT / "microbp" / "bench" / "micrograd_.py"}
    assert all(module.endswith(f".{package}_") for package, module in MODULES.items())


def test_every_peer_is_in_the_extra():
    from benchmarks.peers import MODULES

    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    extra = setup.split("\npeers =\n")[1].split("\n#")[0]
    packages = [line.split()[0] for line in extra.splitlines() if ">=" in line]

    assert packages == list(MODULES)


def test_no_two_contestants_have_one_name():
    files = [*PEERS, ROOT / "microbp" / "bench" / "micrograd_.py"]
    files += [ROOT / Path(*module.split(".")).with_suffix(".py") for module in OWN]
    seen = [(kind, name) for path in files for kind, names in names_of(path).items() for name in names]

    assert len(seen) == len(set(seen))


def test_goals_are_held_against_contestants_that_exist():
    files = [*PEERS, ROOT / "microbp" / "bench" / "micrograd_.py"]
    known = {name for path in files for names in names_of(path).values() for name in names}
    found, _ = peers({})

    for workload in workloads(found):
        own = {contestant.name for contestant in workload.contestants}
        assert {goal.against for goal in workload.goals if goal.against} <= own | known


def test_the_command_lists_its_workloads_without_loading_a_peer():
    run = benchmarks("--list")

    assert run.returncode == 0, run.stderr
    assert "moons " in run.stdout
    assert len(run.stdout.splitlines()) == len(workloads(peers({})[0]))


def test_the_command_names_the_workloads_when_a_word_is_in_none():
    run = benchmarks("--list", "--only", "stars")

    assert run.returncode == 1
    assert run.stderr.startswith("benchmarks: no workload has 'stars' in its name; there are nodes-collector-off, ")
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(("option", "left"), [([], "Haswell"), (["--unpinned"], None)])
def test_unpinned_is_without_the_pin_and_threads_are_one(option, left):
    code = (
        f"import os, sys; sys.argv[1:] = ['--list', *{option!r}]; from benchmarks.__main__ import main; main();"
        "print(os.environ.get('OPENBLAS_CORETYPE'), os.environ['OPENBLAS_NUM_THREADS'])"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}

    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, text=True, env=environment | {"OPENBLAS_CORETYPE": "Haswell"},
    )  # fmt: skip

    assert run.stdout.splitlines()[-1] == f"{left} 1"


def test_the_command_does_not_load_numpy_before_it_has_settled_that():
    run = subprocess.run(
        [sys.executable, "-c", "import sys; import benchmarks.__main__; print('numpy' in sys.modules)"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert run.stdout == "False\n"
