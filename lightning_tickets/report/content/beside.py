"""The numbers of an exhibit beside those that the paper prints, as a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from lightning_tickets.report.content.cells import MISSING, percent, points, signed
from lightning_tickets.report.content.differences import baseline_name
from lightning_tickets.report.content.layout import Column, lowest, shown
from lightning_tickets.report.content.names import metric_name, row_name, task_name
from lightning_tickets.studies.finding import Exhibit, Finding, Sheet

HEAD = ("Row", "Task", "Metric", "Sparsity", "Here", "Sparsity in print", "In print", "Here minus print")


def sheet(exhibit: Exhibit) -> Sheet:
    """A line for each cell that has a number in print."""
    told = [finding for finding in shown(exhibit) if finding.printed]
    kinds = {finding.printed.difference for finding in told if finding.printed}
    what = f"Means minus those of {baseline_name(exhibit)}" if kinds == {True} else "Means"
    shows = f"{what}, in points (0 to 100). The print is of BERT-base on real data."
    notes = tuple(note for note in exhibit.notes if note.startswith("Print"))
    title = f"{exhibit.title}: beside the print"
    return Sheet(f"{exhibit.name}.printed", title, shows, HEAD, tuple(lines(exhibit, told)), exhibit.tasks, notes)


def lines(exhibit: Exhibit, told: list[Finding]) -> Iterator[tuple[str, ...]]:
    for finding in told:
        printed = finding.printed
        assert printed is not None, "they were chosen by it"
        write = signed if printed.difference else points
        here = of_difference(exhibit, finding) if printed.difference else mean(finding)
        yield (
            row_name(finding.row),
            task_name(finding.task),
            metric_name(finding.metric),
            percent(finding.sparsity),
            MISSING if here is None else write(here, 2),
            percent(printed.percent / 100),
            write(printed.value / 100, 2),
            MISSING if here is None else signed(here - printed.value / 100, 2),
        )


def mean(finding: Finding | None) -> float | None:
    """None where there is none, or none that is a number."""
    summary = finding.summary if finding else None
    return summary.mean if summary and isfinite(summary.mean) else None


def of_difference(exhibit: Exhibit, finding: Finding) -> float | None:
    ours, theirs = mean(finding), mean(lowest(exhibit, exhibit.baseline, Column(finding.task, finding.metric)))
    return None if ours is None or theirs is None else ours - theirs
