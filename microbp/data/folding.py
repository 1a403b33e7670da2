"""The rows of a data set dealt out in folds, each of which is once what a network is judged by."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data.arguments import array, whole
from microbp.data.errors import DataError
from microbp.data.randomness import Randomness, generator_of


def folds(n: int, k: int = 5, rng: Randomness = 0, labels: ArrayLike | None = None) -> list[NDArray[np.int64]]:
    """The rows 0 … n − 1 in k folds: each row in one of them, and none larger than another by more than one row.

    Rows are shuffled and dealt out like cards. With labels they are sorted by class first, so that each class, too,
    is in all folds alike: the numbers of its rows differ by one at most (stratified folds).

    n       how many rows
    k       how many folds, 2 … n; with n folds each row is one ("leave one out")
    labels  shape (n,), the class of each row, anything that can be sorted; None: classes fall as they may
    Returns k arrays of rows, in increasing order.

    >>> [fold.tolist() for fold in folds(7, 3, rng=0)]
    [[1, 2, 6], [4, 5], [0, 3]]
    >>> [fold.tolist() for fold in folds(6, 3, rng=0, labels=[0, 0, 0, 1, 1, 1])]
    [[2, 3], [0, 5], [1, 4]]
    """
    n, k = whole("folds", "n", n), whole("folds", "k", k)
    if not 2 <= k <= n:
        raise DataError(f"folds: {n} rows in {k} folds; want 2 folds or more, and a row for each")
    order = generator_of("folds", rng).permutation(n)
    if labels is not None:
        classes = array("folds", "labels", labels)
        if classes.shape != (n,):
            raise DataError(f"folds: labels have shape {classes.shape}; want one for each row, ({n},)")
        try:
            order = order[np.argsort(classes[order], kind="stable")]
        except TypeError:
            raise DataError("folds: labels of several kinds can't be sorted; pass integers, or texts alone") from None
    return [np.sort(order[i::k]).astype(np.int64) for i in range(k)]
