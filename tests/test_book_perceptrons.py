"""Perceptrons decide, add, don't learn, don't mind a factor, and are what steep sigmoids tend to."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from microbp import sweeps
from microbp.book import perceptrons
from microbp.book.perceptrons import (
    NAND,
    Perceptron,
    add_bits,
    all_inputs,
    approach,
    as_perceptrons,
    bits_of,
    by_bias,
    by_threshold,
    cheese_festival,
    draw_circuit,
    goes_to_the_cheese_festival,
    nearest_to_zero,
    scaled,
    sharpened,
    truth_table,
    with_bits,
    worst_by_bounds,
    worst_by_corners,
)
from microbp.book.perceptrons.bits import RIGHT, WRONG, B, W
from microbp.draw import draw
from microbp.nn import MLP, Dropout
from microbp.nn.parameters import assign
from microbp.primitives import sigmoid, step
from microbp.tensor import Tensor
from microbp.value import Value

ZEROS_AND_ONES = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]


# ----------------------------------------------------------------------------------- decisions


@pytest.mark.parametrize("threshold", [5.0, 3.0])
def test_the_cheese_festival(threshold):
    for weather, company, transit in product((0, 1), repeat=3):
        goes = goes_to_the_cheese_festival(weather, company, transit, threshold)

        # In the book's words: 5 goes by the weather alone, 3 also without it, in company and by transit.
        assert goes == (weather or (threshold == 3 and company and transit))
        assert goes == cheese_festival(threshold)(weather, company, transit)


def test_the_bias_is_minus_the_threshold(rng):
    for n in (1, 2, 5):
        w, x, threshold = rng.integers(-3, 4, n), rng.integers(-3, 4, (n, 40)), int(rng.integers(-3, 4))

        outputs = by_threshold(x, w, threshold)

        assert np.array_equal(outputs, by_bias(x, w, -threshold))
        assert np.array_equal(outputs, [float(sum(w * column) > threshold) for column in x.T])


def test_on_the_threshold_a_perceptron_says_0():
    assert by_threshold([1, 1], [2, 3], 5) == by_bias([1, 1], [2, 3], -5) == Perceptron([2, 3], -5)(1, 1) == 0


def test_a_perceptron_takes_numbers_arrays_and_nodes():
    columns = np.array(ZEROS_AND_ONES).T
    expected = [1, 1, 1, 0]

    assert [NAND(*x) for x in ZEROS_AND_ONES] == expected
    assert NAND(*columns).tolist() == expected
    assert NAND(*map(Tensor, columns)).data.tolist() == expected
    assert [NAND(*map(Value, x)).data for x in ZEROS_AND_ONES] == expected
    assert by_bias(Tensor(columns), np.array([-2.0, -2.0]), 3).data.tolist() == expected
    assert [by_bias(np.array([Value(u), Value(v)]), [-2, -2], 3).data for u, v in ZEROS_AND_ONES] == expected


@pytest.mark.parametrize("perceptron", [by_threshold, by_bias])
def test_weights_that_do_not_fit_are_refused_in_a_sentence(perceptron):
    with pytest.raises(ValueError, match=r"x has shape \(3,\), w has shape \(2,\); want w of shape \(n,\)"):
        perceptron([1, 0, 1], [1, 1], 0)


def test_a_perceptron_without_inputs_is_refused():
    with pytest.raises(ValueError, match="NOTHING: w is empty; want one weight an input"):
        Perceptron([], 1, "NOTHING")


# ------------------------------------------------------------------------------------ circuits


@pytest.mark.parametrize("merged", [True, False])
def test_five_nands_add_two_bits(merged):
    for x1, x2 in ZEROS_AND_ONES:
        total, carry = add_bits(x1, x2, merged)

        assert 2 * carry + total == x1 + x2
        nodes = add_bits(Value(x1, "x1"), Value(x2, "x2"), merged)
        assert [(bit.label, bit.data) for bit in nodes] == [("sum", total), ("carry", carry)]


def test_each_perceptron_of_a_circuit_is_one_box():
    drawing = draw(list(add_bits(Value(1.0, "x1"), Value(0.0, "x2"))))

    assert [box.rows[0].split()[-1] for box in drawing.picture.boxes] == ["x1", "x2", *["NAND"] * 5]
    assert {arrow.rate.text for arrow in drawing.picture.arrows} == {"×0"}


@pytest.mark.parametrize("merged, into_the_carry", [(True, ["−4"]), (False, ["−2", "−2"])])
def test_a_circuit_is_drawn_with_its_weights_and_biases(merged, into_the_carry):
    picture = draw_circuit(*add_bits(Value(1.0, "x1"), Value(1.0, "x2"), merged)).picture

    carry = next(n for n, box in enumerate(picture.boxes) if box.rows[0].startswith("carry"))
    assert picture.boxes[carry].rows[1:] == ("bias 3", "output 1")
    assert [arrow.rate.text for arrow in picture.arrows if arrow.target == carry] == into_the_carry
    assert {arrow.rate.text for arrow in picture.arrows if arrow.target != carry} == {"−2"}
    assert "rate factor" not in draw_circuit(NAND(Value(1.0), Value(1.0))).dot


def test_a_plain_number_is_written_into_the_box_of_a_circuit():
    picture = draw_circuit(Perceptron([1, -2], 0.5, "AND NOT")(1.0, Value(1.0, "x"))).picture

    assert [arrow.rate.text for arrow in picture.arrows] == ["−2"]


def test_a_circuit_of_anything_else_is_refused():
    with pytest.raises(ValueError, match="was made by sigmoid, which is no Perceptron; mb.draw draws"):
        draw_circuit(sigmoid(Value(1.0)))
    with pytest.raises(ValueError, match=r"x1 has shape \(4,\); want Values, a number on each line"):
        draw_circuit(NAND(Tensor(np.ones(4), "x1"), Tensor(np.ones(4), "x2")))


def test_no_small_change_gets_through_a_perceptron():
    x1, x2, w, b = Value(1.0), Value(1.0), Value(-2.0), Value(3.0)

    for output in (NAND(x1, x2), step(w * x1 + w * x2 + b)):
        cotangents = sweeps.backward(output)
        assert [cotangents.get(node, 0.0) for node in (x1, x2, w, b)] == [0.0] * 4


def test_a_truth_table_of_another_width_is_refused():
    with pytest.raises(ValueError, match=r"gives 2 output\(s\), but 1 are named"):
        truth_table(add_bits, "x1", "x2")
    with pytest.raises(ValueError, match="no inputs are named"):
        truth_table(lambda: 1)


# ------------------------------------------------------------------------------------- scaling


@pytest.mark.parametrize("c", [1e-3, 0.5, 7.0, 1e6])
def test_perceptrons_do_not_mind_a_factor_greater_than_0(rng, c):
    for sizes in ([2, 1], [3, 4, 2], [4, 3, 3, 1]):
        net = as_perceptrons(MLP(sizes, rng=rng))
        X = all_inputs(sizes[0])

        assert len(X) == 2 ** sizes[0]
        assert np.array_equal(scaled(net, c).predict(X), net.predict(X))
    assert [NAND.scaled(c)(*x) for x in ZEROS_AND_ONES] == [1, 1, 1, 0]


def test_a_negative_factor_turns_perceptrons_round():
    assert [NAND.scaled(-1)(*x) for x in ZEROS_AND_ONES] == [0, 0, 0, 1]


def test_sigmoids_tend_to_perceptrons_as_c_grows(rng):
    net = MLP([3, 4, 2], rng=rng)
    X = all_inputs(3)

    rows = approach(net, X, (1, 10, 100, 1000, 10_000))

    assert rows[0].nearest > 1e-3  # no neuron of this network stands on its threshold
    assert rows[0].largest > 0.1
    assert rows[-1].largest < 1e-4
    assert all(later.largest < earlier.largest for earlier, later in zip(rows[1:], rows[2:], strict=False))


def test_one_sigmoid_is_as_near_as_its_distance_from_0_says(rng):
    """|σ(cz) − step(z)| = σ(−c|z|) ≤ e^{−c|z|}."""
    net = MLP([3, 1], rng=rng)
    X = all_inputs(3)

    for c, largest, nearest in approach(net, X, (1, 5, 25)):
        assert largest == pytest.approx(sigmoid(-c * nearest), rel=1e-9)
        assert largest <= np.exp(-c * nearest)


def test_on_the_threshold_there_is_no_limit():
    net = MLP([2, 1], rng=0)
    assign(net.layers[0].w, np.array([[2.0, 3.0]]))
    assign(net.layers[0].b, np.array([[-5.0]]))

    assert nearest_to_zero(net, [[1.0, 1.0]]) == 0
    assert [row.largest for row in approach(net, [[1.0, 1.0]])] == [0.5] * 4
    assert all(curve[1] == 0.5 for curve in sharpened([-1.0, 0.0, 1.0]).values())


# ---------------------------------------------------------------------------------------- bits


def test_the_worst_that_is_allowed_still_gives_the_right_bits():
    worst = worst_by_bounds()

    assert worst.z.shape == (10, 4)
    assert worst.z == pytest.approx(worst_by_corners().z, rel=1e-14)
    assert worst.z.min() == pytest.approx(9.9 - 8 * 0.1)  # bit 3: eight digits are without it
    assert worst.activation > 0.9998


def test_the_worst_is_printed_a_digit_a_line():
    head, *lines, last = str(worst_by_bounds()).splitlines()

    assert head.split()[:3] == ["digit", "in", "bits"]
    assert [int(line.split()[1], 2) for line in lines] == list(range(10))
    assert lines[5].split()[2::2] == ["≤", "≥", "≤", "≥"]  # 0101
    assert last == "so each bit is within 1.1e-04 of 0 or 1"


def test_no_random_activations_are_worse_than_the_worst(rng):
    for digit in range(10):
        a = rng.uniform(*WRONG, (10, 500))
        a[digit] = rng.uniform(*RIGHT, 500)

        bits = bits_of(a)

        for bit in range(4):
            right = bits[bit] if digit >> bit & 1 else 1 - bits[bit]
            assert right.min() >= worst_by_bounds().activation


@pytest.mark.parametrize("w, b", [(W / 20, B), (np.roll(W, 1, axis=1), B), (W, B + 10)])
def test_the_proof_of_the_bits_fails_for_weights_that_do_not_do_it(w, b):
    assert worst_by_bounds(w, b).activation < 0.99
    assert worst_by_bounds(w, b).z == pytest.approx(worst_by_corners(w, b).z)


def test_a_network_with_bits_says_the_digit_in_binary(rng):
    net = MLP([5, 10], rng=rng)
    X = rng.uniform(-1, 1, (7, 5))

    longer = with_bits(net)

    assert longer.sizes == [5, 10, 4]
    assert np.allclose(longer.predict(X), bits_of(net.predict(X).T).T, rtol=1e-12)
    with pytest.raises(ValueError, match="the network has 3 outputs; want 10, one a digit"):
        with_bits(MLP([5, 3]))


def test_every_public_name_of_perceptrons_is_there():
    assert all(hasattr(perceptrons, name) for name in perceptrons.__all__)


def test_networks_that_are_more_than_w_a_plus_b_are_not_rebuilt_as_if_they_were_not():
    vanilla = MLP([3, 4, 10], dropout=Dropout(0.5, inverted=False), rng=0)
    X = np.random.default_rng(0).random((5, 3))

    for net in (vanilla, MLP([3, 4, 10], batch_norm=True, rng=0)):
        for rebuilt in (with_bits, as_perceptrons, lambda net: scaled(net, 2), lambda net: nearest_to_zero(net, X)):
            with pytest.raises(ValueError, match=r"pass net.folded\(\), plain layers that predict the same"):
                rebuilt(net)
    np.testing.assert_allclose(with_bits(vanilla.folded()).predict(X), bits_of(vanilla.predict(X).T).T, rtol=1e-12)
    with pytest.raises(ValueError, match="as_perceptrons: the neurons of layer 2 are of maxout"):
        as_perceptrons(MLP([2, 3, 1], "maxout"))


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        (lambda: Perceptron(["a"], 1), TypeError, "perceptron: w_1 is a number, not 'a'"),
        (lambda: Perceptron([1], np.nan), ValueError, "perceptron: a weight or the bias is nan or inf"),
        (lambda: by_threshold(["a"], [1], 0), TypeError, "by_threshold: x holds real numbers, not str32 data"),
        (lambda: all_inputs(0), ValueError, "all_inputs: n is a whole number of at least 1, not 0"),
        (lambda: scaled(MLP([2, 1]), "a"), TypeError, "scaled: c is a number, not 'a'"),
        (lambda: scaled(None, 2), TypeError, "scaled: net is an MLP, not None"),
        (lambda: nearest_to_zero(MLP([2, 1]), np.ones((2, 3))), ValueError, "nearest_to_zero: X has shape .*transpose"),
        (lambda: truth_table(lambda x: x / 2, "x"), ValueError, r"truth_table: for \(1,\) the function gives 0.5"),
    ],
)
def test_what_is_no_perceptron_is_named(wrong, error, sentence):
    with pytest.raises(error, match=f"^{sentence}"):
        wrong()
