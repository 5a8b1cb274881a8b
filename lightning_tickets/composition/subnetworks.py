"""A row of the tables as a config describes it, on a problem: which mask over which weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.checks import checked, integer
from lightning_tickets.composition.components import component_at, pruner_at
from lightning_tickets.composition.problems import PlannedProblem
from lightning_tickets.composition.search import chain, schedule
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.pruning.schedule import Linear, rounds_to
from lightning_tickets.tickets.needs import DRAWN
from lightning_tickets.tickets.spec import AnyMask, DrawnMask, GivenMask, RedrawnMask, Run, TicketMask

MASKS = ("none", "ticket", "drawn", "redrawn", "given")


def is_pruned(row: DictConfig) -> bool:
    """Whether a row of the tables has a sparsity: not a full network, nor a mask from a file."""
    return row.mask not in ("none", "given")


def run(config: DictConfig, on: PlannedProblem, sources: Sequence[PlannedProblem], sparsity: Any, seed: Any) -> Run:
    """The subnetwork that ``config.subnetwork`` describes, its ticket found on ``sources`` or on the task.

    UserError for a sparsity off the schedule where the row has one, or a ticket scored by the seed that found it.
    """
    row = config.subnetwork
    mask = _mask(config, sources or (on,), sparsity)
    found = Run(
        row.name,
        on.problem,
        mask,
        component_at("subnetwork.initialization", row.initialization),
        integer(0)("seed", seed),
    )
    if found.ticket is not None and seed == found.ticket.chain.seed:
        raise UserError(f"seed={seed}: ticket.seed={seed} finds the ticket, so another seed has to score it")
    return found


def _mask(config: DictConfig, sought: Sequence[PlannedProblem], sparsity: Any) -> AnyMask | None:
    """What ``subnetwork.mask`` says: none, a chain's ticket, one drawn of θ0, one drawn after a ticket, or a file's."""
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
    ticket = TicketMask(chain(config, sought), percent)
    return ticket if kind == "ticket" else RedrawnMask(ticket, component_at("subnetwork.redraw", row.redraw))


def mask_file(config: DictConfig) -> Path:
    """Where the mask of ``subnetwork=given`` lies; UserError unless it is a file."""
    path = Path(str(config.ticket.file or "")).expanduser()
    if not path.is_file():
        raise UserError(f"ticket.file={config.ticket.file}: allowed is the file of a mask, ours or a released one")
    return path
