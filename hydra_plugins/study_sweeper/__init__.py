"""The sweeper: runs a plan's missing jobs as they become ready, or level by level through one of Hydra's launchers."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from lightning_tickets.composition.swept import PROGRAM, Sweep
from lightning_tickets.errors import Busy, Stopped, UserError
from lightning_tickets.execution.ready import Ready
from lightning_tickets.execution.work import Ended
from lightning_tickets.runs.store import Store
from lightning_tickets.studies.plan import Job

ConfigStore.instance().store(
    group="hydra/sweeper",
    name="study",
    node={"_target_": "hydra_plugins.study_sweeper.StudySweeper"},
    provider="lightning_tickets",
)


class SweepFailed(Exception):
    """Some jobs did not leave what they were to make."""


class StudySweeper(Sweeper):
    """Plans what the arguments ask for, and has it made; success is the artefact in the store."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.searchpath = [line for line in config.hydra.overrides.hydra if line.startswith("hydra.searchpath=")]
        self.launched = 0
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> Any:
        from lightning_tickets.composition.sweep import sweep_of
        from lightning_tickets.progress import shown

        outcome = _Outcome()
        while True:
            sweep = sweep_of([*arguments, *self.searchpath])
            with shown(sweep.plan, sweep.store):
                self._run(sweep, outcome)
            if sweep.settled or outcome.failed or outcome.stopped:
                break  # or else the curves have just told at which sparsities tickets win: more cells to run
        for line in outcome.left_out():
            print(f"lightning-tickets: {line}", file=sys.stderr)
        if outcome.failed:
            told = "\n".join(f"  {name}: {why}" for name, why in outcome.failed.items())
            jobs = len(sweep.plan.jobs)
            raise SweepFailed(f"{len(outcome.failed)} of {jobs} jobs failed, the rest is in the store:\n{told}")

    def _run(self, sweep: Sweep, outcome: _Outcome) -> None:
        """What is missing of the plan."""
        if hasattr(self.launcher, "run_ready"):  # one of ours; by its class it cannot be known, Hydra loads that twice
            ready = Ready([job for job in sweep.plan.jobs if job.missing(sweep.store)], sweep.store.has)
            self.launcher.run_ready(ready, sweep.work, partial(outcome.heard, sweep.store))
            outcome.waiting(ready.left)
        else:
            self._by_level(sweep, outcome)

    def _by_level(self, sweep: Sweep, outcome: _Outcome) -> None:
        for level in sweep.plan.levels():
            missing = [job for job in level if job.missing(sweep.store)]
            todo = [job for job in missing if job.needs is None or sweep.store.has(job.needs)]
            outcome.waiting([job for job in missing if job not in todo])
            for job, ended in zip(todo, self._launched(todo, sweep.name), strict=True):
                outcome.heard(sweep.store, job, _told(ended))

    def _launched(self, jobs: Sequence[Job], group: str) -> Sequence[JobReturn]:
        from lightning_tickets.composition.sources import with_sources

        if not jobs:
            return []
        batch = [
            [*with_sources(job.overrides), f"logger.group={group}", f"hydra.sweep.subdir={job.name}"] for job in jobs
        ]
        returned = self.launcher.launch(batch, initial_job_idx=self.launched)
        self.launched += len(batch)
        return returned


class _Outcome:
    """Why jobs are not done: they failed, or the user's own rule has stopped the chain that they wait for.

    No dataclass: Hydra loads this module without registering it.
    """

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}
        self.stopped: dict[str, str] = {}  # by the chain's name
        self.without = 0  # jobs whose ticket lies beyond where its chain was stopped

    def heard(self, store: Store, job: Job, ended: Ended) -> None:
        if not job.missing(store):
            return
        if ended.state == "stopped":
            self.stopped[_chain(job.name)] = ended.told
        else:
            why = "ended without its artefact" if ended.state == "done" else ended.told
            self.failed[job.name] = f"{why}; again: {PROGRAM} {shlex.join(job.overrides)}"

    def waiting(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            if _chain(job.needs or "") in self.stopped:
                self.without += 1
            else:
                self.failed[job.name] = f"waits for {job.needs}"

    def left_out(self) -> list[str]:
        told = list(self.stopped.values())
        cells = "1 cell" if self.without == 1 else f"{self.without} cells"
        return [*told, f"left out beyond that: {cells}"] if told else []


def _chain(name: str) -> str:
    return name.partition("/")[0]


def _told(ended: JobReturn) -> Ended:
    """What one of Hydra's launchers says of a job."""
    error = ended._return_value
    if ended.status == JobStatus.COMPLETED:
        return Ended("done")
    if isinstance(error, Stopped):
        return Ended("stopped", str(error))
    return Ended("failed", str(error) if isinstance(error, UserError | Busy) else f"{type(error).__name__}: {error}")
