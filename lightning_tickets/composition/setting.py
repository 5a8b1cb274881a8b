"""What the cells of a sweep have in common, composed as few times as can be, so that cells are values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from omegaconf import DictConfig

from lightning_tickets.composition import inputs, sources, subnetworks
from lightning_tickets.composition.compose import SideBySide, is_choice
from lightning_tickets.composition.locations import context_of
from lightning_tickets.composition.problems import Posed, posed
from lightning_tickets.composition.single import check_shown
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.plan import Wanted
from lightning_tickets.tickets.context import RunContext

# Keys that say how a ticket is found, not on what.
SEARCH = ("source", "rewind", "rewinds", "ticket", "pruner", "schedule", "mix")
Options = tuple[str, ...]


class Setting:
    """``common`` are the overrides that every cell has; a cell's own options are further ones."""

    def __init__(self, common: Sequence[str], cells: Iterable[Cell]) -> None:
        self.common, self.cells = tuple(common), tuple(dict.fromkeys(cells))
        self._source = {cell.options: sources.named_in((*common, *cell.options)) for cell in self.cells}
        targets = [cell.task for cell in self.cells]
        self._tasks = list(dict.fromkeys([*targets, *(name for named in self._source.values() for name in named)]))
        self._rows = list(dict.fromkeys(cell.subnetwork for cell in self.cells))
        self._wanted: dict[Cell, Wanted] = {}
        self._together = cache(self._composed)
        self._posed = cache(self._found)
        self._row = cache(self._rowed)
        self._places = cache(self._placed)
        check_shown(self._config((), self._tasks[0], self._rows[0]))

    def fetch(self) -> None:
        """Data and weights of every task at hand."""
        for task in self._tasks:
            inputs.fetch(self._config((), task, self._rows[0]))

    def corpora(self, cells: Iterable[Cell]) -> tuple[str, ...]:
        """A note on each text that has to be named: of these cells' tasks, and of those their tickets are found on."""
        asked = {name for cell in cells for name in (cell.task, *self._source[cell.options])}
        configs = [self._config((), task, self._rows[0]) for task in self._tasks if task in asked]
        return tuple(note for config in configs for note in inputs.corpora(config))

    def wanted(self, cell: Cell) -> Wanted:
        """The run of one of the cells, the same as when its command is typed alone."""
        if cell not in self._wanted:
            self._wanted[cell] = self._of(cell)
        return self._wanted[cell]

    def context(self, cell: Cell) -> RunContext:
        """Where the trainings of a cell read and write; others that make what they need are not waited for."""
        return self._places(cell.options, cell.task, cell.subnetwork)

    def _placed(self, options: Options, task: str, row: str) -> RunContext:
        return replace(context_of(self._config(options, task, row), single=False), waits=False)

    def _of(self, cell: Cell) -> Wanted:
        problem_options = tuple(option for option in cell.options if not _of_search(option))
        own = self._posed(problem_options, cell.task, True)
        names = self._source[cell.options]
        found = [] if names == (cell.task,) else [self._posed(problem_options, name, False) for name in names]
        run = subnetworks.run(self._row(cell.options, cell.subnetwork), own, found, cell.sparsity, cell.seed)
        overrides = (*self.common, *cell.overrides())
        searched = sum(one.seconds for one in found) or own.seconds
        return Wanted(run, overrides, own.seconds, searched, own.steps, cell, own.parameters)

    def _composed(self, lines: Options) -> SideBySide:
        return SideBySide(lines, {"task": self._tasks, "subnetwork": self._rows})

    def _config(self, options: Options, task: str, row: str, own: bool = True) -> DictConfig:
        """With ``own`` what the user has set within ``task`` is set, otherwise tasks are as their YAMLs have them."""
        common, further = ([o for o in lines if own or not _of_task(o)] for lines in (self.common, options))
        choices = [option for option in further if is_choice(option)]
        values = [option for option in further if not is_choice(option)]
        return self._together((*common, *choices)).at(values, task=task, subnetwork=row)

    def _found(self, options: Options, task: str, own: bool) -> Posed:
        return posed(self._config(options, task, self._rows[0], own))

    def _rowed(self, options: Options, row: str) -> DictConfig:
        return self._config(options, self._tasks[0], row)


def _of_task(option: str) -> bool:
    """Whether it sets something within the task that is scored."""
    return option.lstrip("+~").startswith("task.")


def _of_search(option: str) -> bool:
    return option.partition("=")[0].partition(".")[0] in SEARCH
