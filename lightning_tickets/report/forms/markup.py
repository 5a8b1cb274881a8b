"""The HTML of an exhibit's table. All text from data goes through ``text``, what names a place through ``anchor``."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from lightning_tickets.report.content.cells import MISSING, Cell, percent
from lightning_tickets.report.content.footnotes import place
from lightning_tickets.report.content.layout import Block, Layout
from lightning_tickets.report.content.names import metric_name, task_name
from lightning_tickets.studies.measurement import Measurement


def text(data: str) -> str:
    return html.escape(data, quote=True)


def anchor(*parts: str) -> str:
    """An id, and what leads to it after ``#``: no character of it means anything to HTML or to an address."""
    return "/".join(quote(part, safe="") for part in parts)


def behind(name: str, measurement: Measurement) -> str:
    """The anchor of a cell's line in the list of the runs behind each number of the exhibit ``name``."""
    return anchor(name, measurement.row, measurement.task, measurement.metric, f"{round(measurement.sparsity, 6):g}")


def scrolled(name: str, table: Iterable[str]) -> str:
    """A wide table scrolls inside its box; the box takes the focus so that keys scroll it too."""
    return "\n".join([f'<div class="scroll" role="region" aria-label="{text(name)}" tabindex="0">', *table, "</div>"])


def table(layout: Layout, name: str) -> Iterator[str]:
    """``name`` is the exhibit's, to whose runs the cells lead."""
    heads = layout.columns
    yield "<table>\n<thead>"
    tasks = "".join(
        f'<th scope="col" data-task="{text(head.task)}">{text(task_name(head.task))}</th>' for head in heads
    )
    yield f'<tr><th scope="row">Task</th>{tasks}</tr>'
    yield head_row("Metric", *(metric_name(head.metric) for head in heads))
    if any(head.sparsity is not None for head in heads):
        yield head_row("Sparsity", *("" if head.sparsity is None else percent(head.sparsity) for head in heads))
    yield "</thead>"
    for block in layout.blocks:
        yield from body(block, len(heads), name)
    yield "</table>"


def task_head(task: str) -> str:
    """Says whose column it is, so that the page can leave it out."""
    return f'<th scope="col" data-task="{text(task)}">{text(task_name(task))}</th>'


def head_row(name: str, *cells: str) -> str:
    scoped = "".join(f'<th scope="col">{text(cell)}</th>' for cell in cells)
    return f'<tr><th scope="row">{text(name)}</th>{scoped}</tr>'


def body(block: Block, width: int, name: str) -> Iterator[str]:
    yield "<tbody>"
    if block.sparsity is not None:
        span = f"<span>Sparsity {percent(block.sparsity)}</span>"
        yield f'<tr><th scope="rowgroup" colspan="{width + 1}">{span}</th></tr>'
    for line in block.lines:
        cells = "".join(data_cell(cell, name) for cell in line.cells)
        yield f'<tr><th scope="row">{text(line.label)}</th>{cells}</tr>'
    yield "</tbody>"


def data_cell(cell: Cell, name: str) -> str:
    number = text(f"{cell.mean} ± {cell.std}" if cell.std else cell.mean)
    number = f"<strong>{number}</strong>" if cell.best else number
    marks = f"<sup>{text(cell.marks)}</sup>" if cell.marks else ""
    small = f"<small>{text(cell.n)}</small>" if cell.n else ""
    kind = ' class="missing"' if cell.mean == MISSING else ""
    return f"<td{kind}>{number}{marks}{small}{to_runs(cell.measurement, name)}</td>"


def to_runs(measurement: Measurement | None, name: str) -> str:
    """A link without text, which the style spreads over its cell."""
    if measurement is None or not measurement.runs:
        return ""
    says = text(f"The runs behind {place(measurement)}")
    return f'<a class="behind" href="#{behind(name, measurement)}" aria-label="{says}"></a>'
