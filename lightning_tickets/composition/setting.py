"""What the cells of a sweep have in common, with each option of each axis composed once, so that cells are values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lightning_tickets.composition import inputs, subnetworks
from lightning_tickets.composition.compose import composed_each
from lightning_tickets.composition.problems import posed, posed_sources
from lightning_tickets.composition.single import check_shown
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.plan import Wanted


class Setting:
    """``common`` are the overrides that every cell has; a cell's own options make it one of another scene."""

    def __init__(self, common: Sequence[str], cells: Iterable[Cell]) -> None:
        self.common, self.cells = tuple(common), tuple(dict.fromkeys(cells))
        sharing: dict[tuple[str, ...], list[Cell]] = {}
        for cell in self.cells:
            sharing.setdefault(cell.options, []).append(cell)
        self._scenes = {options: _Scene((*common, *options), members) for options, members in sharing.items()}

    def fetch(self) -> None:
        """Data and weights of every task at hand."""
        for scene in self._scenes.values():
            scene.fetch()

    def corpora(self, tasks: Iterable[str]) -> tuple[str, ...]:
        """A note on each text that has to be named: of these tasks, and of those that their tickets are found on."""
        asked = tuple(tasks)
        return tuple(dict.fromkeys(note for scene in self._scenes.values() for note in scene.corpora(asked)))

    def wanted(self, cell: Cell) -> Wanted:
        """The run of one of the cells, the same as when its command is typed alone."""
        return self._scenes[cell.options].wanted(cell, (*self.common, *cell.overrides()))


class _Scene:
    """Cells that differ in task, subnetwork, sparsity and seed only."""

    def __init__(self, overrides: Sequence[str], cells: Sequence[Cell]) -> None:
        tasks = list(dict.fromkeys(cell.task for cell in cells))
        rows = list(dict.fromkeys(cell.subnetwork for cell in cells))
        found = composed_each(overrides, {"task": tasks, "subnetwork": rows})
        self._tasks, self._rows = found["task"], found["subnetwork"]
        self._problems = {task: posed(config) for task, config in self._tasks.items()}
        self._sources = {task: posed_sources(config) for task, config in self._tasks.items()}
        check_shown(self._rows[rows[0]])

    def fetch(self) -> None:
        for config in self._tasks.values():
            inputs.fetch(config)

    def corpora(self, tasks: Sequence[str]) -> list[str]:
        return [note for task in tasks if task in self._tasks for note in inputs.corpora(self._tasks[task])]

    def wanted(self, cell: Cell, overrides: tuple[str, ...]) -> Wanted:
        own, sources = self._problems[cell.task], self._sources[cell.task]
        run = subnetworks.run(self._rows[cell.subnetwork], own, sources, cell.sparsity, cell.seed)
        return Wanted(run, overrides, own.seconds, sum(one.seconds for one in sources) or own.seconds)
