"""The statistical tests of each cell against its baseline, as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from lightning_tickets.report.formatting import percent, signed
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.studies.comparison import MARGIN, Comparison
from lightning_tickets.studies.measurement import Exhibit, TextTable
from lightning_tickets.studies.statistics.significance import Interval

Judgements = Mapping[str, Sequence[Comparison]]
"""By the exhibit's name."""
NO_JUDGEMENTS: Judgements = MappingProxyType({})
FINDING = ("Row", "Task", "Metric", "Sparsity", "n")
TESTS = ("Difference", "95 % (Welch)", "p", "p (Holm)", "p (paired)", "p (TOST)", "95 % (examples)")
HEAD = (*FINDING, *TESTS, "Verdict", "Flags")


def sheet(exhibit: Exhibit, judgements: Sequence[Comparison]) -> TextTable:
    return TextTable(
        name=f"{exhibit.name}.judged",
        title=f"{exhibit.title}: better, worse, the same?",
        caption=explained(exhibit.baseline),
        head=HEAD,
        lines=tuple(lines(judgements)),
        tasks=exhibit.tasks,
    )


def lines(judgements: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    """One line per cell; a question mark where there are too few runs for a test."""
    for one in judgements:
        measurement, welch = one.measurement, one.welch
        yield (
            row_name(measurement.row),
            task_name(measurement.task),
            metric_name(measurement.metric),
            percent(measurement.sparsity),
            str(len(measurement.scores)),
            signed(welch.difference) if welch else "?",
            interval(welch.interval if welch else None),
            probability(welch.p if welch else None),
            probability(one.adjusted),
            probability(one.paired.p if one.paired else None),
            probability(one.equivalence.p if one.equivalence else None),
            interval(one.examples),
            one.verdict,
            "; ".join(one.flags),
        )


def interval(bounds: Interval | None) -> str:
    return f"{signed(bounds.low)} to {signed(bounds.high)}" if bounds else "?"


def probability(p: float | None) -> str:
    return "?" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def explained(baseline: str) -> str:
    return (
        f"Differences from {row_name(baseline)} in points. Welch's interval and p are over seeds, Holm's p over all "
        f"lines; paired: by seed; TOST: whether the two are the same within {100 * MARGIN:g} point; examples: a "
        "bootstrap of the development set. Better or worse: Holm's p < 0.05; same: TOST's p < 0.05; otherwise it "
        "cannot be told."
    )
