"""The experiments are the book's, each with a name and a place in the table."""

from microbp.book.experiments import BASELINES, EXPERIMENTS, GROUPS


def test_every_experiment_has_a_name_of_its_own_and_a_place_in_the_table():
    names = [e.name for e in EXPERIMENTS]
    shown = {name for group in GROUPS.values() for name in group.names}

    assert len(set(names)) == len(names)
    assert shown == set(names)
    assert not set(names) & {b.name for b in BASELINES}


def test_settings_say_all_that_a_run_rests_on():
    """Two experiments that run otherwise differ in their settings, and changing any field but the seeds shows."""
    settings = [e.settings for e in EXPERIMENTS]
    first = EXPERIMENTS[0]
    changed = dict(sizes=(784, 10), eta=0.5, batch_size=1, improved=True, epochs=2)

    assert first.settings == "[784, 30, 10], 30 epochs, m = 10, η = 3, quadratic, N(0, 1)"
    assert len(set(settings)) == len(settings)
    assert all(first._replace(**{field: value}).settings != first.settings for field, value in changed.items())
    assert first._replace(seeds=99, book="else").settings == first.settings


def test_what_issue_and_book_ask_for_is_there():
    rates = {e.eta for e in EXPERIMENTS if e.sizes == (784, 30, 10) and e.batch_size == 10 and not e.improved}
    rates_100 = {e.eta for e in EXPERIMENTS if e.sizes == (784, 100, 10) and not e.improved}

    assert rates == rates_100 == {0.001, 0.01, 0.1, 1.0, 3.0, 10.0, 100.0}
    assert {e.batch_size for e in EXPERIMENTS} == {1, 10, 100}
    assert {e.sizes for e in EXPERIMENTS} == {(784, 30, 10), (784, 100, 10), (784, 10), (784, 30, 4)}
    assert [e.book for e in EXPERIMENTS if e.book] == [
        "9129, 9295, 9348, …, 9528, 9542, 9534", "best 9659", "1009, …, 982", "1139, …, 2142",
    ]  # fmt: skip
