"""Networks: one code for both nodes, every way to the gradient, the book's names, rows and columns."""

from __future__ import annotations

import numpy as np
import pytest

from microbp import equations, sweeps
from microbp import primitives as p
from microbp.linearized import linearize
from microbp.names import name_of
from microbp.nn import MLP, activations, costs, initializers
from microbp.nn.parameters import assign, gradient_of, nodes_of, numbers_of
from microbp.sweeps import StaleGraphError
from microbp.tensor import Tensor
from microbp.value import Value

NODES = [Tensor, Value]
DEPTHS = [1, 2, 3, 4, 5]

both_nodes = pytest.mark.parametrize("node", NODES)
LEARNING = [name for name in activations.NAMES if name != "step"]  # a step has no gradient, and answers 0 or 1 only
every_activation = pytest.mark.parametrize("activation", LEARNING)
every_output = pytest.mark.parametrize("output", LEARNING)
every_cost = pytest.mark.parametrize("cost", costs.NAMES)


def network(node, activation, output, depth, seed=0):
    """A random network of so many layers with weights, its outputs between 0 and 1, where every cost is defined."""
    sizes = np.random.default_rng(seed + depth).integers(2, 4, depth + 1).tolist()
    net = MLP(sizes, activation, output, node=node, initializer="inverse_sqrt", rng=seed)
    *hidden, last = net.layers
    for layer in hidden:
        assign(layer.b, np.abs(numbers_of(layer.b)))  # else most of five layers of relu are dead
    assign(last.w, 0.1 * numbers_of(last.w))
    assign(last.b, 0.5 + 0.1 * np.tanh(numbers_of(last.b)))
    return net


def examples(net, m, cost, seed=0):
    """Inputs and desired outputs that the cost takes, one column an example."""
    rng = np.random.default_rng(seed)
    n, n_out = net.sizes[0], net.sizes[-1]
    x, y = rng.uniform(-1, 1, (n, m)), rng.uniform(0, 1, (n_out, m))
    if cost in ("multiclass_hinge", "absolute"):  # of softmax neurons that are all too high the rates cancel
        return x, np.eye(n_out)[:, rng.integers(n_out, size=m)]
    return x, np.resize([1.0, -1.0], (m, n_out)).T if cost == "hinge" else y


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


# ------------------------------------------------------------------------------ one code for both


def agree(found, expected, tolerance):
    """Whether lists of arrays are the same, each to a tolerance relative to its own largest entry."""
    pairs = zip(found, expected, strict=True)
    return all(np.max(np.abs(a - b), initial=0) <= tolerance * np.max(np.abs(b), initial=0) for a, b in pairs)


@every_cost
@every_output
@every_activation
def test_tensors_and_arrays_of_values_compute_the_same(activation, output, cost):
    for depth in DEPTHS:
        for m in (1, 3):
            results = []
            for node in NODES:
                net = network(node, activation, output, depth)
                x, y = examples(net, m, cost)
                C = net.cost(x, y, cost)
                C.backward()
                results.append([C.data, numbers_of(net(x)), *map(gradient_of, net.parameter_arrays())])

            of_tensors, of_values = results
            assert agree(of_values, of_tensors, 1e-12), (depth, m)


@every_activation
def test_weighted_inputs_and_activations_are_those_of_equation_25_for_both_nodes(activation, rng):
    x = rng.uniform(-1, 1, (3, 4))
    for node in NODES:
        net = MLP([3, 2, 3], activation, node=node, rng=0)
        expected_zs, expected_activations = equations.feedforward(
            [numbers_of(layer.w) for layer in net], [numbers_of(layer.b) for layer in net], x, activation
        )
        zs, activations_ = net.feedforward(x)

        for z, expected in zip(zs, expected_zs, strict=True):
            assert numbers_of(z) == pytest.approx(expected, rel=1e-13)
        for a, expected in zip(activations_, expected_activations, strict=True):
            assert numbers_of(a) == pytest.approx(expected, rel=1e-13)
        assert numbers_of(net(x)) == pytest.approx(expected_activations[-1], rel=1e-13)


# --------------------------------------------------------------------------- every way to the gradient


