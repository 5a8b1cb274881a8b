"""Hydra's own records: a job's config, overrides and log in ``hydra.run.dir``, a sweep's in ``hydra.sweep.dir``."""

from collections.abc import Callable
from pathlib import Path

from hydra._internal.callbacks import Callbacks
from hydra.core.utils import run_job
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf

from lightning_tickets.composition.compose import hydra
from lightning_tickets.runs.world import rank


def in_journal(whole: DictConfig, job: Callable[[], str]) -> str:
    """What the job gives, or its error; of several processes the first one keeps the records."""
    if rank():
        return job()
    lines: list[str] = []
    errors: list[Exception] = []

    def task(_: DictConfig) -> None:
        try:
            lines.append(job())
        except Exception as error:  # Hydra would print any in its own words first
            errors.append(error)

    with hydra() as main:
        context = HydraContext(config_loader=main.config_loader, callbacks=Callbacks(whole))
    run_job(task, whole, job_dir_key="hydra.run.dir", job_subdir_key=None, hydra_context=context)
    if errors:
        raise errors[0]
    return lines[0]


def save_multirun(whole: DictConfig) -> None:
    """The config of a sweep as ``multirun.yaml``, where Hydra's own sweeper keeps it."""
    folder = Path(str(whole.hydra.sweep.dir))
    folder.mkdir(parents=True, exist_ok=True)
    OmegaConf.save(whole, folder / "multirun.yaml")
