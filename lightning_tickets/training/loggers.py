"""Loggers of a training's curves, components that give a Lightning logger: none of them changes a result.

A logger may ask, by the names of its parameters, for the training's ``name``, everything that it is (``config``), the
``folder`` of all curves, the ``group`` of the runs that differ from it in the seed only, and ``tags`` (its study, task,
row, scale and protocol). No torch at import: planning reads the config.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lightning_tickets.components import Component, call
from lightning_tickets.errors import Interrupted, UserError, reason
from lightning_tickets.training.curve import continued

OFFERED = ("name", "config", "folder", "group", "tags")
PACKAGES = {"mlflow": ("mlflow", "mlflow_skinny"), "tensorboard": ("tensorboard", "tensorboardX")}  # any one of them
PROJECT = "lightning-tickets"


@dataclass(frozen=True)
class LoggerConfig:
    """Curves lie below ``folder``; without a component there are none. ``study`` is the sweep that a run is of."""

    component: Component | None = None
    folder: Path = Path("multirun/curves")
    study: str = ""
    scale: str = ""
    protocol: str = ""

    @property
    def kind(self) -> str:
        """The name of its function if it is one of ours, such as ``wandb``."""
        module, _, function = self.component.target.rpartition(".") if self.component else ("", "", "")
        return function if module == __name__ else ""

    @property
    def is_online(self) -> bool:
        """Whether it is W&B's, and sends what it gets to a server."""
        return self.kind == "wandb" and dict(self.component.options).get("mode") == "online"  # type: ignore[union-attr]

    def logger(
        self, name: str, config: Mapping[str, Any], group: str, tags: Sequence[str]
    ) -> AbstractContextManager[Any]:
        """A Lightning logger for one training, or None; closed however the training ends.

        UserError where the logger's package is not installed.
        """
        if self.component is None:
            return nullcontext()
        offered = {"name": name, "config": dict(config), "folder": self.folder, "group": group, "tags": tuple(tags)}
        try:
            made = call(self.component, **offered)
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
    tags: tuple[str, ...],
    project: str = PROJECT,
    entity: str | None = None,
    mode: Literal["offline", "online"] = "offline",
) -> Iterator[Any]:
    """One W&B run, its id the hash in the training's name; the rounds of a search are one run, one after another.

    A training that is resumed continues its run. Offline, what is left in the end is one folder with all of it.
    """
    import wandb

    from lightning_tickets.training.wandb_logger import StepLogger, define_axes, remove_pieces

    folder.mkdir(parents=True, exist_ok=True)
    run_folder, _, part = name.partition("/round-")
    run = wandb.init(
        project=project,
        entity=entity,
        id=run_folder[-8:],
        name=run_folder,
        group=group,
        tags=tags,
        job_type="find" if part else "train",
        mode=mode,
        dir=folder,
        config=config,
        resume="allow" if mode == "online" else None,
        settings=wandb.Settings(silent=True, console="off", disable_git=True, program="lightning-tickets"),
    )
    code = 1
    try:
        define_axes(run, is_search=bool(part))
        before = (int(part) - 1) * config["steps"] if part else 0
        yield StepLogger(run, folder / run_folder / "wandb.jsonl", before)
        code = 0
    except Interrupted:
        run.mark_preempting()
        raise
    finally:
        if mode == "offline":
            remove_pieces(run)
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
    tags: tuple[str, ...],
    project: str = PROJECT,
    tracking_uri: str | None = None,
) -> Any:
    """One MLflow run, below the folder of curves unless there is a ``tracking_uri``."""
    from pytorch_lightning.loggers import MLFlowLogger

    place = tracking_uri or f"file:{folder.absolute() / 'mlruns'}"
    logger = MLFlowLogger(project, run_name=name, tracking_uri=place, tags={"group": group, "tags": ",".join(tags)})
    logger.log_hyperparams(config)
    return logger
