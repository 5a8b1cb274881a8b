"""What the cells of a sweep have in common, composed once for each option of each axis.

Composing costs some 100 ms a time, so that a thousand cells composed one by one would cost minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from omegaconf import DictConfig

from lightning_tickets.composition import settings
from lightning_tickets.composition.compose import composed
from lightning_tickets.composition.single import check_shown
from lightning_tickets.studies.cell import WHOLE, Cell
from lightning_tickets.studies.plan import Wanted
from lightning_tickets.tickets.spec import Problem


class Setting:
    """``common`` are the overrides that are not one of the axes task, subnetwork, sparsity, seed.

    A task and a row share a composition: neither looks at the other.
    """

    def __init__(self, common: Sequence[str], cells: Iterable[Cell]) -> None:
        self.common, self.cells = tuple(common), tuple(dict.fromkeys(cells))
        self._problems: dict[str, tuple[Problem, float]] = {}
        self._rows: dict[str, DictConfig] = {}
        tasks = list(dict.fromkeys(cell.task for cell in self.cells))
        rows = list(dict.fromkeys(cell.subnetwork for cell in self.cells))
        for task, row in zip_longest(tasks, rows):
            axes = {"task": task or tasks[0], "subnetwork": row or rows[0]}
            config = composed([*self.common, *(f"{axis}={option}" for axis, option in axes.items())])
            self._rows[axes["subnetwork"]] = config
            if axes["task"] not in self._problems:
                check_shown(config)
                problem = settings.problem(config)
                self._problems[axes["task"]] = problem, settings.seconds(config, problem)

    def wanted(self, cell: Cell) -> Wanted:
        """The run of one of the cells, the same as when its command is typed alone."""
        problem, seconds = self._problems[cell.task]
        row = self._rows[cell.subnetwork]
        if cell.subnetwork != WHOLE:
            settings.on_schedule(row, cell.sparsity)
        run = settings.run(row, problem, cell.sparsity, cell.seed)
        return Wanted(run, (*self.common, *cell.overrides()), seconds)
