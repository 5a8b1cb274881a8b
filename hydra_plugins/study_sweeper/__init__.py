"""Hydra's way in to ``execution.sweep``."""

from __future__ import annotations

from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

ConfigStore.instance().store(
    group="hydra/sweeper",
    name="study",
    node={"_target_": "hydra_plugins.study_sweeper.StudySweeper"},
    provider="lightning_tickets",
)


class StudySweeper(Sweeper):
    """Plans and runs the sweep that the arguments ask for."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        from lightning_tickets.execution.launcher import make_launcher

        self.searchpath = [line for line in config.hydra.overrides.hydra if line.startswith("hydra.searchpath=")]
        self.jobs = make_launcher(config.hydra.runtime.choices["hydra/launcher"], config.hydra.launcher)

    def sweep(self, arguments: list[str]) -> Any:
        from lightning_tickets.composition.sweep import sweep_of
        from lightning_tickets.execution.sweep import run_sweep

        lines = [*arguments, *self.searchpath]
        run_sweep(sweep_of(lines), lambda: sweep_of(lines), self.jobs)
