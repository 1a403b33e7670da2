"""What is said when data cannot be taken as it is."""

from __future__ import annotations


class DataError(ValueError):
    """Data that is missing, broken, or not what was asked for.

    Its message is one sentence: the operation, the file or argument, and what would be right.
    """
