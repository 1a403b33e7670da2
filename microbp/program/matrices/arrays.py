"""`as_arrays`: the program of arrays that a matrix form stands for, at a given number of examples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from microbp import primitives as p
from microbp.program.lines import (
    INPUT,
    PARAMETER,
    Leaf,
    Output,
    ProgramLike,
    batch_shape,
    mean_over_examples,
    shaped,
)
from microbp.program.matrices.grouping import NUMBER, Grouping, Home, Step
from microbp.program.matrices.sums import Places
from microbp.shapes import shape_of
from microbp.tensor import Tensor, constant


def as_arrays(program: ProgramLike, grouping: Grouping | None = None) -> ProgramLike:
    """The matrix form of a scalar program, over as many examples.

    grouping  where it is there already, that of the program
    """
    grouping = grouping or Grouping(program)
    made = _Weaver(grouping, program.examples).program(program)
    if program.examples is not None and not program.is_mean:
        made.batch_of = _Weaver(grouping, None).program(program)
    return made


class Part(NamedTuple):
    """Some entries of a leaf of the scalar program, and where they are in the program of arrays.

    entries  of the leaf of the scalar program, flat
    leaf     number of the leaf of the program of arrays
    rows     its entries, flat, in the same order
    """

    entries: Places
    leaf: int
    rows: Places


def parts_of(grouping: Grouping, leaf: Leaf) -> list[Part]:
    """Where the entries of a leaf of the scalar program are in the program of arrays; those of no use are nowhere."""
    places = grouping.sums.places_of(leaf.slots)
    numbers = grouping.home[places]
    leaf_of = {number: i for i, (number, _) in enumerate(_leaf_homes(grouping))}
    return [
        Part(here := np.flatnonzero(numbers == number), leaf_of[number], grouping.row[places[here]])
        for number in np.unique(numbers[numbers >= 0]).tolist()
    ]


def _leaf_homes(grouping: Grouping) -> list[tuple[int, Leaf]]:
    """The arrays that are leaves, by their numbers, in the order of the leaves of the program: inputs first."""
    leaves = [(number, home.leaf) for number, home in enumerate(grouping.homes) if home.leaf is not None]
    return [(number, leaf) for kind in (INPUT, PARAMETER) for number, leaf in leaves if leaf.kind == kind]


class _Weaver:
    """Tensors whose numbers mean nothing, one for each home; the graph of them is the program.

    An array has the rows and columns of its home; over m examples each column is m columns wide, or one where
    it rests on parameters only.
    """

    def __init__(self, grouping: Grouping, examples: int | None) -> None:
        self.grouping, self.scalars, self.examples = grouping, grouping.program, examples
        self.m = 1 if examples is None else examples
        self.given: list[Any] = []
        self.made: list[Any] = []
        for home, step in zip(grouping.homes, grouping.steps, strict=True):
            if step is None:
                self.made.append(self._leaf(home))
                continue
            node = self._sum(step, home.label) if step.is_sum else self._elementwise(step)
            rows, columns = home.places.shape
            if shape_of(node)[0] != rows:  # the same for all
                node = p.broadcast_to(node, (rows, shape_of(node)[1]))
            if node.label is None:
                node.label = home.label
            self.made.append(node)

    def _leaf(self, home: Home) -> Any:
        leaf = home.leaf
        assert leaf is not None
        rows, columns = home.places.shape
        if leaf.kind != INPUT:
            node = Tensor(np.full(leaf.shape, 0.5), home.label)
        else:
            shape = np.shape(leaf.slots)
            node = Tensor(np.full(shape if self.examples is None else batch_shape(shape, self.m), 0.5), home.label)
            columns *= self.m
        self.given.append(node)
        return shaped(node, (rows, columns))

    def _elementwise(self, step: Step) -> Any:
        reduction = getattr(step.primitive, "reduction", None)
        if reduction is not None:  # of n Values each: n rows by the number of lines, reduced to one
            rows = self.rows(np.concatenate([operand.ravel() for operand in step.operands]))
            if step.operands[0].size == 1:
                return reduction(rows, axis=0, keepdims=True)
            return reduction(p.reshape(rows, (len(step.operands), step.operands[0].size, -1)), axis=0)
        return step.primitive(*self._of_one_width([self.block(operand) for operand in step.operands], step.operands[0]))

    def _sum(self, step: Step, label: str | None) -> Any:
        factors = [(self.matrix(product.weights), self.whole(product.data)) for product in step.products]
        if label == "z2" and len(factors) == 1 and not factors[0][1].number and factors[0][1].label is None:
            factors[0][1].label = "a1"  # data that f holds: what the network is given
        parts = [w @ data for w, data in factors]
        for operand in step.operands:
            terms, rows, columns = operand.shape
            if terms == 1:
                parts.append(self.block(operand[0]))
            elif rows == columns == 1:
                parts.append(self._total(operand.ravel()))
            else:
                parts.append(p.sum(p.reshape(self.rows(operand.ravel()), (terms, rows, -1)), axis=0))
        parts = self._of_one_width(parts, step.operands[0][0] if step.operands else step.products[0].data)
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def _total(self, places: Places) -> Any:
        """The sum of these places, for each example."""
        number = self.grouping.home[places[0]]
        if number >= 0 and self._width(places) == 1:
            if np.array_equal(self.grouping.homes[number].places.ravel(), places):
                return p.reshape(p.sum(self.made[number]), (1, 1))
        return p.sum(self.rows(places), axis=0, keepdims=True)

    def matrix(self, places: Places) -> Any:
        """Parameters as a matrix: the array that they live in, where they live in this very order."""
        number = self.grouping.home[places.flat[0]]
        whole = self.grouping.homes[number].places
        if whole.size == places.size:
            if np.array_equal(whole.ravel(), places.ravel()):
                return shaped(self.made[number], places.shape)
            if np.array_equal(whole.T.ravel(), places.ravel()):
                return shaped(self.made[number].T, places.shape)
        return shaped(self.rows(places.ravel()), places.shape)

    def block(self, places: Places) -> Any:
        """An array of these places; where all rows or all columns are the same, a number, one row or one column."""
        rows, columns = places.shape
        if self.grouping.home[places.flat[0]] == NUMBER and (self.grouping.home[places] == NUMBER).all():
            numbers = self.grouping.numbers[places]
            if np.isnan(numbers).all() or len(set(numbers.ravel().view(np.int64).tolist())) == 1:  # 0 is not −0 here
                return float(numbers.flat[0])
        if rows > 1 and (places == places[:1]).all():
            return self.block(places[:1])
        if columns > 1 and (places == places[:, :1]).all() and self._width(places) == 1:
            return self.block(places[:, :1])
        return self.whole(places)

    def whole(self, places: Places) -> Any:
        """An array of these places, row by row and column by column."""
        rows, columns = places.shape
        number = self.grouping.home[places.flat[0]]
        if number >= 0:
            whole = self.grouping.homes[number].places
            if np.array_equal(whole.ravel(), places.ravel()):
                return shaped(self.made[number], (rows, columns * self._width(places)))
            if np.array_equal(whole.T, places) and self._width(places) == 1:
                return self.made[number].T
        return shaped(self.rows(places.ravel()), (rows, columns * self._width(places)))

    def rows(self, places: Places) -> Any:
        """A row for each of these places: of an array as it is, of a part of one, or gathered from several."""
        homes = np.unique(self.grouping.home[places])
        if len(homes) > 1:
            return self._gathered(places, homes)
        if homes[0] == NUMBER:
            return constant(self.grouping.numbers[places][:, None])
        node, rows = self._flat(int(homes[0])), self.grouping.row[places]
        first, count = int(rows[0]), len(rows)
        if (rows != np.arange(first, first + count)).any():
            return p.take(node, rows)
        return node if count == shape_of(node)[0] else p.take(node, slice(first, first + count))

    def _flat(self, number: int) -> Any:
        """An array with a row for each place, and in the row its examples."""
        node, size = self.made[number], self.grouping.homes[number].places.size
        return shaped(node, (size, node.size // size))

    def _width(self, places: Places) -> int:
        """How many columns the examples of one place take."""
        homes = [int(number) for number in np.unique(self.grouping.home[places]) if number >= 0]
        return max([self.made[number].size // self.grouping.homes[number].places.size for number in homes], default=1)

    def _of_one_width(self, parts: list[Any], places: Places) -> list[Any]:
        """What rests on parameters only, as wide as the rest, where numpy's broadcasting would not make it so."""
        columns = places.shape[1]
        wide = columns * self.m
        if columns == 1 or self.m == 1 or not any(shape_of(part)[1:] == (wide,) for part in parts):
            return parts
        return [self._widened(x, columns) if shape_of(x)[1:] == (columns,) else x for x in parts]

    def _widened(self, x: Any, columns: int) -> Any:
        rows = shape_of(x)[0]
        wide = p.broadcast_to(p.reshape(x, (rows, columns, 1)), (rows, columns, self.m))
        return p.reshape(wide, (rows, columns * self.m))

    def _gathered(self, places: Places, homes: Places) -> Any:
        """Rows of several arrays, put one below the other and taken from there."""
        nodes = [
            constant(self.grouping.numbers[places[self.grouping.home[places] == NUMBER]][:, None])
            if number == NUMBER
            else self._flat(int(number))
            for number in homes
        ]
        width = max(shape_of(node)[1] for node in nodes)
        nodes = [x if shape_of(x)[1] == width else p.broadcast_to(x, (shape_of(x)[0], width)) for x in nodes]
        index = np.zeros(len(places), np.intp)
        start = 0
        for number, node in zip(homes, nodes, strict=True):
            here = self.grouping.home[places] == number
            index[here] = start + (np.arange(here.sum()) if number == NUMBER else self.grouping.row[places[here]])
            start += shape_of(node)[0]
        return p.take(p.concatenate(nodes), index)

    def program(self, like: ProgramLike) -> ProgramLike:
        """The program of arrays, of the class of the scalar one."""
        scalars = self.scalars
        guards = [guard._replace(left=self._at(guard.left), right=self._at(guard.right)) for guard in scalars.guards]
        homes = _leaf_homes(self.grouping)
        of_leaves = [i for i, home in enumerate(self.grouping.homes) if home.leaf is not None]
        nodes = dict(zip(of_leaves, self.given, strict=True))
        leaves = [(leaf.kind, nodes[number].label, nodes[number]) for number, leaf in homes]
        outputs = [self._output(output) for output in scalars.outputs]
        made = type(like)(outputs, leaves, guards, name=like.name, returns_tuple=like.returns_tuple)
        for i, (_, leaf) in enumerate(homes):
            made.leaves[i] = made.leaves[i]._replace(data=leaf.data)
        wanted = {part.leaf for i in scalars.wrt for part in parts_of(self.grouping, scalars.leaves[i])}
        made.wrt, made.gradient_is_tuple = sorted(wanted), like.gradient_is_tuple
        made.checks, made.demands = like.checks, like.demands
        return made

    def _at(self, slots: Any) -> Any:
        return self.rows(self.grouping.sums.places_of(slots))

    def _output(self, output: Output) -> Any:
        node, m = self._at(output.slots), self.m
        if output.shape == () and (self.examples is None or self.scalars.is_mean):
            if self.examples is not None and shape_of(node)[1] != m:
                node = p.broadcast_to(node, (1, m))
            made = shaped(node, ()) if m == 1 else mean_over_examples(node, m)
        elif self.examples is None:
            made = shaped(node, output.shape)
        else:
            node = node if shape_of(node)[1] == m else p.broadcast_to(node, (shape_of(node)[0], m))
            made = shaped(node, batch_shape(output.shape, m))
        if output.label and made.label is None:
            node.label = None if node.label == output.label else node.label
            made.label = output.label
        return made
