"""Formal sums: the entries that an entry of the output is made of."""

from __future__ import annotations

from typing import Any

from microbp.formal import FormalSum


def test_formal_sums_add_up_per_entry():
    a, b = FormalSum.of_entry(0), FormalSum.of_entry(1)

    assert FormalSum.terms(a + b * 3.0 + 2.0 * a) == [(0, 3.0), (1, 3.0)]
    assert FormalSum.terms((a + b) / 4.0) == [(0, 0.25), (1, 0.25)]
    assert FormalSum.terms(0 + a) == [(0, 1.0)]
    assert FormalSum.terms(0.0) == []


def test_formal_sums_of_many_terms_do_not_recurse():
    total: Any = 0
    for n in range(20_000):
        total = total + FormalSum.of_entry(n % 2)

    assert FormalSum.terms(total) == [(0, 10_000.0), (1, 10_000.0)]
