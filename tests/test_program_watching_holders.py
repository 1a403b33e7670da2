"""Where parameters are found: a node put in the place of another is noticed, in whatever holds it."""

from __future__ import annotations

import functools
from collections import deque
from typing import Any

import numpy as np
import pytest

from microbp import MLP, RecordingError, Tensor, Value
from microbp.program import record

SENTENCE = (
    " was replaced after the recording, and the program still rests on what was there before; "
    "record again, or give the old parameters other data$"
)


def refused(program: Any, *inputs: Any, name: str = "") -> None:
    for call in (program, program.value_and_grad):
        with pytest.raises(RecordingError, match=f"^{name}.*{SENTENCE}" if name else SENTENCE):
            call(*inputs)


W = Value(3.0)


def through_a_global(x: Any) -> Any:
    return W * x


def through_another_function(x: Any) -> Any:
    return through_a_global(x) + 1.0


def through_a_comprehension(x: Any) -> Any:
    return sum([W * x for _ in range(2)], 0.0 * x)


@pytest.mark.parametrize("f", [through_a_global, through_another_function, through_a_comprehension])
def test_a_global_variable_bound_anew_is_noticed(f, monkeypatch):
    program = record(f, 2.0)
    before = program(2.0)

    monkeypatch.setitem(globals(), "W", Value(5.0))
    refused(program, 2.0, name="W")

    monkeypatch.undo()
    assert program(2.0) == before


def test_a_global_variable_deleted_is_noticed(monkeypatch):
    program = record(through_a_global, 2.0)

    monkeypatch.delitem(globals(), "W")

    refused(program, 2.0, name="W")


def test_a_list_in_which_another_node_stands_is_noticed():
    slopes = [Value(1.0), Value(2.0)]
    program = record(lambda x: slopes[0] * x + slopes[1], 2.0)

    slopes[1] = Value(9.0)

    refused(program, 2.0, name="slopes")


def test_a_list_that_grows_or_shrinks_is_noticed():
    slopes = [Value(1.0), Value(2.0)]
    program = record(lambda x: sum([slope * x for slope in slopes]), 2.0)

    slopes.append(Value(9.0))
    refused(program, 2.0, name="slopes")
    del slopes[1:]
    refused(program, 2.0, name="slopes")


def test_a_variable_that_the_function_closes_over_is_noticed():
    w = Tensor([1.0], "w")

    def delete() -> None:
        nonlocal w
        del w

    program = record(lambda x: w * x, np.ones(1))

    w = Tensor([2.0], "w")
    refused(program, [1.0], name="w")

    delete()
    refused(program, [1.0], name="w")


def test_other_data_in_the_old_node_are_honoured():
    w = Tensor([1.0], "w")
    program = record(lambda x: w * x, np.ones(1))

    w.data = [5.0]
    assert program([2.0]) == [10.0]
    w.data[0] = 7.0
    assert program([2.0]) == [14.0]


def test_variables_that_hold_no_parameters_may_change():
    w, factor = Value(1.0), 2.0
    program = record(lambda x: w * x * factor, 1.0)

    factor = 3.0

    assert program(1.0) == 2.0
    assert factor == 3.0


@pytest.mark.parametrize("node", [Value, Tensor])
@pytest.mark.parametrize("wrt", [True, False])
def test_a_weight_matrix_of_a_layer_replaced_is_noticed(node, wrt):
    net = MLP([2, 3, 1], node=node, rng=0)
    x = np.ones((2, 1))
    layer_by_layer = lambda x: net.layers[1](net.layers[0](x))  # noqa: E731
    for f in (net, net.__call__, lambda x: net(x), layer_by_layer, lambda x: net.feedforward(x)[1][2]):
        program = record(f, x, node=node, wrt=net if wrt else None)
        program(x)
        old, net.layers[1].w = net.layers[1].w, MLP([3, 1], node=node, rng=1).layers[0].w
        with pytest.raises(RecordingError, match=f"w{SENTENCE}"):
            program(x)
        net.layers[1].w = old
        program(x)


def test_one_weight_of_many_replaced_is_noticed():
    net = MLP([2, 3, 1], node=Value, rng=0)
    program = record(lambda x: net(x)[0, 0], np.ones((2, 1)), node=Value, wrt=net)

    net.layers[0].w[2, 1] = Value(1.0)

    refused(program, np.ones((2, 1)))


