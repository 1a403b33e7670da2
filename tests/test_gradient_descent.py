"""Gradient descent on any function: where it goes, when it arrives, and that no step of the same length is better."""

from __future__ import annotations

import numpy as np
import pytest

import microbp as mb
from microbp.gradient_descent import gradient_descent, steepest_step


def valley(a, b):
    """½(a v₁² + b v₂²), whose gradient is (a v₁, b v₂)."""

    def C(v):
        v1, v2 = v
        return 0.5 * (a * v1**2 + b * v2**2)

    return C


def hills(v):
    """Bent, with a gradient that is nowhere like its neighbours'."""
    return (mb.sin(v) * mb.exp(0.3 * v)).sum() + 0.1 * (v * v).sum() ** 2


# ------------------------------------------------------------------------------------- where it goes


def test_every_step_is_minus_eta_times_the_gradient(rng):
    v = rng.normal(size=5)
    trajectory = gradient_descent(hills, v, 0.05, 30)

    assert trajectory.points.shape == trajectory.gradients.shape == (31, 5)
    assert trajectory.values.shape == (31,)
    np.testing.assert_array_equal(trajectory.points[0], v)
    for k in range(30):
        value, nabla = mb.value_and_grad(hills)(trajectory.points[k])
        assert trajectory.values[k] == value
        np.testing.assert_array_equal(trajectory.gradients[k], nabla)
        np.testing.assert_array_equal(trajectory.points[k + 1], trajectory.points[k] - 0.05 * nabla)


@pytest.mark.parametrize("n", [1, 2, 100])
def test_its_points_are_those_of_an_optimizer_to_the_bit(n, rng):
    start = rng.normal(size=n)
    v = mb.Tensor(start)
    optimizer = mb.optimizers.SGD(0.02)
    for _ in range(20):
        hills(v).backward()
        optimizer.step([v])
        v.zero_grad()

    np.testing.assert_array_equal(gradient_descent(hills, start, 0.02, 20).points[-1], v.data)


def test_a_small_step_changes_the_cost_by_minus_eta_times_the_squared_slope(rng):
    def error(eta):
        """How far ΔC is from −η‖∇C‖², relative to that (eqs 9–11)."""
        trajectory = gradient_descent(hills, start, eta, 1)
        expected = -eta * trajectory.slopes[0] ** 2
        return abs(np.diff(trajectory.values)[0] / expected - 1)

    start = rng.normal(size=4)

    assert error(1e-3) < 0.1
    assert error(1e-4) == pytest.approx(error(1e-3) / 10, rel=0.05)
    assert error(1e-5) == pytest.approx(error(1e-3) / 100, rel=0.05)


def test_of_one_number_f_is_given_a_value():
    seen = []
    trajectory = gradient_descent(lambda x: seen.append(type(x)) or x * x, 3, 0.25, 4)

    assert seen == [mb.Value] * 5
    np.testing.assert_array_equal(trajectory.points, [[3.0], [1.5], [0.75], [0.375], [0.1875]])
    np.testing.assert_array_equal(trajectory.gradients, 2 * trajectory.points)


def test_a_start_may_be_whole_numbers_or_a_node_which_stays_as_it_is():
    for start in ([3, 4], (3, 4), np.array([3, 4]), mb.Tensor([3.0, 4.0])):
        np.testing.assert_array_equal(gradient_descent(lambda v: (v * v).sum(), start, 0.25, 1).points[1], [1.5, 2.0])
    v = mb.Tensor([3.0, 4.0])
    gradient_descent(lambda v: (v * v).sum(), v, 0.25, 5)

    np.testing.assert_array_equal(v.data, [3.0, 4.0])
    assert v.grad is None


def test_f_may_use_other_nodes_which_stay_as_they_are():
    scale = mb.Tensor(2.0)
    trajectory = gradient_descent(lambda v: (scale * v * v).sum(), [1.0], 0.1, 1)

    assert trajectory.points[1] == pytest.approx([0.6])
    assert scale.grad is None


# --------------------------------------------------------------------- too small and too large η


