"""The numbers of a heat map: each score minus the baseline's, and in how many cells a row matches the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from lightning_tickets.report.formatting import MISSING, UNDEFINED, signed
from lightning_tickets.report.layout import Block, Column, Line, lay_out, lowest
from lightning_tickets.report.names import FULL, row_name
from lightning_tickets.studies.measurement import Exhibit, Measurement


@dataclass(frozen=True)
class Difference:
    """``size`` is a fraction; ``holds`` is the paper's rule, None where the baseline has no deviation."""

    text: str
    size: float | None = None
    holds: bool | None = None


@dataclass(frozen=True)
class DifferenceRow:
    """``count`` leaves out the row's own task: a ticket is expected to work on its source task."""

    label: str
    cells: tuple[Difference, ...]
    count: str


@dataclass(frozen=True)
class Differences:
    """``rivals`` are what each column is compared with, None where the baseline is not in it."""

    columns: tuple[Column, ...]
    rivals: tuple[Measurement | None, ...]
    rows: tuple[DifferenceRow, ...]

    @property
    def cells(self) -> tuple[Difference, ...]:
        return tuple(cell for row in self.rows for cell in row.cells)

    @property
    def sizes(self) -> tuple[float, ...]:
        return tuple(cell.size for cell in self.cells if cell.size is not None)


def differences(exhibit: Exhibit) -> Differences:
    """Of all rows but the baseline."""
    layout = lay_out(exhibit)
    rivals = tuple(lowest(exhibit, exhibit.baseline, head) for head in layout.columns)
    lines = [labelled(line, block) for block in layout.blocks for line in block.lines if line.row != exhibit.baseline]
    return Differences(layout.columns, rivals, tuple(compared(line, layout.columns, rivals) for line in lines))


def baseline_name(exhibit: Exhibit) -> str:
    return "the full network" if exhibit.baseline == FULL else row_name(exhibit.baseline)


def labelled(line: Line, block: Block) -> Line:
    """A heat map has no blocks, so the sparsity of a block goes into the labels of its lines."""
    return line if block.sparsity is None else replace(line, sparsity=block.sparsity)


def compared(line: Line, heads: Sequence[Column], rivals: Sequence[Measurement | None]) -> DifferenceRow:
    cells = tuple(difference(measurement, rival) for measurement, rival in zip(line.measurements, rivals, strict=True))
    others = [cell for cell, head in zip(cells, heads, strict=True) if head.task != line.row]
    judged = [cell.holds for cell in others if cell.holds is not None]
    return DifferenceRow(line.label, cells, f"{sum(judged)} of {len(judged)}")


def difference(measurement: Measurement | None, rival: Measurement | None) -> Difference:
    """A cell that is not part of the exhibit is empty, one that lacks a score or the baseline's has a dash."""
    if measurement is None:
        return Difference("")
    mark = UNDEFINED if measurement.undefined or (rival and rival.undefined) else ""
    ours, theirs = measurement.summary, rival.summary if rival else None
    if not (rival and ours and theirs and isfinite(ours.mean - theirs.mean)):
        return Difference(MISSING + mark)
    size, verdicts = ours.mean - theirs.mean, measurement.matching(rival)
    return Difference(signed(size) + mark, size, verdicts.within_full if verdicts else None)
