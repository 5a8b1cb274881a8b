"""What one launched job does: find a ticket, or train and score a cell. Here torch comes in."""

from __future__ import annotations

from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from lightning_tickets.composition import settings
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import UserError
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.bench import Places
from lightning_tickets.tickets.find import find
from lightning_tickets.tickets.journal import Journal
from lightning_tickets.tickets.record import last_line
from lightning_tickets.tickets.spec import TicketMask
from lightning_tickets.tickets.train import train
from lightning_tickets.training.fit import Hardware


def execute(config: DictConfig) -> str:
    """One line: the run's name and its score, or the ticket's name."""
    run = run_of(config)
    places = places_of(config)
    if config.job == "find":
        if not isinstance(run.mask, TicketMask):
            raise UserError(f"job=find: subnetwork={run.row} has no ticket to find")
        find(run.mask, places)
        return run.mask.name
    return last_line(run, train(run, places))


def places_of(config: DictConfig) -> Places:
    """Where things lie; only a single run shows a bar for each training, a sweep has one for all."""
    single = HydraConfig.get().mode == RunMode.RUN
    root = Path(config.paths.root)
    logger = config.logger
    return Places(
        Store(root / "runs"),
        settings.source(config),
        settings.folder(config),
        Hardware(accelerator=config.trainer.accelerator, progress=bool(config.trainer.progress) and single),
        Journal(logger.kind, root / "curves", logger.project, logger.group, logger.mode),
    )
