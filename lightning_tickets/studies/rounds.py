"""Figure 1: the algorithm with the numbers of a run of its own, round by round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError
from lightning_tickets.runs.store import read_json
from lightning_tickets.studies.cell import Cell, Outcome
from lightning_tickets.studies.finding import Round, Search
from lightning_tickets.studies.levels import CURVE, Found, Lookup, unknown

ALGORITHM = (
    "Each round trains the weights that are kept from θ₀, scores them, prunes the smallest magnitudes and goes back to "
    "θ₀; the ticket is the last round's mask, over θ₀."
)


@dataclass(frozen=True)
class Rounds:
    """The chain of one task's ticket: what each round keeps, what it scores, what it leaves."""

    name: str
    title: str
    shows: str
    task: str
    seeds: Sequence[int]
    sparsity: int = CURVE[-1]

    def cells(self, found: Found = unknown) -> list[Cell]:
        """The tickets of all rounds to the last: one chain finds them."""
        if not self.seeds or self.sparsity not in CURVE:
            raise UserError(f"study: sparsity={self.sparsity}: allowed are {', '.join(map(str, CURVE))}, with seeds")
        last = CURVE.index(self.sparsity) + 1
        return [Cell(self.task, "imp", percent, self.seeds[0]) for percent in CURVE[:last]]

    def curves(self) -> list[Cell]:
        return []

    def exhibit(self, lookup: Lookup, found: Found = unknown) -> Search:
        outcomes = [(cell, lookup(cell)) for cell in self.cells()]
        rounds = tuple(Round(*_trained(outcome), 1 - cell.sparsity / 100) for cell, outcome in outcomes)
        missing = tuple(outcome.command for _, outcome in outcomes if outcome.ticket is None)
        metric = outcomes[0][1].metric
        return Search(self.name, self.title, self.shows, metric, rounds, (self.task,), (ALGORITHM,), missing)


def _trained(outcome: Outcome) -> tuple[float | None, float | None]:
    """The share of weights that a round has trained, and its score, by the result beside its ticket."""
    path = outcome.ticket.with_name("result.json") if outcome.ticket else None
    if path is None or not path.is_file():
        return None, None
    result = read_json(path)
    return result["kept"] / result["prunable"], float(result["metrics"][result["metric"]])
