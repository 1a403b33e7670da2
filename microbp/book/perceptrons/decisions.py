"""Decisions of perceptrons: the cheese festival, and truth tables of whatever takes zeros and ones."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

from microbp.book.perceptrons.neuron import Perceptron, by_threshold

EVIDENCE = ("good weather", "company", "near transit")
"""What is weighed before going to the cheese festival: x₁, x₂, x₃, each 0 or 1 (Nielsen ch. 1)."""

WEIGHTS = (6.0, 2.0, 2.0)
"""How much each of these counts."""


def goes_to_the_cheese_festival(weather: Any, company: Any, transit: Any, threshold: float = 5.0) -> Any:
    """Whether to go: 1 or 0, by w = (6, 2, 2) and a threshold (Nielsen ch. 1).

    threshold  5 for who goes just when the weather is good; 3 for who goes also in rain, in company and by transit

    >>> [goes_to_the_cheese_festival(0, 1, 1, threshold) for threshold in (5, 3)]
    [0.0, 1.0]
    """
    return by_threshold([weather, company, transit], WEIGHTS, threshold)


def cheese_festival(threshold: float = 5.0) -> Perceptron:
    """The same decision with a bias, as a perceptron to be drawn: w = (6, 2, 2), b = −threshold.

    >>> cheese_festival(threshold=3)
    <go?: w = (6, 2, 2), b = -3>
    """
    return Perceptron(WEIGHTS, -threshold, "go?")


class TruthTable(NamedTuple):
    """Outputs for all inputs of zeros and ones; print it.

    inputs, outputs  the names of the columns
    rows             pairs of inputs and outputs, inputs counting up in binary
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rows: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]

    def __str__(self) -> str:
        lines = ["  ".join(self.inputs) + "  │  " + "  ".join(self.outputs)]
        lines.append("─" * (len("  ".join(self.inputs)) + 2) + "┼" + "─" * (len("  ".join(self.outputs)) + 2))
        for x, y in self.rows:
            left, right = (
                "  ".join(f"{digit:^{len(name)}}" for digit, name in zip(digits, names, strict=True))
                for digits, names in ((x, self.inputs), (y, self.outputs))
            )
            lines.append(f"{left}  │  {right}".rstrip())
        return "\n".join(lines)


def truth_table(f: Callable[..., Any], *inputs: str, outputs: tuple[str, ...] = ("output",)) -> TruthTable:
    """The truth table of a function of as many zeros and ones as there are names of inputs.

    f  gives a number, or as many numbers as there are names of outputs

    >>> print(truth_table(lambda x1, x2: max(x1, x2), "x1", "x2", outputs=("or",)))
    x1  x2  │  or
    ────────┼────
    0   0   │  0
    0   1   │  1
    1   0   │  1
    1   1   │  1
    """
    if not inputs:
        raise ValueError('truth_table: no inputs are named; want a name for each, as in truth_table(NAND, "x1", "x2")')
    rows = []
    for x in product((0, 1), repeat=len(inputs)):
        y = f(*map(float, x))
        digits = tuple(y) if isinstance(y, tuple | list) else (y,)
        if len(digits) != len(outputs):
            raise ValueError(f"truth_table: the function gives {len(digits)} output(s), but {len(outputs)} are named")
        if any(digit not in (0, 1) for digit in digits):
            raise ValueError(f"truth_table: for {x} the function gives {y!r}; want 0 or 1")
        rows.append((x, tuple(int(digit) for digit in digits)))
    return TruthTable(inputs, outputs, tuple(rows))
