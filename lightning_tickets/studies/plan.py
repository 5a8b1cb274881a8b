"""The distinct trainings that a set of cells needs, and which of them are in the store. No torch here."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lightning_tickets.runs.store import Store
from lightning_tickets.studies.cell import Cell
from lightning_tickets.tickets.spec import Run, TicketMask


@dataclass(frozen=True)
class Operations:
    """A number of floating-point operations; with ``at_most`` an upper bound."""

    count: float
    at_most: bool = False

    def times(self, factor: float) -> Operations:
        return Operations(factor * self.count, self.at_most)


def add(several: Iterable[Operations | None]) -> Operations | None:
    """Their sum, None if one is not known; an upper bound if one of them is."""
    known = list(several)
    counted = [one for one in known if one is not None]
    if len(counted) < len(known):
        return None
    return Operations(sum(one.count for one in counted), any(one.at_most for one in counted))


@dataclass(frozen=True)
class RequestedRun:
    """A run and the overrides that make it, with the estimated seconds of its training and of a round of its search.

    ``steps`` are those of its training; ``cell`` is what was asked for; ``parameters`` is the network's size, if known,
    and so are the operations of its training and of a round.
    """

    run: Run
    overrides: tuple[str, ...]
    seconds: float
    search_seconds: float
    steps: int
    cell: Cell
    parameters: int | None = None
    operations: Operations | None = None
    search_operations: Operations | None = None


@dataclass(frozen=True)
class Job:
    """One unit of work: a search to a sparsity, or the training of a cell.

    ``makes`` names its artefacts in the store, one per training; ``needs`` is an artefact of another job that has to
    exist first; ``seconds`` and ``operations`` are estimates per training. ``target`` is the spec; ``cell``
    is one that asked for it.
    """

    name: str
    overrides: tuple[str, ...]
    makes: tuple[str, ...]
    needs: str | None
    seconds: float
    target: Run | TicketMask
    cell: Cell
    parameters: int | None = None
    operations: Operations | None = None

    @property
    def targets(self) -> Sequence[Run | TicketMask]:
        """The specs of its artefacts."""
        return self.target.rounds if isinstance(self.target, TicketMask) else [self.target]

    def missing(self, store: Store) -> list[str]:
        return [name for name in self.makes if not store.has(name)]


@dataclass(frozen=True)
class Plan:
    """Jobs, each after the one it needs; ``requested`` counts the trainings if nothing were shared.

    With ``rated`` seconds are operations over a device's rate, which no training corrects.
    """

    jobs: tuple[Job, ...]
    requested: int
    rated: bool = False

    def trainings(self) -> int:
        return sum(len(job.makes) for job in self.jobs)

    def missing(self, store: Store) -> list[str]:
        """The artefacts that are not in the store."""
        return [name for job in self.jobs for name in job.missing(store)]

    def seconds_left(self, store: Store, pace: float | None = None) -> float:
        """For everything that is missing, on one core; corrected by ``pace``, or else by its own trainings' pace."""
        return sum(job.seconds * len(job.missing(store)) for job in self.jobs) * (pace or self.pace(store) or 1.0)

    def operations_left(self, store: Store) -> Operations | None:
        """Of everything that is missing; None if a network's sizes are not known."""
        left = ((job, len(job.missing(store))) for job in self.jobs)
        return add(job.operations and job.operations.times(count) for job, count in left if count)

    def pace(self, store: Store) -> float | None:
        """Median ratio of the measured times of the trainings that exist to their estimates; None without any."""
        if self.rated:
            return 1.0
        timed = [(job.seconds, store.seconds(name)) for job in self.jobs for name in job.makes]
        ratios = [measured / estimate for estimate, measured in timed if measured is not None and estimate]
        return statistics.median(ratios) if ratios else None


def make_plan(requested: Sequence[RequestedRun], rated: bool = False) -> Plan:
    """Searches first (each once, to the highest sparsity that a cell asks for), then the distinct cells."""
    deepest: dict[str, tuple[TicketMask, RequestedRun]] = {}
    for request in requested:
        ticket = request.run.ticket
        if ticket is not None:
            known = deepest.get(ticket.search.name)
            if known is None or known[0].percent < ticket.percent:
                deepest[ticket.search.name] = (ticket, request)
    searches = [_search(ticket, request) for ticket, request in deepest.values()]
    runs = [_training(request) for request in {request.run.name: request for request in requested}.values()]
    return Plan((*searches, *runs), sum(map(_unshared, requested)), rated)


def _training(request: RequestedRun) -> Job:
    run = request.run
    needs = run.ticket.name if run.ticket else None
    return Job(
        run.name,
        request.overrides,
        (run.name,),
        needs,
        request.seconds,
        run,
        request.cell,
        request.parameters,
        request.operations,
    )


def _search(ticket: TicketMask, request: RequestedRun) -> Job:
    return replace(
        _training(request),
        name=ticket.name,
        overrides=(*request.overrides, "job=find"),
        makes=tuple(one.name for one in ticket.rounds),
        needs=None,
        seconds=request.search_seconds,
        operations=request.search_operations,
        target=ticket,
    )


def _unshared(request: RequestedRun) -> int:
    """The trainings of a cell if it shared nothing."""
    return 1 + (request.run.ticket.round if request.run.ticket is not None else 0)
