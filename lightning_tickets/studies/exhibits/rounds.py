"""Figure 1: iterative magnitude pruning, round by round, with the numbers of the suite's own runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError
from lightning_tickets.runs.files import read
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.measurement import PruningRounds, Round
from lightning_tickets.studies.sparsities import CURVE, CellLookup, SparsityLookup, no_sparsity_known
from lightning_tickets.tickets.result import RESULT, RESULTS

ALGORITHM = (
    "Each round trains the kept weights from θ₀, scores them, prunes the smallest magnitudes and goes back to θ₀; the "
    "ticket is the last round's mask, over θ₀."
)


@dataclass(frozen=True)
class Rounds(ExhibitSpec):
    """What each round of one task's ticket keeps, scores and leaves."""

    reads_tickets = True
    task: str
    seeds: Sequence[int]
    sparsity: int = CURVE[-1]

    def cells(self, winning: SparsityLookup = no_sparsity_known) -> list[Cell]:
        """The tickets of all rounds, which one chain finds."""
        self._check_lists("seeds")
        if self.sparsity not in CURVE:
            raise UserError(f"study: sparsity: expected one of {', '.join(map(str, CURVE))}, got {self.sparsity}")
        return [Cell(self.task, "imp", percent, self.seeds[0]) for percent in CURVE if percent <= self.sparsity]

    def fill(self, lookup: CellLookup, winning: SparsityLookup = no_sparsity_known) -> PruningRounds:
        cells = self.cells()
        results = [lookup(cell) for cell in cells]
        return PruningRounds(
            *self._heading,
            metric=results[0].metric,
            rounds=tuple(
                Round(*_trained(result), 1 - cell.sparsity / 100) for cell, result in zip(cells, results, strict=True)
            ),
            tasks=(self.task,),
            notes=(ALGORITHM,),
            missing=tuple(result.command for result in results if result.ticket is None),
        )


def _trained(result: CellResult) -> tuple[float | None, float | None]:
    """The fraction of weights that a round trained and its score, from the result.json next to its ticket."""
    path = result.ticket.with_name(RESULT) if result.ticket else None
    if path is None or not path.exists():
        return None, None
    trained = read(path, RESULTS)
    return trained.kept / trained.prunable, trained.score
