"""The book, executable: Nielsen's perceptrons, proofs and small changes, and an index of all his equations."""

from microbp.book import derivations, experiments, perceptrons, results, small_changes
from microbp.book.comparing import Compared, Disagreement
from microbp.book.equation import Equation, Notebook
from microbp.book.index import Equations, equations

__all__ = [
    "Compared", "Disagreement", "Equation", "Equations", "Notebook", "derivations", "equations", "experiments",
    "perceptrons", "results", "small_changes",
]
