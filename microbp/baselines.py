"""What a network has to be better than: answers that take no network.

Each is learned by its name from examples and predicts as a network does, so that `mb.accuracy` judges it and
`mb.cross_validate` takes it as it stands:

    Guess            one class as likely as another
    ZeroRule         the class that most of the examples had
    AverageDarkness  the digit whose images are about as dark     2225 of MNIST's 10,000 test images
    svm              scikit-learn's support vector machine        9435 (Nielsen 2015, ch. 1)

>>> zero = ZeroRule([[1.0], [2.0], [3.0]], [0, 1, 1])
>>> zero.predict([[7.0]])
array([[0., 1.]])
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microbp.data import DataError, one_hot
from microbp.data.arguments import array, rows, whole
from microbp.data.randomness import Randomness, generator_of

Rows = NDArray[np.float64]
Labels = NDArray[np.int64]


class Guess:
    """Random answers: each class is as likely as another, and drawn anew at every call of `predict`.

    X        examples in rows, (n, n_1), which it doesn't look at
    labels   shape (n,), the class of each, 0 … classes − 1
    classes  how many there are, at least 2; None: the largest of labels and one more. A baseline of a single output
             would be asked whether that one is 1 or 0, and one class is no choice
    rng      a numpy Generator, or a seed

    Of balanced classes it has one part in `classes` right: 10 % of digits.
    """

    def __init__(self, X: ArrayLike, labels: ArrayLike, classes: int | None = None, rng: Randomness = 0) -> None:
        self.width, _, self.classes = _learned("Guess", X, labels, classes)
        self.rng = generator_of("Guess", rng)

    def __repr__(self) -> str:
        return f"<guess of {self.classes} classes>"

    def predict(self, X: ArrayLike) -> Rows:
        """A 1 at a random class for each row: (n, n_1) in, (n, classes) out."""
        X = rows("Guess: predict", X, self.width)
        return one_hot(self.rng.integers(self.classes, size=len(X)), self.classes)


class ZeroRule:
    """The class that most of the examples had, whatever is asked; of several the one of the smallest number.

    Where all classes are as large, the most frequent of the examples to learn from is the rarest of the others. So
    over folds that don't keep the classes apart it has less right than one part in `classes`: of the wheat seeds, 70
    of each of three kinds, some 28 % over five folds, and exactly a third over stratified ones.

    Arguments as in Guess, without rng.
    """

    def __init__(self, X: ArrayLike, labels: ArrayLike, classes: int | None = None) -> None:
        self.width, known, self.classes = _learned("ZeroRule", X, labels, classes)
        self.answer = int(np.bincount(known).argmax())

    def __repr__(self) -> str:
        return f"<zero rule: class {self.answer} of {self.classes}>"

    def predict(self, X: ArrayLike) -> Rows:
        """A 1 at the same class for each row: (n, n_1) in, (n, classes) out."""
        X = rows("ZeroRule: predict", X, self.width)
        return one_hot(np.full(len(X), self.answer), self.classes)


class AverageDarkness:
    """The class whose images are on average about as dark as the one that is asked for.

    d(x) = 1/n_1 Σ_i x_i,  the class k where |d(x) − d_k| is least,  d_k the mean of d over the images of class k

    So the book's program has 2225 of MNIST's 10,000 test images right (Nielsen 2015, ch. 1): a 2 is darker than a 1.

    means  d_k, shape (classes,); nan for a class of which there was no image, which is then never the answer

    Arguments as in ZeroRule; pixels of any scale, the larger the darker.
    """

    def __init__(self, X: ArrayLike, labels: ArrayLike, classes: int | None = None) -> None:
        self.width, known, self.classes = _learned("AverageDarkness", X, labels, classes)
        darkness = rows("AverageDarkness", X, self.width).mean(axis=1)
        counts = np.bincount(known, minlength=self.classes)
        sums = np.bincount(known, darkness, minlength=self.classes)
        self.means = np.divide(sums, counts, out=np.full(self.classes, np.nan), where=counts > 0)

    def __repr__(self) -> str:
        return f"<average darkness of {self.classes} classes>"

    def predict(self, X: ArrayLike) -> Rows:
        """−|d(x) − d_k|, so that the largest is the answer: (n, n_1) in, (n, classes) out."""
        darkness = rows("AverageDarkness: predict", X, self.width).mean(axis=1)
        nearness = -np.abs(darkness[:, None] - self.means)
        return np.where(np.isnan(self.means), -np.inf, nearness)


def svm(X: ArrayLike, labels: ArrayLike, classes: int | None = None, *, gamma: float | None = None, **svc: Any) -> SVM:
    """scikit-learn's support vector machine with a Gaussian kernel, e^(−γ ‖x − x′‖²), learned from examples.

    gamma  γ; None: 1 / n_1, as it was in scikit-learn when the book used it
    svc    more arguments for sklearn.svm.SVC
    The rest as in ZeroRule.

    On MNIST, learned from 50,000 images with pixels from 0 to 1, it has 9435 of the 10,000 test images right, which is
    the book's figure; learning took three minutes here, and predicting one. Raises ImportError without scikit-learn.
    """
    try:
        from sklearn.svm import SVC
    except ImportError:
        raise ImportError('baselines.svm needs scikit-learn: pip install "microbp[baselines]"') from None
    width, known, classes = _learned("svm", X, labels, classes)
    machine = SVC(gamma=1 / width if gamma is None else gamma, **svc)
    if len(set(known.tolist())) < 2:
        raise DataError("svm: all examples are of one class; want examples of two or more")
    return SVM(machine.fit(rows("svm", X, width), known), width, classes)


class SVM:
    """What `svm` learned, predicting as a network does.

    machine  scikit-learn's SVC
    """

    def __init__(self, machine: Any, width: int, classes: int) -> None:
        self.machine, self.width, self.classes = machine, width, classes

    def __repr__(self) -> str:
        return f"<svm of {self.classes} classes, {int(self.machine.n_support_.sum())} support vectors>"

    def predict(self, X: ArrayLike) -> Rows:
        """A 1 at the answer for each row: (n, n_1) in, (n, classes) out."""
        return one_hot(self.machine.predict(rows("svm: predict", X, self.width)), self.classes)


def _learned(name: str, X: ArrayLike, labels: ArrayLike, classes: int | None) -> tuple[int, Labels, int]:
    """The width of the rows, their classes, and how many classes there are."""
    inputs, known = rows(name, X), array(name, "labels", labels)
    if known.shape != (len(inputs),) or known.dtype.kind not in "iub":
        raise DataError(
            f"{name}: labels have shape {known.shape} and type {known.dtype}; "
            f"want the class of each row of X, integers of shape ({len(inputs)},)"
        )
    if known.min() < 0:
        raise DataError(f"{name}: there is a label {known.min()}; classes are 0, 1, …")
    known = known.astype(np.int64)
    most = int(known.max()) + 1
    classes = max(most, 2) if classes is None else whole(name, "classes", classes)
    if classes < 2:
        raise DataError(f"{name}: classes is {classes}; want 2 or more, or there is nothing to choose from")
    if classes < most:
        raise DataError(f"{name}: there is a label {most - 1}; with classes={classes} a label is 0 … {classes - 1}")
    return inputs.shape[1], known, classes
