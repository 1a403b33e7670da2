"""The letters of the book for what a network computes: z, and δ and ∇ for the cotangents (Nielsen 2015, ch. 2)."""

from __future__ import annotations

import re

WEIGHTED_INPUT = re.compile(r"z(\d*(?:_.*)?)", re.ASCII)
"""The labels of weighted inputs, z2 or z2_1, whose cotangents are the errors δ."""


def name_of_cotangent(label: str) -> str:
    """δ for a weighted input z, ∇ for anything else.

    >>> name_of_cotangent("z3"), name_of_cotangent("w3")
    ('delta3', 'nabla_w3')
    """
    z = WEIGHTED_INPUT.fullmatch(label)
    return f"delta{z[1]}" if z else f"nabla_{label}"
