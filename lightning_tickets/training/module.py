"""The LightningModule over an encoder and a head; the kind of task says what loss and score are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn

from lightning_tickets.tasks.batches import Batch, Example
from lightning_tickets.tasks.kind import Kind, Score
from lightning_tickets.training.optim import linear_rate, make_optimizer
from lightning_tickets.training.settings import Training

NOT_INPUTS = ("label", "start", "end", "allowed", "asked")


class TaskModule(lightning.LightningModule):
    """f(x; θ, γ): ``encoder`` is θ, ``head`` is γ."""

    def __init__(
        self, encoder: nn.Module, head: nn.Module, kind: Kind, settings: Training, steps: int, begin: int = 0
    ) -> None:
        """``steps`` are those of a whole training; the rate goes on from step ``begin`` of it."""
        super().__init__()
        self.encoder, self.head, self.kind = encoder, head, kind
        self.settings, self.steps, self.begin = settings, steps, begin

    def forward(self, batch: Batch) -> Tensor:
        inputs = {name: value for name, value in batch.items() if name not in NOT_INPUTS}
        logits: Tensor = self.head(self.encoder(**inputs), batch)
        return logits

    def training_step(self, batch: Batch, index: int) -> Tensor:
        loss = self.kind.loss(self(batch).float(), batch)
        if self.logger is not None:
            self.log("train/loss", loss, batch_size=len(batch["input_ids"]))
            self.log("train/rate", self.optimizers().param_groups[0]["lr"])  # type: ignore[union-attr]
        return loss

    def configure_optimizers(self) -> Any:
        optimizer = make_optimizer(self.encoder, self.head, self.settings)
        at = linear_rate(self.steps, self.settings.warmup)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: at(self.begin + step))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}


@torch.no_grad()
def evaluate(module: TaskModule, examples: Sequence[Example], batches: list[list[int]]) -> Score:
    """The score over all examples; consumes no generator of the training's."""
    module.eval()
    predictions: list[Any] = [None] * len(examples)
    for chosen in batches:
        batch = module.kind.collate([examples[i] for i in chosen], None)
        batch = {name: value.to(module.device) for name, value in batch.items()}
        for i, prediction in zip(chosen, module.kind.predict(module(batch).float(), batch), strict=True):
            predictions[i] = prediction
    return module.kind.score(examples, predictions)
