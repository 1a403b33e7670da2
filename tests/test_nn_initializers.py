"""Initial weights: their means, spreads and shapes, and the bits of a seed."""

from __future__ import annotations

import numpy as np
import pytest

from microbp.nn import MLP, initializers

N_OUT, N_IN = 300, 200
SPREADS = {
    "normal": (1.0, 1.0),
    "inverse_sqrt": (1 / np.sqrt(N_IN), 1.0),
    "glorot": (np.sqrt(2 / (N_IN + N_OUT)), 0.0),
    "he": (np.sqrt(2 / N_IN), 0.0),
    "lecun": (1 / np.sqrt(N_IN), 0.0),
    "small": (0.01, 0.0),
}
every_initializer = pytest.mark.parametrize("name", initializers.NAMES)
every_normal = pytest.mark.parametrize("name", SPREADS)


def test_all_but_sparse_draw_every_weight():
    assert initializers.NAMES.keys() - SPREADS.keys() == {"sparse"}


@every_normal
def test_weights_and_biases_have_the_mean_0_and_the_spread_that_their_source_gives(name):
    w, b = initializers.NAMES[name](np.random.default_rng(0), N_OUT, N_IN)
    w_spread, b_spread = SPREADS[name]

    assert (w.shape, b.shape) == ((N_OUT, N_IN), (N_OUT, 1))
    # Four standard errors of a mean, and of a standard deviation, of as many draws.
    assert w.mean() == pytest.approx(0, abs=4 * w_spread / np.sqrt(w.size))
    assert w.std() == pytest.approx(w_spread, rel=4 / np.sqrt(2 * w.size))
    assert b.mean() == pytest.approx(0, abs=4 * b_spread / np.sqrt(b.size))
    assert b.std() == pytest.approx(b_spread, rel=4 / np.sqrt(2 * b.size))


@every_normal
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


@pytest.mark.parametrize(
    ("start", "k"), [(initializers.sparse, 10), (initializers.sparse_of(3), 3), (initializers.sparse_of(500), N_IN)]
)
def test_sparse_gives_each_neuron_k_normal_weights_at_random_places(start, k):
    w, b = start(np.random.default_rng(0), N_OUT, N_IN)
    drawn = w[w != 0]

    assert (np.count_nonzero(w, axis=1) == k).all() and (b == 0).all()
    assert drawn.mean() == pytest.approx(0, abs=4 / np.sqrt(drawn.size))
    assert drawn.std() == pytest.approx(1, rel=4 / np.sqrt(2 * drawn.size))
    used = np.count_nonzero(w, axis=0)  # of each input: binomial, n_out draws of probability k/n_in
    expected = N_OUT * k / N_IN
    assert np.abs(used - expected).max() <= 4 * np.sqrt(expected * (1 - k / N_IN))


def test_with_bias_changes_the_biases_of_any_start_and_nothing_else():
    for start in ("sparse", initializers.normal, initializers.sparse_of(2)):
        plain = start if callable(start) else initializers.NAMES[start]
        w, b = initializers.with_bias(start, 0.01)(np.random.default_rng(3), 5, 4)

        assert (w == plain(np.random.default_rng(3), 5, 4)[0]).all()
        assert (b == 0.01).all() and b.shape == (5, 1)


def test_they_are_taken_by_a_network_by_name_and_by_themselves():
    assert np.count_nonzero(MLP([20, 5], initializer="sparse", rng=0).layers[0].w.data) == 50
    assert (MLP([20, 5], initializer=initializers.with_bias("he", 0.5), rng=0).layers[0].b.data == 0.5).all()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: initializers.sparse_of(0), "sparse_of: k is a whole number of at least 1, not 0"),
        (lambda: initializers.sparse_of(2.5), "sparse_of: k is a whole number of at least 1, not 2.5"),
        (lambda: initializers.with_bias("he", np.nan), "with_bias: b is finite, not nan"),
        (lambda: initializers.with_bias("she", 0.1), "unknown initializer 'she'; there are normal, inverse_sqrt,"),
    ],
)
def test_what_is_no_start_is_named(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


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


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (lambda rng, n_out, n_in: None, "MLP: the initializer gave NoneType; want a pair w, b of arrays"),
        (lambda rng, n_out, n_in: np.zeros((n_out, n_in)), "MLP: the initializer gave ndarray; want a pair"),
        (lambda rng, n_out, n_in: ("a", "b"), "MLP: what the initializer gave holds real numbers, not str32 data"),
    ],
)
def test_an_initializer_that_gives_no_weights_and_biases_is_named(start, sentence):
    with pytest.raises(TypeError, match=sentence):
        MLP([2, 3], initializer=start)
