"""A program recorded from one example, as a program of many."""

from microbp.program.batching.batching import batched, gradient_of_each

__all__ = ["batched", "gradient_of_each"]
