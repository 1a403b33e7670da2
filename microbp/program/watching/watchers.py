"""`recording`: the block in which a thread makes a recording, and for which nodes are watched.

A node that was there before, such as a weight, may be watched by several recordings at a time: by those of several
threads, or by one that is made within another. So it is counted how many do.
"""

from __future__ import annotations

from _thread import allocate_lock, get_ident  # threading's own, without the time of its import
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from microbp.graph import Node
from microbp.program.watching.notes import NOTES, Notes
from microbp.program.watching.watched import RecordedTensor, RecordedValue, need_no_own_class
from microbp.tensor import Tensor
from microbp.value import Value

WATCHED_AS: dict[type[Node], type[Node]] = {Value: RecordedValue, Tensor: RecordedTensor}
"""The class that a node has while it is watched, by its own."""

WATCHERS: dict[Node, int] = {}
"""Of each node that has its class for a time only, how many recordings watch it."""

TURNS = allocate_lock()
"""One thread at a time counts."""


@contextmanager
def recording(nodes: Iterable[Node], is_of_formulas: bool = False) -> Iterator[Notes]:
    """Watch these nodes, and all that is computed from them, for as long as this thread is in the block.

    is_of_formulas  whether what is called are rate factors, where `==` is meant for numbers

    Gives the comparisons, in their order.

    The nodes change their class for the time. One that is in several recordings at once, of several threads or one
    within another, has its own class again when the last of them is over. What is refused is refused to the threads
    that make a recording; any other uses the node meanwhile as ever. That holds for threads too that the function
    starts by itself: what these read is not noticed.
    """
    thread = get_ident()
    outer = NOTES.get(thread)
    notes = Notes(is_of_formulas)
    watched: list[Node] = []
    try:
        _watch(list(nodes), watched)
        NOTES[thread] = notes
        try:
            yield notes
        except Exception:
            if notes.refused is None:
                raise
        if notes.refused is not None:
            raise notes.refused  # also where the function went on, or made another error of it
    finally:
        if outer is None:
            NOTES.pop(thread, None)
        else:
            NOTES[thread] = outer
        _let_go(watched)


def _watch(nodes: list[Node], watched: list[Node]) -> None:
    """Count a watcher more for each node that is plain otherwise, and put it with the watched ones."""
    with TURNS:
        for x in nodes:
            if (kind := x.__class__) in WATCHED_AS:
                x.__class__ = WATCHED_AS[kind]
                WATCHERS[x] = 1
                watched.append(x)
            elif x in WATCHERS:
                WATCHERS[x] += 1
                watched.append(x)
            else:
                need_no_own_class(x)


def _let_go(watched: list[Node]) -> None:
    """Count a watcher less for each; those that nobody watches are plain again."""
    with TURNS:
        for x in watched:
            WATCHERS[x] -= 1
            if not WATCHERS[x]:
                del WATCHERS[x]
                x.__class__ = x.plain  # type: ignore[attr-defined]
