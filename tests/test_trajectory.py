"""A trajectory prints as a table that a reader can take in."""

import numpy as np

from microbp.trajectory import Trajectory


def way(steps, n=2, **ended):
    k = np.arange(steps + 1.0)
    points = np.tile(k[:, None], n)
    return Trajectory(points, k**2, points, "η = 0.1", **ended)


def test_a_short_way_is_printed_point_by_point():
    assert str(way(2)) == (
        "gradient descent, η = 0.1\n"
        "step  C   ‖∇C‖  v\n"
        "   0  0      0  (0, 0)\n"
        "   1  1  1.414  (1, 1)\n"
        "   2  4  2.828  (2, 2)"
    )


def test_of_a_long_way_the_middle_is_left_out():
    lines = str(way(1000)).splitlines()

    assert len(lines) == 2 + 6 + 1 + 4
    assert lines[8].split() == ["…"] * 4
    assert lines[-1].split()[0] == "1000"
    assert len(str(way(10)).splitlines()) == 2 + 11


def test_many_variables_are_cut_short_and_a_single_one_has_no_parentheses():
    assert str(way(1, n=100)).endswith("(1, 1, 1, 1, 1, 1, …)")
    assert str(way(1, n=1)).endswith("  1")


def test_a_way_that_ended_early_says_why():
    assert str(way(3, diverged=True)).endswith("It diverged: after step 4, C or its gradient is no finite number.")
    assert str(way(3, interrupted=True)).endswith("It was interrupted after 3 steps.")
    assert str(way(1, interrupted=True)).endswith("It was interrupted after 1 step.")


def test_in_short_it_says_how_far_it_came():
    assert repr(way(3)) == "<trajectory of 3 steps in 2 variables, C 0 to 9>"
    assert repr(way(1, n=1)) == "<trajectory of 1 step in 1 variable, C 0 to 1>"


def test_slopes_are_lengths_of_gradients_however_large():
    gradients = np.array([[3.0, -4.0], [3e200, 4e200], [0.0, 0.0]])
    trajectory = Trajectory(gradients, np.zeros(3), gradients)

    np.testing.assert_allclose(trajectory.slopes, [5.0, 5e200, 0.0], rtol=1e-15)
    assert Trajectory(-np.ones((1, 1)), np.zeros(1), -np.ones((1, 1))).slopes == [1.0]
