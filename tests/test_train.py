"""Training: the book's steps, the same bits again, and what is told of it."""

from __future__ import annotations

import gc
import os
import re
import signal
import struct
import subprocess
import sys
import time
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from training import (
    Watched,
    bits,
    both_nodes,
    by_hand,
    every_optimizer,
    growing,
    growing_examples,
    numbers,
    quietly,
    some_examples,
)

from microbp import data, equations
from microbp import primitives as p
from microbp.nn import MLP, accuracy, costs, regularizers
from microbp.nn.examples import correct
from microbp.nn.optimizers import SGD, Adam, Momentum
from microbp.tensor import Tensor
from microbp.train import train
from microbp.value import Value

ROOT = Path(__file__).parent.parent



# ------------------------------------------------------------------------------ what a step and an epoch are


def stepped(net, x, y, cost, eta, lmbda=0.0, n=1):
    """Weights and biases after w → w − η(∂C/∂w + λw/n), b → b − η ∂C/∂b, in the order of the parameters."""
    weights, biases = numbers(net)[0::2], numbers(net)[1::2]
    nabla_b, nabla_w = equations.backprop(weights, biases, x, y, ["tanh", "sigmoid"], cost)
    moved_w = [w - eta * (nabla + lmbda / n * w) for w, nabla in zip(weights, nabla_w, strict=True)]
    moved_b = [b - eta * nabla for b, nabla in zip(biases, nabla_b, strict=True)]
    return [w for pair in zip(moved_w, moved_b, strict=True) for w in pair]


@both_nodes
@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy", "log_likelihood"])
@pytest.mark.parametrize("lmbda", [0.0, 5.0])
def test_a_step_is_that_of_the_closed_form(node, cost, lmbda):
    X, Y = some_examples()
    net = MLP([3, 4, 2], "tanh", "sigmoid", node=node, rng=0)
    expected = stepped(net, X.T, Y.T, cost, 3.0, lmbda, len(X))

    quietly(
        net, (X, Y), batch_size=20, optimizer=SGD(3.0), cost=cost,
        regularizer=regularizers.L2(lmbda) if lmbda else None,
    )  # fmt: skip

    for w, closed in zip(numbers(net), expected, strict=True):
        assert w == pytest.approx(closed, rel=1e-12, abs=1e-14)


def test_an_epoch_takes_one_step_for_each_mini_batch_of_the_shuffled_examples():
    X, Y = some_examples(n=10)
    net, by_hand = (MLP([3, 4, 2], "tanh", "sigmoid", rng=0) for _ in range(2))
    rng = np.random.default_rng(5)
    for _ in range(2):
        order = rng.permutation(10)
        assert sorted(order) == list(range(10))
        for batch in (order[:4], order[4:8], order[8:]):
            moved = stepped(by_hand, X[batch].T, Y[batch].T, "quadratic", 0.5)
            for w, array in zip(by_hand.parameters(), moved, strict=True):
                w.data = array

    quietly(net, (X, Y), epochs=2, batch_size=4, optimizer=SGD(0.5), rng=5)

    for w, closed in zip(numbers(net), numbers(by_hand), strict=True):
        assert w == pytest.approx(closed, rel=1e-12)


def test_a_batch_larger_than_the_data_is_all_of_it():
    nets = [MLP([3, 4, 2], rng=0) for _ in range(2)]
    histories = [quietly(net, some_examples(), batch_size=m) for net, m in zip(nets, (20, 1000), strict=True)]

    assert bits(nets[0]) == bits(nets[1])
    assert histories[0] == histories[1]


def test_left_to_itself_training_is_gradient_descent_with_eta_a_half():
    nets = [MLP([3, 4, 2], rng=0) for _ in range(2)]
    quietly(nets[0], some_examples())
    quietly(nets[1], some_examples(), optimizer=SGD(0.5), cost=costs.quadratic)

    assert bits(nets[0]) == bits(nets[1])


