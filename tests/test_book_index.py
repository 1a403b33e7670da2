"""Every equation of the book is in the index, with a function, a proof that can fail, and a lesson."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from microbp.book import Disagreement, Equation, equations
from microbp.book.equation import full_name
from microbp.graph import Node
from microbp.nn import MLP
from microbp.nn.optimizers import SGD, Optimizer
from microbp.nn.parameters import assign, numbers_of
from microbp.shapes import is_object_array
from microbp.train import train

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

ROWS = [pytest.param(row, id=number) for number, row in equations.items()]
rows = pytest.mark.parametrize("row", ROWS)

LESSONS = {
    "01-a-value-and-the-chain-rule.ipynb": {"Downhill": "7 8 9 10 11"},
    "02-the-sum-over-all-paths.ipynb": {
        "A small change on its way": "47 48 49 50 51 52",
        "The sum over all paths": "53",
    },
    "03-four-equations.ipynb": {
        "Layers, letters, columns": "23 24 25",
        "The cost and two assumptions": "26 27",
        "The Hadamard product": "28",
        "The demon at a neuron": "29",
        "BP1: the error at the output": "BP1 30",
        "BP2: the error, one layer back": "BP2",
        "BP3 and BP4: what the error tells the weights": "BP3 31 BP4 32",
    },
    "04-forward-reverse-and-elimination.ipynb": {"One weight at a time": "46"},
    "05-how-backpropagation-could-have-been-found.ipynb": {
        "BP1, line by line": "36 37 38 39",
        "BP2, line by line": "40 41 42 43 44 45",
        "Without the Hadamard product": "33 34 35",
    },
    "06-perceptrons-and-sigmoids.ipynb": {
        "A perceptron weighs evidence": "1 2",
        "A smooth step": "3",
        "A sigmoid neuron": "4",
        "A small change of a weight": "5",
    },
    "07-learning-digits.ipynb": {
        "What is to be made small": "6",
        "Downhill in 23,860 dimensions": "12 13 14 15 16 17",
        "Mini-batches": "18 19 20 21",
        "A layer at a time": "22",
    },
}
"""Lesson by lesson, under which heading which equations are shown."""


# --------------------------------------------------------------------------------------- index


def test_the_index_has_exactly_the_equations_of_the_book():
    four = [f"BP{n}" for n in range(1, 5)]

    assert len(equations) == 57
    assert sorted(equations) == sorted([*map(str, range(1, 54)), *four])
    assert [number for number in equations if number not in four] == [*map(str, range(1, 54))]
    assert [*equations][28:35] == ["29", "BP1", "30", "BP2", "BP3", "31", "BP4"]  # as in the book


@rows
def test_every_row_has_all_its_parts(row: Equation):
    formula, words = row.statement.split("\n")

    assert row is equations[row.number]
    assert any(sign in formula for sign in "=≈≡")
    assert words.endswith(".") and len(words) > 15
    assert row.function_name.startswith("microbp.")
    assert callable(row.function)
    assert row.held_against and "\n" not in row.held_against and not row.held_against.endswith(".")
    assert max(map(len, str(row).splitlines())) <= 120
    assert row.notebook.file.endswith(".ipynb")
    assert repr(row) == f"<equation {row.number}: {formula}>"


def test_every_equation_is_shown_in_the_lesson_that_is_about_it():
    shown = {
        number: (file, heading)
        for file, headings in LESSONS.items()
        for heading, numbers in headings.items()
        for number in numbers.split()
    }

    assert {number: tuple(row.notebook) for number, row in equations.items()} == shown


@pytest.mark.parametrize("file", LESSONS)
def test_a_lesson_has_the_headings_that_the_index_points_to(file: str):
    cells = json.loads((NOTEBOOKS / file).read_text(encoding="utf-8"))["cells"]
    lines = [line.rstrip() for cell in cells if cell["cell_type"] == "markdown" for line in "".join(
        cell["source"]).splitlines()]  # fmt: skip

    assert [heading for heading in LESSONS[file] if f"## {heading}" not in lines] == []


def test_an_equation_is_found_by_an_int_and_in_small_letters_too():
    assert equations[53] is equations["53"]
    assert equations["bp1"] is equations["BP1"]
    assert 53 in equations and "bp4" in equations and "BP5" not in equations and 0 not in equations


@pytest.mark.parametrize("number", ["54", 0, "BP5", "", None, 1.5])
def test_a_number_that_is_not_there_is_refused_in_a_sentence(number):
    with pytest.raises(KeyError) as refused:
        equations[number]

    assert str(refused.value) == f"the book has no equation {number!r}; there are 1 to 53 and BP1 to BP4"


def test_the_index_prints_a_line_an_equation():
    assert len(str(equations).splitlines()) == 57
    assert repr(equations) == "<57 equations of the book, 1 … 53 and BP1 … BP4>"


@rows
def test_the_name_of_a_function_is_where_it_can_be_imported_from(row: Equation):
    module, _, name = row.function_name.rpartition(".")
    import importlib

    try:
        home: Any = importlib.import_module(module)
    except ImportError:  # a method: the last part of its module is a class
        module, _, kind = module.rpartition(".")
        home = getattr(importlib.import_module(module), kind)

    assert getattr(home, name) is row.function
    assert full_name(row.function) == row.function_name


# -------------------------------------------------------------------------------------- proofs


@rows
def test_every_proof_passes_for_many_seeds(row: Equation):
    for seed in range(12):
        compared = row.prove(seed)

        assert compared.cases >= 3
        assert compared.largest is not None or compared.factor is not None
        assert compared.largest is None or compared.largest < 1e-11
        assert compared.factor is None or abs(compared.factor - 4) < 0.05


def test_a_proof_takes_a_generator_and_draws_from_it(rng):
    state = rng.bit_generator.state

    equations["BP1"].prove(rng)

    assert rng.bit_generator.state != state
    assert equations["BP1"].prove(3) == equations["BP1"].prove(np.random.default_rng(3))


APPROXIMATE = "5 7 9 10 12 14 29 46 47 48 49 50 51 52".split()


@rows
def test_approximations_are_proved_by_the_order_of_their_error(row: Equation):
    compared = row.prove(0)

    assert (compared.factor is not None) == (row.number in APPROXIMATE)
    assert ("half the step makes the remainder" in str(compared)) == (row.number in APPROXIMATE)


# -------------------------------------------------------------------------------------- faults
#
# A function that gives anything else than the library's has to make the proof fail. Faults are made of the result of
# each call, all of it or a part, and of its arguments; a fault that changes nothing is none.


def leaves(x: Any) -> list[Any]:
    """The numbers in a result: arrays, floats, nodes."""
    if isinstance(x, tuple | list):
        return [leaf for part in x for leaf in leaves(part)]
    return [] if x is None or isinstance(x, str | bool) else [x]


def numbers(x: Any) -> np.ndarray:
    return np.asarray(numbers_of(x), float)


def with_leaves(x: Any, changed: list[Any]) -> Any:
    """The same structure with other leaves, which are taken from the list."""
    if isinstance(x, tuple | list):
        parts = [with_leaves(part, changed) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    return changed.pop(0) if leaves(x) else x


def shifted(x: Any) -> Any:
    """One entry, the first, is off by a tenth of the largest."""
    if isinstance(x, Node) or np.ndim(x) == 0:
        return x + 0.1
    by = np.zeros(np.shape(x))
    by.flat[0] = 0.1 * max(np.abs(numbers(x)).max(), 1e-3)
    return x + by


def of_kind(x: Any, change: Callable[[Any], Any]) -> Any:
    changed = change(x)
    return float(changed) if isinstance(x, float) and not isinstance(changed, Node) else changed


CHANGES: dict[str, Callable[[Any], Any]] = {
    "times 1.01": lambda x: x * 1.01,
    "sign": lambda x: -x,
    "one entry shifted": shifted,
    "nothing": lambda x: x * 0.0,
}
PLACES: dict[str, slice] = {"all": slice(None), "the first": slice(0, 1), "the last": slice(-1, None)}


class Planted:
    """A function with a fault; it notices whether the fault ever makes a difference."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.matters = function, False

    def notice(self, right: Any, wrong: Any) -> None:
        for one, other in zip(leaves(right), leaves(wrong), strict=True):
            one, other = numbers(one), numbers(other)
            size = max(np.abs(one).max(initial=0), np.abs(other).max(initial=0))
            if np.abs(one - other).max(initial=0) > max(1e-3 * size, 1e-8):
                self.matters = True