def closed_form(net, x, y, cost):
    sigmas = [next(name for name, f in activations.NAMES.items() if f is layer.activation) for layer in net]
    weights, biases = ([numbers_of(w) for w in net.parameter_arrays()[k::2]] for k in (0, 1))
    nabla_b, nabla_w = equations.backprop(weights, biases, x, y, sigmas, cost)
    return [nabla for pair in zip(nabla_w, nabla_b, strict=True) for nabla in pair]


def entry_by_entry(derivative_by, net):
    """The gradient out of the derivatives by single weights and biases, each as the linearized graph knows it."""
    return [
        np.reshape([derivative_by(_at(w, index)) for index in np.ndindex(w.shape)], w.shape)
        for w in net.parameter_arrays()
    ]


def _at(w, index):
    return w[index] if isinstance(w, np.ndarray) else (w, index)


def forward_sweep(C, entry):
    if isinstance(entry, Value):
        return sweeps.forward([C], {entry: 1.0})[C]
    tensor, index = entry
    tangent = np.zeros(tensor.shape)
    tangent[index] = 1
    return float(sweeps.forward([C], {tensor: tangent})[C])


def eliminated(graph, order):
    """∂C/∂(input) by input, once every node between is taken out."""
    result = graph.eliminate(order)
    (row,) = result.jacobian
    return dict(zip(result.inputs, row, strict=True))


def every_way(net, C):
    graph = linearize(C)
    by_input = {order: eliminated(graph, order) for order in ("forward", "reverse")}
    return {
        "backward": [gradient_of(w) for w in net.parameter_arrays()],
        "forward": entry_by_entry(lambda entry: forward_sweep(C, entry), net),
        "paths": entry_by_entry(lambda entry: graph.paths(entry, C).total, net),
        "eliminated forward": entry_by_entry(by_input["forward"].__getitem__, net),
        "eliminated in reverse": entry_by_entry(by_input["reverse"].__getitem__, net),
    }


@every_cost
@every_output
@every_activation
def test_every_way_to_the_gradient_agrees_with_the_closed_form(activation, output, cost):
    for depth in DEPTHS:
        m = 1 if depth % 2 else 2
        for node in NODES:
            net = network(node, activation, output, depth, seed=1)
            x, y = examples(net, m, cost, seed=1)
            C = net.cost(x, y, cost)
            C.backward()

            expected = closed_form(net, x, y, cost)
            for way, gradient in every_way(net, C).items():
                assert agree(gradient, expected, 1e-10), (way, node, depth)


@both_nodes
def test_equation_53_path_by_path_is_the_gradient(node):
    net = network(node, "tanh", "sigmoid", 3)
    C = net.cost(*examples(net, 1, "quadratic"))
    C.backward()

    products = [path.product for path in linearize(C).paths(_at(net.layers[0].w, (0, 0)), C)]

    assert len(products) == np.prod(net.sizes[2:])  # from neuron 1 of layer 2 to every neuron of each layer
    assert sum(products) == pytest.approx(gradient_of(net.layers[0].w)[0, 0], rel=1e-12)


def test_data_given_to_a_weight_after_the_recording_does_not_reach_the_gradient():
    net = MLP([2, 3, 1], "tanh", rng=0)
    x, y = np.ones((2, 1)), np.ones((1, 1))
    expected = flat(closed_form(net, x, y, "quadratic"))
    C = net.cost(x, y)
    net.layers[1].w.data = np.zeros((1, 3))

    C.backward()

    assert flat(map(gradient_of, net.parameter_arrays())) == pytest.approx(expected, rel=1e-12)
    with pytest.raises(StaleGraphError, match="w3 was given other data"):
        sweeps.backward(C, as_nodes=True)


# ------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize("m", [1, 2])
def test_every_node_has_the_books_name_and_both_nodes_the_same(m):
    names = {}
    for node in NODES:
        net = MLP([3, 2, 2], "tanh", node=node, rng=0)
        x, y = np.ones((3, m)), np.ones((2, m))
        graph = linearize(net.cost(x, y))
        names[node] = {name_of(n) for n in graph.nodes if n.label is not None}

    def columns(letter, n):
        return {f"{letter}_{j}" if m == 1 else f"{letter}_{j},{k}" for j in range(1, n + 1) for k in range(1, m + 1)}

    weights = {f"w2_{j},{k}" for j in (1, 2) for k in (1, 2, 3)} | {f"w3_{j},{k}" for j in (1, 2) for k in (1, 2)}
    biases = {f"b{l}_{j}" for l in (2, 3) for j in (1, 2)}
    neurons = columns("z2", 2) | columns("a2", 2) | columns("z3", 2) | columns("a3", 2)
    assert names[Tensor] == names[Value] == weights | biases | neurons | {"C"}


