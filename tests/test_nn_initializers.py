"""Initial weights: their means, spreads and shapes, and the bits of a seed."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.nn import initializers

N_OUT, N_IN = 300, 200
SPREADS = {
    "normal": (1.0, 1.0),
    "inverse_sqrt": (1 / np.sqrt(N_IN), 1.0),
    "glorot": (np.sqrt(2 / (N_IN + N_OUT)), 0.0),
    "he": (np.sqrt(2 / N_IN), 0.0),
}
every_initializer = pytest.mark.parametrize("name", initializers.NAMES)


@every_initializer
def test_weights_and_biases_have_the_mean_0_and_the_spread_that_their_source_gives(name):
    w, b = initializers.NAMES[name](np.random.default_rng(0), N_OUT, N_IN)
    w_spread, b_spread = SPREADS[name]

    assert (w.shape, b.shape) == ((N_OUT, N_IN), (N_OUT, 1))
    # Four standard errors of a mean, and of a standard deviation, of as many draws.
    assert w.mean() == pytest.approx(0, abs=4 * w_spread / np.sqrt(w.size))
    assert w.std() == pytest.approx(w_spread, rel=4 / np.sqrt(2 * w.size))
    assert b.mean() == pytest.approx(0, abs=4 * b_spread / np.sqrt(b.size))
    assert b.std() == pytest.approx(b_spread, rel=4 / np.sqrt(2 * b.size))


@every_initializer
def test_weights_are_normal(name):
    w, _ = initializers.NAMES[name](np.random.default_rng(0), N_OUT, N_IN)
    z = w / SPREADS[name][0]

    within = [np.mean(np.abs(z) < k) for k in (1, 2, 3)]
    assert within == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.01)


@every_initializer
def test_the_same_generator_gives_the_same_bits_and_is_drawn_from(name):
    def bits(rng):
        return b"".join(part.tobytes() for part in initializers.NAMES[name](rng, 4, 3))

    rng = np.random.default_rng(5)
    first, second = bits(rng), bits(rng)

    assert first == bits(np.random.default_rng(5)) != second


def test_with_one_over_root_n_weighted_inputs_do_not_grow_with_the_layer():
    """The book's example, ch. 3: 1000 inputs, half of them 1 and half 0."""
    rng = np.random.default_rng(0)
    a = np.repeat([[1.0], [0.0]], 500, axis=0)
    spread = {}
    for name in ("normal", "inverse_sqrt"):
        w, b = initializers.NAMES[name](rng, 2000, 1000)
        spread[name] = np.std(w @ a + b)

    assert spread["normal"] == pytest.approx(np.sqrt(501), rel=0.05)
    assert spread["inverse_sqrt"] == pytest.approx(np.sqrt(3 / 2), rel=0.05)
