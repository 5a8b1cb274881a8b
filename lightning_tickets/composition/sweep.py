"""What a sweep asks for, as a value: its cells' runs, what it draws of them, and what the store has so far."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.composition.cells import CellComposer
from lightning_tickets.execution.job import WorkItem
from lightning_tickets.published.numbers import published_sparsity
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.measurement import Reportable
from lightning_tickets.studies.plan import Job, Plan, RequestedRun, make_plan
from lightning_tickets.studies.sparsities import RULES, highest_winning
from lightning_tickets.tickets.result import TICKET, read_result
from lightning_tickets.tickets.spec import Run

PROGRAM = "lightning-tickets run"
HELD_OUT = "are held out: on them the sparsities of winning tickets are picked, on dev all are judged."
WNLI = "WNLI says nothing: on its 71 development examples BERT does no better than the most frequent label."


@dataclass(frozen=True)
class Sweep:
    """``parts`` list cells, and the curves that have to run before these are known; ``exhibits`` are drawn.

    ``whole`` is the composed config with Hydra's node. With ``assume_published`` the published sparsity stands in for a
    winning ticket's that is not known yet.
    """

    name: str
    title: str
    root: Path
    scale: str
    parts: tuple[Any, ...]
    exhibits: tuple[Any, ...]
    composer: CellComposer
    whole: DictConfig
    assume_published: bool = False

    @property
    def label(self) -> str:
        """The folder of its reports: its name, with any scale but the default one."""
        return self.name if self.scale == "pocket" else f"{self.name}-{self.scale}"

    @property
    def uninformative_tasks(self) -> tuple[str, ...]:
        """Tasks whose scores say nothing: the real WNLI, not the generated one."""
        return () if self.scale == "pocket" else ("wnli",)

    @property
    def store(self) -> Store:
        return Store(self.root / "runs")

    def again(self) -> Sweep:
        """The same with what the store has by now: curves that have run tell at which sparsities tickets win."""
        return replace(self)

    @cached_property
    def _winning(self) -> dict[tuple[str, str], int | None]:
        """By task and rule, from whatever is in the store."""
        seeds: dict[str, dict[int, None]] = {}
        for cell in self._curves:
            seeds.setdefault(cell.task, {})[cell.seed] = None
        lookup = cache(self.outcome)
        return {
            (task, rule): highest_winning(task, rule, list(own), lookup)
            for task, own in seeds.items()
            for rule in RULES
        }

    def winning_sparsity(self, task: str, rule: str) -> int | None:
        """In percent; 0 where no ticket wins, None as long as it is not known."""
        percent = self._winning.get((task, rule))
        return published_sparsity(task) if self.assume_published and percent is None else percent

    @property
    def sparsities_known(self) -> bool:
        """Whether no further run has to tell at which sparsities tickets win."""
        return None not in self._winning.values()

    @cached_property
    def _curves(self) -> list[Cell]:
        return list(dict.fromkeys(cell for part in self.parts for cell in part.curve_cells()))

    @cached_property
    def wanted(self) -> tuple[RequestedRun, ...]:
        cells = [*self._curves, *(cell for part in self.parts for cell in part.cells(self.winning_sparsity))]
        return tuple(map(self.composer.wanted, dict.fromkeys(cells)))

    def check(self) -> None:
        """UserError for a cell that is not possible: asked for before anything is written."""
        tuple(self.wanted)

    @cached_property
    def plan(self) -> Plan:
        return make_plan(self.wanted)

    def work(self, job: Job) -> WorkItem:
        """What a worker is sent to do one of the plan's jobs."""
        assert job.target is not None and job.cell is not None, "the jobs of a sweep's plan have both"
        context = self.composer.context(job.cell)
        command = f"{PROGRAM} {shlex.join(job.overrides)}"
        return WorkItem(
            job.name, command, job.target, replace(context, logger=replace(context.logger, group=self.name))
        )

    def studies(self) -> list[tuple[str, Plan]]:
        """What each exhibit would take if it ran alone."""
        cells = {one.name: [*one.curve_cells(), *one.cells(self.winning_sparsity)] for one in self.exhibits}
        return [(name, make_plan([self.composer.wanted(cell) for cell in own])) for name, own in cells.items()]

    def drawn(self) -> list[Reportable]:
        """Every exhibit with what is in the store, and with what has to be said of its tasks."""
        winning = self.winning_sparsity
        filled = [(exhibit.fill(self.outcome, winning), exhibit.cells(winning)) for exhibit in self.exhibits]
        return [replace(shown, notes=(*shown.notes, *self._notes(cells))) for shown, cells in filled]

    def _notes(self, cells: Sequence[Cell]) -> list[str]:
        """What has to be said of them below whatever shows them."""
        shares = {wanted.run.problem.data.holdout for wanted in self.wanted} - {None}
        apart = [f"{100 * share:g} % of train, its last rows, {HELD_OUT}" for share in sorted(filter(None, shares))]
        uninformative = {cell.task for cell in cells} & set(self.uninformative_tasks)
        return [*self.composer.corpora(cells), *([WNLI] if uninformative else []), *apart]

    def outcome(self, cell: Cell) -> CellResult:
        """What the store has of a cell."""
        wanted = self.composer.wanted(cell)
        result = read_result(self.store, wanted.run)
        return CellResult(
            run=wanted.run.name,
            metric=wanted.run.problem.task.metric,
            score=result.score if result else None,
            command=f"{PROGRAM} {shlex.join(wanted.overrides)}",
            undefined=result.undefined if result else (),
            metrics=result.metrics if result else {},
            ticket=_ticket(wanted.run, self.store),
            problem=wanted.run.problem,
            steps=wanted.steps,
            selection_score=result.picks if result else None,
        )


def _ticket(run: Run, store: Store) -> Path | None:
    """The file of the run's mask, if it is in the store."""
    if run.ticket is None or not store.has(run.ticket.name):
        return None
    return store.path(run.ticket.name) / TICKET
