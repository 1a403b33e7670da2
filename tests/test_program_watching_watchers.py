"""Who watches a node: several recordings at once may, and what one refuses does not hang on the others."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import numpy as np
import pytest

from microbp import RecordingError, Tensor, Value
from microbp.program import record
from microbp.program.watching.watchers import WATCHERS, recording

both_nodes = pytest.mark.parametrize("node", [Value, Tensor])

REFUSED = "^w.data was read while the function was recorded: "


def wait_for(event: Event) -> None:
    assert event.wait(30.0)


@both_nodes
@pytest.mark.parametrize("first_to_leave", ["the first to enter", "the last to enter"])
def test_a_number_is_refused_to_a_thread_also_after_another_has_recorded_with_the_same_parameter(node, first_to_leave):
    w = node(2.0, "w")
    are_in, has_left = [Event(), Event()], Event()

    def leaves(k: int, x: Any) -> Any:
        are_in[k].set()
        wait_for(are_in[1])
        return w * x

    def stays(k: int, x: Any) -> Any:
        are_in[k].set()
        wait_for(has_left)
        return x * w.data

    first, last = (leaves, stays) if first_to_leave == "the first to enter" else (stays, leaves)
    with ThreadPoolExecutor(2) as pool:
        recordings: list[Future[Any]] = [pool.submit(record, lambda x: first(0, x), 3.0, node=node)]
        wait_for(are_in[0])
        recordings.append(pool.submit(record, lambda x: last(1, x), 3.0, node=node))
        if first is stays:
            recordings.reverse()
        program = recordings[0].result(30.0)
        has_left.set()

        with pytest.raises(RecordingError, match=REFUSED):
            recordings[1].result(30.0)

    w.data = 5.0
    assert program(3.0) == 15.0
    assert type(w) is node
    assert not WATCHERS


@both_nodes
def test_a_thread_that_makes_no_recording_uses_a_watched_node_as_ever(node):
    w = node(2.0, "w")

    with recording([w]) as notes, ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: (float(w.data), w > 1.0, float((w * 3.0).data))).result(30.0) == (2.0, True, 6.0)

    assert notes == []


@both_nodes
def test_a_recording_within_another_leaves_the_outer_one_watching(node):
    w = node(2.0, "w")

    def f(x: Any) -> Any:
        record(lambda y: w * y, 1.0, node=node)
        return x * w.data

    with pytest.raises(RecordingError, match=REFUSED):
        record(f, 3.0, node=node)

    assert type(w) is node
    assert not WATCHERS


@both_nodes
def test_a_node_is_let_go_as_often_as_it_was_taken(node):
    w, u = node(2.0, "w"), node(3.0, "u")

    with recording([w, w]):
        with recording([w, u]):
            assert (WATCHERS[w], WATCHERS[u]) == (3, 1)
        assert type(u) is node
        assert type(w) is not node

    assert type(w) is node
    assert not WATCHERS


@both_nodes
def test_nodes_are_plain_again_after_a_function_that_raises(node):
    w = node(2.0, "w")

    with pytest.raises(ZeroDivisionError):
        record(lambda x: w * x * (1 // 0), np.ones(2), node=node)

    assert type(w) is node
    assert not WATCHERS