def test_a_layer_replaced_and_a_network_replaced_are_noticed():
    net = MLP([2, 3, 1], rng=0)
    program = record(lambda x: net(x).sum(), np.ones((2, 1)))

    old, net.layers[0] = net.layers[0], MLP([2, 3], rng=1).layers[0]
    refused(program, np.ones((2, 1)), name="MLP.layers")
    net.layers[0] = old
    program(np.ones((2, 1)))
    net = MLP([2, 3, 1], rng=0)
    refused(program, np.ones((2, 1)), name="net")


def test_a_dict_is_looked_into_whatever_its_keys_are():
    key, w = Value(1.0, "key"), Value(2.0, "w")
    table = {key: w}
    times_entry = lambda x: table[key] * x  # noqa: E731

    def f(x: Any) -> Any:
        record(times_entry, 1.0)
        return key * x

    assert record(f, 3.0)(3.0) == 3.0
    program = record(times_entry, 3.0)
    table[key] = Value(5.0)
    refused(program, 3.0, name=r"table\[Value\]")


def test_a_layer_added_to_a_network_is_noticed():
    net = MLP([2, 3, 1], rng=0)
    program = record(lambda x: net(x).sum(), np.ones((2, 1)))

    net.layers.append(MLP([1, 1], rng=1).layers[0])

    refused(program, np.ones((2, 1)), name="MLP.layers")


class Model:
    """A model of the user's own, with nothing that the library knows of."""

    def __init__(self) -> None:
        self.w, self.parts, self.table = Value(2.0), [Value(3.0), Value(4.0)], {"b": Value(5.0)}
        self.itself = self

    def __call__(self, x: Any) -> Any:
        return self.w * x + self.parts[0] * x + self.parts[1] + self.table["b"]

    def called(self, x: Any) -> Any:
        return self(x)


def replace_w(model: Model) -> None:
    model.w = Value(1.0)


def replace_part(model: Model) -> None:
    model.parts[1] = Value(1.0)


def replace_parts(model: Model) -> None:
    model.parts = [*model.parts[:1], Value(1.0)]


def replace_entry(model: Model) -> None:
    model.table["b"] = Value(1.0)


def remove_w(model: Model) -> None:
    del model.w


def remove_entry(model: Model) -> None:
    del model.table["b"]


@pytest.mark.parametrize("change", [replace_w, replace_part, replace_parts, replace_entry, remove_w, remove_entry])
@pytest.mark.parametrize(
    "way",
    [
        lambda model: model,
        lambda model: model.called,
        lambda model: lambda x: model(x),
        lambda model: lambda x, m=model: m(x),
        lambda model: lambda x, *, m=model: m(x),
        lambda model: functools.partial(lambda m, x: m(x), model),
        lambda model: functools.partial(lambda x, m: m(x), m=model),
        lambda model: {"f": [model.called]}["f"][0],
    ],
)
def test_attributes_of_an_object_of_ones_own_are_looked_at(change, way):
    model = Model()
    program = record(way(model), 1.0)
    assert program(1.0) == 14.0

    change(model)

    refused(program, 1.0)


class Scaling:
    """A model without attributes."""

    def __call__(self, x: Any) -> Any:
        return W * x


def test_what_a_model_names_when_it_is_called_is_looked_at(monkeypatch):
    program = record(Scaling(), 2.0)

    monkeypatch.setitem(globals(), "W", Value(5.0))

    refused(program, 2.0, name="W")


class Scaled(Scaling):
    """The same, inherited."""


def test_what_an_inherited_call_names_is_looked_at(monkeypatch):
    program = record(Scaled(), 2.0)

    monkeypatch.setitem(globals(), "W", Value(5.0))

    refused(program, 2.0, name="W")


class Slotted:
    """A model whose attributes are in slots, one of them private."""

    __slots__ = ("__v", "w")

    def __init__(self) -> None:
        self.w, self.__v = Value(2.0), Value(1.0)

    def __call__(self, x: Any) -> Any:
        return self.w * x + self.__v

    def replace_private(self) -> None:
        self.__v = Value(9.0)


