"""Figures as data for the page: heat maps as tables of shaded cells, curves as panels of points."""

from collections.abc import Iterator
from math import ceil, floor, isfinite, log10, sqrt

from lightning_tickets.points import points, signed
from lightning_tickets.report.build_table import known, percentage, share_range, with_names
from lightning_tickets.report.differences import Difference, baseline_name, differences, marks_deviation, rows_title
from lightning_tickets.report.document import Curve, Key, Panel, Point
from lightning_tickets.report.exhibit_table import header, linked, runs_id
from lightning_tickets.report.footnotes import place
from lightning_tickets.report.formatting import MISSING, WITHIN
from lightning_tickets.report.layout import Column as Head
from lightning_tickets.report.layout import columns, lowest
from lightning_tickets.report.names import FULL, row_name
from lightning_tickets.report.table import Cell, Column, Group, Row, Table
from lightning_tickets.studies.measurement import Exhibit, Matrix

DEEPEST = 6  # of the shades up-1 to up-6, down-1 to down-6 and share-0 to share-6 of page.css
INTERVALS = 4  # of an axis, at most
SPAN = 10  # points of an axis that lies between INTERVALS ticks, at least


def difference_map(exhibit: Exhibit) -> tuple[Table, Key]:
    """The cells of its figure, each with the shade of its difference, and the counts at the right."""
    compared = differences(exhibit)
    framed = "Framed" if exhibit.counts_own_task else "Framed, other tasks"
    counts = (framed, f"Marked {WITHIN}") if marks_deviation(exhibit) else (framed,)
    (_, *tasks), *others = header(compared.columns)
    heads = [(rows_title(exhibit), *tasks), *others]
    rows = (
        Row((Cell(row.label), *(square(exhibit, cell, compared.bound) for cell in row.cells), *map(Cell, numbers)))
        for row in compared.rows
        for numbers in [(row.count, row.within)[: len(counts)]]
    )
    table = Table(
        exhibit.name,
        exhibit.title,
        exhibit.caption,
        (Column(align="left"), *(Column(head.task) for head in compared.columns), *(Column() for _ in counts)),
        tuple((*texts, *(counts if at == 0 else [""] * len(counts))) for at, texts in enumerate(heads)),
        (Group(tuple(rows)),),
        exhibit.tasks,
    )
    shades = (*(f"down-{at}" for at in range(DEEPEST, 0, -1)), "same", *(f"up-{at}" for at in range(1, DEEPEST + 1)))
    ends = signed(-compared.bound, 0), signed(compared.bound, 0)
    return table, Key(shades, ends, f"points above or below {baseline_name(exhibit)}, on a square-root scale")


def square(exhibit: Exhibit, cell: Difference, bound: float) -> Cell:
    """Bold where the exhibit's rule holds, which the page frames."""
    shade = "" if cell.size is None else difference_shade(cell.size / bound)
    shown = Cell(cell.text, bold=bool(cell.holds), missing=cell.text.startswith(MISSING), shade=shade)
    return linked(shown, exhibit.name, cell.measurement)


def difference_shade(share: float) -> str:
    """For a difference as a share of the largest one; the square root keeps small ones apart."""
    level = round(DEEPEST * sqrt(abs(share)))
    return "same" if not level else f"up-{level}" if share > 0 else f"down-{level}"


def share_map(matrix: Matrix) -> tuple[Table, Key]:
    """Its percentages; what compares a row with itself has a shade of its own."""
    low, high = share_range(matrix)
    named = with_names(matrix)

    def cell(row: str, column: str, value: float | None) -> Cell:
        text = percentage(value)
        if not known(value):
            return Cell(text, missing=True)
        level = round(DEEPEST * (value - low) / (high - low))
        return Cell(text, link_label=f"{row}, {column}: {text} %", shade="self" if row == column else f"share-{level}")

    rows = (
        Row((Cell(row), *map(cell, [row] * len(values), named.columns, values)), task)
        for row, task, values in zip(named.rows, matrix.rows, named.values, strict=True)
    )
    heads = (Column(task if task in matrix.tasks else "") for task in matrix.columns)
    table = Table(
        matrix.name,
        matrix.title,
        matrix.caption,
        (Column(align="left"), *heads),
        (("", *named.columns),),
        (Group(tuple(rows)),),
        matrix.tasks,
    )
    shades = tuple(f"share-{at}" for at in range(DEEPEST + 1))
    return table, Key(shades, (percentage(low), percentage(high)), "percent")


def panels(exhibit: Exhibit) -> tuple[Panel, ...]:
    """One for each column of its table."""
    return tuple(panel(exhibit, head) for head in columns(exhibit))


def panel(exhibit: Exhibit, head: Head) -> Panel:
    rows = [row for row in exhibit.rows if row != FULL]
    curves = [Curve(row_name(row), at, tuple(scored(exhibit, row, head))) for at, row in enumerate(rows)]
    full = lowest(exhibit, FULL, head)
    band = (100 * full.summary.mean, 100 * (full.summary.std or 0)) if full and full.summary else None
    bars = [(point.y, point.std) for curve in curves for point in curve.points] + ([band] if band else [])
    sparsities = sorted({point.x for curve in curves for point in curve.points})
    return Panel(
        head.title,
        head.task,
        tuple(sparsities),
        ticks(min(y - std for y, std in bars), max(y + std for y, std in bars)) if bars else (),
        band,
        tuple(curve for curve in curves if curve.points),
    )


def scored(exhibit: Exhibit, row: str, head: Head) -> Iterator[Point]:
    """The points of a row, without those that have no finite mean."""
    for one in exhibit.at(row, head.task, head.metric):
        if one.summary and isfinite(one.summary.mean):
            summary, percent = one.summary, round(100 * one.sparsity, 4)
            label = f"The runs behind {place(one)}: {points(summary.mean)}"
            link = runs_id(exhibit.name, one)
            yield Point(percent, 100 * summary.mean, 100 * (summary.std or 0), link, label, bool(one.undefined))


def ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers from below the lowest to above the highest, so far apart that noise does not fill the axis."""
    rough = max(high - low, SPAN) / INTERVALS
    power = 10 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = floor(low / step)
    return tuple(round(step * at, 6) for at in range(first, max(ceil(high / step), first + 1) + 1))
