"""The HTML of the runs behind each number: every cell with all that it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from math import isfinite
from urllib.parse import urlsplit

from lightning_tickets.report.content.cells import percent, points
from lightning_tickets.report.content.names import metric_name, row_name, task_name
from lightning_tickets.report.forms.markup import behind, head_row, text
from lightning_tickets.studies.measurement import Measurement

HEAD = ("Row", "Task", "Metric", "Sparsity", "n", "Mean", "Std", "Median", "Best")
RECORDS = {"spec": "spec.json", "result": "result.json"}


def runs_table(name: str, measurements: Sequence[Measurement], links: Mapping[str, str]) -> Iterator[str]:
    """``name`` is the exhibit's; ``links`` takes the name of a run to the address of its folder."""
    yield '<table class="runs">\n<thead>'
    yield head_row(*HEAD, "Runs and their scores")
    yield "</thead>\n<tbody>"
    for measurement in measurements:
        yield runs_row(name, measurement, (percent(measurement.sparsity), *numbers(measurement)), links)
    yield "</tbody>\n</table>"


def runs_row(name: str, measurement: Measurement, told: Sequence[str], links: Mapping[str, str]) -> str:
    where = (task_name(measurement.task), metric_name(measurement.metric))
    cells = f'<th scope="row">{text(row_name(measurement.row))}</th>'
    cells += "".join(f'<td class="left">{text(cell)}</td>' for cell in where)
    cells += "".join(f"<td>{text(cell)}</td>" for cell in told)
    runs = "".join(f"<li>{run(*one, links)}</li>" for one in zip_longest(measurement.runs, measurement.scores))
    place = f'id="{behind(name, measurement)}" data-task="{text(measurement.task)}"'
    return f'<tr {place}>{cells}<td class="left"><ul>{runs}</ul></td></tr>'


def numbers(measurement: Measurement) -> tuple[str, ...]:
    summary = measurement.summary
    if summary is None:
        return "0", "", "", "", ""
    std = "" if summary.std is None else score(summary.std)
    return str(summary.n), score(summary.mean), std, score(summary.median), score(summary.best)


def score(fraction: float) -> str:
    return points(fraction, 2) if isfinite(fraction) else "undefined"


def run(name: str | None, value: float | None, links: Mapping[str, str]) -> str:
    """Its name leads to its folder, and what was asked and what came of it to their files there."""
    shown, records = text(name or "unnamed run"), ""
    if name and (link := local(links.get(name, ""))):
        shown = linked(link, shown)
        files = (linked(f"{link.rstrip('/')}/{file}", says) for says, file in RECORDS.items())
        records = f' <span class="records">{" ".join(files)}</span>'
    return (shown if value is None else f"{shown}: {score(value)}") + records


def linked(address: str, inside: str) -> str:
    return f'<a href="{text(address)}">{inside}</a>'


def local(link: str) -> str:
    """The page reaches nothing outside: a link with a scheme or a host is left out."""
    parts = urlsplit(link)
    return "" if parts.scheme or parts.netloc else link
