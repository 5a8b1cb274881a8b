"""Curves of every training: nowhere, as CSV, or as one W&B run a run, finished inside it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

KINDS = ("none", "csv", "wandb")
MODES = ("offline", "online")


@dataclass(frozen=True)
class Journal:
    """``kind`` is none, csv or wandb; curves lie below ``folder``. W&B stays offline unless ``mode`` is online."""

    kind: str = "none"
    folder: Path = Path("multirun/curves")
    project: str = "lightning-tickets"
    group: str = ""
    mode: Literal["offline", "online"] = "offline"

    @contextmanager
    def logger(self, name: str, config: Mapping[str, Any]) -> Iterator[Any]:
        """A Lightning logger for one training, or None; closed however the training ends."""
        if self.kind == "csv":
            yield _csv(self.folder, name)
        elif self.kind == "wandb":
            with self._wandb(name, config) as logger:
                yield logger
        else:
            yield None

    @contextmanager
    def _wandb(self, name: str, config: Mapping[str, Any]) -> Iterator[Any]:
        import wandb
        from pytorch_lightning.loggers import WandbLogger

        self.folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("WANDB_DATA_DIR", str(self.folder.absolute()))
        run_folder, _, part = name.partition("/")
        run = wandb.init(
            project=self.project,
            id=run_folder[-8:] + (f"-{part}" if part else ""),
            name=name,
            group=self.group or None,
            job_type="find" if part else "train",
            mode=self.mode,
            dir=self.folder,
            config=dict(config),
            settings=wandb.Settings(silent=True, console="off"),
        )
        code = 1
        try:
            yield WandbLogger(experiment=run)
            code = 0
        finally:
            run.finish(exit_code=code)


def _csv(folder: Path, name: str) -> Any:
    from pytorch_lightning.loggers import CSVLogger

    place = folder / name
    (place / "metrics.csv").unlink(missing_ok=True)
    return CSVLogger(save_dir=place.parent, name=place.name, version="")