@both_nodes
def test_inputs_and_desired_outputs_are_named_too(node):
    net = MLP([2, 1], node=node, rng=0)
    _, (a1, a2) = net.feedforward(np.ones((2, 1)))

    expected = (["a1"], ["a2"]) if node is Tensor else (["a1_1", "a1_2"], ["a2_1"])
    assert tuple([n.label for n in nodes_of(a)] for a in (a1, a2)) == expected
    assert not any(n.varies for n in nodes_of(a1))


@both_nodes
def test_weighted_inputs_keep_their_names_where_an_activation_hands_them_back(node):
    net = MLP([2, 2, 1], lambda z: z, node=node, rng=0)
    zs, activations_ = net.feedforward(np.ones((2, 1)))

    assert [nodes_of(z)[0].label[:2] for z in zs] == ["z2", "z3"]
    assert [nodes_of(a)[0].label[:2] for a in activations_] == ["a1", "a2", "a3"]


# ---------------------------------------------------------------------------- layers and neurons


@both_nodes
@pytest.mark.parametrize("activation", ["sigmoid", "softmax"])
def test_a_neuron_is_a_row_of_its_layer(node, activation, rng):
    layer = MLP([3, 4], activation, node=node, rng=rng).layers[0]
    a = rng.normal(size=(3, 5))

    assert layer.shape == (4, 3)
    assert len(layer.neurons) == 4
    for j, neuron in enumerate(layer.neurons):
        assert numbers_of(neuron.w) == pytest.approx(numbers_of(layer.w)[j])
        assert numbers_of(neuron.b) == pytest.approx(numbers_of(layer.b)[j])
        assert numbers_of(neuron(a)) == pytest.approx(numbers_of(layer(a))[j])


def test_parameters_are_tensors_or_all_the_values_in_them():
    tensors = MLP([3, 2, 1], rng=0)
    values = MLP([3, 2, 1], node=Value, rng=0)

    assert [w.label for w in tensors.parameters()] == ["w2", "b2", "w3", "b3"]
    assert [w.label for w in tensors.weight_arrays()] == ["w2", "w3"]
    assert len(values.parameters()) == 3 * 2 + 2 + 2 * 1 + 1
    assert [layer.number for layer in values] == [2, 3]


@both_nodes
def test_gradients_add_up_over_passes_until_they_are_cleared(node):
    net = MLP([2, 2, 1], "tanh", node=node, rng=0)
    C = net.cost(np.ones((2, 1)), np.ones((1, 1)))
    C.backward()
    once = flat(map(gradient_of, net.parameter_arrays()))
    C.backward()

    assert flat(map(gradient_of, net.parameter_arrays())) == pytest.approx(2 * once, rel=1e-15)

    net.zero_grad()
    assert all(w.grad is None for w in net.parameters())


def test_activations_are_chosen_for_all_layers_for_each_and_for_the_last():
    def names(*arguments):
        return [layer.activation for layer in MLP([2, 2, 2, 1], *arguments, rng=0)]

    s, t, r = activations.sigmoid, activations.tanh, activations.relu
    assert names() == [s, s, s]
    assert names("tanh") == [t, t, t]
    assert names("tanh", "sigmoid") == [t, t, s]
    assert names(["relu", t, "sigmoid"]) == [r, t, s]
    assert names(["relu", "relu", "relu"], t) == [r, r, t]
    assert names(p.tanh) == [t, t, t]


def test_a_network_shows_its_sizes_activations_and_parameters():
    assert repr(MLP([784, 30, 10], rng=0)) == "MLP(784-30-10, sigmoid, 23,860 parameters)"
    assert repr(MLP([2, 3, 1], "relu", "linear", rng=0)) == "MLP(2-3-1, relu, linear, 13 parameters)"
    assert repr(MLP([1, 1], activations.leaky_relu, rng=0)) == "MLP(1-1, leaky_relu, 2 parameters)"


