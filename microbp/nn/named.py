"""Choices that can be made by name: `activation="tanh"`, or by the thing itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def named(what: str, choice: str | T, choices: Mapping[str, T], kind: type[T] | None = None) -> T:
    """The choice itself, or what stands under its name; an error lists the names there are.

    kind  what a choice of one's own has to be; None for a function
    """
    known = ", ".join(choices)
    if isinstance(choice, str):
        if choice not in choices:
            raise ValueError(f"unknown {what} {choice!r}; there are {known}")
        return choices[choice]
    if not (callable(choice) if kind is None else isinstance(choice, kind)):
        own = "function" if kind is None else kind.__name__
        raise TypeError(f"{what} is one of {known}, or a {own} of your own, not {choice!r}")
    return choice