class WrongResult(Planted):
    """What the function gives is changed."""

    def __init__(self, function: Callable[..., Any], change: Callable[[Any], Any], place: slice) -> None:
        super().__init__(function)
        self.change, self.place = change, place

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        result = self.function(*arguments, **options)
        if callable(result):  # grad gives a function
            return lambda *xs: self._wrong(result(*xs))
        if self.function is train:
            return self._wrong_parameters(arguments[0].parameter_arrays())
        if self.function is Optimizer.step:
            return self._wrong_parameters(arguments[1])
        return self._wrong(result)

    def _wrong(self, result: Any) -> Any:
        parts = leaves(result)
        parts[self.place] = [of_kind(part, self.change) for part in parts[self.place]]
        wrong = with_leaves(result, parts)
        self.notice(result, wrong)
        return wrong

    def _wrong_parameters(self, parameters: list[Any]) -> None:
        self.matters = True
        for w in parameters:
            assign(w, np.asarray(self.change(numbers(w))))


class WrongArgument(Planted):
    """An array among the arguments is replaced: by zeros, or exchanged with the next of its shape."""

    def __init__(self, function: Callable[..., Any], place: int, swap: bool) -> None:
        super().__init__(function)
        self.place, self.swap = place, swap

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        wrong = list(arguments)
        if self.place >= len(wrong):
            return self.function(*arguments, **options)
        if is_numeric(wrong[self.place]):
            if not self.swap:
                wrong[self.place] = zeros(wrong[self.place])
            elif self.place + 1 < len(wrong) and same_shapes(*wrong[self.place : self.place + 2]):
                wrong[self.place : self.place + 2] = wrong[self.place + 1], wrong[self.place]
        given = self.function(*wrong, **options)
        if self.function is train:
            self.matters |= wrong[self.place] is not arguments[self.place]
        elif not callable(given):
            self.notice(self.function(*arguments, **options), given)
        return given


