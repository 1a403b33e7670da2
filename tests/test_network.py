"""The book's network against a program that takes every sum term by term."""

from __future__ import annotations

import math
import random
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from microbp import equations, network
from microbp.network import Network

pytestmark = pytest.mark.filterwarnings("error")

both_forms = pytest.mark.parametrize("matrix_form", [False, True], ids=["one by one", "matrix form"])


def dot(u, v):
    return sum(u_k * v_k for u_k, v_k in zip(u, v, strict=True))


class TermByTerm:
    """What the book says in chapters 1 and 2, with numbers for numbers: no array is ever multiplied."""

    def __init__(self, sizes):
        self.layers = range(1, len(sizes))
        self.b = [None, *(np.random.randn(n, 1)[:, 0].tolist() for n in sizes[1:])]
        self.w = [None, *(np.random.randn(sizes[l], sizes[l - 1]).tolist() for l in self.layers)]

    def activations(self, x):
        a = [x]
        for b, w in zip(self.b[1:], self.w[1:], strict=True):
            z = [dot(w_j, a[-1]) + b_j for w_j, b_j in zip(w, b, strict=True)]
            a.append([1 / (1 + math.exp(-z_j)) for z_j in z])
        return a

    def errors(self, a, y):
        delta = {self.layers[-1]: [(a_j - y_j) * a_j * (1 - a_j) for a_j, y_j in zip(a[-1], y, strict=True)]}
        for l in reversed(self.layers[:-1]):
            w_out = zip(*self.w[l + 1], strict=True)
            sums = [dot(w_j, delta[l + 1]) for w_j in w_out]
            delta[l] = [sum_j * a_j * (1 - a_j) for sum_j, a_j in zip(sums, a[l], strict=True)]
        return delta

    def descend(self, mini_batch, eta):
        examples = []
        for x, y in mini_batch:
            a = self.activations(x[:, 0].tolist())
            examples.append((a, self.errors(a, y[:, 0].tolist())))
        rate = eta / len(mini_batch)
        for l in self.layers:
            for j in range(len(self.b[l])):
                self.b[l][j] -= rate * sum(delta[l][j] for _, delta in examples)
                for k in range(len(self.w[l][j])):
                    self.w[l][j][k] -= rate * sum(delta[l][j] * a[l - 1][k] for a, delta in examples)

    def learn(self, examples, epochs, mini_batch_size, eta):
        for _ in range(epochs):
            random.shuffle(examples)
            for start in range(0, len(examples), mini_batch_size):
                self.descend(examples[start : start + mini_batch_size], eta)


def seed(number):
    random.seed(number)
    np.random.seed(number)


def examples(sizes, number, rng):
    """Pairs of an input and a one-hot target"""
    pairs = []
    for _ in range(number):
        y = np.zeros((sizes[-1], 1))
        y[rng.integers(sizes[-1])] = 1
        pairs.append((rng.random((sizes[0], 1)), y))
    return pairs


def parameters(net):
    return [*(b.copy() for b in net.biases), *(w.copy() for w in net.weights)]


def assert_same(actual, expected, tolerance=1e-12):
    for one, other in zip(actual, expected, strict=True):
        assert_allclose(one, other, rtol=0, atol=tolerance)


# The same weights as the book's program


@both_forms
@pytest.mark.parametrize("sizes", [[3, 2], [4, 5, 3], [3, 4, 4, 2]], ids=str)
@pytest.mark.parametrize("mini_batch_size", [1, 5, 100])
def test_after_several_epochs_the_weights_are_those_of_the_sums_taken_term_by_term(
    sizes, mini_batch_size, matrix_form, rng, capsys
):
    data = examples(sizes, 23, rng)  # 23: the last mini-batch of 5 is a smaller one

    seed(1)
    reference, reference_data = TermByTerm(sizes), list(data)
    reference.learn(reference_data, 6, mini_batch_size, 3.0)
    seed(1)
    net = Network(sizes, matrix_form=matrix_form)
    net.SGD(data, 6, mini_batch_size, 3.0)

    assert_same([b[:, 0] for b in net.biases], reference.b[1:])
    assert_same(net.weights, reference.w[1:])
    assert [id(x) for x, _ in data] == [id(x) for x, _ in reference_data]  # shuffled in place, and alike


@both_forms
def test_so_are_those_of_a_network_as_large_as_the_books(matrix_form, rng, capsys):
    data = examples([784, 30, 10], 20, rng)

    seed(2)
    reference = TermByTerm([784, 30, 10])
    reference.learn(list(data), 2, 10, 3.0)
    seed(2)
    net = Network([784, 30, 10], matrix_form=matrix_form)
    net.SGD(data, 2, 10, 3.0)

    assert_same(net.weights, reference.w[1:])


