"""What a training is, as frozen values: equal specs give equal bytes on the same machine. No torch here.

Everything that changes a number is a field; data and weights enter by the fingerprint of their content; a ticket
enters by the whole spec of the search that finds it. How far a search goes is not part of it: the search to 90 %
contains the one to 50 %.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar

from lightning_tickets.components import Component
from lightning_tickets.pruning.schedule import Linear, Schedule, rounds_to
from lightning_tickets.runs.identity import run_name
from lightning_tickets.tickets.problem import Mix, Problem


@dataclass(frozen=True)
class Search:
    """Iterative magnitude pruning on a problem (algorithm 1), or on a mix that the problem leads.

    ``rewind`` is where every round after the first starts: at that fraction of the first round's training, 0 for θ0;
    or None, standard pruning: where the round before has ended. ``rewinds`` says what goes back: ``weights`` and rate,
    or the ``rate`` only (Renda et al. 2020). ``head``: γ goes where θ goes (``rewound``), is ``carried`` on from the
    round before, or ``redrawn``. ``horizon``: the rate falls to zero over a ``round``, or over the whole ``chain``.
    ``prunes_first``: the first round prunes θ0 as it is.
    """

    tag: ClassVar[str] = "Chain"
    problem: Problem
    pruner: Component
    schedule: Schedule
    seed: int
    version: int = 1  # of the search
    rewind: float | None = 0.0
    rewinds: str = "weights"
    head: str = "rewound"
    horizon: str = "round"
    prunes_first: bool = False
    mix: Mix | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that are trained together, the leading one first."""
        return (self.problem, *(self.mix.problems if self.mix else ()))

    @property
    def tasks(self) -> str:
        """Their names: ``mlm+cola``."""
        return "+".join(problem.task.name for problem in self.problems)

    @cached_property
    def name(self) -> str:
        return run_name(f"find-{self.tasks}-imp-seed{self.seed}", self)

    @property
    def group(self) -> str:
        """The name of all searches that differ from it in the seed only."""
        return run_name(f"find-{self.tasks}-imp", replace(self, seed=0))


@dataclass(frozen=True)
class TicketMask:
    """m_IMP: the mask that a search has found at a sparsity."""

    tag: ClassVar[str] = "TicketMask"
    search: Search = field(metadata={"key": "chain"})  # its name in stored specs
    percent: int

    @property
    def round(self) -> int:
        """The round that ends at this sparsity, counted from 1."""
        return rounds_to(self.search.schedule, self.percent)

    def kept(self, total: int) -> int:
        """How many of the prunable weights it keeps."""
        return self.search.schedule.kept(total, self.percent)

    @property
    def rounds(self) -> list[TicketMask]:
        """The tickets on the way, itself the last."""
        return [replace(self, percent=percent) for percent in self.search.schedule.percents()[: self.round]]

    @property
    def trained(self) -> list[TicketMask]:
        """The rounds up to it that have trained."""
        return self.rounds[1 if self.search.prunes_first else 0 :]

    @cached_property
    def name(self) -> str:
        """Where the store keeps the ticket: a folder within its search's."""
        return f"{self.search.name}/round-{self.round:02d}"

    @property
    def group(self) -> str:
        """That of its search."""
        return self.search.group


@dataclass(frozen=True)
class DrawnMask:
    """A mask that a pruner makes of θ0 without training (a random mask, one-shot pruning).

    ``schedule`` says how many weights the percentage stands for; every linear one says the same.
    """

    tag: ClassVar[str] = "DrawnMask"
    pruner: Component
    percent: int
    schedule: Schedule = Linear()

    def kept(self, total: int) -> int:
        return self.schedule.kept(total, self.percent)


@dataclass(frozen=True)
class RedrawnMask:
    """A random mask that has something of a ticket's, as its layer ratios; the run's seed draws it."""

    tag: ClassVar[str] = "RedrawnMask"
    ticket: TicketMask
    redraw: Component

    @property
    def percent(self) -> int:
        return self.ticket.percent


@dataclass(frozen=True)
class GivenMask:
    """A mask from a file, by what it contains; its sparsity is its own."""

    tag: ClassVar[str] = "GivenMask"
    fingerprint: str

    @property
    def percent(self) -> int:
        return 0


AnyMask = TicketMask | DrawnMask | RedrawnMask | GivenMask


@dataclass(frozen=True)
class Run:
    """One cell: a subnetwork f(x; m ⊙ θ, γ) trained on a problem; ``row`` is its name in tables."""

    tag: ClassVar[str] = "Run"
    row: str
    problem: Problem
    mask: AnyMask | None
    initialization: Component
    seed: int

    @property
    def ticket(self) -> TicketMask | None:
        """The ticket that has to be found first."""
        if isinstance(self.mask, RedrawnMask):
            return self.mask.ticket
        return self.mask if isinstance(self.mask, TicketMask) else None

    @property
    def percent(self) -> int:
        """The sparsity asked for, 0 where none is: the full network, a mask from a file."""
        return self.mask.percent if self.mask else 0

    @property
    def transferred(self) -> bool:
        """Whether its ticket was found on something else than it is trained on."""
        return self.ticket is not None and self.ticket.search.tasks != self.problem.task.name

    @cached_property
    def name(self) -> str:
        return run_name(f"{self._cell}-seed{self.seed}", self)

    @property
    def group(self) -> str:
        """The name of its cell: of all runs that differ from it in the seed only."""
        return run_name(self._cell, replace(self, seed=0))

    @property
    def _cell(self) -> str:
        source = f"-of-{self.ticket.search.tasks}" if self.ticket and self.transferred else ""
        sparsity = f"-s{self.percent}" if self.percent else ""
        return f"{self.problem.task.name}-{self.row.replace('_', '-')}{source}{sparsity}"