def is_numeric(x: Any) -> bool:
    if isinstance(x, tuple | list):
        return bool(x) and all(map(is_numeric, x))
    return isinstance(x, Node | np.ndarray | float) and not (isinstance(x, np.ndarray) and x.dtype.kind in "US")


def zeros(x: Any) -> Any:
    if isinstance(x, tuple | list):
        return type(x)(map(zeros, x))
    return x * 0.0 if isinstance(x, Node) or is_object_array(x) else np.zeros_like(x) if np.ndim(x) else 0.0


def same_shapes(one: Any, other: Any) -> bool:
    return is_numeric(other) and [np.shape(numbers(x)) for x in leaves(one)] == [
        np.shape(numbers(x)) for x in leaves(other)
    ]


def fails(row: Equation, planted: Planted, seed: int) -> bool:
    """Whether the proof fails; a fault that makes the library refuse what it is given is found, too."""
    try:
        with np.errstate(all="ignore"):
            row.prove(seed, function=planted)
    except (Disagreement, ValueError):
        return True
    return False


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", CHANGES)
@rows
def test_every_proof_fails_where_the_function_gives_something_else(row: Equation, change: str, place: str):
    for seed in (0, 1):
        planted = WrongResult(row.function, CHANGES[change], PLACES[place])

        failed = fails(row, planted, seed)

        assert failed == planted.matters
        assert failed or place != "all"


@pytest.mark.parametrize("swap", [False, True], ids=["dropped", "swapped"])
@rows
def test_every_proof_fails_where_the_function_is_given_something_else(row: Equation, swap: bool):
    for seed in (0, 1):
        for place in range(4):
            planted = WrongArgument(row.function, place, swap)

            assert fails(row, planted, seed) or not planted.matters, f"argument {place}"


