"""A subnetwork (a row of the tables) as a config describes it: which mask over which weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.checks import Check, checked, integer, is_path, name
from lightning_tickets.composition.components import component_at
from lightning_tickets.composition.problems import PlannedProblem
from lightning_tickets.composition.search import chain, pruner_at, schedule
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.pruning.schedule import Linear, rounds_to
from lightning_tickets.tickets.needs import DRAWN
from lightning_tickets.tickets.spec import AnyMask, DrawnMask, GivenMask, RedrawnMask, Run, TicketMask

STARTS = ("fresh", "prunable", "seed", "earlier")  # what an initialization can ask for
MASK_FILE = Check(
    "a mask file, ours or one of the released code",
    lambda path: is_path(path) and Path(path).expanduser().is_file(),
)
MASKS = ("none", "ticket", "drawn", "redrawn", "given")


def is_pruned(row: DictConfig) -> bool:
    """Whether a subnetwork has a sparsity: neither a full network nor a mask from a file."""
    return row.mask not in ("none", "given")


def run(config: DictConfig, on: PlannedProblem, sources: Sequence[PlannedProblem], sparsity: Any, seed: Any) -> Run:
    """The subnetwork of ``config.subnetwork``; its ticket is searched on ``sources``, or else on the task itself.

    UserError for a sparsity off the schedule, or a ticket scored with the seed of its search.
    """
    row = config.subnetwork
    mask = _mask(config, sources or (on,), sparsity)
    start = component_at("subnetwork.initialization", row.initialization, STARTS, given=1)
    requested = Run(name("subnetwork.name", row.name), on.problem, mask, start, integer(0)("seed", seed))
    if requested.ticket is not None and seed == requested.ticket.chain.seed:
        raise UserError(f"seed={seed}: ticket.seed={seed} finds the ticket, so score it with another seed")
    return requested


def _mask(config: DictConfig, problems: Sequence[PlannedProblem], sparsity: Any) -> AnyMask | None:
    """The mask: none, a chain's ticket, drawn from θ0, redrawn after a ticket, or from a file."""
    row = config.subnetwork
    kind = checked("subnetwork.mask", row.mask, MASKS)
    if kind == "none":
        return None
    if kind == "given":
        return GivenMask(file_checksum(mask_file(config))[:16])
    percent, rounds = integer(1, 100)("sparsity", sparsity), schedule(config)
    rounds_to(rounds, percent)
    if kind == "drawn":
        counted = Linear() if isinstance(rounds, Linear) else rounds
        return DrawnMask(pruner_at("subnetwork.pruner", row.pruner, (DRAWN,), config), percent, counted)
    ticket = TicketMask(chain(config, problems), percent)
    return (
        ticket
        if kind == "ticket"
        else RedrawnMask(ticket, component_at("subnetwork.redraw", row.redraw, ("seed",), given=1))
    )


def mask_file(config: DictConfig) -> Path:
    """The mask file of ``subnetwork=given``; UserError if it is not a file."""
    return Path(MASK_FILE("ticket.file", config.ticket.file)).expanduser()
