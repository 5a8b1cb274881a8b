"""The numbers of an exhibit next to those of the paper, as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from lightning_tickets.published.numbers import Printed
from lightning_tickets.report.differences import baseline_name
from lightning_tickets.report.formatting import MISSING, percent, points, signed
from lightning_tickets.report.layout import Column, in_order, lowest
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.studies.finding import Exhibit, Finding, Sheet

HEAD = ("Row", "Task", "Metric", "Sparsity", "Ours", "Sparsity (paper)", "Paper", "Ours minus paper")
ON_PAPER = ("Paper:", "Print:")  # how notes about the paper's numbers begin


def sheet(exhibit: Exhibit) -> Sheet:
    """One line for each cell with a published number."""
    published = [(finding, finding.printed) for finding in in_order(exhibit) if finding.printed]
    only_differences = {number.difference for _, number in published} == {True}
    what = f"Means minus those of {baseline_name(exhibit)}" if only_differences else "Means"
    return Sheet(
        name=f"{exhibit.name}.printed",
        title=f"{exhibit.title}: compared with the paper",
        shows=f"{what}, in points (0 to 100). The paper's numbers are of BERT-base on real data.",
        head=HEAD,
        lines=tuple(tuple(line(exhibit, finding, number)) for finding, number in published),
        tasks=exhibit.tasks,
        notes=tuple(note for note in exhibit.notes if note.startswith(ON_PAPER)),
    )


def line(exhibit: Exhibit, finding: Finding, number: Printed) -> Iterator[str]:
    ours = difference(exhibit, finding) if number.difference else mean(finding)
    write = signed if number.difference else points
    yield from (row_name(finding.row), task_name(finding.task), metric_name(finding.metric), percent(finding.sparsity))
    yield MISSING if ours is None else write(ours, 2)
    yield percent(number.percent / 100)
    yield write(number.value / 100, 2)
    yield MISSING if ours is None else signed(ours - number.value / 100, 2)


def mean(finding: Finding | None) -> float | None:
    """None without scores, and for a mean that is not finite."""
    summary = finding.summary if finding else None
    return summary.mean if summary and isfinite(summary.mean) else None


def difference(exhibit: Exhibit, finding: Finding) -> float | None:
    """From the mean of the exhibit's baseline on the same task."""
    ours, theirs = mean(finding), mean(lowest(exhibit, exhibit.baseline, Column(finding.task, finding.metric)))
    return None if ours is None or theirs is None else ours - theirs
