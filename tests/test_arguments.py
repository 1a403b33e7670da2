"""Arguments that are numbers: what won't do is named, whichever function it is given to."""

from __future__ import annotations

import numpy as np
import pytest

import microbp as mb
from microbp.arguments import generator, real_number, whole_number


@pytest.mark.parametrize("n", [0, -3, 2.0, True, "2", None, np.nan])
def test_a_count_is_a_whole_number_of_at_least_one(n):
    with pytest.raises(ValueError, match="^fit: steps is a whole number of at least 1, not "):
        whole_number("fit", "steps", n)
    assert whole_number("fit", "steps", np.int64(3)) == 3


@pytest.mark.parametrize("x", ["1", None, True, [1.0], np.array([1.0]), 1j])
def test_a_number_is_no_text_and_no_array(x):
    with pytest.raises(TypeError, match="^fit: eta is a number, not "):
        real_number("fit", "eta", x)
    assert real_number("fit", "eta", np.float32(0.5)) == 0.5


def test_a_generator_is_drawn_from_as_it_stands_and_a_seed_makes_the_same_each_time():
    ours = np.random.default_rng(3)

    assert generator("fit", ours) is ours
    assert generator("fit", 3).random() == np.random.default_rng(3).random()


DATA = np.zeros((4, 3)), [0, 1, 0, 1]


@pytest.mark.parametrize("rng", [-1, "a", 1.5])
@pytest.mark.parametrize(
    ("operation", "run"),
    [
        ("MLP", lambda rng: mb.MLP([3, 2], rng=rng)),
        ("dropout_masks", lambda rng: mb.MLP([3, 2]).dropout_masks(4, rng)),
        ("train", lambda rng: mb.train(mb.MLP([3, 2]), DATA, epochs=1, batch_size=2, progress=False, rng=rng)),
        ("gradient_spread", lambda rng: mb.gradient_spread(mb.MLP([3, 2]), DATA, 2, rng=rng)),
        ("check", lambda rng: mb.check(mb.MLP([3, 2]), np.zeros((3, 1)), np.zeros((2, 1)), rng=rng)),
        ("equation 1", lambda rng: mb.book.equations["1"].prove(rng)),
    ],
)
def test_what_is_no_seed_is_named_wherever_it_is_given(operation, run, rng):
    with pytest.raises(ValueError, match=f"^{operation}: rng is {rng!r}; pass a numpy Generator, or a seed"):
        run(rng)