class MoreSlotted(Slotted):
    """The slots of the class above, and one that nothing is in."""

    __slots__ = ("u",)


@pytest.mark.parametrize("made", [Slotted, MoreSlotted])
@pytest.mark.parametrize("change", [replace_w, remove_w, Slotted.replace_private])
@pytest.mark.parametrize("way", [lambda model: model, lambda model: model.__call__, lambda model: lambda x: model(x)])
def test_slots_are_looked_at(made, change, way):
    model = made()
    program = record(way(model), 1.0)
    assert program(1.0) == 3.0

    change(model)

    refused(program, 1.0, name=f"{made.__name__}._?")


def classes() -> tuple[type, type]:
    """A class that holds a parameter for its objects, and one that inherits it."""

    class Shared:
        w = Value(2.0)
        scale = 3.0

        def __call__(self, x: Any) -> Any:
            return self.w * x

        @classmethod
        def of_class(cls, x: Any) -> Any:
            return cls.w * x

    class Inheriting(Shared):
        pass

    return Shared, Inheriting


@pytest.mark.parametrize(
    "way",
    [
        lambda cls: cls(),
        lambda cls: cls().__call__,
        lambda cls: cls.of_class,
        lambda cls: lambda x: cls.w * x,
        lambda cls: functools.partial(lambda model, x: model(x), cls()),
    ],
)
def test_class_attributes_are_looked_at(way):
    for which in (0, 1):
        shared = classes()
        program = record(way(shared[which]), 1.0)

        shared[0].scale = 4.0
        assert program(2.0) == 4.0
        shared[0].w = Value(5.0)
        refused(program, 2.0, name=f"{shared[which].__name__}.w")


def test_an_attribute_that_hides_that_of_the_class_is_noticed():
    for which in (0, 1):
        shared = classes()
        model = shared[1]()
        program = record(model, 1.0)
        assert program(2.0) == 4.0

        if which:
            model.w = Value(5.0)
        else:
            shared[1].w = Value(5.0)

        refused(program, 2.0, name="Inheriting.w")


@pytest.mark.parametrize("kind", [set, frozenset, deque])
def test_sets_and_queues_are_looked_at(kind):
    a, b = Value(2.0), Value(3.0)
    held = [kind([a, b])]
    program = record(lambda x: sum([w * x for w in held[0]], 0.0), 1.0)
    assert program(2.0) == 10.0

    for other in ([a, Value(3.0)], [a]):
        held[0] = kind(other)
        refused(program, 2.0, name="held")


def test_a_set_that_changes_is_noticed():
    a, b = Value(2.0), Value(3.0)
    weights = {a, b}
    program = record(lambda x: sum([w * x for w in weights], 0.0), 1.0)

    weights.remove(b)
    refused(program, 2.0, name="weights")
    weights.add(b)
    assert program(2.0) == 10.0


def test_two_names_for_one_model_are_both_looked_at():
    first = second = Model()
    program = record(lambda x: first(x) + second(x), 1.0)

    second = Model()

    refused(program, 1.0, name="second")
    assert first is not second


def test_a_model_that_is_called_with_no_parameters_of_the_program_may_change():
    model, w = Model(), Value(1.0)
    program = record(lambda x: (model.parts, w * x)[1], 1.0)

    model.parts = []

    assert program(2.0) == 2.0


def test_other_forms_of_a_program_are_checked_too():
    w = Tensor(np.ones((1, 3)), "w")
    program = record(lambda x: mb_sum(w @ x), np.ones((3, 1)))
    forms = [(program.gradient(), 1), (program.batch(2), 2)]

    w = Tensor(np.ones((1, 3)), "w")

    for form, m in forms:
        with pytest.raises(RecordingError, match=f"^w{SENTENCE}"):
            form(np.ones((3, m)))


def mb_sum(x: Any) -> Any:
    return x.sum()


def test_a_program_of_scalars_in_matrix_form_is_checked_too():
    net = MLP([2, 1], node=Value, rng=0)
    program = record(lambda x: net(x)[0, 0], np.ones((2, 1)), node=Value, wrt=net).matrix_form()
    program(np.ones((2, 1)))

    net.layers[0].b = np.array([[Value(0.0)]])

    refused(program, np.ones((2, 1)))