@both_nodes
def test_an_activation_of_ones_own_is_a_function_of_z(node):
    def swish(z):
        return z * p.sigmoid(z)

    net = MLP([2, 3, 1], swish, node=node, rng=0)
    x = np.array([[0.3], [-0.7]])
    z = numbers_of(net.layers[0].w) @ x + numbers_of(net.layers[0].b)

    assert numbers_of(net.feedforward(x)[1][1]) == pytest.approx(z / (1 + np.exp(-z)))
    assert net.predict(x.T) == pytest.approx(numbers_of(net(x)).T)


def test_float32_networks_stay_float32():
    net = MLP([3, 4, 2], "leaky_relu", "softmax", rng=0, dtype=np.float32)
    x, y = np.ones((3, 2)), np.eye(2)
    C = net.cost(x, y, "log_likelihood")
    C.backward()
    zs, activations_ = net.feedforward(x)

    assert {w.dtype for w in net.parameters()} == {np.dtype(np.float32)}
    assert {w.grad.dtype for w in net.parameters()} == {np.dtype(np.float32)}
    assert {n.dtype for n in zs + activations_} == {np.dtype(np.float32)}
    assert C.dtype == np.float32
    assert net.predict(x.T).dtype == np.float32


@every_cost
def test_every_cost_of_a_float32_network_is_float32(cost):
    net = MLP([3, 2], rng=0, dtype=np.float32)

    assert net.cost(*examples(net, 4, cost), cost).dtype == np.float32


@both_nodes
def test_the_same_seed_gives_the_same_bits_for_both_nodes(node):
    first = MLP([5, 4, 3], rng=7, node=node)
    again = MLP([5, 4, 3], rng=np.random.default_rng(7))
    other = MLP([5, 4, 3], rng=8)

    bits = [b"".join(numbers_of(w).tobytes() for w in net.parameter_arrays()) for net in (first, again, other)]
    assert bits[0] == bits[1] != bits[2]


@pytest.mark.parametrize("seed", range(3))
def test_initial_weights_are_the_initializers(seed):
    net = MLP([5, 4, 3], initializer="he", rng=seed)
    rng = np.random.default_rng(seed)

    for layer, (n_out, n_in) in zip(net, [(4, 5), (3, 4)], strict=True):
        w, b = initializers.he(rng, n_out, n_in)
        assert np.array_equal(layer.w.data, w)
        assert np.array_equal(layer.b.data, b)


# --------------------------------------------------------------------------------- predict


@both_nodes
def test_predict_takes_rows_and_gives_rows(node, rng):
    net = MLP([3, 4, 2], "tanh", "softmax", node=node, rng=0)
    X = rng.normal(size=(5, 3))

    outputs = net.predict(X)

    assert outputs.shape == (5, 2)
    assert outputs == pytest.approx(numbers_of(net(X.T)).T, rel=1e-14)


def test_predict_does_not_overflow():
    net = MLP([1, 1, 2], "sigmoid", "softmax", rng=0)

    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(net.predict([[1e6], [-1e6]])).all()


@pytest.mark.parametrize("X", [[["a", "b", "c"]], np.ones((1, 3), complex), [[None] * 3]])
def test_predict_takes_real_numbers_only(X):
    with pytest.raises(TypeError, match="predict: X holds real numbers, not (str|complex|object)"):
        MLP([3, 3], rng=0).predict(X)


# ----------------------------------------------------------------------------------------- errors


@both_nodes
@pytest.mark.parametrize(
    ("x", "sentence"),
    [
        (np.zeros((5, 3)), r"x has shape \(5, 3\), the input layer has 3 neurons; .*so pass x\.T$"),
        (np.zeros(3), r"x has shape \(3,\), .*one column is one example, so pass x\.reshape\(-1, 1\)$"),
        (np.zeros((2, 2)), r"x has shape \(2, 2\), .*so pass shape \(3, m\)$"),
        (0.0, r"x has shape \(\), .*so pass shape \(3, m\)$"),
    ],
)
def test_rows_given_for_columns_are_refused_with_the_remedy(node, x, sentence):
    with pytest.raises(ValueError, match=sentence):
        MLP([3, 2], node=node, rng=0)(x)


@both_nodes
@pytest.mark.parametrize(
    ("y", "sentence"),
    [
        (np.zeros((4, 2)), r"quadratic: a has shape \(2, 4\), y has shape \(4, 2\); .*so pass y\.T$"),
        (np.zeros((3, 4)), r"quadratic: a has shape \(2, 4\), y has shape \(3, 4\); y has a row for each output .*$"),
    ],
)
def test_desired_outputs_of_another_shape_are_refused(node, y, sentence):
    with pytest.raises(ValueError, match=sentence):
        MLP([3, 2], node=node, rng=0).cost(np.zeros((3, 4)), y)


