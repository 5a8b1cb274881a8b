"""What the cells of a sweep have in common, with each option of each axis composed once, so that cells are values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omegaconf import DictConfig

from lightning_tickets.composition import inputs, settings
from lightning_tickets.composition.compose import composed_each
from lightning_tickets.composition.single import check_shown
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.plan import Wanted
from lightning_tickets.tickets.spec import Problem


class Setting:
    """``common`` are the overrides that are not one of the axes task, subnetwork, sparsity, seed."""

    def __init__(self, common: Sequence[str], cells: Iterable[Cell]) -> None:
        self.common, self.cells = tuple(common), tuple(dict.fromkeys(cells))
        tasks = list(dict.fromkeys(cell.task for cell in self.cells))
        rows = list(dict.fromkeys(cell.subnetwork for cell in self.cells))
        self._tasks = composed_each(common, "task", tasks)
        self._problems = {task: _timed(config) for task, config in self._tasks.items()}
        self._rows = composed_each([*common, f"task={tasks[0]}"], "subnetwork", rows)
        check_shown(self._rows[rows[0]])

    def fetch(self) -> None:
        """Data and weights of every task at hand."""
        for config in self._tasks.values():
            inputs.fetch(config)

    def corpora(self, tasks: Iterable[str]) -> tuple[str, ...]:
        """A note on each task whose text has to be named."""
        notes = [inputs.corpus(self._tasks[task]) for task in tasks]
        return tuple(note for note in notes if note)

    def wanted(self, cell: Cell) -> Wanted:
        """The run of one of the cells, the same as when its command is typed alone."""
        problem, seconds = self._problems[cell.task]
        row = self._rows[cell.subnetwork]
        run = settings.run(row, problem, cell.sparsity, cell.seed)
        return Wanted(run, (*self.common, *cell.overrides()), seconds)


def _timed(config: DictConfig) -> tuple[Problem, float]:
    """What is trained, and the estimated seconds of one training."""
    problem = settings.problem(config)
    return problem, settings.seconds(config, problem)
