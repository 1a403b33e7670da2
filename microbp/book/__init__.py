"""The book, executable: Nielsen's perceptrons, proofs and small changes, and an index of all his equations."""

from microbp.book import derivations, perceptrons, small_changes

__all__ = ["derivations", "perceptrons", "small_changes"]
