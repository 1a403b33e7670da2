"""Scalars into matrices: what a graph of Values computes, as a program of arrays.

The book ends its second chapter with how backpropagation could have been found: write the sums over
indices out, put them as products of matrices, simplify. These are the steps, on the lines of a program:

1. Chains of additions become sums; parameter × datum in them is what dot products are made of (`sums`).
2. Level by level, lines of one operation on the same arrays become one line on arrays, and sums over
   the same data one product of a matrix of parameters and an array of data.
3. Parameters are laid out as these products want them: a matrix of weights, a column of biases.

An array has a row for each scalar that lives in it, and a column for each example. The gradient is not
handled here at all: that of the array program follows from the table of primitives, and is BP1–BP4.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, NamedTuple

import numpy as np

from microbp import primitives as p
from microbp.graph import Primitive
from microbp.names import stem
from microbp.program.lines import CONSTANT, PARAMETER, WEIGHTED_INPUT, Leaf, StraightLine
from microbp.program.matrices.sums import Places, Sums

NOWHERE, NUMBER = -1, -2
"""The homes of places in no array: of a parameter that is not laid out yet, and of constants."""


class Home(NamedTuple):
    """An array that scalars live in.

    places  of the scalars, in the shape of the array: a row a neuron, a column an example of the recording
    leaf    the input or the parameters that it is, None where it is computed
    """

    label: str | None
    places: Places
    leaf: Leaf | None


class Product(NamedTuple):
    """A matrix of parameters times a matrix of data: places of shapes (rows, terms) and (terms, columns)."""

    weights: Places
    data: Places


class Step(NamedTuple):
    """How one array is made: `primitive` of operands, or a sum of products and terms.

    operands  places of the shape of the array; of a sum (terms, rows, columns), to be added up over the terms
    products  what is added to them
    """

    primitive: Primitive
    operands: list[Places]
    products: list[Product]
    is_sum: bool


Member = tuple[int, Step]
"""A line, and the step for it alone: operands of a line are single places, of a sum one place a term."""


def _identity(step: Step) -> Any:
    """The same for two sums of the very same places."""
    if not step.is_sum:
        return id(step)
    return tuple([x.tobytes() for x in (*step.operands, *[places for product in step.products for places in product])])


class Grouping:
    """The arrays that a scalar program becomes, for any number of examples.

    homes  the arrays, each after those that it is made of
    steps  how each is made, None for leaves
    home, row  of each place, the number of its array and its row there
    """

    def __init__(self, program: StraightLine, sums: Sums | None = None) -> None:
        self.program = program
        self.sums = Sums(program) if sums is None else sums
        count = self.sums.leaf_places + len(program.lines)
        self.home, self.row = np.full(count, NOWHERE), np.zeros(count, np.intp)
        self.homes: list[Home] = []
        self.steps: list[Step | None] = []
        self.numbers = np.full(count, np.nan)
        self.layer = 1
        self._loose: dict[int, Any] = {}
        for leaf in program.leaves:
            self._place(leaf)
        for members in self._levels():
            groups: dict[Any, list[Member]] = defaultdict(list)
            times: Counter[Any] = Counter()
            for k in members:
                key, step = self._sum(k) if k in self.sums.terms else self._line(k)
                again = key, _identity(step)  # an example that f holds twice: no further row, but a further column
                groups[key, times[again]].append((k, step))
                times[again] += 1
            for lines, step in self._side_by_side([self._one_below_the_other(group) for group in groups.values()]):
                self._add_step(lines, step)
        for slots in program.wanted_slots:  # parameters that no line uses, but that are handed back or compared
            self._lay_out(self.sums.places_of(slots)[:, None], "p")

    def _place(self, leaf: Leaf) -> None:
        places = self.sums.places_of(leaf.slots)
        if leaf.kind == CONSTANT:
            self.home[places], self.numbers[places] = NUMBER, leaf.data
        elif leaf.is_loose:  # laid out where they are used
            self._loose |= dict(zip(places.tolist(), leaf.data.flat, strict=True))
        else:
            shape = np.shape(leaf.slots)
            self._add_home(Home(leaf.label, places.reshape(shape if len(shape) == 2 else (-1, 1)), leaf), None)

    def _add_home(self, home: Home, step: Step | None) -> None:
        flat = home.places.ravel()
        self.home[flat], self.row[flat] = len(self.homes), np.arange(len(flat))
        self.homes.append(home)
        self.steps.append(step)

    # Levels, and what the lines of a group have in common

    def _levels(self) -> list[list[int]]:
        """The lines that are not inside of sums, by how many others at most each rests on in a row.

        What rests on parameters only comes as late as it can: it is the data that say how parameters lie.
        """
        sums, first, n = self.sums, self.sums.leaf_places, len(self.program.lines)
        level, rests_on_data = np.zeros(first + n, np.intp), np.zeros(first + n, bool)
        for leaf in self.program.inputs:
            rests_on_data[sums.places_of(leaf.slots)] = True
        inputs: dict[int, Places] = {}
        for k in np.flatnonzero(~sums.is_inside).tolist():
            places = sums.terms.get(k)
            if places is None:
                places = sums.inputs_of(self.program, k)
            elif sums.is_product[places].any():
                places = np.where(sums.is_product[places], sums.datum[np.maximum(places - first, 0)], places)
            inputs[k] = places
            level[first + k] = level[places].max() + 1
            rests_on_data[first + k] = rests_on_data[places].any()
        latest = np.full(first + n, n)
        levels: dict[int, list[int]] = defaultdict(list)
        for k in reversed(inputs):
            if not rests_on_data[first + k]:
                level[first + k] = latest[first + k]
            latest[inputs[k]] = np.minimum(latest[inputs[k]], level[first + k] - 1)
            levels[int(level[first + k])].append(k)
        return [levels[depth][::-1] for depth in sorted(levels)]

    def _line(self, k: int) -> tuple[Any, Step]:
        places = self.sums.inputs_of(self.program, k)
        primitive = self.program.lines.primitives[k]
        return (primitive, *self.home[places].tolist()), Step(primitive, list(places), [], False)

    def _sum(self, k: int) -> tuple[Any, Step]:
        """A sum by the homes of its terms; its products by all their data, so that one matrix can hold the weights."""
        sums, terms = self.sums, self.sums.terms[k]
        inner = terms[sums.is_product[terms]] - sums.leaf_places
        weights, data = sums.weight[inner], sums.datum[inner]
        others = terms[~sums.is_product[terms]]
        others = others[self.numbers[others] != 0]  # what `sum` begins with
        key: list[Any] = [p.add]
        products, columns = [], []
        pairs = self.home[weights] * (len(self.homes) + 3) + self.home[data]
        for pair in np.unique(pairs):
            here = np.flatnonzero(pairs == pair)
            here = here[np.argsort(self.row[data[here]], kind="stable")]
            products.append(Product(weights[here], data[here]))
            key.append((int(pair), data[here].tobytes()))
        homes = self.home[others]
        for home in np.unique(homes):
            columns.append(others[homes == home])
            key.append((int(home), len(columns[-1])))
        return tuple(key), Step(p.add, columns, products, True)

    # Groups

    def _one_below_the_other(self, group: list[Member]) -> tuple[Places, Step]:
        """Lines that do the same with rows of the same arrays, as one step, in the order of those rows."""
        one = group[0][1]
        group = sorted(group, key=lambda member: self._first_row(member[1]))
        operands = [np.array([step.operands[i] for _, step in group]) for i in range(len(one.operands))]
        products = [
            Product(np.array([step.products[i].weights for _, step in group]), product.data[:, None])
            for i, product in enumerate(one.products)
        ]
        operands = [x.T[:, :, None] if one.is_sum else x[:, None] for x in operands]
        return np.array([[k] for k, _ in group]), one._replace(operands=operands, products=products)

    def _first_row(self, step: Step) -> int:
        places = step.products[0].weights if step.products else next(
            (np.atleast_1d(operand) for operand in step.operands if self.home[operand].flat[0] >= 0), None
        )
        return 0 if places is None else int(self.row[places[0]])

    def _side_by_side(self, steps: list[tuple[Places, Step]]) -> list[tuple[Places, Step]]:
        """Steps that multiply the same matrices with different data, as one with a column for each: many examples."""
        alike: dict[Any, list[tuple[Places, Step]]] = defaultdict(list)
        for lines, step in steps:
            key = tuple((product.weights.shape, product.weights.tobytes()) for product in step.products)
            terms = tuple(len(operand) for operand in step.operands) if key else id(step)
            alike[key, terms].append((lines, step))
        joined = []
        for members in alike.values():
            one = members[0][1]
            if len(members) > 1:
                members.sort(key=lambda member: int(self.row[member[1].products[0].data.flat[0]]))
            operands = [np.concatenate([step.operands[i] for _, step in members], -1) for i in range(len(one.operands))]
            products = [
                Product(product.weights, np.concatenate([step.products[i].data for _, step in members], -1))
                for i, product in enumerate(one.products)
            ]
            lines = np.concatenate([lines for lines, _ in members], -1)
            joined.append((lines, one._replace(operands=operands, products=products)))
        return joined

    def _add_step(self, lines: Places, step: Step) -> None:
        if step.products:
            self.layer += 1
        label = stem([self.program.labels[k] for k in lines.flat]) or self._usual_name(step)
        for product in step.products:
            self._lay_out(product.weights, f"w{self.layer}")
        for operand in step.operands:
            # Of one term a sum takes the column; of more, each column by itself, one below the other.
            column = operand if not step.is_sum else operand[0] if len(operand) == 1 else operand.reshape(-1, 1)
            self._lay_out(column, f"b{self.layer}" if step.products else "p")
        if not step.is_sum and getattr(step.primitive, "reduction", None) is None:
            lines, step = self._in_their_shape(lines, step)
        self._add_home(Home(label, lines + self.sums.leaf_places, None), step)

    def _in_their_shape(self, lines: Places, step: Step) -> tuple[Places, Step]:
        """Lines on whole arrays in the shape of these, and of a computed one rather than of an input."""
        of_arrays = [operand for operand in step.operands if self.home[operand.flat[0]] != NUMBER]
        homes = [home for home in map(self._home_of, of_arrays) if home is not None]
        if not homes or len(homes) < len(of_arrays):
            return lines, step
        shape = min(homes, key=lambda home: home.leaf is not None).places.shape
        return lines.reshape(shape), step._replace(operands=[operand.reshape(shape) for operand in step.operands])

    def _home_of(self, places: Places) -> Home | None:
        """The array whose places these are, one and all, in their order."""
        home = self.homes[self.home[places.flat[0]]]
        return home if np.array_equal(home.places.ravel(), places.ravel()) else None

    def is_together(self, places: Places) -> bool:
        """Whether these are constants, or in one array and there one after the other, or all the same."""
        flat = places.ravel()
        if (self.home[flat] != self.home[flat[0]]).any():
            return False
        rows = self.row[flat]
        return bool(self.home[flat[0]] == NUMBER or (np.diff(rows) == 1).all() or (rows == rows[0]).all())

    def _usual_name(self, step: Step) -> str | None:
        """z for what a layer adds up, a for what one function alone makes of it, each with the layer's number."""
        if step.products:
            return f"z{self.layer}"
        if len(step.operands) != 1 or step.is_sum or step.primitive is p.neg:
            return None
        (places,) = step.operands
        home = self.home[places.flat[0]]
        z = WEIGHTED_INPUT.fullmatch(self.homes[home].label or "") if home >= 0 else None
        return f"a{z[1]}" if z and z[1].isdecimal() and self.sums.is_used_once[places].all() else None

    def _lay_out(self, places: Places, name: str) -> None:
        """Give parameters that live nowhere yet an array: in the shape of `places` if all are new, else a column."""
        flat = places.ravel()
        new = flat[(self.home[flat] == NOWHERE) & self.sums.is_parameter[flat]]
        if not len(new):
            return
        _, first = np.unique(new, return_index=True)
        new = new[np.sort(first)]
        own = new.reshape(places.shape if len(new) == len(flat) else (-1, 1))
        nodes = np.array([self._loose[place] for place in new.tolist()], dtype=object).reshape(own.shape)
        label = stem([node.label for node in nodes.flat]) or name
        if any(label == home.label for home in self.homes):
            label = f"{name}_{len(self.homes)}"
        self._add_home(Home(label, own, Leaf(PARAMETER, label, None, nodes, own.shape, np.dtype(float))), None)
