"""Choices that can be made by name: `activation="tanh"`, or by the thing itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def named(what: str, choice: str | T, choices: Mapping[str, T]) -> T:
    """The choice itself, or what stands under its name; a ValueError lists the names there are."""
    if not isinstance(choice, str):
        return choice
    if choice not in choices:
        raise ValueError(f"unknown {what} {choice!r}; there are {', '.join(choices)}")
    return choices[choice]
