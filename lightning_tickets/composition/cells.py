"""The cells of a sweep as runs, composed as few times as can be: each option of each axis once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product

from omegaconf import DictConfig

from lightning_tickets.composition import data_and_model
from lightning_tickets.composition.compose import GroupComposer, is_group_override
from lightning_tickets.composition.overrides import expand
from lightning_tickets.composition.problems import Cost, PlannedProblem, build_problem, mixed
from lightning_tickets.composition.single import check_hidden, context_of
from lightning_tickets.composition.subnetworks import Subnetwork, is_pruned
from lightning_tickets.composition.ticket_source import source_tasks, sources_in
from lightning_tickets.studies.cell import Cell
from lightning_tickets.studies.plan import RequestedRun
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.problem import Task

SEARCH = ("source", "rewind", "ticket", "pruner", "schedule")  # keys of the search for a ticket
MIXED = ("mix", "sources")
FETCHED = ("data", "model", "scale", "source", "mix")  # how options begin that may need other downloads
GLOBAL = ("scale", "experiment", "mix")  # groups whose options reach beyond their own node
Options = tuple[str, ...]


@dataclass(frozen=True)
class _Parts:
    """What cells that differ in sparsity and seed have in common; ``sources`` are the problems of another search.

    ``of_round`` is what a round of the search costs.
    """

    own: PlannedProblem
    subnetwork: Subnetwork
    sources: Mapping[str, PlannedProblem]
    of_round: Cost


class CellComposer:
    """``common`` are the overrides that every cell's command has, ``hidden`` those that change no cell.

    ``tasks``, ``rows`` and ``options`` are what cells differ in; no tasks or rows: the config's own.
    """

    def __init__(
        self,
        common: Sequence[str],
        tasks: Iterable[str],
        rows: Iterable[str],
        options: Iterable[Options],
        hidden: Sequence[str] = (),
    ) -> None:
        self.common, self._hidden = tuple(common), tuple(hidden)
        self._options = {lines: tuple(expand(lines)) for lines in options}
        sources = [name for lines in self._options for name in sources_in((*common, *lines))]
        groups = {"task": [*tasks, *sources], "subnetwork": [*rows]}
        for line in (line for lines in self._options.values() for line in lines if _is_choice(line)):
            group, _, option = line.partition("=")
            groups.setdefault(group, []).append(option)
        self._groups = {group: tuple(dict.fromkeys(options)) for group, options in groups.items()}
        self._composer, self._config = cache(self._compose), cache(self._at)
        self._problem, self._context = cache(self._build_problem), cache(self._build_context)
        self._row, self._by_task = cache(self._build_row), cache(self._refers_to_task)
        self._parts, self._shared = cache(self._build_parts), cache(self._select_shared)
        self.request = cache(self._request)
        check_hidden(self.base)

    @cached_property
    def base(self) -> DictConfig:
        """The config of the common overrides, with its own task and row."""
        return self._composer(self.common).at()

    @property
    def whole(self) -> DictConfig:
        """The same with Hydra's node."""
        return self._composer(self.common).whole

    def without_sparsity(self) -> frozenset[str]:
        """The rows that have none: full networks, and masks from a file."""
        rows = self._groups["subnetwork"] or (self.base.subnetwork.name,)
        return frozenset(row for row in rows if not is_pruned(self._config((), None, row, True).subnetwork))

    def fetch(self) -> None:
        """Data and weights of every task, downloaded if need be; of all that a cell's options choose."""
        chosen = (own for own in self._options if any(line.startswith(FETCHED) for line in self._options[own]))
        for options, task in product(dict.fromkeys(((), *chosen)), self._groups["task"] or (None,)):
            data_and_model.fetch(self._config(options, task, None, True))

    def text_notes(self, cells: Iterable[Cell]) -> tuple[str, ...]:
        """A note on each text that the cells, or the searches for their tickets, train on."""
        sources = {cell: self._parts(cell.options, cell.task, cell.subnetwork).sources for cell in cells}
        tasks = {name: cell.options for cell, names in sources.items() for name in (cell.task, *names)}
        options = {name: () if name in self._groups["task"] else own for name, own in tasks.items()}
        configs = [self._config(own, name, None, True) for name, own in options.items()]
        return tuple(dict.fromkeys(note for config in configs for note in data_and_model.corpora(config)))

    def task(self, cell: Cell) -> Task:
        """What a cell is scored on."""
        return self._parts(cell.options, cell.task, cell.subnetwork).own.problem.task

    def context(self, cell: Cell) -> RunContext:
        """Where the trainings of a cell read and write; others that make what they need are not waited for."""
        return self._context(cell.options, cell.task, cell.subnetwork)

    def _build_context(self, options: Options, task: str, row: str) -> RunContext:
        return replace(context_of(self._config(options, task, row, True), single=False), waits=False)

    def _request(self, cell: Cell) -> RequestedRun:
        """The run of one of the cells, the same as when its command is typed alone."""
        parts = self._parts(cell.options, cell.task, cell.subnetwork)
        own, sources = parts.own, [*parts.sources.values()]
        run = parts.subnetwork.run(own, sources, cell.sparsity, cell.seed)
        return RequestedRun(
            run,
            overrides=(*self.common, *cell.overrides()),
            seconds=own.cost.seconds,
            search_seconds=parts.of_round.seconds,
            steps=own.cost.steps,
            cell=cell,
            parameters=own.parameters,
            operations=own.cost.operations,
            search_operations=parts.of_round.operations,
        )

    def _build_parts(self, options: Options, task: str, row: str) -> _Parts:
        """A subnetwork is composed once for all tasks, unless what it is read from refers to the task."""
        shared = self._shared(options)
        own = self._problem(shared, task, True)
        subnetwork = self._row(options, task if self._by_task(options) else None, row)
        alike = not any(map(_is_of_task, (*self.common, *shared)))
        names = source_tasks(subnetwork.config, own.problem.task.name)
        sources = {name: self._problem(shared, name, alike) for name in names}
        costs = [one.search_cost for one in sources.values() or [own]]
        return _Parts(own, subnetwork, sources, mixed(costs, subnetwork.config.mix.loss == "sampled"))

    def _select_shared(self, options: Options) -> Options:
        """What its task and the tasks of its ticket are both trained with: nothing that changes the search only."""
        lines = tuple(line for line in self._options[options] if not _is_of_search(line))
        base, reloaded = self._composer(self.common), self._composer_of(self.common, lines)
        unchanged = (
            reloaded.as_written(*MIXED) == base.as_written(*MIXED) and reloaded.nodes.keys() <= base.nodes.keys()
        )
        return tuple(line for line in lines if not (unchanged and _is_reloaded(line)))

    def _build_problem(self, lines: Options, task: str, own: bool) -> PlannedProblem:
        return build_problem(self._config(lines, task, None, own))

    def _build_row(self, options: Options, task: str | None, row: str) -> Subnetwork:
        return Subnetwork(self._config(options, task, row, True))

    def _refers_to_task(self, options: Options) -> bool:
        composer = self._composer_of(self.common, self._options[options])
        return any("$" in line for line in options) or composer.refer_to("task", "training", "sources")

    def _compose(self, common: Options, reloaded: Options = ()) -> GroupComposer:
        if not reloaded:
            return GroupComposer([*common, *self._hidden], self._groups)
        return GroupComposer([*common, *reloaded, *self._hidden], {}, self._composer(common).nodes)

    def _at(self, options: Options, task: str | None, row: str | None, own: bool) -> DictConfig:
        """With ``own`` what the user has set within ``task`` is set, otherwise tasks are as their YAMLs have them."""
        lines = [line for line in self._options.get(options, options) if own or not _is_of_task(line)]
        common = [line for line in self.common if own or not _is_of_task(line)]
        chosen = dict(line.split("=", 1) for line in lines if _is_choice(line))
        chosen |= {group: name for group, name in (("task", task), ("subnetwork", row)) if name is not None}
        values = [line for line in lines if not is_group_override(line)]
        return self._composer_of(tuple(common), lines).at(values, **chosen)

    def _composer_of(self, common: Options, lines: Iterable[str]) -> GroupComposer:
        reloaded = tuple(filter(_is_reloaded, lines))
        return self._composer(common, reloaded) if reloaded else self._composer(common)


def _is_choice(line: str) -> bool:
    """Whether it takes another option of a group that can be loaded next to the others."""
    key = line.partition("=")[0]
    return is_group_override(line) and key[:1] not in "+~" and "@" not in key and key not in GLOBAL and "/" not in key


def _is_reloaded(line: str) -> bool:
    """Whether it takes another option of a group that has to be composed again."""
    return is_group_override(line) and not _is_choice(line)


def _is_of_task(line: str) -> bool:
    """Whether it sets something within the task that is scored."""
    return line.lstrip("+~").startswith("task.")


def _is_of_search(line: str) -> bool:
    return line.partition("=")[0].partition(".")[0] in SEARCH
