"""MNIST and the sets that ship as it does: four IDX files of small grey images and their classes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from microbp.data.errors import DataError
from microbp.data.examples import Examples, Split
from microbp.data.files import FilePath, quoted
from microbp.data.idx_format import idx

VARIABLE = "MICROBP_DATA"
"""The environment variable that names the folder of the data."""

TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

SIDE = 28
VALIDATION = 6
"""One image in six of the training files is for validation: the last 10,000 of MNIST's 60,000."""


class ImageSet(NamedTuple):
    """A published set, and how to know it.

    name          as in errors: the function that loads it
    folder        its folder within $MICROBP_DATA and the cache
    sha256        sum of each of the four gzipped files, by name
    mirrors       addresses of folders with these files
    first_labels  the first ten training labels, since all sets share their file names
    """

    name: str
    folder: str
    sha256: Mapping[str, str]
    mirrors: Sequence[str]
    first_labels: Sequence[int]


MNIST = ImageSet(
    "mnist",
    "mnist",
    {
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
    (
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ),
    (5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
)

FASHION_MNIST = ImageSet(
    "fashion_mnist",
    "fashion",
    {
        "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
    (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    ),
    (9, 0, 0, 3, 0, 2, 7, 2, 5, 5),
)


def mnist(
    path: FilePath | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    cache: FilePath | None = None,
    progress: bool | None = None,
) -> Split:
    """The handwritten digits of MNIST, split as in the book: 50,000 / 10,000 / 10,000.

    X holds one image a row, shape (n, 784), each entry byte / 256 as in the book; labels its digit.

    path      the folder of the four files, gzipped or not; taken as they are, so that other data in
              the same format will do: images of 28 × 28 bytes, as many labels as images. The last
              sixth of the training files is for validation
    mirrors   addresses to download from, in place of the known ones
    cache     folder of downloads, in place of the user's cache
    progress  whether a download shows a bar; None: on a terminal or in a notebook

    Without a path: the folder "mnist" of $MICROBP_DATA, or $MICROBP_DATA itself; then the cache; then
    a download into the cache, where every file is held against its sha256 sum.

    Raises DataError where files are missing, broken, or don't fit together.
    """
    return load(MNIST, path, mirrors, cache, progress)


def fashion_mnist(
    path: FilePath | None = None,
    *,
    mirrors: Sequence[str] | None = None,
    cache: FilePath | None = None,
    progress: bool | None = None,
) -> Split:
    """Zalando's articles of clothing, in the format and the split of `mnist`, which see.

    Without a path: the folder "fashion" of $MICROBP_DATA, or $MICROBP_DATA itself; then the cache;
    then a download.
    """
    return load(FASHION_MNIST, path, mirrors, cache, progress)


def load(
    wanted: ImageSet,
    path: FilePath | None = None,
    mirrors: Sequence[str] | None = None,
    cache: FilePath | None = None,
    progress: bool | None = None,
) -> Split:
    """An image set, from the first place that has it; the arguments are those of `mnist`."""
    if path is not None:
        folder = os.fspath(path)
        if (other := _other_set(folder, wanted)) is not None:
            raise DataError(
                f"{wanted.name}: {quoted(folder)} holds the files of {other.name}; call data.{other.name}"
            )
        return _read(folder, wanted.name)
    named = os.environ.get(VARIABLE)
    if named:
        if not os.path.isdir(named):
            raise DataError(f"{wanted.name}: {VARIABLE} is {quoted(named)}, which is no folder; name one")
        for folder in (os.path.join(named, wanted.folder), named):
            if _has_any(folder) and _other_set(folder, wanted) is None:
                return _read(folder, wanted.name)
    return _read(_downloaded(wanted, mirrors, cache, progress), wanted.name)


def _downloaded(
    wanted: ImageSet, mirrors: Sequence[str] | None, cache: FilePath | None, progress: bool | None
) -> str:
    """The set's folder in the cache, its four files there with the right sums."""
    # Here, as it loads pathlib, hashlib and urllib, which take as long as all the rest of microbp.data.
    from microbp.data.download import fetch, user_cache

    try:
        folder = os.path.join(cache or user_cache(), wanted.folder)
        addresses = wanted.mirrors if mirrors is None else [mirrors] if isinstance(mirrors, str) else mirrors
        for name, sha256 in wanted.sha256.items():
            fetch(name, sha256, folder, addresses, progress=progress)
    except DataError as error:
        raise DataError(
            f'{wanted.name}: {error}; go online, with pooch installed (pip install pooch), '
            f"or put the four files in a folder and pass path= or set {VARIABLE} to it"
        ) from None
    return folder


def _read(folder: str, name: str) -> Split:
    """The four files of a folder, held against each other."""
    train, test = _examples(folder, *TRAIN, name), _examples(folder, *TEST, name)
    cut = len(train.X) - len(train.X) // VALIDATION
    return Split(
        Examples(train.X[:cut], train.labels[:cut]),
        Examples(train.X[cut:], train.labels[cut:]),
        test,
    )


def _examples(folder: str, images_name: str, labels_name: str, name: str) -> Examples:
    images_path, labels_path = _found(folder, images_name, name), _found(folder, labels_name, name)
    images, labels = idx(images_path), idx(labels_path)
    if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8:
        raise DataError(
            f"{name}: {quoted(images_path)} holds {images.dtype} of shape {images.shape}; "
            f"right are bytes of shape (n, {SIDE}, {SIDE}) (data.idx reads any)"
        )
    if labels.ndim != 1 or labels.dtype != np.uint8:
        raise DataError(
            f"{name}: {quoted(labels_path)} holds {labels.dtype} of shape {labels.shape}; "
            "right are bytes of shape (n,) (data.idx reads any)"
        )
    if len(images) != len(labels):
        raise DataError(
            f"{name}: {quoted(images_path)} holds {len(images)} images and {quoted(labels_path)} "
            f"{len(labels)} labels; right is one label an image"
        )
    if len(images) < VALIDATION:
        raise DataError(
            f"{name}: {quoted(images_path)} holds {len(images)} images; right are {VALIDATION} or more"
        )
    try:
        return Examples(images.reshape(len(images), SIDE * SIDE) / 256.0, labels.astype(np.int64))
    except MemoryError as error:
        raise DataError(f"{name}: the {len(images):,} images are larger than the memory of this machine") from error


def _spellings(name: str) -> list[str]:
    """The names under which a file is found: as published, or with a dot before idx; gzipped or not."""
    return [spelling + end for spelling in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]


def _found(folder: str, name: str, operation: str) -> str:
    for spelling in _spellings(name):
        if os.path.exists(path := os.path.join(folder, spelling)):
            return path
    if not os.path.isdir(folder):
        raise DataError(f"{operation}: {quoted(folder)} is no folder; pass the folder of the four files")
    raise DataError(
        f"{operation}: {quoted(folder)} lacks {name}; "
        f"the files are {', '.join((*TRAIN, *TEST))}, gzipped (.gz) or not"
    )


def _has_any(folder: str) -> bool:
    names = [spelling for name in (*TRAIN, *TEST) for spelling in _spellings(name)]
    return any(os.path.exists(os.path.join(folder, name)) for name in names)


def _other_set(folder: str, wanted: ImageSet) -> ImageSet | None:
    """The other known set whose training labels the folder holds: file names alone don't tell."""
    first = tuple(idx(_found(folder, TRAIN[1], wanted.name)).flat[: len(wanted.first_labels)])
    for other in (MNIST, FASHION_MNIST):
        if first == tuple(other.first_labels) != tuple(wanted.first_labels):
            return other
    return None
