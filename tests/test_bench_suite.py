"""Every contestant that is timed does the work: its result is held against an oracle of another kind."""

import numpy as np
import pytest

from microbp.bench.digits import Digits
from microbp.bench.eager import growth
from microbp.bench.scalars import Chain, Mixed, Moons
from microbp.bench.suite import OWN, SMALL, chosen, peers, quick, workloads

PEERS, LEFT_OUT = peers(SMALL)
TASKS = {
    "mixed": Mixed(400),
    "chain": Chain(200),
    "moons": Moons(),
    "digits": Digits([6, 5, 4, 3], 4, 20),
    "digits by scalars": Digits([6, 5, 3], 4, 20),
}
CASES = [
    pytest.param(kind, ready, id=f"{kind}: {name}")
    for peer in PEERS
    for kind, table in peer.items()
    for name, ready in table.items()
    if kind in TASKS and name != "floor"
]
PAIRS = [pytest.param(pair, id=name) for peer in PEERS for name, pair in peer.get("gradient", {}).items()]


@pytest.mark.parametrize(("kind", "prepare"), CASES)
def test_a_contestant_agrees_with_the_oracle(kind, prepare):
    task = TASKS[kind]
    ready = prepare(task)

    for _ in range(ready.tried):
        ready.step()

    right = task.expected(ready.tried * ready.work)
    assert np.shape(ready.result()) == right.shape
    np.testing.assert_allclose(ready.result(), right, rtol=0, atol=1e-10 * np.abs(right).max())


@pytest.mark.parametrize("pair", PAIRS)
def test_value_and_gradient_agree_with_the_closed_form(pair):
    task = TASKS["digits"]
    value, both = pair(task)

    value.step()

    np.testing.assert_allclose(both.result(), task.expected_gradient(), rtol=1e-10, atol=1e-12)


def test_all_contestants_get_the_same_mini_batches():
    task = TASKS["digits"]
    first, second = task.endless_batches(), task.endless_batches()

    assert all((next(first) == next(second)).all() for _ in range(2_100))


def test_mixed_nodes_are_as_many_as_they_say():
    made = []

    class Counted(float):
        def __add__(self, other):
            made.append(1)
            return Counted()

        __sub__ = __mul__ = __add__

    task = Mixed(1_000)
    task.record([Counted(x) for x in task.leaves], lambda x: x + x)

    assert len(made) == task.n - 1


@pytest.mark.parametrize("reading", growth(), ids=str)
def test_every_reading_of_a_growing_graph_can_be_timed(reading):
    ready = growth()[reading](1_000)

    ready.step()
    ready.step()

    assert ready.work == 1_000


def test_a_package_that_is_not_there_is_left_out_with_a_word():
    found, left_out = peers({"no_such_package": "benchmarks.peers.none"})

    assert len(found) == len(OWN)
    assert left_out == {"no_such_package": "not installed, left out (pip install no_such_package)"}


def test_a_package_that_is_broken_is_left_out_with_its_reason():
    _, left_out = peers({"numpy": "microbp.bench.no_such_module"})

    assert left_out["numpy"].startswith("can't be imported, left out (No module named")


def test_names_are_unique_and_every_reference_and_goal_names_a_contestant():
    for suite in (workloads(PEERS), quick(PEERS)):
        names = [workload.name for workload in suite]
        assert len(names) == len(set(names))
        for workload in suite:
            contestants = [contestant.name for contestant in workload.contestants]
            assert len(contestants) == len(set(contestants))
            assert workload.reference in contestants
            assert {c.against for c in workload.contestants} <= {"", *contestants}
            assert all(goal.contestant in contestants for goal in workload.goals)
            assert all(bool(goal.against) != bool(goal.fact) for goal in workload.goals)


def test_the_words_of_a_goal_say_its_limit_and_against_whom():
    goals = {workload.name: workload.goals[0] for workload in workloads(PEERS)}
    off, on = goals["nodes-collector-off"], goals["nodes-collector-on"]

    assert (off.words, off.limit) == ("at most half of micrograd's time", 0.5)
    assert (on.words, on.limit) == ("at most a quarter of micrograd's time", 0.25)
    assert off.against == on.against == "micrograd"


def test_the_quick_part_spares_the_peers_a_step_of_scalars_and_no_one_else():
    of_scalars = next(workload for workload in quick(PEERS) if workload.name == "scalar-digits")
    everyone = next(workload for workload in workloads(PEERS) if workload.name == "scalar-digits")
    own = {name for peer in PEERS[: len(OWN)] for name in peer.get("digits by scalars", {})}

    assert {contestant.name for contestant in of_scalars.contestants} == own
    assert own <= {contestant.name for contestant in everyone.contestants}


def test_workloads_are_chosen_by_words_in_their_names():
    everything = quick(PEERS)

    assert chosen(everything, []) == everything
    assert [w.name for w in chosen(everything, ["moons", "grad"])] == ["moons", "gradient"]
    with pytest.raises(ValueError, match="no workload has 'stars' in its name; there are nodes-collector-off, "):
        chosen(everything, ["moons", "stars"])
