"""What one launched job does: find a ticket, or train and score a cell. Here torch comes in."""

from __future__ import annotations

import warnings
from dataclasses import replace

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from lightning_tickets.composition.locations import places_of
from lightning_tickets.composition.single import run_of
from lightning_tickets.errors import PartialData
from lightning_tickets.execution.making import made


def execute(config: DictConfig) -> str:
    """One line: the run's name and its score, or the ticket's name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PartialData)  # whoever launched this job has said it
        run = run_of(config)
    single = HydraConfig.get().mode == RunMode.RUN
    places = replace(places_of(config, single), waits=single)
    return made(run.ticket if config.job == "find" and run.ticket is not None else run, places)