def test_both_forms_take_the_same_step(rng):
    mini_batch = examples([6, 5, 4], 10, rng)
    seed(3)
    one_by_one, matrix = Network([6, 5, 4]), Network([6, 5, 4], matrix_form=True)
    matrix.biases, matrix.weights = one_by_one.biases, one_by_one.weights

    one_by_one.update_mini_batch(mini_batch, 3.0)
    matrix.update_mini_batch(mini_batch, 3.0)

    assert_same(parameters(matrix), parameters(one_by_one), 1e-14)


def test_a_network_may_change_its_form_between_mini_batches(rng):
    mini_batch = examples([6, 5, 4], 10, rng)
    seed(3)
    steady = Network([6, 5, 4])
    seed(3)
    changing = Network([6, 5, 4])

    for step in range(4):
        changing.matrix_form = step % 2 == 1
        steady.update_mini_batch(mini_batch, 3.0)
        changing.update_mini_batch(mini_batch, 3.0)

    assert_same(parameters(changing), parameters(steady), 1e-14)


# The book's names


def test_all_biases_are_drawn_before_all_weights():
    np.random.seed(4)
    b2, b3, w2, w3 = (np.random.randn(*shape) for shape in [(3, 1), (1, 1), (3, 2), (1, 3)])
    np.random.seed(4)

    net = Network([2, 3, 1])

    assert_same(parameters(net), [b2, b3, w2, w3], 0)
    assert (net.num_layers, net.sizes) == (3, [2, 3, 1])


def test_backprop_is_the_gradient_of_one_examples_quadratic_cost(rng):
    np.random.seed(5)
    net = Network([4, 3, 2])
    ((x, y),) = examples([4, 3, 2], 1, rng)

    nabla_b, nabla_w = net.backprop(x, y)

    expected_b, expected_w = equations.backprop(net.weights, net.biases, x, y, "sigmoid", "quadratic")
    assert_same([*nabla_b, *nabla_w], [*expected_b, *expected_w], 0)


def test_feedforward_gives_the_output_of_one_column_or_of_many(rng):
    np.random.seed(6)
    net, reference = Network([4, 3, 2]), TermByTerm.__new__(TermByTerm)
    reference.b, reference.w = [None, *(b[:, 0] for b in net.biases)], [None, *net.weights]
    x = rng.random((4, 5))

    a = net.feedforward(x)

    assert_allclose(a, np.transpose([reference.activations(column)[-1] for column in x.T]), rtol=1e-13)
    assert_allclose(net.feedforward(x[:, :1]), a[:, :1], rtol=1e-13)


@both_forms
def test_evaluate_counts_where_the_right_output_is_the_largest(matrix_form, rng):
    np.random.seed(7)
    net = Network([4, 8, 3], matrix_form=matrix_form)
    tests = [(x, int(rng.integers(3))) for x, _ in examples([4, 3], 50, rng)]

    right = 0
    for x, index in tests:
        a = net.feedforward(x)[:, 0].tolist()
        right += max(range(3), key=lambda j, a=a: a[j]) == index

    assert 0 < right < 50
    assert net.evaluate(tests) == right
    assert net.evaluate(iter(tests)) == right
    assert net.evaluate([]) == 0


def test_cost_derivative_is_the_difference_of_output_and_target():
    difference = Network([2, 2]).cost_derivative(np.array([[0.75], [0.5]]), np.array([[1.0], [0.0]]))

    assert_array_equal(difference, [[-0.25], [0.5]])


@both_forms
def test_a_subclass_gives_another_cost_by_its_derivative(matrix_form, rng):
    class Doubled(Network):
        def cost_derivative(self, output_activations, y):
            return 2 * (output_activations - y)

    mini_batch = examples([4, 3, 2], 5, rng)
    np.random.seed(8)
    net, doubled = Network([4, 3, 2]), Doubled([4, 3, 2], matrix_form=matrix_form)
    doubled.biases, doubled.weights = net.biases, net.weights

    net.update_mini_batch(mini_batch, 1.0)
    doubled.update_mini_batch(mini_batch, 0.5)

    assert_same(parameters(doubled), parameters(net), 1e-14)


def test_sigmoid_and_its_derivative_are_those_of_the_equations():
    z = np.array([-1000.0, -1.0, 0.0, 1000.0])

    assert_allclose(network.sigmoid(z), [0, 1 / (1 + math.e), 0.5, 1], rtol=1e-15)
    assert_allclose(network.sigmoid_prime(z), [0, math.e / (1 + math.e) ** 2, 0.25, 0], rtol=1e-15)


def test_the_form_is_chosen_by_name_only():
    with pytest.raises(TypeError):
        Network([2, 2], True)


# SGD: what it prints, and what it takes


