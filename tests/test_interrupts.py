"""Ctrl-C is noticed, and still does what it did before."""

from __future__ import annotations

import signal
import threading

import pytest

from microbp.interrupts import noticed


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_is_noticed_and_still_interrupts():
    with noticed() as came:
        assert came == []
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGINT]


def test_what_handled_it_before_is_called_and_put_back():
    seen = []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        handler = signal.getsignal(signal.SIGINT)
        with pytest.raises(ZeroDivisionError), noticed() as came:
            signal.raise_signal(signal.SIGINT)
            1 / 0  # noqa: B018

        assert seen == came == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_ctrl_c_is_ignored_it_is_noticed_only():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with noticed() as came:
            signal.raise_signal(signal.SIGINT)

        assert came == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_noticed():
    lists = []

    def run():
        with noticed() as came:
            lists.append(came)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert lists == [[]]
