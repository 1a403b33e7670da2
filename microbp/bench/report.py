"""What was measured, as text for a terminal, as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from microbp.bench.outcome import Goal, Outcome, Spread, Timing

HOW = (
    "A time is the median of all rounds, for one unit of work. A ratio is the median, with the 5th and the 95th "
    "percentile, of the ratios within the rounds: contestants take turns, in another order each round."
)

COLUMNS = "workload contestant unit seconds seconds_p5 seconds_p95 against ratio ratio_p5 ratio_p95 rounds calls note"


def as_text(outcome: Outcome) -> str:
    """One workload as lines, a contestant each, with those that were left out and the goals."""
    table = _table(outcome)
    widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
    lines = [outcome.title + (" (interrupted)" if outcome.interrupted else "")]
    for row in table:
        first, *others = (
            cell.ljust(width) if k in (0, len(row) - 1) else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join([first, *others]).rstrip())
    lines += [f"  {name}: {why}" for name, why in outcome.left_out.items()]
    lines += [f"  {line}" for line in goals(outcome)]
    return "\n".join(lines)


def as_markdown(
    outcomes: Iterable[Outcome], machine: Mapping[str, str], left_out: Mapping[str, str], picture: str = ""
) -> str:
    """All workloads as a page: the machine, a table each, the goals.

    left_out  packages that took no part, and why; picture  the file of the plot, "" for none
    """
    lines = ["# Benchmarks", "", HOW, ""]
    lines += [f"- {heading}: {text}" for heading, text in machine.items()]
    lines += [f"- {name}: {why}" for name, why in left_out.items()]
    if picture:
        lines += ["", f"![All ratios]({picture})"]
    for outcome in outcomes:
        head, *rows = _table(outcome)
        lines += ["", f"## {outcome.title}", ""]
        lines += ["Interrupted: of fewer rounds than were wanted.", ""] if outcome.interrupted else []
        lines += [_row(head), _row(["---", *["---:"] * (len(head) - 2), "---"]), *map(_row, rows)]
        notes = [f"- {name}: {why}" for name, why in outcome.left_out.items()]
        notes += [f"- {line}" for line in goals(outcome)]
        lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


def as_csv(outcomes: Iterable[Outcome]) -> str:
    """All workloads as one table, times in seconds; a contestant that was left out has only a note."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS.split())
    for outcome in outcomes:
        for name, timing in outcome.timings.items():
            ratio = outcome.ratio(name, timing.against)
            numbers = [*timing.spread[:3], timing.against, *(ratio[:3] if ratio else [""] * 3)]
            row = [f"{number:.6g}" if isinstance(number, float) else number for number in numbers]
            calls = [len(timing.seconds), timing.calls]
            writer.writerow([outcome.name, name, outcome.unit, *row, *calls, _remarks(timing)])
        for name, why in outcome.left_out.items():
            writer.writerow([outcome.name, name, outcome.unit, *[""] * 9, why])
    return file.getvalue()


def goals(outcome: Outcome) -> list[str]:
    """A line for each goal of which something was measured."""
    return [_goal(goal, *reached) for goal in outcome.goals if (reached := outcome.reached(goal))]


def _goal(goal: Goal, found: float | Spread, good: bool) -> str:
    measured = f"{found:.4g}" if isinstance(found, float) else f"{ratio_text(found)} × {goal.against}"
    return f"goal: {goal.words}: {'reached' if good else 'missed'}, {goal.contestant} has {measured}"


def _table(outcome: Outcome) -> list[list[str]]:
    """The head and a row for each contestant."""
    rows = [["", f"time a {outcome.unit}", "ratio", "to", "rounds", ""]]
    for name, timing in outcome.timings.items():
        ratio = outcome.ratio(name, timing.against)
        itself = name == timing.against
        rows.append(
            [
                name,
                time_text(timing.spread.median),
                "1" if itself else ratio_text(ratio) if ratio else "–",
                "" if itself else timing.against,
                str(len(timing.seconds)),
                _remarks(timing),
            ]
        )
    return rows


def _remarks(timing: Timing) -> str:
    facts = [f"{name}: {number:.4g}" for name, number in timing.facts.items()]
    return "; ".join([*facts, *([timing.note] if timing.note else [])])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def ratio_text(ratio: Spread) -> str:
    """
    >>> ratio_text(Spread(1.0432, 1.01, 1.1, 60)), ratio_text(Spread(29501.0, 28000.0, 31000.0, 3))
    ('1.04 (1.01–1.10)', '29,501 (28,000–31,000)')
    """
    return f"{short(ratio.median)} ({short(ratio.low)}–{short(ratio.high)})"


def short(x: float) -> str:
    """
    >>> short(0.04567), short(1.0432), short(29501.0)
    ('0.046', '1.04', '29,501')
    """
    return f"{x:,.0f}" if x >= 99.95 else f"{x:.1f}" if x >= 9.995 else f"{x:.2f}" if x >= 0.0995 else f"{x:.3f}"


def time_text(seconds: float) -> str:
    """
    >>> time_text(4.21e-5), time_text(3.2), time_text(7.4e-7)
    ('42.1 µs', '3.20 s', '740 ns')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size:
            return f"{_three(seconds / size)} {unit}"
    return f"{_three(seconds / 1e-9)} ns"


def _three(x: float) -> str:
    return f"{x:.0f}" if x >= 99.95 else f"{x:.1f}" if x >= 9.995 else f"{x:.2f}"
