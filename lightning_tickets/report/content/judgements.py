"""The judgement of an exhibit as a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from lightning_tickets.report.content.cells import percent, signed
from lightning_tickets.report.content.names import metric_name, row_name, task_name
from lightning_tickets.studies.comparison import MARGIN, Comparison
from lightning_tickets.studies.measurement import Exhibit, TextTable
from lightning_tickets.studies.statistics.significance import Interval

Judgements = Mapping[str, Sequence[Comparison]]
"""By the exhibit's name."""
NO_JUDGEMENTS: Judgements = MappingProxyType({})
HEAD = (
    "Row",
    "Task",
    "Metric",
    "Sparsity",
    "n",
    "Difference",
    "95 % (Welch)",
    "p",
    "p (Holm)",
    "p (paired)",
    "p (TOST)",
    "95 % (examples)",
    "Verdict",
    "Flags",
)


def sheet(exhibit: Exhibit, judgements: Sequence[Comparison]) -> TextTable:
    title = f"{exhibit.title}: better, worse, the same?"
    return TextTable(
        f"{exhibit.name}.judged",
        title,
        explained(exhibit.baseline),
        head=HEAD,
        lines=tuple(lines(judgements)),
        tasks=exhibit.tasks,
    )


def lines(judgements: Sequence[Comparison]) -> Iterator[tuple[str, ...]]:
    """A line a cell; what is unknown is a question mark."""
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


def interval(found: Interval | None) -> str:
    return f"{signed(found.low)} to {signed(found.high)}" if found else "?"


def probability(p: float | None) -> str:
    return "?" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def explained(baseline: str) -> str:
    return (
        f"Differences from {row_name(baseline)} in points. Welch's interval and p are over seeds, Holm's p over all "
        f"lines; paired: by seed; TOST: whether the two are the same within {100 * MARGIN:g} point; examples: a "
        "bootstrap of the development set. Better or worse: Holm's p < 0.05; same: TOST's p < 0.05; otherwise it is "
        "inconclusive."
    )
