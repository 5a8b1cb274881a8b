"""A subnetwork (a row of the tables) as a config describes it: which mask over which weights."""

from collections.abc import Sequence
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from lightning_tickets.checks import Check, integer, is_path, name, word
from lightning_tickets.components import Component
from lightning_tickets.composition.components import component_at
from lightning_tickets.composition.problems import PlannedProblem
from lightning_tickets.composition.search import build_search, pruner_at, schedule
from lightning_tickets.errors import UserError
from lightning_tickets.fingerprints import file_checksum
from lightning_tickets.pruning.schedule import Linear, Schedule, rounds_to
from lightning_tickets.tickets.needs import DRAWN
from lightning_tickets.tickets.spec import AnyMask, DrawnMask, GivenMask, RedrawnMask, Run, TicketMask

STARTS = ("fresh", "prunable", "seed", "earlier")  # what an initialization can ask for
MASK_FILE = Check(
    "the path of a ticket.safetensors, or of a mask file of the released code",
    lambda path: is_path(path) and Path(path).expanduser().is_file(),
)
MASKS = ("none", "ticket", "drawn", "redrawn", "given")


def is_pruned(row: DictConfig) -> bool:
    """Whether a subnetwork has a sparsity: neither a full network nor a mask from a file."""
    return row.mask not in ("none", "given")


class Subnetwork:
    """The subnetwork of ``config.subnetwork``, of runs that differ in seed, sparsity or task: a part is read once."""

    def __init__(self, config: DictConfig) -> None:
        self.config, self._search, self._mask = config, cache(partial(build_search, config)), cache(self._make_mask)

    def run(self, on: PlannedProblem, sources: Sequence[PlannedProblem], sparsity: Any, seed: Any) -> Run:
        """Its ticket is searched on ``sources``, or else on the task itself.

        UserError for a sparsity off the schedule, or a ticket scored with the seed of its search.
        """
        mask = self._mask(tuple(sources) or (on,), sparsity)
        requested = Run(self._name, on.problem, mask, self._start, integer(0)("seed", seed))
        if requested.ticket is not None and seed == requested.ticket.search.seed:
            raise UserError(f"seed={seed}: ticket.seed={seed} finds the ticket, so score it with another seed")
        return requested

    @cached_property
    def _name(self) -> str:
        return str(name("subnetwork.name", self.config.subnetwork.name))

    @cached_property
    def _start(self) -> Component:
        return component_at("subnetwork.initialization", self.config.subnetwork.initialization, STARTS, given=1)

    @cached_property
    def _schedule(self) -> Schedule:
        return schedule(self.config)

    def _make_mask(self, problems: tuple[PlannedProblem, ...], sparsity: Any) -> AnyMask | None:
        """The mask: none, a search's ticket, drawn from θ0, redrawn after a ticket, or from a file."""
        row = self.config.subnetwork
        kind = word(*MASKS)("subnetwork.mask", row.mask)
        if kind == "none":
            return None
        if kind == "given":
            return _given(mask_file(self.config))
        percent = integer(1, 100)("sparsity", sparsity)
        rounds_to(self._schedule, percent)
        if kind == "drawn":
            counted = Linear() if isinstance(self._schedule, Linear) else self._schedule
            return DrawnMask(pruner_at("subnetwork.pruner", row.pruner, (DRAWN,), self.config), percent, counted)
        ticket = TicketMask(self._search(problems), percent)
        if kind == "ticket":
            return ticket
        return RedrawnMask(ticket, component_at("subnetwork.redraw", row.redraw, ("seed",), given=1))


def _given(file: Path) -> GivenMask:
    """UserError for a file that holds no mask."""
    checksum = file_checksum(file)
    _check_mask(file, checksum)
    return GivenMask(checksum[:16])


@cache
def _check_mask(file: Path, checksum: str) -> None:
    """Once for all tasks; only here does planning need torch."""
    from lightning_tickets.tickets.place import read_ticket

    read_ticket(file)


def mask_file(config: DictConfig) -> Path:
    """The mask file of ``subnetwork=given``; UserError if it is not a file."""
    return Path(MASK_FILE("ticket.file", config.ticket.file)).expanduser()
