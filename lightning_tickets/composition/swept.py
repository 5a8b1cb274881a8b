"""What a sweep asks for, as a value: its cells' runs, what it draws of them, and what the store has so far."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from lightning_tickets.composition.setting import Setting
from lightning_tickets.execution.work import Work
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.cell import Cell, Outcome
from lightning_tickets.studies.finding import Shown
from lightning_tickets.studies.levels import Found, unknown
from lightning_tickets.studies.plan import Job, Plan, Wanted, make_plan
from lightning_tickets.tickets.result import TICKET, read_result
from lightning_tickets.tickets.spec import Run

PROGRAM = "lightning-tickets run"
HELD_OUT = "are held out: on them the sparsities of winning tickets are picked, on dev all are judged."
WNLI = "WNLI says nothing: on its 71 development examples BERT does no better than the most frequent label."


@dataclass(frozen=True)
class Sweep:
    """``exhibits`` are what an experiment draws; a plain sweep has none.

    ``found`` knows the sparsities of winning tickets; it is ``settled`` unless runs have to tell more of them.
    """

    name: str
    title: str
    root: Path
    wanted: tuple[Wanted, ...]
    exhibits: tuple[Any, ...]
    setting: Setting
    scale: str
    found: Found = unknown
    settled: bool = True

    @property
    def label(self) -> str:
        """The folder of its reports: its name, with any scale but the default one."""
        return self.name if self.scale == "pocket" else f"{self.name}-{self.scale}"

    @property
    def silent(self) -> tuple[str, ...]:
        """Tasks whose scores say nothing: the real WNLI, not the generated one."""
        return () if self.scale == "pocket" else ("wnli",)

    @property
    def store(self) -> Store:
        return Store(self.root / "runs")

    @cached_property
    def plan(self) -> Plan:
        return make_plan(self.wanted)

    def work(self, job: Job) -> Work:
        """What a worker is sent to do one of the plan's jobs."""
        assert job.target is not None and job.cell is not None, "the jobs of a sweep's plan have both"
        places = self.setting.places(job.cell)
        command = f"{PROGRAM} {shlex.join(job.overrides)}"
        return Work(job.name, command, job.target, replace(places, logger=replace(places.logger, group=self.name)))

    def studies(self) -> list[tuple[str, Plan]]:
        """What each exhibit would take if it ran alone."""
        cells = {one.name: [*one.curves(), *one.cells(self.found)] for one in self.exhibits}
        return [(name, make_plan([self.setting.wanted(cell) for cell in own])) for name, own in cells.items()]

    def drawn(self) -> list[Shown]:
        """Every exhibit with what is in the store, and with what has to be said of its tasks."""
        lookup = partial(outcome, self.setting, self.store)
        filled = [(exhibit.exhibit(lookup, self.found), exhibit.cells(self.found)) for exhibit in self.exhibits]
        return [replace(shown, notes=(*shown.notes, *self._told(cells))) for shown, cells in filled]

    def _told(self, cells: Sequence[Cell]) -> list[str]:
        """What has to be said of them below whatever shows them."""
        shares = {wanted.run.problem.data.holdout for wanted in self.wanted} - {None}
        apart = [f"{100 * share:g} % of train, its last rows, {HELD_OUT}" for share in sorted(filter(None, shares))]
        silent = {cell.task for cell in cells} & set(self.silent)
        return [*self.setting.corpora(cells), *([WNLI] if silent else []), *apart]


def outcome(setting: Setting, store: Store, cell: Cell) -> Outcome:
    """What the store has of a cell."""
    wanted = setting.wanted(cell)
    result = read_result(store, wanted.run)
    problem, command = wanted.run.problem, f"{PROGRAM} {shlex.join(wanted.overrides)}"
    return Outcome(
        wanted.run.name,
        problem.task.metric,
        result.score if result else None,
        command,
        result.undefined if result else (),
        result.metrics if result else {},
        _ticket(wanted.run, store),
        problem,
        wanted.steps,
        result.picks if result else None,
    )


def _ticket(run: Run, store: Store) -> Path | None:
    """The file of the run's mask, if it has been found."""
    if run.ticket is None or not store.has(run.ticket.name):
        return None
    return store.path(run.ticket.name) / TICKET