@every_optimizer
def test_the_same_seed_gives_the_same_bits(optimizer):
    def trained(seed):
        net = MLP([3, 4, 2], "tanh", rng=0)
        history = quietly(net, some_examples(), epochs=3, batch_size=3, optimizer=optimizer(0.1), rng=seed)
        return bits(net), history

    assert trained(1) == trained(1) == trained(np.random.default_rng(1))
    assert trained(1)[0] != trained(2)[0]


@every_optimizer
def test_networks_of_values_learn_as_networks_of_tensors(optimizer):
    nets = [MLP([3, 4, 2], "tanh", "sigmoid", node=node, rng=0) for node in (Tensor, Value)]
    histories = [
        quietly(net, some_examples(), epochs=3, optimizer=optimizer(0.1), cost="cross_entropy") for net in nets
    ]

    for of_tensors, of_values in zip(*map(numbers, nets), strict=True):
        assert of_values == pytest.approx(of_tensors, rel=1e-9)
    assert histories[1].costs == pytest.approx(histories[0].costs, rel=1e-12)


@every_optimizer
def test_float32_networks_stay_float32(optimizer):
    net = MLP([3, 4, 2], "tanh", "sigmoid", rng=0, dtype=np.float32)
    quietly(net, some_examples(), optimizer=optimizer(0.1), regularizer=regularizers.L2(1.0))

    assert {w.dtype for w in net.parameters()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("labels", [[0, 2, 1, 2], np.array([0, 2, 1, 2], np.uint8)])
def test_labels_stand_for_rows_with_a_1_in_their_place(labels):
    X, _ = some_examples(n=4)
    nets = [MLP([3, 4, 3], rng=0) for _ in range(2)]
    quietly(nets[0], (X, labels))
    quietly(nets[1], (X, [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]]))

    assert bits(nets[0]) == bits(nets[1])


def test_labels_of_one_output_neuron_are_what_it_should_say():
    X, _ = some_examples(n=4)
    nets = [MLP([3, 4, 1], rng=0) for _ in range(2)]
    quietly(nets[0], (X, [0, 1, 1, 0]))
    quietly(nets[1], (X, [[0.0], [1.0], [1.0], [0.0]]))

    assert bits(nets[0]) == bits(nets[1])


# --------------------------------------------------------------------------------------------- learning


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("optimizer", [lambda: SGD(0.5), lambda: Momentum(0.03), lambda: Adam(0.03)])
def test_moons_are_told_apart_on_points_not_seen_before(optimizer, seed):
    net = MLP([2, 16, 1], "tanh", "sigmoid", initializer="inverse_sqrt", rng=seed)

    quietly(net, data.moons(400, rng=seed), epochs=30, optimizer=optimizer(), cost="cross_entropy", rng=seed)

    assert accuracy(net, *data.moons(400, rng=100 + seed)) > 0.95


@both_nodes
@pytest.mark.parametrize("seed", range(3))
def test_xor_is_learned(node, seed):
    net = MLP([2, 8, 1], "tanh", "sigmoid", node=node, rng=seed)

    history = quietly(net, data.xor(), epochs=200, batch_size=4, optimizer=SGD(1.0), cost="cross_entropy", rng=seed)

    assert accuracy(net, *data.xor()) == 1
    assert history.costs[-1] < 0.05 < history.costs[0]


@pytest.mark.needs_data
def test_digits_are_learned_in_two_epochs_of_ten_thousand():
    """Measured over five seeds: 91.5 to 92.4 % of the test images, mean 92.0 %, standard deviation 0.4 %."""
    digits = data.mnist(mirrors=(), progress=False)
    X, labels = digits.train
    net = MLP([784, 30, 10], initializer="inverse_sqrt", rng=0)

    history = quietly(
        net, (X[:10_000], labels[:10_000]), epochs=2, optimizer=SGD(0.5), cost="cross_entropy", validation=digits.test
    )

    assert history[1].total == 10_000
    assert history[1].accuracy > 0.905


