"""The history of training: printed as the book does, and plotted."""

from __future__ import annotations

import sys

import pytest

from microbp.history import Epoch, History


def test_a_history_prints_as_the_book_does():
    of_the_book = History([Epoch(0.1, 9129, 10000), Epoch(0.05, 9295, 10000), Epoch(0.04, 9348, 10000)])
    without = History([Epoch(0.1, None, 0), Epoch(0.2, None, 0)])

    assert str(of_the_book) == "Epoch 0: 9129 / 10000\nEpoch 1: 9295 / 10000\nEpoch 2: 9348 / 10000"
    assert str(without) == "Epoch 0 complete\nEpoch 1 complete"
    assert str(History()) == ""


def test_the_best_epoch_is_the_most_accurate_or_else_the_cheapest():
    assert History([Epoch(0.1, 5, 10), Epoch(0.3, 9, 10), Epoch(0.2, 7, 10)]).best == 1
    assert History([Epoch(0.1, None, 0), Epoch(0.05, None, 0), Epoch(0.2, None, 0)]).best == 1
    with pytest.raises(ValueError, match="the history is empty: no epoch was finished"):
        _ = History().best


def test_a_history_is_a_sequence_of_epochs():
    epochs = [Epoch(0.1, 5, 10), Epoch(0.3, 9, 10)]
    history = History(epochs)

    assert len(history) == 2
    assert list(history) == epochs
    assert history[-1] == epochs[1]
    assert (history.costs, history.accuracies) == ([0.1, 0.3], [0.5, 0.9])
    assert Epoch(0.1, None, 0).accuracy is None


def test_a_history_tells_how_steps_were_taken_beside_what_came_of_them():
    epochs = [Epoch(0.1, 5, 10)]
    replayed, own = History(epochs, replayed=True), History(epochs, why_not="replay=False was asked for")

    assert (replayed.replayed, replayed.why_not) == (True, None)
    assert (own.replayed, own.why_not) == (False, "replay=False was asked for")
    assert replayed == own
    assert str(replayed) == str(own) == "Epoch 0: 5 / 10"


def test_a_plot_shows_cost_and_accuracy_by_epoch():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    history = History([Epoch(0.1, 5, 10), Epoch(0.3, 9, 10)])

    axes = history.plot()
    cost, right = axes.figure.axes

    assert cost is axes
    assert cost.lines[0].get_xydata().tolist() == [[0, 0.1], [1, 0.3]]
    assert right.lines[0].get_xydata().tolist() == [[0, 50], [1, 90]]
    labels = [cost.get_xlabel(), cost.get_ylabel(), right.get_ylabel()]
    assert labels == ["epoch", "training cost", "validation accuracy (%)"]
    axes.figure.canvas.draw()
    pyplot.close(axes.figure)


def test_a_plot_of_one_epoch_shows_a_point_at_a_whole_number():
    pyplot = pytest.importorskip("matplotlib.pyplot")

    axes = History([Epoch(0.1, 5, 10)]).plot()
    low, high = axes.get_xlim()

    assert [panel.lines[0].get_marker() for panel in axes.figure.axes] == ["o", "o"]
    assert [tick for tick in axes.get_xticks() if low <= tick <= high] == [0]
    pyplot.close(axes.figure)


def test_a_plot_without_validation_goes_into_axes_of_ones_own():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, axes = pyplot.subplots()

    assert History([Epoch(0.1, None, 0)]).plot(axes) is axes
    assert figure.axes == [axes]
    pyplot.close(figure)


def test_without_matplotlib_a_plot_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ImportError, match=r'drawing a History needs matplotlib: pip install "microbp\[plot\]"'):
        History([Epoch(0.1, None, 0)]).plot()


def test_in_a_notebook_a_history_is_one_line():
    assert repr(History()) == "<history of 0 epochs>"
    assert repr(History([Epoch(0.5, None, 0)])) == "<history of 1 epoch, cost 0.5 to 0.5>"
    run = History([Epoch(0.5, 80, 100), Epoch(0.25, 90, 100)])
    assert repr(run) == "<history of 2 epochs, cost 0.5 to 0.25, best 90.00% in epoch 1>"