@pytest.mark.parametrize("data", [np.ones((3, 1), complex), [["a"], ["b"], ["c"]], [[1j], [2], [3]]])
def test_inputs_that_are_no_real_numbers_are_refused(data):
    with pytest.raises(TypeError, match="real numbers"):
        MLP([3, 2], rng=0)(data)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"sizes": [3]}, ValueError, r"MLP: sizes gives the neurons of two layers or more, each at least 1, not \[3\]"),
        ({"sizes": [3, 0]}, ValueError, r"not \[3, 0\]"),
        ({"sizes": [2.5, 1]}, ValueError, r"not \[2.5, 1\]"),
        ({"sizes": 5}, ValueError, "not 5"),
        ({"activation": "swish"}, ValueError, "unknown activation 'swish'; there are sigmoid, tanh, relu, leaky"),
        ({"output": "swish"}, ValueError, "unknown activation 'swish'"),
        ({"activation": ["tanh"]}, ValueError, "MLP: 2 layers have weights, but 1 activations were given"),
        ({"activation": 3}, TypeError, "activation is one of sigmoid, .*, or a function of your own, not 3"),
        ({"activation": None}, TypeError, "activation is one of sigmoid, .* not None"),
        ({"initializer": "xavier"}, ValueError, "unknown initializer 'xavier'; there are normal, inverse_sqrt, le"),
        ({"initializer": 0.1}, TypeError, "initializer is one of normal, .* not 0.1"),
        (
            {"initializer": lambda rng, n_out, n_in: (np.ones((n_in, n_out)), np.ones(n_out))},
            ValueError,
            r"MLP: the initializer gave w of shape \(2, 3\) and b of shape \(3,\); want \(3, 2\) and \(3, 1\)",
        ),
        ({"node": float}, TypeError, "MLP: node is Tensor or Value, not <class 'float'>"),
        ({"node": "Value"}, TypeError, "MLP: node is Tensor or Value, not 'Value'"),
        ({"dtype": int}, TypeError, "MLP: a Tensor can't be int64; want float64, or for Tensors float32"),
        ({"dtype": np.float32, "node": Value}, TypeError, "MLP: a Value can't be float32; want float64"),
    ],
)
def test_a_network_that_cannot_be_is_refused(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        MLP(**{"sizes": [2, 3, 1]} | arguments)


@both_nodes
@pytest.mark.parametrize("activation", [lambda z: z.sum(), lambda z: np.where(z > 0, 1, 0), lambda z: 1.0])
def test_an_activation_that_cuts_the_graph_or_its_shape_is_refused(node, activation):
    with pytest.raises(ValueError, match=r"MLP: the activation of layer 2 makes .* want nodes in the shape of z"):
        MLP([2, 3], activation, node=node, rng=0)(np.ones((2, 2)))


def test_an_unknown_cost_is_refused_with_the_names_there_are():
    net, x, y = MLP([2, 1], rng=0), np.ones((2, 1)), np.ones((1, 1))

    with pytest.raises(ValueError, match="unknown cost 'mse'; there are quadratic, cross_entropy, log_likeli"):
        net.cost(x, y, "mse")
    with pytest.raises(TypeError, match="cost is one of quadratic, .*, or a Cost of your own, not <function"):
        net.cost(x, y, lambda a, y: a - y)


def test_the_rows_softmax_and_leaky_relu_are_meant_over_neurons_and_with_their_slope(rng):
    x = rng.standard_normal((2, 5))

    for row, name in ((p.softmax, "softmax"), (p.leaky_relu, "leaky_relu")):
        by_row, by_name = (MLP([2, 3, 4], output=output, rng=0) for output in (row, name))
        np.testing.assert_array_equal(by_row.predict(x.T), by_name.predict(x.T))


def test_layers_and_neurons_say_which_they_are():
    net = MLP([2, 3, 1], rng=0)

    assert repr(net.layers[0]) == "<layer 2: 2 inputs, 3 neurons>"
    assert repr(net.layers[0].neurons[1]) == "<neuron 2 of <layer 2: 2 inputs, 3 neurons>>"
