"""Loggers of a training's curves, components that give a Lightning logger: none of them changes a result.

A logger may ask, by the names of its parameters, for the training's ``name``, what it is (``config``), the ``folder``
of all curves and the ``group`` of its sweep. No torch at import: planning reads the config.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lightning_tickets.components import Component, call
from lightning_tickets.errors import UserError, reason
from lightning_tickets.training.curve import continued

OFFERED = ("name", "config", "folder", "group")


@dataclass(frozen=True)
class LoggerConfig:
    """Curves lie below ``folder``; without a component there are none. Runs of a sweep share a ``group``."""

    component: Component | None = None
    folder: Path = Path("multirun/curves")
    group: str = ""

    @property
    def is_online(self) -> bool:
        """Whether it is W&B's, and sends what it gets to a server."""
        wandbs = self.component is not None and self.component.target == f"{__name__}.wandb"
        return wandbs and ("mode", "online") in self.component.options  # type: ignore[union-attr]

    def logger(self, name: str, config: Mapping[str, Any]) -> AbstractContextManager[Any]:
        """A Lightning logger for one training, or None; closed however the training ends.

        UserError where the logger's package is not installed.
        """
        if self.component is None:
            return nullcontext()
        try:
            made = call(self.component, name=name, config=dict(config), folder=self.folder, group=self.group)
        except ModuleNotFoundError as error:
            raise UserError(f"logger={self.component.name}: a package is not installed ({reason(error)})") from error
        return made if isinstance(made, AbstractContextManager) else nullcontext(made)


def none() -> None:
    """No curves."""


def csv(name: str, folder: Path) -> AbstractContextManager[Any]:
    """``metrics.csv`` in a folder of the training's name, continued when the training is resumed."""
    from pytorch_lightning.loggers import CSVLogger

    place = folder / name
    return continued(place, CSVLogger(save_dir=place.parent, name=place.name, version=""))


@contextmanager
def wandb(
    name: str,
    config: dict[str, Any],
    folder: Path,
    group: str,
    project: str = "lightning-tickets",
    mode: Literal["offline", "online"] = "offline",
) -> Iterator[Any]:
    """One W&B run, its id the hash in the training's name."""
    import wandb
    from pytorch_lightning.loggers import WandbLogger

    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("WANDB_DATA_DIR", str(folder.absolute()))
    run_folder, _, part = name.partition("/")
    run = wandb.init(
        project=project,
        id=run_folder[-8:] + (f"-{part}" if part else ""),
        name=name,
        group=group or None,
        job_type="find" if part else "train",
        mode=mode,
        dir=folder,
        config=config,
        settings=wandb.Settings(silent=True, console="off"),
    )
    code = 1
    try:
        yield WandbLogger(experiment=run)
        code = 0
    finally:
        run.finish(exit_code=code)


def tensorboard(name: str, config: dict[str, Any], folder: Path) -> Any:
    """Event files in a folder of the training's name, with its config as hyperparameters."""
    from pytorch_lightning.loggers import TensorBoardLogger

    logger = TensorBoardLogger(save_dir=folder, name=name, version="", default_hp_metric=False)
    logger.log_hyperparams(config)
    return logger


def mlflow(
    name: str,
    config: dict[str, Any],
    folder: Path,
    group: str,
    project: str = "lightning-tickets",
    tracking_uri: str | None = None,
) -> Any:
    """One MLflow run, below the folder of curves unless there is a ``tracking_uri``."""
    from pytorch_lightning.loggers import MLFlowLogger

    place = tracking_uri or f"file:{folder.absolute() / 'mlruns'}"
    logger = MLFlowLogger(project, run_name=name, tracking_uri=place, tags={"group": group})
    logger.log_hyperparams(config)
    return logger
