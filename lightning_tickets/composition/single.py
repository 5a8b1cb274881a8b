"""One composed config as the one run that it describes."""

from __future__ import annotations

from omegaconf import DictConfig

from lightning_tickets.composition import settings
from lightning_tickets.composition.values import checked
from lightning_tickets.tickets.spec import Run

JOBS = ("score", "find")


def run_of(config: DictConfig) -> Run:
    """UserError for a value out of range; with ``job=find`` the run must be one that has a ticket."""
    problem = settings.problem(config)
    checked("job", config.job, JOBS)
    return settings.run(config, problem, settings.percent(config), config.seed)