def test_weight_decay_keeps_weights_small_and_leaves_biases():
    X, Y = np.zeros((4, 2)), np.full((4, 1), 0.5)  # with inputs and biases 0, sigmoid says ½: no error, no gradient
    net = MLP([2, 1], initializer="he", rng=0)
    w, b = numbers(net)

    quietly(net, (X, Y), epochs=3, batch_size=2, optimizer=SGD(0.5), regularizer=regularizers.L2(1.0))

    assert numbers(net)[0] == pytest.approx((1 - 0.5 / 4) ** 6 * w, rel=1e-14)
    assert np.array_equal(numbers(net)[1], b)


# ---------------------------------------------------------------------------------------------- history


def test_the_cost_of_an_epoch_is_the_mean_over_its_examples_without_the_regularizer():
    X, Y = some_examples(n=10)
    net = MLP([3, 4, 2], "tanh", "sigmoid", rng=0)
    weights, biases = numbers(net)[0::2], numbers(net)[1::2]
    expected = equations.mean_cost(weights, biases, X.T, Y.T, ["tanh", "sigmoid"])

    history = quietly(net, (X, Y), batch_size=4, optimizer=SGD(1e-300), regularizer=regularizers.L2(5.0))

    assert history.costs == pytest.approx([expected], rel=1e-14)


@both_nodes
def test_validation_counts_what_is_right_after_each_epoch(node):
    X, labels = data.moons(40)
    net = MLP([2, 4, 2], "tanh", node=node, rng=0)
    one_more = MLP([2, 4, 2], "tanh", node=node, rng=0)

    history = quietly(net, (X, labels), epochs=3, validation=(X, labels))
    quietly(one_more, (X, labels), epochs=1, validation=(X, np.eye(2)[labels]))

    assert [epoch.total for epoch in history] == [40] * 3
    assert history[0].correct == correct(one_more, X, labels)
    assert history[-1].correct == correct(net, X, labels)
    assert history.accuracies == [epoch.correct / 40 for epoch in history]


@pytest.mark.parametrize(("low", "right"), [(0, 1), (-1, 2)])
def test_validation_of_one_class_is_judged_by_the_middle_of_what_is_taught(low, right):
    net = MLP([1, 1], "linear", initializer=lambda rng, n_out, n_in: (np.eye(1), np.zeros((1, 1))))
    taught = [[-2.0], [2.0]], [low, 1]

    history = quietly(net, taught, optimizer=SGD(1e-300), validation=([[0.4], [0.6]], [1, 1]))

    assert history[0].correct == right


@both_nodes
def test_the_history_says_whether_steps_were_replayed(node):
    histories = [quietly(MLP([3, 2], node=node, rng=0), some_examples(), replay=replay) for replay in (None, False)]
    own = quietly(MLP([3, 2], lambda z: p.tanh(z), node=node, rng=0), some_examples(), replay=None)

    assert [(history.replayed, history.why_not) for history in histories] == [
        (True, None),
        (False, "replay=False was asked for"),
    ]
    assert (own.replayed, own.why_not) == (
        False,
        "the activation of layer 2 is your own, and may keep a state or draw numbers; replay=True says it does not",
    )
    assert str(histories[0]) == str(own) == "Epoch 0 complete"


def test_replay_that_ends_in_mid_training_is_told_once_where_train_was_called_and_training_goes_on():
    nets = [growing() for _ in range(2)]

    with pytest.warns(RuntimeWarning) as told:
        history = quietly(nets[0], growing_examples(), epochs=12, batch_size=3, optimizer=SGD(0.02))

    (warning,) = told
    assert Path(warning.filename).name == "training.py"
    words = f"train: steps are not replayed, but computed anew, which takes longer, {history.why_not}"
    assert str(warning.message) == words
    assert re.match(r"from epoch [1-9]\d?, mini-batch \d on: cost: ", history.why_not)
    assert not history.replayed
    assert history.costs == by_hand(nets[1], *growing_examples(), 12, 3, SGD(0.02), "quadratic")
    assert bits(nets[0]) == bits(nets[1])


