"""The measurements of most tables and figures: rows × tasks × sparsities × seeds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lightning_tickets.checks import mapping, null, texts, word
from lightning_tickets.errors import UserError
from lightning_tickets.published.numbers import PUBLISHED, published_value, task_name
from lightning_tickets.studies.cell import WITHOUT_SPARSITY, Cell
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.measurement import Exhibit, Measurement
from lightning_tickets.studies.rows import GridRow, Rows, of_source, rows_of
from lightning_tickets.studies.sparsities import (
    RULES,
    SPARSITY,
    WINS,
    CellLookup,
    Sparsity,
    SparsityLookup,
    WinningNeeded,
    needed_curves,
    no_sparsity_known,
    resolve_sparsities,
    rule_with,
)

DENOMINATOR = (
    "Sparsity is of the prunable weights (the encoder's matrices and the pooler), not of the whole network: "
    "embeddings, biases, normalisation and heads are never pruned."
)
UNKNOWN = (
    "The sparsities of winning tickets are not known yet: they follow from the scores of the full network and of "
    "tickets at every sparsity."
)
SPARSITY_OF = ("task", "source")


@dataclass(frozen=True)
class MeasuredGrid(ExhibitSpec):
    """The cells of a grid and their measurements, however they are shown.

    ``sources`` are tasks whose tickets make a row each, before ``rows``. ``sparsities`` are percentages, ``published``
    (of table 2), ``winning`` or ``strict`` (of the suite's own highest winning ticket, within a deviation or by the
    strict rule); they are those of the task, or with ``sparsity_of=source`` of the task that a row's ticket comes from.
    ``baseline`` is the row that the others are compared with; ``metrics`` lists the metrics of a task that shows
    several, each at the winning sparsity by itself; ``published`` names the table or figure of the paper to compare
    with; ``notes`` stand below the exhibit. ``without_sparsity`` are the subnetworks that have none, as composed.
    """

    tasks: Sequence[str]
    rows: Rows
    seeds: Sequence[int]
    sparsities: Sequence[Sparsity]
    sources: Sequence[str] = ()
    sparsity_of: str = "task"
    baseline: str = "full"
    metrics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    published: str | None = None
    notes: Sequence[str] = ()
    without_sparsity: Collection[str] = field(default=WITHOUT_SPARSITY, init=False)

    def cells(self, winning: SparsityLookup = no_sparsity_known) -> list[Cell]:
        return [*dict.fromkeys(cell for _, _, cells in self._groups(winning) for cell in cells)]

    def curve_cells(self) -> list[Cell]:
        return needed_curves(self.winning_needed(), self.seeds)

    def _exhibit(self, lookup: CellLookup, winning: SparsityLookup, drawn: str = "table", **look: Any) -> Exhibit:
        """``look`` has further fields of it."""
        unknown = any(winning(*needed) is None for needed in self.winning_needed())
        return Exhibit(
            *self._heading,
            drawn=drawn,
            rows=tuple(row.name for row in self._rows()),
            tasks=tuple(self.tasks),
            measurements=tuple(
                self._with_published(
                    measure(cells, lookup, row.name, metric),
                    len(self._percents(row, cells[0].task, winning, metric)) == 1,
                )
                for row, metric, cells in self._groups(winning)
            ),
            notes=(DENOMINATOR, *self._rule_notes(winning), *([UNKNOWN] if unknown else []), *self.notes),
            baseline=self.baseline,
            own_tasks=tuple((row.name, row.source) for row in self._rows() if row.source not in (None, row.name)),
            without_ticket=tuple(needed[0] for needed in self.winning_needed() if winning(*needed) == 0),
            **look,
        )

    def _with_published(self, measurement: Measurement, single: bool) -> Measurement:
        """With the paper's value at the same sparsity, or for a row with a ``single`` sparsity at any."""
        if self.published is None:
            return measurement
        value = published_value(self.published, measurement.row, measurement.task, measurement.metric, self.baseline)
        same = value is not None and value.percent == round(100 * measurement.sparsity)
        return replace(measurement, published=value) if single or same else measurement

    def winning_needed(self) -> list[WinningNeeded]:
        rules = [sparsity for sparsity in self.sparsities if isinstance(sparsity, str) and sparsity in RULES]
        own = self.sparsity_of == "task"
        rows = [row for row in self._rows() if row.subnetwork not in self.without_sparsity and row.sparsity is None]
        tasks = dict.fromkeys(self._sparsity_task(row, task) for row in rows for task in self.tasks if row.is_on(task))
        return [
            (task, rule, metric)
            for rule in rules
            for task in tasks
            for metric in (self.metrics.get(task, [None]) if own else [None])
        ]

    def _rule_notes(self, winning: SparsityLookup) -> Iterator[str]:
        """How the sparsities of winning tickets were chosen, and where no ticket wins: cells are empty there."""
        of = "its source task" if self.sparsity_of == "source" else "the task"
        by = " by the column's metric" if self.metrics else ""
        for rule in (sparsity for sparsity in self.sparsities if isinstance(sparsity, str) and sparsity in WINS):
            used = rule_with(self.seeds, rule)
            why = "" if used == rule else ", since one seed has no deviation"
            yield f"Sparsity: the highest at which the ticket of {of} wins{by}, that is, its mean is {WINS[used]}{why}."
            lost = [needed for needed in self.winning_needed() if needed[1] == rule and winning(*needed) == 0]
            if lost:
                tasks = ", ".join(task_name(task) + (f" by {metric}" if metric else "") for task, _, metric in lost)
                yield f"No ticket wins on {tasks}, so there are no cells at a winning sparsity there."

    def _groups(self, winning: SparsityLookup) -> list[tuple[GridRow, str | None, list[Cell]]]:
        """Row, metric (None: the task's own) and cells of each measurement, which differ by seed only."""
        self._check()
        return [
            (row, metric, [Cell(task, row.subnetwork, percent, seed, row.options) for seed in self.seeds])
            for task in self.tasks
            for row in self._rows()
            if row.is_on(task)
            for metric in self.metrics.get(task, [None])
            for percent in self._percents(row, task, winning, metric)
        ]

    def _check(self) -> None:
        """UserError for a value that no exhibit can be drawn with."""
        self._check_lists("tasks", "rows", "seeds", "sparsities")
        self._check_lists("sources", "notes", least=0)
        for sparsity in self.sparsities:
            SPARSITY(self.key("sparsities"), sparsity)
        word(*SPARSITY_OF)(self.key("sparsity_of"), self.sparsity_of)
        (word(*PUBLISHED) | null)(self.key("published"), self.published)
        for task, metrics in mapping(self.key("metrics"), self.metrics).items():
            texts(self.key(f"metrics.{task}"), metrics)
        rows = self._rows()
        names = [row.name for row in rows]
        word(*dict.fromkeys(("full", *names)))(self.key("baseline"), self.baseline)
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UserError(f"{self.key('rows')}: {twice} is a row of {self.key('sources')} already")
        mixes = [row.source for row in rows if self.sparsity_of == "source" and "+" in (row.source or "")]
        if mixes and not all(isinstance(sparsity, int) for sparsity in self.sparsities):
            raise UserError(
                f"{self.key('sparsity_of')}: expected task, since the mix {mixes[0]} has no sparsity of its own"
            )

    def _rows(self) -> list[GridRow]:
        return [*map(of_source, self.sources), *rows_of(self.rows, self.key("rows"))]

    def _percents(self, row: GridRow, task: str, winning: SparsityLookup, metric: str | None) -> list[int]:
        """The percentages of a row on a task, rising; [0] for a row without a mask."""
        if row.subnetwork in self.without_sparsity:
            return [0]
        if row.sparsity is not None:
            return [row.sparsity]
        of = self._sparsity_task(row, task)
        return resolve_sparsities(self.sparsities, of, winning, metric if of == task else None)

    def _sparsity_task(self, row: GridRow, task: str) -> str:
        """The task whose sparsity the row has."""
        return (row.source or task) if self.sparsity_of == "source" else task


def measure(cells: Sequence[Cell], lookup: CellLookup, row: str, metric: str | None = None) -> Measurement:
    """Collect the results of cells that differ by seed only; ``metric`` None is the task's own metric."""
    results = [lookup(cell) for cell in cells]
    scored = [(cell.seed, r) for cell, r in zip(cells, results, strict=True) if r.score is not None]
    name = metric or results[0].metric
    return Measurement(
        row=row,
        task=cells[0].task,
        metric=name,
        sparsity=cells[0].sparsity / 100,
        scores=tuple(result.scored_by(metric) for _, result in scored),
        runs=tuple(r.run for _, r in scored),
        missing=tuple(r.command for r in results if r.score is None),
        undefined=tuple(r.run for _, r in scored if name in r.undefined),
        seeds=tuple(seed for seed, _ in scored),
    )