def test_in_a_valley_each_variable_shrinks_by_its_own_factor(rng):
    for _ in range(20):
        a, b = rng.uniform(0.1, 10, size=2)
        eta, start = rng.uniform(0.01, 0.3), rng.normal(size=2)
        k = np.arange(51)[:, None]

        points = gradient_descent(valley(a, b), start, eta, 50).points

        np.testing.assert_allclose(points, (1 - eta * np.array([a, b])) ** k * start, rtol=1e-9)


@pytest.mark.parametrize("steep", [1.0, 10.0, 200.0])
def test_a_valley_is_gone_down_if_and_only_if_eta_is_less_than_two_over_its_steepness(steep):
    limit = 2 / steep
    below, at, above = (
        gradient_descent(valley(0.5, steep), [1.0, 1.0], eta, 4000) for eta in (0.99 * limit, limit, 1.01 * limit)
    )

    assert (np.diff(below.values) <= 0).all()
    assert below.values[-1] < 1e-4 * below.values[0]
    np.testing.assert_allclose(np.abs(at.points[:, 1]), 1.0, rtol=1e-9)
    assert above.values[-1] > 1e30
    assert not below.diverged


def test_the_smaller_eta_the_less_far_it_comes():
    values = [gradient_descent(valley(1, 10), [1.0, 1.0], eta, 100).values[-1] for eta in (0.15, 0.01, 0.001, 0.0001)]

    assert values == sorted(values)
    assert values[0] < 1e-9 * 5.5
    assert values[-1] > 0.8 * 5.5


def test_it_ends_before_a_point_without_a_finite_cost_and_keeps_those_before():
    trajectory = gradient_descent(valley(1, 10), [1.0, 1.0], 1.0, 10_000)

    assert trajectory.diverged
    assert 100 < trajectory.steps < 1_000
    assert len(trajectory.points) == len(trajectory.values) == len(trajectory.gradients)
    assert np.isfinite(trajectory.points).all() and np.isfinite(trajectory.gradients).all()
    assert trajectory.values[-1] > 1e300
    assert "It diverged" in str(trajectory)


def test_it_ends_where_the_gradient_is_not_finite():
    def C(v):  # falls from 1 to 0, where the slope of the root is infinite
        return mb.sqrt(mb.maximum(v, 0.0)).sum()

    trajectory = gradient_descent(C, [1.0], 2.0, 10)

    assert trajectory.diverged
    assert trajectory.points.tolist() == [[1.0]]


def test_a_way_that_comes_near_has_not_diverged():
    assert not gradient_descent(valley(1, 2), [1.0, 1.0], 0.1, 10).diverged


# ---------------------------------------------------------------------------- the best direction


@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_no_step_of_the_same_length_does_better_to_first_order(n, rng):
    """Cauchy and Schwarz: ∇C·Δv ≥ −‖∇C‖ε, and Δv = −ε∇C/‖∇C‖ has that."""
    for _ in range(5):
        nabla, epsilon = rng.normal(size=n), rng.uniform(0.01, 10)
        others = rng.normal(size=(4_000, n))
        others *= epsilon / np.linalg.norm(others, axis=1, keepdims=True)

        best = steepest_step(nabla, epsilon)

        assert np.linalg.norm(best) == pytest.approx(epsilon, rel=1e-14)
        assert nabla @ best == pytest.approx(-epsilon * np.linalg.norm(nabla), rel=1e-14)
        assert (others @ nabla).min() >= nabla @ best * (1 + 1e-14)


def test_on_a_curved_cost_no_short_step_does_better_but_by_the_curvature(rng):
    v, epsilon = rng.normal(size=3), 1e-4
    nabla, curvature = mb.grad(hills)(v), np.abs(np.linalg.eigvalsh(mb.jacobian(mb.grad(hills))(v))).max()
    others = rng.normal(size=(2_000, 3))
    others *= epsilon / np.linalg.norm(others, axis=1, keepdims=True)
    changes = [float(hills(mb.Tensor(v + other)).data - hills(mb.Tensor(v)).data) for other in others]

    best = float(hills(mb.Tensor(v + steepest_step(nabla, epsilon))).data - hills(mb.Tensor(v)).data)

    assert best < 0
    assert min(changes) >= best - 1.1 * curvature * epsilon**2
    assert curvature * epsilon**2 < 1e-3 * -best
    assert np.mean(np.array(changes) > best) > 0.99


