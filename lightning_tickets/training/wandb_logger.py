"""W&B's logger of Lightning, at the training's own steps, with every row also in a file of ours."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import WandbLogger

from lightning_tickets.runs.files import make_folder
from lightning_tickets.training.axes import ROUND, STEP

BY_ROUND = ("sparsity", "score", "dev/*")  # of a search, drawn against its rounds


class StepLogger(WandbLogger):
    """Rows stand at W&B's step that is the training's, after the ``before`` steps of the rounds of a search before it.

    W&B's client loses what it has not written or sent when its process is killed. So each row goes to the file ``kept``
    first, and a training that is resumed begins by sending the rows there that the run does not have.
    """

    def __init__(self, run: Any, kept: Path, before: int = 0) -> None:
        super().__init__(experiment=run)
        self._kept, self._before, self._last = kept, before, -1
        make_folder(kept.parent)
        text = kept.read_text(encoding="utf-8") if kept.exists() else ""
        if not text.endswith("\n"):
            kept.write_text(f"{text}\n", encoding="utf-8")
        for row in _rows(text):
            self._send(row)

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """A row that a training repeats since its last checkpoint is the same to the last digit, and left out."""
        row = {**metrics, STEP: self._before + (step or 0)}
        if row[STEP] > self._last:
            with self._kept.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(row)}\n")
            self._send(row)

    def _send(self, row: Mapping[str, float]) -> None:
        """Unless the run has it: one that is resumed online begins after the rows that the server has."""
        self._last = int(row[STEP])
        if self._last >= self.experiment.step:
            self.experiment.log(dict(row), step=self._last, commit=True)


def define_axes(run: Any, is_search: bool) -> None:
    """Everything against the training's step; what a search has once a round against its rounds."""
    run.define_metric(STEP)
    run.define_metric("*", step_metric=STEP, step_sync=True)
    for name in BY_ROUND if is_search else ():
        run.define_metric(name, step_metric=ROUND)


def remove_pieces(run: Any) -> None:
    """The folders that earlier starts of an offline run have left: the rows in them are in this one too."""
    own = Path(run.dir).parent
    for pattern in (f"offline-run-*-{run.id}", f"offline-run-*-{run.id}-*"):
        for piece in own.parent.glob(pattern):
            if piece != own:
                shutil.rmtree(piece, ignore_errors=True)


def _rows(text: str) -> Iterator[dict[str, float]]:
    """Those that are whole: a killed process may have left half a line."""
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get(STEP), int):
            yield row
