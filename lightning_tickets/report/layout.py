"""Where the measurements of an exhibit stand: columns, blocks and lines, for its table and its heat map."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.report.formatting import percent
from lightning_tickets.report.names import FULL, metric_name, row_name, task_name
from lightning_tickets.studies.measurement import Exhibit, Measurement


@dataclass(frozen=True)
class Column:
    """A task under one metric; a task that is scored by two metrics has two columns."""

    task: str
    metric: str
    sparsity: float | None = None

    @property
    def title(self) -> str:
        """Of a panel of curves."""
        return f"{task_name(self.task)} ({metric_name(self.metric)})" if self.metric else task_name(self.task)


@dataclass(frozen=True)
class Line:
    """``sparsity`` is set where each row has its own, as in tables of transfer; None is a cell that does not exist."""

    row: str
    sparsity: float | None
    measurements: tuple[Measurement | None, ...]

    @property
    def label(self) -> str:
        name = row_name(self.row)
        return name if self.sparsity is None else f"{name}, {percent(self.sparsity)}"


@dataclass(frozen=True)
class Block:
    """Lines that belong together; ``sparsity`` heads the blocks of a sweep over sparsity."""

    sparsity: float | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Layout:
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]


def lay_out(exhibit: Exhibit) -> Layout:
    """One block where each task, or else each row, has one sparsity; otherwise a block for each sparsity."""
    pruned = [row for row in exhibit.rows if not dense(exhibit, row)]
    by_row = {row: sparsities(f for task in exhibit.tasks for f in exhibit.at(row, task)) for row in pruned}
    heads = columns(exhibit)
    by_head = {head: sparsities(f for row in pruned for f in exhibit.at(row, head.task, head.metric)) for head in heads}
    if all(len(levels) <= 1 for levels in by_head.values()):
        heads = tuple(replace(head, sparsity=next(iter(levels), None)) for head, levels in by_head.items())
        blocks = [block(exhibit, heads, exhibit.rows)]
    elif all(len(levels) <= 1 for levels in by_row.values()):
        own = {row: levels[0] for row, levels in by_row.items() if levels}
        blocks = [block(exhibit, heads, exhibit.rows, own=own)]
    else:
        whole = [row for row in exhibit.rows if row not in pruned]
        blocks = [block(exhibit, heads, whole)] if whole else []
        for level in sorted({one for levels in by_row.values() for one in levels}):
            blocks.append(block(exhibit, heads, [row for row in pruned if level in by_row[row]], level))
    return Layout(heads, tuple(blocks))


def block(
    exhibit: Exhibit,
    heads: Sequence[Column],
    rows: Sequence[str],
    level: float | None = None,
    own: Mapping[str, float] = {},
) -> Block:
    """The lines of ``rows`` at the sparsity ``level``; without it, at the one sparsity that each cell has."""

    def measurement(row: str, head: Column) -> Measurement | None:
        here = exhibit.at(row, head.task, head.metric)
        return next((f for f in here if level is None or round(f.sparsity, 6) == level), None)

    return Block(level, tuple(Line(row, own.get(row), tuple(measurement(row, head) for head in heads)) for row in rows))


def in_order(exhibit: Exhibit) -> list[Measurement]:
    """The measurements in the order of rows, tasks and sparsities; those of other rows and tasks are left out."""
    return [measurement for row in exhibit.rows for task in exhibit.tasks for measurement in exhibit.at(row, task)]


def columns(exhibit: Exhibit) -> tuple[Column, ...]:
    """Without sparsities; a task without measurements keeps its column."""
    heads: list[Column] = []
    for task in exhibit.tasks:
        metrics = dict.fromkeys(f.metric for row in exhibit.rows for f in exhibit.at(row, task))
        heads += [Column(task, metric) for metric in metrics or [""]]
    return tuple(heads)


def lowest(exhibit: Exhibit, row: str, head: Column) -> Measurement | None:
    """Of a row in a column, at its lowest sparsity there."""
    return next(iter(exhibit.at(row, head.task, head.metric)), None)


def dense(exhibit: Exhibit, row: str) -> bool:
    """The full network, and any row that prunes nothing: sparsity 0 is not worth a block of its own."""
    measurements = [measurement for task in exhibit.tasks for measurement in exhibit.at(row, task)]
    return row == FULL or (bool(measurements) and all(measurement.sparsity == 0 for measurement in measurements))


def sparsities(measurements: Iterable[Measurement]) -> list[float]:
    return sorted({round(measurement.sparsity, 6) for measurement in measurements})


def usual_runs(exhibit: Exhibit) -> int:
    """The most frequent number of runs of a cell, 0 without scores; of two as frequent the larger."""
    counts = Counter(len(measurement.scores) for measurement in in_order(exhibit) if measurement.scores)
    return max(counts, key=lambda n: (counts[n], n), default=0)