def test_a_warning_made_an_error_leaves_a_whole_step():
    nets, optimizer = [growing() for _ in range(2)], Watched(0.02)
    quietly(nets[0], growing_examples(), epochs=12, batch_size=3, optimizer=optimizer, replay=None)

    with warnings.catch_warnings(), pytest.raises(RuntimeWarning, match="train: steps are not replayed"):
        warnings.simplefilter("error")
        quietly(nets[1], growing_examples(), epochs=12, batch_size=3, optimizer=SGD(0.02))

    after = [np.concatenate([w.ravel() for w in step]) for step in optimizer.after]
    left = np.concatenate([w.ravel() for w in numbers(nets[1])])
    assert any(np.allclose(left, step, rtol=1e-12, atol=0) for step in after[3:-1])


# ------------------------------------------------------------------------------------------ progress bar

SHORT_RUN = """
from microbp import MLP, data, train
moons = data.moons(40)
train(MLP([2, 3, 1], rng=0), moons, epochs=3, validation=moons, progress={progress}, rng=0)
"""


def on_a_terminal(program):
    """What a Python program writes to a terminal that is its standard error."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))  # not on Windows
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    with subprocess.Popen([sys.executable, "-W", "error", "-c", program], stderr=its, cwd=ROOT) as run:
        os.close(its)
        written = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # what Linux says at the end
                break
            if not chunk:
                break
            written += chunk
    os.close(ours)
    assert run.returncode == 0, written.decode()
    return written.decode()


def test_on_a_terminal_a_bar_shows_steps_epoch_and_what_came_of_the_last():
    written = on_a_terminal(SHORT_RUN.format(progress=True))
    *_, last = written.strip().split("\r")

    assert re.match(r"Epoch 2: 100%\|█+\| 12/12 \[.*step/s, Epoch 2: \d+ / 40\]$", last), last


def test_a_terminal_stays_silent_when_asked():
    assert on_a_terminal(SHORT_RUN.format(progress=False)) == ""


def test_where_there_is_no_terminal_there_is_no_bar(capfd):
    train(MLP([2, 3, 1], rng=0), data.moons(40), epochs=3, rng=0)

    assert capfd.readouterr() == ("", "")


def test_a_program_without_a_standard_error_trains_without_a_bar(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)  # as under pythonw

    assert len(train(MLP([2, 3, 1], rng=0), data.moons(40), epochs=3, rng=0)) == 3


# ------------------------------------------------------------------------------------- ended by Ctrl-C


def interrupting(calls):
    """An activation in whose computation number `calls` Ctrl-C is pressed."""
    left = [calls]

    def sigmoid(z):
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return p.sigmoid(z)

    return sigmoid


@both_nodes
@pytest.mark.parametrize("steps", [0, 1, 4, 9])
def test_ctrl_c_ends_training_after_a_whole_step_and_gives_the_history(node, steps, capfd):
    net = MLP([3, 2], interrupting(steps), node=node, rng=0)
    optimizer, start = Watched(0.5), numbers(net)

    history = quietly(net, some_examples(n=20), epochs=3, batch_size=5, optimizer=optimizer, replay=None)

    assert history.interrupted
    assert len(history) == steps // 4
    assert len(optimizer.after) == steps
    for w, expected in zip(numbers(net), [start, *optimizer.after][-1], strict=True):
        assert np.array_equal(w, expected)
    sentence = f"Training was interrupted in epoch {steps // 4}; the network keeps what it has learned.\n"
    assert capfd.readouterr().err == sentence


def test_training_that_was_not_interrupted_says_so():
    assert quietly(MLP([3, 2], rng=0), some_examples()).interrupted is False


LONG_RUN = """
import numpy as np
from microbp import MLP, Value, train
from microbp.nn.optimizers import SGD
from microbp.nn.parameters import gradient_of, nodes_of, numbers_of
from microbp.program.descent import Descent

class Watched(SGD):
    def step(self, parameters, gradients=None):
        before = [numbers_of(w) for w in parameters]
        self.whole = before, [w - self.eta * g for w, g in zip(before, gradients)]
        super().step(parameters, gradients)
        print(end=".", flush=True)

