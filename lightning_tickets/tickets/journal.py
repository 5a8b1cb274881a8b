"""Curves of every training: nowhere, as CSV, or as one W&B run a run, finished inside it."""

from __future__ import annotations

import csv
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
            with _csv(self.folder, name) as logger:
                yield logger
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


@contextmanager
def _csv(folder: Path, name: str) -> Iterator[Any]:
    """Lightning begins the file anew when a training goes on: what it had is put before that, however often."""
    from pytorch_lightning.loggers import CSVLogger

    place = folder / name
    curve, before = place / "metrics.csv", place / "metrics.before.csv"
    _append(before, curve)
    try:
        yield CSVLogger(save_dir=place.parent, name=place.name, version="")
    finally:
        _append(before, curve)
        if before.exists():
            before.replace(curve)


def _append(first: Path, then: Path) -> None:
    """The rows of ``then`` go to the end of ``first``, in place of any of the same step or a later one."""
    if not then.exists():
        return
    old, new = _rows(first), _rows(then)
    begins = min((int(row["step"]) for row in new), default=0)
    rows = [*(row for row in old if int(row["step"]) < begins), *new]
    with first.open("w", newline="") as file:
        writer = csv.DictWriter(file, sorted({key for row in rows for key in row}))
        writer.writeheader()
        writer.writerows(rows)
    then.unlink()


def _rows(path: Path) -> list[dict[str, str]]:
    """Those that are whole; nothing where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [row for row in csv.DictReader(file) if (row.get("step") or "").isdigit()]
