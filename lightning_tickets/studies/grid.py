"""The shape that most tables and figures share: rows × tasks × sparsities × seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import printed_number
from lightning_tickets.studies.cell import WHOLE, Cell, Outcome
from lightning_tickets.studies.finding import Exhibit, Finding, Shown
from lightning_tickets.studies.levels import RULES, Found, Level, Lookup, curve, percents, unknown
from lightning_tickets.studies.rows import Row, Rows, of_source, rows_of

DENOMINATOR = (
    "Sparsity is of the prunable weights (the encoder's matrices and the pooler), not of the whole network: "
    "embeddings, biases, normalisation and heads are never pruned."
)
UNKNOWN = (
    "The sparsities of winning tickets are known once their curves are: tickets at every sparsity, and the full net."
)
OF = ("task", "source")


@dataclass(frozen=True)
class Grid:
    """One table, set of curves or heat map, as its YAML describes it.

    ``sources`` are tasks whose tickets make a row each, before ``rows``. ``sparsities`` are percentages, ``published``
    (of table 2), ``winning`` or ``strict`` (of the suite's own highest winning ticket, within a deviation or by the
    strict rule); those of a task, or with ``sparsity_of=source`` of the task that a row's ticket is found on.
    ``baseline`` is the row that the others are compared with; ``metrics`` are those of a task that shows several;
    ``printed`` names the published table or figure whose numbers stand beside, ``notes`` say where the print disagrees.
    """

    name: str
    title: str
    shows: str
    drawn: str
    tasks: Sequence[str]
    rows: Rows
    seeds: Sequence[int]
    sparsities: Sequence[Level]
    sources: Sequence[str] = ()
    sparsity_of: str = "task"
    baseline: str = "full"
    metrics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    printed: str | None = None
    notes: Sequence[str] = ()

    def exhibit(self, lookup: Lookup, found: Found = unknown) -> Shown:
        """Filled with what has come of the cells."""
        return self._filled(lookup, found)

    def _filled(self, lookup: Lookup, found: Found) -> Exhibit:
        open_ = any(found(task, rule) is None for task, rule in self._asked())
        return Exhibit(
            self.name,
            self.title,
            self.shows,
            self.drawn,
            tuple(row.name for row in self._rows()),
            tuple(self.tasks),
            tuple(
                self._beside(
                    finding(cells, lookup, row.name, metric), len(self._levels(row, cells[0].task, found)) == 1
                )
                for row, cells in self._groups(found)
                for metric in self.metrics.get(cells[0].task, [None])
            ),
            (DENOMINATOR, *([UNKNOWN] if open_ else []), *self.notes),
            self.baseline,
        )

    def _beside(self, finding: Finding, alone: bool) -> Finding:
        """With the number in print, if any: of the same sparsity, or, of a row with a single sparsity, of another."""
        if self.printed is None:
            return finding
        told = printed_number(self.printed, finding.row, finding.task, finding.metric, self.baseline)
        same = told is not None and told.percent == round(100 * finding.sparsity)
        return replace(finding, printed=told) if alone or same else finding

    def cells(self, found: Found = unknown) -> list[Cell]:
        """UserError where there is nothing to run."""
        return [cell for _, cells in self._groups(found) for cell in cells]

    def curves(self) -> list[Cell]:
        """What has to run before the sparsities that are asked for are known."""
        return [cell for task in dict(self._asked()) for cell in curve(task, self.seeds)]

    def _asked(self) -> list[tuple[str, str]]:
        """The winning tickets whose sparsities are needed: (task, rule)."""
        rules = [level for level in self.sparsities if isinstance(level, str) and level in RULES]
        of = dict.fromkeys(self._level_of(row, task) for row in self._rows() for task in self.tasks)
        return [(task, rule) for rule in rules for task in of]

    def _groups(self, found: Found) -> list[tuple[Row, list[Cell]]]:
        self._check()
        return [
            (row, [Cell(task, row.subnetwork, level, seed, row.options) for seed in self.seeds])
            for task in self.tasks
            for row in self._rows()
            for level in self._levels(row, task, found)
        ]

    def _check(self) -> None:
        for axis in ("tasks", "rows", "seeds", "sparsities"):
            value = getattr(self, axis)
            if isinstance(value, str) or not value:
                raise UserError(f"study: {axis}={value!r}: give a list with one value at least")
        if self.sparsity_of not in OF:
            raise UserError(f"study: sparsity_of={self.sparsity_of}: allowed are {', '.join(OF)}")

    def _rows(self) -> list[Row]:
        return [*map(of_source, self.sources), *rows_of(self.rows)]

    def _levels(self, row: Row, task: str, found: Found) -> list[int]:
        """The percentages of a row on a task, rising; a row without a mask has one only, 0."""
        if row.subnetwork in WHOLE:
            return [0]
        if row.sparsity is not None:
            return [row.sparsity]
        return percents(self.sparsities, self._level_of(row, task), found)

    def _level_of(self, row: Row, task: str) -> str:
        """The task whose sparsity is meant."""
        return (row.source or task) if self.sparsity_of == "source" else task


def finding(cells: Sequence[Cell], lookup: Lookup, row: str, metric: str | None = None) -> Finding:
    """What the cells that differ in their seed only have come to, as a row of that name, by a metric of the task."""
    first, outcomes = cells[0], [lookup(cell) for cell in cells]
    made = [(cell.seed, o) for cell, o in zip(cells, outcomes, strict=True) if o.score is not None]
    shown = metric or outcomes[0].metric
    return Finding(
        row=row,
        task=first.task,
        metric=shown,
        sparsity=first.sparsity / 100,
        scores=tuple(_other(o, metric) if metric else o.score for _, o in made if o.score is not None),
        runs=tuple(o.run for _, o in made),
        missing=tuple(o.command for o in outcomes if o.score is None),
        undefined=tuple(o.run for _, o in made if shown in o.undefined),
        seeds=tuple(seed for seed, _ in made),
    )


def _other(outcome: Outcome, metric: str) -> float:
    """By another metric of the task than its own; UserError for one that it has not."""
    if metric not in outcome.others:
        raise UserError(f"study: metrics: {metric}: {outcome.run} has {', '.join(outcome.others)}")
    return outcome.others[metric]
