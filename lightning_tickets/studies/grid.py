"""The shape that most tables and figures share: rows × tasks × sparsities × seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import winning_sparsity
from lightning_tickets.studies.cell import WHOLE, Cell, Outcome
from lightning_tickets.studies.finding import Exhibit, Finding

Lookup = Callable[[Cell], Outcome]
PUBLISHED = "published"
SUBNETWORK = "subnetwork="
DENOMINATOR = (
    "Sparsity is of the prunable weights (the encoder's matrices and the pooler), not of the whole network: "
    "embeddings, biases, normalisation and heads are never pruned."
)


@dataclass(frozen=True)
class Row:
    """A line of a table by its name there: a subnetwork, and whatever else is typed to get it."""

    name: str
    subnetwork: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """One table or set of curves, as its YAML describes it.

    ``rows`` are names of subnetworks, or a mapping from names of one's own to what is typed: ``[subnetwork=imp,
    source=mlm]``. ``sparsities`` are percentages, or ``published`` for the one at which table 2 prints a task's winning
    ticket. The row ``full`` is what the others are compared with.
    """

    name: str
    title: str
    shows: str
    drawn: str
    tasks: Sequence[str]
    rows: Sequence[str] | Mapping[str, Sequence[str]]
    seeds: Sequence[int]
    sparsities: Sequence[int | str]

    def exhibit(self, lookup: Lookup) -> Exhibit:
        """Filled with what has come of the cells."""
        names = tuple(row.name for row in self._rows())
        findings = self.findings(lookup)
        return Exhibit(
            self.name, self.title, self.shows, self.drawn, names, tuple(self.tasks), findings, (DENOMINATOR,)
        )

    def cells(self) -> list[Cell]:
        """UserError where there is nothing to run."""
        return [cell for group in self._groups() for cell in group[1]]

    def findings(self, lookup: Lookup) -> tuple[Finding, ...]:
        """One for each (row, task, sparsity), in the order of the cells."""
        return tuple(finding(cells, lookup, row.name) for row, cells in self._groups())

    def _groups(self) -> list[tuple[Row, list[Cell]]]:
        for axis in ("tasks", "rows", "seeds", "sparsities"):
            value = getattr(self, axis)
            if isinstance(value, str) or not value:
                raise UserError(f"study: {axis}={value!r}: give a list with one value at least")
        return [
            (row, [Cell(task, row.subnetwork, level, seed, row.options) for seed in self.seeds])
            for task in self.tasks
            for row in self._rows()
            for level in self._levels(row, task)
        ]

    def _rows(self) -> list[Row]:
        if isinstance(self.rows, Mapping):
            return [_row(name, typed) for name, typed in self.rows.items()]
        return [Row(name, name) for name in self.rows]

    def _levels(self, row: Row, task: str) -> list[int]:
        """The percentages of a row on a task, rising; a row without a mask has one only, 0."""
        if row.subnetwork in WHOLE:
            return [0]
        return sorted({_percent(level, task) for level in self.sparsities})


def _row(name: str, typed: Sequence[str]) -> Row:
    first, *options = [typed] if isinstance(typed, str) else typed
    if not first.startswith(SUBNETWORK):
        raise UserError(f"study: rows.{name}={typed}: allowed is a list that begins with {SUBNETWORK}…")
    return Row(name, first.removeprefix(SUBNETWORK), tuple(options))


def _percent(level: int | str, task: str) -> int:
    if level == PUBLISHED:
        return winning_sparsity(task)
    if isinstance(level, bool) or not isinstance(level, int):
        raise UserError(f"study: sparsities: {level!r}: allowed are percentages and {PUBLISHED}")
    return level


def finding(cells: Sequence[Cell], lookup: Lookup, row: str) -> Finding:
    """What the cells that differ in their seed only have come to, as a row of that name."""
    first, outcomes = cells[0], [lookup(cell) for cell in cells]
    made = [o for o in outcomes if o.score is not None]
    return Finding(
        row=row,
        task=first.task,
        metric=outcomes[0].metric,
        sparsity=first.sparsity / 100,
        scores=tuple(o.score for o in made if o.score is not None),
        runs=tuple(o.run for o in made),
        missing=tuple(o.command for o in outcomes if o.score is None),
        undefined=tuple(o.run for o in made if o.undefined),
    )
