"""What a run or a sweep needs of the machine, checked before anything is trained."""

import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from lightning_tickets.errors import UserError, reason
from lightning_tickets.training.config import Hardware
from lightning_tickets.training.loggers import PACKAGES, LoggerConfig


def prepare(root: Path, hardware: Hardware, logger: LoggerConfig, fetch: Callable[[], None]) -> None:
    """For a run on this machine: what it needs is there, its data are fetched, its root can be written."""
    check_machine(hardware, logger)
    fetch()
    make_root(root)


def check_machine(hardware: Hardware, logger: LoggerConfig, here: bool = True) -> None:
    """UserError naming the setting that asks for what is not there; ``here`` unless the trainings go to other machines.

    ``trainer=gpu`` needs a GPU, W&B online needs a key, some loggers need a package.
    """
    if hardware.accelerator == "gpu" and here:
        _check_gpu()
    packages = PACKAGES.get(logger.kind, ())
    if packages and not any(map(find_spec, packages)):
        raise UserError(f"logger={logger.kind}: expected the package {' or '.join(packages)} to be installed")
    if logger.is_online:
        check_login("logger.mode=online")


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
        raise UserError("trainer=gpu: PyTorch sees no GPU here; expected one and a CUDA build of PyTorch")


def check_login(setting: str) -> None:
    """UserError unless W&B has a key; it is not sent anywhere."""
    import wandb

    try:
        known = wandb.login(prompt=False, verify=False)
    except wandb.Error as error:
        raise UserError(f"{setting}: {reason(error)}") from error
    if not known:
        raise UserError(f"{setting}: expected a key of Weights & Biases (`wandb login`, or WANDB_API_KEY)")
