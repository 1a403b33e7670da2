"""Perceptrons, as in Nielsen ch. 1: decisions, NAND and a circuit that adds, the way to sigmoids, bits of digits."""

from microbp.book.perceptrons.bits import bits_of, with_bits, worst_by_bounds, worst_by_corners
from microbp.book.perceptrons.circuits import MERGED, NAND, Bits, add_bits, draw_circuit
from microbp.book.perceptrons.decisions import (
    TruthTable,
    cheese_festival,
    goes_to_the_cheese_festival,
    truth_table,
)
from microbp.book.perceptrons.neuron import Perceptron, by_bias, by_threshold
from microbp.book.perceptrons.scaling import (
    Approach,
    all_inputs,
    approach,
    as_perceptrons,
    nearest_to_zero,
    scaled,
    sharpened,
)

__all__ = [
    "MERGED", "NAND", "Approach", "Bits", "Perceptron", "TruthTable", "add_bits", "all_inputs", "approach",
    "as_perceptrons", "bits_of", "by_bias", "by_threshold", "cheese_festival", "draw_circuit",
    "goes_to_the_cheese_festival", "nearest_to_zero", "scaled", "sharpened", "truth_table", "with_bits",
    "worst_by_bounds", "worst_by_corners",
]
