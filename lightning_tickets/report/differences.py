"""The numbers of a heat map: each score minus the baseline's, and in how many cells of a row its rule holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, isfinite

from lightning_tickets.points import points, signed
from lightning_tickets.report.formatting import MISSING, UNDEFINED, WITHIN
from lightning_tickets.report.layout import Block, Column, Line, lay_out, lowest
from lightning_tickets.report.names import FULL, TASKS, row_name
from lightning_tickets.studies.comparison import baseline_of, counterpart
from lightning_tickets.studies.frame_rules import DEVIATION, FRAME_RULES
from lightning_tickets.studies.measurement import Exhibit, Measurement


@dataclass(frozen=True)
class Difference:
    """``size`` is a fraction; ``holds`` is the exhibit's rule, None where it cannot be judged.

    ``within`` is the rule of one deviation, where that is another one. ``measurement`` is None for an empty cell.
    """

    text: str
    measurement: Measurement | None = None
    size: float | None = None
    holds: bool | None = None
    within: bool | None = None


@dataclass(frozen=True)
class DifferenceRow:
    """``count`` is of the cells for which the rule holds, ``within`` of those with the mark of one deviation."""

    label: str
    cells: tuple[Difference, ...]
    count: str
    within: str


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

    @property
    def bound(self) -> float:
        """The ends of the colors: the largest difference of either sign, in whole points and at least one."""
        return max(1, ceil(round(100 * max(map(abs, self.sizes), default=0.0), 6))) / 100


def differences(exhibit: Exhibit) -> Differences:
    """Of all rows but the baseline."""
    layout = lay_out(exhibit)
    rivals = tuple(lowest(exhibit, exhibit.baseline, head) for head in layout.columns)
    lines = [labelled(line, block) for block in layout.blocks for line in block.lines if line.row != exhibit.baseline]
    rows = tuple(compared(exhibit, line, layout.columns) for line in lines)
    return Differences(layout.columns, rivals, rows)


def baseline_name(exhibit: Exhibit) -> str:
    return "the full network" if exhibit.baseline == FULL else row_name(exhibit.baseline)


def labelled(line: Line, block: Block) -> Line:
    """A heat map has no blocks, so the sparsity of a block goes into the labels of its lines."""
    return line if block.sparsity is None else replace(line, sparsity=block.sparsity)


def compared(exhibit: Exhibit, line: Line, heads: Sequence[Column]) -> DifferenceRow:
    cells = tuple(difference(exhibit, one) for one in line.measurements)
    own = None if exhibit.counts_own_task else dict(exhibit.own_tasks).get(line.row, line.row)
    counted = [cell for cell, head in zip(cells, heads, strict=True) if head.task != own]
    return DifferenceRow(
        line.label, cells, share(cell.holds for cell in counted), share(cell.within for cell in counted)
    )


def share(verdicts: Iterable[bool | None]) -> str:
    """How many hold of those that can be judged."""
    judged = [verdict for verdict in verdicts if verdict is not None]
    return f"{sum(judged)} of {len(judged)}"


def marks_deviation(exhibit: Exhibit) -> bool:
    """Whether cells within one deviation of the baseline are marked, since another rule frames them."""
    return exhibit.rule != DEVIATION


def difference(exhibit: Exhibit, measurement: Measurement | None) -> Difference:
    """A cell that is not part of the exhibit is empty, one that lacks a score or the baseline's has a dash."""
    if measurement is None:
        return Difference("")
    rival, own = baseline_of(exhibit, measurement), counterpart(exhibit, measurement.task, measurement)
    mark = UNDEFINED if measurement.undefined or (rival and rival.undefined) else ""
    ours, theirs = measurement.summary, rival.summary if rival else None
    if not (rival and ours and theirs and isfinite(ours.mean - theirs.mean)):
        return Difference(MISSING + mark, measurement)
    size, holds = ours.mean - theirs.mean, FRAME_RULES[exhibit.rule].holds(measurement, rival, own)
    within = FRAME_RULES[DEVIATION].holds(measurement, rival, own) if marks_deviation(exhibit) else None
    text = (points(ours.mean) if exhibit.absolute else signed(size)) + (WITHIN if within else "") + mark
    return Difference(text, measurement, size, holds, within)


def rows_title(exhibit: Exhibit) -> str:
    """What the rows are; some of a map of transfer are tasks or mixes of tasks, others are controls."""
    tasks = {*TASKS, *exhibit.tasks}
    return "Ticket found on" if any({*row.split("+")} <= tasks for row in exhibit.rows) else "Subnetwork"
