"""The shape that most tables and figures share: rows × tasks × sparsities × seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import winning_sparsity
from lightning_tickets.studies.cell import WHOLE, Cell, Outcome
from lightning_tickets.studies.finding import Finding

Lookup = Callable[[Cell], Outcome]
PUBLISHED = "published"
DENOMINATOR = (
    "Sparsity is of the prunable weights (the encoder's matrices and the pooler), not of the whole network: "
    "embeddings, biases, normalisation and heads are never pruned."
)


@dataclass(frozen=True)
class Grid:
    """``sparsities`` are percentages, or ``published`` for the one at which table 2 prints a task's winning ticket."""

    tasks: Sequence[str]
    rows: Sequence[str]
    seeds: Sequence[int]
    sparsities: Sequence[int | str]

    def cells(self) -> list[Cell]:
        """UserError where there is nothing to run."""
        for axis in ("tasks", "rows", "seeds", "sparsities"):
            value = getattr(self, axis)
            if isinstance(value, str) or not value:
                raise UserError(f"study: {axis}={value!r}: give a list with one value at least")
        return [
            Cell(task, row, level, seed)
            for task in self.tasks
            for row in self.rows
            for level in self.levels(row, task)
            for seed in self.seeds
        ]

    def levels(self, row: str, task: str) -> list[int]:
        """The percentages of a row on a task, rising; a row without a mask has one only, 0."""
        if row in WHOLE:
            return [0]
        return sorted({_percent(level, task) for level in self.sparsities})

    def findings(self, lookup: Lookup) -> tuple[Finding, ...]:
        """One for each (row, task, sparsity), in the order of the cells."""
        groups: dict[tuple[str, str, int], list[Cell]] = {}
        for cell in self.cells():
            groups.setdefault((cell.subnetwork, cell.task, cell.sparsity), []).append(cell)
        return tuple(finding(group, lookup) for group in groups.values())


def _percent(level: int | str, task: str) -> int:
    if level == PUBLISHED:
        return winning_sparsity(task)
    if isinstance(level, bool) or not isinstance(level, int):
        raise UserError(f"study: sparsities: {level!r}: allowed are percentages and {PUBLISHED}")
    return level


def finding(cells: Sequence[Cell], lookup: Lookup) -> Finding:
    """What the cells that differ in their seed only have come to."""
    first, outcomes = cells[0], [lookup(cell) for cell in cells]
    made = [o for o in outcomes if o.score is not None]
    return Finding(
        row=first.subnetwork,
        task=first.task,
        metric=outcomes[0].metric,
        sparsity=first.sparsity / 100,
        scores=tuple(o.score for o in made if o.score is not None),
        runs=tuple(o.run for o in made),
        missing=tuple(o.command for o in outcomes if o.score is None),
        undefined=tuple(o.run for o in made if o.undefined),
    )
