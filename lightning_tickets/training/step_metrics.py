"""What loggers get of a training while it runs."""

import time
from collections.abc import Mapping
from typing import Any

import pytorch_lightning as lightning
from torch.nn.utils import get_total_norm

from lightning_tickets.runs.world import world_size
from lightning_tickets.tasks.batches import Batch


class StepMetrics(lightning.Callback):
    """Loss, learning rate, norm of the gradients before clipping and examples a second, every ``every`` steps.

    Values leave the device at these steps only. Rows stand at the training's own step, counted from 0: one that was
    rewound to step ``begin`` starts there.
    """

    def __init__(self, begin: int, every: int) -> None:
        self.begin, self.every = begin, every

    def on_train_start(self, *_: Any) -> None:
        self._clock, self._examples = time.perf_counter(), 0

    def on_before_optimizer_step(self, trainer: lightning.Trainer, pl_module: Any, optimizer: Any) -> None:
        """Masked gradients, since this comes after the callback that masks them."""
        if self._is_due(trainer.global_step + 1):
            groups = optimizer.param_groups
            gradients = [p.grad for group in groups for p in group["params"] if p.grad is not None]
            self._rate, self._norm = groups[0]["lr"], get_total_norm(gradients)

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: Any, outputs: Any, batch: Mapping[int, Batch], *_: Any
    ) -> None:
        self._examples += sum(len(one["input_ids"]) for one in batch.values())
        if not self._is_due(trainer.global_step) or trainer.logger is None:
            return
        row = {"loss": float(outputs["loss"]), "rate": self._rate, "gradient_norm": float(self._norm)}
        now = time.perf_counter()
        row["examples_per_second"] = self._examples * world_size() / (now - self._clock)
        self._clock, self._examples = now, 0
        metrics = {f"train/{name}": value for name, value in row.items()}
        trainer.logger.log_metrics(metrics, step=self.begin + trainer.global_step - 1)
        trainer.logger.save()

    def _is_due(self, steps: int) -> bool:
        return steps % self.every == 0
