"""Figure 11: the score of subnetworks against their sparsity, beside the full network's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.studies.cell import WHOLE, Cell
from lightning_tickets.studies.finding import Exhibit
from lightning_tickets.studies.grid import Lookup, findings, grid


@dataclass(frozen=True)
class Figure11:
    """``sparsities`` in percent; the full network is always there, as the line to compare with."""

    tasks: Sequence[str]
    rows: Sequence[str]
    seeds: Sequence[int]
    sparsities: Sequence[int]

    def cells(self) -> list[Cell]:
        return [
            cell for task in self.tasks for row in self._rows() for cell in grid(row, task, self.sparsities, self.seeds)
        ]

    def exhibit(self, lookup: Lookup) -> Exhibit:
        return Exhibit(
            name="figure11",
            title="Figure 11: score against sparsity",
            shows="How far a network can be pruned before its score leaves the full network's band.",
            drawn="curves",
            rows=self._rows(),
            tasks=tuple(self.tasks),
            findings=findings(self.cells(), lookup),
        )

    def _rows(self) -> tuple[str, ...]:
        return (WHOLE, *(row for row in self.rows if row != WHOLE))
