"""The harness takes turns fairly, times what it says, and leaves out what is wrong with a word."""

import gc

import pytest

from microbp.bench import Contestant, Goal, Missing, Ready, Workload, measure


class Clock:
    """A clock that goes on only when somebody works."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def worker(self, seconds):
        def step():
            self.now += seconds

        return step


@pytest.fixture
def clock():
    return Clock()


def workload(*contestants, **changes):
    first = contestants[0].name
    return Workload("work", "Some work", "step", contestants, **({"reference": first} | changes))


def working(clock, name, seconds, **ready):
    return Contestant(name, lambda: Ready(clock.worker(seconds), **ready))


def timed(work, clock, **options):
    return measure(work, **({"rounds": 16, "clock": clock, "progress": False} | options))


def test_a_time_is_that_of_one_unit_of_work(clock):
    outcome = timed(workload(working(clock, "one", 0.002), working(clock, "hundred", 0.1, work=100)), clock)

    assert outcome.timings["one"].spread.median == pytest.approx(0.002)
    assert outcome.timings["hundred"].spread.median == pytest.approx(0.001)
    assert outcome.ratio("hundred", "one").median == pytest.approx(0.5)


def test_a_sample_is_as_many_calls_as_take_about_as_long_as_it_should(clock):
    outcome = timed(workload(working(clock, "quick", 0.0003), working(clock, "slow", 0.5)), clock, sample=0.03)

    assert outcome.timings["quick"].calls == 100
    assert outcome.timings["slow"].calls == 1


def test_ratios_are_taken_within_a_round_so_that_what_slows_all_down_cancels(clock):
    def slowing_down(seconds):
        calls = []

        def step():
            calls.append(1)
            clock.now += seconds * len(calls)

        return Ready(step)

    a, b = (Contestant(name, lambda s=s: slowing_down(s)) for name, s in (("a", 0.02), ("b", 0.06)))

    outcome = timed(workload(a, b), clock, seconds=1e6)

    assert outcome.timings["a"].spread.high > 4 * outcome.timings["a"].spread.low
    assert outcome.ratio("b", "a") == pytest.approx((3.0, 3.0, 3.0, 16))


def test_every_round_has_an_order_of_its_own_and_a_seed_repeats_it(clock):
    def orders(seed):
        seen = []
        names = "abcd"
        contestants = [Contestant(n, lambda n=n: Ready(lambda: (seen.append(n), clock.worker(0.02)()))) for n in names]
        timed(workload(*contestants), clock, rng=seed)
        return ["".join(seen[-4 * k - 4 : len(seen) - 4 * k]) for k in range(16)]

    first = orders(0)

    assert all(sorted(order) == list("abcd") for order in first)
    assert len(set(first)) > 5
    assert orders(0) == first
    assert orders(1) != first


def test_slow_contestants_take_part_in_fewer_rounds_which_are_among_those_of_faster_ones(clock):
    contestants = [working(clock, name, s) for name, s in (("quick", 0.01), ("slow", 0.5), ("slowest", 60.0))]

    outcome = timed(workload(*contestants), clock, rounds=16, seconds=4.0)
    rounds = {name: set(timing.seconds) for name, timing in outcome.timings.items()}

    assert rounds["quick"] == set(range(16))
    assert len(rounds["slow"]) == 8
    assert len(rounds["slowest"]) == 4
    assert rounds["slowest"] < rounds["slow"] < rounds["quick"]
    assert outcome.ratio("slowest", "quick").rounds == 4


@pytest.mark.parametrize("rounds", [1, 2, 3, 5, 60])
def test_nobody_has_fewer_rounds_than_three_where_there_are_three(rounds, clock):
    outcome = timed(workload(working(clock, "slow", 60.0)), clock, rounds=rounds, seconds=1.0)

    assert min(rounds, 3) <= len(outcome.timings["slow"].seconds) <= max(3, rounds // 8)


def test_what_a_step_has_only_started_is_waited_for_within_the_sample(clock):
    finished = []

    def finish():
        finished.append(clock.now)
        clock.now += 0.5

    outcome = timed(workload(working(clock, "asynchronous", 0.0, finish=finish)), clock)

    assert finished
    assert outcome.timings["asynchronous"].spread.median == pytest.approx(0.5)


def test_what_warming_up_has_started_is_waited_for_before_the_sample(clock):
    started = []

    def finish():
        clock.now += 0.001 * len(started)
        started.clear()

    contestant = Contestant("asynchronous", lambda: Ready(lambda: started.append(1), finish=finish))
    outcome = timed(workload(contestant), clock, sample=0.01)

    assert outcome.timings["asynchronous"].calls == 10
    assert outcome.timings["asynchronous"].spread == pytest.approx((0.001, 0.001, 0.001, 16))


def test_the_first_call_which_may_compile_is_not_timed(clock):
    def prepare():
        times = iter([5.0])
        return Ready(lambda: clock.worker(next(times, 0.001))())

    outcome = timed(workload(Contestant("compiled", prepare)), clock, sample=0.01)

    assert outcome.timings["compiled"].spread.high == pytest.approx(0.001)
    assert outcome.timings["compiled"].calls == 10


# ----------------------------------------------------------------------------- who is not timed


def test_a_wrong_result_is_said_and_not_timed(clock):
    right = Contestant("right", lambda: Ready(clock.worker(0.1), result=lambda: [1.0, 2.0]))
    wrong = Contestant("wrong", lambda: Ready(clock.worker(0.1), result=lambda: [1.0, 2.002]))
    nan = Contestant("nan", lambda: Ready(clock.worker(0.1), result=lambda: [1.0, float("nan")]))
    short = Contestant("short", lambda: Ready(clock.worker(0.1), result=lambda: [1.0]))

    outcome = timed(workload(right, wrong, nan, short, expected=lambda _: [1.0, 2.0]), clock)

    assert list(outcome.timings) == ["right"]
    assert "1.0e-03 from the right one" in outcome.left_out["wrong"]
    assert "nan from the right one" in outcome.left_out["nan"]
    assert outcome.left_out["short"] == "its result has shape (1,), the right one (2,): not timed"


def test_the_result_is_asked_for_after_as_much_work_as_is_expected(clock):
    done = []
    contestant = Contestant(
        "a", lambda: Ready(lambda: (done.append(1), clock.worker(0.1)()), 10, lambda: [10 * len(done)], tried=4)
    )
    asked = []

    outcome = timed(workload(contestant, expected=lambda work: asked.append(work) or [work]), clock)

    assert asked == [40]
    assert outcome.left_out == {}


def test_the_missing_and_the_failing_are_left_out_with_the_reason(clock):
    def missing():
        raise Missing("there is none")

    def fails():
        raise RecursionError("maximum recursion depth exceeded\nand more")

    contestants = [working(clock, "there", 0.1), Contestant("missing", missing)]
    contestants += [Contestant("failing", fails), Contestant("later", lambda: Ready(fails))]

    outcome = timed(workload(*contestants), clock)

    reason = "RecursionError: maximum recursion depth exceeded"
    assert outcome.left_out == {"missing": "there is none", "failing": reason, "later": reason}
    assert list(outcome.timings) == ["there"]


def test_who_fails_in_a_round_is_left_out_from_then_on_and_the_others_go_on(clock):
    calls = []

    def step():
        calls.append(1)
        clock.now += 0.1
        if len(calls) == 5:
            raise OverflowError("too large")

    outcome = timed(workload(working(clock, "there", 0.1), Contestant("failing", lambda: Ready(step))), clock)

    assert outcome.left_out == {"failing": "OverflowError: too large, in round 3"}
    assert list(outcome.timings) == ["there"]
    assert len(outcome.timings["there"].seconds) == 16
    assert len(calls) == 5


def test_where_the_reference_is_missing_the_first_that_is_there_stands_in(clock):
    contestants = [working(clock, "a", 0.1), working(clock, "b", 0.2)]

    outcome = timed(workload(*contestants, reference="nobody"), clock)

    assert outcome.timings["b"].against == "a"


def test_a_contestant_may_be_held_against_another_than_the_reference(clock):
    pair = [working(clock, "a", 0.1), working(clock, "b", 0.2), working(clock, "b twice", 0.4)._replace(against="b")]

    outcome = timed(workload(*pair), clock)

    assert [timing.against for timing in outcome.timings.values()] == ["a", "a", "b"]


def test_ctrl_c_gives_what_was_measured_so_far(clock):
    calls = []

    def step():
        clock.now += 0.1
        calls.append(1)
        if len(calls) == 7:  # one to try, one to calibrate, then the fifth round
            raise KeyboardInterrupt

    outcome = timed(workload(Contestant("a", lambda: Ready(step))), clock)

    assert outcome.interrupted
    assert len(outcome.timings["a"].seconds) == 4


def test_ctrl_c_before_the_first_round_gives_nothing_but_the_word(clock):
    def prepare():
        raise KeyboardInterrupt

    outcome = timed(workload(working(clock, "a", 0.1), Contestant("b", prepare)), clock)

    assert outcome.interrupted
    assert outcome.timings == {}


def test_rounds_are_at_least_one(clock):
    with pytest.raises(ValueError, match="rounds is a whole number of at least 1, not 0"):
        timed(workload(working(clock, "a", 0.1)), clock, rounds=0)


# ------------------------------------------------------------------------------------- collector


@pytest.mark.parametrize("collector", [True, False])
def test_the_collector_is_on_in_a_sample_if_the_workload_says_so_and_afterwards_as_it_was(collector, clock):
    seen = []
    contestant = Contestant("a", lambda: Ready(lambda: (seen.append(gc.isenabled()), clock.worker(0.1)())))

    timed(workload(contestant, collector=collector), clock)

    assert set(seen[1:]) == {collector}  # but for the first call, which is only a try
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


# ----------------------------------------------------------------------------------------- goals


def test_a_goal_is_judged_by_the_ratio_or_by_a_fact(clock):
    fast, slow = working(clock, "fast", 0.1, facts={"bytes": 150.0}), working(clock, "slow", 0.3)
    outcome = timed(workload(slow, fast), clock)

    reached = outcome.reached(Goal("at most half", "fast", 0.5, "slow"))
    missed = outcome.reached(Goal("at most a quarter", "fast", 0.25, "slow"))

    assert reached[0].median == pytest.approx(1 / 3)
    assert (reached[1], missed[1]) == (True, False)
    assert outcome.reached(Goal("at most 200 bytes", "fast", 200, fact="bytes")) == (150.0, True)
    assert outcome.reached(Goal("at most 100 bytes", "fast", 100, fact="bytes")) == (150.0, False)
    assert outcome.reached(Goal("who?", "nobody", 1, "slow")) is None
    assert outcome.reached(Goal("what?", "fast", 1, fact="weight")) is None
