"""``run --cfg`` and ``run --info``: the composed config, and how Hydra composes it."""

import argparse
from collections.abc import Sequence

from omegaconf import Container, OmegaConf

from lightning_tickets.composition.compose import compose_whole, hydra
from lightning_tickets.composition.overrides import expand, parse_overrides
from lightning_tickets.composition.parse_sweep import lines_of
from lightning_tickets.composition.ticket_source import with_source_tasks
from lightning_tickets.errors import UserError


def show_config(overrides: Sequence[str], arguments: argparse.Namespace) -> int:
    """As YAML; of a sweep that of its first cell."""
    whole = compose_whole(_first_cell(overrides))
    keys = {"hydra": ["hydra"], "job": [str(key) for key in whole if key != "hydra"]}
    config = whole if arguments.cfg == "all" else OmegaConf.masked_copy(whole, keys[arguments.cfg])
    if arguments.resolve and arguments.cfg == "job":
        OmegaConf.resolve(config)
    part = OmegaConf.select(config, arguments.package) if arguments.package else config
    if part is None:
        raise UserError(f"--package={arguments.package}: not in the config")
    print(OmegaConf.to_yaml(part) if isinstance(part, Container) else part, end="")
    return 0


def show_info(overrides: Sequence[str], info: str) -> int:
    with hydra() as main:
        main.show_info(info, config_name="config", overrides=with_source_tasks(expand(_first_cell(overrides))))
    return 0


def _first_cell(overrides: Sequence[str]) -> list[str]:
    """The first value of each key that sweeps."""
    return [lines_of(override)[0] for override in parse_overrides(overrides)]
