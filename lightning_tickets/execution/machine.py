"""What a run or a sweep needs of the machine, checked before anything is trained."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from lightning_tickets.errors import UserError, reason
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import LoggerConfig


def prepare(root: Path, hardware: Hardware, logger: LoggerConfig, fetch: Callable[[], None]) -> None:
    """For a run on this machine: what it needs is there, its data are fetched, its root can be written."""
    check_machine(hardware, logger)
    fetch()
    make_root(root)


def check_machine(hardware: Hardware, logger: LoggerConfig, here: bool = True) -> None:
    """UserError naming the setting that asks for what is not there; ``here`` unless the trainings go to other machines.

    ``trainer=gpu`` needs a GPU, W&B online needs a key.
    """
    if hardware.accelerator == "gpu" and here:
        _check_gpu()
    if logger.is_online:
        _check_login()


def make_root(root: Path) -> None:
    """UserError unless it is a folder that can be written."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        raise UserError(f"paths.root={root}: expected a folder that can be written ({error.strerror})") from error


def _check_gpu() -> None:
    import torch

    if not torch.accelerator.is_available():
        raise UserError("trainer=gpu: PyTorch sees no GPU on this machine")


def _check_login() -> None:
    import wandb

    try:
        known = wandb.login(prompt=False, verify=False)
    except wandb.Error as error:
        raise UserError(f"logger.mode=online: {reason(error)}") from error
    if not known:
        raise UserError("logger.mode=online: expected a key of Weights & Biases (`wandb login`, or WANDB_API_KEY)")
