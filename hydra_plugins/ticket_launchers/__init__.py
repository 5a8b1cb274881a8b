"""The launchers: jobs of a plan by this process, by workers beside it, or by Slurm. Each takes what is ready."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from lightning_tickets.checks import integer
from lightning_tickets.errors import UserError
from lightning_tickets.execution.ready import Ready
from lightning_tickets.execution.work import Ended, Work
from lightning_tickets.studies.plan import Job


class ReadyLauncher(Launcher):
    """Takes jobs as values, with what each needs; Hydra's own way, by overrides, is for Hydra's launchers."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.root = Path(config.paths.root)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        raise UserError("hydra/launcher: workers and slurm need hydra/sweeper=study")

    @abstractmethod
    def run_ready(self, ready: Ready, work_of: Callable[[Job], Work], told: Callable[[Job, Ended], None]) -> None:
        """Until nothing is left that can be done; ``told`` hears how each job has ended."""


class WorkersLauncher(ReadyLauncher):
    """``n_jobs`` processes, or this one; ``gpus`` are the devices that they are pinned to in turn."""

    def __init__(self, n_jobs: int, gpus: Sequence[int | str] = ()) -> None:
        if isinstance(gpus, str) or not all(isinstance(gpu, int | str) for gpu in gpus):
            raise UserError(f"hydra.launcher.gpus={gpus}: allowed is a list of devices, as [0,1]")
        self.count, self.gpus = integer(1)("hydra.launcher.n_jobs", n_jobs), [str(gpu) for gpu in gpus]

    def run_ready(self, ready: Ready, work_of: Callable[[Job], Work], told: Callable[[Job, Ended], None]) -> None:
        from lightning_tickets.execution.workers import beside, here

        if self.count == 1 and not self.gpus:
            here(ready, work_of, told)
        else:
            beside(ready, work_of, told, self.count, self.gpus)


class SlurmLauncher(ReadyLauncher):
    """Options as conf/hydra/launcher/slurm.yaml has them."""

    def __init__(self, limit: int, poll_s: float, **options: Any) -> None:
        self.limit, self.poll, self.options = limit, poll_s, options

    def run_ready(self, ready: Ready, work_of: Callable[[Job], Work], told: Callable[[Job, Ended], None]) -> None:
        from lightning_tickets.execution.slurm import Cluster

        options: Mapping[str, Any] = self.options
        Cluster((self.root / "journal" / "slurm").absolute(), options, self.limit, self.poll).run(ready, work_of, told)
