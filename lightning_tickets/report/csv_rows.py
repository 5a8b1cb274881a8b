"""The rows of an exhibit's CSV: one per cell and statistic, with the columns of the published numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lightning_tickets.report.formatting import decimal
from lightning_tickets.report.layout import in_order
from lightning_tickets.report.names import task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement

COLUMNS = ("row", "statistic", "sparsity", "task", "metric", "value", "std", "kind", "n")


def records(exhibit: Exhibit) -> Iterator[tuple[str, ...]]:
    """The columns of the published CSVs, and n; a measurement without scores leaves no line."""
    yield COLUMNS
    for measurement in in_order(exhibit):
        yield from statistics(measurement)


def statistics(measurement: Measurement) -> Iterator[tuple[str, ...]]:
    summary = measurement.summary
    if summary is None:
        return
    where = (decimal(measurement.sparsity), task_name(measurement.task), measurement.metric)
    std = "" if summary.std is None else decimal(100 * summary.std)
    for statistic, value in (("mean", summary.mean), ("median", summary.median), ("best", summary.best)):
        score = (decimal(100 * value), std if statistic == "mean" else "", "absolute", str(summary.n))
        yield (task_name(measurement.row), statistic, *where, *score)
