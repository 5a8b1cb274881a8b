"""Which trainings a set of cells needs, each named once, and what is in the store of them. No torch here."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from lightning_tickets.runs.store import TIMING, Store, read_json
from lightning_tickets.studies.cell import Cell
from lightning_tickets.tickets.spec import Run, TicketMask


@dataclass(frozen=True)
class Wanted:
    """A run, the overrides that make it, the estimated seconds of its training and of a round of its ticket's chain.

    ``steps`` are those of its training; ``cell`` is what was asked for; ``parameters`` are the network's, if known.
    """

    run: Run
    overrides: tuple[str, ...]
    seconds: float
    search_seconds: float
    steps: int = 0
    cell: Cell | None = None
    parameters: int | None = None


@dataclass(frozen=True)
class Job:
    """One thing to launch: a chain to a sparsity, or the training of a cell.

    ``makes`` are the artefacts in the store, one a training; ``needs`` is the one, of another job, that has to be there
    first; ``seconds`` is the estimate for one training. ``target`` is what is made, for ``cell`` among others.
    """

    name: str
    overrides: tuple[str, ...]
    makes: tuple[str, ...]
    needs: str | None
    seconds: float
    target: Run | TicketMask | None = None
    cell: Cell | None = None
    parameters: int | None = None

    def missing(self, store: Store) -> list[str]:
        return [name for name in self.makes if not store.has(name)]


@dataclass(frozen=True)
class Plan:
    """The jobs in an order in which each comes after what it needs; ``requested`` counts trainings before sharing."""

    jobs: tuple[Job, ...]
    requested: int

    def trainings(self) -> int:
        return sum(len(job.makes) for job in self.jobs)

    def levels(self) -> list[list[Job]]:
        """Jobs that can run side by side: those that wait for none, longest first, then those that wait for them."""
        free = [job for job in self.jobs if job.needs is None]
        rest = [job for job in self.jobs if job.needs is not None]
        return [sorted(part, key=lambda job: -job.seconds * len(job.makes)) for part in (free, rest)]

    def missing(self, store: Store) -> list[str]:
        """The artefacts that have not been made."""
        return [name for job in self.jobs for name in job.missing(store)]

    def seconds_left(self, store: Store) -> float:
        """Of one core, for all that is missing; corrected by how long the trainings that exist have taken."""
        return sum(job.seconds * len(job.missing(store)) for job in self.jobs) * (self.pace(store) or 1.0)

    def pace(self, store: Store) -> float | None:
        """How long the trainings that exist have taken, against their estimates; None where there are none."""
        timed = [(job.seconds, _seconds(store, name)) for job in self.jobs for name in job.makes]
        ratios = [took / guess for guess, took in timed if took is not None and guess]
        return statistics.median(ratios) if ratios else None


def make_plan(wanted: Sequence[Wanted]) -> Plan:
    """Chains first (each once, to the highest sparsity that a cell asks for), then the distinct cells."""
    deepest: dict[str, tuple[TicketMask, Wanted]] = {}
    for item in wanted:
        ticket = item.run.ticket
        if ticket is not None:
            known = deepest.get(ticket.chain.name)
            if known is None or known[0].percent < ticket.percent:
                deepest[ticket.chain.name] = (ticket, item)
    finds = {name: _search(ticket, item) for name, (ticket, item) in deepest.items()}
    jobs = list(finds.values())
    for run_name, item in {item.run.name: item for item in wanted}.items():
        ticket = item.run.ticket
        needs = ticket.name if ticket else None
        jobs.append(
            Job(run_name, item.overrides, (run_name,), needs, item.seconds, item.run, item.cell, item.parameters)
        )
    return Plan(tuple(jobs), sum(map(_alone, wanted)))


def _search(deepest: TicketMask, item: Wanted) -> Job:
    makes = tuple(ticket.name for ticket in deepest.rounds)
    overrides = (*item.overrides, "job=find")
    return Job(deepest.name, overrides, makes, None, item.search_seconds, deepest, item.cell, item.parameters)


def _alone(item: Wanted) -> int:
    """The trainings that a cell would take if it shared nothing."""
    return 1 + (item.run.ticket.round if item.run.ticket is not None else 0)


def _seconds(store: Store, name: str) -> float | None:
    """What a training took, None if it is missing or cannot be read: an estimate needs no more."""
    try:
        return float(read_json(store.path(name) / TIMING)["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
