"""A mini-batch estimates the gradient: right on average, and away from it by σ/√m."""

from __future__ import annotations

import numpy as np
import pytest
from training import numbers

import microbp as mb
from microbp.gradient_spread import CHUNK, gradient_spread

N = 60


@pytest.fixture
def data(rng):
    return rng.normal(size=(N, 3)), np.eye(2)[rng.integers(2, size=N)]


@pytest.fixture
def net():
    return mb.MLP([3, 4, 2], "tanh", "sigmoid", rng=1)


def gradients_of_each(net, X, Y, cost="quadratic"):
    """∇C_x by the backward sweep, one row an example."""
    rows = []
    for x, y in zip(X, Y, strict=True):
        net.zero_grad()
        net.cost(x[:, None], y[:, None], cost).backward()
        rows.append(np.concatenate([w.grad.ravel() for w in net.parameters()]))
    net.zero_grad()
    return np.array(rows)


def variance(each):
    """σ², the mean of ‖∇C_x − ∇C‖²."""
    return np.mean(np.sum((each - each.mean(axis=0)) ** 2, axis=1))


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy"])
@pytest.mark.parametrize("node", [mb.Tensor, mb.Value])
def test_the_whole_gradient_is_the_mean_of_those_of_all_examples(node, cost, data):
    sizes, activations = [3, 4, 2], ("tanh", "sigmoid")
    expected = gradients_of_each(mb.MLP(sizes, *activations, rng=1), *data, cost).mean(axis=0)

    found = gradient_spread(mb.MLP(sizes, *activations, node=node, rng=1), data, 7, 3, cost, rng=0)

    np.testing.assert_allclose(found.nabla, expected, rtol=1e-12, atol=1e-15)


