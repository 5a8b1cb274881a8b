"""What the cells of a sweep have in common, composed once for each option of each axis.

Composing costs some 60 ms a time, so that a thousand cells composed one by one would cost a minute.
"""

from __future__ import annotations

from collections.abc import Sequence

from omegaconf import DictConfig

from lightning_tickets.composition import settings
from lightning_tickets.composition.compose import composed
from lightning_tickets.composition.single import check_shown
from lightning_tickets.studies.cell import WHOLE, Cell
from lightning_tickets.studies.plan import Wanted
from lightning_tickets.tickets.spec import Problem


class Setting:
    """``common`` are the overrides that are not one of the axes task, subnetwork, sparsity, seed."""

    def __init__(self, common: Sequence[str]) -> None:
        self.common = tuple(common)
        self._problems: dict[str, tuple[Problem, float]] = {}
        self._rows: dict[str, DictConfig] = {}

    def wanted(self, cell: Cell) -> Wanted:
        """The run of a cell, the same as when its command is typed alone."""
        problem, seconds = self._problem(cell.task)
        row = self._row(cell.subnetwork)
        if cell.subnetwork != WHOLE:
            settings.on_schedule(row, cell.sparsity)
        run = settings.run(row, problem, cell.sparsity, cell.seed)
        return Wanted(run, (*self.common, *cell.overrides()), seconds)

    def _problem(self, task: str) -> tuple[Problem, float]:
        if task not in self._problems:
            config = composed([*self.common, f"task={task}"])
            check_shown(config)
            found = settings.problem(config)
            self._problems[task] = found, settings.seconds(config, found)
        return self._problems[task]

    def _row(self, subnetwork: str) -> DictConfig:
        if subnetwork not in self._rows:
            self._rows[subnetwork] = composed([*self.common, f"subnetwork={subnetwork}"])
        return self._rows[subnetwork]
