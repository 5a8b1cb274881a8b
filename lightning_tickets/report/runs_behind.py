"""The runs behind each number: a row for every cell of an exhibit, with all the runs that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from math import isfinite

from lightning_tickets.report.document import RunLink, RunsRow
from lightning_tickets.report.exhibit_table import runs_id
from lightning_tickets.report.formatting import percent, points
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.studies.measurement import Measurement


def runs_row(name: str, measurement: Measurement, links: Mapping[str, str]) -> RunsRow:
    """``name`` is the exhibit's; ``links`` maps the name of a run to the address of its folder."""
    where = (
        row_name(measurement.row),
        task_name(measurement.task),
        metric_name(measurement.metric),
        percent(measurement.sparsity),
    )
    runs = (
        RunLink(run or "unnamed run", "" if value is None else score(value), links.get(run or "", ""))
        for run, value in zip_longest(measurement.runs, measurement.scores)
    )
    return RunsRow(runs_id(name, measurement), measurement.task, (*where, *numbers(measurement)), tuple(runs))


def numbers(measurement: Measurement) -> tuple[str, ...]:
    """n, mean, deviation, median and best."""
    summary = measurement.summary
    if summary is None:
        return "0", "", "", "", ""
    std = "" if summary.std is None else score(summary.std)
    return str(summary.n), score(summary.mean), std, score(summary.median), score(summary.best)


def score(fraction: float) -> str:
    return points(fraction, 2) if isfinite(fraction) else "undefined"
