"""What one launched job does: find a ticket, or train and score a cell. Here torch comes in."""

from __future__ import annotations

import warnings

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from lightning_tickets.composition import inputs, settings, subnetworks
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import PartialData
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.bench import Places
from lightning_tickets.tickets.find import find
from lightning_tickets.tickets.record import last_line
from lightning_tickets.tickets.train import train


def execute(config: DictConfig) -> str:
    """One line: the run's name and its score, or the ticket's name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PartialData)  # whoever launched this job has said it
        run = run_of(config)
    places = places_of(config)
    if config.job == "find" and run.ticket is not None:
        find(run.ticket, places)
        return run.ticket.name
    return last_line(run, train(run, places))


def places_of(config: DictConfig) -> Places:
    """Where things lie, and how they are shown."""
    return Places(
        Store(settings.root(config) / "runs"),
        inputs.source(config),
        inputs.folder(config),
        settings.cache(config),
        subnetworks.mask_file(config) if config.subnetwork.mask == "given" else None,
        settings.hardware(config, single=HydraConfig.get().mode == RunMode.RUN),
        settings.journal(config),
        settings.stop_below(config),
    )
