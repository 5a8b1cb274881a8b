"""The cells of a sweep without an experiment."""

from dataclasses import dataclass
from itertools import product

from lightning_tickets.composition.cells import Options
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.sparsities import (
    RULES,
    Sparsity,
    SparsityLookup,
    WinningNeeded,
    needed_curves,
    resolve_sparsities,
)


@dataclass(frozen=True)
class CellProduct:
    """Options × tasks × rows × sparsities × seeds."""

    tasks: tuple[str, ...]
    rows: tuple[str, ...]
    sparsities: tuple[Sparsity, ...]
    seeds: tuple[int, ...]
    options: tuple[Options, ...]
    without_sparsity: frozenset[str]

    def curve_cells(self) -> list[Cell]:
        """What has to run before the winning sparsities are known."""
        return needed_curves(self.winning_needed(), self.seeds)

    def winning_needed(self) -> list[WinningNeeded]:
        """The winning sparsities that its cells are at."""
        if self.without_sparsity.issuperset(self.rows):
            return []
        return [(task, rule, None) for task in self.tasks for rule in self.sparsities if rule in RULES]

    def cells(self, winning: SparsityLookup) -> list[Cell]:
        return [
            Cell(task, row, percent, seed, options)
            for options, task, row in product(self.options, self.tasks, self.rows)
            for percent in ([0] if row in self.without_sparsity else resolve_sparsities(self.sparsities, task, winning))
            for seed in self.seeds
        ]
