"""W&B's logger of Lightning, at the training's own steps."""

from collections.abc import Mapping
from typing import Any

from pytorch_lightning.loggers import WandbLogger

from lightning_tickets.training.loggers import ROUND, STEP

BY_ROUND = ("sparsity", "score", "dev/*")  # of a search, drawn against its rounds


class StepLogger(WandbLogger):
    """Rows stand at W&B's step that is the training's, after the ``before`` steps of the rounds of a search before it.

    A run that is resumed online has the rows up to its step already: equal ones are not sent again.
    """

    def __init__(self, run: Any, before: int = 0) -> None:
        super().__init__(experiment=run)
        self._before = before

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        at = self._before + (step or 0)
        if at >= self.experiment.step:
            self.experiment.log({**metrics, STEP: at}, step=at, commit=True)


def define_axes(run: Any, is_search: bool) -> None:
    """Everything against the training's step; what a search has once a round against its rounds."""
    run.define_metric(STEP)
    run.define_metric("*", step_metric=STEP, step_sync=True)
    for name in BY_ROUND if is_search else ():
        run.define_metric(name, step_metric=ROUND)
