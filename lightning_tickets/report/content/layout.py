"""The one step from an exhibit to lines of cells; CSV apart, every form of a table walks what this returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from lightning_tickets.report.content.cells import Cell, fill, percent
from lightning_tickets.report.content.names import FULL, row_name
from lightning_tickets.studies.measurement import Exhibit, Measurement


@dataclass(frozen=True)
class Column:
    """A task under one metric; a task that is scored by two metrics has two columns."""

    task: str
    metric: str
    sparsity: float | None = None


@dataclass(frozen=True)
class Line:
    """``sparsity`` is set where each row has its own, as in tables of transfer."""

    row: str
    sparsity: float | None
    cells: tuple[Cell, ...]

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
    """``usual_n`` is the number of runs of a cell that does not say otherwise, 0 where nothing has run."""

    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    usual_n: int

    @property
    def cells(self) -> tuple[Cell, ...]:
        return tuple(cell for block in self.blocks for line in block.lines for cell in line.cells)


def lay_out(exhibit: Exhibit) -> Layout:
    """One block where each task, or else each row, has one sparsity; otherwise a block for each sparsity."""
    pruned = [row for row in exhibit.rows if not dense(exhibit, row)]
    by_task = {task: sparsities(f for row in pruned for f in exhibit.at(row, task)) for task in exhibit.tasks}
    by_row = {row: sparsities(f for task in exhibit.tasks for f in exhibit.at(row, task)) for row in pruned}
    heads, usual = columns(exhibit), usual_runs(exhibit)
    if all(len(found) <= 1 for found in by_task.values()):
        heads = tuple(replace(head, sparsity=next(iter(by_task[head.task]), None)) for head in heads)
        blocks = [block(exhibit, heads, exhibit.rows, usual)]
    elif all(len(found) <= 1 for found in by_row.values()):
        own = {row: found[0] for row, found in by_row.items() if found}
        blocks = [block(exhibit, heads, exhibit.rows, usual, own=own)]
    else:
        whole = [row for row in exhibit.rows if row not in pruned]
        blocks = [block(exhibit, heads, whole, usual)] if whole else []
        for at in sorted({one for found in by_row.values() for one in found}):
            blocks.append(block(exhibit, heads, [row for row in pruned if at in by_row[row]], usual, at))
    return Layout(heads, tuple(blocks), usual)


def shown(exhibit: Exhibit) -> list[Measurement]:
    """The measurements in the order of rows, tasks and sparsities; those of other rows and tasks stay out."""
    return [measurement for row in exhibit.rows for task in exhibit.tasks for measurement in exhibit.at(row, task)]


def columns(exhibit: Exhibit) -> tuple[Column, ...]:
    """Without sparsities; a task without measurements keeps its column."""
    heads: list[Column] = []
    for task in exhibit.tasks:
        metrics = dict.fromkeys(f.metric for row in exhibit.rows for f in exhibit.at(row, task))
        heads += [Column(task, metric) for metric in metrics or [""]]
    return tuple(heads)


def full_network(exhibit: Exhibit, head: Column) -> Measurement | None:
    return lowest(exhibit, FULL, head)


def lowest(exhibit: Exhibit, row: str, head: Column) -> Measurement | None:
    """Of a row in a column, at its lowest sparsity there."""
    return next((f for f in exhibit.at(row, head.task) if f.metric == head.metric), None)


def dense(exhibit: Exhibit, row: str) -> bool:
    """The full network, and any row that prunes nothing: sparsity 0 is not worth a block of its own."""
    found = [measurement for task in exhibit.tasks for measurement in exhibit.at(row, task)]
    return row == FULL or (bool(found) and all(measurement.sparsity == 0 for measurement in found))


def sparsities(measurements: Iterable[Measurement]) -> list[float]:
    return sorted({round(measurement.sparsity, 6) for measurement in measurements})


def usual_runs(exhibit: Exhibit) -> int:
    """The most frequent number of runs of a cell; of two as frequent the larger."""
    counts = Counter(len(measurement.scores) for measurement in shown(exhibit) if measurement.scores)
    return max(counts, key=lambda n: (counts[n], n), default=0)


def block(
    exhibit: Exhibit,
    heads: Sequence[Column],
    rows: Sequence[str],
    usual: int,
    at: float | None = None,
    own: Mapping[str, float] | None = None,
) -> Block:
    """The lines of ``rows`` at the sparsity ``at``; without it, at the one sparsity that each cell has."""

    def found(row: str, head: Column) -> Measurement | None:
        here = (f for f in exhibit.at(row, head.task) if f.metric == head.metric)
        return next((f for f in here if at is None or round(f.sparsity, 6) == at), None)

    best = [best_mean(found(row, head) for row in rows if row != FULL) for head in heads]
    full = [full_network(exhibit, head) for head in heads]

    def line(row: str) -> Line:
        filled = zip(heads, full, best, strict=True)
        return Line(row, (own or {}).get(row), tuple(fill(found(row, h), f, b, usual) for h, f, b in filled))

    return Block(at, tuple(line(row) for row in rows))


def best_mean(rivals: Iterable[Measurement | None]) -> float | None:
    """None where fewer than two rows have a score: the best of one says nothing."""
    summaries = [rival.summary for rival in rivals if rival]
    means = [summary.mean for summary in summaries if summary and isfinite(summary.mean)]
    return max(means) if len(means) > 1 else None
