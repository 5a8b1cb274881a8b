"""Figure 1: iterative magnitude pruning, round by round, with the numbers of the suite's own runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.checks import text
from lightning_tickets.errors import UserError
from lightning_tickets.runs.files import read
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.exhibits.measured_grid import measure
from lightning_tickets.studies.measurement import PruningRounds, Round
from lightning_tickets.studies.sparsities import CURVE, CellLookup, SparsityLookup, no_sparsity_known
from lightning_tickets.tickets.result import RESULT, RESULTS

ALGORITHM = (
    "Each round trains the kept weights from θ₀, scores them, prunes the smallest magnitudes and goes back to θ₀; the "
    "ticket is the last round's mask, over θ₀."
)


@dataclass(frozen=True)
class Rounds(ExhibitSpec):
    """What each round of one task's ticket keeps, scores and leaves, next to the full network over ``seeds``."""

    reads_tickets = True
    task: str
    seeds: Sequence[int]
    sparsity: int = CURVE[-1]

    def cells(self, winning: SparsityLookup = no_sparsity_known) -> list[Cell]:
        """The tickets of all rounds, which one search finds, and the full network."""
        self._check_lists("seeds")
        text(self.key("task"), self.task)
        if self.sparsity not in CURVE:
            choices = ", ".join(map(str, CURVE))
            raise UserError(f"{self.key('sparsity')}: expected one of {choices}, got {self.sparsity}")
        tickets = [Cell(self.task, "imp", percent, self.seeds[0]) for percent in CURVE if percent <= self.sparsity]
        return [*tickets, *self._full()]

    def _full(self) -> list[Cell]:
        return [Cell(self.task, "full", 0, seed) for seed in self.seeds]

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> PruningRounds:
        cells = [cell for cell in self.cells() if cell.sparsity]
        results, full = [lookup(cell) for cell in cells], measure(self._full(), lookup, "full")
        return PruningRounds(
            *self._heading,
            metric=results[0].metric,
            rounds=tuple(
                Round(*_trained(result), 1 - cell.sparsity / 100) for cell, result in zip(cells, results, strict=True)
            ),
            tasks=(self.task,),
            notes=(ALGORITHM,),
            full=full,
            missing=(*(result.command for result in results if result.ticket is None), *full.missing),
        )


def _trained(result: CellResult) -> tuple[float | None, float | None]:
    """The fraction of weights that a round trained and its score, from the result.json next to its ticket."""
    path = result.ticket.with_name(RESULT) if result.ticket else None
    if path is None or not path.exists():
        return None, None
    trained = read(path, RESULTS)
    return trained.kept / trained.prunable, trained.score
