"""The shape that most tables share: rows × tasks × sparsities × seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lightning_tickets.errors import UserError
from lightning_tickets.studies.cell import WHOLE, Cell, Outcome
from lightning_tickets.studies.finding import Finding

Lookup = Callable[[Cell], Outcome]


def grid(row: str, task: str, sparsities: Sequence[int], seeds: Sequence[int]) -> list[Cell]:
    """The cells of a row on a task; the full network has one sparsity only."""
    if not seeds or not sparsities:
        raise UserError(f"study: {row} on {task} has no {'seeds' if not seeds else 'sparsity'}")
    levels = [0] if row == WHOLE else sparsities
    return [Cell(task, row, level, seed) for level in levels for seed in seeds]


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


def findings(cells: Sequence[Cell], lookup: Lookup) -> tuple[Finding, ...]:
    """One finding for each (row, task, sparsity), in the order of the cells."""
    groups: dict[tuple[str, str, int], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.subnetwork, cell.task, cell.sparsity), []).append(cell)
    return tuple(finding(group, lookup) for group in groups.values())
