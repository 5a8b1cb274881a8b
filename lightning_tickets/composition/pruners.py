"""A pruner as a config names it, checked against what it can ask for where it prunes."""

from __future__ import annotations

from collections.abc import Sequence

from omegaconf import DictConfig

from lightning_tickets.components import Component, accepts
from lightning_tickets.composition import data_and_model
from lightning_tickets.composition.components import component_at
from lightning_tickets.errors import UserError
from lightning_tickets.models.files import SPLIT_BY_HEAD
from lightning_tickets.tickets.needs import check_needs


def pruner_at(key: str, node: DictConfig, situations: Sequence[str], config: DictConfig) -> Component:
    """UserError for a pruner that needs what is not available in one of the situations or with the network."""
    pruner = component_at(key, node)
    for situation in situations:
        check_needs(key, pruner, situation)
    if accepts(pruner, "heads"):
        model_type = data_and_model.model_folder(config).model_type()
        if model_type is not None and model_type not in SPLIT_BY_HEAD:
            raise UserError(
                f"{key}: {pruner.target} needs attention heads, not known for type {model_type!r}; "
                f"known types are {', '.join(sorted(SPLIT_BY_HEAD))}"
            )
    return pruner