@both_forms
def test_an_epoch_prints_how_many_tests_were_right(matrix_form, rng, capsys):
    data, tests = examples([4, 3], 12, rng), [(x, int(y.argmax())) for x, y in examples([4, 3], 7, rng)]
    seed(9)
    net, same_data, counts = Network([4, 3], matrix_form=matrix_form), list(data), []
    for _ in range(3):
        net.SGD(same_data, 1, 5, 1.0)
        counts.append(net.evaluate(tests))
    capsys.readouterr()

    seed(9)
    Network([4, 3], matrix_form=matrix_form).SGD(data, 3, 5, 1.0, test_data=tests)

    assert capsys.readouterr().out == "".join(f"Epoch {j}: {count} / 7\n" for j, count in enumerate(counts))


def test_without_tests_an_epoch_prints_that_it_is_complete(rng, capsys):
    Network([4, 3]).SGD(examples([4, 3], 5, rng), 2, 5, 1.0)
    Network([4, 3]).SGD(examples([4, 3], 5, rng), 1, 5, 1.0, test_data=[])

    assert capsys.readouterr().out == "Epoch 0 complete\nEpoch 1 complete\nEpoch 0 complete\n"


def test_what_can_be_made_a_list_will_do_and_is_left_alone(rng, capsys):
    data = examples([4, 3], 12, rng)
    tests = [(x, 0) for x, _ in data]
    results = []
    for kind in (list, tuple, iter, lambda pairs: zip(*zip(*pairs, strict=True), strict=True)):
        seed(10)
        net, given = Network([4, 3]), kind(data.copy())
        net.SGD(given, 2, 5, 1.0, kind(tests))
        results.append((parameters(net), capsys.readouterr().out))
        assert kind is not tuple or given == tuple(data)

    for after, printed in results[1:]:
        assert_same(after, results[0][0], 0)
        assert printed == results[0][1]


# Ctrl-C


def interrupted(net, at, *arguments):
    """Whether Ctrl-C before the given bytecode instruction of update_mini_batch came before it was through"""
    instructions = 0

    def trace(frame, event, argument):
        nonlocal instructions
        if frame.f_code is not Network.update_mini_batch.__code__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            instructions += 1
            if instructions == at:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        net.update_mini_batch(*arguments)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@both_forms
def test_at_whatever_instruction_ctrl_c_comes_biases_and_weights_belong_together(matrix_form, rng):
    mini_batch = examples([2, 2, 1], 2, rng)
    np.random.seed(11)
    net = Network([2, 2, 1], matrix_form=matrix_form)
    biases, weights, old = net.biases, net.weights, parameters(net)
    net.update_mini_batch(mini_batch, 1.0)
    new = parameters(net)

    found, at = set(), 1
    net.biases, net.weights = biases, weights
    while interrupted(net, at, mini_batch, 1.0):
        moved = [not np.array_equal(now, then) for now, then in zip(parameters(net), old, strict=True)]
        assert all(moved) or not any(moved)
        found.add(all(moved))
        net.biases, net.weights, at = biases, weights, at + 1

    assert found == {False, True}
    assert_same(parameters(net), new, 0)


def test_ctrl_c_during_an_epoch_leaves_the_last_whole_mini_batch(rng, capsys):
    class Interrupted(Network):
        examples_left = 8

        def backprop(self, x, y):
            if not self.examples_left:
                raise KeyboardInterrupt
            self.examples_left -= 1
            return super().backprop(x, y)

    data = examples([4, 3, 2], 12, rng)
    seed(12)
    net = Interrupted([4, 3, 2])
    with pytest.raises(KeyboardInterrupt):
        net.SGD(data, 1, 3, 1.0)

    seed(12)
    reference = Network([4, 3, 2])
    for start in (0, 3):  # 8 examples are two mini-batches, and two examples of the third
        reference.update_mini_batch(data[start : start + 3], 1.0)
    assert_same(parameters(net), parameters(reference), 0)


def test_a_step_makes_new_arrays_and_leaves_the_old(rng):
    np.random.seed(13)
    net = Network([4, 3])
    (b,), (w,) = net.biases, net.weights
    copies = b.copy(), w.copy()

    net.update_mini_batch(examples([4, 3], 5, rng), 1.0)

    assert_same((b, w), copies, 0)
    assert not np.array_equal(net.weights[0], w)


# Bad input

X, Y = np.ones((4, 1)), np.ones((2, 1))


