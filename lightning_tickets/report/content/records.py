"""The lines of an exhibit's CSV, in the form of the published numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lightning_tickets.report.content.layout import shown
from lightning_tickets.report.content.names import task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement

COLUMNS = ("row", "statistic", "sparsity", "task", "metric", "value", "std", "kind", "n")


def records(exhibit: Exhibit) -> Iterator[tuple[str, ...]]:
    """The columns of the published CSVs, and n; a measurement without scores leaves no line."""
    yield COLUMNS
    for measurement in shown(exhibit):
        yield from statistics(measurement)


def statistics(measurement: Measurement) -> Iterator[tuple[str, ...]]:
    summary = measurement.summary
    if summary is None:
        return
    where = (decimal(measurement.sparsity), task_name(measurement.task), measurement.metric)
    std = "" if summary.std is None else decimal(100 * summary.std)
    for statistic, value in (("mean", summary.mean), ("median", summary.median), ("best", summary.best)):
        beside = std if statistic == "mean" else ""
        said = (decimal(100 * value), beside, "absolute", str(summary.n))
        yield (task_name(measurement.row), statistic, *where, *said)


def decimal(value: float) -> str:
    """At most four decimals, at least one, no negative zero."""
    return str(round(value, 4) + 0.0)
