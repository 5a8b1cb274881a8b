"""Ends a training that has diverged, so that no score of it is published."""

from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor

from lightning_tickets.errors import UserError
from lightning_tickets.models.encoder import not_finite

EVERY = 10  # steps between two looks at the loss, which a GPU has to be waited for


class Diverged(UserError):
    """A loss, weight or prediction is not finite."""


class DivergenceCheck(lightning.Callback):
    """Looks at the loss every ``EVERY`` steps and at all weights after the last one; raises Diverged."""

    def on_train_batch_end(self, trainer: lightning.Trainer, pl_module: Any, outputs: Any, *_: Any) -> None:
        if trainer.global_step % EVERY == 0 and not torch.isfinite(outputs["loss"]):
            raise Diverged(f"step {trainer.global_step}: the loss is not finite")

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        if name := not_finite(pl_module):
            raise Diverged(f"step {trainer.global_step}: {name} is not finite")


def check_predictions(logits: Tensor) -> Tensor:
    """The same logits; raises Diverged if one is not finite."""
    if not torch.isfinite(logits).all():
        raise Diverged("a prediction is not finite")
    return logits
