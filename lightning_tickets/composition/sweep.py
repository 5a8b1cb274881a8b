"""A sweep as a value: the runs of its cells, its exhibits, and what the store has of them so far."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path

from omegaconf import DictConfig

from lightning_tickets.composition import settings
from lightning_tickets.composition.cell_product import CellProduct
from lightning_tickets.composition.cells import CellComposer
from lightning_tickets.composition.groups import DEFAULT_SCALE
from lightning_tickets.execution.job import WorkItem
from lightning_tickets.published.numbers import assumed_sparsity
from lightning_tickets.runs.snapshot import Snapshot
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.cell import Cell, CellResult
from lightning_tickets.studies.exhibits.base import ExhibitSpec
from lightning_tickets.studies.measurement import Reportable
from lightning_tickets.studies.over_tasks import with_over_tasks
from lightning_tickets.studies.plan import Job, Plan, RequestedRun, make_plan
from lightning_tickets.studies.sparsities import (
    SparsityLookup,
    highest_winning,
)
from lightning_tickets.tickets.reader import Reader

PROGRAM = "lightning-tickets run"
HELD_OUT = "are held out: on them the sparsities of winning tickets are picked, on dev all are judged."
WNLI = "WNLI says nothing: on its 71 development examples BERT does no better than the most frequent label."


@dataclass
class Sweep:
    """``whole`` is the composed config with Hydra's node; UserError for a cell that is not possible.

    With ``assume_published`` the published sparsity stands in for a winning ticket's that is not known yet;
    ``known_winning`` looks it up in the store only. ``typed`` are all overrides of a study, ``overrides`` those that
    change results; ``of_paper`` is a study of the paper's exhibits; ``reading`` makes what reads the store.
    """

    name: str
    title: str
    parts: Sequence[ExhibitSpec | CellProduct]
    composer: CellComposer
    whole: DictConfig
    assume_published: bool = False
    typed: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    of_paper: bool = False
    reading: Callable[[Snapshot], Reader] = Reader
    requested: tuple[RequestedRun, ...] = field(init=False)
    known_winning: SparsityLookup = field(init=False)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        """What is in the store decides at which sparsities tickets win, and so which cells there are."""
        self.reader = self.reading(Snapshot(self.store.root))
        self._lookup, self.known_winning = cache(self.outcome), cache(self._known_winning)
        cells = [cell for part in self.parts for cell in part.cells(self.winning_sparsity)]
        self.requested = tuple(map(self.composer.request, dict.fromkeys([*self._curves, *cells])))

    def again(self) -> Sweep:
        """The same sweep with what is in the store by now."""
        return replace(self)

    @cached_property
    def root(self) -> Path:
        """The folder that everything is left in."""
        return settings.root(self.whole)

    @property
    def store(self) -> Store:
        return Store(self.root / "runs")

    @property
    def scale(self) -> str:
        return str(self.whole.scale)

    @property
    def label(self) -> str:
        """The folder of its reports: its name, with any scale but the default one."""
        return self.name if self.scale == DEFAULT_SCALE else f"{self.name}-{self.scale}"

    @property
    def exhibits(self) -> list[ExhibitSpec]:
        return [part for part in self.parts if not isinstance(part, CellProduct)]

    @property
    def uninformative_tasks(self) -> tuple[str, ...]:
        """Tasks whose scores say nothing: the real WNLI, not the generated one."""
        return () if self.whole.data.source == "pocket" else ("wnli",)

    @cached_property
    def _curves(self) -> dict[Cell, None]:
        """The cells of the curves that winning sparsities follow from."""
        return dict.fromkeys(cell for part in self.parts for cell in part.curve_cells())

    @cached_property
    def _curve_seeds(self) -> dict[str, list[int]]:
        """By task, of all exhibits together: a task has one winning sparsity by each rule and metric."""
        tasks = dict.fromkeys(cell.task for cell in self._curves)
        return {task: [*dict.fromkeys(cell.seed for cell in self._curves if cell.task == task)] for task in tasks}

    def _known_winning(self, task: str, rule: str, metric: str | None = None) -> int | None:
        seeds = self._curve_seeds.get(task)
        return highest_winning(task, rule, seeds, self._lookup, metric) if seeds else None

    def winning_sparsity(self, task: str, rule: str, metric: str | None = None) -> int | None:
        """In percent; 0 where no ticket wins, None as long as it is not known."""
        percent = self.known_winning(task, rule, metric)
        return assumed_sparsity(task) if self.assume_published and percent is None else percent

    @property
    def sparsities_known(self) -> bool:
        """Whether no further run has to tell at which sparsities tickets win."""
        return all(self.known_winning(*needed) is not None for part in self.parts for needed in part.winning_needed())

    @property
    def tflops(self) -> float | None:
        """The device's rate that the plan's seconds follow from; None where trainings or their steps are timed."""
        return settings.device_tflops(self.whole)

    @cached_property
    def plan(self) -> Plan:
        return self._plan(self.requested)

    @cached_property
    def damaged(self) -> Mapping[str, str]:
        """Why artefacts of the plan that are in the store cannot be read, by name."""
        return self.reader.damaged(name for job in self.plan.jobs for name in job.makes)

    def work(self, job: Job) -> WorkItem:
        """What a worker is sent to do one of the plan's jobs."""
        context = self.composer.context(job.cell)
        context = replace(context, logger=replace(context.logger, study=self.name))
        return WorkItem(job.name, _command(job.overrides), job.target, context)

    def studies(self) -> list[tuple[str, Plan]]:
        """What each exhibit would take if it ran alone."""
        cells = {one.name: [*one.curve_cells(), *one.cells(self.winning_sparsity)] for one in self.exhibits}
        return [(name, self._plan([*map(self.composer.request, own)])) for name, own in cells.items()]

    def _plan(self, requested: Sequence[RequestedRun]) -> Plan:
        return make_plan(requested, rated=self.tflops is not None)

    def fill_exhibits(self) -> list[Reportable]:
        """Every exhibit with what is in the store, and with what has to be said of its tasks.

        An exhibit with ``over_tasks`` is followed by its table and figure over all tasks.
        """
        winning, filled = self.winning_sparsity, []
        for exhibit in self.exhibits:
            lookup = self._with_ticket if exhibit.reads_tickets else self.outcome
            shown = replace(exhibit.fill(lookup, winning), question=exhibit.question, overrides=self.overrides)
            filled.append((shown, exhibit.cells(winning)))
        noted = (replace(exhibit, notes=(*exhibit.notes, *self._notes(cells))) for exhibit, cells in filled)
        return [one for exhibit in noted for one in with_over_tasks(exhibit, self.reader.columns)]

    def _notes(self, cells: Sequence[Cell]) -> list[str]:
        """What has to be said of cells below the exhibit that shows them."""
        shares = {request.run.problem.data.holdout for request in self.requested}
        held_out = [f"{100 * share:g} % of train, its last rows, {HELD_OUT}" for share in sorted(filter(None, shares))]
        uninformative = {cell.task for cell in cells} & set(self.uninformative_tasks)
        return [*self.composer.text_notes(cells), *([WNLI] if uninformative else []), *held_out]

    def outcome(self, cell: Cell) -> CellResult:
        """What the store has of a cell."""
        request = self.composer.request(cell)
        run, result = request.run, self.reader.result(request.run)
        return CellResult(
            run=run.name,
            metric=run.problem.task.metric,
            score=result.score if result else None,
            command=_command(request.overrides),
            undefined=result.undefined if result else (),
            metrics=result.metrics if result else {},
            problem=run.problem,
            steps=request.steps,
            selection=result.selection if result else {},
        )

    def _with_ticket(self, cell: Cell) -> CellResult:
        """What the store has of a cell, with the verified file of its mask."""
        ticket = self.composer.request(cell).run.ticket
        return replace(self.outcome(cell), ticket=self.reader.ticket(ticket) if ticket is not None else None)


def _command(overrides: Sequence[str]) -> str:
    return f"{PROGRAM} {shlex.join(overrides)}"
