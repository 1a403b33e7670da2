"""What is saved of a network, and that it is the same network when it is loaded."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

import microbp as mb
from microbp import primitives as p
from microbp.data import DataError
from microbp.data.npz_format import read_npz, write_npz
from microbp.nn import MLP, Dropout, activations, load
from microbp.nn.parameters import nodes_of, numbers_of, parameter
from microbp.tensor import Tensor
from microbp.value import Value


def swish(z):
    return z * p.sigmoid(z)


def bump(z):
    return p.exp(-z * z)


def bits(net):
    return [(numbers_of(w).dtype, numbers_of(w).shape, numbers_of(w).tobytes()) for w in net.parameter_arrays()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.npz"


@pytest.fixture
def saved(path):
    """A file with a network, and what is in it."""
    MLP([2, 3, 1], activation=["tanh", "sigmoid"], rng=0).save(path)
    return path, dict(read_npz("load", path))


def refusal(path, **arguments):
    """The sentence in which a file is refused."""
    with pytest.raises(DataError) as caught:
        load(path, **arguments)
    sentence = str(caught.value)
    assert sentence.startswith("load: ") and repr(str(path)) in sentence and "\n" not in sentence
    return sentence


# ------------------------------------------------------------------------------------- round trip


@pytest.mark.parametrize(("node", "dtype"), [(Tensor, "float64"), (Tensor, "float32"), (Value, "float64")])
def test_a_network_comes_back_to_the_bit(node, dtype, path, rng):
    net = MLP([4, 3, 3, 2], activation="relu", output="softmax", node=node, dtype=dtype, rng=0)
    before, X = bits(net), rng.standard_normal((5, 4))

    net.save(path)
    again = load(path)

    assert bits(again) == bits(net) == before
    assert (again.sizes, again.node, again.dtype, repr(again)) == (net.sizes, net.node, net.dtype, repr(net))
    assert [node.label for node in again.parameters()] == [node.label for node in net.parameters()]
    assert np.array_equal(again.predict(X), net.predict(X))


def test_it_goes_on_learning_as_it_would_have(path):
    data, step = mb.data.moons(60, 0.1, rng=0), mb.optimizers.SGD(0.5)
    net = MLP([2, 4, 1], rng=0)
    mb.train(net, data, 2, 10, step, rng=1)
    net.save(path)
    again = load(path)

    for one in (net, again):
        mb.train(one, data, 2, 10, step, rng=2)

    assert bits(net) == bits(again)


@pytest.mark.parametrize("name", activations.NAMES)
def test_activations_are_saved_by_name(name, path):
    for activation in (name, activations.NAMES[name]):
        MLP([2, 3, 2], activation, rng=0).save(path)

        assert read_npz("load", path)["activations"].tolist() == [name, name]
        assert {layer.activation for layer in load(path).layers} == {activations.NAMES[name]}


@pytest.mark.parametrize(("node", "dtype"), [(Tensor, "float64"), (Tensor, "float32"), (Value, "float64")])
def test_batch_normalization_dropout_and_maxout_come_back_to_the_bit(node, dtype, path, rng):
    net = MLP(
        [4, 3, 3, 2],
        ["tanh", activations.maxout(3), "sigmoid"],
        node=node,
        dtype=dtype,
        batch_norm=True,
        dropout=Dropout(0.6, 0.8, inverted=False),
        rng=0,
    )
    X = rng.standard_normal((9, 4))
    net.take_statistics(X)
    net.layers[0].norm.epsilon = 0.01

    net.save(path)
    again = load(path)

    assert bits(again) == bits(net)
    assert repr(again) == repr(net)
    assert np.array_equal(again.predict(X), net.predict(X))
    assert [layer.norm and layer.norm.epsilon for layer in again.layers] == [0.01, 1e-5, None]
    assert [x.label for x in again.parameters()] == [x.label for x in net.parameters()]


def test_what_is_wrong_with_normalization_or_dropout_is_said(path):
    MLP([2, 3, 1], batch_norm=True, dropout=Dropout(0.5), rng=0).save(path)
    sound = dict(read_npz("load", path))

    for key, value, why in [
        ("batch_norm", np.array([-1.0, 0.0]), "not a number for each of 2 layers"),
        ("batch_norm", np.array([np.nan, 0.0]), "not a number for each of 2 layers"),
        ("batch_norm", np.array([1e-5]), "not a number for each of 2 layers"),
        ("batch_norm", np.array([0.0, 0.0]), "has 'gamma2', which belongs to no network|has 'mean2'"),
        ("batch_norm", np.array([1, 0]), "type int64, not numbers in a row"),
        ("dropout", np.array([0.5, 1.0]), "not two probabilities and 0 or 1"),
        ("dropout", np.array([0.0, 1.0, 1.0]), "not two probabilities and 0 or 1"),
        ("dropout", np.array([0.5, 1.0, 2.0]), "not two probabilities and 0 or 1"),
        ("constants", np.array(["mean2"]), "calls 'mean2' a constant"),
        ("gamma2", np.ones((2, 1)), r"gamma2 of shape \(2, 1\)"),
    ]:
        write_npz("save", path, sound | {key: value})
        assert re.search(why, refusal(path)), key
    write_npz("save", path, {key: value for key, value in sound.items() if key != "variance2"})
    assert "has no variance2" in refusal(path)


@pytest.mark.parametrize("node", [Value, Tensor])
def test_constants_stay_constants(node, path):
    net = MLP([2, 2, 1], node=node, rng=0)
    net.layers[0].w = parameter(node, np.eye(2), "w2", varies=False)

    net.save(path)
    again = load(path)

    assert bits(again) == bits(net)
    assert [{x.varies for x in nodes_of(w)} for w in again.parameter_arrays()] == [{False}, {True}, {True}, {True}]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_network_of_tensors_can_be_loaded_as_one_of_values_and_back(dtype, path):
    net = MLP([2, 3, 1], dtype=dtype, rng=0)
    net.layers[1].b = parameter(Tensor, np.ones((1, 1), dtype), "b3", varies=False)
    net.save(path)

    values = load(path, node=Value)
    values.save(path)
    tensors = load(path, node=Tensor)

    exact = [numbers_of(w).astype(float).tobytes() for w in net.parameter_arrays()]
    for again, node in ((values, Value), (tensors, Tensor)):
        assert [numbers_of(w).tobytes() for w in again.parameter_arrays()] == exact
        assert {type(x) for x in again.parameters()} == {node}
        assert [x.label for x in again.parameters() if not x.varies] == ["b3_1" if node is Value else "b3"]
    with pytest.raises(TypeError, match="MLP: node is Tensor or Value, not <class 'list'>"):
        load(path, node=list)


def test_the_file_keeps_the_name_that_it_is_given(tmp_path):
    MLP([2, 1], rng=0).save(str(tmp_path / "net"))

    assert os.listdir(tmp_path) == ["net"]
    assert load(str(tmp_path / "net")).sizes == [2, 1]


def test_anyone_can_read_the_numbers(saved):
    path, _ = saved

    with np.load(path, allow_pickle=False) as arrays:
        assert sorted(arrays) == sorted(
            ["microbp_network", "sizes", "activations", "node", "dtype", "constants", "w2", "b2", "w3", "b3"]
        )
        assert arrays["w2"].shape == (3, 2)


def test_what_goes_wrong_while_it_is_saved_leaves_the_old_file(saved, monkeypatch):
    path, _ = saved
    before = path.read_bytes()

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        MLP([3, 2], rng=1).save(path)

    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


# --------------------------------------------------------------------- activations of one's own


def test_a_function_of_ones_own_is_given_when_the_network_is_loaded(path, rng):
    net = MLP([2, 3, 3, 1], [swish, "tanh", swish], rng=0)
    net.save(path)

    for given in (swish, [swish, "tanh", swish]):
        again = load(path, activation=given)
        assert [layer.activation for layer in again.layers] == [swish, activations.tanh, swish]
        assert np.array_equal(again.predict(np.eye(2)), net.predict(np.eye(2)))
    said = refusal(path)
    assert "the activation of layer 2 in" in said
    assert "is 'swish', a function that no file can hold; pass it as activation=" in said


def test_two_functions_of_ones_own_are_given_in_a_list(path):
    MLP([2, 3, 1], [swish, bump], rng=0).save(path)

    assert [layer.activation for layer in load(path, [swish, bump]).layers] == [swish, bump]
    with pytest.raises(ValueError, match="has the activations swish, bump; pass a list, one for each layer"):
        load(path, swish)
    with pytest.raises(ValueError, match="has 2 layers with weights, but activation= lists 1"):
        load(path, [swish])
    with pytest.raises(TypeError, match="activation is one of sigmoid.*or a function of your own, not 3"):
        load(path, [swish, 3])


def test_a_function_that_would_be_left_out_is_refused(saved):
    with pytest.raises(ValueError, match="all activations in .* have names; leave out activation="):
        load(saved[0], swish)


def test_a_function_of_ones_own_that_is_called_tanh_is_not_taken_for_tanh(path):
    def tanh(z):
        return 2 * p.tanh(z)

    MLP([2, 1], tanh, rng=0).save(path)

    assert "is 'tanh', a function that no file can hold" in refusal(path)


# ---------------------------------------------------------------------------------------- refused


def test_what_no_file_can_say_is_refused_when_it_is_saved(path):
    net = MLP([2, 2, 1], node=Value, rng=0)
    net.layers[0].w[0, 0] = Value(1.0, "w2_1,1", varies=False)
    with pytest.raises(ValueError, match="save: some of w2 are constants"):
        net.save(path)

    net = MLP([2, 2, 1], rng=0)
    net.layers[1].w = Tensor(np.ones((1, 3)), "w3")
    with pytest.raises(ValueError, match=r"save: w3 has shape \(1, 3\); in a network of sizes \[2, 2, 1\]"):
        net.save(path)

    assert not path.exists()
    with pytest.raises(DataError, match="save: .* cannot be written"):
        MLP([2, 1], rng=0).save(path / "net.npz")


CHANGES = [
    ({"microbp_network": None}, "holds no network; want a file that net.save wrote"),
    ({"microbp_network": 2}, "holds a network in version 2, and this microbp reads 1"),
    ({"microbp_network": "1"}, "has microbp_network of shape () and type <U1, not integers"),
    ({"sizes": None}, "has no sizes"),
    ({"sizes": [2, 4, 1]}, "has w2 of shape (3, 2) and float64, where its sizes and type ask for (4, 2) and float64"),
    ({"sizes": [2.0, 3.0, 1.0]}, "has sizes of shape (3,) and type float64, not integers in a row"),
    ({"sizes": [[2, 3, 1]]}, "has sizes of shape (1, 3)"),
    ({"sizes": [2]}, "not the neurons of two layers or more"),
    ({"sizes": [2, 0, 1]}, "not the neurons of two layers or more"),
    ({"sizes": [10**9, 10**9, 10**9]}, "has w2 of shape (3, 2)"),
    ({"sizes": np.ones(10**6, int)}, "has 2 activations for 999999 layers with weights"),
    ({"activations": ["tanh"]}, "has 1 activations for 2 layers with weights"),
    ({"activations": ["tanh", "eval"]}, "has an activation 'eval', which is none of sigmoid, tanh"),
    ({"activations": [1, 2]}, "has activations of shape (2,) and type int64, not texts in a row"),
    ({"node": "list"}, "has node 'list', which is none of Tensor, Value"),
    ({"node": "Value", "dtype": "float32"}, "has dtype 'float32', which is none of float64"),
    ({"dtype": "object"}, "has dtype 'object', which is none of float64, float32"),
    ({"dtype": "float32"}, "has w2 of shape (3, 2) and float64, where its sizes and type ask for (3, 2) and float32"),
    ({"constants": ["w9"]}, "calls 'w9' a constant, which is none of its parameters"),
    ({"b3": None}, "has no b3, which a network of sizes [2, 3, 1] has"),
    ({"w4": np.ones((1, 1))}, "has 'w4', which belongs to no network of sizes [2, 3, 1]"),
    ({"b2": np.ones(3)}, "has b2 of shape (3,)"),
    ({"w2": np.ones((3, 2), complex)}, "has w2 of shape (3, 2) and complex128"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES, ids=[said for _, said in CHANGES])
def test_a_file_that_says_anything_else_is_refused(change, said, saved):
    path, arrays = saved
    arrays |= change

    write_npz("save", path, {key: np.asarray(array) for key, array in arrays.items() if array is not None})

    assert said in refusal(path)


def test_what_is_no_sound_npz_is_refused(saved, tmp_path):
    path, arrays = saved
    whole = path.read_bytes()

    path.write_bytes(whole[:-100])
    assert "is no npz file, or a damaged one" in refusal(path)
    np.savez(path, **arrays | {"w2": np.array([[None]])})
    assert "holds Python objects" in refusal(path)
    assert "there is no file" in refusal(tmp_path / "nowhere.npz")


def test_no_flipped_bit_gives_another_network(saved):
    path, _ = saved
    whole, right = path.read_bytes(), bits(load(path))

    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        try:
            found = load(path)
        except DataError as error:
            assert "\n" not in str(error)
        else:
            assert bits(found) == right
            assert repr(found) == "MLP(2-3-1, tanh, sigmoid, 13 parameters)"
