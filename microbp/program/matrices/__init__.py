"""Scalars into matrices: sums over indices found in the lines, and put as products of arrays."""

from microbp.program.matrices.arrays import as_arrays, parts_of
from microbp.program.matrices.grouping import Grouping
from microbp.program.matrices.sums import Places, Sums

__all__ = ["Grouping", "Places", "Sums", "as_arrays", "parts_of"]
