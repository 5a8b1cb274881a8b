"""From an exhibit to its table: the numbers of each cell in points, and the marks that it has earned."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isfinite

from lightning_tickets.points import points
from lightning_tickets.report.footnotes import STRICT, WITHIN_FULL, WITHIN_OWN, commands, footnotes, place
from lightning_tickets.report.formatting import MISSING, UNDEFINED, anchor, decimal, percent
from lightning_tickets.report.layout import Block, Layout, Line, in_order, lay_out, lowest, usual_runs
from lightning_tickets.report.layout import Column as Head
from lightning_tickets.report.names import FULL, SYMBOLS, metric_name, task_name
from lightning_tickets.report.table import Cell, Column, Group, Row, Table
from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.statistics.summary import ROUNDING

COLUMNS = ("row", "statistic", "sparsity", "task", "metric", "value", "std", "kind", "n")
"""Of the CSV: those of the published numbers, and n."""


def exhibit_table(exhibit: Exhibit) -> Table:
    layout = lay_out(exhibit)
    groups = tuple(group(exhibit, layout, block) for block in layout.blocks)
    cells = [cell for group in groups for row in group.rows for cell in row.cells[1:]]
    return Table(
        exhibit.name,
        exhibit.title,
        exhibit.caption,
        (Column(align="left"), *(Column(column.task) for column in layout.columns)),
        tuple(header(layout.columns)),
        groups,
        exhibit.tasks,
        footnotes(exhibit, layout, cells),
        tuple(commands(exhibit)),
        (COLUMNS, *(record for measurement in in_order(exhibit) for record in statistics(measurement))),
    )


def header(heads: Sequence[Head]) -> Iterator[tuple[str, ...]]:
    yield ("Task", *(task_name(head.task) for head in heads))
    yield ("Metric", *(metric_name(head.metric) for head in heads))
    if any(head.sparsity is not None for head in heads):
        yield ("Sparsity", *("" if head.sparsity is None else percent(head.sparsity) for head in heads))


def group(exhibit: Exhibit, layout: Layout, block: Block) -> Group:
    full = [lowest(exhibit, FULL, head) for head in layout.columns]
    best = [best_mean(column) for column in zip(*(line.measurements for line in block.lines), strict=True)]
    name, usual, rows = exhibit.name, usual_runs(exhibit), []
    for line in block.lines:
        of = zip(line.measurements, full, best, strict=True)
        rows.append(Row((label(line), *(score_cell(name, *values, usual) for values in of))))
    return Group(tuple(rows), "" if block.sparsity is None else f"Sparsity {percent(block.sparsity)}")


def label(line: Line) -> Cell:
    symbol = SYMBOLS.get(line.row, "")
    if symbol and line.sparsity is not None:
        symbol += f", {percent(line.sparsity)}".replace(" %", r"\,\%")
    return Cell(line.label, latex=symbol)


def score_cell(
    name: str, measurement: Measurement | None, full: Measurement | None, best: float | None, usual: int
) -> Cell:
    """Of the exhibit ``name``. No measurement leaves an empty cell, a measurement without scores a dash."""
    if measurement is None:
        return Cell()
    summary, undefined = measurement.summary, UNDEFINED if measurement.undefined else ""
    if summary is None:
        return Cell(MISSING, marks=undefined, missing=True)
    cell = Cell(
        points(summary.mean) if isfinite(summary.mean) else "undefined",
        "" if summary.std is None or not isfinite(summary.std) else points(summary.std),
        verdict_marks(measurement, full) + undefined,
        runs(summary.n, len(measurement.missing), usual),
        bold=measurement.row != FULL and best is not None and abs(summary.mean - best) < ROUNDING,
    )
    return linked(cell, name, measurement)


def linked(cell: Cell, name: str, measurement: Measurement | None) -> Cell:
    """With a link to the runs behind its number, in the exhibit ``name``, if there are any."""
    if measurement is None or not measurement.runs:
        return cell
    return replace(cell, link=runs_id(name, measurement), link_label=f"The runs behind {place(measurement)}")


def runs_id(name: str, measurement: Measurement) -> str:
    """The id of a cell's line in the list of the runs behind each number of the exhibit ``name``."""
    return anchor(name, measurement.row, measurement.task, measurement.metric, f"{round(measurement.sparsity, 6):g}")


def runs(n: int, missing: int, usual: int) -> str:
    """Empty where a cell has the usual number of runs and none is missing."""
    if missing:
        return f"n={n} of {n + missing}"
    return f"n={n}" if n != usual else ""


def verdict_marks(measurement: Measurement, full: Measurement | None) -> str:
    """The marks of the readings under which a subnetwork matches; the strict one implies the others."""
    verdicts = measurement.matching(full) if full and measurement.row != FULL else None
    if verdicts is None:
        return ""
    if verdicts.strict:
        return STRICT
    return (WITHIN_FULL if verdicts.within_full else "") + (WITHIN_OWN if verdicts.within_own else "")


def best_mean(column: Iterable[Measurement | None]) -> float | None:
    """Without the full network; None where fewer than two rows have a score: the best of one says nothing."""
    summaries = [measurement.summary for measurement in column if measurement and measurement.row != FULL]
    means = [summary.mean for summary in summaries if summary and isfinite(summary.mean)]
    return max(means) if len(means) > 1 else None


def statistics(measurement: Measurement) -> Iterator[tuple[str, ...]]:
    """The rows of the CSV for one cell; a measurement without scores leaves none."""
    summary = measurement.summary
    if summary is None:
        return
    where = (decimal(measurement.sparsity), task_name(measurement.task), measurement.metric)
    std = "" if summary.std is None else decimal(100 * summary.std)
    for statistic, value in (("mean", summary.mean), ("median", summary.median), ("best", summary.best)):
        score = (decimal(100 * value), std if statistic == "mean" else "", "absolute", str(summary.n))
        yield (task_name(measurement.row), statistic, *where, *score)
