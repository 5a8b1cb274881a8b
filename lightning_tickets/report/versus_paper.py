"""The numbers of an exhibit next to those of the paper, as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from lightning_tickets.published.numbers import PublishedValue
from lightning_tickets.report.differences import baseline_name
from lightning_tickets.report.formatting import MISSING, percent, points, signed
from lightning_tickets.report.layout import Column, in_order, lowest
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement, TextTable

HEAD = ("Row", "Task", "Metric", "Sparsity", "Ours", "Sparsity (paper)", "Paper", "Ours minus paper")
ON_PAPER = ("Paper:", "Print:")  # how notes about the paper's numbers begin


def sheet(exhibit: Exhibit) -> TextTable:
    """One line for each cell with a published number."""
    published = [(measurement, measurement.published) for measurement in in_order(exhibit) if measurement.published]
    only_differences = {number.difference for _, number in published} == {True}
    what = f"Means minus those of {baseline_name(exhibit)}" if only_differences else "Means"
    return TextTable(
        name=f"{exhibit.name}.printed",
        title=f"{exhibit.title}: compared with the paper",
        caption=f"{what}, in points (0 to 100). The paper's numbers are of BERT-base on real data.",
        head=HEAD,
        lines=tuple(tuple(line(exhibit, measurement, number)) for measurement, number in published),
        tasks=exhibit.tasks,
        notes=tuple(note for note in exhibit.notes if note.startswith(ON_PAPER)),
    )


def line(exhibit: Exhibit, measurement: Measurement, number: PublishedValue) -> Iterator[str]:
    ours = difference(exhibit, measurement) if number.difference else mean(measurement)
    write = signed if number.difference else points
    yield from (
        row_name(measurement.row),
        task_name(measurement.task),
        metric_name(measurement.metric),
        percent(measurement.sparsity),
    )
    yield MISSING if ours is None else write(ours, 2)
    yield percent(number.percent / 100)
    yield write(number.value / 100, 2)
    yield MISSING if ours is None else signed(ours - number.value / 100, 2)


def mean(measurement: Measurement | None) -> float | None:
    """None without scores, and for a mean that is not finite."""
    summary = measurement.summary if measurement else None
    return summary.mean if summary and isfinite(summary.mean) else None


def difference(exhibit: Exhibit, measurement: Measurement) -> float | None:
    """From the mean of the exhibit's baseline on the same task."""
    ours, theirs = (
        mean(measurement),
        mean(lowest(exhibit, exhibit.baseline, Column(measurement.task, measurement.metric))),
    )
    return None if ours is None or theirs is None else ours - theirs
