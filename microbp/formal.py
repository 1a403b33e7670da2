"""Formal sums: enough arithmetic for a linear function to tell its own coefficients."""

from __future__ import annotations

from typing import Any


class FormalSum:
    """Σ rate × entry, kept as a tree of what was added."""

    __slots__ = ("left", "right", "rate")

    def __init__(self, left: Any, right: Any, rate: float) -> None:
        self.left, self.right, self.rate = left, right, rate

    @classmethod
    def of_entry(cls, index: int) -> FormalSum:
        return cls(index, None, 1.0)

    def __add__(self, other: Any) -> FormalSum:
        return FormalSum(self, other, 1.0) if isinstance(other, FormalSum) else self

    __radd__ = __add__

    def __mul__(self, rate: float) -> FormalSum:
        return FormalSum(self, None, rate)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> FormalSum:
        return FormalSum(self, None, 1 / divisor)

    @staticmethod
    def terms(total: Any) -> list[tuple[int, float]]:
        """The terms of a formal sum by entry; a plain number, such as an untouched 0, has none."""
        rates: dict[int, float] = {}
        waiting = [(total, 1.0)] if isinstance(total, FormalSum) else []
        while waiting:
            part, factor = waiting.pop()
            factor *= part.rate
            if not isinstance(part.left, FormalSum):
                rates[part.left] = rates.get(part.left, 0.0) + factor
                continue
            waiting.append((part.left, factor))
            if part.right is not None:
                waiting.append((part.right, factor))
        return sorted(rates.items())
