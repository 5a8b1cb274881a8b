"""What ``lightning-tickets run`` does, from Python: by the same names, in the same store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lightning_tickets.api.ticket import Ticket
from lightning_tickets.bars import display
from lightning_tickets.checks import as_typed
from lightning_tickets.composition.data_and_model import fetch
from lightning_tickets.composition.overrides import quoted
from lightning_tickets.composition.settings import root
from lightning_tickets.composition.single_run import SingleRun, single_run
from lightning_tickets.errors import UserError
from lightning_tickets.execution.machine import prepare
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.result import Result, read_result
from lightning_tickets.tickets.score import score_run
from lightning_tickets.tickets.search import find_ticket


def score(*overrides: str, **settings: Any) -> Result:
    """One cell, trained and scored, or read from the store: ``score(task="rte", sparsity=70, seed=1)``.

    ``overrides`` are those of the command line (``"training.steps=100"``). UserError for what the command refuses.
    """
    single = _single(overrides, settings)
    known = read_result(single.context.store, single.run)
    if known is not None:
        return known
    with display(single.context.hardware.progress):
        return score_run(single.run, _prepared(single))


def find(*overrides: str, **settings: Any) -> Ticket:
    """The ticket of a cell, searched for as far as it is not in the store: ``find(task="rte", sparsity=70)``."""
    single = _single(overrides, settings)
    if single.run.ticket is None:
        raise UserError(f"find: subnetwork={single.run.row} has no ticket")
    context = _prepared(single)
    with display(context.hardware.progress):
        find_ticket(single.run.ticket, context)
    return Ticket.load(context.store.path(single.run.ticket.name))


def _single(overrides: tuple[str, ...], settings: dict[str, Any]) -> SingleRun:
    return single_run([*overrides, *(f"{key}={_typed(value)}" for key, value in settings.items())])


def _prepared(single: SingleRun) -> RunContext:
    """Its context, once the machine has what it needs and the data are there."""
    context = single.context
    prepare(root(single.config), context.hardware, context.logger, lambda: fetch(single.config))
    return context


def _typed(value: Any) -> Any:
    """A path in quotes, whatever characters it has; other texts as on the command line."""
    is_place = isinstance(value, Path) or (isinstance(value, str) and value.startswith(("/", "~/", "./", "../")))
    return quoted(value) if is_place else as_typed(value)