@both_forms
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda net: net.feedforward(np.ones(4)),
            "feedforward: x has shape (4,), the input layer has 4 neurons, want (4, m); "
            "one example is one column, so pass shape (4, 1)",
        ),
        (
            lambda net: net.feedforward(np.ones((1, 4))),
            "feedforward: x has shape (1, 4), the input layer has 4 neurons, want (4, m); "
            "columns are examples, so pass x.T",
        ),
        (
            lambda net: net.backprop(np.ones(4), Y),
            "backprop: x has shape (4,), want (4, 1): one example is one column",
        ),
        (
            lambda net: net.backprop(X, np.ones(2)),
            "backprop: y has shape (2,), want (2, 1): one example is one column",
        ),
        (
            lambda net: net.backprop(X, 1),
            "backprop: y has shape (), want (2, 1): one example is one column",
        ),
        (
            lambda net: net.backprop(np.ones((4, 3)), np.ones((2, 3))),
            "backprop: x has shape (4, 3), want (4, 1): one example is one column",
        ),
        (
            lambda net: net.backprop(X * 1j, Y),
            "backprop: x has dtype complex128; want float64 or float32",
        ),
        (
            lambda net: net.evaluate([(np.ones(4), 1)]),
            "evaluate: x has shape (4,), want (4, 1): one example is one column",
        ),
        (
            lambda net: net.evaluate([(X, Y)]),
            "evaluate: y has shape (2, 1); want the index of the right output, argmax(y)",
        ),
        (
            lambda net: net.cost_derivative(np.ones((2, 1)), np.ones(2)),
            "quadratic: y has shape (2,), the output layer has 2 neurons, want (2, 1); "
            "one example is one column, so pass shape (2, 1)",
        ),
        (lambda net: net.SGD([], 1, 1, 1.0), "SGD: training_data is empty; want pairs (x, y)"),
        (lambda net: net.SGD([(X, Y)], 1, 0, 1.0), "SGD: mini_batch_size is 0; want at least 1"),
        (
            lambda net: net.update_mini_batch([], 1.0),
            "update_mini_batch: the mini-batch is empty; want pairs (x, y)",
        ),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence, matrix_form):
    with pytest.raises(ValueError) as caught:
        call(Network([4, 3, 2], matrix_form=matrix_form))

    assert str(caught.value) == sentence


@both_forms
def test_one_bad_example_of_a_mini_batch_is_named_and_changes_nothing(matrix_form):
    net = Network([4, 3, 2], matrix_form=matrix_form)
    before = parameters(net)

    with pytest.raises(ValueError, match=r": y has shape \(2,\), want \(2, 1\): one example is one column"):
        net.update_mini_batch([(X, Y), (X, np.ones(2))], 1.0)

    assert_same(parameters(net), before, 0)


@pytest.mark.parametrize("sizes", [[], [4], [4, 0, 2]], ids=str)
def test_a_network_has_two_layers_or_more_and_none_is_empty(sizes):
    with pytest.raises(ValueError) as caught:
        Network(sizes)

    assert str(caught.value) == f"Network: sizes are {sizes}; want two layers or more, none without a neuron"


def in_numpy(sizes, training_data, epochs, mini_batch_size, eta):
    """The book's algorithm with an array an equation, one example after the other."""
    b = [np.random.randn(n, 1) for n in sizes[1:]]
    w = [np.random.randn(n_out, n_in) for n_in, n_out in zip(sizes, sizes[1:], strict=False)]
    for _ in range(epochs):
        random.shuffle(training_data)
        for start in range(0, len(training_data), mini_batch_size):
            mini_batch = training_data[start : start + mini_batch_size]
            sum_b, sum_w = [np.zeros(v.shape) for v in b], [np.zeros(v.shape) for v in w]
            for x, y in mini_batch:
                a = [x]
                for w_l, b_l in zip(w, b, strict=True):
                    a.append(1.0 / (1.0 + np.exp(-(np.dot(w_l, a[-1]) + b_l))))
                delta = (a[-1] - y) * (a[-1] * (1 - a[-1]))
                for l in range(1, len(sizes)):
                    if l > 1:
                        delta = np.dot(w[-l + 1].T, delta) * (a[-l] * (1 - a[-l]))
                    sum_b[-l] = sum_b[-l] + delta
                    sum_w[-l] = sum_w[-l] + np.dot(delta, a[-l - 1].T)
            w = [w_l - (eta / len(mini_batch)) * sum_l for w_l, sum_l in zip(w, sum_w, strict=True)]
            b = [b_l - (eta / len(mini_batch)) * sum_l for b_l, sum_l in zip(b, sum_b, strict=True)]
    return b, w


def test_one_by_one_the_weights_are_those_of_the_book_after_any_number_of_mini_batches(rng, capsys):
    """To the last bit over 2,000 of them: what is equal to the last bit stays so."""
    sizes, pairs = [4, 5, 3], examples([4, 5, 3], 100, rng)
    seed(3)
    b, w = in_numpy(sizes, list(pairs), 200, 10, 3.0)
    seed(3)
    net = Network(sizes)
    net.SGD(list(pairs), 200, 10, 3.0)

    for mine, books in zip([*net.biases, *net.weights], [*b, *w], strict=True):
        assert_array_equal(mine, books)
