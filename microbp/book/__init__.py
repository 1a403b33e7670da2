"""The book, executable: Nielsen's perceptrons, proofs and small changes, and an index of all his equations."""

from microbp.book import perceptrons

__all__ = ["perceptrons"]
