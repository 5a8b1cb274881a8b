"""The sweeper: runs a plan's missing jobs, those that others wait for first, through whatever launcher is chosen."""

from __future__ import annotations

from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

ConfigStore.instance().store(
    group="hydra/sweeper",
    name="study",
    node={"_target_": "hydra_plugins.study_sweeper.StudySweeper"},
    provider="lightning_tickets",
)


class SweepFailed(Exception):
    """Some jobs did not leave what they were to make."""


class StudySweeper(Sweeper):
    """Plans what the arguments ask for, and launches level by level; success is the artefact in the store."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.searchpath = [line for line in config.hydra.overrides.hydra if line.startswith("hydra.searchpath=")]
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        from lightning_tickets.composition.sources import with_sources
        from lightning_tickets.composition.sweep import sweep_of
        from lightning_tickets.progress import shown

        sweep = sweep_of([*arguments, *self.searchpath])
        store, launched = sweep.store, 0
        failed: dict[str, str] = {}
        with shown(sweep.plan, store):
            for level in sweep.plan.levels():
                missing = [job for job in level if job.missing(store)]
                todo = [job for job in missing if job.needs is None or store.has(job.needs)]
                failed |= {job.name: f"waits for {job.needs}" for job in missing if job not in todo}
                if todo:
                    batch = [
                        [*with_sources(job.overrides), f"logger.group={sweep.name}", f"hydra.sweep.subdir={job.name}"]
                        for job in todo
                    ]
                    returned = self.launcher.launch(batch, initial_job_idx=launched)
                    launched += len(batch)
                    pairs = zip(todo, returned, strict=True)
                    failed |= {job.name: _why(ended) for job, ended in pairs if job.missing(store)}
        if failed:
            told = "\n".join(f"  {name}: {why}" for name, why in failed.items())
            raise SweepFailed(f"{len(failed)} of {len(sweep.plan.jobs)} jobs failed, the rest is in the store:\n{told}")


def _why(ended: JobReturn) -> str:
    """The exception of a job that failed, in one line."""
    error = ended._return_value
    if ended.status == JobStatus.COMPLETED:
        return "ended without its artefact"
    return f"{type(error).__name__}: {error}"