net, optimizer = MLP([20, 20, 1], node=Value, rng=0), Watched(0.5)
history = train(net, (np.ones((8, 20)), np.zeros(8)), 10**6, 1, optimizer, progress=False, rng=0)
now = [numbers_of(w) for w in net.parameter_arrays()]
whole = any(all(map(np.array_equal, now, state)) for state in optimizer.whole)
print(history.interrupted, whole)
"""


@pytest.mark.parametrize("milliseconds", [0, 7])
def test_a_signal_at_any_moment_leaves_the_parameters_at_a_whole_step(milliseconds, ctrl_c):
    arguments = [sys.executable, "-W", "error", "-c", LONG_RUN]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as run:
        run.stdout.read(3)  # three steps are taken
        time.sleep(milliseconds / 1000)
        run.send_signal(signal.SIGINT)
        written, errors = run.communicate(timeout=60)

    assert written.decode().lstrip(".") == "True True\n", errors.decode()
    assert re.fullmatch(r"Training was interrupted in epoch \d+; .*\n", errors.decode())


# ------------------------------------------------------------------------------------------------ memory


@pytest.mark.parametrize(
    ("node", "epochs"),
    [(Tensor, 10), (Value, 5), pytest.param(Tensor, 500, marks=pytest.mark.slow)],  # 2,000, 1,000 and 100,000 steps
)
def test_the_heap_stays_flat_with_the_garbage_collector_off(node, epochs):
    X = np.random.default_rng(0).normal(size=(2000, 2))
    examples = X, (X[:, 0] > 0).astype(int)
    net, optimizer = MLP([2, 3, 1], "tanh", "sigmoid", node=node, rng=0), Momentum(0.1)
    gc.collect()
    gc.disable()
    quietly(net, examples, epochs=1, optimizer=optimizer)
    tracemalloc.start()
    try:
        quietly(net, examples, epochs=epochs, optimizer=optimizer)  # 200 steps each
        garbage = gc.collect()  # of which there is none: what this frees is CPython's store of tuples for later use
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()

    assert grown < 10 * 200 * epochs  # bytes: 1 MB in 100,000 steps
    assert garbage < 100


# ------------------------------------------------------------------------------------------------ errors

X5, Y5 = np.zeros((5, 3)), np.zeros((5, 2))


@both_nodes
@pytest.mark.parametrize(
    ("examples", "sentence"),
    [
        ((X5.T, Y5), r"train: X of data has shape \(3, 5\), but should be \(examples, 3\); rows are examples"),
        ((X5, Y5.T), r"train: Y of data has shape \(2, 5\), X has 5 rows; want shape \(5, 2\), or \(5,\) for labels"),
        ((X5, Y5[:4]), r"train: Y of data has shape \(4, 2\), X has 5 rows"),
        ((X5, [0, 1, 0, 1]), r"train: Y of data has shape \(4,\), X has 5 rows"),
        ((X5[:0], Y5[:0]), "train: X of data is empty"),
        ((X5, []), r"train: Y of data has shape \(0,\), X has 5 rows"),
        ((X5[0], Y5[0]), r"train: X of data has shape \(3,\), but should be \(examples, 3\)"),
        (([[1, 2, 3], [1]], [0, 1]), "train: X of data has rows that differ in length"),
        ((X5, [0, 1, 2, 0, 0]), "train: Y of data: there is a label 2; want 0 to 1, one for each output neuron"),
        ((X5, [0, 1, -1, 0, 0]), "train: Y of data: there is a label -1; want 0 to 1"),
        ((X5, [0.0, 1, 0, 0, 0]), r"train: Y of data: labels are integers, not float64; pass labels.astype\(int\)"),
        ((X5 + [[0], [0], [0], [np.nan], [0]], Y5), "train: X of data has a value that is nan or inf, in row 3"),
        ((X5, Y5 + [[0], [0], [np.inf], [0], [0]]), "train: Y of data has a value that is nan or inf, in row 2"),
        (list(zip(X5, Y5, strict=True)), "train: data is a pair X, Y with examples in rows, not list of 5"),
        (None, "train: data is a pair X, Y with examples in rows, not NoneType"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_the_remedy(node, examples, sentence):
    net = MLP([3, 2], node=node, rng=0)
    before = bits(net)

    with pytest.raises(ValueError, match=sentence):
        quietly(net, examples)

    assert bits(net) == before


@pytest.mark.parametrize(
    ("validation", "sentence"),
    [
        ((X5.T, Y5), r"train: X of validation has shape \(3, 5\)"),
        ((X5, [0] * 4), r"train: Y of validation: labels have shape \(4,\), X has 5 rows"),
        ((X5, [0, 1, 2, 0, 0]), "train: Y of validation: there is a label 2; want 0 to 1"),
        ((X5 + np.inf, [0] * 5), "train: X of validation has a value that is nan or inf, in row 0"),
        (X5, "train: validation is a pair X, Y with examples in rows, not ndarray of 5"),
    ],
)
def test_a_validation_set_that_does_not_fit_is_refused_before_the_first_step(validation, sentence):
    net = MLP([3, 2], rng=0)
    before = bits(net)

    with pytest.raises(ValueError, match=sentence):
        quietly(net, (X5, Y5), validation=validation)

    assert bits(net) == before


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"epochs": 0}, ValueError, "train: epochs is a whole number of at least 1, not 0"),
        ({"epochs": 1.5}, ValueError, "train: epochs is a whole number of at least 1, not 1.5"),
        ({"batch_size": 0}, ValueError, "train: batch_size is a whole number of at least 1, not 0"),
        ({"batch_size": "10"}, ValueError, "train: batch_size is a whole number of at least 1, not '10'"),
        ({"cost": "mse"}, ValueError, "unknown cost 'mse'; there are quadratic, cross_entropy, log_likelihood, hinge,"),
        ({"cost": np.square}, TypeError, "cost is one of quadratic, .*, or a Cost of your own, not <ufunc 'square'>"),
        ({"cost": "hinge"}, ValueError, "hinge: y holds 0; want −1 or \\+1, so pass 2 \\* y − 1 for 0 and 1"),
        ({"optimizer": "adam"}, TypeError, r"train: optimizer is one of microbp's .*, such as SGD\(0.5\), not 'adam'"),
        ({"optimizer": SGD}, TypeError, "train: optimizer is one of .* not <class 'microbp.nn.optimizers.SGD'>"),
        ({"regularizer": 5.0}, TypeError, r"train: regularizer is one such as regularizers.L2\(5.0\), not 5.0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        quietly(MLP([3, 2], rng=0), (X5, Y5), **arguments)


@both_nodes
@pytest.mark.parametrize("replay", [None, True, False])
def test_a_desired_output_out_of_range_in_the_last_row_is_refused_before_the_first_step(node, replay):
    net = MLP([3, 2], node=node, rng=0)
    before, wrong = bits(net), np.vstack([Y5[:4], [[0.0, 1.5]]])

    with pytest.raises(ValueError, match="cross_entropy: y holds 1.5; want values from 0 to 1"):
        quietly(net, (X5, wrong), batch_size=2, cost="cross_entropy", replay=replay)

    assert bits(net) == before


@pytest.mark.parametrize("examples", [(X5 + 1j, Y5), (X5, Y5 + 1j), (X5.astype(str), Y5), (X5, ["a"] * 5)])
def test_data_that_are_no_real_numbers_are_refused(examples):
    with pytest.raises(TypeError, match="train: [XY] of data holds real numbers, not (complex128|str)"):
        quietly(MLP([3, 2], rng=0), examples)


def test_what_replay_is_not_is_said():
    net = MLP([2, 1], rng=0)

    with pytest.raises(TypeError, match="train: replay is True, False or None, not 'yes'"):
        train(net, (np.zeros((2, 2)), np.zeros((2, 1))), 1, replay="yes")
