"""What is to be learned: the parameters that vary, of layers that vary as a whole."""

from __future__ import annotations

import pytest
from training import bits, both_nodes, frozen, problem_of, quietly, some_examples

from microbp.nn import MLP
from microbp.nn.optimizers import SGD
from microbp.value import Value


@both_nodes
def test_where_nothing_can_be_learned_that_is_said(node):
    net = frozen(frozen(MLP([3, 4, 2], node=node, rng=0), 0), 1)

    with pytest.raises(ValueError, match="train: there is nothing to learn: all of the network's parameters are const"):
        quietly(net, some_examples())


def test_a_constant_among_the_weights_of_a_layer_is_refused():
    net = MLP([3, 2], node=Value, rng=0)
    net.layers[0].w[1, 2] = Value(0.0, "w2_2,3", varies=False)
    before = bits(net)

    with pytest.raises(ValueError, match="train: w2_2,3 stays as it is, beside w2_1,1, which is learned; freeze all"):
        quietly(net, some_examples())

    assert bits(net) == before


def test_an_epoch_has_a_step_for_each_mini_batch_and_one_for_the_rest():
    problem = problem_of(MLP([3, 2], rng=0), some_examples(12), SGD(0.1))

    assert [problem.steps(m) for m in (1, 5, 6, 12, 20)] == [12, 3, 2, 1, 1]
