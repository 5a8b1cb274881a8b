"""Where every training of a search and of its tickets starts, and which weights a round keeps for that.

A search rewinds to step i of its first trained round (0: θ0), goes on from where the round before has ended (standard
pruning), or goes on with the weights and rewinds the learning rate only (Renda et al. 2020). No torch at import:
planning asks which rounds keep weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightning_tickets.errors import UserError
from lightning_tickets.pruning.schedule import WHOLE
from lightning_tickets.runs.store import Store
from lightning_tickets.seeds import derive
from lightning_tickets.tickets.spec import Run, Search, TicketMask

if TYPE_CHECKING:
    from lightning_tickets.initialization.state import State
    from lightning_tickets.training.rewind_point import RewindPoint


@dataclass(frozen=True)
class TrainingStart:
    """What a training begins with: θ, and γ where it is not drawn; the step it begins at, and where its rate is zero.

    Heads are drawn by the run's seed, or by ``head_seed``.
    """

    theta: State
    gamma: Sequence[State] | None = None
    begin: int = 0
    horizon: int | None = None
    head_seed: int | None = None


def goes_on(search: Search) -> bool:
    """Whether a round starts from the weights with which the one before has ended."""
    return search.rewind is None or search.rewinds == "rate"


def first_step(search: Search, steps: int) -> int:
    """The step i of so many that rounds after the first start from, at least 1; 0 for θ0 and for standard pruning.

    It is 0 for a training of one step, too, which has none to rewind to.
    """
    return min(steps - 1, max(1, round(search.rewind * steps))) if search.rewind else 0


def horizon(search: Search, steps: int) -> int | None:
    """The step of rate zero: the last of a search's at 100 % (docs/explanation/method.md, row 2); None: a round's."""
    return steps * -(-WHOLE // search.schedule.per_round) if search.horizon == "chain" else None


def kept_step(ticket: TicketMask, steps: int) -> int | None:
    """The step of a round that those after it start from: its last if the search goes on, step i of the first.

    UserError for a training too short to have a step i.
    """
    first, step = len(ticket.trained) == 1, first_step(ticket.search, steps)
    if goes_on(ticket.search):
        return steps if first else steps - step
    if ticket.search.rewind and not step:
        raise UserError(f"rewind.fraction={ticket.search.rewind}: expected a training of at least 2 steps, got {steps}")
    return step if step and first else None


def keeps_weights(ticket: TicketMask) -> bool:
    """Whether its round leaves the weights that later ones start from, θ_i or those of its end."""
    first = len(ticket.trained) == 1
    return bool(ticket.trained) and (goes_on(ticket.search) or bool(ticket.search.rewind and first))


def rewound_to(ticket: TicketMask, store: Store) -> RewindPoint | None:
    """The weights and heads that what comes after the ticket starts from; None for θ0 with a new head."""
    from lightning_tickets.tickets.rewind_point import POINT, load_point

    if ticket.search.rewind == 0 or not ticket.trained:
        return None
    holder = ticket.trained[-1 if goes_on(ticket.search) else 0]
    return load_point(store.open(holder.name, holder) / POINT)


def round_start(ticket: TicketMask, theta: State, steps: int, store: Store) -> TrainingStart:
    """The first round starts at θ0, the others where the search goes back to, each with the head that it says."""
    from lightning_tickets.tickets.rewind_point import END, load_point

    search, earlier = ticket.search, ticket.trained[:-1]
    if not earlier:
        return TrainingStart(theta, horizon=horizon(search, steps))
    point, gamma = rewound_to(earlier[-1], store), None
    if point is not None:
        theta, gamma = point.encoder, point.heads
    if search.head == "carried":
        gamma = load_point(store.open(earlier[-1].name, earlier[-1]) / END).heads
    start, end = first_step(search, steps), horizon(search, steps)
    if search.head == "redrawn":
        return TrainingStart(theta, None, start, end, derive(search.seed, "heads", ticket.round))
    return TrainingStart(theta, gamma, start, end)


def run_start(run: Run, theta: State, point: RewindPoint | None, steps: int) -> TrainingStart:
    """A run from its initialization's weights, with a new head; a rewound ticket goes on from its search's step.

    On another task than its own it has the search's weights only: a new head and a whole training.
    """
    if point is None or run.ticket is None or run.transferred:
        return TrainingStart(theta)
    return TrainingStart(theta, point.heads, first_step(run.ticket.search, steps))
