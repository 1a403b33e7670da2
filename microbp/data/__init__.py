"""Data to learn from: toy sets, IDX files (MNIST, Fashion-MNIST), CSV tables."""

from .errors import DataError
from .examples import Examples, Split, one_hot
from .idx_format import idx
from .image_sets import fashion_mnist, mnist
from .table import Table, csv
from .toy import blobs, circles, moons, spirals, xor

__all__ = [
    "DataError",
    "Examples",
    "Split",
    "Table",
    "blobs",
    "circles",
    "csv",
    "fashion_mnist",
    "idx",
    "mnist",
    "moons",
    "one_hot",
    "spirals",
    "xor",
]