def mistakes() -> dict[str, tuple[str, Callable[..., Any]]]:
    """What a student may get wrong: the equation, and the function as it would be."""
    f = {number: row.function for number, row in equations.items()}
    return {
        "a perceptron that fires on its threshold": ("1", lambda x, w, b: f["1"](x, w, b - 1e-9)),
        "a bias of the wrong sign": ("2", lambda x, w, b: f["2"](x, w, -b)),
        "a tanh for a sigmoid": ("3", np.tanh),
        "no bias": ("4", lambda w, x, b: f["4"](w, x, 0.0)),
        "the sum in place of the mean": ("6", lambda a, y: f["6"](a, y) * np.shape(a)[1]),
        "no half": ("27", lambda a, y: 2 * f["27"](a, y)),
        "uphill": ("11", lambda C, v, eta, steps, **options: f["11"](lambda v: -C(v), v, eta, steps, **options)),
        "twice the step": ("14", lambda C, v, eta, steps, **options: f["14"](C, v, 2 * eta, steps, **options)),
        "steps of one length": ("15", lambda *arguments, **options: f["15"](*arguments, **options, normalized=True)),
        "η/m in place of η": ("20", lambda net, data, *rest, **options: f["20"](
            net, data, *rest[:2], SGD(rest[2].eta / 2), *rest[3:], **options)),
        "the first example in place of all": ("18", lambda w, b, x, y, *rest: f["18"](
            w, b, x[:, :1], y[:, :1], *rest)),
        "the mini-batch twice as large as it is": ("19", lambda w, b, x, y, *rest: tuple(
            [0.5 * g for g in part] for part in f["19"](w, b, x, y, *rest))),
        "no σ′ in BP2": ("BP2", lambda w, delta, sigma_prime: np.asarray(w).T @ delta),
        "a_in of the wrong layer": ("BP4", lambda a, delta, **options: f["BP4"](np.roll(a, 1) + 1, delta, **options)),
        "softmax as if it were diagonal": ("33", lambda sigma_prime, nabla_a: f["33"](
            np.array([np.diag(np.diag(s)) for s in sigma_prime]), nabla_a)),
        "one term of the sum over k": ("41", lambda net, x, y, l, cost: f["41"](net, x, y, l, cost)
            - 0.5 * f["44"](net, x, y, l, cost)[0]),
        "no derivative of the activation": ("44", lambda net, x, y, l, cost: numbers(net.layers[l - 1].w)),
        "no bias in the next z": ("43", lambda net, x, y, l, cost: f["43"](net, x, y, l, cost)
            - numbers(net.layers[l - 1].b)[:, 0]),
        "the largest path for the sum over all": ("53", lambda weight: next(iter(weight.paths)).product),
        "all paths but one": ("52", lambda weight, change: f["52"](weight, change)
            - change * next(iter(weight.paths)).product),
        "a path without its last factor": ("51", lambda weight, path, change: change
            * np.prod(path.rate_factors[:-1])),
        "a difference over 2ε that was taken over ε": ("46", lambda *arguments: 0.5 * f["46"](*arguments)),
    }  # fmt: skip


@pytest.mark.parametrize("mistake", mistakes())
def test_a_student_s_mistake_is_found(mistake: str):
    number, function = mistakes()[mistake]

    with pytest.raises(Disagreement, match=f"equation {number}: "):
        for seed in range(5):  # where only some networks show it, such as those of softmax
            equations[number].prove(seed, function=function)


def test_a_disagreement_says_what_differs():
    with pytest.raises(AssertionError, match="equation 28: the book's example: 6 on one side is 8 on the other"):
        equations[28].prove(0, function=lambda s, t: np.asarray(s) + t)
    with pytest.raises(Disagreement, match=r"equation 46: ∂C/∂wⱼ: the remainder is .* 4 times if the first order were"):
        equations[46].prove(0, function=lambda cost, w, epsilon: np.ones_like(w))


def test_a_function_that_gives_no_number_disagrees():
    nothing = Equation(*equations[28][:3], lambda s, t: np.full(np.shape(s), np.nan), *equations[28][4:])

    with pytest.raises(Disagreement, match="nan on one side"):
        nothing.prove(0)
    with pytest.raises(Disagreement, match=r"one side has shape \(\), the other \(2,\)"):
        equations[28].prove(0, function=lambda s, t: 3.0)


def test_a_network_of_a_proof_is_one_of_the_library():
    from microbp.book.proofs.witness import ANY, COSTS, SIGMAS, RandomNetwork
    from microbp.nn import costs

    networks = [RandomNetwork(np.random.default_rng(seed)) for seed in range(150)]

    assert all(isinstance(case.net, MLP) for case in networks)
    assert {sigma for case in networks for sigma in case.sigmas} == set(SIGMAS) == {*ANY, "softmax"}
    assert {case.cost for case in networks} == set(COSTS) <= set(costs.NAMES)
    assert {case.net.node.__name__ for case in networks} == {"Value", "Tensor"}
