"""A program recorded from one example, as a program of many."""

from microbp.program.batching.batching import batched

__all__ = ["batched"]
