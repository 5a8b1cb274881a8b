"""The overrides of a run that is typed alone, as the run that they describe."""

import shlex
from dataclasses import dataclass

from omegaconf import DictConfig

from lightning_tickets.composition.compose import compose_whole, without_hydra
from lightning_tickets.composition.parse_sweep import with_known_sparsity
from lightning_tickets.composition.single import context_of, run_of
from lightning_tickets.errors import UserError
from lightning_tickets.tickets.context import RunContext
from lightning_tickets.tickets.spec import Run


@dataclass(frozen=True)
class SingleRun:
    """A run, where it reads and writes, and its config with Hydra's part (``whole``) and without it."""

    whole: DictConfig
    config: DictConfig
    run: Run
    context: RunContext


def single_run(overrides: list[str]) -> SingleRun:
    """UserError for a value out of range, and for an experiment, which is a sweep."""
    if study := next((one for one in overrides if one.startswith("experiment=")), None):
        command = shlex.join(["lightning-tickets", "run", "-m", *map(_of_study, overrides)])
        raise UserError(f"{study} is a sweep, which run takes with -m: `{command}`")
    whole = compose_whole(overrides)
    config = with_known_sparsity(without_hydra(whole), overrides)
    return SingleRun(whole, config, run_of(config), context_of(config, single=True))


def _of_study(override: str) -> str:
    """An axis of cells as the axis of an experiment: ``seed=5`` as ``study.seeds=[5]``."""
    key, _, value = override.partition("=")
    return f"study.{key}s=[{value}]" if key in ("seed", "task") else override
