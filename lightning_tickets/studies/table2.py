"""Table 2: the full network, its tickets and the controls, at one sparsity a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import winning_sparsity
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.finding import Exhibit
from lightning_tickets.studies.grid import Lookup, findings, grid


@dataclass(frozen=True)
class Table2:
    """``sparsity`` is ``published`` (each task at the sparsity that table 2 prints) or percentages for every task."""

    tasks: Sequence[str]
    rows: Sequence[str]
    seeds: Sequence[int]
    sparsity: str | Sequence[int] = "published"

    def cells(self) -> list[Cell]:
        return [
            cell for task in self.tasks for row in self.rows for cell in grid(row, task, self._levels(task), self.seeds)
        ]

    def exhibit(self, lookup: Lookup) -> Exhibit:
        return Exhibit(
            name="table2",
            title="Table 2: subnetworks of the pre-trained network, trained on each task",
            shows="A ticket (imp) that reaches the full network's score where the three controls do not.",
            drawn="table",
            rows=tuple(self.rows),
            tasks=tuple(self.tasks),
            findings=findings(self.cells(), lookup),
        )

    def _levels(self, task: str) -> Sequence[int]:
        if not isinstance(self.sparsity, str):
            return self.sparsity
        if self.sparsity != "published":
            raise UserError(f"table2.sparsity={self.sparsity}: allowed are published or a list of percentages")
        return [winning_sparsity(task)]
