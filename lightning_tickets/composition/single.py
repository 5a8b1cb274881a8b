"""One composed config as the one run that it describes."""

from __future__ import annotations

from omegaconf import DictConfig

from lightning_tickets.checks import checked
from lightning_tickets.composition import settings, subnetworks
from lightning_tickets.composition.problems import posed, posed_sources
from lightning_tickets.errors import UserError
from lightning_tickets.tickets.spec import Run

JOBS = ("score", "find")


def check_shown(config: DictConfig) -> None:
    """UserError for a wrong value among those that change no result."""
    settings.hardware(config, single=False)
    settings.logger(config)
    settings.stop_below(config)
    settings.lease(config)


def run_of(config: DictConfig) -> Run:
    """UserError for a value out of range; with ``job=find`` the run must be one that has a ticket."""
    own, sources = posed(config), posed_sources(config)
    check_shown(config)
    checked("job", config.job, JOBS)
    run = subnetworks.run(config, own, sources, config.sparsity, config.seed)
    if config.job == "find" and run.ticket is None:
        raise UserError(f"job=find: subnetwork={run.row} has no ticket to find")
    return run
