"""The HTML of one table: the cells, and the runs behind them. All text from data goes through ``text``."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from math import isfinite
from urllib.parse import urlsplit

from lightning_tickets.report.cells import MISSING, Cell, percent, points
from lightning_tickets.report.layout import Block, Layout, shown
from lightning_tickets.report.names import metric_name, row_name, task_name
from lightning_tickets.studies.finding import Exhibit, Finding

RUNS_HEAD = ("Row", "Task", "Metric", "Sparsity", "n", "Mean", "Std", "Median", "Best", "Runs and their scores")


def text(data: str) -> str:
    return html.escape(data, quote=True)


def scrolled(name: str, table: Iterable[str]) -> str:
    """A wide table scrolls inside its box; the box takes the focus so that keys scroll it too."""
    return "\n".join([f'<div class="scroll" role="region" aria-label="{text(name)}" tabindex="0">', *table, "</div>"])


def table(layout: Layout) -> Iterator[str]:
    heads = layout.columns
    yield "<table>\n<thead>"
    yield head_row("Task", *(task_name(head.task) for head in heads))
    yield head_row("Metric", *(metric_name(head.metric) for head in heads))
    if any(head.sparsity is not None for head in heads):
        yield head_row("Sparsity", *("" if head.sparsity is None else percent(head.sparsity) for head in heads))
    yield "</thead>"
    for block in layout.blocks:
        yield from body(block, len(heads))
    yield "</table>"


def head_row(name: str, *cells: str) -> str:
    scoped = "".join(f'<th scope="col">{text(cell)}</th>' for cell in cells)
    return f'<tr><th scope="row">{text(name)}</th>{scoped}</tr>'


def body(block: Block, width: int) -> Iterator[str]:
    yield "<tbody>"
    if block.sparsity is not None:
        name = f"<span>Sparsity {percent(block.sparsity)}</span>"
        yield f'<tr><th scope="rowgroup" colspan="{width + 1}">{name}</th></tr>'
    for line in block.lines:
        cells = "".join(data_cell(cell) for cell in line.cells)
        yield f'<tr><th scope="row">{text(line.label)}</th>{cells}</tr>'
    yield "</tbody>"


def data_cell(cell: Cell) -> str:
    number = text(f"{cell.mean} ± {cell.std}" if cell.std else cell.mean)
    number = f"<strong>{number}</strong>" if cell.best else number
    marks = f"<sup>{text(cell.marks)}</sup>" if cell.marks else ""
    small = f"<small>{text(cell.n)}</small>" if cell.n else ""
    kind = ' class="missing"' if cell.mean == MISSING else ""
    return f"<td{kind}>{number}{marks}{small}</td>"


def runs_table(exhibit: Exhibit, links: Mapping[str, str]) -> Iterator[str]:
    """Every cell with every number that it was made of."""
    yield '<table class="runs">\n<thead>'
    yield head_row(*RUNS_HEAD)
    yield "</thead>\n<tbody>"
    yield from (runs_row(finding, links) for finding in shown(exhibit))
    yield "</tbody>\n</table>"


def runs_row(finding: Finding, links: Mapping[str, str]) -> str:
    summary = finding.summary
    numbers = ["0", "", "", "", ""]
    if summary:
        std = "" if summary.std is None else score(summary.std)
        numbers = [str(summary.n), score(summary.mean), std, score(summary.median), score(summary.best)]
    where = (task_name(finding.task), metric_name(finding.metric))
    cells = "".join(f'<td class="left">{text(cell)}</td>' for cell in where)
    cells += "".join(f"<td>{text(cell)}</td>" for cell in (percent(finding.sparsity), *numbers))
    names = "".join(f"<li>{run(name, value, links)}</li>" for name, value in zip_longest(finding.runs, finding.scores))
    row = f'<th scope="row">{text(row_name(finding.row))}</th>'
    return f'<tr>{row}{cells}<td class="left"><ul>{names}</ul></td></tr>'


def score(fraction: float) -> str:
    return points(fraction, 2) if isfinite(fraction) else "undefined"


def run(name: str | None, value: float | None, links: Mapping[str, str]) -> str:
    shown_name = text(name or "unnamed run")
    if name and (link := local(links.get(name, ""))):
        shown_name = f'<a href="{text(link)}">{shown_name}</a>'
    return shown_name if value is None else f"{shown_name}: {score(value)}"


def local(link: str) -> str:
    """The page reaches nothing outside: a link with a scheme or a host is left out."""
    parts = urlsplit(link)
    return "" if parts.scheme or parts.netloc else link
