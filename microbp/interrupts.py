"""Whether Ctrl-C came, also where what it met took it for its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def noticed() -> Iterator[list[int]]:
    """A list that Ctrl-C puts something into, besides doing what it does.

    `train` ends at Ctrl-C and returns what it has, so that a loop around it would go on with the next network. Only
    the main thread gets Ctrl-C; in another one the list stays empty.
    """
    import signal

    came: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        came.append(number)
        if callable(before):
            before(number, frame)

    try:
        signal.signal(signal.SIGINT, note)
    except ValueError:  # not the main thread
        yield came
        return
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
