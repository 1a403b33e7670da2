"""Data to learn from: toy sets, IDX files (MNIST, Fashion-MNIST), CSV tables, and what is done to them before."""

from microbp.data import mnist_loader, preprocessing
from microbp.data.errors import DataError
from microbp.data.examples import Examples, Split, one_hot
from microbp.data.folding import folds
from microbp.data.idx_format import idx
from microbp.data.image_sets import fashion_mnist, mnist
from microbp.data.table import Table, csv
from microbp.data.toy import blobs, circles, moons, spirals, xor

__all__ = [
    "DataError",
    "Examples",
    "Split",
    "Table",
    "blobs",
    "circles",
    "csv",
    "fashion_mnist",
    "folds",
    "idx",
    "mnist",
    "mnist_loader",
    "moons",
    "one_hot",
    "preprocessing",
    "spirals",
    "xor",
]
