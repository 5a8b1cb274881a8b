"""Heat maps by row and column: differences from a baseline, and shares."""

from math import isfinite

import matplotlib
import numpy as np
from matplotlib.colors import FuncNorm, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from lightning_tickets.points import points, signed
from lightning_tickets.report.build_table import share_range
from lightning_tickets.report.differences import (
    Difference,
    DifferenceRow,
    Differences,
    baseline_name,
    differences,
    marks_deviation,
    rows_title,
)
from lightning_tickets.report.figures.heatmap_axes import PAPER, Scale, Square, color_bar, heatmap_axes
from lightning_tickets.report.formatting import MISSING, WITHIN, one_line, percent
from lightning_tickets.report.layout import Column
from lightning_tickets.report.names import ACROSS, metric_name, task_name
from lightning_tickets.studies.measurement import Exhibit, Matrix

RED_TO_BLUE = ("#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7", "#d1e5f0", "#92c5de", "#4393c3", "#2166ac")
SHARES = matplotlib.colormaps["YlGnBu"]
GREY = "#d0d0d0"


def figure(exhibit: Exhibit, caption: str) -> Figure:
    """Mean minus the baseline's in points; next to each row how many of its cells are framed."""
    compared = differences(exhibit)
    scale = diverging(compared)
    framed = "Framed" if exhibit.counts_own_task else "Framed,\nother tasks"
    marked = [WITHIN] if marks_deviation(exhibit) else []
    heads = [*(head_label(column) for column in compared.columns), framed, *marked]
    squares = [line(row, scale, bool(marked)) for row in compared.rows]
    labels = [one_line(row.label) for row in compared.rows]
    drawn, axes = heatmap_axes(caption, labels, heads, squares)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(ACROSS)
    axes.set_ylabel(rows_title(exhibit))
    marks = {share * compared.bound: signed(share * compared.bound) for share in (-1, -0.25, 0, 0.25, 1)}
    color_bar(drawn, axes, scale, f"Points above or below {baseline_name(exhibit)}", marks)
    return drawn


def diverging(compared: Differences) -> Scale:
    """White at 0; the square root keeps small differences apart, and every difference lies within the colors."""
    root = (lambda x: np.sign(x) * np.sqrt(np.abs(x)), lambda y: y * np.abs(y))
    norm = FuncNorm(root, -compared.bound, compared.bound)
    return Scale(LinearSegmentedColormap.from_list("differences", RED_TO_BLUE), norm)


def head_label(column: Column) -> str:
    sparsity = "" if column.sparsity is None else percent(column.sparsity)
    return "\n".join(one_line(part) for part in (task_name(column.task), metric_name(column.metric), sparsity) if part)


def line(row: DifferenceRow, scale: Scale, marks: bool) -> list[Square]:
    """The cells of a row and its counts, with ``marks`` that of the marked ones too."""
    counts = [row.count, row.within] if marks else [row.count]
    return [*(square(cell, scale) for cell in row.cells), *(Square(count, PAPER) for count in counts)]


def square(cell: Difference, scale: Scale) -> Square:
    color = None if cell.size is None else scale.color(cell.size)
    return Square(cell.text, color, bool(cell.holds))


def matrix(what: Matrix, caption: str) -> Figure:
    """Shares from 0 to 1 as percentages; raises ValueError for any other number.

    The colors range over the values. What compares a row with itself is grey.
    """
    scale = Scale(SHARES, Normalize(*share_range(what)))
    squares = [
        [share(value, scale, row == column) for column, value in zip(what.columns, line, strict=True)]
        for row, line in zip(what.rows, what.values, strict=True)
    ]
    drawn, axes = heatmap_axes(caption, what.rows, what.columns, squares)
    ends = scale.norm.inverse(np.array([0, 0.5, 1])).tolist()
    color_bar(drawn, axes, scale, "Percent", {end: points(end) for end in ends})
    return drawn


def share(value: float | None, scale: Scale, itself: bool) -> Square:
    if value is None or not isfinite(value):
        return Square(MISSING)
    if not 0 <= value <= 1:
        raise ValueError(f"a matrix shows shares from 0 to 1, not {value}")
    return Square(points(value), GREY if itself else scale.color(value))