def test_normalized_steps_all_have_the_same_length(rng):
    trajectory = gradient_descent(hills, rng.normal(size=4), 0.03, 25, normalized=True)
    lengths = np.linalg.norm(np.diff(trajectory.points, axis=0), axis=1)

    np.testing.assert_allclose(lengths, 0.03, rtol=1e-12)
    np.testing.assert_allclose(
        np.diff(trajectory.points, axis=0),
        [steepest_step(nabla, 0.03) for nabla in trajectory.gradients[:-1]],
        rtol=1e-9,
    )
    assert "ε = 0.03" in str(trajectory)


def test_where_the_slope_is_zero_it_stays():
    assert steepest_step([0.0, 0.0], 1.0).tolist() == [0.0, 0.0]
    trajectory = gradient_descent(valley(1, 1), [0.0, 0.0], 1.0, 3, normalized=True)

    assert not trajectory.points.any()
    assert not trajectory.diverged


def test_a_step_has_its_length_whatever_the_size_of_the_gradient():
    for size in (1e-320, 1e-200, 1.0, 1e200, 1.7e308):
        assert np.linalg.norm(steepest_step([0.75 * size, size], 1.0)) == pytest.approx(1.0, rel=1e-3)
    assert steepest_step(np.ones((2, 3)), 1.0).shape == (2, 3)


# ------------------------------------------------------------------------------ ended, and refused


def test_ctrl_c_keeps_the_points_so_far():
    calls = []

    def C(v):
        calls.append(v)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return (v * v).sum()

    trajectory = gradient_descent(C, [1.0], 0.1, 100)

    assert trajectory.interrupted and not trajectory.diverged
    assert trajectory.steps == 6
    np.testing.assert_allclose(trajectory.points[:, 0], 0.8 ** np.arange(7))
    assert "interrupted after 6 steps" in str(trajectory)


def test_ctrl_c_before_there_is_anything_to_keep_is_passed_on():
    def C(v):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gradient_descent(C, [1.0], 0.1, 100)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"v": [[1.0, 2.0]]}, ValueError, r"v has shape \(1, 2\); want a list of numbers"),
        ({"v": []}, ValueError, r"v has shape \(0,\); want a list"),
        ({"v": [1.0, np.nan]}, ValueError, "v has a value that is nan or inf"),
        ({"v": "here"}, TypeError, "v holds real numbers, not str"),
        ({"v": [1.0, [2.0]]}, ValueError, "rows that differ in length"),
        ({"v": [mb.Value(1.0), mb.Value(2.0)]}, TypeError, "v holds real numbers, not object data"),
        ({"eta": 0}, ValueError, "eta is greater than 0, and finite, not 0"),
        ({"eta": np.inf}, ValueError, "eta is greater than 0, and finite"),
        ({"eta": "fast"}, TypeError, "eta is a number, not 'fast'"),
        ({"steps": 0}, ValueError, "steps is a whole number of at least 1, not 0"),
        ({"steps": 2.5}, ValueError, "steps is a whole number of at least 1, not 2.5"),
        ({"f": lambda v: mb.log(-v).sum()}, ValueError, "at the start C is nan"),
        ({"f": lambda v: v}, ValueError, "reduce it to one number first"),
        ({"f": 3.0}, TypeError, "takes a function"),
    ],
)
def test_what_it_can_t_do_is_refused_in_a_sentence(changes, error, message):
    with pytest.raises(error, match=message):
        gradient_descent(**({"f": valley(1, 1), "v": [1.0, 2.0], "eta": 0.1, "steps": 3} | changes))


def test_a_step_of_no_length_or_in_no_direction_is_refused():
    with pytest.raises(ValueError, match="steepest_step: epsilon is greater than 0"):
        steepest_step([1.0], -1.0)
    with pytest.raises(ValueError, match="nan or inf, and so no direction"):
        steepest_step([1.0, np.nan], 1.0)


def test_a_cost_of_one_row_is_no_number():
    with pytest.raises(ValueError, match=r"^gradient_descent: f gives C of shape \(1,\); want a single number"):
        gradient_descent(lambda v: 2 * v[:1], [3.0, 4.0], 0.1, 2)