def test_many_examples_are_gone_through_in_pieces_of_which_the_last_may_be_smaller(net, rng):
    n = 2 * CHUNK + 123
    X, labels = rng.normal(size=(n, 3)), rng.integers(2, size=n)
    net.cost(X.T, np.eye(2)[labels].T).backward()
    expected = np.concatenate([w.grad.ravel() for w in net.parameters()])

    np.testing.assert_allclose(gradient_spread(net, (X, labels), 10, 1).nabla, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("m", [1, 4, 15, 30])
def test_the_mean_over_the_mini_batches_of_an_epoch_is_the_whole_gradient(m, net, data):
    found = gradient_spread(net, data, m, N // m, rng=0)

    np.testing.assert_allclose(found.mean, found.nabla, rtol=1e-10, atol=1e-14)
    assert np.linalg.norm(gradient_spread(net, data, m, 1, rng=0).mean - found.nabla) > 0.01 * found.slope


@pytest.mark.parametrize("m", [1, 2, 5, 20, 30])
def test_the_spread_is_sigma_over_the_root_of_m_but_for_what_drawing_without_return_takes_off(m, net, data):
    expected = np.sqrt(variance(gradients_of_each(net, *data)) / m * (N - m) / (N - 1))

    found = gradient_spread(net, data, m, 200 * N // m, rng=0)

    assert found.spread == pytest.approx(expected, rel=1e-9 if m == 1 else 0.06)
    assert np.sqrt(np.sum(found.deviations**2)) == pytest.approx(found.spread, rel=1e-6)


def test_of_many_examples_four_times_as_many_in_a_mini_batch_halve_the_spread(rng):
    X, labels = mb.data.moons(4_000, 0.2, rng=0)
    net = mb.MLP([2, 5, 1], rng=0)

    spreads = [gradient_spread(net, (X, labels), m, 500, rng=0).spread for m in (4, 16, 64)]

    assert spreads[0] / spreads[1] == pytest.approx(2, rel=0.1)
    assert spreads[1] / spreads[2] == pytest.approx(2, rel=0.1)


def test_all_examples_in_one_mini_batch_are_no_estimate_but_the_gradient_itself(net, data):
    found = gradient_spread(net, data, N, 3, rng=0)

    assert found.spread < 1e-14 * found.slope
    np.testing.assert_allclose(found.cosines, 1.0, rtol=1e-14)
    assert found.distances.shape == found.cosines.shape == (3,)


def test_cosines_and_distances_are_those_of_the_mini_batches_drawn(net, data):
    each = gradients_of_each(net, *data)
    order = np.random.default_rng(5).permutation(N)
    estimates = np.array([each[order[k : k + 7]].mean(axis=0) for k in range(0, 56, 7)])
    whole = each.mean(axis=0)

    found = gradient_spread(net, data, 7, 8, rng=5)

    np.testing.assert_allclose(found.distances, np.linalg.norm(estimates - whole, axis=1), rtol=1e-9)
    lengths = np.linalg.norm(estimates, axis=1) * np.linalg.norm(whole)
    np.testing.assert_allclose(found.cosines, estimates @ whole / lengths, rtol=1e-9)
    np.testing.assert_allclose(found.mean, estimates.mean(axis=0), rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(found.deviations, estimates.std(axis=0), rtol=1e-9, atol=1e-14)


def test_the_network_stays_as_it_is_and_the_same_seed_gives_the_same_bits(net, data):
    before = [array.copy() for array in numbers(net)]

    one, same, other = (gradient_spread(net, data, 5, 20, rng=seed) for seed in (3, 3, 4))

    assert all(np.array_equal(a, b) for a, b in zip(numbers(net), before, strict=True))
    assert all(w.grad is None for w in net.parameters())
    assert np.array_equal(one.mean, same.mean) and not np.array_equal(one.mean, other.mean)


def test_a_network_that_can_t_be_replayed_computes_each_anew_with_the_same_result(net, data):
    def own(z):
        if float(mb.mean(z).data) > 1e6:  # a branch on the numbers, which a recording is refused
            return z
        return mb.tanh(z)

    branching = mb.MLP([3, 4, 2], [own, "sigmoid"], rng=1)
    found, expected = (gradient_spread(n, data, 5, 20, rng=0) for n in (branching, net))

    np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12, atol=1e-15)


def test_layers_that_are_frozen_have_no_part(data):
    net = mb.MLP([3, 4, 2], rng=1)
    layer = net.layers[0]
    layer.w, layer.b = (mb.Tensor(w.data, varies=False) for w in (layer.w, layer.b))

    assert len(gradient_spread(net, data, 5, 2).nabla) == 2 * 4 + 2


def test_ctrl_c_keeps_the_estimates_so_far(net, data):
    calls = []

    class Interrupting(np.random.Generator):
        def permutation(self, n):
            calls.append(n)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return super().permutation(n)

    found = gradient_spread(net, data, 20, 100, rng=Interrupting(np.random.PCG64(0)))

    assert found.interrupted
    assert len(found.cosines) == len(found.distances) == 6
    np.testing.assert_allclose(found.mean, found.nabla, rtol=1e-10, atol=1e-14)
    assert str(found).endswith("interrupted")


def test_it_prints_what_it_comes_to(net, data):
    found = gradient_spread(net, data, 5, 40, rng=0)
    lines = str(found).splitlines()

    assert repr(found) == f"<40 estimates of ∇C by 5 examples, spread {found.spread:.3g}>"
    assert lines[0] == "∇C by 26 parameters, 40 estimates by 5 of 60 examples"
    assert f"spread  {found.spread:.3g} = {found.spread / found.slope:.3g} ‖∇C‖" in lines[2]
    assert lines[3].startswith(f"  cosine  {np.median(found.cosines):.3f}, nine of ten between ")


def test_where_the_gradient_is_zero_there_is_no_angle(net):
    X = np.zeros((4, 3))
    Y = net.predict(X)

    found = gradient_spread(net, (X, Y), 2, 2)

    assert found.slope == 0
    assert found.cosines.tolist() == [0.0, 0.0]
    assert "spread  0\n" in str(found)


@pytest.mark.needs_data
def test_on_mnist_ten_images_point_roughly_downhill_and_a_hundred_well(data_folder):
    digits = mb.data.mnist(data_folder / "mnist")
    net = mb.MLP([784, 30, 10], rng=0)

    ten, hundred = (gradient_spread(net, digits.train, m, 100, rng=0) for m in (10, 100))

    assert len(ten.nabla) == 23_860
    assert 0.6 < np.median(ten.cosines) < 0.9
    assert np.median(hundred.cosines) > 0.95
    assert ten.spread / hundred.spread == pytest.approx(10**0.5, rel=0.1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 61}, "batch_size is 61, but there are 60 examples"),
        ({"batch_size": 0}, "batch_size is a whole number of at least 1, not 0"),
        ({"batches": 1.5}, "batches is a whole number of at least 1, not 1.5"),
        ({"data": np.zeros((60, 3))}, "data is a pair X, Y"),
        ({"data": (np.zeros((3, 60)), np.zeros((3, 2)))}, "rows are examples here, so pass its transpose"),
        ({"data": (np.zeros((60, 3)), np.zeros((60, 3)))}, r"Y has shape \(60, 3\), X has 60 rows; want shape \(60"),
        ({"data": (np.full((60, 3), np.nan), np.zeros((60, 2)))}, "X has a value that is nan or inf"),
        ({"data": (np.zeros((60, 3)), np.full(60, 2))}, "there is a label 2; want 0 to 1"),
        ({"cost": "dear"}, "dear"),
    ],
)
def test_what_doesn_t_fit_is_refused_in_a_sentence(changes, message, net, data):
    with pytest.raises(ValueError, match=message):
        gradient_spread(**({"net": net, "data": data, "batch_size": 10, "batches": 2} | changes))


@pytest.mark.parametrize("way", [{"batch_norm": True}, {"dropout": mb.Dropout(0.5)}])
def test_where_no_gradient_is_the_mean_of_those_of_its_examples_it_is_refused(way, data):
    net = mb.MLP([3, 4, 2], rng=1, **way)

    with pytest.raises(ValueError, match=r"^gradient_spread: the network learns by .*; pass net.folded\(\)"):
        gradient_spread(net, data, 10)
    assert gradient_spread(net.folded(), data, N, 1, rng=0).spread == pytest.approx(0, abs=1e-15)


def test_what_is_no_network_is_named(data):
    with pytest.raises(TypeError, match="^gradient_spread: net is an MLP, not None"):
        gradient_spread(None, data, 10)
