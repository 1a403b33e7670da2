"""Plots show what the library computes: regions, pixels, weights, slopes, heights; and say what they can't draw."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from microbp import data, plots
from microbp import primitives as p
from microbp.baselines import ZeroRule
from microbp.equations import ACTIVATIONS
from microbp.nn import MLP
from microbp.nn.activations import Maxout
from microbp.nn.optimizers import Adam
from microbp.nn.parameters import numbers_of
from microbp.tensor import Tensor
from microbp.train import train
from microbp.value import Value

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def drawn_and_closed():
    """Each figure is drawn once all is on it, so that what only fails then fails here; a warning is an error."""
    yield
    for number in pyplot.get_fignums():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pyplot.figure(number).canvas.draw()
    pyplot.close("all")


@pytest.fixture
def axes():
    return pyplot.subplots()[1]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


# -------------------------------------------------------------------------------- decision regions


def filled(axes, classes):
    """The class that is painted at each point of the grid: its image, all others are clear there."""
    layers = np.stack([np.asarray(image.get_array())[..., 3] for image in axes.images])
    assert (layers.sum(axis=0) == 1).all()
    return np.array(classes)[layers.argmax(axis=0)]


def grid_of(axes):
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    side = axes.images[0].get_array().shape[0]
    return np.stack(np.meshgrid(np.linspace(x0, x1, side), np.linspace(y0, y1, side)), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize(("low", "labels"), [(0, ["0", "1"]), (-1, ["−1", "+1"])])
def test_one_output_parts_the_plane_at_the_middle_of_its_labels(low, labels, axes):
    X, classes = data.moons(60, rng=0)
    Y = np.where(classes == 1, 1, low)
    net = MLP([2, 4, 1], "tanh", "sigmoid" if low == 0 else "tanh", rng=0)
    train(net, (X, Y), epochs=20, progress=False, rng=0)

    assert plots.decision_region(net, X, Y, axes) is axes

    said = net.predict(grid_of(axes))[:, 0] > (0.5 if low == 0 else 0)
    assert_array_equal(filled(axes, [0, 1]).ravel(), said)
    wrong = np.count_nonzero((net.predict(X)[:, 0] > (0.5 if low == 0 else 0)) != classes)
    assert axes.get_title() == f"{60 - wrong} of 60 right"
    assert legend(axes)[:2] == labels
    assert wrong > 0
    assert legend(axes)[2] == "answered wrong"


def test_of_several_outputs_the_largest_paints(axes):
    X, labels = data.blobs(60, 3, std=0.5, rng=0)
    net = MLP([2, 5, 3], "tanh", "softmax", rng=0)
    train(net, (X, labels), epochs=5, cost="log_likelihood", progress=False, rng=0)

    plots.decision_region(net, X, labels, axes)

    assert_array_equal(filled(axes, [0, 1, 2]).ravel(), net.predict(grid_of(axes)).argmax(axis=1))
    as_rows = plots.decision_region(net, X, data.one_hot(labels, 3))
    assert as_rows.get_title() == axes.get_title()


def test_classes_are_told_apart_by_marker_and_pattern_too(axes):
    X, labels = data.blobs(60, 3, rng=0)
    net = MLP([2, 5, 3], "tanh", "softmax", rng=0)
    train(net, (X, labels), epochs=20, cost="log_likelihood", progress=False, rng=0)

    plots.decision_region(net, X, labels, axes)

    points = [c for c in axes.collections if c.get_label() in "012"]
    markers = {c.get_paths()[0].vertices.tobytes() for c in points}
    colours = {tuple(c.get_facecolor()[0]) for c in points}
    patterns = {tuple(c.hatches) for c in axes.collections if getattr(c, "hatches", None) and c.hatches[0]}
    assert (len(markers), len(colours), len(patterns)) == (3, 3, 2)  # and the first has no pattern
    for k, collection in enumerate(points):
        assert_array_equal(collection.get_offsets(), X[labels == k])


def test_what_is_answered_wrong_is_ringed(axes):
    X, labels = data.blobs(30, 3, rng=0)

    plots.decision_region(ZeroRule(X, labels), X, labels, axes, legend=False)

    (rings,) = [c for c in axes.collections if c.get_label() == "answered wrong"]
    assert_array_equal(rings.get_offsets(), X[labels != 0])
    assert axes.get_legend() is None


def test_the_surer_a_network_is_the_deeper_the_colour(axes):
    X, labels = data.moons(60, rng=0)
    net = MLP([2, 1], rng=0)

    plots.decision_region(net, X, labels, axes)

    sure = np.abs(net.predict(grid_of(axes))[:, 0] - 0.5)
    for image in axes.images:
        painted = np.asarray(image.get_array()).reshape(-1, 4)
        here = painted[:, 3] == 1
        lightness = painted[here, :3].sum(axis=1)
        assert lightness[sure[here].argmin()] > lightness[sure[here].argmax()]


def test_with_3_6_and_20_hidden_neurons_the_regions_follow_the_arms_of_a_spiral_ever_better():
    """As in CS231n: how finely a region can be bent is a matter of how many neurons bend it. Guessing has 100 right."""
    X, labels = data.spirals(300, 0.02, rng=0, classes=3)
    right = []
    for hidden, axes in zip((3, 6, 20), pyplot.subplots(1, 3)[1], strict=True):
        net = MLP([2, hidden, 3], "tanh", "softmax", initializer="inverse_sqrt", rng=0)
        train(net, (X, labels), 150, optimizer=Adam(0.02), cost="log_likelihood", progress=False, rng=0)
        plots.decision_region(net, X, labels, axes)
        right.append(int(axes.get_title().split()[0]))

    assert 100 < right[0] < 225 < right[1] < 290 < right[2]


def test_outputs_of_no_class_are_parted_but_not_judged(axes):
    X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])

    plots.decision_region(MLP([2, 1], "linear", rng=0), X, [0.2, 3.0, 5.0], axes)

    assert axes.get_title() == ""
    assert legend(axes) == ["below 2.6", "above 2.6"]


def test_regions_that_cant_be_drawn_are_named_and_leave_no_empty_figure():
    X, labels = data.moons(20, rng=0)
    net = MLP([2, 1], rng=0)

    with pytest.raises(ValueError, match=r"decision_region: X has shape \(2, 20\), but should be \(examples, 2\)"):
        plots.decision_region(net, X.T, labels)
    with pytest.raises(ValueError, match=r"decision_region: labels have shape \(3,\), X has 20 rows"):
        plots.decision_region(net, X, labels[:3])
    with pytest.raises(ValueError, match="decision_region: there is a label [78]; want 0 to 2"):
        plots.decision_region(MLP([2, 3], rng=0), X, labels + 7)
    with pytest.raises(ValueError, match="decision_region: X has a value that is nan or inf"):
        plots.decision_region(net, X * np.inf, labels)
    assert pyplot.get_fignums() == []


# ---------------------------------------------------------------------------------------- pictures


def tile(axes, i, columns, shape, head):
    """Picture i of a grid, out of the one image that it is."""
    full = np.asarray(np.ma.filled(axes.images[0].get_array(), np.nan))
    gap = max(1, shape[1] // 14)
    top = (i // columns) * (shape[0] + head + gap) + head
    left = (i % columns) * (shape[1] + gap)
    return full[top : top + shape[0], left : left + shape[1]]


def test_each_image_is_its_row_in_a_grid_with_its_label_over_it(rng, axes):
    X = rng.random((7, 28 * 28))

    plots.images(X, list("abcdefg"), columns=3, axes=axes)

    for i in range(7):
        assert_array_equal(tile(axes, i, 3, (28, 28), head=10), X[i].reshape(28, 28))
    assert texts(axes) == list("abcdefg")
    places = [text.get_position() for text in axes.texts]
    assert places[0][0] == places[3][0] == places[6][0] < places[1][0] < places[2][0]
    assert places[0][1] == places[2][1] < places[3][1] < places[6][1]
    assert axes.images[0].get_clim() == (0, X.max())


def test_images_may_be_of_any_shape(rng):
    pictures = rng.random((4, 3, 5))

    for axes in (plots.images(pictures), plots.images(pictures.reshape(4, 15), shape=(3, 5))):
        assert_array_equal(tile(axes, 1, 2, (3, 5), head=0), pictures[1])
        assert texts(axes) == []
    plots.images(np.zeros((1, 4)))


def test_images_that_cant_be_drawn_are_named():
    for arguments, sentence in [
        ((np.zeros((2, 5)),), "5 pixels are no square; pass shape="),
        ((np.zeros(4),), r"X has shape \(4,\); want a row of pixels for each picture, so pass X\[None, :\]"),
        ((np.zeros((0, 4)),), "want a row of pixels for each picture"),
        ((np.zeros((401, 4)),), r"there are 401 pictures; pass 400 at most, such as X\[:100\]"),
        ((np.full((1, 4), np.nan),), "a pixel is nan or inf"),
        ((np.zeros((2, 4)), [1]), "there are 2 pictures and 1 labels"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            plots.images(*arguments)
    with pytest.raises(ValueError, match=r"shape is \(2, 3\), which is no 4 pixels"):
        plots.images(np.zeros((1, 4)), shape=(2, 3))
    with pytest.raises(ValueError, match="columns is a whole number of at least 1, not 0"):
        plots.images(np.zeros((1, 4)), columns=0)


@pytest.mark.parametrize("node", [Tensor, Value])
def test_the_weights_of_each_neuron_are_a_picture_on_one_scale(node):
    net = MLP([9, 5, 4], node=node, rng=0)

    axes, behind = plots.weights(net, columns=3), plots.weights(net, 3, shape=(1, 5), columns=2)

    for j in range(5):
        assert_array_equal(tile(axes, j, 3, (3, 3), head=2), numbers_of(net.layers[0].w)[j].reshape(3, 3))
    assert_array_equal(tile(behind, 3, 2, (1, 5), head=1), numbers_of(net.layers[1].w)[3:4])
    assert texts(axes) == ["1", "2", "3", "4", "5"]
    low, high = axes.images[0].get_clim()
    assert low == -high
    assert np.mean(np.abs(numbers_of(net.layers[0].w)) > high) < 0.05
    assert len(axes.figure.axes) == 2  # the bar


def test_weights_that_cant_be_drawn_are_named():
    net = MLP([9, 5, 4], rng=0)

    with pytest.raises(ValueError, match="weights: 5 pixels are no square; pass shape="):
        plots.weights(net, 3)
    with pytest.raises(ValueError, match="weights: layer is 4; the layers with weights are 2 … 3"):
        plots.weights(net, 4)
    with pytest.raises(TypeError, match="weights: net is an MLP, not 3"):
        plots.weights(3)


# ------------------------------------------------------------------------------------- activations


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"softmax", "step"}))
def test_the_curves_are_the_activation_and_its_derivative(name, axes):
    plots.activation(name, -3, 5, axes)

    a, slope = axes.lines[-2:]
    z = a.get_xdata()
    unbroken, drawn = np.isfinite(a.get_ydata()), np.isfinite(slope.get_ydata())  # a line is broken where it jumps
    assert (z[0], z[-1], unbroken.mean() > 0.99, drawn.mean() > 0.99) == (-3, 5, True, True)
    assert_allclose(a.get_ydata()[unbroken], ACTIVATIONS[name](z[unbroken]), rtol=1e-12, atol=1e-15)
    assert_allclose(slope.get_ydata()[drawn], ACTIVATIONS[name].derivative(z)[drawn], rtol=1e-12, atol=1e-15)
    assert drawn.all() == (name not in ("relu", "leaky_relu"))
    assert (a.get_linestyle(), slope.get_linestyle()) == ("-", "--")
    assert axes.get_title() == name.replace("_", " ")


def test_a_jump_is_a_gap_and_a_function_of_ones_own_is_drawn_as_well():
    def swish(z):
        return z * p.sigmoid(z)

    step, own = plots.activation(p.step).lines[-2], plots.activation(swish)

    assert np.isnan(step.get_ydata()).sum() == 1
    assert own.get_title() == "swish"
    z = own.lines[-1].get_xdata()
    s = 1 / (1 + np.exp(-z))
    assert_allclose(own.lines[-1].get_ydata(), s + z * s * (1 - s), rtol=1e-12, atol=1e-15)


def test_activations_that_cant_be_drawn_are_named():
    with pytest.raises(ValueError, match="activation: neurons depend on each other here, as in softmax"):
        plots.activation("softmax")
    with pytest.raises(ValueError, match="unknown activation 'swish'"):
        plots.activation("swish")
    with pytest.raises(ValueError, match="activation: z goes from low to high, not from 1 to 1"):
        plots.activation("tanh", 1, 1)
    with pytest.raises(ValueError, match="the function makes no Tensor of the shape of z"):
        plots.activation(lambda z: z.data)
    assert pyplot.get_fignums() == []


# ----------------------------------------------------------------------------------------- valleys


def bowl(v):
    v1, v2 = v
    return v1**2 + 5 * v2**2


def descent(eta, steps, start=(4.0, 1.5)):
    """Of the bowl, by hand: each step multiplies v₁ by 1 − 2η and v₂ by 1 − 10η."""
    return np.array([[start[0] * (1 - 2 * eta) ** k, start[1] * (1 - 10 * eta) ** k] for k in range(steps + 1)])


def test_the_lines_are_where_the_function_has_the_height_that_they_say(axes):
    plots.valley(bowl, axes=axes, window=((-3, 2), (-1, 1)))

    lines = axes.collections[1]
    labels = [float(text.get_text()) for text in axes.texts]
    assert (axes.get_xlim(), axes.get_ylim()) == ((-3, 2), (-1, 1))
    assert len(labels) >= 3
    assert set(labels) <= {float(level) for level in lines.levels}
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        assert_allclose(bowl(path.vertices.T), level, atol=0.04)


def test_the_way_has_its_start_its_end_and_its_steps(axes):
    points = descent(0.15, 20)

    plots.valley(bowl, points, axes)

    (low1, low2), (high1, high2) = zip(axes.get_xlim(), axes.get_ylim(), strict=True)
    assert ((points > (low1, low2)) & (points < (high1, high2))).all()
    ends = {line.get_label(): np.ravel(line.get_data()) for line in axes.lines if not line.get_label().startswith("_")}
    assert_array_equal(ends["start"], points[0])
    assert_array_equal(ends["after 20 steps"], points[-1])
    for k in range(20):
        assert_array_equal(np.transpose(axes.lines[k].get_data()), points[k : k + 2])


def test_what_has_points_is_a_trajectory():
    class Found:
        points = descent(0.1, 3)

    assert legend(plots.valley(bowl, Found())) == ["start", "after 3 steps"]


def test_of_a_way_that_diverges_the_beginning_is_seen_and_the_rest_is_counted(axes):
    points = descent(0.4, 500)  # up to 3^500, beyond any window; its squares overflow

    plots.valley(bowl, points, axes)

    assert axes.get_title() == "498 of 501 points lie beyond"
    assert legend(axes) == ["start"]
    assert max(np.abs([*axes.get_xlim(), *axes.get_ylim()])) < 30
    for line in axes.lines:  # what leaves the window ends at its edge
        x, y = line.get_data()
        assert (np.min(x) >= axes.get_xlim()[0] - 1e-9) and (np.max(x) <= axes.get_xlim()[1] + 1e-9)
        assert (np.min(y) >= axes.get_ylim()[0] - 1e-9) and (np.max(y) <= axes.get_ylim()[1] + 1e-9)


def test_a_way_that_ends_in_nan_is_drawn_up_to_there(axes):
    plots.valley(bowl, [[1.0, 1.0], [0.5, 0.5], [np.nan, 0.0], [0.0, 0.0]], axes)

    assert legend(axes) == ["start", "after 1 step"]


def test_a_point_alone_a_plain_and_a_function_with_a_hole_are_drawn():
    assert legend(plots.valley(bowl, [[0.0, 0.0]])) == ["start"]
    plots.valley(bowl, [[1.0, 1.0]] * 3)
    plots.valley(lambda v: 3.0)
    plots.valley(lambda v: p.log(v[0]) + v[1] ** 2)
    plots.valley(bowl, descent(0.01, 400))
    plots.valley(bowl, descent(0.1, 5), window=((-9, -8), (-1, 1)))


def test_valleys_that_cant_be_drawn_are_named():
    for arguments, sentence in [
        ((bowl, [1.0, 2.0]), r"the points have shape \(2,\); want v1 and v2 of each, \(k, 2\)"),
        ((bowl, [[1.0, 2.0, 3.0]]), r"the points have shape \(1, 3\)"),
        ((bowl, [[np.nan, 2.0]]), "the first point is nan or inf"),
        ((lambda v: v,), r"f gives 2 numbers, shape \(2,\); want one, C"),
        ((lambda v: np.nan,), "C is nowhere a finite number in the window"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            plots.valley(*arguments)
    for window in [((1, 0), (0, 1)), ((0, 1),), 3, ((0, np.inf), (0, 1))]:
        with pytest.raises(ValueError, match=r"window is \(low, high\) of v1 and of v2"):
            plots.valley(bowl, window=window)
    assert pyplot.get_fignums() == []


# -------------------------------------------------------------------------------------- matplotlib


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.decision_region(MLP([2, 1], rng=0), *data.moons(8)),
        lambda: plots.images(np.zeros((1, 4))),
        lambda: plots.weights(MLP([4, 2], rng=0)),
        lambda: plots.activation("tanh"),
        lambda: plots.valley(bowl),
    ],
)
def test_without_matplotlib_it_says_how_to_get_it(draw, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ImportError, match=r'plots.\w+ needs matplotlib: pip install "microbp\[plot\]"'):
        draw()


def test_the_tables_softmax_is_softmax_and_maxout_no_one_curve():
    with pytest.raises(ValueError, match="activation: neurons depend on each other here, as in softmax"):
        plots.activation(p.softmax)
    for maxout in ("maxout", Maxout(3)):
        with pytest.raises(ValueError, match="activation: a neuron of maxout has several weighted inputs"):
            plots.activation(maxout)
    with pytest.raises(TypeError, match="^activation: low is a number, not 'a'"):
        plots.activation("tanh", "a")


@pytest.mark.parametrize("shape", [3, "ab", (9,), (-3, -3), (3.0, 3.0)])
def test_the_shape_of_a_picture_is_two_whole_numbers(shape):
    with pytest.raises(ValueError, match="^images: (shape|height) is .*(want|whole number)"):
        plots.images(np.zeros((4, 9)), shape=shape)


def test_a_label_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="^decision_region: labels has a value that is nan or inf, in row 0"):
        plots.decision_region(MLP([2, 1]), np.zeros((1, 2)), [np.nan])
    with pytest.raises(TypeError, match="^decision_region: want something with predict"):
        plots.decision_region(None, np.zeros((1, 2)), [0])
