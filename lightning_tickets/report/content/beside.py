"""The numbers of an exhibit beside those that the paper prints, as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from lightning_tickets.report.content.cells import MISSING, percent, points, signed
from lightning_tickets.report.content.differences import baseline_name
from lightning_tickets.report.content.layout import Column, lowest, shown
from lightning_tickets.report.content.names import metric_name, row_name, task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement, TextTable

HEAD = ("Row", "Task", "Metric", "Sparsity", "Here", "Sparsity in print", "In print", "Here minus print")


def sheet(exhibit: Exhibit) -> TextTable:
    """A line for each cell that has a number in print."""
    told = [measurement for measurement in shown(exhibit) if measurement.published]
    kinds = {measurement.published.difference for measurement in told if measurement.published}
    what = f"Means minus those of {baseline_name(exhibit)}" if kinds == {True} else "Means"
    shows = f"{what}, in points (0 to 100). The print is of BERT-base on real data."
    notes = tuple(note for note in exhibit.notes if note.startswith("Paper"))
    title = f"{exhibit.title}: beside the print"
    return TextTable(
        f"{exhibit.name}.printed",
        title,
        shows,
        head=HEAD,
        lines=tuple(lines(exhibit, told)),
        tasks=exhibit.tasks,
        notes=notes,
    )


def lines(exhibit: Exhibit, told: list[Measurement]) -> Iterator[tuple[str, ...]]:
    for measurement in told:
        printed = measurement.published
        assert printed is not None, "they were chosen by it"
        write = signed if printed.difference else points
        here = of_difference(exhibit, measurement) if printed.difference else mean(measurement)
        yield (
            row_name(measurement.row),
            task_name(measurement.task),
            metric_name(measurement.metric),
            percent(measurement.sparsity),
            MISSING if here is None else write(here, 2),
            percent(printed.percent / 100),
            write(printed.value / 100, 2),
            MISSING if here is None else signed(here - printed.value / 100, 2),
        )


def mean(measurement: Measurement | None) -> float | None:
    """None where there is none, or none that is a number."""
    summary = measurement.summary if measurement else None
    return summary.mean if summary and isfinite(summary.mean) else None


def of_difference(exhibit: Exhibit, measurement: Measurement) -> float | None:
    ours, theirs = (
        mean(measurement),
        mean(lowest(exhibit, exhibit.baseline, Column(measurement.task, measurement.metric))),
    )
    return None if ours is None or theirs is None else ours - theirs
