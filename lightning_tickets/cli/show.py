"""``run --cfg`` and ``run --info``: the composed config, and how Hydra composes it."""

import argparse
from collections.abc import Sequence

from omegaconf import Container, OmegaConf

from lightning_tickets.checks import as_typed
from lightning_tickets.composition.compose import compose_whole, hydra, with_globs
from lightning_tickets.composition.overrides import expand, one_line_errors, parse_overrides
from lightning_tickets.composition.parse_sweep import lines_of
from lightning_tickets.composition.ticket_source import with_source_tasks
from lightning_tickets.errors import UserError

ABSENT = object()


def show_config(overrides: Sequence[str], arguments: argparse.Namespace) -> int:
    """As YAML; of a sweep that of its first cell."""
    whole = compose_whole(_first_cell(overrides))
    keys = {"hydra": ["hydra"], "job": [str(key) for key in whole if key != "hydra"]}
    config = whole if arguments.cfg == "all" else OmegaConf.masked_copy(whole, keys[arguments.cfg])
    with one_line_errors():
        if arguments.resolve and arguments.cfg == "job":
            OmegaConf.resolve(config)
        part = OmegaConf.select(config, arguments.package, default=ABSENT) if arguments.package else config
    if part is ABSENT:
        raise UserError(f"--package={arguments.package}: not in the config")
    print(OmegaConf.to_yaml(part).rstrip() if isinstance(part, Container) else as_typed(part))
    return 0


def show_info(overrides: Sequence[str], info: str) -> int:
    cell = _first_cell(overrides)
    compose_whole(cell)  # errors come before Hydra logs on standard output
    with hydra() as main:
        main.show_info(info, config_name="config", overrides=with_source_tasks(expand(cell)))
    return 0


def _first_cell(overrides: Sequence[str]) -> list[str]:
    """The first value of each key that sweeps."""
    return [lines_of(override)[0] for override in with_globs(parse_overrides(overrides))]
