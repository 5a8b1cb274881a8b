"""The LightningModule over an encoder and one head per task; the kind of task says what loss and score are."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as lightning
import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from lightning_tickets.models.packing import encode
from lightning_tickets.tasks.batches import Batch, with_places
from lightning_tickets.tasks.kind import Score, score_predictions
from lightning_tickets.training.config import StepRange, Training
from lightning_tickets.training.datamodule import TaskDataModule
from lightning_tickets.training.distributed import all_gather
from lightning_tickets.training.divergence import check_predictions
from lightning_tickets.training.loaders import TaskData
from lightning_tickets.training.optimizers import linear_rate, make_optimizer


class TaskModule(lightning.LightningModule):
    """f(x; θ, γ): ``encoder`` is θ, ``heads`` are γ, one for each of the tasks that are trained together."""

    def __init__(self, encoder: nn.Module, parts: Sequence[TaskData], settings: Training, course: StepRange) -> None:
        super().__init__()
        self.encoder, self.heads = encoder, nn.ModuleList([part.head for part in parts])
        self.kinds, self.metrics = [part.kind for part in parts], [part.metrics for part in parts]
        self.settings, self.course = settings, course
        self.scores: list[Score] = []

    def forward(self, batch: Batch, number: int = 0) -> Tensor:
        """The logits of a batch of the task of that number."""
        logits: Tensor = self.heads[number](encode(self.encoder, batch), batch)
        return logits

    def loss(self, batches: Mapping[int, Batch]) -> Tensor:
        """The sum over the tasks that have a batch."""
        return torch.stack([self._weighed(number, batch) for number, batch in batches.items()]).sum()

    def _weighed(self, number: int, batch: Batch) -> Tensor:
        """Of several processes each has some rows of a batch, which count as many as they are."""
        logits: Tensor = self(batch, number).float()
        if "unused" in batch:
            return logits.sum() * 0
        loss: Tensor = self.kinds[number].loss(logits, batch)
        return loss * batch["weight"] if "weight" in batch else loss

    def on_before_batch_transfer(self, batches: Mapping[int, Batch], dataloader_idx: int) -> Mapping[int, Batch]:
        """For a GPU, which then runs without being waited for: places are counted, memory is pinned."""
        if self.device.type != "cuda":
            return batches
        return {k: {name: v.pin_memory() for name, v in with_places(b).items()} for k, b in batches.items()}

    def training_step(self, batches: Mapping[int, Batch], index: int) -> Tensor:
        return self.loss(batches)

    def on_validation_epoch_start(self) -> None:
        self._predictions = [dict[int, Any]() for _ in self._data.scored]

    def validation_step(self, batches: Mapping[int, Batch], index: int, dataloader_idx: int = 0) -> None:
        """Predictions, in float32 whatever the training's precision, by the numbers of their examples."""
        split = self._data.scored[dataloader_idx]
        with torch.autocast(self.device.type, enabled=False):
            logits = check_predictions(self(batches[split.task], split.task).float())
        predictions = self.kinds[split.task].predict(logits, batches[split.task])
        self._predictions[dataloader_idx].update(zip(split.batches[index], predictions, strict=True))

    def on_validation_epoch_end(self) -> None:
        """The score of every split in ``scores``, over the examples of all processes."""
        self.scores = []
        for split, own in zip(self._data.scored, self._predictions, strict=True):
            everything = {i: one for part in (all_gather(own) if split.shared else [own]) for i, one in part.items()}
            ordered = [everything[i] for i in range(len(split.examples))]
            score = score_predictions(self.kinds[split.task], split.examples, ordered)
            self.scores.append(score.with_metrics(self.metrics[split.task]))

    @property
    def _data(self) -> TaskDataModule:
        data: TaskDataModule = self.trainer.datamodule  # type: ignore[attr-defined]
        return data

    def configure_gradient_clipping(
        self, optimizer: Any, gradient_clip_val: float | None = None, gradient_clip_algorithm: str | None = None
    ) -> None:
        """By the norm of all gradients, as Lightning's own, which refuses a fused optimiser under autocast."""
        if gradient_clip_val:
            clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], gradient_clip_val)

    def configure_optimizers(self) -> Any:
        optimizer = make_optimizer(self.encoder, self.heads, self.settings)
        rate = torch.optim.lr_scheduler.LambdaLR(optimizer, linear_rate(self.course, self.settings.warmup))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}
