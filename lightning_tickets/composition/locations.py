"""Where a config says that things lie, and how they are shown."""

from __future__ import annotations

from omegaconf import DictConfig

from lightning_tickets.composition import inputs, settings, subnetworks
from lightning_tickets.runs.store import Store
from lightning_tickets.tickets.places import Places


def places_of(config: DictConfig, single: bool) -> Places:
    """``single`` for a run that was typed alone, which shows its trainings."""
    return Places(
        Store(settings.root(config) / "runs"),
        inputs.source(config),
        inputs.folder(config),
        settings.cache(config),
        subnetworks.mask_file(config) if config.subnetwork.mask == "given" else None,
        settings.hardware(config, single),
        settings.logger(config),
        settings.stop_below(config),
        settings.lease(config),
    )
